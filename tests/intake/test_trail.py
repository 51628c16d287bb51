"""The trail of a figure, from what counts down to the page and the bytes; and pages that a person must read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from province_table import DATASETS
from written_pdfs import page, written

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake import kept_pages
from pipelines.intake.trail import NoSuchCell, Trail, trail
from warehouse.connect import Warehouse

pytestmark = pytest.mark.usefixtures("nothing_is_dropped")
WRITER = "real/s0_2563-06-11.lo-writer.pdf"
NUMBERS = "real/s0_2563-06-11.num.lo.xlsx"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A scan in which no reader finds a table."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(written(page().box(100, 100, 300, 300), page()))
    return path


@pytest.fixture
def follow(home: Home) -> Any:
    @contextmanager
    def reading() -> Iterator[Any]:
        with Warehouse(home.warehouse).reading() as connection:
            yield connection

    def run(name: str, province: str, column: str) -> Trail:
        with reading() as connection:
            return trail(connection, name, province, column, DATASETS)

    return run


def test_a_figure_of_a_pdf_leads_to_its_page(taken_in: Any, returns: Path, follow: Any) -> None:
    (story,) = taken_in(returns / WRITER)
    found = follow(story.snapshot_id, "กระบี่", "saved_percent")
    assert (found.value, found.printed, found.read) == ("4.84", "๔.๘๔", "๔.๘๔")
    assert found.table == "core.province_progress"
    assert found.words == "page 3, row 4, column 6 (saved_percent)"
    assert found.sha256 == hashlib.sha256((returns / WRITER).read_bytes()).hexdigest()
    assert found.file == Path(WRITER).name


@pytest.mark.parametrize("name", ["กระบี่", "จังหวัดกระบี่", "Krabi", "81", "TH-81"])
def test_a_province_goes_by_any_of_its_names(taken_in: Any, returns: Path, follow: Any, name: str) -> None:
    (story,) = taken_in(returns / WRITER)
    assert follow(story.snapshot_id, name, "saved").value == "3"


def test_the_trail_of_a_workbook_s_figure_has_what_it_prints_and_what_it_holds(
    taken_in: Any, returns: Path, follow: Any
) -> None:
    (story,) = taken_in(returns / NUMBERS)
    found = follow(story.snapshot_id, "กระบี่", "saved_percent")
    assert (found.value, found.printed) == ("4.84", "๔.๘๔")
    assert found.read.startswith("4.838709677")
    assert "number-format" in found.notes
    assert found.words == "sheet สรุปรายจังหวัด, cell F6 (saved_percent)"
    total = follow(story.snapshot_id, "รวม", "saved")
    assert (total.value, total.printed, total.words) == ("292", "๒๙๒", "sheet สรุปรายจังหวัด, cell D82 (saved)")


def test_an_unchanged_return_leads_to_its_own_cell_and_to_the_return_that_it_repeats(
    taken_in: Any, returns: Path, follow: Any
) -> None:
    first, second = taken_in(returns / WRITER, returns / NUMBERS)
    assert second.verdict == "unchanged"
    found = follow(second.snapshot_id, "ภูเก็ต", "total")
    assert found.value == "19"
    assert found.words.startswith("sheet สรุปรายจังหวัด, cell C")
    assert found.table == f"core.province_progress of {first.snapshot_id}, which it repeats"


def test_a_figure_that_was_set_aside_has_its_trail_too(taken_in: Any, returns: Path, follow: Any) -> None:
    (story,) = taken_in(returns / "defective" / "syn_bad_01_rowsum_off.text.lo.xlsx")
    assert story.verdict == "quarantined"
    found = follow(story.snapshot_id, "ขอนแก่น", "saved")
    assert (found.value, found.table) == ("11", "core.set_aside")
    with pytest.raises(NoSuchCell, match="did you mean ขอนแก่น"):
        follow(story.snapshot_id, "ขอนแก่", "saved")


def test_the_command_prints_the_trail_and_refuses_what_is_no_cell(khrop: Any, taken_in: Any, returns: Path) -> None:
    (story,) = taken_in(returns / WRITER)
    done = khrop("show", story.snapshot_id, "--cell", "กระบี่:saved", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert report["value"] == "3"
    assert Path(report["archive"]).name == report["sha256"]
    done = khrop("show", story.snapshot_id, "--cell", "กระบี่")
    assert done.returncode == 2
    assert "ROW:COLUMN" in done.stderr


def test_the_pages_of_a_scan_are_kept_as_pictures_once(taken_in: Any, scan: Path, home: Home) -> None:
    (story,) = taken_in(scan)
    assert (story.verdict, story.rows) == ("quarantined", 0)
    kept = kept_pages.of(home, story.snapshot_id)
    assert [path.name for path in kept] == ["page-1.png", "page-2.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in kept)
    before = [path.stat().st_mtime_ns for path in kept]
    taken_in(again=[story.snapshot_id])
    assert [path.stat().st_mtime_ns for path in kept] == before
    assert kept_pages.keep(home, Archive(home.archive), "gone", "0" * 64) is None


def test_showing_a_scan_says_where_its_pictures_are(khrop: Any, taken_in: Any, scan: Path) -> None:
    (story,) = taken_in(scan)
    done = khrop("show", story.snapshot_id)
    assert done.returncode == 1
    assert "2 pictures to read" in done.stdout
    assert "needs reading by eye" in done.stdout
    refused = khrop("repair", story.snapshot_id)
    assert refused.returncode == 2
    assert "needs reading by eye" in refused.stderr
