"""Synthetic returns of the province table, written as CSV text: for tests, and by the thousand for the bench.

They hold: 76 provinces in the printed order, totals that add up, percents rounded half up, prose that repeats the
table. One `seed` is one story: its authorities stay, and what is saved only grows from day to day. Nothing here
is a real figure.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from khrop.thai import provinces

OPENED, DEADLINE, AUTHORITIES = date(2020, 5, 19), date(2020, 8, 31), 7850
"""Those of the bundled campaign."""
TITLE = "การจัดทำความตกลงความร่วมมือระหว่างประเทศของ อปท."
"""The words by which a return of the bundled campaign is known."""
HEADINGS = "ลำดับ,จังหวัด,จำนวน อปท. (แห่ง),บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง),อยู่ระหว่างบันทึกข้อมูล (แห่ง),ร้อยละ"
SMALLEST = 20
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
MONTHS = (
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
)
CODES = provinces.expected_codes()
NAMES = tuple(provinces.by_code(code).name_th for code in CODES)
Figures = Mapping[str, tuple[int, int]]
"""Province code to (total, saved)."""


def written_return(
    as_of: date,
    seed: int = 0,
    figures: Figures | None = None,
    *,
    title: str = TITLE,
    opened: date = OPENED,
    deadline: date = DEADLINE,
    authorities: int = AUTHORITIES,
    dated: bool = True,
    thai: bool = True,
) -> str:
    """One return as CSV text, the same for the same arguments.

    `figures` stand in the place of those provinces' own; the totals follow. Without a `title` only the sender can
    tell the campaign, without `dated` only the sender can tell the date; `thai` chooses the digits.
    """
    rows = [
        (figures or {}).get(code) or own
        for code, own in zip(CODES, progress(as_of, seed, opened, deadline, authorities), strict=True)
    ]
    total, saved = sum(row[0] for row in rows), sum(row[1] for row in rows)
    lines = ["ตารางแสดงการบันทึกข้อมูลในระบบฐานข้อมูล,,,,,", f"{title},,,,,", HEADINGS]
    lines += [
        f"{n},{name},{whole},{part},{whole - part},{percent(part, whole)}"
        for n, (name, (whole, part)) in enumerate(zip(NAMES, rows, strict=True), start=1)
    ]
    lines.append(f'รวม,,"{total:,}","{saved:,}","{total - saved:,}",{percent(saved, total)}')
    if dated:
        lines.append(f"ข้อมูล ณ วันที่ {as_of.day} {MONTHS[as_of.month - 1]} {as_of.year + 543},,,,,")
    lines += [
        f'"อปท. ทั่วประเทศ จำนวน {total:,} แห่ง",,,,,',
        f'"บันทึกข้อมูลเรียบร้อยแล้ว จำนวน {saved:,} แห่ง คิดเป็นร้อยละ {percent(saved, total)}",,,,,',
        f'"อยู่ระหว่างบันทึกข้อมูล จำนวน {total - saved:,} แห่ง คิดเป็นร้อยละ {percent(total - saved, total)}",,,,,',
        "เอกสารสังเคราะห์เพื่อการทดสอบ ไม่ใช่ข้อมูลจริง (SYNTHETIC TEST DOCUMENT),,,,,",
    ]
    text = "\n".join(lines) + "\n"
    return text.translate(THAI_DIGITS) if thai else text


def progress(
    as_of: date, seed: int = 0, opened: date = OPENED, deadline: date = DEADLINE, authorities: int = AUTHORITIES
) -> list[tuple[int, int]]:
    """(total, saved) of each province in the printed order: on a line of its own from the opening to some day at
    or after the deadline, so that some finish in time and some do not."""
    gone = (as_of - opened).days / (deadline - opened).days
    return [
        (total, min(total, max(0, int((gone - late) * pace * total))))
        for total, pace, late in _story(seed, authorities)
    ]


def percent(part: int, whole: int) -> str:
    """100·part/whole with two places, half up."""
    hundredths = (20000 * part + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02}"


@lru_cache(maxsize=8)
def _story(seed: int, authorities: int) -> list[tuple[int, float, float]]:
    """Of each province the authorities in all, the pace, and the share of the time that goes by before it begins."""
    chance = random.Random(seed)
    cuts = sorted(chance.randint(0, authorities - SMALLEST * len(CODES)) for _ in CODES[1:])
    totals = [
        SMALLEST + after - before
        for before, after in zip([0, *cuts], [*cuts, authorities - SMALLEST * len(CODES)], strict=True)
    ]
    return [(total, chance.uniform(0.3, 1.3), chance.uniform(0.0, 0.2)) for total in totals]
