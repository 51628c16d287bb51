"""The tutorial shows what the commands really print, and its contract holds for its file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from pipelines.home import Home

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial"
TEXT = (TUTORIAL / "index.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
OWN = "## A dataset of your own"
Command = Callable[..., "CompletedProcess[str]"]


def calls(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield each call of `khrop` with the output that is shown, if any."""
    for block in re.findall(r"```(?:console)?\n(\$ .*?)```", text, re.DOTALL):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = shown.partition("\n")
            if line.startswith("khrop "):
                yield shlex.split(line)[1:], output.strip()


def test_the_commands_print_what_is_shown(khrop: Command, home: Home) -> None:
    in_readme = {shlex.join(arguments): printed for arguments, printed in calls(README)}
    for arguments, shown in calls(TEXT.partition(OWN)[0]):
        if not shown:
            continue
        # What the README shows has a test of its own, and each command costs seconds.
        printed = in_readme.get(shlex.join(arguments)) or khrop(*arguments).stdout.replace(str(home.root), "data")
        rest = "\n".join(line.rstrip() for line in printed.split("\n"))
        for part in filter(None, (part.strip() for part in shown.split("…"))):
            _, there, rest = rest.partition(part)
            assert there, f"{arguments} printed\n{printed}\nwithout\n{part}"


def test_the_new_mart_is_exported(taken_in: Callable[..., Any], sample: Path, home: Home) -> None:
    taken_in(sample)
    code = re.findall(r"```python\n(import duckdb.*?)```", TEXT, re.DOTALL)[0]
    shown: list[Any] = []
    exec(code.replace("data/exports", str(home.exports)), {"print": shown.append})
    assert sum(provinces for _, provinces in shown[0].fetchall()) == 76


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
