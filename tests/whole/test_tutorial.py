"""The tutorial shows what the commands really print, and its contract holds for its file."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pandas as pd

import khrop
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


def test_the_mart_that_is_asked_for_is_exported(taken_in: Callable[..., Any], sample: Path, home: Home) -> None:
    taken_in(sample)
    code = re.findall(r"```python\n(import duckdb.*?)```", TEXT, re.DOTALL)[0]
    shown: list[Any] = []
    exec(code.replace("data/exports", str(home.exports)), {"print": shown.append})
    assert sum(provinces for _, provinces in shown[0].fetchall()) == 76


def test_the_contract_holds_for_the_file_and_finds_a_changed_figure() -> None:
    code = re.findall(r"```python\n(import pandera.*?)```", TEXT, re.DOTALL)[0]
    defined: dict[str, Any] = {"__name__": "contract"}
    exec(compile(code, "contract.py", "exec", dont_inherit=True), defined)
    frame, totals = table()
    verdict = khrop.check(defined["WastePlans"], frame, claims=totals)
    assert verdict.status == "accepted"
    assert not list(verdict.not_run)
    frame.loc[3, "approved"] += 1
    broken = khrop.check(defined["WastePlans"], frame, claims=totals)
    assert broken.counts() == {"parts-of-plans": 1, "percent-rounded": 1, "totals-match": 1}
    assert broken.status == "quarantined"


def table() -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The tutorial's file as a contract takes it: a frame, and the claims of its row of totals."""
    lines = list(csv.reader((TUTORIAL / "waste-plans.csv").read_text(encoding="utf-8").splitlines()))
    start = next(i for i, line in enumerate(lines) if line[:1] == ["No."])
    names = [name.lower().replace(".", "").replace(" ", "_") for name in lines[start]]
    *rows, total = lines[start + 1 :]
    frame = pd.DataFrame(rows, columns=names)
    counts = ["plans", "approved", "in_review", "not_submitted"]
    frame = frame.astype({"no": int, "approved_percent": float, **dict.fromkeys(counts, int)})
    printed = dict(zip(names, total, strict=True))
    return frame, [{"source": "table_total", "measure": name, "value": int(printed[name])} for name in counts]
