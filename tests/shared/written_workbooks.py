"""Workbooks as their bytes: packages written part by part, so that a test says just what is in the file."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def relations(*related: tuple[str, str, str]) -> str:
    """The relations of a part: id, last word of the type, target."""
    rows = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in related)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{rows}</Relationships>'


def ooxml(main: str, content_type: str, parts: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """The parts of an OOXML package that is about the part `main`."""
    types = f'<Override PartName="/{main}" ContentType="{content_type}"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": relations(("r1", "officeDocument", main)),
        **parts,
    }


def xlsx_parts(*sheets: str, settings: str = "", codes: tuple[str, ...] = ("General",)) -> dict[str, str | bytes]:
    """The parts of a workbook of these sheets' XML, named S1, S2 and so on; style n of a cell has the nth code."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    formats = "".join(
        f"<numFmt numFmtId={quoteattr(str(200 + n))} formatCode={quoteattr(code)}/>" for n, code in enumerate(codes)
    )
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(codes)))
    related = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets>{settings}</workbook>'
    style = f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>'
    return ooxml(
        "xl/workbook.xml",
        SHEET_MAIN,
        {
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": relations(*related, ("rIdS", "styles", "styles.xml")),
            "xl/styles.xml": style,
            **{f"xl/worksheets/sheet{n}.xml": worksheet(sheet) for n, sheet in zip(numbers, sheets, strict=True)},
        },
    )


def worksheet(rows: str) -> str:
    """A sheet of these rows; whatever stands before or after them is brought along as it is."""
    data = rows if "<sheetData" in rows else f"<sheetData>{rows}</sheetData>"
    return f'<worksheet xmlns="{MAIN}">{data}</worksheet>'


def ods_parts(tables: str, styles: str = "", pages: str = "") -> dict[str, str | bytes]:
    """The parts of a spreadsheet of these tables, printed on these pages."""
    names = {"office": "office", "table": "table", "text": "text", "style": "style", "draw": "drawing"}
    names |= {"svg": "svg-compatible", "fo": "xsl-fo-compatible", "number": "datastyle"}
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in names.items()
    )
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    link = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    root = f"<office:document-content {spaces} {calc} {link}>{automatic}{body}</office:document-content>"
    parts: dict[str, str | bytes] = {"mimetype": ODS, "content.xml": root, "META-INF/manifest.xml": "<manifest/>"}
    if pages:
        masters = f"<office:master-styles>{pages}</office:master-styles>"
        parts["styles.xml"] = f"<office:document-styles {spaces}>{masters}</office:document-styles>"
    return parts


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE2 file of these streams, each of more than 4,096 bytes (a shorter one is filled up with zeros)."""
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fat = [fat_mark, end]
    sectors: list[bytes] = []
    entries = [_entry("Root Entry", 5, end, 0, child=1 if streams else free)]
    for number, (name, content) in enumerate(streams.items(), 1):
        filled = content.ljust(4096, b"\0")
        count = -(-len(filled) // 512)
        first = 2 + len(sectors)
        entries.append(_entry(name, 2, first, len(filled), right=number + 1 if number < len(streams) else free))
        sectors += [filled[n * 512 : n * 512 + 512].ljust(512, b"\0") for n in range(count)]
        fat += [*range(first + 1, first + count), end]
    assert len(fat) <= 128
    assert len(entries) <= 4
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", *fat, *[free] * (128 - len(fat)))
    return header + table + b"".join(entries).ljust(512, b"\0") + b"".join(sectors)


def _entry(name: str, kind: int, first: int, size: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    """A line of the directory: those beside one another are a chain to the right."""
    written = name.encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written) + 2, kind, 1, 0xFFFFFFFF, right, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", first, size)


def xls(rows: Sequence[Sequence[str]]) -> bytes:
    """An XLS of one sheet S1 whose cells are all text."""

    def record(number: int, body: bytes) -> bytes:
        return struct.pack("<HH", number, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0x600))

    def label(row: int, col: int, text: str) -> bytes:
        return record(0x204, struct.pack("<HHHHB", row, col, 0, len(text), 1) + text.encode("utf-16-le"))

    end = record(0x0A, b"")
    cells = b"".join(label(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row) if text)
    name = b"\x02\x01" + "S1".encode("utf-16-le")
    at = len(begin(5)) + 4 + 6 + len(name) + len(end)
    sheet = record(0x85, struct.pack("<IBB", at, 0, 0) + name)
    return ole({"Workbook": begin(5) + sheet + end + begin(0x10) + cells + end})
