"""The default templates of the letter to a district, made with python-docx.

`python -m pipelines.datasets.local_authority.letters.default_templates` writes them again.

Here belongs what the letter says around its fields, as a stamped letter (like the first one in the province table's
bundled return) and as a letter to another office.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.datasets.local_authority.letters.fields import DISTRICT_LETTER
from pipelines.publishing.letters import official_form, paper

GREY = "E7E6E6"
HEADINGS = ("ลำดับ", "รหัส อปท.", "องค์กรปกครองส่วนท้องถิ่น", "สถานะ")
WIDTHS = (1.4, 3.2, 7.6, 3.8)
"""Of the list's columns, cm."""
SINCE = (
    "{% if cited %}ตามหนังสือ{{ department }} {{ cited }} เรื่อง {% else %}ตามที่{{ department }} แจ้งเรื่อง {% endif %}"
    "{{ campaign }} {{ sender }}ขอให้อำเภอแจ้งองค์กรปกครองส่วนท้องถิ่นในพื้นที่ดำเนินการให้ครบถ้วน"
    " ภายใน{{ deadline }} นั้น"
)
STANDING = (
    "{{ sender }}ขอเรียนว่า ได้ตรวจสอบการบันทึกข้อมูลดังกล่าวแล้ว ข้อมูล ณ วันที่ {{ as_of }}"
    " อำเภอ{{ district }}มีองค์กรปกครองส่วนท้องถิ่น จำนวน {{ total }} แห่ง บันทึกข้อมูลเรียบร้อยแล้ว จำนวน {{ saved }} แห่ง"
    " อยู่ระหว่างบันทึกข้อมูล จำนวน {{ in_progress }} แห่ง และยังไม่บันทึกข้อมูล จำนวน {{ not_started }} แห่ง"
    " รายชื่อปรากฏตามบัญชีที่แนบมาพร้อมนี้"
)
REQUEST = (
    "ตรวจสอบและเร่งรัดการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่นตามบัญชีดังกล่าว {{ finish_by }} รายละเอียดปรากฏตาม QR Code ท้ายหนังสือนี้"
)


def write_default(folder: Path) -> None:
    """Write the templates into a folder; the same bytes each time."""
    stamped, external = DISTRICT_LETTER.file_names
    paper.save(_stamped, folder / stamped)
    paper.save(_external, folder / external)


def _stamped(document: Any) -> None:
    official_form.stamped_head(document, "สำนักงานส่งเสริมการปกครองท้องถิ่นอำเภอ{{ district }}")
    paper.body(document, SINCE)
    paper.body(document, STANDING)
    paper.body(document, f"จึงขอให้สำนักงานส่งเสริมการปกครองท้องถิ่นอำเภอ{{{{ district }}}}{REQUEST}")
    official_form.stamped_end(document)
    _list(document)


def _external(document: Any) -> None:
    # What the letter refers to stands in its text: it is the department's, not the sender's.
    official_form.external_head(document, "ขอให้เร่งรัด{{ campaign }}", "ท้องถิ่นอำเภอ{{ district }}", refers=False)
    paper.body(document, SINCE)
    paper.body(document, STANDING)
    paper.body(document, f"จึงเรียนมาเพื่อโปรด{REQUEST}")
    official_form.external_end(document)
    _list(document)


def _list(document: Any) -> None:
    """Write the authorities that have not saved, on pages of their own."""
    for number, title in enumerate(
        (
            "บัญชีรายชื่อองค์กรปกครองส่วนท้องถิ่นที่ยังบันทึกข้อมูลไม่แล้วเสร็จ",
            "อำเภอ{{ district }} จังหวัด{{ province }} จำนวน {{ pending }} แห่ง",
            "ข้อมูล ณ วันที่ {{ as_of }}",
        )
    ):
        paragraph = paper.line(document, title, bold=number < 2, aligned="center", after=6 if number == 2 else 0)
        paragraph.paragraph_format.page_break_before = number == 0
    table = paper.table(document, WIDTHS, "single")
    paper.fill(table.add_row(), HEADINGS, bold=True, shade=GREY)
    paper.repeated(table.rows[0])
    paper.fill(table.add_row(), ["{%tr for row in rows %}", "", "", ""])
    fields = ("ordinal", "code", "authority", "status")
    paper.fill(table.add_row(), [f"{{{{ row.{field} }}}}" for field in fields], left=(2,))
    paper.fill(table.add_row(), ["{%tr endfor %}", "", "", ""])
    paper.end(document)


if __name__ == "__main__":
    write_default(DISTRICT_LETTER.folder)
