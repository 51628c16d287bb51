"""The workbook of a campaign: the return's own table in its own layout, the marts, and what it was made from.

Here belong the sheets and their values. The first sheet is itself a return: read back, it has the figures of the
warehouse. No cell is a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.formatting.rule import DataBarRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from khrop.thai.dates import format_long
from pipelines import campaigns as campaign_files
from pipelines.datasets.province_progress import progress
from pipelines.datasets.province_progress.choices import Digits
from pipelines.datasets.province_progress.return_layout import HEADINGS, TITLE, TOTAL, closing
from pipelines.home import Home
from pipelines.publishing import by_campaign
from pipelines.publishing.by_campaign import Made
from pipelines.publishing.catalogue import Published
from pipelines.publishing.workbooks import written_cells
from pipelines.publishing.workbooks.file import data_of, write
from pipelines.publishing.workbooks.written_cells import Look, set_up
from warehouse import parts
from warehouse.connect import Warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CODE = (Path(__file__).parent, Path(written_cells.__file__).parent)
"""Where the code of workbooks is."""
MARTS = ("compliance", "province_trend", "national_trend")
RETURN_SHEET, ABOUT_SHEET = "รายงาน", "about"
WIDTHS = (8, 24, 14, 18, 24, 20, 30)
HEADING_HEIGHT = 66
GREEN = "FF2E7D32"
AT_ONCE = 100
"""Rows of a mart that are read at once; the first of them decide the widths of its columns."""
WIDEST, NARROWEST, DATE_WIDTH = 40, 10, 24


def build(
    connection: DuckDBPyConnection,
    campaign: progress.Campaign,
    file: campaign_files.Campaign | None,
    digits: Digits = Digits.thai,
) -> bytes:
    """Return a campaign's workbook at its latest as-of date.

    Args:
        connection: The warehouse, with marts.
        campaign: The campaign as the marts have it.
        file: The campaign as its file has it; None where that is gone.
        digits: The digits of the numbers.

    Returns:
        The XLSX file, the same bytes for the same figures.
    """
    nation = progress.country(connection, campaign.campaign_id)[-1]
    source = progress.source(connection, campaign.campaign_id, nation.as_of)
    # Written row by row: as objects of Python the marts of a hundred returns take a hundred times what they have.
    book = Workbook(write_only=True)
    sheet = book.create_sheet(RETURN_SHEET)
    look = Look(sheet, thai=digits is Digits.thai)
    _return(connection, sheet, look, campaign, file, nation, digits)
    for mart in MARTS:
        _mart(connection, book.create_sheet(mart), look, campaign.campaign_id, mart)
    _about(book.create_sheet(ABOUT_SHEET), look, campaign, source, digits)
    return data_of(book, campaign.campaign_id, source.received_at)


def publish(home: Home, *, force: bool = False) -> Published:
    """Write the workbook of every campaign, in Thai digits, as `khrop export --xlsx` does.

    Args:
        home: The home.
        force: Make all workbooks, also of campaigns that did not change; a file is replaced only where it differs.

    Returns:
        The folder, and how many workbooks it has.

    Raises:
        WarehouseLocked: Where another process holds the warehouse.
        FileNotFoundError: Without a warehouse.
    """
    files = campaign_files.load(home.root)
    with Warehouse(home.warehouse).reading() as connection:
        states, campaigns = parts.states(connection), {c.campaign_id: c for c in progress.campaigns(connection)}

        def make(name: str) -> Made:
            path = home.workbook / f"{name}.xlsx"
            return Made(path, write(path, build(connection, campaigns[name], files.get(name))))

        code = by_campaign.version(*CODE)
        made_from = {name: (states[name], files.get(name), code) for name in campaigns}
        workbooks = by_campaign.make(home.workbook, "workbook", made_from, make, force=force)
    lines = [f"- {workbook.place}" for workbook in workbooks.values()]
    changed = any(workbook.changed for workbook in workbooks.values())
    return Published(home.workbook, "\n".join(lines), {"workbooks": len(workbooks)}, changed)


def _return(
    connection: DuckDBPyConnection,
    sheet: Worksheet,
    look: Look,
    campaign: progress.Campaign,
    file: campaign_files.Campaign | None,
    nation: progress.Country,
    digits: Digits,
) -> None:
    """Write the return's own table as the department prints it, with the percents that it printed."""
    standings = progress.standings(connection, campaign.campaign_id, latest=True)
    percents = progress.printed_percents(connection, campaign.campaign_id, nation.as_of)
    titles = _titles(campaign, file)
    head = len(titles) + 1
    below, last = head + len(standings) + 1, get_column_letter(len(HEADINGS))
    set_up(sheet, WIDTHS, head=head, fixed=2)
    sheet.row_dimensions[head].height = HEADING_HEIGHT
    for row, title in enumerate(titles, 1):
        sheet.append(look.row([title], "title"))
        sheet.merged_cells.add(f"A{row}:{last}{row}")
    sheet.append(look.row(HEADINGS, "head"))
    for number, s in enumerate(standings, 1):
        percent = percents[s.province_code]
        values = (s.ordinal or number, s.name_th, s.total, s.saved, s.pending, percent, percent)
        sheet.append(look.row(values, *["cell"] * (len(values) - 1), "bar"))
    total = (TOTAL, None, nation.total, nation.saved, nation.pending, nation.saved_percent, nation.saved_percent)
    sheet.append(look.row(total, *["total"] * (len(total) - 1), "total bar"))
    # Bars, as long as the percent, which is in the column beside it; their ground is red.
    rule = DataBarRule("num", 0, "num", 100, GREEN, showValue=False, minLength=0, maxLength=100)
    sheet.conditional_formatting.add(f"{last}{head + 1}:{last}{below}", rule)
    sheet.append(())
    for text in closing(nation, thai=digits is Digits.thai):
        sheet.append(look.row([text], "note"))


