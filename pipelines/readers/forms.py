"""Which form a file has, by what its bytes are and never by its name, and the refusal of those that no reader takes.

How a form is read belongs in the form's own file; readers are imported here only when one of their form comes.
"""

from __future__ import annotations

import re
from importlib import import_module

from pipelines.readers.document import Document, Unreadable
from pipelines.readers.other_forms import DOCUMENTS, KINDS, PICTURES, TAKEN, known_other

HEAD = 1024
"""Bytes within which a PDF has its mark: programs put lines of their own before it."""
MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|title|div|p|font|center)\b",
    re.IGNORECASE | re.DOTALL,
)
XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b")
JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*\{\s*"|\{\s*")')
TAG = re.compile(rb"<(?:table|html)\b", re.IGNORECASE)


READERS = {
    "text": "texts.delimited",
    "json": "open_data.read_json",
    "xml": "open_data.read_xml",
    "parquet": "open_data.read_parquet",
    "html": "documents.web",
    "docx": "documents.word",
    "pdf": "pdf",
    "picture": "scans.read_picture",
    "xlsx": "workbooks.xlsx",
    "xlsb": "workbooks.xlsb",
    "ods": "workbooks.ods",
    "fods": "workbooks.ods",
    "xls": "workbooks.xls",
    # A document with a password lies in an old container; the reader of old workbooks says so of all of them.
    "encrypted": "workbooks.xls",
}
"""The reader of each form. One is imported when the first file of its form comes: together they take a second."""


def form_of(data: bytes) -> str:
    """Return the form of a file.

    Text (with separators or without), json, xml, parquet, html, pdf, picture, xlsx, xlsb, ods, fods, xls, docx, or the
    name of one that is refused.

    Raises:
        Unreadable: A package cannot be opened.
    """
    if b"%PDF-" in data[:HEAD]:
        return "pdf"
    if data.startswith(b"PK"):
        from pipelines.readers import package

        return package.kind_of(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        from pipelines.readers import ole

        return ole.kind_of(data)
    if data.startswith(PICTURES):
        return "picture"
    if data.startswith(b"PAR1"):
        return "parquet"
    head = _plain(data[: 4 * HEAD])
    if JSON.match(head):
        return "json"
    if XML.match(head):
        return _xml_form(head)
    return "html" if MARKUP.match(head) or (head.lstrip()[:1] == b"<" and TAG.search(head)) else "text"


def is_text(data: bytes) -> bool:
    """Whether a file is text, which no parser but ours reads."""
    return not data.startswith(DOCUMENTS) and form_of(data) == "text"


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
        return "fods" if b"opendocument.spreadsheet" in head else "fodt"
    return "html" if TAG.search(head) else "xml"


def document(data: bytes) -> Document:
    """The document as its form's own reader yields it. Raises `Unreadable`."""
    form = form_of(data)
    if other := KINDS.get(form) or (known_other(data) if form in ("text", "html") else None):
        raise Unreadable(other.en, other.th, observed=form, expected=TAKEN)
    module, _, name = READERS[form].partition(".read")
    reader = import_module(f"pipelines.readers.{module}")
    if form == "docx":
        _refuse_bomb(data)
    read_form = reader.read_flat if form == "fods" else getattr(reader, f"read{name}")
    contents: Document = read_form(data)
    return contents


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
