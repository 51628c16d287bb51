"""What stands beside a return, as facts for the contract: in the message that it came in, and in its name.

A person who opens a message reads its subject and its text before what is attached, and sees the names of the file and
of the folders in a zip.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pipelines.intake.document_facts import LONGEST
from pipelines.readers.document import Cell
from pipelines.readers.statements import as_of
from pipelines.readers.statements.mark_words import IN_NAME, NOT_FINAL

CORRECTS = re.compile(
    r"แก้ไข|ขอแก้|แทนที่|ใช้.{0,40}แทน|ที่ถูกต้อง|ไม่ถูกต้อง|ผิดพลาด|คลาดเคลื่อน|(?<!ไม่)(?<!รับ)ผิด(?!ชอบ|ปกติ)|ยกเลิก"
    r"|correct|replac|supersed|disregard|\brecall",
    re.IGNORECASE,
)
"""Words of a message that says something else than what is attached to it."""
SENT = re.compile(r"(?:ขอ|นำ|ได้|ขอนำ|ขอจัด)ส่งข้อมูล\s*ณ")


def of_message(text: str, dated: date | None) -> dict[str, Any]:
    """Return the facts of what the message says that a return came in.

    Args:
        text: Its subject and its text.
        dated: The as-of date of the return.
    """
    line = next((line.strip() for line in text.splitlines() if _disagrees(line, dated)), "")
    return {"corrections_beside": int(bool(line)), "corrections_beside_printed": line[:LONGEST]}


def of_name(name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a document with what its name says of it.

    Args:
        name: The name, that of a part with those of the folders and containers around it.
        facts: The facts of the document.
    """
    if not IN_NAME.search(name):
        return {}
    printed = "; ".join(filter(None, (facts["drafts_printed"], name)))
    return {"drafts": facts["drafts"] + 1, "drafts_printed": printed[:LONGEST]}


def _disagrees(line: str, dated: date | None) -> bool:
    """Whether a line of a message says something else of what is attached than the attachment itself."""
    if CORRECTS.search(line) or NOT_FINAL.search(line):
        return True
    claims = as_of.claims(Cell("", 1, 1, line, line, ""))
    # "We send the data of …" is no deadline here.
    stated = [
        c
        for c in claims
        if (c.source, c.measure) == ("document", "as_of") or (c.measure == "deadline" and SENT.search(line))
    ]
    return any(claim.value != dated for claim in stated)
