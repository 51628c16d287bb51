"""The default templates of the letters, made with python-docx.

`python -m pipelines.datasets.province_progress.letters.default_templates` writes them anew.

Here belongs how the two letters look and what they say around their fields: the reminder in the form of a letter to
another office (หนังสือภายนอก), the circular in that of a sealed letter (หนังสือประทับตรา), as in the bundled return.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn
from docx.shared import Cm

from pipelines.datasets.province_progress.letters import paper as paper
from pipelines.datasets.province_progress.letters.fields import CIRCULAR, PICTURE, REMINDER
from pipelines.datasets.province_progress.return_layout import HEADINGS, TITLE
from pipelines.publishing import zip_files

GREEN, RED, GREY = "2E7D32", "C62828", "E7E6E6"
RIGHT, SIGNED = Cm(7.5), Cm(7)
"""Where the date and the closing begin, and the signer's name."""
BAR_SIZE, LEGEND_SIZE = 4, 8
QR_WIDTH = Cm(2.3)
WIDTHS = (1.4, 3.7, 1.7, 2.5, 2.9, 2.5, 2.7)
"""Of the table's columns, cm."""


def write_default(folder: Path) -> None:
    """Write reminder.docx and circular.docx into a folder; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, make in ((REMINDER, _reminder), (CIRCULAR, _circular)):
        document = paper.blank()
        make(document)
        made = io.BytesIO()
        document.save(made)
        with zipfile.ZipFile(made) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        (folder / f"{kind}.docx").write_bytes(zip_files.zipped(parts))


def _reminder(document: Any) -> None:
    paper.emblem_space(document)
    paper.pair(document, "ที่ {{ number }}", "{{ sender }}")
    paper.line(document, "{{ date }}", left=RIGHT, before=6)
    paper.headed(document, "เรื่อง", "ขอให้เร่งรัด{{ campaign }}")
    paper.headed(document, "เรียน", "ท้องถิ่นจังหวัด{{ province }}")
    paper.line(document, "{%p if cited %}")
    paper.headed(document, "อ้างถึง", "หนังสือ{{ sender }} {{ cited }}")
    paper.line(document, "{%p endif %}")
    paper.body(
        document,
        "{% if cited %}ตามหนังสือที่อ้างถึง {% else %}ตามที่{% endif %}{{ sender }}ขอความร่วมมือจังหวัดแจ้งองค์กรปกครอง"
        "ส่วนท้องถิ่นในพื้นที่ดำเนินการตามเรื่องดังกล่าวให้ครบถ้วนภายใน{{ deadline }} นั้น",
    )
    paper.body(
        document,
        "{{ sender }}ขอเรียนว่า ได้ตรวจสอบการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่นแล้ว ข้อมูล ณ วันที่ {{ as_of }}"
        " จังหวัด{{ province }}มีองค์กรปกครองส่วนท้องถิ่น จำนวน {{ total }} แห่ง บันทึกข้อมูลเรียบร้อยแล้ว"
        " จำนวน {{ saved }} แห่ง คิดเป็นร้อยละ {{ saved_percent }} อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล"
        " จำนวน {{ pending }} แห่ง คิดเป็นร้อยละ {{ pending_percent }} อยู่ในลำดับที่ {{ rank }} จาก {{ provinces }} จังหวัด"
        " (ทั่วประเทศร้อยละ {{ nation_saved_percent }}) {{ time_left }}",
    )
    paper.body(
        document,
        "จึงเรียนมาเพื่อโปรดตรวจสอบและเร่งรัดการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่นในพื้นที่{{ finish_by }}"
        " รายละเอียดปรากฏตาม QR Code ท้ายหนังสือนี้",
    )
    paper.line(document, "ขอแสดงความนับถือ", left=RIGHT, before=8, keep=True)
    paper.line(document, "({{ signer }})", left=SIGNED, before=34, keep=True)
    paper.line(document, "{{ signer_title }}", left=SIGNED, keep=True)
    _contact(document)
    paper.end(document)


def _circular(document: Any) -> None:
    paper.emblem_space(document)
    paper.line(document, "ที่ {{ number }}")
    paper.headed(document, "ถึง", "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด ทุกจังหวัด")
    paper.body(
        document,
        "{% if cited %}ตามหนังสือ{{ sender }} {{ cited }} เรื่อง {% else %}ตามที่{{ sender }} แจ้งเรื่อง {% endif %}"
        "{{ campaign }} ขอความร่วมมือจังหวัดแจ้งองค์กรปกครองส่วนท้องถิ่นในพื้นที่ดำเนินการให้ครบถ้วน"
        "ภายใน{{ deadline }} นั้น",
    )
    paper.body(
        document,
        "{{ sender }}ขอเรียนว่า ได้ตรวจสอบการบันทึกข้อมูลดังกล่าวขององค์กรปกครองส่วนท้องถิ่นแล้ว {{ finding }}"
        " จึงขอแจ้งความคืบหน้าการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่น ข้อมูล ณ วันที่ {{ as_of }}"
        " ให้สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดทราบ{{ request }} รายละเอียดปรากฏตามเอกสารที่แนบมาพร้อมนี้ และ QR Code"
        " ท้ายหนังสือนี้",
    )
    paper.line(document, "{{ sender }}", left=RIGHT, before=30, keep=True)
    paper.line(document, "{{ date }}", left=RIGHT, after=40, keep=True)
    _contact(document)
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


def _contact(document: Any) -> None:
    """Who is in charge, and beside it the QR code."""
    table = paper.table(document, (12.5, 3.5), None)
    contact, code = table.add_row().cells
    paper.run(contact.paragraphs[0], "{{ office }}")
    for text in ("โทร. {{ phone }}", "โทรสาร {{ fax }}"):
        paper.run(contact.add_paragraph(), text)
    picture = code.paragraphs[0]
    paper.align(picture, "center")
    picture.paragraph_format.line_spacing = 1  # a line of told height would cut the picture
    picture.add_run().add_picture(io.BytesIO(_placeholder()), width=QR_WIDTH)
    for named in picture._p.iter(qn("wp:docPr")):
        named.set("descr", PICTURE)


def _placeholder() -> bytes:
    import segno

    made = io.BytesIO()
    segno.make("Khrop", micro=False).save(made, kind="png", scale=4)
    return made.getvalue()


if __name__ == "__main__":
    write_default(Path(__file__).parent / "templates")
