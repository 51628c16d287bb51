"""Bytes to a RawTable, one file a form. No Dagster here, and no verdict: a reader says what stands where."""

from __future__ import annotations

from pipelines.readers import claims, delimited, layout
from pipelines.readers.raw_table import RawTable, Unreadable

READER_VERSION = "1.0.0"
"""Moves when a reader reads the same bytes otherwise, so that `khrop recheck` knows what to judge again."""

LARGEST = 32 << 20
"""Bytes; a return has some 20 kB, a scanned one a few MB."""

KNOWN_FORMS = {
    b"%PDF": ("a PDF", "PDF"),
    b"PK\x03\x04": ("a workbook, document or zip archive", "สมุดงาน เอกสาร หรือไฟล์ zip"),
    b"\xd0\xcf\x11\xe0": ("an old office file (XLS or DOC)", "ไฟล์ office รุ่นเก่า (XLS หรือ DOC)"),
    b"\x89PNG": ("a picture", "รูปภาพ"),
    b"\xff\xd8\xff": ("a picture", "รูปภาพ"),
}


def too_large(size: int) -> Unreadable | None:
    """Why a document of so many bytes is not read, if it is not: asked before its bytes are brought into memory."""
    if size <= LARGEST:
        return None
    return Unreadable(
        f"the file has {size:,} bytes, more than a return can have",
        f"ไฟล์มีขนาด {size:,} ไบต์ ใหญ่เกินกว่าจะเป็นรายงาน",
        observed=f"{size:,} bytes",
        expected=f"at most {LARGEST:,} bytes",
    )


def read(data: bytes) -> RawTable:
    """Read a document by what its bytes are, never by its name. Raises `Unreadable`."""
    for magic, (en, th) in KNOWN_FORMS.items():
        if data.startswith(magic):
            raise Unreadable(
                f"this is {en}, and there is no reader for it yet: save it as CSV or text",
                f"ไฟล์นี้เป็น {th} ยังอ่านไม่ได้ กรุณาบันทึกเป็น CSV หรือข้อความ",
                observed=magic.decode("latin-1").strip(),
                expected="text, CSV or TSV",
            )
    document = delimited.read(data)
    table = layout.cut(document)
    table.claims = [*document.said, *claims.find(table)]
    return table


__all__ = ["READER_VERSION", "RawTable", "Unreadable", "read", "too_large"]
