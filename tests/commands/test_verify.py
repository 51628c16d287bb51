"""`khrop verify` proves the archive, the warehouse against it, the exports against that; a home is restored from it."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from home_state import contents
from waste_plans import CAMPAIGN, csv_of, install, rows, with_totals

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.returns import Decision
from warehouse.connect import Warehouse

Command = Callable[..., Any]


@pytest.fixture
def filled(khrop: Command, home: Home, taken_in: Any, returns: Path, sample: Path, tmp_path: Path) -> Command:
    """A home with two datasets, a container, returns of several verdicts, and decisions; the tables without Dagster."""
    install(home.root)
    (tmp_path / "waste.csv").write_bytes(csv_of(with_totals(rows())))
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as packed:
        packed.write(sample, "a.txt")
        packed.write(returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv", "b.csv")
    taken_in(tmp_path / "both.zip", returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv")
    taken_in(tmp_path / "waste.csv", campaign=CAMPAIGN)
    archive = Archive(home.archive)
    first = {receipt.name: receipt for receipt in archive.receipts()}
    archive.record_decision(first["b.csv"], "khrop withdraw", Decision("withdraw", "a", "b").plain())
    taken_in()
    return khrop


def test_a_whole_home_is_proved_and_restored_from_archive_and_campaigns_alone(
    filled: Command, home: Home, tmp_path: Path
) -> None:
    done = filled("verify", "--judge", "all")
    ledger, count = done.stdout.splitlines()
    assert (done.returncode, count) == (0, "5 files in the archive, 0 damaged.")
    head = ledger.removeprefix("Ledger: 6 lines, 6 chained, head ")
    assert len(head) == 64
    assert filled("verify", "--head", head).returncode == 0
    before = contents(home, {"loaded_at"})
    shutil.move(home.root, tmp_path / "lost")
    for kept in ("archive", "campaigns", "datasets"):
        if (tmp_path / "lost" / kept).exists():
            shutil.copytree(tmp_path / "lost" / kept, home.root / kept)
    assert filled("rebuild").returncode == 1  # syn-bad-05 is set aside
    restored = contents(home, {"loaded_at"})
    assert len(restored["mart.waste_plan_trend"]) == 1
    # The fixture builds the marts of the province table alone; what marts are made from has the times of loading.
    left = {table for table in restored if table.startswith("mart.") and table not in before} | {"core.mart_part"}
    assert {table: rows for table, rows in restored.items() if table not in left} == {
        table: rows for table, rows in before.items() if table not in left
    }
    assert filled("verify", "--judge", "all").returncode == 0


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        (
            "UPDATE core.province_progress SET saved = saved + 1 WHERE snapshot_id LIKE 'a-%' AND province_code = '90'",
            1,
        ),
        ("DELETE FROM core.province_progress WHERE snapshot_id LIKE 'a-%' AND province_code = '90'", 2),
        ("DELETE FROM core.violation WHERE snapshot_id LIKE 'syn-bad-05%'", 1),
        ("UPDATE core.snapshot SET as_of = as_of + INTERVAL 1 DAY WHERE snapshot_id LIKE 'a-%'", 1),
    ],
)
def test_what_the_warehouse_has_and_the_archive_does_not_say_is_named(
    filled: Command, home: Home, change: str, differs: int
) -> None:
    with Warehouse(home.warehouse).writing() as connection:
        connection.execute(change)
    done = filled("verify", "--judge", "all", "--json")
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    ours = [line for line in lines if "damage" in line and ".parquet" not in line["file"]]
    assert len(ours) == differs, ours
    assert all("; khrop re" in line["damage"] for line in ours)


def test_an_export_that_was_altered_is_named(filled: Command, home: Home) -> None:
    file = home.exports / "core_snapshot_judged.parquet" / "info-international-agreements.parquet"
    duckdb.sql(f"COPY (FROM read_parquet('{file}') LIMIT 2) TO '{file}.new' (FORMAT parquet)")
    os.replace(f"{file}.new", file)
    (home.exports / "core_violation.parquet" / "no_campaign.parquet").write_bytes(b"no parquet")
    done = filled("verify")
    assert done.returncode == 1
    differing, broken, _, count = done.stdout.splitlines()
    assert "rows differ from core.snapshot_judged; khrop export" in differing + broken
    assert "cannot be read" in differing + broken
    assert count == "5 files in the archive, 0 damaged; 2 differences in tables or exports."


def _exchanged(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[3], lines[2], *lines[4:]]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: [lines[0].replace(b"both.zip", b"mail.zip"), *lines[1:]], 2),
        (lambda lines: [*lines[:3], *lines[4:]], 4),
        (_exchanged, 3),
        (lambda lines: [*lines[:-1], lines[-1].replace(b', "previous"', b', "parent"')], 6),
    ],
    ids=["changed", "removed", "exchanged", "unchained"],
)
def test_a_line_of_the_ledger_that_was_altered_is_named(
    filled: Command, home: Home, change: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    ledger = Archive(home.archive).ledger
    ledger.write_bytes(b"".join(change(ledger.read_bytes().splitlines(keepends=True))))
    expected = f"receipts.jsonl, line {line}, does not follow the line before it"
    for command in ("verify", "doctor"):
        done = filled(command)
        assert (done.returncode, expected in done.stdout) == (1, True), done.stdout


def test_a_ledger_that_was_cut_at_its_end_no_longer_has_the_head_that_was_kept(filled: Command, home: Home) -> None:
    ledger = Archive(home.archive).ledger
    head = json.loads(filled("verify", "--json").stdout.splitlines()[-1])["head"]
    ledger.write_bytes(ledger.read_bytes().rpartition(b"\n{")[0] + b"\n")
    done = filled("verify", "--head", head)
    assert done.returncode == 1
    assert f"no line of it has the hash {head}: it was cut or changed since" in done.stdout


def test_a_ledger_of_before_goes_on_as_a_chain(filled: Command, home: Home, taken_in: Any, tmp_path: Path) -> None:
    archive = Archive(home.archive)
    old = [json.loads(line) for line in archive.ledger.read_text(encoding="utf-8").splitlines()]
    for line in old:
        del line["previous"]
    archive.ledger.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in old), encoding="utf-8")
    (tmp_path / "more.csv").write_bytes(csv_of(with_totals(rows()[::-1])))
    taken_in(tmp_path / "more.csv", campaign=CAMPAIGN)
    assert filled("verify").stdout.splitlines()[0].startswith("Ledger: 7 lines, 1 chained, head ")
    assert "ledger" not in filled("doctor").stdout
