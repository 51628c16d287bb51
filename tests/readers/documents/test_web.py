"""Web pages as a browser shows them: encodings, spaces, spans, groups of rows, and what is hidden."""

from __future__ import annotations

import time

import pytest

from pipelines.readers import layout
from pipelines.readers.document import Claim, Document, Meant, Unreadable
from pipelines.readers.documents import web

HEADS = ["ลำดับ", "จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "ร้อยละ"]
KRABI = ["๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"]


def read(html: str) -> Document:
    return web.read(html.encode())


def cells(html: str) -> list[list[str]]:
    """The rows of a page that is one table."""
    [sheet] = read(f"<table>{html}</table>").sheets
    return [row for _, row in sheet.rows]


def lines(html: str) -> list[str]:
    return [text for sheet in read(html).sheets for _, [text] in sheet.rows]


def row(texts: list[str]) -> str:
    return f"<tr>{''.join(f'<td>{text}' for text in texts)}"


def test_text_and_tables_stand_in_the_order_of_the_page() -> None:
    found = read(f"<p>ก่อน<table>{row(HEADS)}{row(KRABI)}</table><div>หลัง</div>")
    assert [(s.name, s.rows) for s in found.sheets] == [
        ("paragraphs", [(1, ["ก่อน"])]),
        ("table 1", [(1, HEADS), (2, KRABI)]),
        ("paragraphs", [(2, ["หลัง"])]),
    ]
    assert [r.place for r in layout.cut(found).rows] == ["table 1!R2"]


def test_a_table_right_behind_another_of_the_same_columns_continues_it() -> None:
    found = read(f"<table>{row(HEADS)}</table><p> </p><table>{row(KRABI)}</table><p>ก<table>{row(KRABI)}</table>")
    assert [s.continues for s in found.sheets if s.name.startswith("table")] == [False, True, False]


def test_spaces_are_shown_as_a_browser_does_and_those_that_do_not_break_stay() -> None:
    assert lines("<p>  ที่\n  <b>นพ </b> ๐๐๒๓&nbsp;&nbsp;ว<br>\n วันที่ ๑ </p>") == ["ที่ นพ ๐๐๒๓\u00a0\u00a0ว\nวันที่ ๑"]


def test_text_is_what_is_shown() -> None:
    page = """<title>หัวเรื่อง</title><style>p {}</style><script>"ก"</script><!-- ข --><template>ค</template>
    <noscript>ง</noscript><p>จ<input value="ฉ"><select><option>ช</select><![if !x]>ซ<![endif]></p>"""
    assert lines(page) == ["หัวเรื่อง", "จซ"]


def test_a_cell_holds_the_lines_of_its_paragraphs() -> None:
    assert cells("<tr><td><p>จำนวน</p><p>อปท.<br>(แห่ง)</p><td><font><b>๖</b>๒</font>") == [["จำนวน\nอปท.\n(แห่ง)", "๖๒"]]


def test_a_raised_figure_is_not_the_end_of_another() -> None:
    assert cells("<tr><td>62<sup>1</sup>3<td>ม<sup>1</sup>") == [["62 1 3", "ม1"]]


@pytest.mark.parametrize("tag", ["del", "s"])
def test_what_is_struck_out_is_no_part_of_a_figure_and_parts_what_is_beside_it(tag: str) -> None:
    assert cells(f"<tr><td>62<{tag}>1</{tag}>3<td><{tag}>11</{tag}> 13<td><{tag}>7</{tag}>") == [["62 3", "13", "7"]]


def test_spans_keep_the_cells_under_their_headings() -> None:
    table = "<tr><td rowspan=2>ก<td colspan=2>ข<td rowspan='2'>ค<tr><td>ง<td>จ<tr><td>ฉ<td>ช<td>ซ<td>ฌ"
    assert cells(table) == [["ก", "ข", "", "ค"], ["", "ง", "จ"], ["ฉ", "ช", "ซ", "ฌ"]]


def test_a_span_reaches_no_further_than_its_group_of_rows() -> None:
    assert cells("<tbody><tr><td rowspan=0>ก<td>ข<tr><td>ค<tbody><tr><td>ง") == [["ก", "ข"], ["", "ค"], ["ง"]]


def test_head_and_foot_are_shown_first_and_last_wherever_they_are_written() -> None:
    assert cells("<tfoot><tr><td>รวม<tbody><tr><td>กระบี่<thead><tr><td>จังหวัด") == [["จังหวัด"], ["กระบี่"], ["รวม"]]


def test_text_of_a_table_outside_its_cells_is_shown_before_it() -> None:
    found = read("<table><caption>ตาราง</caption>หมายเหตุ<tr><td>ก</table>")
    assert [(s.name, s.rows) for s in found.sheets] == [
        ("paragraphs", [(1, ["ตาราง\nหมายเหตุ"])]),
        ("table 1", [(1, ["ก"])]),
    ]


def test_a_table_in_a_cell_is_its_text_unless_it_has_headings() -> None:
    bar = "<table><tr><td>▇<td>▁</table>"
    inner = f"<table>{row(HEADS)}{row([*KRABI[:5], KRABI[5] + bar])}</table>"
    found = read(f"<table><tr><td>เมนู<td>{inner}<tr><td>ท้าย</table>")
    assert [(s.name, s.rows) for s in found.sheets] == [
        ("table 1", [(1, ["เมนู", ""])]),
        ("table 2", [(1, HEADS), (2, [*KRABI[:5], "๔.๘๔\n▇ ▁"])]),
        ("table 1", [(2, ["ท้าย"])]),
    ]


@pytest.mark.parametrize("how", ["hidden", "style='color:red; DISPLAY : none'", "style='visibility:collapse'"])
def test_hidden_rows_are_read_and_reported(how: str) -> None:
    found = read(f"<table><tr><td>ก<td>ข<tr {how}><td>ค<td>ง</table>")
    assert [texts for _, texts in found.sheets[0].rows] == [["ก", "ข"], ["ค", "ง"]]
    assert found.sheets[0].meant == {(2, 1): Meant(None, ("hidden-row",)), (2, 2): Meant(None, ("hidden-row",))}
    assert found.claims == (Claim("file", "hidden_rows", 1, "table 1!R2", "ค ง"),)


def test_hidden_text_is_no_part_of_the_figure_beside_it_and_is_reported() -> None:
    found = read("<table><tr><td><span style='display:none'>0062</span>62</table>")
    assert found.sheets[0].rows == [(1, ["62"])]
    assert found.claims == (Claim("file", "hidden_text", 1, "table 1!R1C1", "0062"),)


@pytest.mark.parametrize(
    ("attribute", "shown", "meant"),
    [
        ("x:num='3.71974522292994'", "3.72", "3.71974522292994"),
        ("sdval='0.0371974522292994'", "3.72%", "3.71974522292994"),
        ("x:num='3.719'", "๓.๗๒", "3.719"),
        ("x:num", "3.72", None),
        ("x:num='62'", "62", None),
        ("x:num='3.719'", "3.71", None),
        ("x:num='43832'", "1 ม.ค. 2563", None),
        ("x:num='NaN'", "3.72", None),
        ("x:num='1e999'", "3.72", None),
    ],
)
def test_the_figure_behind_a_number_counts_where_the_shown_one_is_its_rounding(
    attribute: str, shown: str, meant: str | None
) -> None:
    [sheet] = read(f"<table><tr><td {attribute}>{shown}</table>").sheets
    assert sheet.rows == [(1, [shown])]
    assert sheet.meant == ({(1, 1): Meant(meant, ("number-format",))} if meant else {})


PAGE = "<html><head>{}</head><body><p>จังหวัดกระบี่ ๖๒ แห่ง"


def declared(name: str) -> str:
    return PAGE.format(f'<meta http-equiv="Content-Type" content="text/html; charset={name}">')


@pytest.mark.parametrize(
    ("name", "written", "found", "claimed"),
    [
        ("utf-8", "utf-8", "utf-8", False),
        ("windows-874", "cp874", "cp874", False),
        ("TIS-620", "cp874", "cp874", False),
        ("iso-8859-11", "cp874", "cp874", False),
        ("utf-16", "utf-16", "utf-16-le", False),
        ("utf-8", "utf-8-sig", "utf-8-sig", False),
        ("utf-8", "cp874", "cp874", True),
        ("windows-874", "utf-8", "utf-8", True),
        ("windows-1252", "cp874", "cp874", True),
        ("no-such", "utf-8", "utf-8", True),
    ],
)
def test_the_bytes_decide_and_a_wrong_declaration_is_reported(
    name: str, written: str, found: str, claimed: bool
) -> None:
    document = web.read(declared(name).encode(written))
    assert document.encoding == found
    assert document.sheets[0].rows == [(1, ["จังหวัดกระบี่ ๖๒ แห่ง"])]
    assert document.claims == ((Claim("file", "declared_encoding", found, "", name),) if claimed else ())


def test_a_page_without_a_declaration_and_one_of_references_are_read() -> None:
    assert web.read("<p>กระบี่".encode("cp874")).sheets[0].rows == [(1, ["กระบี่"])]
    assert lines("<p>&#3585;&#x0e02;") == ["กข"]


def test_xhtml_is_read() -> None:
    page = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>ก</p><br/>ข</body></html>'
    assert lines(page) == ["ก", "ข"]


def test_lines_that_are_shown_as_they_stand_may_hold_a_table() -> None:
    table = "\n".join("".join(text.ljust(25) for text in texts) for texts in (HEADS, KRABI, KRABI))
    found = layout.cut(read(f"<p>หนังสือ</p><pre>{table}</pre>"))
    assert [r.place for r in found.rows] == ["paragraphs!R3", "paragraphs!R4"]
    assert found.rows[0].cells["total"].read == "๖๒"


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr>" + "<td colspan=100000 rowspan=100000>ก" * 500,
        "<table>" + "<tr><td colspan=1000>ก" * 20_000,
        "<table>" + "<tr>" * 20_001,
        "<div>" * 10_000 + "ก",
        "<table><tr><td>" * 10_000 + "ก",
        "<b>" * 500_000,
    ],
)
def test_a_page_that_would_blow_up_is_refused_in_a_moment(html: str) -> None:
    started = time.perf_counter()
    with pytest.raises(Unreadable):
        read(html)
    assert time.perf_counter() - started < 5


