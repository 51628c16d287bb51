"""XLSX to rows: what a cell prints, what is read in its stead, what is hidden, and what is too much."""

from __future__ import annotations

import io
import time
from datetime import date, datetime
from typing import Any

import openpyxl
import openpyxl.styles
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from written_workbooks import MAIN, packed, relations, xlsx_parts

from pipelines.readers.document import Claim, Document, Meant, Unreadable
from pipelines.readers.workbooks.xlsx import read


def saved(workbook: openpyxl.Workbook) -> Document:
    data = io.BytesIO()
    workbook.save(data)
    return read(data.getvalue())


def cell(value: Any, code: str = "General") -> tuple[str, Meant | None]:
    """What a cell prints and means, by its value and number format."""
    workbook = openpyxl.Workbook()
    workbook.active["A1"].value = value
    workbook.active["A1"].number_format = code
    sheet = saved(workbook).sheets[0]
    return (sheet.rows[0][1][0] if sheet.rows else ""), sheet.meant.get((1, 1))


def sheet_of(rows: str, **parts: Any) -> Document:
    return read(packed(xlsx_parts(rows, **parts)))


# The formats that LibreOffice 7.4 knows were printed by it; Thai's own t and b are of Excel alone.
@pytest.mark.parametrize(
    ("value", "code", "printed", "means"),
    [
        (62, "General", "62", None),
        (62.0, "0", "62", None),
        (7850, "#,##0", "7,850", "7850"),
        (7850, "[$-D00041E]#,##0", "๗,๘๕๐", "7850"),
        (62, "[$-D00041E]0", "๖๒", "62"),
        (4.838709677419355, "[$-D07041E]0.00", "๔.๘๔", "4.83870967741935"),
        (62, "[$-41E]0", "62", None),
        (62, "t0", "๖๒", "62"),
        (1234567.891, "t#,##0.00", "๑,๒๓๔,๕๖๗.๘๙", "1234567.891"),
        (62, "[DBNum1][$-41E]0", "๖๒", "62"),
        (62, "[DBNum1]0", "62", None),
        (4.838709677419355, "General", "4.838709677", "4.83870967741935"),
        (1e-05, "General", "0.00001", None),
        (1234567890123, "General", "1.23457E+12", "1234567890123"),
        (0.1 + 0.2, "General", "0.3", None),
        (-3.5, "0", "-4", "-3.5"),
        (-0.4, "0", "0", "-0.4"),
        (-7850, "#,##0;(#,##0)", "(7,850)", "-7850"),
        (0, '#,##0;-#,##0;"-"', "-", "0"),
        (62, '_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', "62", None),
        (62, '0 "แห่ง"', "62 แห่ง", "62"),
        (62, "0.0\\ว", "62.0ว", "62"),
        (1234567.891, "0.00E+00", "1.23E+06", "1234567.891"),
        (7850, "[>=1000]#,##0;0.0", "7,850", "7850"),
        (62, "[>=1000]#,##0;0.0", "62.0", "62"),
        (62, "[Red]0;[Blue]-0", "62", None),
        (62.5, "0.###", "62.5", None),
        (62, "[$฿-41E]#,##0.00", "฿62.00", "62"),
    ],
)
def test_a_number_prints_by_its_format_and_reads_as_what_is_stored(
    value: float, code: str, printed: str, means: str | None
) -> None:
    meant = Meant(means, ("number-format",)) if means else None
    assert cell(value, code) == (printed, meant)


@pytest.mark.parametrize(
    ("value", "code", "printed"),
    [
        (1234567.891, "#,##0,", "1,235"),
        (7850, "0,", "8"),
        (2097, "0\\.00", "20.97"),
        (7850, "000-0000", "000-7850"),
        (44007, '"ข้อมูล ณ วันที่ 25 มิถุนายน 2563"', "ข้อมูล ณ วันที่ 25 มิถุนายน 2563"),
        (62, ";;;", ""),
        (62, "-0", "-62"),
        (62, "(0)", "(62)"),
        (-62, "0;0", "62"),
        (62, '0"*"', "62*"),
        (62, '0" (เดิม)"', "62 (เดิม)"),
        (62, "[White]0", ""),
        (0, "0;-0;[Color2]0", ""),
    ],
)
def test_a_number_that_its_format_shows_as_another_reads_as_what_is_seen(value: float, code: str, printed: str) -> None:
    shown, meant = cell(value, code)
    assert shown == printed
    assert meant is None or meant.read is None


