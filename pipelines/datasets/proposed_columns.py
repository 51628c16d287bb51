"""The columns of a table of no known form: their names, their kinds, and which of them name and identify a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from khrop.inference.keys import fewest_unique
from khrop.inference.sampled_column import SampledColumn
from khrop.thai.digits import normalise
from pipelines.datasets.table_in import FoundTable
from pipelines.datasets.value_kinds import KINDS
from warehouse.datasets import OWN_COLUMNS

WORDS = (
    ("ร้อยละ|เปอร์เซ็นต์|%|percent", "percent"),
    ("ลำดับ|^ที่$|^no\\.?$", "ordinal"),
    ("จังหวัด", "province"),
    ("ชาย", "male"),
    ("หญิง", "female"),
    ("อำเภอ", "district"),
    ("ตำบล", "subdistrict"),
    ("หมู่บ้าน|ชุมชน", "village"),
    ("เทศบาล", "municipality"),
    ("หน่วยงาน", "agency"),
    ("โรงเรียน", "school"),
    ("รหัส", "code"),
    ("ชื่อ", "name"),
    ("หมายเหตุ", "remark"),
    ("วันที่", "date"),
    ("ยังไม่|ไม่ได้|คงเหลือ|ค้าง", "pending"),
    ("อยู่ระหว่าง|กำลัง", "in_progress"),
    ("เห็นชอบ|อนุมัติ", "approved"),
    ("บันทึก", "saved"),
    ("แล้วเสร็จ|เรียบร้อย|ครบถ้วน|แล้ว", "done"),
    ("งบประมาณ|จำนวนเงิน|บาท", "budget"),
    ("ครัวเรือน", "households"),
    ("ประชากร", "population"),
    ("ปริมาณ|ตัน", "amount"),
    ("ทั้งหมด|ทั้งสิ้น|รวม", "total"),
    ("อปท|องค์กรปกครองส่วนท้องถิ่น", "authorities"),
    ("จำนวน", "number"),
)
"""Words of Thai headings with the column names that they give; the first that a heading contains counts."""
CODE_WORDS = re.compile(r"รหัส|เลขที่|เลขประจำตัว|โทร|\bcode\b|\bid\b", re.IGNORECASE)
"""Words of headings over figures that are none: nothing is added up of them, and a zero before them counts."""
PERCENT_WORDS = re.compile(WORDS[0][0], re.IGNORECASE)
NEARLY = Decimal("0.9")
"""The share of cells that must be of a kind for a column to have it."""
LEAST_PROVINCES = 2
"""With so few different names or fewer, a column is of text: short names may be those of provinces by chance."""
MOST_OTHERS = 3
"""Columns that identify a row beside its name."""
NAMES = ("province", "text")
"""The kinds of columns that can name a row."""


@dataclass(frozen=True)
class ProposedColumn:
    """A column of a table.

    Attributes:
        name: Its name, in ASCII letters.
        heading: Its heading as printed.
        kind: The name of its kind.
        values: Its values; None where a cell is none.
        total: Its grand total; None where there is none.
    """

    name: str
    heading: str
    kind: str
    values: tuple[Any, ...] = ()
    total: Any = None

    @cached_property
    def sampled(self) -> SampledColumn:
        """The column as rules are looked for in it."""
        storage = KINDS[self.kind].stored_as
        return SampledColumn(self.name, "number" if storage == "float" else storage, self.values)

    @property
    def nullable(self) -> bool:
        """Whether some row has no value."""
        return None in self.values

    @property
    def least(self) -> Any:
        """The least of its values; None where it has none."""
        return min((value for value in self.values if value is not None), default=None)

    @property
    def most(self) -> Any:
        """The greatest of its values; None where it has none."""
        return max((value for value in self.values if value is not None), default=None)


def columns_of(table: FoundTable) -> tuple[list[ProposedColumn], list[str]]:
    """Return the columns of a table.

    Args:
        table: The table.

    Returns:
        The columns in order, and the headings that are left out: a column is empty, or another has its heading.
    """
    columns: list[ProposedColumn] = []
    left_out: list[str] = []
    for at, heading in enumerate(table.headings):
        cells = [row[at] for row in table.rows]
        if not heading:
            continue
        if not any(cells) or table.headings.count(heading) > 1:
            left_out.append(heading)
            continue
        kind = _kind(heading, cells)
        values = tuple(KINDS[kind].parse(cell) if cell else None for cell in cells)
        printed = table.totals[at] if table.totals else ""
        total = KINDS[kind].parse(printed) if printed and KINDS[kind].figure else None
        name = _name(heading, kind, at + 1, [column.name for column in columns])
        columns.append(ProposedColumn(name, heading, kind, values, total))
    return columns, left_out


def _kind(heading: str, cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell]

    def mostly(kind: str) -> bool:
        return sum(KINDS[kind].parse(cell) is not None for cell in filled) >= NEARLY * len(filled)

    if CODE_WORDS.search(heading):
        return "text"
    if mostly("count"):
        counts = [KINDS["count"].parse(cell) for cell in filled]
        if PERCENT_WORDS.search(heading):
            return "percent"
        return "ordinal" if counts == list(range(1, len(cells) + 1)) and len(counts) > 1 else "count"
    if mostly("decimal"):
        return "percent" if PERCENT_WORDS.search(heading) or all("%" in cell for cell in filled) else "decimal"
    if mostly("date"):
        return "date"
    count = sum(KINDS["province"].resolve(cell) is not None for cell in filled)
    return "province" if count >= NEARLY * len(filled) and len(set(filled)) > LEAST_PROVINCES else "text"


def _name(heading: str, kind: str, at: int, taken: Sequence[str]) -> str:
    """Return a name in ASCII letters that no other column has."""
    text = normalise(heading).text
    words = next((name for pattern, name in WORDS if re.search(pattern, text, re.IGNORECASE)), "")
    slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") if text.isascii() else ""
    base = slug if re.fullmatch(r"[a-z][a-z0-9_]{0,30}", slug) else words or f"column_{at}"
    if kind == "ordinal":
        base = "ordinal"
    elif base == "ordinal":
        base = f"column_{at}"
    if base in OWN_COLUMNS or base.endswith("_printed"):
        base = f"own_{base.removesuffix('_printed')}"
    return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}_{n}") not in taken)


def label_of(columns: Sequence[ProposedColumn]) -> str:
    """Return the column that names a row: the first text that no two rows share, else the first text or column."""
    texts = [column for column in columns if column.kind in NAMES and not column.nullable]
    distinct = [column for column in texts if len(set(column.values)) == len(column.values)]
    return (distinct or texts or list(columns))[0].name


def key_of(columns: Sequence[ProposedColumn], label: str) -> tuple[str, ...]:
    """Return the fewest columns that identify a row, the label among them.

    Args:
        columns: The columns.
        label: The column that names a row.

    Returns:
        The names of the columns; empty where no four of them identify all rows.
    """
    others = [c.sampled for c in columns if c.kind in (*NAMES, "date") and not c.nullable and c.name != label]
    others += [c.sampled for c in columns if c.kind == "ordinal"]
    return fewest_unique([column.sampled for column in columns if column.name == label], others, MOST_OTHERS)
