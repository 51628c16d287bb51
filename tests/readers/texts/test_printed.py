"""Text that was printed: which columns its figures stand in, determined by place, by rules or by a cell a line."""

from __future__ import annotations

import time

import pytest

from pipelines.readers import layout
from pipelines.readers.document import RawTable, Unreadable
from pipelines.readers.texts import delimited

FIGURES = ("total", "saved", "pending", "saved_percent")


def read(text: str) -> RawTable:
    return layout.cut(delimited.read(text.encode()))


def figures(table: RawTable) -> list[list[str]]:
    return [[row.cells["province_th"].read, *(row.cells[f].read for f in FIGURES)] for row in table.rows]


def on_screen(*cells: tuple[int, str]) -> str:
    """A line with each cell at a place of the screen, where Thai marks above and below the line take none."""
    line, at = "", 0
    for place, text in cells:
        line += " " * (place - at) + text
        at = place + sum(
            letter not in "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e47\u0e48\u0e49\u0e4c" for letter in text
        )
    return line


PLACES = (0, 8, 30, 45, 65, 85, 105)
HEADS = [
    on_screen(*zip(PLACES, ("ที่", "จังหวัด", "จำนวน", "บันทึกข้อมูล", "อยู่ระหว่างบันทึก", "ร้อยละของ", "แถบสีแสดง"), strict=True)),
    on_screen(*zip(PLACES[2:], ("อปท.", "เรียบร้อยแล้ว", "ข้อมูล/ยังไม่บันทึก", "อปท. ที่บันทึก", "การเปรียบ"), strict=True)),
    on_screen(*zip(PLACES[2:], ("(แห่ง)", "(แห่ง)", "ข้อมูล (แห่ง)", "ข้อมูลแล้ว", "เทียบ"), strict=True)),
]  # fmt: skip
KRABI = ("๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔")
KALASIN = ("๒", "กาฬสินธุ์", "๑๕๑", "๒๑", "๑๓๐", "๑๓.๙๑")
TOTAL = ("", "รวม", "๒๑๓", "๒๔", "๑๘๙", "๑๑.๒๗")


def line(cells: tuple[str, ...], places: tuple[int, ...] = PLACES) -> str:
    return on_screen(*[(place, cell) for place, cell in zip(places, cells, strict=False) if cell])


def test_headings_wrapped_over_lines_are_put_together_over_their_columns() -> None:
    table = read("\n".join(["หนังสือ", *HEADS, line(KRABI), line(KALASIN), line(TOTAL)]))
    assert figures(table) == [list(KRABI[1:]), list(KALASIN[1:])]
    assert table.headed_at == "text!R2"
    assert [row.place for row in table.rows] == ["text!R5", "text!R6"]
    assert table.totals[0].cells["total"].read == "๒๑๓"


@pytest.mark.parametrize("mark", ["\u0e48", "\u0e31", "\u0e4d"])
@pytest.mark.parametrize("place", [24, 40, 60, 125])
def test_a_mark_that_stands_alone_among_the_headings_is_no_fault(mark: str, place: int) -> None:
    stray = " " * place + mark
    table = read("\n".join([HEADS[0], stray, *HEADS[1:], line(KRABI), line(KALASIN), line(TOTAL)]))
    assert figures(table) == [list(KRABI[1:]), list(KALASIN[1:])]


def test_a_heading_without_a_column_such_as_the_bars_takes_no_column_of_another() -> None:
    table = read("\n".join([*HEADS, line(KRABI), line(KALASIN)]))
    assert table.columns["saved_percent"] == 6
    assert table.columns["bar"] == 7


def test_lines_padded_by_letters_are_read_like_those_padded_by_what_is_seen() -> None:
    padded = ["".join(cell.ljust(22) for cell in heads) for heads in (
        ("ลำดับ", "จังหวัด", "จำนวน อปท.", "บันทึกข้อมูล", "ยังไม่", "ร้อยละ"),
        ("", "", "(แห่ง)", "เรียบร้อยแล้ว", "บันทึกข้อมูล", ""),
        KRABI, KALASIN,
    )]  # fmt: skip
    assert figures(read("\n".join(padded))) == [list(KRABI[1:]), list(KALASIN[1:])]


def test_a_single_space_parts_a_figure_from_a_name_but_not_the_words_of_a_name() -> None:
    rows = [line(HEADS_LINE), line(KRABI, (4, 6, 30, 45, 65, 85))]
    table = read("\n".join([*rows, *rows[1:]]))
    assert figures(table)[0] == list(KRABI[1:])


