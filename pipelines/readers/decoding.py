"""Bytes to text: a byte order mark first, then strict UTF-8, then the Thai code page; never a guess beyond that."""

from __future__ import annotations

import codecs

from pipelines.readers.raw_table import Unreadable

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = frozenset(range(32)) - {9, 10, 12, 13, 26}


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding.

    cp874 is TIS-620 with the few extra signs that Windows added. UTF-16 without a mark is known by the zero
    bytes of its line ends. Raises `Unreadable` with the offset of the first byte that no encoding takes.
    """
    for mark, name in BOMS:
        if data.startswith(mark):
            return _strict(data, name)
    for name, newline in (("utf-16-le", b"\n\x00"), ("utf-16-be", b"\x00\n")):
        if len(data) % 2 == 0 and newline in data and b"\x00" in data[:64]:
            return _strict(data, name)
    at = next((i for i, byte in enumerate(data[:4096]) if byte in CONTROL), None)
    if at is not None:
        raise Unreadable(
            f"this is not text: byte {data[at]:#04x} at offset {at}",
            f"ไฟล์นี้ไม่ใช่ข้อความ พบไบต์ {data[at]:#04x} ที่ตำแหน่ง {at}",
            place=f"offset {at}",
            observed=f"{data[at]:#04x}",
            expected="text in UTF-8, UTF-16 or TIS-620/cp874",
        )
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _strict(data, "cp874")


def _strict(data: bytes, name: str) -> tuple[str, str]:
    try:
        return data.decode(name), name
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"the text is neither UTF-8, UTF-16 nor TIS-620/cp874: byte {data[error.start]:#04x}"
            f" at offset {error.start}",
            f"อ่านรหัสตัวอักษรไม่ได้ พบไบต์ {data[error.start]:#04x} ที่ตำแหน่ง {error.start}",
            place=f"offset {error.start}",
            observed=f"{data[error.start]:#04x}",
            expected="text in UTF-8, UTF-16 or TIS-620/cp874",
        ) from None
