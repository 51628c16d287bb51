"""`khrop repair FILE`: what must be wrong in a file, and what it should say; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from written_returns import NAMES

from pipelines.home import Home

JUNE, LATER = date(2020, 6, 11), date(2020, 7, 9)
SWAPPED = "syn_bad_15_swapped_saved_pending.utf8-bom.csv"
"""สงขลา's saved and pending stand in one another's place."""
Command = Callable[..., Any]
Put = Callable[..., Path]


def test_a_file_is_marked_up_and_nothing_is_written(khrop: Command, home: Home, returns: Path) -> None:
    result = khrop("repair", returns / "defective" / SWAPPED)
    assert result.returncode == 1
    assert "repair: repaired" in result.stdout
    assert "สงขลา     ๑๔๑    ๑๒๗ → ๑๔ !  ๑๔ → ๑๒๗ !  ๙.๙๓" in result.stdout
    report = json.loads(khrop("repair", returns / "defective" / SWAPPED, "--json").stdout)
    assert (report["status"], report["unique"], report["verdict"]) == ("repaired", True, "quarantined")
    assert {(r["row"], r["column"], r["proposed"], r["certain"]) for r in report["repairs"]} == {
        ("สงขลา", "saved", "๑๔", True),
        ("สงขลา", "pending", "๑๒๗", True),
    }
    assert not home.warehouse.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("repair", "nothing-like-it"), "there is no file 'nothing-like-it', and no warehouse"),
        (("repair", "nothing", "--by", "x"), "go with --accept"),
        (("accept", "nothing", "--by", "x"), "a decision is signed"),
        (("withdraw", "nothing", "--by", " ", "--reason", "x"), "a decision is signed"),
    ],
)
def test_wrong_use_is_reported(khrop: Command, arguments: tuple[str, ...], says: str) -> None:
    result = khrop(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr


def test_what_holds_or_cannot_be_read_has_no_repair(khrop: Command, sample: Path, tmp_path: Path) -> None:
    holds = khrop("repair", sample)
    assert holds.returncode == 0
    assert "repair: consistent" in holds.stdout
    (tmp_path / "note.txt").write_text("ไม่มีตาราง", encoding="utf-8")
    nothing = khrop("repair", tmp_path / "note.txt")
    assert nothing.returncode == 2
    assert "no table can be read from it" in nothing.stderr


def test_a_file_is_compared_with_the_return_before(khrop: Command, write: Put) -> None:
    before, now = write("a.csv", JUNE, thai=False), write("b.csv", LATER, thai=False)
    text = now.read_text("utf-8").split("\n")
    upper, lower = (next(i for i, line in enumerate(text) if f",{name}," in line) for name in NAMES[2:4])
    first, second = text[upper].split(",", 2), text[lower].split(",", 2)
    text[upper], text[lower] = ",".join([*first[:2], second[2]]), ",".join([*second[:2], first[2]])
    now.write_text("\n".join(text), "utf-8")
    assert json.loads(khrop("repair", now, "--json").stdout)["repairs"] == []
    report = json.loads(khrop("repair", now, "--previous", before, "--json").stdout)
    assert {r["row"] for r in report["repairs"]} == set(NAMES[2:4])
