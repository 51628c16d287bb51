"""Pages drawn in a font of Debian's, and spoilt: what is accepted is what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import scan_pages
from digit_training.fonts import Face

from pipelines.datasets.province_progress.form import FORM
from pipelines.readers.document import NeedsReadingByEye
from pipelines.readers.in_process import read_here
from pipelines.readers.scans import tesseract
from pipelines.readers.table_form import AnyName, TableForm, reading_for

LAKSAMAN = Path("/usr/share/fonts/truetype/tlwg/Laksaman.ttf")
FACE = Face("sarabun", LAKSAMAN, LAKSAMAN)
TRUTH = Path(__file__).parents[2] / "returns" / "truth" / "s0_2563-06-11.json"
WHOLES = [(row["province_th"], row["n_lao"]) for row in json.loads(TRUTH.read_text(encoding="utf-8"))["rows"]]


def made(kind: str, seed: int = 1) -> scan_pages.Scan:
    return scan_pages.scan(seed, kind, 200, [FACE], WHOLES)


@pytest.mark.parametrize("kind", ["clean", "turned", "unheaded", "sideways", "dashed", "unruled"])
def test_a_scan_is_read_as_it_is_printed(kind: str) -> None:
    scan = made(kind)
    with reading_for([FORM]):
        table = read_here(scan.pdf)
    assert scan_pages.compared(scan.sheet, table) == (0, 0)
    assert {(c.measure, str(c.value)) for c in table.claims if c.source == "document"} == {("as_of", "2020-06-11")}
    assert all("scanned" in cell.note.split() for cell in table.rows[0].cells.values() if cell.printed)


@pytest.mark.parametrize("kind", ["slip", "alike"])
def test_what_does_not_hold_together_or_may_be_two_digits_is_in_doubt_and_all_else_as_printed(kind: str) -> None:
    scan = made(kind)
    with reading_for([FORM]):
        table = read_here(scan.pdf)
    assert 0 < len(table.doubts) <= 20
    assert table.doubts.keys() == table.pictures.keys()
    assert all(picture.startswith(b"\x89PNG") for picture in table.pictures.values())
    assert scan_pages.compared(scan.sheet, table) == (0, 0)
    noted = {cell.place for row in table.rows for cell in row.cells.values() if "uncertain" in cell.note.split()}
    assert noted == table.doubts.keys()


@pytest.mark.parametrize(
    ("kind", "reason"), [("missing", "75 rows"), ("doubled", "its name is"), ("unruled+missing", "75 rows")]
)
def test_a_table_that_is_not_whole_is_for_a_person(kind: str, reason: str) -> None:
    with reading_for([FORM]), pytest.raises(NeedsReadingByEye, match=reason) as refused:
        read_here(made(kind, seed=3).pdf)
    assert "needs reading by eye" in refused.value.en
    assert "ต้องอ่านด้วยตา" in refused.value.th


def test_without_tesseract_a_scan_is_set_aside_with_that_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract.shutil, "which", lambda name: None)
    with reading_for([FORM]), pytest.raises(NeedsReadingByEye, match="Tesseract with its Thai data is not installed"):
        read_here(made("clean").pdf)


def test_a_form_that_does_not_say_how_it_looks_is_not_read_from_a_picture() -> None:
    form = TableForm("other", FORM.headings, FORM.kinds, FORM.names, row_names=AnyName())
    with reading_for([form]), pytest.raises(NeedsReadingByEye, match="no text layer: needs"):
        read_here(made("clean").pdf)
