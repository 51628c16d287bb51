"""A text that is no table is named as what it is; a vertical bar separates cells too."""

from __future__ import annotations

from pathlib import Path

import pytest
from every_engine import contract

from khrop.files.read import read
from khrop.files.table import Unreadable

STOCK = contract({"item": str, "left": int})


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ('[{"item": "tea", "left": 1}]', "JSON"),
        ('[\n  {"item": "tea", "left": 1}\n]', "JSON"),
        ('{"item": "tea", "left": 1}\n{"item": "rice", "left": 2}\n', "JSON"),
        ("<html><table><tr><td>tea</td></tr></table></html>", "HTML or XML"),
        ('<?xml version="1.0"?><stock/>', "HTML or XML"),
    ],
)
def test_a_form_that_is_no_table_is_named(tmp_path: Path, content: str, form: str) -> None:
    path = tmp_path / "stock.csv"
    path.write_text(content)
    with pytest.raises(Unreadable, match=f"this is {form}: expected CSV, XLSX or Parquet"):
        read(path, STOCK)


def test_a_vertical_bar_separates_cells(tmp_path: Path) -> None:
    path = tmp_path / "stock.txt"
    path.write_text("item|left\ntea, black|1\n")
    table = read(path, STOCK)
    assert table.frame["item"].tolist() == ["tea, black"]
    assert table.frame["left"].tolist() == [1]
