"""The default templates of the letters of the province table, made with python-docx.

`python -m pipelines.datasets.province_progress.letters.default_templates` writes them again.

Here belongs what the letters say around their fields: the reminder as a stamped letter (หนังสือประทับตรา) and as one to
another office (หนังสือภายนอก), the circular as a stamped letter, as in the bundled return.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx.shared import Cm

from pipelines.datasets.province_progress.letters.fields import CIRCULAR, FOLDER, REMINDER
from pipelines.datasets.province_progress.return_layout import HEADINGS, TITLE
from pipelines.publishing.letters import official_form, paper

GREEN, RED, GREY = "2E7D32", "C62828", "E7E6E6"
BAR_SIZE, LEGEND_SIZE = 4, 8
WIDTHS = (1.4, 3.7, 1.7, 2.5, 2.9, 2.5, 2.7)
"""Of the table's columns, cm."""
SINCE = (
    "{% if cited %}ตามหนังสือ{{ sender }} {{ cited }} เรื่อง {% else %}ตามที่{{ sender }} แจ้งเรื่อง {% endif %}"
    "{{ campaign }} ขอความร่วมมือจังหวัดแจ้งองค์กรปกครองส่วนท้องถิ่นในพื้นที่ดำเนินการให้ครบถ้วน"
    " ภายใน{{ deadline }} นั้น"
)
"""How a stamped letter begins: it has no line for its subject."""
STANDING = (
    "{{ sender }}ขอเรียนว่า ได้ตรวจสอบการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่นแล้ว ข้อมูล ณ วันที่ {{ as_of }}"
    " จังหวัด{{ province }}มีองค์กรปกครองส่วนท้องถิ่น จำนวน {{ total }} แห่ง บันทึกข้อมูลเรียบร้อยแล้ว"
    " จำนวน {{ saved }} แห่ง คิดเป็นร้อยละ {{ saved_percent }} อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล"
    " จำนวน {{ pending }} แห่ง คิดเป็นร้อยละ {{ pending_percent }} อยู่ในลำดับที่ {{ rank }} จาก {{ provinces }} จังหวัด"
    " (ทั่วประเทศร้อยละ {{ nation_saved_percent }}) {{ time_left }}"
)
REQUEST = "ตรวจสอบและเร่งรัดการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่นในพื้นที่ {{ finish_by }} รายละเอียดปรากฏตาม QR Code ท้ายหนังสือนี้"


def write_default(folder: Path) -> None:
    """Write the templates into a folder; the same bytes each time."""
    stamped, external = REMINDER.file_names
    paper.save(_external_reminder, folder / external)
    paper.save(_stamped_reminder, folder / stamped)
    paper.save(_circular, folder / CIRCULAR.file_names[0])


def _external_reminder(document: Any) -> None:
    official_form.external_head(document, "ขอให้เร่งรัด{{ campaign }}", "ท้องถิ่นจังหวัด{{ province }}")
    paper.body(
        document,
        "{% if cited %}ตามหนังสือที่อ้างถึง {% else %}ตามที่{% endif %}{{ sender }}ขอความร่วมมือจังหวัดแจ้งองค์กรปกครอง"
        "ส่วนท้องถิ่นในพื้นที่ดำเนินการตามเรื่องดังกล่าวให้ครบถ้วน ภายใน{{ deadline }} นั้น",
    )
    paper.body(document, STANDING)
    paper.body(document, f"จึงเรียนมาเพื่อโปรด{REQUEST}")
    official_form.external_end(document)
    paper.end(document)


def _stamped_reminder(document: Any) -> None:
    official_form.stamped_head(document, "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด{{ province }}")
    paper.body(document, SINCE)
    paper.body(document, STANDING)
    paper.body(document, f"จึงขอให้สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด{{{{ province }}}}{REQUEST}")
    official_form.stamped_end(document)
    paper.end(document)


def _circular(document: Any) -> None:
    official_form.stamped_head(document, "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด ทุกจังหวัด")
    paper.body(document, SINCE)
    paper.body(
        document,
        "{{ sender }}ขอเรียนว่า ได้ตรวจสอบการบันทึกข้อมูลดังกล่าวขององค์กรปกครองส่วนท้องถิ่นแล้ว {{ finding }}"
        " จึงขอแจ้งความคืบหน้าการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่น ข้อมูล ณ วันที่ {{ as_of }}"
        " ให้สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดทราบ{{ request }} รายละเอียดปรากฏตามเอกสารที่แนบมาพร้อมนี้ และ QR Code"
        " ท้ายหนังสือนี้",
    )
    official_form.stamped_end(document)
    _annex(document)


def _annex(document: Any) -> None:
    """The table of all provinces, on pages of its own."""
    for number, title in enumerate((TITLE, "{{ campaign }}")):
        paragraph = paper.line(document, title, bold=True, aligned="center", before=0)
        paragraph.paragraph_format.page_break_before = number == 0
    table = paper.table(document, WIDTHS, "single")
    paper.fill(table.add_row(), HEADINGS, bold=True, shade=GREY)
    paper.repeated(table.rows[0])
    paper.fill(table.add_row(), ["{%tr for row in rows %}", *[""] * 6])
    fields = ("ordinal", "province", "total", "saved", "pending", "saved_percent")
    row = table.add_row()
    paper.fill(row, [*(f"{{{{ row.{field} }}}}" for field in fields), ""], left=(1,))
    bar = row.cells[-1].paragraphs[0]
    for field, colour in (("green", GREEN), ("red", RED)):
        paper.run(bar, f"{{{{ row.{field} }}}}", size=BAR_SIZE, colour=colour)
    paper.fill(table.add_row(), ["{%tr endfor %}", *[""] * 6])
    totals = [f"{{{{ nation_{field} }}}}" for field in ("total", "saved", "pending", "saved_percent")]
    last = table.add_row()
    paper.fill(last, ["รวม", "", *totals, ""], bold=True, shade=GREY)
    for cell in last.cells:
        cell.paragraphs[0].paragraph_format.keep_with_next = True
    paper.line(document, "ข้อมูล ณ วันที่ {{ as_of }}", before=8, keep=True)
    paper.line(document, "อปท. ทั่วประเทศ จำนวน {{ nation_total }} แห่ง", keep=True)
    paper.line(
        document,
        "บันทึกข้อมูลเรียบร้อยแล้ว จำนวน {{ nation_saved }} แห่ง คิดเป็นร้อยละ {{ nation_saved_percent }}",
    )
    paper.line(
        document,
        "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล จำนวน {{ nation_pending }} แห่ง คิดเป็นร้อยละ {{ nation_pending_percent }}",
    )
    _legend(document)


def _legend(document: Any) -> None:
    for number, (colour, name, meaning) in enumerate(
        ((GREEN, "สีเขียว", "บันทึกข้อมูลเรียบร้อยแล้ว"), (RED, "สีแดง", "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล"))
    ):
        paragraph = paper.line(document, "หมายเหตุ " if number == 0 else "", left=None if number == 0 else Cm(1.7))
        paper.run(paragraph, "████████", colour=colour, size=LEGEND_SIZE)
        paper.run(paragraph, f" {name} หมายถึง {meaning}")


if __name__ == "__main__":
    write_default(FOLDER)
