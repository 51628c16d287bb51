"""Documents made to harm, as their bytes: bombs, liars, and returns with something that must not be believed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import mutations
from written_workbooks import ole, packed, xlsx_parts

RETURNS = Path(__file__).parents[1] / "returns"
HOSTILE = RETURNS / "hostile"
FIGURES = "xl/worksheets/sheet1.xml"
FIRST, LAST = "real/s0_2563-06-11.", "synthetic/syn_2563-07-23."


def sound(name: str) -> bytes:
    """A given return."""
    return (RETURNS / name).read_bytes()


def with_part(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A package with one of its parts changed."""
    parts = mutations.unpacked(data)
    changed = change(parts[part])
    assert changed != parts[part]
    return packed({**parts, part: changed})


def declaring(document_type: bytes, used: bytes = b"&e;") -> Callable[[bytes], bytes]:
    """XML with a document type, and the entity that it declares used in the first text."""

    def change(xml: bytes) -> bytes:
        head, mark, rest = xml.partition(b"?>")
        return head + mark + document_type + re.sub(rb">([^<>\s]+)<", rb">\1" + used + b"<", rest, count=1)

    return change


def old_workbook_of_doubling_names(number: int) -> bytes:
    """An XLS whose first name is a text, and each of the others the one before it, twice."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def name(at: int, formula: bytes) -> bytes:
        written = b"n%d" % at
        return record(0x18, struct.pack("<HBBH8x", 0, 0, len(written), len(formula)) + b"\0" + written + formula)

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0x600))

    before = [b"\x23" + struct.pack("<HH", at, 0) for at in range(number)]
    names = [name(0, b"\x17\xff\0" + b"x" * 255), *(name(at, before[at] * 2 + b"\x08") for at in range(1, number))]
    at = len(begin(5)) + len(b"".join(names)) + 14 + 4
    sheet = record(0x85, struct.pack("<IBB", at, 0, 0) + b"\2\0S1")
    return ole({"Workbook": begin(5) + b"".join(names) + sheet + record(0x0A, b"") + begin(0x10) + record(0x0A, b"")})


def workbook_of_rows(number: int) -> bytes:
    """A sound workbook, and behind it this many rows with a nought in them."""
    parts = mutations.unpacked(sound(f"{FIRST}text.lo.xlsx"))
    before, mark, after = parts.pop(FIGURES).partition(b"</sheetData>")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open(FIGURES, "w") as sheet:
            sheet.write(before)
            for first in range(200, number, 10_000):
                rows = range(first, min(first + 10_000, number))
                sheet.write(b"".join(b'<row r="%d"><c r="H%d"><v>0</v></c></row>' % (row, row) for row in rows))
            sheet.write(mark + after)
    return data.getvalue()


def zip_bomb(megabytes: int) -> bytes:
    """A workbook whose sheet unpacks to so much."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in xlsx_parts("").items():
            if name != FIGURES:
                archive.writestr(name, content)
        with archive.open(FIGURES, "w") as sheet:
            for _ in range(megabytes):
                sheet.write(b" " * (1 << 20))
    return data.getvalue()


def declaring_size(data: bytes, part: str, size: int) -> bytes:
    """A package whose directory says that a part has so many bytes."""
    at = data.index(part.encode(), data.index(b"PK\x01\x02")) - 46
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def pdf_of(contents: Iterable[bytes]) -> bytes:
    """A PDF of one page for each of these objects with what is on it."""
    pages = list(contents)
    folder = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))
    objects = [
        (1, b"<</Type/Catalog/Pages 2 0 R>>"),
        (2, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), folder)),
        (3, b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"),
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
    for n, content in enumerate(pages):
        objects += [(4 + 2 * n, page % (5 + 2 * n)), (5 + 2 * n, content)]
    return mutations.written(objects, b"/Root 1 0 R")


def text_on_page(text: bytes) -> bytes:
    """What is on a page with a line of text."""
    shown = b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % text
    return b"<</Length %d>>stream\n" % len(shown) + shown + b"\nendstream\n"


def inflating(megabytes: int) -> bytes:
    """What is on a page that unpacks to so many spaces."""

    def pieces() -> Iterator[bytes]:
        packer = zlib.compressobj(1)
        for _ in range(megabytes):
            yield packer.compress(b" " * (1 << 20))
        yield packer.flush()

    whole = b"".join(pieces())
    return b"<</Filter/FlateDecode/Length %d>>stream\n" % len(whole) + whole + b"\nendstream\n"


def pdf_with(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A PDF, its streams unpacked and each of its objects changed."""
    opened = mutations.opened_up(data)
    changed = mutations.written([(int(n), change(body)) for n, body in mutations.OBJECT.findall(opened)], opened)
    assert changed != opened
    return changed


def one_behind_the_other(*pdfs: bytes) -> bytes:
    """The pages of several PDFs in one."""
    import pypdfium2

    whole, data = pypdfium2.PdfDocument.new(), io.BytesIO()
    for pdf in pdfs:
        whole.import_pages(pypdfium2.PdfDocument(pdf))
    whole.save(data)
    return data.getvalue()


def documents_joined(first: bytes, second: bytes) -> bytes:
    """A document with the text of another behind its own."""
    body = re.search(rb"<w:body>(.*?)(?:<w:sectPr|</w:body>)", mutations.unpacked(second)["word/document.xml"], re.S)
    assert body
    return with_part(first, "word/document.xml", lambda xml: xml.replace(b"<w:body>", b"<w:body>" + body[1], 1))


def zipped(*members: tuple[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    """A zip of these members under just these names; those in `links` are symbolic links."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.filename = name  # as it is, not as zipfile would have it
            info.external_attr = (0o120777 if name in links else 0o100644) << 16
            archive.writestr(info, content)
    return data.getvalue()
