"""Registers of local authorities that add up to a given province table: seeded, with the real counts by kind, under
invented names of places."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from khrop.contracts.local_authority import KINDS, STATUSES, known_counts
from khrop.thai import provinces
from khrop.thai.dates import MONTHS
from khrop.thai.digits import to_thai
from pipelines.datasets.registry import installed
from pipelines.readers import read_here
from pipelines.readers.table_form import reading_for

SAMPLE = Path(__file__).parents[2] / "pipelines" / "sample" / "dla-2563-06-11.txt"
OPENED = date(2020, 5, 19)
CAMPAIGN = "synthetic-register"
TITLE = "ทะเบียนสังเคราะห์ขององค์กรปกครองส่วนท้องถิ่น (ไม่ใช่ข้อมูลจริง)"
SUBJECT = "การบันทึกข้อมูลการจัดทำความตกลงความร่วมมือระหว่างประเทศขององค์กรปกครองส่วนท้องถิ่น"
SAMPLE_DAY = date(2020, 6, 12)
HEADINGS = (
    "รหัส อปท.", "ชื่อ อปท.", "ประเภท", "อำเภอ", "จังหวัด", "สถานะ", "วันที่บันทึก", "ผู้บันทึก", "หมายเหตุ",
)  # fmt: skip
FIRST_PARTS = (
    "บ้าน", "หนอง", "คลอง", "ดอน", "ท่า", "โพธิ์", "วัง", "นา", "ทุ่ง", "โคก", "ห้วย", "สระ", "บึง", "เขา", "ป่า", "บาง", "หัว",
    "เกาะ", "สวน", "ไร่", "ปาก", "แหลม", "พลับ", "ศาลา", "ตลาด", "หาด",
)  # fmt: skip
LAST_PARTS = (
    "ใหญ่", "น้อย", "แดง", "ขาว", "ทอง", "แก้ว", "ไผ่", "ยาง", "สูง", "กลาง", "เหนือ", "ใต้", "งาม", "สว่าง", "เจริญ", "พัฒนา",
    "ดี", "หลวง", "ตาล", "มะม่วง", "หว้า", "บัว", "ชัย", "ทราย", "หิน", "ลาน", "กระทุ่ม", "มะขาม", "ไทร", "สัก", "รัก", "เงิน",
    "เพชร", "จันทร์", "ตะวัน", "สามัคคี", "รุ่งเรือง", "พูนสุข", "มงคล", "ศรี",
)  # fmt: skip
DISTRICTS = 878
"""Districts in all, shared out by the number of authorities."""


@dataclass(frozen=True)
class Authority:
    """A row of a register, as an export has it."""

    code: str
    name: str
    kind: str
    district: str
    province_code: str
    status: str = "not_started"
    saved_on: date | None = None
    recorded_by: str = ""
    note: str = ""


def register(
    figures: Mapping[str, tuple[int, int]], as_of: date, *, seed: int = 1, opened: date = OPENED
) -> list[Authority]:
    """Return a register that adds up to a province table.

    Args:
        figures: By province code the number of authorities, and of those that have saved.
        as_of: The day of the register; no authority has saved later.
        seed: What the invented names and the choice of authorities come from.
        opened: The day before which none has saved.
    """
    made: list[Authority] = []
    for code, (total, saved) in sorted(figures.items()):
        draw = random.Random(f"{seed} {code}")
        own = _authorities(code, total, draw)
        chosen = set(draw.sample(range(len(own)), saved))
        days = (as_of - opened).days
        for at, authority in enumerate(own):
            if at in chosen:
                day = opened + timedelta(days=draw.randint(0, days))
                made.append(replace(authority, status="saved", saved_on=day, recorded_by=f"เจ้าหน้าที่ {at % 7 + 1}"))
            else:
                made.append(replace(authority, status=draw.choice(("in_progress", "not_started", "not_started"))))
    return made


def later(register: Sequence[Authority], as_of: date, share: float = 0.05, *, seed: int = 1) -> list[Authority]:
    """Return the register some days later: of the authorities that have not saved a share has moved on."""
    draw = random.Random(f"{seed} {as_of}")
    made = []
    for authority in register:
        if authority.status != "saved" and draw.random() < share:
            if authority.status == "in_progress":
                authority = replace(authority, status="saved", saved_on=as_of, recorded_by="เจ้าหน้าที่ 1")
            else:
                authority = replace(authority, status="in_progress")
        made.append(authority)
    return made


def sample_figures() -> dict[str, tuple[int, int]]:
    """Return by province code what the sample counts: authorities, and those that have saved."""
    with reading_for([installed()["province_progress"].form]):
        table = read_here(SAMPLE.read_bytes())
    return {
        province.code: (int(row.cells["total"].read), int(row.cells["saved"].read))
        for row in table.rows
        if (province := provinces.match(row.cells["province_th"].read))
    }


def sample(figures: Mapping[str, tuple[int, int]]) -> list[Authority]:
    """Return the register that stands beside the sample (`pipelines/sample`): of the next day, on which three more of
    Chiang Mai had saved.

    Args:
        figures: What the sample counts.
    """
    made = register(figures, SAMPLE_DAY - timedelta(days=1), seed=SAMPLE_DAY.year + 543)
    late = [at for at, a in enumerate(made) if a.province_code == "50" and a.status == "in_progress"][:3]
    for at in late:
        made[at] = replace(made[at], status="saved", saved_on=SAMPLE_DAY, recorded_by="เจ้าหน้าที่ 1")
    return made


def _authorities(code: str, total: int, draw: random.Random) -> list[Authority]:
    counts = {kind: number for province, kind, number in known_counts() if province == code}
    # The table may count one more or one fewer than the reference: the difference is one of subdistrict organisations.
    counts["sao"] = counts.get("sao", 0) + total - sum(counts.values())
    name_th = provinces.by_code(code).name_th
    districts = [f"เมือง{name_th}", *_names(draw, max(round(total * DISTRICTS / 7850) - 1, 1), set())]
    made: list[Authority] = []
    used: dict[tuple[str, str], set[str]] = {}
    for number, kind in enumerate(KINDS):
        for at in range(counts.get(kind, 0)):
            district = 0 if kind in ("pao", "city_municipality") else draw.randrange(len(districts))
            (place,) = (
                [name_th] if kind == "pao" else _names(draw, 1, used.setdefault((districts[district], kind), set()))
            )
            code_of = f"{number + 1}{code}{district + 1:02d}{at + 1:03d}"
            made.append(Authority(code_of, f"{KINDS[kind]}{place}", kind, districts[district], code))
    return made


def _names(draw: random.Random, many: int, used: set[str]) -> list[str]:
    made = []
    while len(made) < many:
        name = draw.choice(FIRST_PARTS) + draw.choice(LAST_PARTS) + draw.choice(("", "", *LAST_PARTS[:12]))
        if name not in used:
            used.add(name)
            made.append(name)
    return made


def in_thai(day: date) -> str:
    """Return a date as an office writes it."""
    return to_thai(f"{day.day} {MONTHS[day.month - 1]} {day.year + 543}")


def cells(register: Iterable[Authority]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows as a person reads them; days are dates."""
    for a in register:
        yield (
            a.code, a.name, KINDS[a.kind], a.district, provinces.by_code(a.province_code).name_th, STATUSES[a.status],
            a.saved_on, a.recorded_by, a.note,
        )  # fmt: skip


