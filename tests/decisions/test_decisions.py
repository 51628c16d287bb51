"""A person decides of a return: corrects it, accepts it as it stands, withdraws it; and a rebuild comes to the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from written_returns import CODES, NAMES, progress

from pipelines.archive.store import Archive
from pipelines.commands import signing
from pipelines.decisions.model import GUARD, MENDED
from pipelines.home import Home
from pipelines.intake.inbox import incoming
from pipelines.returns import Correction, Decision

JUNE, LATER = date(2020, 6, 11), date(2020, 7, 9)
SIGNED = ("--by", "สมชาย", "--reason", "โทรถามจังหวัดแล้ว")
TOTAL = progress(JUNE)[0][0]
Ask = Callable[..., list[Any]]
Command = Callable[..., Any]
Put = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("nothing_is_dropped")


@pytest.fixture
def swapped(returns: Path) -> Path:
    """สงขลา's saved and pending stand in one another's place."""
    return returns / "defective" / "syn_bad_15_swapped_saved_pending.utf8-bom.csv"


def figures(ask: Ask, province: str) -> list[Any]:
    return ask(
        "SELECT saved, pending FROM core.province_progress_current INNER JOIN core.province USING (province_code)"
        " WHERE name_th = ?",
        province,
    )


def test_an_accepted_repair_is_a_correction_that_loads_and_keeps_its_origin(
    khrop: Command, taken_in: Any, ask: Ask, swapped: Path
) -> None:
    taken_in(swapped)
    result = khrop("repair", "syn-bad-15", "--accept", *SIGNED)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("accepted_with_warnings  as of 2020-07-09  76 rows")
    assert figures(ask, "สงขลา") == [(14, 127)]
    ((snapshot, revision, judgement),) = ask(
        "SELECT snapshot_id, revision, judgement FROM core.snapshot_judged WHERE verdict = 'accepted_with_warnings'"
    )
    assert (revision, judgement) == (2, 2)
    assert ask("SELECT snapshot_id, kind, decided_by, reason FROM core.decision") == [
        (snapshot, "correct", "สมชาย", "โทรถามจังหวัดแล้ว")
    ]
    assert ask("SELECT row_name, column_name, printed, corrected, slip, place FROM core.correction ORDER BY ALL") == [
        ("สงขลา", "pending", "๑๔", "127", "columns_swapped", "text!R61C5"),
        ("สงขลา", "saved", "๑๒๗", "14", "columns_swapped", "text!R61C4"),
    ]
    assert ask(
        "SELECT printed FROM raw.cell WHERE \"row\" = 61 AND field IN ('saved', 'pending') ORDER BY field DESC"
    ) == [("๑๒๗",), ("๑๔",)], "what was printed stays"
    shown = khrop("show", "syn-bad-15").stdout
    assert "by สมชาย: โทรถามจังหวัดแล้ว" in shown
    assert "สงขลา saved: ๑๒๗ → 14 (text!R61C4)" in shown


def test_decisions_survive_a_rebuild(khrop: Command, taken_in: Any, ask: Ask, swapped: Path, returns: Path) -> None:
    other = returns / "defective" / "syn_bad_12_saved_regressed.utf8-bom.csv"
    taken_in(swapped, other)
    khrop("repair", "syn-bad-15", "--accept", *SIGNED)
    khrop("withdraw", "syn-bad-12", *SIGNED)
    tables = ("core.snapshot_judged", "core.province_progress", "core.set_aside", "core.decision", "core.correction")
    kept = "SELECT * EXCLUDE (loaded_at) FROM core.snapshot_judged ORDER BY ALL"
    before = [ask(kept), *(ask(f"SELECT * FROM {table} ORDER BY ALL") for table in tables[1:])]
    assert khrop("rebuild").returncode == 0
    assert [ask(kept), *(ask(f"SELECT * FROM {table} ORDER BY ALL") for table in tables[1:])] == before
    assert khrop("recheck").stdout == "Every outcome is as it was.\n"


@pytest.mark.parametrize(
    ("name", "rows"), [("syn_bad_02_province_missing", 76), ("syn_bad_03_province_duplicated", 76)]
)
def test_rows_are_inserted_and_dropped(
    khrop: Command, taken_in: Any, ask: Ask, returns: Path, name: str, rows: int
) -> None:
    taken_in(returns / "defective" / f"{name}.utf8-bom.csv")
    result = khrop("repair", "syn-bad-0", "--accept", *SIGNED)
    assert result.returncode == 0, result.stderr
    assert ask("SELECT count(*), count(DISTINCT province_code), sum(total) FROM core.province_progress_current") == [
        (rows, 76, 7850)
    ]


def test_what_is_not_certain_is_accepted_cell_by_cell_alone(
    khrop: Command, taken_in: Any, write: Put, ask: Ask
) -> None:
    # Nothing saved: the percent is silent, so that either count may be the wrong one; and the publisher's sums agree.
    code, name = CODES[0], NAMES[0]
    text = write("a.csv", JUNE, figures={code: (TOTAL, 0)}, thai=False)
    bad = text.read_text(encoding="utf-8").replace(f"{name},{TOTAL},0,{TOTAL},", f"{name},{TOTAL},0,{TOTAL + 1},")
    text.write_text(bad, encoding="utf-8")
    taken_in(text)
    refused = khrop("repair", "a-", "--accept", "--cell", f"{name}:saved", *SIGNED)
    assert refused.returncode == 2
    assert "nothing is proposed for it; name a value" in refused.stderr
    refused = khrop("repair", "a-", "--accept", "--cell", f"{name}:pending=1", *SIGNED)
    assert refused.returncode == 2
    assert "would not be accepted even so, and nothing was decided" in refused.stderr
    assert ask("SELECT count(*) FROM core.decision") == [(0,)]
    result = khrop("repair", "a-", "--accept", "--cell", f"{name}:pending={TOTAL}", *SIGNED)
    assert result.returncode == 0, result.stderr
    assert figures(ask, name) == [(0, TOTAL)]


def test_a_return_is_accepted_as_it_stands_if_it_can_be_loaded(
    khrop: Command, taken_in: Any, ask: Ask, returns: Path
) -> None:
    taken_in(returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv")
    result = khrop("accept", "syn-bad-05", *SIGNED)
    assert result.returncode == 0, result.stderr
    assert ask("SELECT verdict, rows_loaded FROM core.snapshot_judged") == [("accepted_with_warnings", 76)]
    assert ask("SELECT DISTINCT severity FROM core.violation WHERE judgement = 2") == [("warning",)]
    again = khrop("accept", "syn-bad-05", *SIGNED)
    assert (again.returncode, again.stderr) == (0, "")
    assert "that was decided already, by สมชาย" in again.stdout
    (entry,) = map(json.loads, khrop("accept", "syn-bad-05", "--json", *SIGNED).stdout.splitlines())
    assert (entry["verdict"], entry["new"]) == ("accepted_with_warnings", False)
    assert ask("SELECT count(*) FROM core.decision") == [(1,)]


def test_a_return_that_the_tables_have_no_place_for_is_not_accepted(
    khrop: Command, taken_in: Any, ask: Ask, returns: Path
) -> None:
    taken_in(returns / "defective" / "syn_bad_04_province_misspelt.utf8-bom.csv")
    result = khrop("accept", "syn-bad-04", *SIGNED)
    assert result.returncode == 2
    assert "nothing was decided" in result.stderr
    assert ask("SELECT verdict FROM core.snapshot_judged") == [("quarantined",)]


def test_a_withdrawn_return_counts_no_more_and_can_be_judged_again(
    khrop: Command, taken_in: Any, ask: Ask, sample: Path
) -> None:
    taken_in(sample)
    result = khrop("withdraw", "dla-2563", *SIGNED)
    assert (result.returncode, result.stdout.split()[0]) == (0, "withdrawn")
    assert ask("SELECT count(*) FROM core.province_progress_current") == [(0,)]
    assert ask("SELECT count(*) FROM mart.compliance") == [(0,)]
    assert ask("SELECT rows_set_aside FROM core.snapshot_judged") == [(76,)]
    assert khrop("accept", "dla-2563", *SIGNED).returncode == 0
    assert ask("SELECT count(*) FROM core.province_progress_current") == [(76,)]


@pytest.mark.parametrize("kind", ["withdraw", "accept"])
def test_what_another_command_decides_at_the_same_moment_is_seen(
    khrop: Command, taken_in: Any, home: Home, ask: Ask, sample: Path, monkeypatch: Any, kind: str
) -> None:
    """The ledger is looked at again before it is written: the same decision is in it once."""
    taken_in(sample)
    before = ["withdraw"] if kind == "accept" else []
    if before:
        assert khrop("withdraw", "dla", *SIGNED).returncode == 0
    tried = signing._try

    def at_the_same_moment(*arguments: Any) -> None:
        tried(*arguments)
        monkeypatch.setattr(signing, "_try", tried)
        assert khrop(kind, "dla", *SIGNED).returncode == 0

    monkeypatch.setattr(signing, "_try", at_the_same_moment)
    done = khrop(kind, "dla", *SIGNED)
    assert done.returncode == 0, done.stderr
    assert "that was decided already, by สมชาย" in done.stdout
    kinds = [r.decision["kind"] for r in Archive(home.archive).receipts() if r.decision]
    assert kinds == [*before, kind]


def test_a_return_that_came_later_is_not_pushed_aside(
    khrop: Command, taken_in: Any, ask: Ask, swapped: Path, returns: Path
) -> None:
    taken_in(swapped)
    taken_in(returns / "defective" / "syn_bad_07_column_order.utf8-bom.csv")
    result = khrop("repair", "syn-bad-15", "--accept", *SIGNED)
    assert result.returncode == 2
    assert "came after" in result.stderr
    assert ask("SELECT count(*) FROM core.decision") == [(0,)]


def test_a_return_that_the_publisher_sends_again_reports_what_had_been_corrected(
    khrop: Command, taken_in: Any, ask: Ask, write: Put
) -> None:
    name, saved = NAMES[1], progress(JUNE)[1]
    whole, part = saved
    row = f"{name},{whole},{part},{whole - part},"
    broken = write("a.csv", JUNE, thai=False)
    broken.write_text(broken.read_text("utf-8").replace(row, f"{name},{whole},{part},{whole - part + 1},"), "utf-8")
    taken_in(broken)
    accepted = khrop("repair", "a-", "--accept", *SIGNED)
    assert accepted.returncode == 0, accepted.stderr
    taken_in(write("b.csv", JUNE, figures={CODES[0]: (TOTAL, 3)}, thai=False))
    ((severity, observed, expected, message),) = ask(
        "SELECT severity, observed, expected, message_en FROM core.violation WHERE rule_id = ?", MENDED
    )
    assert (severity, observed, expected) == ("warning", str(whole - part), str(whole - part))
    assert "สมชาย corrected" in message
    assert khrop("recheck").stdout == "Every outcome is as it was.\n"


def test_a_correction_of_what_is_not_printed_is_a_guard_that_fails(
    home: Home, taken_in: Any, ask: Ask, swapped: Path
) -> None:
    (receipt,) = Archive(home.archive).take([incoming(home, swapped)])
    cell = Correction("สงขลา", "saved", "๑๒๘", "14", "misread_digit")
    Archive(home.archive).record_decision(receipt, "khrop correct", Decision("correct", "x", "y", (cell,)).plain())
    taken_in()
    assert ask("SELECT verdict FROM core.snapshot_judged") == [("quarantined",)]
    ((place, observed, expected),) = ask(
        "SELECT place, observed, expected FROM core.violation WHERE rule_id = ? AND judgement = 2", GUARD
    )
    assert (observed, expected) == ("๑๒๗", "๑๒๘")


def test_a_ledger_line_that_holds_no_decision_is_named(khrop: Command, home: Home, sample: Path) -> None:
    (receipt,) = Archive(home.archive).take([incoming(home, sample)])
    khrop("status")
    Archive(home.archive).record_decision(receipt, "khrop correct", {"kind": "correct", "cells": [{"row": "เลย"}]})
    result = khrop("ingest", sample)
    assert result.returncode == 3
    assert "ledger, line 2, holds no decision: put the ledger back from a backup" in result.stderr
    Archive(home.archive).ledger.write_text(receipt.to_json() + "\n", encoding="utf-8")
    assert khrop("ingest", sample).returncode == 0
