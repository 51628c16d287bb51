"""The workbook: the return's own table, which is itself a return; figures as numbers; text that is never a formula."""

from __future__ import annotations

import gc
import io
import resource
import signal
import time
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from khrop.thai.digits import parse_count, parse_percent
from khrop.thai.provinces import match
from pipelines import campaigns, readers
from pipelines.datasets.province_progress import progress, workbook_export
from pipelines.datasets.province_progress.choices import Digits
from pipelines.datasets.province_progress.return_layout import HEADINGS
from pipelines.home import Home
from pipelines.intake.judging import judge
from pipelines.publishing.workbooks.file import data_of
from pipelines.publishing.workbooks.written_cells import Look
from pipelines.returns import Judgement, Return
from warehouse.connect import Warehouse

AGREEMENTS = "info-international-agreements"
MEASURES = ("total", "saved", "pending", "saved_percent")


@pytest.fixture
def built(home: Home) -> Any:
    """The bundled campaign's workbook, as bytes."""

    def build(digits: Digits = Digits.thai) -> bytes:
        with Warehouse(home.warehouse).reading() as connection:
            (campaign,) = progress.campaigns(connection)
            return workbook_export.build(connection, campaign, campaigns.load(home.root)[AGREEMENTS], digits)

    return build


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def head_of(sheet: Worksheet) -> int:
    return next(row for row in range(1, 20) if sheet.cell(row, 1).value == HEADINGS[0])


@pytest.mark.parametrize("digits", Digits)
def test_the_workbook_read_back_is_the_return_that_it_was_made_from(
    sample: Path, taken_in: Any, built: Any, ask: Any, tmp_path: Path, digits: Digits
) -> None:
    taken_in(sample)
    data = built(digits)
    table = readers.read(data)
    read = {}
    for row in table.rows:
        cells = {field: cell.read for field, cell in row.cells.items()}
        province = match(cells["province_th"])
        assert province is not None
        read[province.code] = (
            *(parse_count(cells[field]) for field in MEASURES[:3]), parse_percent(cells["saved_percent"])
        )  # fmt: skip
    stored = ask("SELECT province_code, total, saved, pending, saved_percent FROM core.province_progress_current")
    assert read == {code: tuple(rest) for code, *rest in stored}
    assert len(read) == 76
    claims = {(claim.source, claim.measure): claim.value for claim in table.claims}
    assert claims["document", "as_of"] == date(2020, 6, 11)
    assert [claims["table_total", m] for m in MEASURES[:3]] == [claims["prose", m] for m in MEASURES[:3]]
    path = tmp_path / "back.xlsx"
    path.write_bytes(data)
    (back,) = taken_in(path)
    assert (back.verdict, back.campaign_id, back.as_of) == ("unchanged", AGREEMENTS, date(2020, 6, 11))


def test_read_in_a_home_of_its_own_it_is_accepted_without_a_warning(sample: Path, taken_in: Any, built: Any) -> None:
    taken_in(sample)
    judgement = judged(built())
    assert (judgement.verdict, judgement.campaign_id, judgement.violations) == ("accepted", AGREEMENTS, ())


def test_with_earlier_returns_beside_it_it_still_is(taken_in: Any, write: Any, built: Any) -> None:
    for day in (date(2020, 6, 11), date(2020, 6, 25), date(2020, 7, 9)):
        taken_in(write(f"{day}.csv", day))
    judgement = judged(built())
    assert (judgement.verdict, judgement.as_of) == ("accepted", date(2020, 7, 9))


def judged(data: bytes) -> Judgement:
    """What the workbook comes to as a return of its own."""
    (judgement,) = judge([(Return("back", "0" * 64, "back.xlsx", datetime(2026, 1, 1)), data)], campaigns.load())
    return judgement


def test_the_table_stands_as_the_department_prints_it(sample: Path, taken_in: Any, built: Any) -> None:
    taken_in(sample)
    sheet = opened(built())["รายงาน"]
    head = head_of(sheet)
    assert [cell.value for cell in sheet[head]] == list(HEADINGS)
    assert [cell.value for cell in sheet[head + 1]] == [1, "กระบี่", 62, 3, 59, 4.84, 4.84]
    assert [cell.value for cell in sheet[head + 77]] == ["รวม", None, 7850, 292, 7558, 3.72, 3.72]
    below = [sheet.cell(row, 1).value for row in range(head + 79, head + 83)]
    assert below == [
        "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        "อปท. ทั่วประเทศ จำนวน ๗,๘๕๐ แห่ง",
        "บันทึกข้อมูลเรียบร้อยแล้ว จำนวน ๒๙๒ แห่ง คิดเป็นร้อยละ ๓.๗๒",
        "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล จำนวน ๗,๕๕๘ แห่ง คิดเป็นร้อยละ ๙๖.๒๘",
    ]


def test_the_percent_is_the_one_that_the_return_printed(
    sample: Path, tmp_path: Path, taken_in: Any, built: Any
) -> None:
    truncated = tmp_path / "truncated.txt"
    truncated.write_text(sample.read_text(encoding="utf-8").replace("๕.๗๗", "๕.๗๖"), encoding="utf-8")
    taken_in(truncated)
    judgement = judged(built())
    assert [(v.rule_id, v.observed) for v in judgement.violations] == [("percent-rounded", "5.76")]


