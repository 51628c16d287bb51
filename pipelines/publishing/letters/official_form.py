"""The two forms of a Thai official letter around its text: the stamped one and the one to another office.

Here belongs what the regulations fix: emblem, number, addressee, closing, who is in charge. The text of a letter
belongs in the dataset's folder.
"""

from __future__ import annotations

import io
from typing import Any

from docx.shared import Cm

from pipelines.publishing.letters import paper
from pipelines.publishing.letters.fields import QR

RIGHT, SIGNED = Cm(7.5), Cm(7)
"""Where the date and the closing begin, and the signer's name."""
QR_WIDTH = Cm(2.3)


def stamped_head(document: Any, to: str) -> None:
    """Write the head of a stamped letter (หนังสือประทับตรา): emblem, number, to whom."""
    paper.emblem(document)
    paper.line(document, "ที่ {{ number }}")
    paper.headed(document, "ถึง", to)


def stamped_end(document: Any) -> None:
    """Write the end of a stamped letter: the sender, over which the stamp is put, the date, and who is in charge."""
    paper.line(document, "{{ sender }}", left=RIGHT, before=30, keep=True, aligned="center")
    paper.line(document, "{{ date }}", left=RIGHT, after=30, keep=True, aligned="center")
    contact(document)


def external_head(document: Any, subject: str, to: str, *, refers: bool = True) -> None:
    """Write the head of a letter to another office (หนังสือภายนอก); `refers` to the sender's own letters, if any."""
    paper.emblem(document)
    paper.pair(document, "ที่ {{ number }}", "{{ sender }}")
    paper.line(document, "{{ date }}", left=RIGHT, before=6)
    paper.headed(document, "เรื่อง", subject)
    paper.headed(document, "เรียน", to)
    if refers:
        paper.line(document, "{%p if cited %}")
        paper.headed(document, "อ้างถึง", "หนังสือ{{ sender }} {{ cited }}")
        paper.line(document, "{%p endif %}")


def external_end(document: Any) -> None:
    """Write the end of a letter to another office: the closing, the signer, who is in charge."""
    paper.line(document, "ขอแสดงความนับถือ", left=RIGHT, before=8, keep=True)
    paper.line(document, "({{ signer }})", left=SIGNED, before=34, keep=True)
    paper.line(document, "{{ signer_title }}", left=SIGNED, keep=True)
    contact(document)


def contact(document: Any) -> None:
    """Write who is in charge, and beside it the QR code."""
    table = paper.table(document, (12.5, 3.5), None)
    about, code = table.add_row().cells
    paper.run(about.paragraphs[0], "{{ office }}")
    for text in ("โทร. {{ phone }}", "โทรสาร {{ fax }}"):
        paper.run(about.add_paragraph(), text)
    paper.align(code.paragraphs[0], "center")
    paper.picture(code.paragraphs[0], _placeholder(), QR, width=QR_WIDTH)


def _placeholder() -> bytes:
    import segno

    made = io.BytesIO()
    segno.make("Khrop", micro=False).save(made, kind="png", scale=4)
    return made.getvalue()