def _titles(campaign: progress.Campaign, file: campaign_files.Campaign | None) -> Sequence[str]:
    """Return the lines over the table, with a phrase of `known_by` where the title has none."""
    titles = [TITLE, campaign.title_th]
    if file and file.known_by and not campaign_files.fitting(campaign.title_th, [file]):
        titles.append(file.known_by[0])
    return titles


def _mart(connection: DuckDBPyConnection, sheet: Worksheet, look: Look, campaign_id: str, mart: str) -> None:
    """Write a mart's rows of a campaign, the newest as-of date first, each province with its name."""
    of_provinces = mart != "national_trend"
    named, joined, order = (
        ("p.name_th, p.name_en, ", " INNER JOIN core.province AS p USING (province_code)", ", m.rank, m.province_code")
        if of_provinces
        else ("", "", "")
    )
    cursor = connection.execute(
        f"SELECT {named}m.* EXCLUDE (campaign_id) FROM mart.{mart} AS m{joined} WHERE m.campaign_id = ?"
        f" ORDER BY m.as_of DESC{order}",
        [campaign_id],
    )
    names = [column[0] for column in cursor.description or []]
    rows, count = cursor.fetchmany(AT_ONCE), 0
    widths = [_width(name, [row[i] for row in rows]) for i, name in enumerate(names)]
    set_up(sheet, widths, head=1, fixed=2 if of_provinces else 0, landscape=True)
    sheet.append(look.row(names, "head"))
    while rows:
        for row in rows:
            sheet.append(look.row(row))
        count += len(rows)
        rows = cursor.fetchmany(AT_ONCE)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(names))}{count + 1}"


def _width(name: str, values: Sequence[Any]) -> float:
    """Return the width of a column: that of its heading and values, a date with the longest name of a month."""
    widest = max((DATE_WIDTH if isinstance(value, date) else len(str(value)) + 2 for value in values), default=0)
    return min(WIDEST, max(NARROWEST, 1.3 * len(name) + 3, widest))


def _day(day: date, digits: Digits) -> str:
    return format_long(day, digits=digits.value)


def _about(sheet: Worksheet, look: Look, campaign: progress.Campaign, source: progress.Source, digits: Digits) -> None:
    """Write what the workbook was made from, so that each figure can be traced."""
    rows: tuple[tuple[str, str, Any], ...] = (
        ("โครงการ", "campaign", campaign.campaign_id),
        ("ชื่อเรื่อง", "title_th", campaign.title_th),
        ("ชื่อเรื่องภาษาอังกฤษ", "title_en", campaign.title_en),
        # In words, since the sheet is read with the others: a date alone in a cell is read as that of a letter.
        ("ระยะเวลา", "from, to", f"{_day(campaign.opened_on, digits)} – {_day(campaign.deadline, digits)}"),
        ("ข้อมูล ณ วันที่", "as_of", _day(source.as_of, digits)),
        ("รายงาน", "return", source.snapshot_id),
        ("ฉบับที่แก้ไข", "revision", source.revision),
        ("ผลการตรวจสอบ", "verdict", source.verdict),
        ("เลขที่หนังสือ", "letter", source.letter_no),
        ("แฟ้มต้นฉบับ", "file", source.file),
        ("ค่าแฮชของแฟ้ม", "sha256", source.sha256),
        ("เวลาที่ได้รับ", "received_at", f"{source.received_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("รุ่นของข้อกำหนด", "contract", source.contract_version),
        ("รุ่นของตัวอ่าน", "reader", source.reader_version),
    )
    set_up(sheet, (24, 14, 110), head=1)
    sheet.append(look.row(("รายการ", "item", "ค่า"), "head"))
    for values in rows:
        sheet.append(look.row(values))