def test_a_figure_that_its_format_shows_as_a_word_is_read_and_reported() -> None:
    assert cell(69, '[>50]"ผ่าน";0') == ("ผ่าน", Meant("69", ("number-format", "hidden-by-format")))


@pytest.mark.parametrize(
    ("day", "code", "printed", "part"),
    [
        (date(2020, 6, 25), "d mmmm", "25 June", "year"),
        (date(2020, 6, 25), "mmm-yy", "Jun-20", "day"),
        (date(2020, 6, 25), "yyyy", "2020", "day"),
        (date(2020, 6, 20), "dd", "20", "day"),  # and no year
        (date(2020, 6, 6), "mm/yyyy", "06/2020", "month"),
    ],
)
def test_a_date_of_which_its_format_does_not_show_all_is_none(day: date, code: str, printed: str, part: str) -> None:
    assert cell(day, code) == (printed, Meant(None, ("date-format", f"{part}-not-shown")))


@pytest.mark.parametrize(
    ("code", "printed", "means"),
    [
        ("mm/dd/yyyy", "06/05/2020", Meant(None, ("date-format", "month-first"))),
        ("yyyy-dd-mm", "2020-05-06", Meant(None, ("date-format", "month-first"))),
        ("dd/mm/yyyy", "05/06/2020", Meant("5 มิถุนายน 2563", ("date-format",))),
        ("yyyy-mm-dd", "2020-06-05", Meant("5 มิถุนายน 2563", ("date-format",))),
        ("mmmm d, yyyy", "June 5, 2020", Meant("5 มิถุนายน 2563", ("date-format",))),
    ],
)
def test_a_date_whose_month_may_be_taken_for_its_day_is_read_as_it_is_printed(
    code: str, printed: str, means: Meant
) -> None:
    assert cell(date(2020, 6, 5), code) == (printed, means)


def test_words_that_a_format_puts_before_a_date_are_read() -> None:
    shown, meant = cell(date(2020, 6, 25), '"ข้อมูล ณ วันที่ "[$-107041E]d mmm yyyy')
    assert shown == "ข้อมูล ณ วันที่ 25 มิ.ย. 2563"
    assert meant == Meant("ข้อมูล ณ วันที่ 25 มิถุนายน 2563", ("date-format",))


@pytest.mark.parametrize(
    ("value", "code", "printed", "means"),
    [
        (0.0484, "0.00%", "4.84%", "4.84"),
        (0.0483870967741935, "0%", "5%", "4.83870967741935"),
        (0.0484, "[$-D00041E]0.00%", "๔.๘๔%", "4.84"),
        (1, "0%", "100%", "100"),
        (0.07, "0.0%", "7.0%", "7"),
    ],
)
def test_a_percent_reads_in_percent_points_with_all_its_digits(
    value: float, code: str, printed: str, means: str
) -> None:
    assert cell(value, code) == (printed, Meant(means, ("percent-format",)))


def test_a_fraction_without_a_percent_format_stays_a_fraction() -> None:
    assert cell(0.0484) == ("0.0484", None)


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("[$-41E]d mmmm bbbb", "31 สิงหาคม 2563"),
        ("[$-107041E]d mmmm yyyy", "31 สิงหาคม 2563"),
        ("[$-D07041E]d mmmm yyyy", "๓๑ สิงหาคม ๒๕๖๓"),
        ("[$-D07041E]d mmm yy", "๓๑ ส.ค. ๖๓"),
        ("[$-187041E]d mmm yy;@", "31 ส.ค. 63"),
        ("[$-41E]dddd d mmmm yyyy", "จันทร์ 31 สิงหาคม 2020"),
        ("d/m/yyyy", "31/8/2020"),
        ("yyyy-mm-dd", "2020-08-31"),
        ("d mmmm yyyy", "31 August 2020"),
    ],
)
def test_a_date_prints_by_its_format_and_reads_as_a_long_thai_date(code: str, printed: str) -> None:
    shown, meant = cell(date(2020, 8, 31), code)
    assert shown == printed
    assert meant is not None
    assert (meant.read or shown) == "31 สิงหาคม 2563"
    assert meant.notes == ("date-format",)


