"""The printed table of the province return: its headings, its rows, and how its figures depend on one another.

`khrop.repair` solves tables of this shape unless it is given another. It stands beside the contract, whose import takes
Pandera, so that a table can be repaired without it.
"""

from __future__ import annotations

import functools

from khrop.model.table_shape import Shape, normalise_name
from khrop.thai import provinces


@functools.cache
def row_name(printed: str) -> str:
    """Return the Thai name of the province that a row names, by any of its names or its code.

    Args:
        printed: The name or code as printed.

    Returns:
        The Thai name; of an unknown province, the printed name with its spaces and characters normalised.
    """
    province = provinces.match(printed)
    if province is None and printed.strip().isascii():
        province = next((p for p in provinces.all_provinces() if p.code == printed.strip()), None)
    return province.name_th if province else normalise_name(printed)


PRINTED_TABLE = Shape(
    parts=("saved", "pending"),
    whole="total",
    key="province",
    ratio="percent",
    expected=tuple(provinces.by_code(code).name_th for code in provinces.expected_codes()),
    least=1,
    aliases={"province": ("province_th", "province_code"), "percent": ("saved_percent", "saved_pct")},
    labels={
        "total": "ทั้งหมด",
        "saved": "บันทึกแล้ว",
        "pending": "ยังไม่บันทึก",
        "percent": "ร้อยละ",
        "saved_percent": "ร้อยละที่บันทึกแล้ว",
        "pending_percent": "ร้อยละที่ยังไม่บันทึก",
    },
    same=row_name,
)
