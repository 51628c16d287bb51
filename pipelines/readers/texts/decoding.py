"""Bytes to text: a byte order mark first, then strict UTF-8, then the Thai code page; never a guess beyond that."""

from __future__ import annotations

import codecs

from pipelines.readers.document import Unreadable

BOMS = (
    # UTF-32's mark begins like UTF-16's, so it is known first, to be refused by its name.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
EXPECTED = "text in UTF-8, UTF-16 or TIS-620/cp874"
END = "\x00\x1a"
"""What old programs put behind the end of a text: a DOS end-of-file mark, and zeros up to the end of the block."""
CONTROL = bytes(set(range(32)) - {9, 10, 12, 13})
STRAY = 100
"""One control character in so many bytes is a slip in a text, and is left to the cell that holds it."""
HEAD = 4096


def decode(data: bytes) -> tuple[str, str]:
    """The text without its mark and without what old programs put behind its end, and the name of its encoding.

    cp874 is TIS-620 with the few extra signs that Windows added. UTF-16 without a mark is known by its high bytes.
    Raises `Unreadable` with the offset of the first byte that is no text.
    """
    mark, name = next(((m, n) for m, n in BOMS if data.startswith(m)), (b"", _utf16(data[:HEAD])))
    if name == "utf-32":
        raise _refused(data, 0, "this is UTF-32", "ไฟล์นี้เป็น UTF-32")
    if name.startswith("utf-16"):
        text = _strict(data, name, len(mark)).rstrip(END)
        if (found := _no_text(text.encode("utf-8"))) is not None:
            before = text.encode("utf-8")[:found].decode("utf-8").encode(name)
            raise _not_text(data, len(mark) + len(before))
        return text, name
    if (found := _no_text(data.rstrip(END.encode()))) is not None:
        raise _not_text(data, found)
    if name:
        return _strict(data, "utf-8", len(mark)).rstrip(END), name
    text, name = _eight_bit(data)
    return text.rstrip(END), name


def _utf16(head: bytes) -> str:
    """Thai and ASCII have the high byte 0E or 00 in UTF-16, and neither byte is in any Thai text of another kind."""
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if high and sum(map(high.count, (0x00, 0x0E))) > 0.9 * len(high) and any(head.strip(b"\x00\x1a")):
            return name
    return ""


def _eight_bit(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        utf8 = error.start
    try:
        return data.decode("cp874"), "cp874"
    except UnicodeDecodeError as error:
        # The encoding that took more of the text is the one it was meant in, and its fault is the one to name.
        at = max(utf8, error.start)
    raise _not_decoded(data, at)


def _strict(data: bytes, name: str, skip: int = 0) -> str:
    try:
        return data[skip:].decode(name)
    except UnicodeDecodeError as error:
        at = skip + error.start
    raise _not_decoded(data, at)


def _no_text(body: bytes) -> int | None:
    """Where the first control character stands, if there is a zero or more of them than slip into a text."""
    controls = len(body) - len(body.translate(None, CONTROL))
    if not controls or (b"\x00" not in body and controls * STRAY <= len(body)):
        return None
    return next(i for i, byte in enumerate(body) if byte in CONTROL)


def _not_text(data: bytes, at: int) -> Unreadable:
    en = f"this is not text: byte {data[at]:#04x} at offset {at}"
    return _refused(data, at, en, f"ไฟล์นี้ไม่ใช่ข้อความ พบไบต์ {data[at]:#04x} ที่ตำแหน่ง {at}")


def _not_decoded(data: bytes, at: int) -> Unreadable:
    return _refused(
        data,
        at,
        f"the text is neither UTF-8, UTF-16 nor TIS-620/cp874: byte {data[at]:#04x} at offset {at}",
        f"อ่านรหัสตัวอักษรไม่ได้ พบไบต์ {data[at]:#04x} ที่ตำแหน่ง {at}",
    )


def _refused(data: bytes, at: int, en: str, th: str) -> Unreadable:
    return Unreadable(en, th, place=f"offset {at}", observed=f"{data[at]:#04x}", expected=EXPECTED)