HEADS_LINE = ("ลำดับ", "จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "ร้อยละ")


def test_a_page_goes_on_under_the_headings_of_the_page_before() -> None:
    table = read("\n".join([line(HEADS_LINE), line(KRABI), "\f" + line(KALASIN, (2, 11, 33, 49, 66, 88))]))
    assert figures(table) == [list(KRABI[1:]), list(KALASIN[1:])]


def test_a_page_with_its_own_headings_has_its_own_order_of_columns() -> None:
    turned = ("ลำดับ", "จังหวัด", "บันทึกแล้ว", "ยังไม่บันทึก", "จำนวน อปท.", "ร้อยละ")
    row = ("๒", "กาฬสินธุ์", "๒๑", "๑๓๐", "๑๕๑", "๑๓.๙๑")
    table = read("\n".join([line(HEADS_LINE), line(KRABI), "\f" + line(turned), line(row)]))
    assert figures(table) == [list(KRABI[1:]), list(KALASIN[1:])]


def test_a_row_with_a_figure_missing_keeps_the_others_in_their_columns() -> None:
    missing = ("๓", "ตรัง", "", "๖", "๙๔", "๖.๐๐")
    table = read("\n".join([line(HEADS_LINE), line(KRABI), line(KALASIN), line(missing)]))
    assert figures(table)[2] == ["ตรัง", "", "๖", "๙๔", "๖.๐๐"]


def test_a_name_wrapped_to_the_next_line_is_joined_where_the_whole_is_a_province() -> None:
    rows = [line(("๑", "พระนครศรี", *KRABI[2:])), line(("", "อยุธยา")), line(KALASIN), line(("", "หมายเหตุ"))]
    table = read("\n".join([line(HEADS_LINE), *rows]))
    assert [f[0] for f in figures(table)] == ["พระนครศรีอยุธยา", "กาฬสินธุ์"]


def test_a_heading_over_two_columns_makes_no_table() -> None:
    over = on_screen((0, "ลำดับ"), (8, "จังหวัด"), (30, "อปท.ทั้งหมดที่บันทึกข้อมูลเรียบร้อยแล้ว"), (65, "ยังไม่บันทึก"), (85, "ร้อยละ"))
    with pytest.raises(Unreadable, match="no table"):
        read("\n".join([over, line(KRABI), line(KALASIN)]))


def test_the_markdown_and_the_ruled_table_are_parted_by_their_rules() -> None:
    bars = ["| " + " | ".join(cells) + " |" for cells in (HEADS_LINE, KRABI, KALASIN, TOTAL)]
    table = read("\n".join(["หนังสือ", bars[0], "|---|---|---:|---:|---:|---:|", *bars[1:]]))
    assert figures(table) == [list(KRABI[1:]), list(KALASIN[1:])]
    assert table.totals[0].place == "text!R6"


def test_a_row_wrapped_between_two_level_rules_is_one() -> None:
    rule = "+----+----+----+----+----+----+"
    lines = [
        rule, "| ลำดับ | จังหวัด | จำนวน | บันทึก | ยังไม่ | ร้อยละ |", "|  |  | อปท. | แล้ว | บันทึก |  |",
        rule, "| ๑ | พระนครศรี | ๖๒ | ๓ | ๕๙ | ๔.๘๔ |", "|  | อยุธยา |  |  |  |  |", rule,
    ]  # fmt: skip
    table = read("\n".join(lines))
    assert [row.place for row in table.rows] == ["text!R5"]
    assert table.rows[0].cells["province_th"].printed == "พระนครศรี\nอยุธยา"
    assert figures(table)[0][1:] == list(KRABI[2:])


@pytest.mark.parametrize("empty", [0, 1, 4])
def test_a_cell_a_line_is_read_by_the_lines_that_every_row_takes(empty: int) -> None:
    heads = [*HEADS_LINE, *(["แถบสี"] if empty else [])]
    lines = ["หนังสือ", *heads]
    for row in (KRABI, KALASIN):
        lines += [*row, *[""] * empty]
    table = read("\n".join([*lines, *TOTAL[1:], "", "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓"]))
    assert figures(table) == [list(KRABI[1:]), list(KALASIN[1:])]
    assert table.rows[0].place == f"text!R{2 + len(heads)}"
    assert [table.totals[0].cells[f].read for f in FIGURES] == list(TOTAL[2:])
    assert any("๑๑ มิถุนายน" in cell.read for cell in table.prose())


def test_a_cell_a_line_that_slips_by_a_line_is_not_read_on() -> None:
    lines = [*HEADS_LINE, *KRABI, *KALASIN, "๓", "ตรัง", "๖", "๙๔", "๖.๐๐", *("๔", "ตราด", "๔๔", "๑", "๔๓", "๒.๒๗")]
    assert [f[0] for f in figures(read("\n".join(lines)))] == ["กระบี่", "กาฬสินธุ์"]


def test_prose_with_many_figures_is_no_table() -> None:
    with pytest.raises(Unreadable, match="no table"):
        read("จังหวัด กระบี่  ๑  ๒  ๓  ๔\nโทร  ๐  ๑  ๒  ๓\n" * 5)


def test_a_long_text_is_read_in_a_moment() -> None:
    started = time.perf_counter()
    read("\n".join([line(HEADS_LINE), *[line(KRABI)] * 5_000, "ก " * 200_000]))
    assert time.perf_counter() - started < 10
