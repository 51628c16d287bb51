"""Rows that are read without a parser are read as the parser reads them; what it would refuse is left to it."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import registers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.readers.document import Document, Unreadable
from pipelines.readers.workbooks import plain_rows, xlsx

RETURNS = Path(__file__).parents[2] / "returns"
BOOKS = sorted(RETURNS.rglob("*.xlsx"))
SHEET = "xl/worksheets/sheet1.xml"


def both(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[Document | str, Document | str, int]:
    """What is read of a workbook, what the parser alone reads of it, and how many rows were plain."""
    taken: list[plain_rows.PlainRow] = []
    rest = plain_rows.PlainRows.rest

    def counted(self: plain_rows.PlainRows, xml: bytes) -> bytes:
        if not hasattr(self, "_counted"):
            take = self._take
            self._take = lambda row: (taken.append(row), take(row))[1]  # type: ignore[func-returns-value]
            self._counted = True  # type: ignore[attr-defined]
        return rest(self, xml)

    with monkeypatch.context() as patch:
        patch.setattr(plain_rows.PlainRows, "rest", counted)
        ours = read(data)
        patch.setattr(plain_rows.PlainRows, "rest", lambda self, xml: xml)
        return ours, read(data), len(taken)


def read(data: bytes) -> Document | str:
    try:
        return xlsx.read(data)
    except Unreadable as reason:
        # Of several damages in a file the parser need not come upon the same one first.
        return reason.en.partition(":")[0]


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_every_workbook_of_the_returns_is_read_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, parsed, _ = both(path.read_bytes(), monkeypatch)
    assert ours == parsed


def test_a_register_is_read_without_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    some = registers.register({"81": (62, 5)}, date(2020, 6, 11))
    data = registers.xlsx_of(some, date(2020, 6, 11))
    ours, parsed, plain = both(data, monkeypatch)
    assert ours == parsed
    assert plain == 4 + 62
    saved = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(saved)
    ours, parsed, plain = both(saved.getvalue(), monkeypatch)
    assert ours == parsed
    assert plain == 4 + 62, "as a program writes it that shares its strings"


def with_rows(rows: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> bytes:
    """A workbook whose sheet has these rows."""
    plain = io.BytesIO()
    openpyxl.Workbook().save(plain)
    made = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(made, "w") as package:
        for name in source.namelist():
            data = source.read(name)
            if name == SHEET:
                sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                encoding = "utf-8" if "874" not in head else "cp874"
                data = f"{head}{sheet}{rows}</sheetData></worksheet>".encode(encoding, "surrogatepass")
            package.writestr(name, data)
    return made.getvalue()


TEXTS = [
    "ก &amp; ข", "&lt;b&gt;", "&#3585;&#3586;", "&#13;", "&nbsp;", "_x000D_ก", "a\rb", "a\nb", "\x01", "\ufffe",
    "<!-- x -->ก", "<![CDATA[ก]]>", " ก ", "&#xE01;", "", "\ud800", "&#1114112;",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_what_the_parser_makes_of_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = with_rows(
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c><c r="B1" t="str"><v>{text}</v></c></row>'
    )
    ours, parsed, _ = both(data, monkeypatch)
    assert ours == parsed


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row><row r="2" ht="0.5"><c r="A2"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row><c><v>2</v></c><c><v>3</v></c></row>',
        '<row r="2"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row><row r="2"><c r="A2"><f>1+1</f></c></row>',
        '<row r="1"><c r="A1" s="999999999999"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#REF!</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><strike/></rPr><t>ก</t></r></is></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></row>',
        '<row r="1"><c r="A1"><v>1</v></c>',
        '<row r="1" r="2"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A2"><v>2</v></c></row>',
        '<row r="9"><c r="A1"><v>1</v></c></row><row r="3"><c r="A3"/></row><row r="9"><c r="A9"><v>3</v></c></row>',
    ],
)  # fmt: skip
def test_a_row_is_what_the_parser_makes_of_it(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, parsed, _ = both(with_rows(rows), monkeypatch)
    assert ours == parsed


def test_a_row_without_a_number_follows_a_plain_one_of_an_earlier_part(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 3000))
    ours, parsed, taken = both(with_rows(plain + "<row><c><v>7</v></c></row>" + plain), monkeypatch)
    assert ours == parsed
    assert taken > 0


def test_an_encoding_is_the_parser_s(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>กระบี่</t></is></c></row>'
    ours, parsed, plain = both(with_rows(rows, '<?xml version="1.0" encoding="windows-874"?>'), monkeypatch)
    assert (ours, plain) == (parsed, 0)


CELLS = st.one_of(
    st.builds(
        lambda col, row, style, kind, value: f'<c r="{col}{row}"{style}{kind}><v>{value}</v></c>',
        st.sampled_from("ABC"), st.integers(1, 3), st.sampled_from(["", ' s="0"', ' s="1"']),
        st.sampled_from(["", ' t="n"', ' t="s"', ' t="str"', ' t="b"', ' t="d"']),
        st.sampled_from(["1", "1.50", "43990", "x", "", "-0", "1e3", "0"]),
    ),
    st.builds(
        lambda col, row, text: f'<c r="{col}{row}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>',
        st.sampled_from("ABC"), st.integers(1, 3), st.sampled_from(TEXTS[:7]),
    ),
)  # fmt: skip


@given(
    rows=st.lists(
        st.builds(
            lambda number, attributes, cells: f"<row{number}{attributes}>{''.join(cells)}</row>",
            st.sampled_from([' r="1"', ' r="2"', ' r="3"', ""]), st.sampled_from(["", ' hidden="1"', ' spans="1:3"']),
            st.lists(CELLS, max_size=3),
        ),
        max_size=4,
    )
)  # fmt: skip
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_rows_in_any_mixture_are_what_the_parser_makes_of_them(
    rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, parsed, _ = both(with_rows("".join(rows)), monkeypatch)
    assert ours == parsed
