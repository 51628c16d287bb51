"""A cell of a workbook with an error, or with a formula that was never calculated, is no null."""

from __future__ import annotations

from pathlib import Path

import pandera.pandas as pa
import pytest
from pandera.typing import Series

from khrop.files.read import read
from khrop.files.readable import check_table

pytestmark = pytest.mark.files


class Counted(pa.DataFrameModel):
    """A row for each number."""

    n: Series[int] = pa.Field(nullable=True)
    x: Series[float] = pa.Field(nullable=True)
    note: Series[str] = pa.Field(nullable=True)


def test_errors_and_formulas_without_a_value_are_not_taken_for_empty_cells(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["n", "x", "note"])
    book.active.append(["#DIV/0!", "=1+1", "#N/A"])
    book.active.append([None, 1.5, None])
    book.save(tmp_path / "numbers.xlsx")
    verdict = check_table(Counted, read(tmp_path / "numbers.xlsx", Counted), limit=None)
    assert [(v.rule_id, v.column_name, v.observed) for v in verdict.records] == [
        ("readable", "n", "#DIV/0!"),
        ("readable", "x", "=1+1"),
    ]
    assert list(verdict.set_aside["note"]) == ["#N/A"]


def test_a_sheet_of_any_name_is_looked_at(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["something else"])
    sheet = book.create_sheet("ตัวเลข & อื่น ๆ")
    sheet.append(["n", "x", "note"])
    sheet.append(["#REF!", 1, "a"])
    book.save(tmp_path / "numbers.xlsx")
    verdict = check_table(Counted, read(tmp_path / "numbers.xlsx", Counted), limit=None)
    assert [v.observed for v in verdict.records] == ["#REF!"]
