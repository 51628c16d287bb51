"""A register of the same campaign and day proves what a misread cell of the province table is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import registers
from commands import command

from pipelines.home import Home

DAY = date(2020, 6, 11)
KRABI, MISREAD = "๑\tกระบี่\t๖๒\t๓\t๕๙\t๔.๘๔", "๑\tกระบี่\t๖๒\t๓\t๕๔\t๕.๒๖"
"""As printed, and with two cells misread."""


@dataclass(frozen=True)
class Place:
    """A home with a misread province table without a totals row, and the way to run commands in it."""

    root: Path
    khrop: Callable[..., Any]

    def take(self, name: str, day: date, *changes: tuple[str, str]) -> None:
        """Take a register of a day in; a change is a province and the status that its authorities get."""
        made = registers.register(registers.sample_figures(), DAY)
        for code, status in changes:
            made = [
                replace(a, status=status, saved_on=None, recorded_by="") if a.province_code == code else a for a in made
            ]
        (self.root / name).write_bytes(registers.csv_of(made, day))
        self.khrop("ingest", self.root / name)

    def repair(self) -> dict[str, Any]:
        return json.loads(self.khrop("repair", "misread", "--json", code=1).stdout)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHROP_HOME", str(tmp_path / "home"))
        khrop = command()

        text = registers.SAMPLE.read_text(encoding="utf-8")
        assert KRABI in text
        kept = [
            line
            for line in text.replace(KRABI, MISREAD).splitlines()
            if not line.startswith("รวม") and "แห่ง คิดเป็น" not in line
        ]
        (tmp_path / "misread.txt").write_text("\n".join(kept), encoding="utf-8")
        khrop("ingest", tmp_path / "misread.txt", code=1)
        yield Place(tmp_path, khrop)


def cells(report: dict[str, Any]) -> list[tuple[str, str, str, str, bool]]:
    return [(r["row"], r["column"], r["printed"], r["proposed"], r["certain"]) for r in report["repairs"]]


def test_the_register_proves_the_cells_that_the_figures_alone_do_not(place: Place) -> None:
    alone = place.repair()
    assert alone["status"] == "ambiguous"
    assert not [cell for cell in cells(alone) if cell[-1]], "nothing is certain"
    place.take("next-day.csv", date(2020, 6, 12))
    assert place.repair() == alone, "a register of another day proves nothing"
    place.take("same-day.csv", DAY)
    proved = place.repair()
    assert proved["status"] == "repaired"
    assert cells(proved) == [
        ("กระบี่", "pending", "๕๔", "๕๙", True),
        ("กระบี่", "saved_percent", "๕.๒๖", "๔.๘๔", True),
    ]
    assert proved["repairs"][0]["reason_th"].endswith("ควรเป็น ๕๙ (ตามทะเบียนองค์กรปกครองส่วนท้องถิ่นของวันเดียวกัน)")
    output = place.khrop("repair", "misread", "--accept", "--by", "ก", "--reason", "ตามทะเบียน").stdout
    assert output.startswith("accepted")
    summary = place.khrop("summary").stdout
    assert "Agrees with the province table" in summary


def test_the_ui_proposes_what_the_register_proves_where_it_came_first(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.take("same-day.csv", DAY)
    text = (place.root / "misread.txt").read_text(encoding="utf-8")
    (place.root / "again.txt").write_text(f"{text}\n", encoding="utf-8")
    place.khrop("ingest", place.root / "again.txt", code=1)
    monkeypatch.setenv("DAGSTER_HOME", str(Home.current().dagster))
    with dg.DagsterInstance.get() as instance:
        (name,) = (n for n in instance.get_dynamic_partitions("returns") if n.startswith("again-"))
        found = instance.fetch_materializations(dg.AssetRecordsFilter(dg.AssetKey("returns"), [name]), limit=1)
    (materialization,) = (record.asset_materialization for record in found.records)
    assert materialization is not None
    assert materialization.metadata["repair"].value == "repaired"
    assert "๕๔ → ๕๙ !" in str(materialization.metadata["proposed_repair"].value)


def test_a_row_that_fails_is_as_the_register_counts_it_and_no_other_changes(place: Place) -> None:
    place.take("other.csv", DAY, ("81", "not_started"))
    report = place.repair()
    assert report["status"] == "repaired"
    assert ("กระบี่", "saved", "๓", "๐", True) in cells(report)
    assert not [row for row, *_ in cells(report) if row != "กระบี่"], "rows that hold are left alone"