def test_the_hour_of_a_date_is_kept() -> None:
    shown, meant = cell(datetime(2020, 6, 1, 16, 5, 9), "d/m/yyyy h:mm")
    assert (shown, meant) == ("1/6/2020 16:05", Meant("1 มิถุนายน 2563 16:05 น.", ("date-format",)))
    assert cell(datetime(2020, 6, 1, 16, 5, 9), "h:mm AM/PM") == ("4:05 PM", None)


def test_a_buddhist_year_that_was_typed_as_a_gregorian_one_reads_as_it_was_meant() -> None:
    shown, meant = cell(date(2563, 8, 31), "d/m/yyyy")
    assert shown == "31/8/2563"
    assert meant == Meant("31 สิงหาคม 2563", ("date-format", "buddhist-year"))


@pytest.mark.parametrize(
    ("serial", "printed"), [(0, "30/12/1899"), (59, "28/2/1900"), (61, "1/3/1900"), (2958465, "31/12/9999")]
)
def test_days_are_counted_as_workbooks_count_them(serial: int, printed: str) -> None:
    assert sheet_of(f'<row r="1"><c r="A1"><v>{serial}</v></c></row>', codes=("d/m/yyyy",)).sheets[0].rows == [
        (1, [printed])
    ]


def test_days_are_counted_from_1904_where_a_workbook_says_so() -> None:
    found = sheet_of(
        '<row r="1"><c r="A1"><v>42612</v></c></row>', codes=("d/m/yyyy",), settings='<workbookPr date1904="1"/>'
    )
    assert found.sheets[0].rows == [(1, ["31/8/2020"])]


@pytest.mark.parametrize("serial", ["-1", "2958466", "1e300"])
def test_a_number_that_is_no_date_prints_as_office_programs_print_it(serial: str) -> None:
    found = sheet_of(f'<row r="1"><c r="A1"><v>{serial}</v></c></row>', codes=("d/m/yyyy",)).sheets[0]
    assert found.rows == [(1, ["########"])]


@pytest.mark.parametrize("text", ["กระบี่", "๖๒", "=cmd|' /C calc'!A0", "a\nb", " 1 ", "TRUE"])
def test_text_stays_as_it_is(text: str) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"].value = text
    workbook.active["A1"].data_type = "s"
    assert saved(workbook).sheets[0].rows == [(1, [text])]


def test_an_apostrophe_that_makes_a_text_of_a_number_is_no_part_of_it() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "62"
    workbook.active["A1"].quotePrefix = True
    assert saved(workbook).sheets[0].rows == [(1, ["62"])]


def test_runs_of_a_text_are_joined_and_pronunciation_is_left_out() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = CellRichText("จัง", TextBlock(InlineFont(b=True), "หวัด"))
    assert saved(workbook).sheets[0].rows == [(1, ["จังหวัด"])]
    inline = '<c r="A1" t="inlineStr"><is><r><t>จัง</t></r><r><t>หวัด</t></r><rPh><t>x</t></rPh></is></c>'
    assert sheet_of(f'<row r="1">{inline}</row>').sheets[0].rows == [(1, ["จังหวัด"])]


def test_truth_values_and_errors_print_as_workbooks_print_them() -> None:
    row = '<c r="A1" t="b"><v>1</v></c><c r="B1" t="b"><v>0</v></c><c r="C1" t="e"><v>#DIV/0!</v></c>'
    assert sheet_of(f'<row r="1">{row}</row>').sheets[0].rows == [(1, ["TRUE", "FALSE", "#DIV/0!"])]


