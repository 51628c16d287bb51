"""A file of any form comes to the same table, and one that is none says why and where."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.typing import Series

from khrop import ContractOptions, ProvinceProgress
from khrop.files.cells import parse_number
from khrop.files.read import find_damage, match_engine, read, unchanged
from khrop.files.table import ROW, Table, Unreadable, with_places
from khrop.model.errors import WrongUse
from khrop.thai.digits import to_thai

LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
HEADING = "ordinal,province_th,total,saved,pending,saved_percent\n"
ROWS = HEADING + '๑,กระบี่,๖๒,๓,๕๙,๔.๘๔\n2,จ.กาญจนบุรี,"1,122",7,1115,0.62%\n'


class Day(pa.DataFrameModel):
    """A contract with a column of each type."""

    day: Series[pd.Timestamp]
    open: Series[bool]
    rate: Series[float]
    count: Series[int]
    name: Series[str]


def taken(path: Path, contract: type = ProvinceProgress, sheet: str | None = None) -> Table:
    return read(path, with_places(contract), sheet)


def wrote(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def values(table: Table, column: str) -> list[Any]:
    native = nw.from_native(table.frame).lazy().collect("pandas").to_native()
    return [None if pd.isna(value) else value for value in native[column].tolist()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_in_any_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    text = ROWS.replace('"1,122"', "1122").replace(",", separator)
    table = taken(wrote(tmp_path / "any.name", text.encode(encoding)))
    assert values(table, "total") == [62, 1122]
    assert values(table, "saved_percent") == [4.84, 0.62]
    assert values(table, "province_code") == ["81", "71"]


def test_rows_are_numbered_as_an_editor_numbers_lines(tmp_path: Path) -> None:
    text = "\n" + HEADING + '1,"กระ\nบี่",1,1,0,100\n\n2,x,1,1,0,100\n'
    table = taken(wrote(tmp_path / "a.csv", text))
    assert values(table, table.numbered) == [3, 6]
    assert table.columns["total"] == 3


def test_what_cannot_be_read_is_null_beside_what_was_printed(tmp_path: Path) -> None:
    table = taken(wrote(tmp_path / "a.csv", HEADING + "1,กระบี่, n/a ,,1e999,3.7.2\n2,ตรัง,100,1,๒3,4\n"))
    assert values(table, "total") == [None, 100]
    assert values(table, "total_printed") == ["n/a", None]
    assert values(table, "pending_printed") == ["1e999", "๒3"]
    assert values(table, "saved_percent_printed") == ["3.7.2", None]
    assert values(table, "saved") == [None, 1]
    assert "saved_printed" not in table.frame.columns, "a blank is no text"


def test_a_fraction_where_a_count_belongs_stays_a_fraction(tmp_path: Path) -> None:
    table = taken(wrote(tmp_path / "a.csv", HEADING + "1,กระบี่,2.5,1,1.0,4\n"))
    assert values(table, "total") == [2.5]
    assert values(table, "pending") == [1]


def test_columns_of_other_types(tmp_path: Path) -> None:
    text = "day,open,rate,count,name\n2020-06-11,TRUE,1e-05,7,ก\n2020-06-11T08:00,no,nan,8,\n"
    table = taken(wrote(tmp_path / "a.csv", text), Day)
    assert values(table, "day") == [pd.Timestamp(2020, 6, 11), pd.Timestamp(2020, 6, 11, 8)]
    assert values(table, "open") == [True, None]
    assert values(table, "open_printed") == [None, "no"]
    assert values(table, "rate") == [1e-05, None]
    assert values(table, "name") == ["ก", None]


def test_types_hold_across_the_pieces_a_file_is_read_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khrop.files.csv_text.PIECE", 2)
    rows = "".join(f"{i},ตรัง,{total},1,1,50\n" for i, total in enumerate(["1", "2", "3", "2.5", "x", "6"], 1))
    table = taken(wrote(tmp_path / "a.csv", HEADING + rows))
    assert values(table, "total") == [1, 2, 3, 2.5, None, 6]
    assert values(table, "total_printed") == [None, None, None, None, "x", None]


@given(st.integers(-(10**18) + 1, 10**18 - 1))
def test_every_count_is_read_in_either_script_and_with_thousands(count: int) -> None:
    assert parse_number(str(count), whole=True) == parse_number(to_thai(f"{count:,}"), whole=True) == count


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_that_a_program_writes_is_read_as_it_is(value: float) -> None:
    assert parse_number(repr(value), whole=False) == value


@given(st.text(max_size=12))
def test_a_text_is_a_number_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert isfinite(parse_number(text, whole=True))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "no line with anything on it"),
        (HEADING.encode(), "a heading and no row below it"),
        (b"total,saved,total\n1,2,3\n", "columns 1 and 3 of the heading are both 'total'"),
        (HEADING.encode() + b"1,x,3,4,5,6\n1,x,3\n", r"line 3 has 3 cell\(s\), the heading has 6"),
        (HEADING.encode() + b"1,x,3,4,5,6,7\n", r"line 2 has 7 cell\(s\), the heading has 6"),
        (HEADING.encode() + b'1,"x,3,4,5,6\n', "line 2 cannot be split into cells: .*quote"),
        (HEADING.encode() + b"1,\0x,3,4,5,6\n", f"a zero byte at offset {len(HEADING) + 2}"),
        ("total\n1\n".encode("utf-32"), "this is UTF-32"),
        (b"%PDF-1.7 ...", "this is a PDF"),
        pytest.param(b"PK\x03\x04 and nothing of a workbook", "this is no workbook", marks=pytest.mark.files),
        pytest.param(LOCKED, "locked with a password", marks=pytest.mark.files),
        pytest.param(b"PAR1 and nothing of Parquet", "the Parquet file is damaged", marks=pytest.mark.files),
        (b"total\n" + b"1" * (17 << 20), "the line after 1 line ends is longer than 16 MB"),
    ],
)
def test_a_file_that_is_no_table_says_why(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        taken(wrote(tmp_path / "a.csv", content))
    assert any("\u0e00" <= c <= "\u0e7f" for c in caught.value.th)


def test_a_text_of_no_known_encoding_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=rf"the byte at offset {len(HEADING) + 2}\), .* name it with --encoding"):
        taken(wrote(tmp_path / "a.csv", HEADING.encode() + b"1,\xff\xfe,3,4,5,6\n"))


def test_a_path_that_is_no_file_is_wrong_use(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, message in [
        (tmp_path, "is a folder"),
        (tmp_path / "absent.csv", "is not there"),
        (tmp_path / "pipe", "neither a file nor a folder"),
        (Path("-"), "standard input"),
        (Path("a\0b"), "null byte"),
    ]:
        with pytest.raises(WrongUse, match=message):
            taken(path)


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = wrote(tmp_path / "a.csv", ROWS)
    with pytest.raises(Unreadable, match="changed while it was read"), unchanged(path):
        wrote(path, ROWS + "3,ตรัง,1,1,0,100\n")
    with pytest.raises(Unreadable, match="changed while it was read"), unchanged(path):
        path.unlink()


def parquet(path: Path, **columns: list[Any]) -> Path:
    import duckdb

    duckdb.from_df(pd.DataFrame(columns)).write_parquet(str(path))
    return path


@pytest.mark.files
def test_parquet_is_known_by_its_content_and_stays_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "k=3"
    folder.mkdir()
    path = parquet(folder / "a[1]*.csv", province_th=["จ.ตรัง", "ตรังง", None], total=[1, 2, 3])
    table = taken(path)
    assert not isinstance(table.frame, pd.DataFrame)
    assert (table.rows, list(table.columns)) == (3, ["province_th", "total", "province_code"])
    assert values(table, "province_code") == ["92", None, None]


@pytest.mark.files
@pytest.mark.parametrize("absent", [["duckdb"], ["duckdb", "polars"]])
def test_parquet_is_read_by_whatever_engine_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, absent: list[str]
) -> None:
    path = parquet(tmp_path / "a[1]*.parquet", province_th=["ตรัง", "ตรังง", None], total=[1, 2, 3])
    wrote(tmp_path / "cut.parquet", path.read_bytes()[:-20])
    for name in absent:
        monkeypatch.setitem(sys.modules, name, None)
    table = taken(path)
    assert (table.rows, values(table, "province_code")) == (3, ["92", None, None])
    with pytest.raises(Unreadable, match="the Parquet file is damaged"):
        taken(tmp_path / "cut.parquet")


def test_what_is_not_installed_is_named_with_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("duckdb", "polars", "pyarrow.parquet", "python_calamine"):
        monkeypatch.setitem(sys.modules, name, None)
    for head in (b"PAR1....", b"PK\x03\x04...."):
        with pytest.raises(WrongUse, match=r"pip install 'khrop\[files\]'"):
            taken(wrote(tmp_path / "a", head))


@pytest.mark.files
def test_parquet_cut_short_is_damaged_and_an_empty_one_has_no_row(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", total=list(range(1000)))
    assert find_damage(taken(path)) is None
    wrote(tmp_path / "cut.parquet", path.read_bytes()[:-200])
    with pytest.raises(Unreadable, match="the Parquet file is damaged"):
        taken(tmp_path / "cut.parquet")
    with pytest.raises(Unreadable, match="no row below"):
        taken(parquet(tmp_path / "none.parquet", total=[]))


@pytest.mark.files
def test_parquet_that_is_damaged_inside_is_found_when_it_is_read_through(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "a.parquet", total=list(range(1000))).read_bytes()
    broken = taken(wrote(tmp_path / "b.parquet", whole[:4] + b"\xff" * 60 + whole[64:]))
    assert find_damage(broken) is not None


@pytest.mark.files
@pytest.mark.parametrize(("mine", "older"), [("csv", "parquet"), ("parquet", "csv"), ("parquet", "parquet")])
def test_a_previous_return_of_another_form_is_brought_beside(tmp_path: Path, mine: str, older: str) -> None:
    wrote(tmp_path / "a.csv", "total\n1\n2\n")
    parquet(tmp_path / "a.parquet", total=[1, 2])
    frame = taken(tmp_path / f"a.{mine}").frame
    other = nw.from_native(match_engine(frame, taken(tmp_path / f"a.{older}").frame)).lazy().select("total")
    joined = nw.from_native(frame).lazy().join(other, on="total").collect("pandas")
    assert sorted(joined["total"].to_list()) == [1, 2]


Sheets = Callable[[dict[str, list[list[Any]]]], Path]


@pytest.fixture
def workbook(tmp_path: Path) -> Sheets:
    import openpyxl

    def write(sheets: dict[str, list[list[Any]]]) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "book.csv"  # what it is called does not matter
        book.save(path)
        return path

    return write


TABLE = [["Progress"], [], ["ordinal", "province_th", "total"], [1, "ตรัง", "๑๐๐"], [], [2, "สตูล", 41.0], [3, 7, True]]


@pytest.mark.files
def test_the_sheet_with_the_contracts_columns_is_taken(workbook: Sheets) -> None:
    table = taken(workbook({"Notes": [["about"], ["this"]], "Data": TABLE}))
    assert (table.sheet, table.rows) == ("Data", 3)
    assert values(table, table.numbered) == [4, 6, 7]
    assert values(table, "total") == [100, 41, None]
    assert values(table, "total_printed") == [None, None, "True"]
    assert values(table, "province_th") == ["ตรัง", "สตูล", "7"]


@pytest.mark.files
def test_a_sheet_can_be_named(workbook: Sheets) -> None:
    path = workbook({"June": TABLE, "July": TABLE[:4]})
    assert (taken(path).sheet, taken(path, sheet="July").rows) == ("June", 1)
    with pytest.raises(WrongUse, match="no sheet 'May'; it has June, July"):
        taken(path, sheet="May")


@pytest.mark.files
def test_a_workbook_without_such_a_sheet_says_what_it_has(workbook: Sheets) -> None:
    with pytest.raises(Unreadable, match="no sheet names a column of the contract .*: A, B"):
        taken(workbook({"A": [["x"], [1]], "B": [["y"], [1]], "Empty": []}))
    with pytest.raises(Unreadable, match="no sheet with anything on it"):
        taken(workbook({"Empty": []}))


def test_a_sheet_is_asked_of_a_workbook_alone(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="--sheet is for workbooks"):
        taken(wrote(tmp_path / "a.csv", ROWS), sheet="Data")


def test_a_file_with_places_of_its_own_keeps_them(tmp_path: Path) -> None:
    table = taken(wrote(tmp_path / "a.csv", "total,place\n1,page 3\n"))
    assert (table.numbered, values(table, "place")) == ("", ["page 3"])


def test_rows_of_a_contract_without_places_are_numbered_all_the_same(tmp_path: Path) -> None:
    placed = with_places(Day)
    assert placed.__contract__ == ContractOptions(place=ROW)  # type: ignore[attr-defined]
    assert placed.__name__ == "Day"
    assert read(wrote(tmp_path / "a.csv", "name\nก\n"), placed).numbered == ROW


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_heading_may_be_quoted(tmp_path: Path, separator: str) -> None:
    text = '"day","open"\n"2020-06-11","true"\n'.replace(",", separator)
    assert values(taken(wrote(tmp_path / "a.csv", text), Day), "open") == [True]
