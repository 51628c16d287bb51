"""The workbook of a province's officer: its authorities with their status, to be filled in and sent back.

Here belong the sheet and the campaign of what comes back. The sheet is itself a return of that campaign, which is
of the one province.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from khrop.contracts.local_authority import KINDS, STATUSES
from khrop.thai import provinces
from khrop.thai.dates import format_long
from pipelines.campaigns import FOLDER, Campaign
from pipelines.datasets.local_authority.part_campaigns import part_of, phrase_of
from pipelines.home import Home
from pipelines.publishing.letters.folder import stem
from pipelines.publishing.workbooks.file import data_of, write
from pipelines.publishing.workbooks.written_cells import Look, set_up

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHEET = "ทะเบียน"
COLUMNS = ("authority_code", "name_th", "kind", "district", "province", "status", "saved_on", "recorded_by", "note")
HEADINGS = ("รหัส อปท.", "ชื่อ อปท.", "ประเภท", "อำเภอ", "จังหวัด", "สถานะ", "วันที่บันทึก", "ผู้บันทึก", "หมายเหตุ")
WIDTHS = (14, 40, 28, 22, 18, 22, 18, 24, 40)
SPARE = 20
"""So many empty rows below the table have the lists, too: for authorities that are new."""
NOTE = (
    "เลือกสถานะและประเภทจากรายการ กรอกวันที่บันทึกเมื่อสถานะเป็น “บันทึกแล้ว” เท่านั้น และแก้วันที่ของข้อมูลด้านบนให้เป็นวันที่ที่กรอก"
    " ก่อนส่งให้ล้างตัวกรองเพื่อให้เห็นทุกแถว"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A workbook that was made.

    Attributes:
        province_code: Its province.
        path: Its file.
        authorities: Its rows.
        campaign_file: The file of the campaign of what comes back.
        changed: Whether the workbook was written.
    """

    province_code: str
    path: Path
    authorities: int
    campaign_file: Path
    changed: bool


def make(connection: DuckDBPyConnection, home: Home, campaign: Campaign, code: str, path: Path | None = None) -> Made:
    """Write the workbook of a province, and the campaign of what comes back where there is no file of it yet.

    Args:
        connection: The warehouse, with marts.
        home: The home.
        campaign: The campaign of the register.
        code: The province.
        path: The workbook's file; by default in the home's folder of workbooks.

    Raises:
        LookupError: Where the newest register has no authority of the province.
    """
    rows = connection.execute(
        "SELECT authority_code, name_th, kind, district, status, saved_on, recorded_by, note, as_of"
        " FROM mart.authority_current WHERE campaign_id = ? AND province_code = ?"
        " ORDER BY district, list_position(?, kind), authority_code",
        [campaign.id, code, list(KINDS)],
    ).fetchall()
    if not rows:
        raise LookupError(code)
    ((received_at,),) = connection.execute(
        "SELECT max(received_at) FROM core.snapshot_current WHERE campaign_id = ?", [campaign.id]
    ).fetchall()
    as_of = rows[0][-1]
    book = Workbook()
    _fill(book.active, campaign, code, [row[:-1] for row in rows], as_of)
    name = f"{stem(code, provinces.by_code(code).name_en)}.xlsx"
    file = path or home.workbook / campaign.id / name
    changed = write(file, data_of(book, part_of(campaign, code), received_at))
    return Made(code, file, len(rows), _campaign_file(home, campaign, code), changed)


def _fill(sheet: Worksheet, campaign: Campaign, code: str, rows: list[tuple[Any, ...]], as_of: date) -> None:
    look, name_th = Look(sheet, thai=False), provinces.by_code(code).name_th
    sheet.title = SHEET
    titles = (phrase_of(campaign, code), campaign.title_th, f"ข้อมูล ณ วันที่ {format_long(as_of)}")
    for number, title in enumerate(titles, 1):
        look.put(sheet.cell(number, 1), title, "title")
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=len(HEADINGS))
    head = len(titles) + 1
    for column, heading in enumerate(HEADINGS, 1):
        look.put(sheet.cell(head, column), heading, "head")
    for number, (authority, name, kind, district, status, saved_on, recorded_by, note) in enumerate(rows, head + 1):
        values = (authority, name, KINDS[kind], district, name_th, STATUSES[status], saved_on, recorded_by, note)
        for column, value in enumerate(values, 1):
            look.put(sheet.cell(number, column), value)
    last = head + len(rows)
    for at in range(head + 1, last + SPARE + 1):
        sheet.cell(at, COLUMNS.index("saved_on") + 1).number_format = "yyyy-mm-dd"
    sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(HEADINGS))}{last}"
    _lists(sheet, campaign, head + 1, last + SPARE)
    look.put(sheet.cell(last + SPARE + 2, 1), NOTE, "note")
    set_up(sheet, WIDTHS, head=head, fixed=2, landscape=True)


def _lists(sheet: Worksheet, campaign: Campaign, first: int, last: int) -> None:
    """Let a cell have what the contract lets it have: one of a list, a date of the campaign."""
    for column, allowed in (("status", STATUSES), ("kind", KINDS)):
        choices = DataValidation("list", formula1=f'"{",".join(allowed.values())}"', allow_blank=False)
        choices.error, choices.errorTitle = "โปรดเลือกจากรายการ", HEADINGS[COLUMNS.index(column)]
        _over(sheet, choices, column, first, last)
    days = DataValidation("date", operator="greaterThanOrEqual", formula1=_serial(campaign.opened_on), allow_blank=True)
    days.error, days.errorTitle = f"วันที่ ไม่ก่อน {format_long(campaign.opened_on)}", "วันที่บันทึก"
    _over(sheet, days, "saved_on", first, last)


def _over(sheet: Worksheet, validation: DataValidation, column: str, first: int, last: int) -> None:
    letter = get_column_letter(COLUMNS.index(column) + 1)
    validation.showErrorMessage = True
    validation.add(f"{letter}{first}:{letter}{last}")
    sheet.add_data_validation(validation)


def _serial(day: date) -> str:
    """Return a date as a workbook counts days."""
    return str((day - date(1899, 12, 30)).days)


def _campaign_file(home: Home, campaign: Campaign, code: str) -> Path:
    """Write the campaign of what comes back; a file that is there stays as it is."""
    name, province = part_of(campaign, code), provinces.by_code(code)
    file = home.root / FOLDER / f"{name}.toml"
    text = f"""\
# What the officer of {province.name_en} sends back: a part of the campaign {campaign.id}, of one province.
id = {_toml(name)}
dataset = {_toml(campaign.dataset)}
title_th = {_toml(f"{campaign.title_th} จังหวัด{province.name_th}")}
title_en = {_toml(f"{campaign.title_en}, {province.name_en}")}
known_by = [{_toml(phrase_of(campaign, code))}]
opened_on = {campaign.opened_on}
deadline = {campaign.deadline}
every_days = {(campaign.deadline - campaign.opened_on).days}
"""
    text += f"closed_on = {campaign.closed_on}\n" if campaign.closed_on else ""
    text += "synthetic = true\n" if campaign.synthetic else ""
    params = {**campaign.params, "provinces": code}
    text += "\n[params]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in params.items())
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(text, encoding="utf-8")
    return file


def _toml(value: Any) -> str:
    """Return a value as TOML has it: its texts, numbers and truths are those of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)
