"""Waste plans by district, a dataset that only its folder knows: the folder, and its returns as CSV and XLSX."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from khrop.thai.digits import to_thai

FOLDER = Path(__file__).parents[1] / "datasets" / "waste_plans" / "waste_plans"
CAMPAIGN = "waste-plans"
HEADINGS = (
    "ลำดับ",
    "อำเภอ",
    "จำนวนแผนทั้งหมด (แผน)",
    "เห็นชอบแล้ว (แผน)",
    "อยู่ระหว่างพิจารณา (แผน)",
    "ยังไม่ส่ง (แผน)",
    "ร้อยละที่เห็นชอบ",
    "วันที่ปรับปรุง",
    "ปริมาณขยะ (ตัน/วัน)",
)
DISTRICTS = (
    "เมืองกระบี่", "เขาพนม", "เกาะลันตา", "คลองท่อม", "อ่าวลึก", "ปลายพระยา", "ลำทับ", "เหนือคลอง",
    "เมืองพังงา", "เกาะยาว", "กะปง", "ตะกั่วทุ่ง", "ตะกั่วป่า", "คุระบุรี", "ทับปุด", "ท้ายเหมือง",
)  # fmt: skip
WORDS_AS_OF = {date(2020, 6, 11): "๑๑ มิถุนายน ๒๕๖๓", date(2020, 6, 25): "๒๕ มิถุนายน ๒๕๖๓"}
Rows = list[list[str]]


def rows(more: int = 0) -> Rows:
    """The rows of a return that holds; `more` plans of each district have been approved since the first."""
    made = []
    for at, district in enumerate(DISTRICTS):
        total, late = 11 + 7 * at % 23 + at, at % 3
        approved = min(2 + at % 5 + more, total - late - 1)
        review = total - approved - late
        percent = (20000 * approved + total) // (2 * total) / 100
        figures = [str(n) for n in (total, approved, review, late)]
        made.append([str(at + 1), district, *figures, f"{percent:.2f}", "๑ มิถุนายน ๒๕๖๓", f"{1200.5 + at:,.2f}"])
    return made


def with_totals(table: Rows) -> Rows:
    """The rows and their row of grand totals."""
    sums = [sum(int(row[column]) for row in table) for column in range(2, 6)]
    percent = (20000 * sums[1] + sums[0]) // (2 * sums[0]) / 100
    return [*table, ["", "รวมทุกอำเภอ", *(f"{n:,}" for n in sums), f"{percent:.2f}", "", ""]]


def lines(table: Rows, as_of: date) -> Rows:
    """All rows of a document: what is above the table, its headings, its rows."""
    total = table[-1][2]
    return [
        ["แผนจัดการขยะรายอำเภอ"],
        [f"ข้อมูล ณ วันที่ {WORDS_AS_OF[as_of]}"],
        [f"มีแผนทั้งหมด {to_thai(total)} แผน"],
        list(HEADINGS),
        *table,
    ]


def csv_of(table: Rows, as_of: date = date(2020, 6, 11)) -> bytes:
    """A return as CSV."""

    def line(cells: Sequence[str]) -> str:
        return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)

    return ("\r\n".join(map(line, lines(table, as_of))) + "\r\n").encode("utf-8-sig")


def xlsx_of(table: Rows, as_of: date = date(2020, 6, 11)) -> bytes:
    """A return as a workbook: figures are numbers, the days dates."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in lines(table, as_of):
        sheet.append([_value(text) for text in row])
    for row in sheet.iter_rows(min_row=5, min_col=9, max_col=9):
        row[0].number_format = "#,##0.00"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def _value(text: str) -> object:
    try:
        return float(text.replace(",", "")) if "." in text else int(text.replace(",", ""))
    except ValueError:
        return text


def install(home: Path) -> Path:
    """Put the dataset's folder into a home."""
    target = home / "datasets" / "waste_plans"
    shutil.copytree(FOLDER, target)
    return target