def test_a_formula_reads_as_its_value() -> None:
    row = '<c r="A1"><f>C5-D5</f><v>59</v></c><c r="B1" t="str"><f>A1&amp;""</f><v>๕๙</v></c>'
    sheet = sheet_of(f'<row r="1">{row}<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>').sheets[0]
    assert sheet.rows == [(1, ["59", "๕๙", "#DIV/0!"])]
    assert sheet.meant == {(1, col): Meant(None, ("formula",)) for col in (1, 2, 3)}


def test_a_formula_that_nothing_has_reckoned_prints_itself() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["E5"] = "=C5-D5"
    sheet = saved(workbook).sheets[0]
    assert sheet.rows == [(5, ["", "", "", "", "=C5-D5"])]
    assert sheet.meant == {(5, 5): Meant(None, ("formula-without-value",))}


def test_a_formula_that_is_written_once_for_many_cells_prints_as_each_of_them_has_it() -> None:
    rows = '<row r="1"><c r="C1"><f t="shared" ref="C1:C2" si="0">A1-B1</f></c></row>'
    rows += '<row r="2"><c r="C2"><f t="shared" si="0"/></c></row>'
    assert sheet_of(rows).sheets[0].rows == [(1, ["", "", "=A1-B1"]), (2, ["", "", "=A2-B2"])]


def test_values_behind_formulas_that_are_calculated_on_opening_are_none() -> None:
    to_calculate = '<calcPr fullCalcOnLoad="1"/>'
    rows = '<row r="1"><c r="A1"><f>C5-D5</f><v>0</v></c><c r="B1"><f>C6-D6</f><v>4</v></c></row>'
    assert sheet_of(rows, settings=to_calculate).sheets[0].rows == [(1, ["=C5-D5", "=C6-D6"])]
    assert sheet_of(rows).sheets[0].rows == [(1, ["0", "4"])]


def test_a_value_that_changes_from_day_to_day_says_so() -> None:
    row = '<row r="1"><c r="A1"><f>TODAY()</f><v>44007</v></c></row>'
    for settings in ("", '<calcPr fullCalcOnLoad="1"/>'):
        found = sheet_of(row, settings=settings)
        assert found.sheets[0].rows == [(1, ["44007"])]
        assert [(c.measure, c.value) for c in found.claims] == [("volatile", 1)]


@pytest.mark.parametrize(
    ("theme", "tint", "shows"), [(0, -0.05, False), (0, -0.5, True), (1, 0.35, True), (1, 0.95, False)]
)
def test_a_tinted_colour_of_the_theme_shows_as_far_as_it_stands_out(theme: int, tint: float, shows: bool) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "กระบี่"
    colour = openpyxl.styles.colors.Color(theme=theme, tint=tint)
    workbook.active["A1"].font = openpyxl.styles.Font(color=colour)
    assert saved(workbook).sheets[0].meant == ({} if shows else {(1, 1): Meant(None, ("hidden",))})


def test_white_text_on_a_colour_of_the_theme_shows() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    white = openpyxl.styles.Font(color=openpyxl.styles.colors.Color(theme=0))
    grounds = [
        openpyxl.styles.PatternFill("solid", fgColor=openpyxl.styles.colors.Color(theme=4)),
        openpyxl.styles.PatternFill("darkGrid", fgColor="FF000000"),
        openpyxl.styles.GradientFill(stop=("FF000000", "FF333333")),
        openpyxl.styles.PatternFill("solid", fgColor=openpyxl.styles.colors.Color(theme=0)),
        openpyxl.styles.PatternFill(),
    ]
    for row, ground in enumerate(grounds, 1):
        cell = sheet.cell(row, 1, "หัว")
        cell.font, cell.fill = white, ground
    assert [row for row, _ in saved(workbook).sheets[0].meant] == [4, 5]


