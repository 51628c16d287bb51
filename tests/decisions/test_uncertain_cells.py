"""Cells of a scan that are not certain are confirmed by a person, each against its picture."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import scan_pages
from browsing import browser
from commands import command
from digit_training.fonts import Face

from khrop.thai import provinces
from pipelines.home import Home
from warehouse.connect import Warehouse

pytestmark = pytest.mark.xdist_group("scans")
LAKSAMAN = Path("/usr/share/fonts/truetype/tlwg/Laksaman.ttf")
TRUTH = Path(__file__).parents[1] / "returns" / "truth" / "s0_2563-06-11.json"
BY = ("--by", "ฝ่ายข้อมูล", "--reason", "ตรวจกับภาพแล้ว")


@dataclass(frozen=True)
class Place:
    """A home with a scan some of whose digits can be two, and the way to run commands in it."""

    root: Path
    khrop: Callable[..., Any]
    sheet: scan_pages.Sheet

    def ask(self, sql: str) -> list[Any]:
        with Warehouse(Home.current().warehouse).reading() as connection:
            return connection.execute(sql).fetchall()

    def true(self, row: str, column: str) -> str:
        """What is printed in a cell, in ASCII digits."""
        printed = next(values for values in self.sheet.rows if values[1] == row)
        at = ("ordinal", "", "total", "saved", "pending", "saved_percent").index(column)
        return f"{int(str(printed[at])) / 100:.2f}" if column == "saved_percent" else str(printed[at])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("scan")
    wholes = [(row["province_th"], row["n_lao"]) for row in json.loads(TRUTH.read_text(encoding="utf-8"))["rows"]]
    scan = scan_pages.scan(1, "alike", 200, [Face("sarabun", LAKSAMAN, LAKSAMAN)], wholes)
    (root / "scan.pdf").write_bytes(scan.pdf)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHROP_HOME", str(root / "home"))
        khrop = command()
        khrop("ingest", root / "scan.pdf", "--campaign", "info-international-agreements", code=1)
        yield Place(root, khrop, scan.sheet)


@pytest.fixture
def chromium() -> Iterator[Any]:
    # Closed after each test: while its loop runs, no command can run one of its own.
    with browser() as opened:
        yield opened


def uncertain(place: Place) -> list[dict[str, Any]]:
    report = json.loads(place.khrop("repair", "scan", "--json", code=1).stdout)
    cells: list[dict[str, Any]] = report["uncertain"]
    return cells


def test_the_return_is_set_aside_with_what_each_cell_may_say(place: Place) -> None:
    ((verdict, rows),) = place.ask("SELECT verdict, rows_set_aside FROM core.snapshot_judged")
    assert (verdict, rows) == ("quarantined", 76)
    cells = uncertain(place)
    assert cells
    reported = place.ask("SELECT key, column_name, place, message_th FROM core.violation WHERE rule_id = 'readable'")
    assert {(c["row"], c["column"], c["place"]) for c in cells} == {(k, c, p) for k, c, p, _ in reported}
    assert all("อ่านจากภาพได้ไม่แน่ชัด อาจเป็น" in th for *_, th in reported)
    assert all(place.true(c["row"], c["column"]) for c in cells), "their rows are named"
    listed = place.khrop("repair", "scan", code=1).stdout
    assert f"{len(cells)} cells to be confirmed against the picture:" in listed
    assert "--html FILE writes a page" in listed


def test_a_page_shows_each_cell_and_ends_in_the_command(place: Place, chromium: Any) -> None:
    file = place.root / "confirm.html"
    printed = place.khrop("repair", "scan", "--html", file, code=1).stdout
    cells = uncertain(place)
    assert printed.startswith(f"{len(cells)} cells to confirm: open ")
    page = chromium.new_page()
    page.goto(file.as_uri())
    assert page.locator("img").count() == len(cells)
    assert page.locator("img").first.evaluate("image => image.naturalWidth") > 10
    for cell in cells:
        # By keyboard alone: the first field has the focus, Enter goes on to the next.
        page.keyboard.type(place.true(cell["row"], cell["column"]))
        page.keyboard.press("Enter")
    line = page.locator("#command").inner_text()
    assert line.startswith("khrop repair 'scan-")
    assert len(re.findall(r"--cell '[^']+=[0-9.]+'", line)) == len(cells)
    page.close()


def test_a_reading_is_chosen_by_its_number(place: Place, chromium: Any) -> None:
    file = place.root / "chosen.html"
    place.khrop("repair", "scan", "--html", file, code=1)
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.keyboard.press("Alt+1")
    first = page.locator("tr[data-cell]").first
    assert first.locator("input").input_value() == first.locator("button").first.get_attribute("value")
    page.close()


def test_all_cells_are_confirmed_together_or_none(place: Place) -> None:
    cells = uncertain(place)
    named = [("--cell", f"{c['row']}:{c['column']}={place.true(c['row'], c['column'])}") for c in cells]
    refused = place.khrop("repair", "scan", "--accept", *named[0], *BY, code=None)
    assert refused.exit_code
    assert "would not be accepted even so, and nothing was decided" in refused.stderr
    done = place.khrop("repair", "scan", "--accept", *(text for pair in named for text in pair), *BY).stdout
    assert done.startswith("accepted")
    rows = place.ask("SELECT province_code, total, saved, pending FROM core.province_progress_current")
    loaded = {(provinces.by_code(code).name_th, *map(str, figures)) for code, *figures in rows}
    assert loaded == {tuple(map(str, row[1:5])) for row in place.sheet.rows}


def test_what_cannot_be_meant_is_refused(place: Place) -> None:
    both = place.khrop("repair", "scan", "--html", place.root / "x.html", "--accept", *BY, code=2).stderr
    assert "--html writes a page to look at" in both
