"""ODS to rows: the text that a cell displays, the value behind it, what is repeated, hidden, and too much."""

from __future__ import annotations

import pytest
from written_workbooks import ods_parts, packed

from pipelines.readers.document import Claim, Document, Meant, Unreadable
from pipelines.readers.workbooks.ods import read, read_flat

ROW = "<table:table-row>{}</table:table-row>"
TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
TYPED = '<table:table-cell office:value-type="{}" office:{}="{}"><text:p>{}</text:p></table:table-cell>'
FLOAT = '<table:table-cell office:value-type="float" office:value="{}"><text:p>{}</text:p></table:table-cell>'


def document(tables: str, styles: str = "") -> Document:
    return read(packed(ods_parts(tables, styles)))


def table(rows: str, name: str = "S1", columns: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="ta-{name}">{columns}{rows}</table:table>'


def cell(written: str) -> tuple[str, Meant | None]:
    sheet = document(table(ROW.format(written))).sheets[0]
    return (sheet.rows[0][1][0] if sheet.rows else ""), sheet.meant.get((1, 1))


@pytest.mark.parametrize(
    ("value", "displayed", "read_as"),
    [
        ("62", "๖๒", "62"),
        ("4.83870967741935", "๔.๘๔", "4.83870967741935"),
        ("7850", "7,850", "7850"),
        ("62.0", "62", None),
        ("1E-5", "0", "0.00001"),
    ],
)
def test_a_number_prints_what_is_displayed_and_reads_as_its_value(
    value: str, displayed: str, read_as: str | None
) -> None:
    meant = Meant(read_as, ("number-format",)) if read_as else None
    assert cell(FLOAT.format(value, displayed)) == (displayed, meant)


def test_a_number_without_a_text_prints_as_it_is_and_one_with_an_empty_text_is_not_shown() -> None:
    bare = '<table:table-cell office:value-type="float" office:value="62.50"/>'
    assert cell(bare) == ("62.5", Meant(None, ("number-format",)))
    assert cell(FLOAT.format("62", ""))[0] == ""


def test_a_percent_reads_in_percent_points() -> None:
    assert cell(TYPED.format("percentage", "value", "0.0484", "๔.๘๔%")) == ("๔.๘๔%", Meant("4.84", ("percent-format",)))


@pytest.mark.parametrize(
    ("value", "displayed", "read_as", "notes"),
    [
        ("2020-08-31", "๓๑ สิงหาคม ๒๕๖๓", "31 สิงหาคม 2563", ("date-format",)),
        ("2020-08-31T16:05:00", "31/08/20 16:05", "31 สิงหาคม 2563 16:05 น.", ("date-format",)),
        ("2563-08-31", "31/8/2563", "31 สิงหาคม 2563", ("date-format", "buddhist-year")),
        ("2563-08-31", "31 สิงหาคม 3106", None, ("date-format",)),
    ],
)
def test_a_date_reads_as_a_long_thai_date(
    value: str, displayed: str, read_as: str | None, notes: tuple[str, ...]
) -> None:
    assert cell(TYPED.format("date", "date-value", value, displayed)) == (displayed, Meant(read_as, notes))


def test_text_keeps_its_spaces_and_lines_and_leaves_comments_out() -> None:
    note = "<office:annotation><text:p>ตรวจแล้ว</text:p></office:annotation>"
    lines = "<text:p>จำนวน<text:s text:c='2'/>อปท.<text:tab/>ก<text:span>ข</text:span>ค</text:p><text:p>(แห่ง)</text:p>"
    written = f'<table:table-cell office:value-type="string">{note}{lines}</table:table-cell>'
    assert cell(written) == ("จำนวน  อปท.\tกขค\n(แห่ง)", None)


def test_truth_values_and_errors_print_as_spreadsheets_print_them() -> None:
    assert cell('<table:table-cell office:value-type="boolean" office:boolean-value="true"/>') == ("TRUE", None)
    error = 'table:formula="of:=1/0" office:value-type="float" office:value="0" calcext:value-type="error"'
    assert cell(f"<table:table-cell {error}><text:p>#DIV/0!</text:p></table:table-cell>") == (
        "#DIV/0!",
        Meant(None, ("formula",)),
    )


def test_a_formula_reads_as_its_value_and_prints_itself_where_nothing_has_reckoned_it() -> None:
    reckoned = 'table:formula="of:=[.C5]-[.D5]" office:value-type="float" office:value="59"'
    assert cell(f"<table:table-cell {reckoned}><text:p>๕๙</text:p></table:table-cell>") == (
        "๕๙",
        Meant("59", ("formula", "number-format")),
    )
    assert cell('<table:table-cell table:formula="of:=[.C5]-[.D5]"/>') == (
        "=[.C5]-[.D5]",
        Meant(None, ("formula-without-value",)),
    )


def test_what_is_repeated_is_repeated_and_what_is_merged_is_not() -> None:
    twice = '<table:table-row table:number-rows-repeated="2">{}</table:table-row>'
    empty = '<table:table-cell table:number-columns-repeated="2"/>'
    many = TEXT.format("ก").replace(" office", ' table:number-columns-repeated="2" office')
    covered = '<table:covered-table-cell office:value-type="string"><text:p>x</text:p></table:covered-table-cell>'
    rows = twice.format("<table:table-cell/>") + twice.format(empty + many) + ROW.format(TEXT.format("ข") + covered)
    assert document(table(rows)).sheets[0].rows == [(3, ["", "", "ก", "ก"]), (4, ["", "", "ก", "ก"]), (5, ["ข"])]


def test_empty_rows_down_to_the_end_of_a_sheet_cost_nothing() -> None:
    row = '<table:table-row table:number-rows-repeated="1048000">'
    end = f'{row}<table:table-cell table:number-columns-repeated="16384"/>'
    last = ROW.format(TEXT.format("ข"))
    sheet = document(table(f"{ROW.format(TEXT.format('ก'))}{end}</table:table-row>{last}")).sheets[0]
    assert sheet.rows == [(1, ["ก"]), (1_048_002, ["ข"])]


@pytest.mark.parametrize(
    ("rows", "observed"),
    [
        (f'<table:table-row table:number-rows-repeated="1048576">{TEXT.format("ก")}</table:table-row>', "20,000 rows"),
        (
            ROW.format(TEXT.format("ก").replace(" office", ' table:number-columns-repeated="16384" office')),
            "200 columns",
        ),
    ],
)
def test_more_than_a_return_can_have_is_refused(rows: str, observed: str) -> None:
    with pytest.raises(Unreadable, match=f"more than {observed}"):
        document(table(rows))


def test_hidden_sheets_rows_and_columns_are_reported_where_they_hold_something() -> None:
    styles = '<style:style style:name="ta-S2"><style:table-properties table:display="false"/></style:style>'
    columns = '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="3"/>'
    rows = ROW.format(TEXT.format("ก") * 2)
    rows += ROW.format(TEXT.format("ข")).replace("table-row>", 'table-row table:visibility="filter">', 1)
    group = ROW.format(TEXT.format("ค"))
    rows += f'<table:table-row-group table:display="false">{group}</table:table-row-group>{group}'
    found = document(table(rows, columns=columns) + table(ROW.format(TEXT.format("ง")), "S2"), styles)
    assert found.claims == (
        Claim("file", "hidden_rows", "2-3", "sheet S1!R2", "2-3"),
        Claim("file", "hidden_columns", "2", "sheet S1!R1C2", "2"),
        Claim("file", "hidden_sheet", "S2", "sheet S2", "S2"),
    )
    assert found.sheets[0].meant == {
        (1, 2): Meant(None, ("hidden-column",)),
        (2, 1): Meant(None, ("hidden-row",)),
        (3, 1): Meant(None, ("hidden-row",)),
    }
    assert found.sheets[1].meant == {(1, 1): Meant(None, ("hidden-sheet",))}


def test_a_sheet_of_another_file_is_a_link_and_no_sheet() -> None:
    source = '<table:table-source xlink:href="file:///a/ปี2562.ods" table:table-name="S1"/>'
    linked = (
        f"<table:table table:name=\"'file:///a/ปี2562.ods'#$S1\">{source}{ROW.format(TEXT.format('เก่า'))}</table:table>"
    )
    found = document(table(ROW.format(TEXT.format("ก"))) + linked + table(ROW.format(TEXT.format("ข")), "S2"))
    assert [(s.name, s.rows) for s in found.sheets] == [("sheet S1", [(1, ["ก"])]), ("sheet S2", [(1, ["ข"])])]
    assert found.claims == (Claim("file", "external_links", "1", "", "file:///a/ปี2562.ods"),)


def test_macros_are_reported_and_empty_libraries_are_not() -> None:
    parts = ods_parts(table(ROW.format(TEXT.format("ก")))) | {"Basic/script-lc.xml": "<x/>"}
    assert read(packed(parts)).claims == ()
    claims = read(packed(parts | {"Basic/Standard/Module1.xml": "<x/>"})).claims
    assert claims == (Claim("file", "macros", "Basic/Standard/Module1.xml", "", "Basic/Standard/Module1.xml"),)


@pytest.mark.parametrize(
    "content",
    [
        "<table:table",
        table('<table:table-row table:number-rows-repeated="x"/>'),
        table(ROW.format('<table:table-cell office:value-type="date" office:date-value="soon"/>')),
    ],
)
def test_what_is_written_wrongly_is_reported_as_damaged(content: str) -> None:
    with pytest.raises(Unreadable, match="the file is damaged"):
        document(content)


def test_a_package_without_content_is_damaged() -> None:
    with pytest.raises(Unreadable, match="content.xml is missing"):
        read(packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}))


def test_a_spreadsheet_that_is_not_packed_reads_as_the_packed_one() -> None:
    parts = ods_parts(table(ROW.format(FLOAT.format("62", "๖๒"))))
    flat = str(parts["content.xml"]).replace("office:document-content", "office:document").encode()
    assert read_flat(flat).sheets == read(packed(parts)).sheets
    with pytest.raises(Unreadable, match="declares entities"):
        read_flat(b"<!DOCTYPE x>" + flat)
    with pytest.raises(Unreadable, match="damaged"):
        read_flat(flat[:200])
