"""The headings of the province table: how an office words the column of each of the contract's fields.

Together with the contract and the campaign file this is all that knows the columns of the province table. How a
table is cut out of a sheet belongs in `pipelines.readers.layout`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from khrop.thai import normalise

# The first pattern that fits wins: the percent's heading holds the words of the saved one.
HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        ("bar", r"แถบสี.*"),
        # The percent of those pending is another column, which the contract has no field for.
        ("saved_percent", r"(ร้อยละ|เปอร์เซ็นต์|คิดเป็นร้อยละ|%)(?!.*(ยังไม่|อยู่ระหว่าง)).*"),
        ("pending", r"(จำนวน)?(อปท\.?)?(ที่)?(อยู่ระหว่าง|ยังไม่).*บันทึก.*"),
        ("saved", r"(จำนวน)?(อปท\.?)?(ที่)?บันทึก(ข้อมูล)?(เรียบร้อย)?(แล้ว|ครบถ้วน).*"),
        ("total", r"(จำนวน)?(อปท\.?|องค์กรปกครองส่วนท้องถิ่น)(ทั้งหมด|ทั้งสิ้น)?(\(แห่ง\))?"),
        ("province_th", r"(ชื่อ)?จังหวัด"),
        ("ordinal", r"(ลำดับ(ที่)?|ที่)"),
    )
)
PROVINCE_LETTERS = tuple("จงหวด")
TOTAL_ROW = re.compile(r"(ผล|ยอด)?รวม(ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|ทุกจังหวัด)?:?")
SPACES = re.compile(r"\s+")


def could_head(text: str) -> bool:
    """A sieve for rows of headings: every one names the province, however its letters are spaced and marked."""
    return all(letter in text for letter in PROVINCE_LETTERS)


@lru_cache(maxsize=4096)
def field_of(printed: str) -> str:
    """The contract's field that a heading names, or nothing."""
    # No heading is longer than a few lines; a paragraph that begins like one is prose.
    if not printed or len(printed) > 200:
        return ""
    text = SPACES.sub("", normalise(printed).text)
    return next((field for field, pattern in HEADINGS if pattern.fullmatch(text)), "")


def fields_of(cells: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
    """The column (from 1) of each field that a row of cells heads, and what doubled headings say.

    Nothing at all where the row is no row of headings: a province column and three others make one.
    """
    if not could_head("".join(cells)):
        return {}, {}
    columns: dict[str, int] = {}
    doubled: dict[str, str] = {}
    for number, printed in enumerate(cells, 1):
        field = field_of(printed)
        if field in columns:
            before = doubled.get(field, cells[columns[field] - 1].strip())
            doubled[field] = f"{before} | {printed.strip()}"
        elif field:
            columns[field] = number
    if "province_th" not in columns or len(columns) < 4:
        return {}, {}
    return columns, doubled


@lru_cache(maxsize=1024)
def is_total(read: str) -> bool:
    """Whether a cell's text marks the row of grand totals."""
    return bool(TOTAL_ROW.fullmatch(SPACES.sub("", read)))
