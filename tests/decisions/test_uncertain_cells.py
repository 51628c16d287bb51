"""Cells of a scan that are not certain are confirmed by a person, each against its picture."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pypdfium2
import pytest
import scan_pages
from browsing import browser
from commands import command
from digit_training.fonts import Face
from page_checks import FAINT, NAMELESS, WIDER
from PIL import Image

from khrop.thai import provinces
from pipelines.home import Home
from pipelines.orchestration import home_instance
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


def line(trail: str, name: str) -> str:
    """What a line of the trail says."""
    return next(text.strip().removeprefix(name).strip() for text in trail.splitlines() if text.startswith(f"  {name} "))


def materialized() -> Any:
    """What Dagster shows of the return."""
    with home_instance.instance(Home.current()) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("returns"))
    assert event is not None
    assert event.asset_materialization is not None
    return event.asset_materialization.metadata


@pytest.fixture(scope="module")
def cells(place: Place) -> list[dict[str, Any]]:
    """The cells to be confirmed; to read the scan takes seconds."""
    report = json.loads(place.khrop("repair", "scan", "--json", code=1).stdout)
    found: list[dict[str, Any]] = report["uncertain"]
    return found


@pytest.fixture(scope="module")
def confirm_page(place: Place, cells: list[dict[str, Any]]) -> Path:
    """The page to confirm the cells on."""
    file = place.root / "confirm.html"
    printed = place.khrop("repair", "scan", "--html", file, code=1).stdout
    assert printed.startswith(f"{len(cells)} cells to confirm: open ")
    return file


def test_the_return_is_set_aside_with_what_each_cell_may_say(place: Place, cells: list[dict[str, Any]]) -> None:
    ((verdict, rows),) = place.ask("SELECT verdict, rows_set_aside FROM core.snapshot_judged")
    assert (verdict, rows) == ("quarantined", 76)
    assert cells
    reported = place.ask("SELECT key, column_name, place, message_th FROM core.violation WHERE rule_id = 'readable'")
    assert {(c["row"], c["column"], c["place"]) for c in cells} == {(k, c, p) for k, c, p, _ in reported}
    assert all("อ่านจากภาพได้ไม่แน่ชัด อาจเป็น" in th for *_, th in reported)
    assert all(place.true(c["row"], c["column"]) for c in cells), "their rows are named"
    listed = place.khrop("repair", "scan", code=1).stdout
    assert f"{len(cells)} cells to be confirmed against the picture:" in listed
    assert "--html FILE writes a page" in listed


def test_a_page_shows_each_cell_and_ends_in_the_command(
    place: Place, cells: list[dict[str, Any]], confirm_page: Path, chromium: Any
) -> None:
    page = chromium.new_page()
    page.goto(confirm_page.as_uri())
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


def test_a_reading_is_chosen_by_its_number(confirm_page: Path, chromium: Any) -> None:
    page = chromium.new_page()
    page.goto(confirm_page.as_uri())
    page.keyboard.press("Alt+1")
    first = page.locator("tr[data-cell]").first
    assert first.locator("input").input_value() == first.locator("button").first.get_attribute("value")
    page.close()


def test_its_readings_are_pairs_of_a_text_and_a_probability(place: Place, cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        odds = [reading["probability"] for reading in cell["may_be"]]
        assert odds == sorted(odds, reverse=True)
        assert all(0 <= p <= 1 for p in odds)
        assert cell["printed"] in {reading["text"] for reading in cell["may_be"]}
    shown = place.khrop("show", "scan", "--json", code=1).stdout
    assert json.loads(shown)["uncertain"] == cells, "the warehouse has what the reader found"


def test_the_trail_of_a_cell_has_its_rivals_and_its_picture(place: Place, cells: list[dict[str, Any]]) -> None:
    cell = max(cells, key=lambda candidate: len(candidate["may_be"]))
    at = f"{cell['row']}:{cell['column']}"
    trail_text = place.khrop("show", "scan", "--cell", at).stdout
    for reading in cell["may_be"]:
        assert reading["text"] in line(trail_text, "may be")
    assert f"--cell {at} --picture FILE writes it" in line(trail_text, "picture")
    assert Path(line(trail_text, "page")).read_bytes().startswith(b"\x89PNG"), "the page that it stands on"
    file = place.root / "cell.png"
    assert line(place.khrop("show", "scan", "--cell", at, "--picture", file).stdout, "picture") == str(file)
    with Image.open(file) as picture:
        assert picture.width > picture.height > 10
    trail = json.loads(place.khrop("show", "scan", "--cell", at, "--json").stdout)
    assert trail["may_be"] == cell["may_be"]
    assert base64.b64decode(trail["picture"].removeprefix("data:image/png;base64,")) == file.read_bytes()


def test_a_certain_cell_has_no_rivals(place: Place, cells: list[dict[str, Any]]) -> None:
    certain = next(str(row[1]) for row in place.sheet.rows if row[1] not in {cell["row"] for cell in cells})
    trail = json.loads(place.khrop("show", "scan", "--cell", f"{certain}:total", "--json").stdout)
    assert (trail["may_be"], trail["picture"]) == ([], "")
    file = place.root / "none.png"
    refused = place.khrop("show", "scan", "--cell", f"{certain}:total", "--picture", file, code=2).stderr
    assert "only cells of a scan that are not certain have one" in refused
    assert not file.exists()
    assert "goes with --cell" in place.khrop("show", "scan", "--picture", file, code=2).stderr
    at = f"{cells[0]['row']}:{cells[0]['column']}"
    refused = place.khrop("show", "scan", "--cell", at, "--picture", place.root / "no" / "x.png", code=2).stderr
    assert "cannot be written: No such file or directory" in refused


def test_the_ui_shows_the_cells_with_their_pictures(place: Place, cells: list[dict[str, Any]]) -> None:
    metadata = materialized()
    assert metadata["cells_to_confirm"].value == len(cells)
    table = str(metadata["uncertain_cells"].value)
    rows = [row for row in table.splitlines() if "data:image/png" in row]
    assert len(rows) == len(cells)
    for row, cell in zip(rows, cells, strict=True):
        assert row.startswith(f"| {cell['row']} | {cell['column']} | ![{cell['row']}")
        assert all(reading["text"] in row for reading in cell["may_be"])
        png = base64.b64decode(row.partition("base64,")[2].partition(")")[0])
        with Image.open(io.BytesIO(png)) as picture:
            assert picture.width > 10
    assert len(table) < 100_000


def test_the_page_of_quality_shows_the_cells(place: Place, cells: list[dict[str, Any]], chromium: Any) -> None:
    place.khrop("report")
    address = (Home.current().site / "quality.html").as_uri()
    for language, words in (("th", "อ่านว่า"), ("en", "Read as")):
        for width in (1280, 360):
            page = chromium.new_page(viewport={"width": width, "height": 740})
            page.goto(f"{address}#lang={language}")
            assert page.evaluate(NAMELESS) == []
            assert page.evaluate(FAINT) == []
            assert page.evaluate(WIDER) == 0
            shown = page.locator(".cells li")
            assert shown.count() == len(cells)
            for text, cell in zip(shown.all_inner_texts(), cells, strict=True):
                assert f"{words} {cell['printed']}" in text
                assert all(reading["text"] in text for reading in cell["may_be"])
                assert "%" in text
            pictures = page.locator(".cells img")
            assert all(width > 10 for width in pictures.evaluate_all("all => all.map(one => one.naturalWidth)"))
            name = pictures.first.get_attribute("alt")
            assert name.startswith("ภาพของช่อง" if language == "th" else "Picture of the cell")
            page.close()
    page = chromium.new_page()
    page.goto(address)
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as pdf:
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
        assert len(pdf) <= 4
    assert all(cell["printed"] in text for cell in cells)
    page.close()


def test_what_an_earlier_version_judged_is_known_when_it_is_judged_again(
    place: Place, cells: list[dict[str, Any]]
) -> None:
    warehouse = Warehouse(Home.current().warehouse)
    with warehouse.writer(), warehouse.writing() as connection:
        for table in ("raw.cell_candidate", "raw.cell_picture"):
            connection.execute(f"DELETE FROM {table}")
    at = f"{cells[0]['row']}:{cells[0]['column']}"
    trail_text = place.khrop("show", "scan", "--cell", at).stdout
    (name,) = (row[0] for row in place.ask("SELECT snapshot_id FROM core.snapshot_judged"))
    assert line(trail_text, "may be").endswith(f"khrop recheck {name} reads it again")
    assert json.loads(place.khrop("show", "scan", "--json", code=1).stdout)["uncertain"] == []
    place.khrop("recheck", "scan", code=1)
    assert json.loads(place.khrop("show", "scan", "--json", code=1).stdout)["uncertain"] == cells


def test_all_cells_are_confirmed_together_or_none(place: Place, cells: list[dict[str, Any]]) -> None:
    named = [("--cell", f"{c['row']}:{c['column']}={place.true(c['row'], c['column'])}") for c in cells]
    refused = place.khrop("repair", "scan", "--accept", *named[0], *BY, code=None)
    assert refused.exit_code
    assert "would not be accepted even so, and nothing was decided" in refused.stderr
    done = place.khrop("repair", "scan", "--accept", *(text for pair in named for text in pair), *BY).stdout
    assert done.startswith("accepted")
    rows = place.ask("SELECT province_code, total, saved, pending FROM core.province_progress_current")
    loaded = {(provinces.by_code(code).name_th, *map(str, figures)) for code, *figures in rows}
    assert loaded == {tuple(map(str, row[1:5])) for row in place.sheet.rows}


def test_a_confirmed_cell_keeps_its_picture_and_is_no_longer_to_be_confirmed(
    place: Place, cells: list[dict[str, Any]]
) -> None:
    at = f"{cells[0]['row']}:{cells[0]['column']}"
    trail = json.loads(place.khrop("show", "scan", "--cell", at, "--json").stdout)
    assert trail["corrected"].endswith("ตรวจกับภาพแล้ว")
    assert trail["may_be"] == cells[0]["may_be"]
    assert trail["picture"]
    assert json.loads(place.khrop("show", "scan", "--json").stdout)["uncertain"] == []
    assert "uncertain_cells" not in materialized()


def test_what_cannot_be_meant_is_refused(place: Place) -> None:
    both = place.khrop("repair", "scan", "--html", place.root / "x.html", "--accept", *BY, code=2).stderr
    assert "--html writes a page to look at" in both