def test_many_open_elements_of_a_sloppy_page_are_read() -> None:
    assert lines("<font>" * 800 + "<p>ก") == ["ก"]


def test_entities_of_the_page_itself_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><p>&b;&b;</p>'
    assert "aaa" not in "".join(lines(bomb)).replace('"aaaaaaaaaa"', "")


@pytest.mark.parametrize("html", [b"", b"   ", b"<!-- -->"])
def test_an_empty_page_is_refused(html: bytes) -> None:
    with pytest.raises(Unreadable):
        web.read(html)


@pytest.mark.parametrize("end", ["</body></html>", "</BODY\n>", "</html>", "</body></html><!DOCTYPE html><html><body>"])
def test_what_stands_behind_the_end_of_a_page_is_read_as_a_browser_shows_it(end: str) -> None:
    found = web.read(f"<html><body><p>ก</p>{end}<p>ข</p></body></html>".encode())
    assert [cell for sheet in found.sheets for _, cells in sheet.rows for cell in cells] == ["ก", "ข"]


def test_what_a_style_sheet_puts_beside_a_text_is_part_of_it_and_signs_are_not() -> None:
    page = """<style>.d::before{content:"ร่าง"} .n:before{content:"9"} .a::after{content:attr(day)}
    .x::before{content:"{ก}"; display:none}</style><p class=d> ตาราง<p class=n>3<p class=x>ข<p class=a day="๒๕">วันที่ """
    assert lines(page) == ["ร่าง ตาราง", "93", "ข", "วันที่ ๒๕"]
    assert cells("<style>td::after{content:'*'}</style><tr><td>62") == [["62"]]


