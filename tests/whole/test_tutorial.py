"""The tutorial shows what its commands and code really print, and its contract holds for its file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest

from pipelines.home import Home
from pipelines.intake import inbox

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial"
TEXT = (TUTORIAL / "index.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
OWN = "## A dataset of your own"
FENCED = re.compile(r"^```(.*)\n((?:.*\n)*?)```\n(?:\n```text\n((?:.*\n)*?)```\n)?", re.MULTILINE)
"""A block between fences, and the output that follows code."""
Command = Callable[..., "CompletedProcess[str]"]


class Step(NamedTuple):
    """What a reader does, and what is shown of its output: the arguments of `khrop`, or lines of Python."""

    done: tuple[str, ...] | str
    shown: str


def steps(text: str) -> Iterator[Step]:
    """Yield the calls of `khrop` and the code that can be run alone, in their order."""
    for form, block, output in FENCED.findall(text):
        if form == "python" and block.startswith(("import", "from")):
            yield Step(block, output.strip())
        for call in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:] if form in ("", "console") else ():
            line, _, printed = call.partition("\n")
            if line.startswith("khrop "):
                yield Step(tuple(shlex.split(line)[1:]), printed.strip())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The home as a reader has it: the folder `data` of the clone, in which the reader is."""
    for name in ("docs", "pipelines", "tests"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KHROP_HOME", "data")
    monkeypatch.setattr(inbox, "SETTLED", 0.0)
    return Home.current()


@pytest.mark.parametrize("page", sorted(path.name for path in TUTORIAL.glob("*.md")))
def test_a_page_prints_what_it_shows(page: str, khrop: Command, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    text = (TUTORIAL / page).read_text(encoding="utf-8").partition(OWN)[0]
    # What the README shows has a test of its own, and each command costs seconds.
    in_readme = {step.done: step.shown for step in steps(README)}
    for done, shown in steps(text):
        if isinstance(done, str):
            exec(done, {})
            printed = capsys.readouterr().out
        elif shown:
            printed = in_readme.get(done) or khrop(*done).stdout
        else:
            continue
        rest = "\n".join(line.rstrip() for line in printed.split("\n"))
        for part in filter(None, (part.strip() for part in shown.split("…"))):
            _, there, rest = rest.partition(part)
            assert there, f"{done} printed\n{printed}\nwithout\n{part}"


def test_the_dataset_of_the_tutorial_goes_the_whole_way(khrop: Command, home: Home, tmp_path: Path) -> None:
    file = TUTORIAL / "waste-plans.csv"
    made = khrop("new", "dataset", "waste_plans", "--from", file)
    assert made.returncode == 0, made.stderr
    contract = (home.root / "datasets" / "waste_plans" / "contract.py").read_text(encoding="utf-8")
    shown = re.findall(r"```python\n(class WastePlans.*?)```", TEXT, re.DOTALL)[0]
    for part in shown.strip().split("\n\n"):
        assert part in contract
    taken = khrop("ingest", file, "--campaign", "waste-plans")
    assert taken.stdout.startswith("accepted"), taken.stdout + taken.stderr
    broken = tmp_path / "broken.csv"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "Nam Phong" in line)
    cells = lines[at].split(",")
    lines[at] = ",".join([*cells[:3], "10", *cells[4:]])
    broken.write_text("".join(lines), encoding="utf-8")
    aside = khrop("ingest", broken, "--campaign", "waste-plans")
    assert aside.stdout.startswith("quarantined"), aside.stdout + aside.stderr