def test_what_is_struck_out_or_does_not_stand_out_from_its_ground_says_so() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["A1"], sheet["A1"].font = "เดิม", openpyxl.styles.Font(strike=True)
    sheet["A2"], sheet["A2"].font = "ขาว", openpyxl.styles.Font(color="FFFFFFFF")
    sheet["A3"], sheet["A3"].font = "ขาวบนดำ", openpyxl.styles.Font(color="FFFFFFFF")
    sheet["A3"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF203060")
    sheet["A4"], sheet["A4"].font = "จุด", openpyxl.styles.Font(sz=1)
    sheet["A5"], sheet["A5"].font = "เทา", openpyxl.styles.Font(color="FF808080")
    old = TextBlock(InlineFont(strike=True), "๑๑ มิถุนายน ๒๕๖๓")
    sheet["A6"] = CellRichText("ข้อมูล ณ วันที่ ", old, " ๒๕ มิถุนายน ๒๕๖๓")
    found = saved(workbook)
    meant = found.sheets[0].meant
    assert {at: of.notes for at, of in meant.items()} == {
        (1, 1): ("struck",),
        (2, 1): ("hidden",),
        (4, 1): ("hidden",),
        (6, 1): ("struck",),
    }
    assert found.sheets[0].rows[5] == (6, ["ข้อมูล ณ วันที่  ๒๕ มิถุนายน ๒๕๖๓"])
    assert meant[6, 1].struck == "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ ๒๕ มิถุนายน ๒๕๖๓"
    assert [(c.measure, c.value, c.place) for c in found.claims] == [
        ("hidden_text", 2, "sheet Sheet!R2C1"),
        ("struck_text", 2, "sheet Sheet!R1C1"),
    ]


def test_the_value_of_a_merged_range_stands_in_its_first_cell_alone() -> None:
    rows = '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row></sheetData>'
    merged = '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="E1:XFD1048576"/></mergeCells>'
    assert sheet_of(rows + merged).sheets[0].rows == [(1, ["1", "", "3"])]


def test_sheets_come_in_order_with_the_hidden_ones_and_rows_by_their_numbers() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.title = "ตาราง"
    workbook.active["C7"] = "ก"
    notes = workbook.create_sheet("บันทึก")
    notes["A1"] = 62
    notes.sheet_state = "veryHidden"
    workbook.create_chartsheet("แผนภูมิ")
    found = saved(workbook)
    assert [(s.name, s.rows) for s in found.sheets] == [
        ("sheet ตาราง", [(7, ["", "", "ก"])]),
        ("sheet บันทึก", [(1, ["62"])]),
    ]
    assert found.sheets[1].meant == {(1, 1): Meant(None, ("hidden-sheet",))}
    assert found.claims == (Claim("file", "hidden_sheet", "บันทึก", "sheet บันทึก", "บันทึก"),)


def test_hidden_rows_and_columns_are_reported_where_they_hold_something() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (1, 12, 13, 14, 20):
        sheet.cell(row, 1, row)
        sheet.cell(row, 5, row)
    for row in (12, 13, 14, 20, 30):
        sheet.row_dimensions[row].hidden = True
    for column in ("E", "F"):
        sheet.column_dimensions[column].hidden = True
    found = saved(workbook)
    assert found.claims == (
        Claim("file", "hidden_rows", "12-14, 20", "sheet Sheet!R12", "12-14, 20"),
        Claim("file", "hidden_columns", "5", "sheet Sheet!R1C5", "5"),
    )
    assert found.sheets[0].meant[12, 1] == Meant(None, ("hidden-row",))
    assert found.sheets[0].meant[12, 5] == Meant(None, ("hidden-row", "hidden-column"))
    assert (1, 1) not in found.sheets[0].meant


def test_macros_and_links_to_other_workbooks_are_reported_and_not_followed() -> None:
    parts = xlsx_parts('<row r="1"><c r="A1"><v>1</v></c></row>')
    linked = relations(("rId1", "externalLinkPath", "file:///\\\\server\\ปี2562.xlsx")).replace(
        "/>", ' TargetMode="External"/>'
    )
    parts |= {"xl/vbaProject.bin": b"\0", "xl/externalLinks/externalLink1.xml": "<externalLink/>"}
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = linked
    assert read(packed(parts)).claims == (
        Claim("file", "macros", "xl/vbaProject.bin", "", "xl/vbaProject.bin"),
        Claim("file", "external_links", "1", "", "file:///\\\\server\\ปี2562.xlsx"),
    )


def test_cells_without_a_reference_follow_one_another() -> None:
    rows = "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c><v>4</v></c></row>"
    assert sheet_of(rows).sheets[0].rows == [(1, ["1", "", "3"]), (2, ["4"])]


def test_a_text_that_is_missing_from_the_shared_ones_is_not_taken_for_an_empty_cell() -> None:
    sheet = sheet_of('<row r="1"><c r="A1" t="s"><v>7</v></c></row>').sheets[0]
    assert sheet.rows == [(1, ["#7?"])]
    assert sheet.meant == {(1, 1): Meant(None, ("missing-string",))}


@pytest.mark.parametrize("written", ["", "x", "1e999", "nan", "1_0", "๖๒", "0x1f", "1e99999"])
def test_a_value_that_is_no_number_stays_what_is_written(written: str) -> None:
    sheet = sheet_of(f'<row r="1"><c r="A1"><v>{written}</v></c></row>', codes=("0.00",)).sheets[0]
    assert sheet.rows == ([(1, [written])] if written else [])


def test_a_workbook_formatted_down_to_its_last_row_is_read() -> None:
    rows = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(2, 100_000))
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    started = time.perf_counter()
    found = sheet_of(f'<row r="1"><c r="A1"><v>1</v></c></row>{rows}{far}')
    assert found.sheets[0].rows == [(1, ["1"])]
    assert time.perf_counter() - started < 2


