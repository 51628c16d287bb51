"""What a document says of itself, as facts for the contract: marks, what it hides, what changes when it is opened.

Here belongs which claims of a file count as which fact. Whether a fact matters belongs in the contract; what a message
or a name says of it is in `pipelines.intake.words_beside`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines.readers.document import Claim, where

HIDDEN = {
    "hidden_sheet": "แผ่นงานที่ซ่อน · hidden sheet",
    "hidden_table": "ตารางที่ซ่อน · hidden table",
    "hidden_rows": "แถวที่ซ่อน · hidden rows",
    "hidden_columns": "คอลัมน์ที่ซ่อน · hidden columns",
    "hidden_text": "ข้อความที่ซ่อน · hidden text",
    "hidden_by_format": "ตัวเลขที่รูปแบบซ่อนไว้ · hidden by a number format",
    "hidden_by_condition": "ข้อความที่รูปแบบตามเงื่อนไขอาจซ่อน · may be hidden by a conditional format",
    "too_narrow": "ตัวเลขที่แสดงเป็น #### เพราะคอลัมน์แคบ · shown as #### in a narrow column",
    "unseen_text": "ข้อความที่มองไม่เห็น · text that does not show",
    "covered_text": "ข้อความที่ถูกปิดทับ · covered text",
    "struck_text": "ข้อความที่ขีดฆ่า · struck out",
    "tracked_changes": "การแก้ไขที่ติดตามไว้ · tracked changes",
    "annotation": "ข้อความที่วางทับหน้า · a note over the page",
}
"""Measures of claims of a file, and what they are in words."""
OF_MARKS = {"cancelled": "cancellations", "previous": "cancellations", "corrected": "corrections"}
"""What a mark counts as, where it is not one of a document that is not final."""
CHANGING = {"volatile": "สูตรหรือฟิลด์วันที่ · a formula or field of the day"}
LONGEST = 300


def of(claims: Sequence[Claim]) -> dict[str, Any]:
    """Return the facts of some claims: of each kind a number and, under the name with `_printed`, what there is."""
    kinds: dict[str, list[str]] = {
        "drafts": [], "cancellations": [], "corrections": [], "hidden_parts": [], "changing_parts": [],
        "unusual_dates": [],
    }  # fmt: skip
    for claim in claims:
        at = f" ({where(claim.place)})" if claim.place else ""
        if (claim.source, claim.measure) == ("document", "as_of_unusual"):
            kinds["unusual_dates"].append(f"{claim.printed}, {claim.value}{at}")
        elif claim.source == "marking":
            kinds[OF_MARKS.get(claim.measure, "drafts")].append(f"{claim.printed}{at}")
        elif claim.source == "file" and claim.measure in HIDDEN:
            kinds["hidden_parts"].append(f"{HIDDEN[claim.measure]} {claim.printed}{at}")
        elif claim.source == "file" and claim.measure in CHANGING:
            kinds["changing_parts"].append(f"{CHANGING[claim.measure]} {claim.printed}{at}")
    short = next((c.value for c in claims if (c.source, c.measure) == ("file", "worked_out")), 0)
    facts: dict[str, Any] = {"worked_out": short} | {name: len(parts) for name, parts in kinds.items()}
    facts |= {f"{name.removesuffix('_parts')}_printed": "; ".join(parts)[:LONGEST] for name, parts in kinds.items()}
    return facts