@pytest.mark.parametrize(("digits", "shown"), [(Digits.thai, "[$-D00041E]#,##0"), (Digits.arabic, "#,##0")])
def test_digits_are_how_numbers_are_shown_and_numbers_stay_numbers(
    sample: Path, taken_in: Any, built: Any, digits: Digits, shown: str
) -> None:
    taken_in(sample)
    sheet = opened(built(digits))["รายงาน"]
    cell = sheet.cell(head_of(sheet) + 1, 3)
    assert (cell.value, cell.data_type, cell.number_format) == (62, "n", shown)
    assert ("๑๑ มิถุนายน ๒๕๖๓" in sheet.cell(head_of(sheet) + 79, 1).value) is (digits is Digits.thai)


def test_bars_frozen_headings_and_a_page_of_paper(sample: Path, taken_in: Any, built: Any) -> None:
    taken_in(sample)
    sheet = opened(built())["รายงาน"]
    head = head_of(sheet)
    ((where, (rule,)),) = [(str(r.sqref), r.rules) for r in sheet.conditional_formatting]
    assert where == f"G{head + 1}:G{head + 77}"
    assert rule.type == "dataBar"
    assert [(limit.type, limit.val) for limit in rule.dataBar.cfvo] == [("num", 0), ("num", 100)]
    assert sheet.freeze_panes == f"C{head + 1}"
    assert sheet.print_title_rows == f"${head}:${head}"
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (9, 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_the_marts_are_there_whole_with_the_names_of_provinces(taken_in: Any, write: Any, built: Any, ask: Any) -> None:
    for day in (date(2020, 6, 25), date(2020, 7, 9)):
        taken_in(write(f"{day}.csv", day))
    book = opened(built())
    assert book.sheetnames == ["รายงาน", "compliance", "province_trend", "national_trend", "about"]
    for mart, rows in (("compliance", 152), ("province_trend", 152), ("national_trend", 2)):
        sheet = book[mart]
        names = [cell.value for cell in sheet[1]]
        assert sheet.max_row == rows + 1
        assert sheet.freeze_panes is not None
        stored = ask(f"SELECT as_of, saved_percent FROM mart.{mart} ORDER BY ALL")
        shown = sorted(
            (row[names.index("as_of")].date(), round(row[names.index("saved_percent")], 2))
            for row in sheet.iter_rows(min_row=2, values_only=True)
        )
        assert shown == [(as_of, float(percent)) for as_of, percent in stored]
        assert ("name_th" in names) is (mart != "national_trend")


def test_it_says_what_it_was_made_from(sample: Path, taken_in: Any, built: Any) -> None:
    (story,) = taken_in(sample)
    about = {row[1]: row[2] for row in opened(built())["about"].iter_rows(min_row=2, values_only=True)}
    assert (about["campaign"], about["return"], about["sha256"]) == (AGREEMENTS, story.snapshot_id, story.sha256)
    assert (about["file"], about["contract"], about["letter"]) == ("dla-2563-06-11.txt", "1.2.0", "มท ๐๘๑๐.๒/ว ๑๗๕๒")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"],
)
def test_a_text_is_never_a_formula(text: str) -> None:
    book = Workbook()
    sheet = book.active
    Look(sheet, thai=True).put(sheet.cell(1, 1), text)
    made = io.BytesIO()
    book.save(made)
    xml = zipfile.ZipFile(made).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    cell = opened(made.getvalue()).active.cell(1, 1)
    assert cell.data_type == "s"
    assert cell.value.strip() == text.strip()
    assert cell.quotePrefix


def test_a_control_character_does_not_stop_a_workbook() -> None:
    sheet = Workbook().active
    Look(sheet, thai=True).put(sheet.cell(1, 1), "ก\x00ข\ud800ค")
    assert sheet.cell(1, 1).value == "ก�ข�ค"


def test_a_file_with_a_hostile_name_is_written_as_text(taken_in: Any, write: Any, built: Any) -> None:
    taken_in(write("=1+cmd.csv", date(2020, 7, 9)))
    data = built()
    (cell,) = [row[2] for row in opened(data)["about"].iter_rows() if row[1].value == "file"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+cmd.csv", "s", True)
    parts = zipfile.ZipFile(io.BytesIO(data))
    assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]


def test_the_same_figures_make_the_same_bytes_whenever(sample: Path, taken_in: Any, built: Any) -> None:
    taken_in(sample)
    first = built()
    time.sleep(1.1)  # the stamp of an office file has whole seconds
    assert built() == first


def test_a_workbook_takes_the_place_of_the_one_before_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "new" / "book.xlsx"
    assert workbook_export.write(path, b"one")
    assert not workbook_export.write(path, b"one")
    assert workbook_export.write(path, b"two")
    assert [p.name for p in path.parent.iterdir()] == ["book.xlsx"]
    assert path.read_bytes() == b"two"


# What openpyxl had begun fails again when it is freed, which is here.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("rows", [1, 1000])
def test_a_disk_without_room_for_its_sheets_is_an_error_of_the_system(rows: int) -> None:
    book = Workbook()
    for n in range(rows):
        book.active.append([f"cell {n}"])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large|No space left"):
            data_of(book, "a title", datetime(2020, 6, 11))
    finally:
        gc.collect()
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