def test_one_cell_at_the_far_corner_is_read() -> None:
    number, cells = sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>').sheets[0].rows[0]
    assert (number, len(cells), cells[-1]) == (1_048_576, 16_384, "1")


@pytest.mark.parametrize(
    ("rows", "observed", "place"),
    [
        (
            "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 20_002)),
            "more than 20,000 rows",
            "sheet S1!R20001",
        ),
        (f"<row>{'<c><v>1</v></c>' * 201}</row>", "more than 200 columns", "sheet S1!R1C201"),
        (
            "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 100)),
            "more than 400,000 cells",
            "",
        ),
    ],
)
def test_more_than_a_return_can_have_is_refused_with_the_place(rows: str, observed: str, place: str) -> None:
    with pytest.raises(Unreadable) as caught:
        sheet_of(rows)
    assert (caught.value.observed, caught.value.place) == (observed, place)
    assert "กรุณา" in caught.value.th


def test_more_sheets_than_a_return_can_have_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 50 sheets"):
        read(packed(xlsx_parts(*[""] * 51)))


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="x"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        '<sheetData/><mergeCells><mergeCell ref="A1:??"/></mergeCells>',
        '<row r="1"><c r="A1"><v>1</v></row>',
        '<row r="1"><c r="A1" t="d"><v>soon</v></c></row>',
    ],
)
def test_what_is_written_wrongly_is_reported_as_damaged(rows: str) -> None:
    with pytest.raises(Unreadable, match="the file is damaged: .*save it again"):
        sheet_of(rows)


def test_the_strict_form_is_read_too() -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    parts = {name: str(part).replace(MAIN, strict) for name, part in xlsx_parts("<row><c><v>1</v></c></row>").items()}
    assert read(packed(parts)).sheets[0].rows == [(1, ["1"])]


def test_a_sheet_with_marks_before_its_names_is_read() -> None:
    sheet = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="2"><x:c r="B2"><x:v>1</x:v></x:c></x:row>'
    parts = xlsx_parts("") | {"xl/worksheets/sheet1.xml": f"{sheet}</x:sheetData></x:worksheet>"}
    assert read(packed(parts)).sheets[0].rows == [(2, ["", "1"])]