def above(as_of: date) -> list[str]:
    """Return the lines above the table."""
    return [TITLE, SUBJECT, f"ข้อมูล ณ วันที่ {in_thai(as_of)}"]


def csv_of(register: Iterable[Authority], as_of: date) -> bytes:
    """Return a register as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([line] for line in above(as_of))
    writer.writerow(HEADINGS)
    writer.writerows(["" if cell is None else str(cell) for cell in row] for row in cells(register))
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(register: Iterable[Authority], as_of: date) -> bytes:
    """Return a register as a workbook; days are dates."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("ทะเบียน")
    for line in above(as_of):
        sheet.append([line])
    sheet.append(HEADINGS)
    for row in cells(register):
        sheet.append([cell or None for cell in row])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def html_of(register: Iterable[Authority], as_of: date) -> bytes:
    """Return a register as systems export it under the ending .xls: a page with a table."""
    lines = "".join(f"<p>{line}</p>" for line in above(as_of))
    rows = "".join(
        "<tr>" + "".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) + "</tr>"
        for row in cells(register)
    )
    head = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    page = f'<html><head><meta charset="utf-8"></head><body>{lines}<table><tr>{head}</tr>{rows}</table></body></html>'
    return page.encode()


def _records(register: Iterable[Authority]) -> list[dict[str, Any]]:
    return [dict(zip(HEADINGS, row, strict=True)) for row in cells(register)]


def json_of(register: Iterable[Authority], as_of: date) -> bytes:
    """Return a register as an API serves it."""
    result = {"title": " ".join(above(as_of)[:2]), "note": above(as_of)[2], "records": _records(register)}
    return json.dumps({"success": True, "result": result}, ensure_ascii=False, default=str).encode()


def parquet_of(register: Iterable[Authority]) -> bytes:
    """Return a register as Parquet, which says neither campaign nor day."""
    import pandas as pd

    data = io.BytesIO()
    pd.DataFrame(_records(register)).to_parquet(data)
    return data.getvalue()