@pytest.mark.parametrize(
    "style",
    [
        ":root{--paper:#fff} p{color:var(--paper)}",
        "body{--paper:var(--plain)} html{--plain:white} p{color:var(--paper, black)}",
        "p{color:var(--absent, #ffffff)}",
    ],
)
def test_a_colour_that_a_variable_stands_for_hides_as_any_other(style: str) -> None:
    found = read(f"<style>{style}</style><p>ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓")
    assert [claim.measure for claim in found.claims if claim.source == "file"] == ["hidden_text"]


def test_variables_that_stand_for_one_another_end() -> None:
    assert lines("<style>p{--a:var(--b);--b:var(--a);color:var(--a)}</style><p>ก") == ["ก"]


def test_digits_that_run_backwards_are_read_as_they_show() -> None:
    assert cells('<tr><td><bdo dir="rtl">31</bdo><td style="direction:rtl;unicode-bidi:bidi-override">94') == [
        ["13", "49"]
    ]
    assert cells('<tr><td dir="rtl">31<td><bdo dir="ltr">49</bdo>') == [["31", "49"]]


def test_a_script_that_writes_the_day_is_a_value_that_changes() -> None:
    page = (
        "<p id=a>๒๕ มิถุนายน ๒๕๖๓<script>document.getElementById('a').textContent = new Date().toLocaleString()</script>"
    )
    assert [claim.measure for claim in read(page).claims] == ["volatile"]
    assert not read("<p>ก<script>start(new Date())</script>").claims
