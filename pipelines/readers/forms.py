"""Which form a file has, by what its bytes are and never by its name, and the refusal of those that no reader takes.

How a form is read belongs in the form's own file; readers are imported here only when one of their form comes.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import NamedTuple

from pipelines.readers.raw_table import Document, Unreadable

HEAD = 1024
"""Bytes within which a PDF says that it is one: programs put lines of their own before it."""
MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|title|div|p|font|center)\b",
    re.IGNORECASE | re.DOTALL,
)
XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b")
TAG = re.compile(rb"<(?:table|html)\b", re.IGNORECASE)


class Refused(NamedTuple):
    """A form that no reader takes: its name, and what to send in its stead."""

    en: str
    th: str


AS_WORKBOOK = "save it as XLSX", "กรุณาบันทึกเป็น XLSX"
AS_DOCUMENT = "save it as DOCX or PDF", "กรุณาบันทึกเป็น DOCX หรือ PDF"
AS_FILES = "save what is attached to it, and send that", "กรุณาบันทึกไฟล์แนบแล้วส่งไฟล์นั้นแทน"
AS_TEXT = "needs reading by eye: ask for the file it was made from", "ต้องอ่านด้วยตา กรุณาขอไฟล์ต้นฉบับ"


def _refused(en: str, th: str, instead: tuple[str, str]) -> Refused:
    return Refused(
        f"this is {en}, and there is no reader for it: {instead[0]}", f"ไฟล์นี้เป็น{th} ระบบอ่านไม่ได้ {instead[1]}"
    )


PICTURE = _refused("a picture", "รูปภาพ", AS_TEXT)
MAGIC: tuple[tuple[bytes, str, Refused], ...] = (
    (b"{\\rtf", "rtf", _refused("a rich text document (RTF)", "เอกสาร RTF ", AS_DOCUMENT)),
    (b"\x89PNG", "picture", PICTURE),
    (b"\xff\xd8\xff", "picture", PICTURE),
    (b"GIF8", "picture", PICTURE),
    (b"BM", "picture", PICTURE),
    (b"II*\x00", "picture", PICTURE),
    (b"MM\x00*", "picture", PICTURE),
    (b"Rar!", "archive", _refused("a RAR archive", "ไฟล์บีบอัด RAR ", AS_FILES)),
    (b"7z\xbc\xaf\x27\x1c", "archive", _refused("a 7z archive", "ไฟล์บีบอัด 7z ", AS_FILES)),
    (b"\x1f\x8b", "archive", _refused("a gzip archive", "ไฟล์บีบอัด gzip ", AS_FILES)),
    (b"MZ", "program", _refused("a program", "โปรแกรม", AS_FILES)),
    (b"\x7fELF", "program", _refused("a program", "โปรแกรม", AS_FILES)),
    (b"%!PS", "postscript", _refused("PostScript", "ไฟล์ PostScript ", AS_DOCUMENT)),
)
READERS = {
    "text": "texts.delimited",
    "html": "documents.web",
    "docx": "documents.word",
    "pdf": "pdf",
    "xlsx": "workbooks.xlsx",
    "xlsb": "workbooks.xlsb",
    "ods": "workbooks.ods",
    "fods": "workbooks.ods",
    "xls": "workbooks.xls",
    # A document with a password lies in an old container; the reader of old workbooks says so of all of them.
    "encrypted": "workbooks.xls",
}
"""The reader of each form. One is imported when the first file of its form comes: together they take a second."""
UNREAD: dict[str, Refused] = {
    "odt": _refused("an OpenDocument text (ODT)", "เอกสาร OpenDocument (ODT) ", AS_DOCUMENT),
    "pptx": _refused("a presentation", "งานนำเสนอ", AS_DOCUMENT),
    "zip": _refused("a zip archive with nothing in it that could be a return", "ไฟล์ zip ที่ไม่มีรายงานอยู่ภายใน", AS_FILES),
    "doc": _refused("an old Word document (DOC)", "เอกสาร Word รุ่นเก่า (DOC) ", AS_DOCUMENT),
    "msg": _refused("an Outlook message (MSG)", "อีเมลของ Outlook (MSG) ", AS_FILES),
    "ole": _refused("an old office file of no known kind", "ไฟล์ office รุ่นเก่าที่ไม่รู้จัก", AS_WORKBOOK),
    "spreadsheetml": _refused("an XML spreadsheet of 2003", "ตารางคำนวณ XML 2003 ", AS_WORKBOOK),
    "flat-text": _refused("a flat OpenDocument text (FODT)", "เอกสาร OpenDocument (FODT) ", AS_DOCUMENT),
}


def form_of(data: bytes) -> str:
    """The form of a file: text (with separators or without), html, pdf, xlsx, xlsb, ods, fods, xls, docx, or the name
    of one that is refused. Raises `Unreadable` for a package that cannot be opened."""
    if b"%PDF-" in data[:HEAD]:
        return "pdf"
    if data.startswith(b"PK"):
        from pipelines.readers import package

        return package.kind_of(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        from pipelines.readers import ole

        return ole.kind_of(data)
    for magic, name, _ in MAGIC:
        # Two letters alone may begin a text; a text has no zeros.
        if data.startswith(magic) and (len(magic) > 2 or b"\x00" in data[:HEAD]):
            return name
    head = _plain(data[: 4 * HEAD])
    if XML.match(head):
        return _xml_form(head)
    return "html" if MARKUP.match(head) or (head.lstrip()[:1] == b"<" and TAG.search(head)) else "text"


def is_text(data: bytes) -> bool:
    """Whether a file is text, which no parser but ours reads."""
    return data[:2] != b"PK" and not data.startswith(b"\xd0\xcf\x11\xe0") and form_of(data) == "text"


def _plain(head: bytes) -> bytes:
    """The beginning of a file with one byte a letter, to be looked into for marks in ASCII."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(name, "replace").encode("ascii", "replace")
    return head


def _xml_form(head: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "spreadsheetml"
    if b"opendocument" in head and b"<office:document" in head:
        return "fods" if b"opendocument.spreadsheet" in head else "flat-text"
    return "html" if TAG.search(head) else "text"


def document(data: bytes) -> Document:
    """The document as its form's own reader yields it. Raises `Unreadable`."""
    form = form_of(data)
    refused = UNREAD.get(form) or next((why for _, name, why in MAGIC if name == form), None)
    if refused:
        raise Unreadable(
            refused.en,
            refused.th,
            observed=form,
            expected="PDF with text, XLSX, XLS, ODS, DOCX, HTML, CSV or text",
        )
    reader = import_module(f"pipelines.readers.{READERS[form]}")
    if form == "docx":
        _refuse_bomb(data)
    found: Document = reader.read_flat(data) if form == "fods" else reader.read(data)
    return found


def _refuse_bomb(data: bytes) -> None:
    """The reader of documents opens its package itself; what the package declares is looked through before."""
    from pipelines.readers import package

    with package.refusing_damage():
        opened = package.open_package(data)
        for name in opened.names:
            if name.lower().endswith((".xml", ".rels")):
                stream = opened.xml(name)
                while stream.read():
                    pass
