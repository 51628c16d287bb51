"""The headings of the province table: how an office words the column of each of the contract's fields.

Together with the contract and the campaign file this is all that knows the columns of the province table. How a
table is cut out of a sheet belongs in `pipelines.readers.layout`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from khrop.thai.digits import normalise
from khrop.thai.marks import skeleton

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
# The same by their consonants, for a heading that lost or mistyped a mark. One of two consonants is too little to know.
CONSONANTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        ("bar", r"ถบส.*"),
        ("saved_percent", r"(คดปน)?(รอยล|ปอรซนต)(?!.*(ยงม|อยรหวง)).*"),
        ("pending", r"(จนวน)?(อปท)?(ท)?(อยรหวง|ยงม).*บนทก.*"),
        ("saved", r"(จนวน)?(อปท)?(ท)?บนทก(ขอมล)?(รยบรอย)?(ลว|ครบถวน).*"),
        ("total", r"(จนวน)?(อปท|องคกรปกครองสวนทองถน)(ทงหมด|ทงสน)?(หง)?"),
        ("province_th", r"(ชอ)?จงหวด"),
        ("ordinal", r"ลดบ(ท)?"),
    )
)
MOST_HEADING_ROWS = 3
FIGURE = re.compile(r"-?[0-9๐-๙][0-9๐-๙.,]*%?")
PROVINCE_LETTERS = tuple("จงหวด")
TOTAL_ROW = re.compile(r"(ผล|ยอด)?รวม(ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|ทุกจังหวัด)?:?")
TOTAL_CONSONANTS = re.compile(r"(ผล|ยอด)?รวม(ทงสน|ทงหมด|ทงประทศ|ทกจงหวด)?")
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
    exact = next((field for field, pattern in HEADINGS if pattern.fullmatch(text)), "")
    if exact or FIGURE.search(text):
        return exact
    consonants = skeleton(text)
    return next((field for field, pattern in CONSONANTS if pattern.fullmatch(consonants)), "")


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


def fields_over(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], dict[str, str], int]:
    """As `fields_of`, for headings that may stand in the first one, two or three of some rows, and how many those are.

    Of a heading over several rows each column is named by all its parts together, or by its lowest or first one alone:
    what stands above several columns together names none of them.
    """
    best: tuple[dict[str, int], dict[str, str], int] = ({}, {}, 0)
    for height in range(1, min(MOST_HEADING_ROWS, len(rows)) + 1):
        if height > 1 and any(FIGURE.fullmatch(cell.strip()) for row in rows[:height] for cell in row):
            break
        headed, doubled = fields_of(_together(rows[:height]))
        if len(headed) <= len(best[0]):
            continue
        # A title or note above the headings is none of them: they say as much without it.
        if height > 1 and len(fields_of(_together(rows[1:height]))[0]) >= len(headed):
            break
        best = headed, doubled, height
    return best


def _together(rows: Sequence[Sequence[str]]) -> list[str]:
    if len(rows) == 1:
        return list(rows[0])
    cells = []
    for col in range(max(map(len, rows))):
        parts = [row[col].strip() for row in rows if col < len(row) and row[col].strip()]
        ways = (" ".join(parts), parts[-1], parts[0]) if parts else ("",)
        cells.append(next((way for way in ways if field_of(way)), ways[0]))
    return cells


@lru_cache(maxsize=1024)
def is_total(read: str, mangled: bool = False) -> bool:
    """Whether a cell's text marks the row of grand totals; where marks were lost, by its consonants."""
    return bool(TOTAL_ROW.fullmatch(SPACES.sub("", read)) or (mangled and TOTAL_CONSONANTS.fullmatch(skeleton(read))))
