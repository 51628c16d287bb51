"""The two returns of a look-alike: the one that a person sees, and the other that must not be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import NamedTuple

from khrop.thai import provinces
from khrop.thai.dates import format_long

TITLE = "การบันทึกข้อมูลการจัดทำความตกลงความร่วมมือระหว่างประเทศของ อปท."
OTHER_TITLE = "การบันทึกข้อมูลการดำเนินงานถังขยะเปียกลดโลกร้อนของ อปท."
HEADINGS = ("ลำดับ", "จังหวัด", "จำนวน อปท. (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "ยังไม่บันทึกข้อมูล (แห่ง)", "ร้อยละ")
UNKNOWN_HEADINGS = ("ที่", "จังหวัด", "ทั้งหมด", "ส่งแล้ว", "คงเหลือ", "%")
NAMES = [provinces.by_code(code).name_th for code in provinces.expected_codes()]
Rows = list[tuple[str, ...]]


class Return(NamedTuple):
    """A return: its as-of date, its rows with the grand total last, and whether it is of the campaign."""

    as_of: date
    rows: Rows
    title: str = TITLE

    @property
    def line(self) -> str:
        return f"ข้อมูล ณ วันที่ {format_long(self.as_of)}"

    def figures(self) -> dict[str, tuple[str, ...]]:
        return {row[1]: row[2:] for row in self.rows[:-1]}


def made(chance: Random, as_of: date) -> Return:
    """A return that holds."""
    return _of([(total := chance.randint(10, 250), chance.randint(0, total)) for _ in NAMES], as_of)


def made_like(chance: Random, seen: Return, as_of: date) -> Return:
    """A return of the same authorities of which others have saved."""
    counts = [(total := int(row[2]), chance.randint(0, total)) for row in seen.rows[:-1]]
    return _of(counts, as_of)


def _of(counts: list[tuple[int, int]], as_of: date) -> Return:
    rows = [_row(str(n), name, *count) for n, (name, count) in enumerate(zip(NAMES, counts, strict=True), 1)]
    return Return(as_of, [*rows, _row("รวม", "", sum(t for t, _ in counts), sum(s for _, s in counts))])


def _row(number: str, name: str, total: int, saved: int) -> tuple[str, ...]:
    hundredths = (20000 * saved + total) // (2 * total)
    return (number, name, str(total), str(saved), str(total - saved), f"{hundredths // 100}.{hundredths % 100:02d}")


class Case(NamedTuple):
    """A document, what a person sees in it (None where that is no return of the campaign), and how it was made."""

    data: bytes
    seen: Return | None
    how: str


Maker = Callable[[Random, Return, Return], Case]
