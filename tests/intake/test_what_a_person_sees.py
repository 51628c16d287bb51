"""What is judged is what a person sees: a date, heading or figure that the page does not show is no fact, and where two
could be meant the return is set aside.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import openpyxl
import pytest
from look_alikes.sheets import Cell, Table, cells, ods, xls, xlsb, xlsx
from openpyxl.styles import Font

from khrop.thai import provinces
from pipelines import campaigns
from pipelines.intake.judging import judge
from pipelines.returns import Judgement, Return

TITLE = "การบันทึกข้อมูลการจัดทำความตกลงความร่วมมือระหว่างประเทศของ อปท."
AS_OF = "ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓"
HEADINGS = ("ลำดับ", "จังหวัด", "จำนวน อปท. (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "ยังไม่บันทึกข้อมูล (แห่ง)", "ร้อยละ")
NAMES = [provinces.by_code(code).name_th for code in provinces.expected_codes()]
ROWS = [
    (str(n), name, "40", str(n % 4 * 10), str(40 - n % 4 * 10), f"{n % 4 * 25}.00") for n, name in enumerate(NAMES, 1)
]
SAVED = sum(int(row[3]) for row in ROWS)
TOTAL = ("รวม", "", f"{40 * 76:,}", f"{SAVED:,}", f"{40 * 76 - SAVED:,}", f"{100 * SAVED / 3040:.2f}")


def judged(text: str | bytes, name: str = "return.txt") -> Judgement:
    data = text if isinstance(text, bytes) else text.encode()
    given = Return("return-1", "1" * 64, name, datetime(2020, 7, 1, tzinfo=UTC))
    return judge([(given, data)], campaigns.load())[0]


def memo(
    *above: str,
    below: Sequence[str] = (),
    headings: Sequence[str] = HEADINGS,
    rows: Sequence[Sequence[str]] = ROWS,
    total: Sequence[str] = TOTAL,
) -> str:
    return "\n".join([TITLE, *above, *("\t".join(row) for row in (headings, *rows, total)), *below])


def page(*above: str, rows: Sequence[str] = (), style: str = "", around: str = "{}") -> str:
    cells = [*("<td>" + "<td>".join(row) for row in (HEADINGS, *ROWS, TOTAL)), *rows]
    table = "<table>" + "".join(f"<tr>{row}" for row in cells) + "</table>"
    paragraphs = "".join(f"<p>{line}</p>" for line in (TITLE, *above))
    return f"<html><style>{style}</style><body>{paragraphs}{around.format(table)}</body></html>"


def rules(of: Judgement) -> set[str]:
    return {violation.rule_id for violation in of.violations}


def warned(of: Judgement) -> set[str]:
    assert of.accepted, of.violations
    return {v.rule_id for v in of.violations} - {"universe-matches-campaign"}


@pytest.mark.parametrize("page_of", [memo, page])
def test_a_plain_return_is_accepted(page_of: Callable[..., str]) -> None:
    found = judged(page_of(AS_OF))
    assert warned(found) == set()
    assert str(found.as_of) == "2020-06-25"


@pytest.mark.parametrize(
    "line",
    [
        "ข้อมูลวันที่ ๒๕ มิถุนายน ๒๕๖๓",
        "ข้อมูล ณ เวลา 08.30 น. วันที่ 25 มิถุนายน 2563",
        "ตารางความคืบหน้า (ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓)",
        "หมายเหตุ : ข้อมูล ณ วันที่ 25 มิ.ย. 2563 เวลา 16.30 น.",
        "ผลการบันทึกข้อมูล ณ วันที่ 25/6/2563",
        f"{AS_OF}\nหมายเหตุ เพิ่มขึ้นจากข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ จำนวน ๑,๒๖๕ แห่ง",
        f"{AS_OF}\nสั่ง ณ วันที่ ๒๖ มิถุนายน พ.ศ. ๒๕๖๓",
        f"{AS_OF}\nอปท. ทั่วประเทศ ณ วันที่ ๙ มีนาคม ๒๕๖๓ จำนวน ๓,๐๔๐ แห่ง",
        f"{AS_OF}\nเปิดระบบตั้งแต่ ณ วันที่ ๑๙ พฤษภาคม ๒๕๖๓",
        "ขอให้ดำเนินการภายในระยะเวลาที่กำหนด ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓ ปรากฏว่า",
        f"{AS_OF}\nรายงานครั้งต่อไปใช้ข้อมูล ณ วันที่ ๙ กรกฎาคม ๒๕๖๓",
        f"{AS_OF}\nแผน ณ วันที่ ๙ กรกฎาคม ๒๕๖๓",
        f"{AS_OF}\nแผนการดำเนินงานของ อปท. ณ วันที่ ๙ กรกฎาคม ๒๕๖๓",
        f"{AS_OF}\nเป้าหมาย ณ ๙ กรกฎาคม ๒๕๖๓",
        f"{AS_OF}\nรายชื่อ อปท. ณ วันที่ ๙ มีนาคม ๒๕๖๓",
        "ผลการดำเนินงานตามแผน ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓",
        "รายชื่อจังหวัดที่ยังไม่บันทึกข้อมูล (ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓)",
    ],
)
def test_an_as_of_date_is_known_by_its_words(line: str) -> None:
    assert str(judged(memo(line)).as_of) == "2020-06-25"


@pytest.mark.parametrize(
    "line",
    [
        "เปรียบเทียบกับข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "เพิ่มขึ้นจากข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ (ครั้งก่อน)",
        "รายงานครั้งต่อไปใช้ข้อมูล ณ วันที่ ๙ กรกฎาคม ๒๕๖๓",
        "กำหนดส่งข้อมูล ณ วันที่ ๓๑ สิงหาคม ๒๕๖๓",
        "แผน ข้อมูล ณ วันที่ ๙ กรกฎาคม ๒๕๖๓",
        "เป้าหมาย (ข้อมูล ณ วันที่ ๙ กรกฎาคม ๒๕๖๓)",
        "รายชื่อ อปท. ข้อมูล ณ วันที่ ๙ กรกฎาคม ๒๕๖๓",
        "ที่มา : จำนวน อปท. ใช้ข้อมูล ณ วันที่ ๙ มีนาคม ๒๕๖๓",
        "ยังไม่มีข้อมูล ณ วันที่ ๓๐ มิถุนายน ๒๕๖๓",
        "ความก้าวหน้า ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓",
        "ข้อมูล ณ วันที่ 6/5/2020",
        "ข้อมูล ณ วันที่ 25 มิ.ย. 63",
        "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ ถึงวันที่ ๒๕ มิถุนายน ๒๕๖๓",
        "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ เป็น ๒๕ มิถุนายน ๒๕๖๓",
    ],
)
def test_a_date_of_something_else_or_one_that_is_open_is_no_as_of_date(line: str) -> None:
    found = judged(memo(line))
    assert "as-of-present" in rules(found)
    assert found.as_of is None


def test_a_date_that_was_not_taken_is_in_the_message() -> None:
    found = judged(memo("กำหนดส่งข้อมูล ณ วันที่ ๓๑ สิงหาคม ๒๕๖๓"))
    message = next(v for v in found.violations if v.rule_id == "as-of-present").message_en
    assert "๓๑ สิงหาคม ๒๕๖๓ (กำหนดส่ง, deadline)" in message


@pytest.mark.parametrize(
    "line",
    [
        "ณ วันที่ ๙ กรกฎาคม ๒๕๖๓",
        "สถานะวันที่ ๙ กรกฎาคม ๒๕๖๓",
        "ตารางประจำวันที่ ๙ กรกฎาคม ๒๕๖๓",
        "ตัดยอดวันที่ ๙ กรกฎาคม ๒๕๖๓",
        "อัปเดตล่าสุด ๙ กรกฎาคม ๒๕๖๓",
    ],
)
def test_another_wording_with_another_date_contradicts_the_as_of_date(line: str) -> None:
    assert "as-of-present" in rules(judged(memo(AS_OF, line)))
    assert warned(judged(memo(AS_OF, line.replace("๙ กรกฎาคม", "๒๕ มิถุนายน")))) == set()


@pytest.mark.parametrize("day", ["๒๕ มิ.ย. ๖๓", "25 June 2020", "June 25, 2020"])
def test_a_date_that_evidence_leaves_one_reading_is_taken_with_a_warning(day: str) -> None:
    found = judged(memo(f"ข้อมูล ณ วันที่ {day}"))
    assert warned(found) == {"as-of-worded"}
    assert str(found.as_of) == "2020-06-25"


@pytest.mark.parametrize("day", ["๑ พฤษภาคม ๒๕๖๓", "๒๕ มิถุนายน ๒๕๖๒"])
def test_an_as_of_date_outside_the_campaigns_time_is_set_aside(day: str) -> None:
    assert "as-of-within-campaign" in rules(judged(memo(f"ข้อมูล ณ วันที่ {day}")))


@pytest.mark.parametrize("qualifier", ["ครั้งก่อน", "เป้าหมาย", "เฉพาะเทศบาล", "ปี 2562", "สะสม"])
def test_a_heading_with_an_unknown_word_is_another_column(qualifier: str) -> None:
    headings = [*HEADINGS[:3], f"{HEADINGS[3]} ({qualifier})", *HEADINGS[4:]]
    assert not judged(memo(AS_OF, headings=headings)).accepted


def test_groups_of_columns_are_parts_of_their_headings() -> None:
    above = "\t".join(["", "", "", "เฉพาะเทศบาล", "", ""])
    assert not judged(memo(AS_OF, above)).accepted
    assert warned(judged(memo(AS_OF, "\t".join(["", "", "", "สถานะการบันทึกข้อมูล (แห่ง)", "", ""])))) == set()


@pytest.mark.parametrize(
    ("mark", "rule"),
    [
        ("(ร่าง)", "final"),
        ("แผน/เป้าหมาย", "final"),
        ("ตัวอย่าง", "final"),
        ("ยกเลิก", "in-force"),
        ("เดือนที่แล้ว", "in-force"),
    ],
)
def test_a_document_that_is_marked_as_none_in_force_says_so(mark: str, rule: str) -> None:
    found = judged(memo(mark, AS_OF))
    assert rule in rules(found)
    assert found.accepted == (rule == "final")


def test_a_title_of_another_year_is_of_another_campaign() -> None:
    found = judged(memo(AS_OF).replace(TITLE, f"{TITLE} ประจำปีงบประมาณ ๒๕๖๒", 1))
    assert rules(found) >= {"campaign-known"}
    assert judged(memo(AS_OF).replace(TITLE, f"{TITLE} ประจำปีงบประมาณ ๒๕๖๓", 1)).accepted


@pytest.mark.parametrize("qualifier", ["ครั้งก่อน", "ยกเลิก", "ร่าง"])
def test_a_column_beside_or_a_remark_marks_no_document(qualifier: str) -> None:
    beside = [f"{heading} ({qualifier})" for heading in HEADINGS[3:]]
    rows = [(*row, "0", row[2], "0.00", f"({qualifier})") for row in ROWS]
    total = (*TOTAL, "0", TOTAL[2], "0.00", "")
    found = judged(memo(AS_OF, headings=(*HEADINGS, *beside, "หมายเหตุ"), rows=rows, total=total))
    assert warned(found) == set()
    assert found.rows[1]["saved"] == int(ROWS[1][3])


def test_a_note_on_the_previous_return_marks_no_document() -> None:
    assert warned(judged(memo(AS_OF, below=["ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ (ครั้งก่อน) ๒๙๒ แห่ง"]))) == set()


def test_a_table_is_not_of_the_campaign_that_its_letter_cites() -> None:
    cited = f"ตามหนังสือที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓ เรื่อง {TITLE} นั้น"
    text = memo(AS_OF).replace(TITLE, f"{cited}\nการบันทึกข้อมูลการดำเนินงานถังขยะเปียกลดโลกร้อนของ อปท.", 1)
    assert "campaign-known" in rules(judged(text))


# --- figures as offices print them --------------------------------------------------------------------------------


def each(change: Callable[[str], str], columns: Sequence[int]) -> dict[str, Sequence[Sequence[str]] | Sequence[str]]:
    rows = [[change(cell) if at in columns else cell for at, cell in enumerate(row)] for row in (*ROWS, TOTAL)]
    return {"rows": rows[:-1], "total": rows[-1]}


@pytest.mark.parametrize(
    "change",
    [
        lambda cell: f"{cell} แห่ง",
        lambda cell: f"\u200f{cell}\u200e",
        lambda cell: f'="{cell}"',
        lambda cell: f"{cell.replace(',', '')}.0",
        lambda cell: "-" if cell == "0" else cell,
    ],
)
def test_counts_are_read_as_a_person_reads_them(change: Callable[[str], str]) -> None:
    found = judged(memo(AS_OF, **each(change, (2, 3, 4))))  # type: ignore[arg-type]
    assert warned(found) == set()
    assert found.rows[3]["saved"] == 0


def test_a_dash_is_no_zero_where_the_column_does_not_add_up_with_it() -> None:
    rows = [list(row) for row in ROWS]
    rows[0][3] = "-"
    assert not judged(memo(AS_OF, rows=rows)).accepted


def test_percents_with_few_decimals_are_worked_out_and_reported() -> None:
    rows = [[*row[:2], "39", "13", "26", "33.3"] for row in ROWS]
    total = ["รวม", "", f"{39 * 76:,}", f"{13 * 76:,}", f"{26 * 76:,}", "33.3"]
    found = judged(memo(AS_OF, rows=rows, total=total))
    assert warned(found) == {"percent-to-hundredths"}
    assert str(found.rows[0]["saved_percent"]) == "33.33"


def sums(rows: Sequence[Sequence[str]], *names: str) -> list[str]:
    counts = [sum(int(row[at]) for row in rows) for at in (2, 3, 4)]
    return [*names, *map(str, counts), f"{100 * counts[1] / counts[0]:.2f}"]


@pytest.mark.parametrize("gap", [(), ("",)])
def test_two_halves_side_by_side_are_one_table(gap: tuple[str, ...]) -> None:
    rows = [(*left, *gap, *right) for left, right in zip(ROWS[:38], ROWS[38:], strict=True)]
    blank = ("",) * (6 + len(gap))
    found = judged(memo(AS_OF, headings=(*HEADINGS, *gap, *HEADINGS), rows=rows, total=(*blank, *TOTAL)))
    assert warned(found) == set()
    assert [row["ordinal"] for row in found.rows] == list(range(1, 77))
    assert found.rows[38]["place"] == f"text!R{4}"


def test_counts_and_percents_under_one_heading_are_distinguished_by_their_own() -> None:
    groups = ("ลำดับ", "จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "", "ยังไม่บันทึก", "")
    own = ("", "", "", "จำนวน", "ร้อยละ", "จำนวน", "ร้อยละ")
    rows = [(*row[:4], row[5], row[4], f"{100 - float(row[5]):.2f}") for row in (*ROWS, TOTAL)]
    assert warned(judged(memo(AS_OF, "\t".join(groups), headings=own, rows=rows[:-1], total=rows[-1]))) == set()


def test_subtotals_carried_amounts_and_worded_totals_are_no_rows() -> None:
    half = ROWS[:40]
    rows = [
        *half, sums(half, "", "รวม"), sums(half, "", "รวมหน้านี้"), sums(half, "", "ยกมา"), *ROWS[40:],
        sums(ROWS[40:], "", "รวมภาคใต้"),
    ]  # fmt: skip
    found = judged(memo(AS_OF, rows=rows, total=("", "รวมทั้งสิ้น 76 จังหวัด", *TOTAL[2:])))
    assert warned(found) == set()
    assert len(found.rows) == 76


def test_a_page_whose_total_is_worded_as_a_grand_total_is_gone_on_with() -> None:
    rows = [*ROWS[:40], sums(ROWS[:40], "", "รวม"), HEADINGS, *ROWS[40:]]
    assert warned(judged(memo(AS_OF, rows=rows))) == set()
    twice = judged(memo(AS_OF, rows=[*ROWS, TOTAL, HEADINGS, *ROWS]))
    assert "two tables fit" in twice.violations[0].message_en


def test_a_subtotal_that_does_not_add_up_is_a_row_that_is_set_aside() -> None:
    rows = [*ROWS[:40], ["", "รวมหน้านี้", "1", "1", "0", "100.00"], *ROWS[40:]]
    assert "provinces-complete" in rules(judged(memo(AS_OF, rows=rows)))


# --- what does not show ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("style", "old"),
    [
        (".old {display: none}", '<span class="old">{}</span>'),
        ("@media screen {p .old {visibility: hidden !important}}", '<span class="old">{}</span>'),
        ("#a {opacity: 0}", '<span id="a">{}</span>'),
        (".old {color: #fdfdfd}", '<span class="old">{}</span>'),
        (".old {font-size: 0.5px}", '<span class="old">{}</span>'),
        (".old {position: absolute; left: -9999px}", '<span class="old">{}</span>'),
        (".old {filter: opacity(0)}", '<span class="old">{}</span>'),
        (".old {font: 0/0 a}", '<span class="old">{}</span>'),
        (".old {font-size: calc(0px)}", '<span class="old">{}</span>'),
        (".old {-webkit-text-fill-color: transparent; color: black}", '<span class="old">{}</span>'),
        (".old {display: inline-block; max-width: 0; overflow: hidden}", '<span class="old">{}</span>'),
        (".old {display: inline-block; scale: 0}", '<span class="old">{}</span>'),
        (".old {display: inline-block; transform: translateX(-9999px)}", '<span class="old">{}</span>'),
        (".old {margin-left: -9999px}", '<span class="old">{}</span>'),
        ("@media (min-width: 600px) {.old {display: none}}", '<span class="old">{}</span>'),
        ("@layer a {@supports (display: grid) {.old {display: none}}}", '<span class="old">{}</span>'),
        ("", '<span style="mso-hide:all">{}</span>'),
        ("", '<font color="white">{}</font>'),
        ("", "<details><summary>เดิม</summary>{}</details>"),
        ("", '<span class="sr-only">{}</span>'),
        ("", "<dialog>{}</dialog>"),
    ],
)
def test_a_date_that_a_page_does_not_show_is_no_as_of_date(style: str, old: str) -> None:
    hidden = old.format("ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓")
    assert judged(page(hidden, style=style)).as_of is None
    found = judged(page(hidden, AS_OF, style=style))
    assert warned(found) == {"all-visible"}
    assert str(found.as_of) == "2020-06-25"


@pytest.mark.parametrize("way", ["text-indent:-9999px", "height:0;overflow:hidden", "transform:scale(0)"])
def test_what_has_no_effect_on_a_text_in_a_line_hides_nothing(way: str) -> None:
    assert str(judged(page(f'<span style="{way}">{AS_OF}</span>')).as_of) == "2020-06-25"
    hidden = f'<span style="display:inline-block;{way}">{AS_OF}</span>'
    assert judged(page(hidden)).as_of is None


def test_what_stands_out_from_a_dark_ground_shows() -> None:
    style = "p {background: #203060; color: #fff}"
    assert str(judged(page(AS_OF, style=style)).as_of) == "2020-06-25"


def test_hidden_rows_beside_visible_ones_of_the_same_names_are_left_out() -> None:
    old = [f"<td>{n}<td>{row[1]}<td>40<td>1<td>39<td>2.50" for n, row in enumerate(ROWS, 1)]
    found = judged(page(AS_OF, rows=[f'<td colspan=6 class="old">{row}' for row in []] or old, style=""))
    assert not found.accepted
    found = judged(page(AS_OF).replace("</table>", "".join(f'<tr class="old">{r}' for r in old) + "</table>")
                   .replace("<style>", "<style>tr.old {display: none}"))  # fmt: skip
    assert warned(found) == {"all-visible"}
    assert found.rows[0]["saved"] == int(ROWS[0][3])


def test_a_hidden_table_is_not_read_and_contradicts_one_that_shows() -> None:
    assert not judged(page(AS_OF, around='<div style="display:none">{}</div>')).accepted
    both = page(AS_OF, around='<div style="display:none">{0}</div>{0}')
    message = judged(both).violations[0].message_en
    assert "two tables could be meant" in message
    assert "hidden" in message


@pytest.mark.parametrize(
    "struck", ["<s>{}</s>", "<del>{}</del>", '<span style="text-decoration:line-through">{}</span>']
)
def test_a_date_that_is_struck_out_beside_another_sets_the_return_aside(struck: str) -> None:
    line = f"ข้อมูล ณ วันที่ {struck.format('๑๑ มิถุนายน ๒๕๖๓')} ๒๕ มิถุนายน ๒๕๖๓"
    assert "as-of-present" in rules(judged(page(line)))


def test_a_table_of_divs_is_a_table() -> None:
    made = page(AS_OF).replace("<table>", '<div role="table">').replace("</table>", "</div></div></div>")
    made = made.replace("<tr><td>", '</div></div><div role="row"><div role="cell">')
    made = made.replace("<td>", '</div><div role="cell">').replace(
        '<div role="table"></div></div>', '<div role="table">'
    )
    assert warned(judged(made)) == set()


def workbook(change: Callable[[openpyxl.Workbook], None], as_of: str = AS_OF) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in ([TITLE], [as_of], HEADINGS, *ROWS, TOTAL):
        sheet.append([_typed(cell) for cell in row])
    change(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _typed(cell: str) -> str | float:
    plain = cell.replace(",", "")
    return float(plain) if plain.replace(".", "").isascii() and plain.replace(".", "").isdigit() else cell


def test_rows_that_a_filter_hides_are_read_and_reported() -> None:
    def hide(book: openpyxl.Workbook) -> None:
        for row in range(10, 30):
            book.active.row_dimensions[row].hidden = True

    assert warned(judged(workbook(hide))) == {"all-visible"}


def test_a_hidden_column_has_no_field() -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.active.column_dimensions["D"].hidden = True

    assert not judged(workbook(hide)).accepted


def test_a_date_in_white_or_struck_out_is_no_as_of_date() -> None:
    for font in (Font(color="FFFFFFFF"), Font(color="FFFEFEFE"), Font(sz=1)):

        def paint(book: openpyxl.Workbook, font: Font = font) -> None:
            book.active["A2"].font = font

        assert judged(workbook(paint)).as_of is None


def test_a_second_sheet_with_the_same_names_and_other_figures_sets_the_return_aside() -> None:
    def beside(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("ข้อมูลใหม่")
        for row in ROWS:
            sheet.append([row[1], 40, 20, 20, 50])

    assert "two tables could be meant" in judged(workbook(beside)).violations[0].message_en


def test_a_figure_that_its_format_scales_is_read_as_it_shows() -> None:
    def scale(book: openpyxl.Workbook) -> None:
        for row in range(4, 81):
            book.active.cell(row, 3).number_format = "#,##0,"

    assert not judged(workbook(scale)).accepted


@pytest.mark.parametrize("write", [xlsx, ods, xls, xlsb])
def test_a_row_without_height_and_a_column_without_width_are_not_seen(
    write: Callable[[Sequence[Table]], bytes],
) -> None:
    old = Cell("ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓")
    rows = [
        [Cell(TITLE)],
        [Cell(AS_OF)],
        *(cells(row) for row in (HEADINGS, *ROWS)),
        cells([t.replace(",", "") for t in TOTAL]),
    ]
    flat = Table("ก", [[old], *rows], flat_rows={0})
    narrow = Table("ก", [[*rows[0], *[Cell("")] * 8, old], *rows[1:]], narrow_columns={9})
    for table in (flat, narrow):
        found = judged(write([table]), "return")
        assert found.accepted, found.violations
        assert str(found.as_of) == "2020-06-25"
