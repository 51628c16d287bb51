"""What a worksheet does not show of its figures: zeros where its view has none, figures without room."""

from __future__ import annotations

import io

import openpyxl
import pytest

from pipelines.readers.document import Document
from pipelines.readers.workbooks import xlsx


def read(book: openpyxl.Workbook) -> Document:
    stream = io.BytesIO()
    book.save(stream)
    return xlsx.read(stream.getvalue())


def sheet_of(*rows: list[object]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def test_zeros_of_a_sheet_that_shows_none_are_hidden() -> None:
    book = sheet_of(["กระบี่", 0, 62, "0", 0.0])
    book.active.sheet_view.showZeros = False
    found = read(book)
    assert {place: meant.notes for place, meant in found.sheets[0].meant.items()} == {
        (1, 2): ("hidden",),
        (1, 5): ("hidden",),
    }
    assert [(c.measure, c.value) for c in found.claims] == [("hidden_text", 2)]
    assert not read(sheet_of(["กระบี่", 0])).claims


@pytest.mark.parametrize(
    ("value", "width", "hidden"), [(7850, 2, True), (7850, 6, False), (62, 0.8, True), (62, 3, False)]
)
def test_a_figure_without_room_in_its_column_shows_as_hash_signs(value: int, width: float, hidden: bool) -> None:
    book = sheet_of(["กระบี่", value])
    book.active.column_dimensions["B"].width = width
    assert [c.measure for c in read(book).claims] == (["too_narrow"] if hidden else [])


def test_a_text_runs_over_the_edge_of_its_column_and_general_gives_places_away() -> None:
    book = sheet_of(["ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓"], ["62"], [20.967742])
    book.active.column_dimensions["A"].width = 3
    assert not read(book).claims
    book.active["A3"].number_format = "0.00000"
    assert [c.measure for c in read(book).claims] == ["too_narrow"]
