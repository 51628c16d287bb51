"""Bytes to text: the encodings of `khrop.files.encodings`, UTF-16 without a mark, and what is no text."""

from __future__ import annotations

from khrop.files.encodings import Undecodable, encoding_of, marked
from pipelines.readers.document import Unreadable

EXPECTED = "text in UTF-8, UTF-16 or TIS-620/cp874"
END = "\x00\x1a"
"""What old programs put behind the end of a text: a DOS end-of-file mark, and zeros up to the end of the block."""
CONTROL = bytes(set(range(32)) - {9, 10, 12, 13})
STRAY = 100
"""One control character in so many bytes is a slip in a text, and is left to the cell that holds it."""
HEAD = 4096
THAI_NAMES = {
    "windows-874", "x-windows-874", "cp874", "cp-874", "ms874", "dos-874", "tis-620", "tis620", "iso-8859-11",
}  # fmt: skip
"""What pages and mails call the Thai code page."""


def codec_of(declared: str) -> str:
    """Return the codec of an encoding that a document declares; Python does not know all names of the Thai one."""
    return "cp874" if declared.lower() in THAI_NAMES else declared


def decode(data: bytes) -> tuple[str, str]:
    """Decode a text.

    Args:
        data: Its bytes.

    Returns:
        The text without its mark and without what old programs put behind its end, and the name of its encoding.
        UTF-16 without a mark is known by its high bytes.

    Raises:
        Unreadable: The bytes are no text, with the offset of the first that is none.
    """
    mark, name = marked(data)
    name = name or _utf16(data[:HEAD])
    if name == "utf-32":
        raise _refused(data, 0, "this is UTF-32", "ไฟล์นี้เป็น UTF-32")
    body = data[len(mark) :]
    wide = name.startswith("utf-16")
    if not wide and (at := _no_text(data.rstrip(END.encode()))) is not None:
        raise _not_text(data, at)
    try:
        name = encoding_of(name, lambda tried: _fault(body, tried))
    except Undecodable as error:
        raise _not_decoded(data, len(mark) + error.at) from error
    text = body.decode("utf-8" if mark and not wide else name).rstrip(END)
    if wide and (at := _no_text(text.encode("utf-8"))) is not None:
        before = text.encode("utf-8")[:at].decode("utf-8").encode(name)
        raise _not_text(data, len(mark) + len(before))
    return text, name


def _fault(body: bytes, encoding: str) -> int | None:
    try:
        body.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _utf16(head: bytes) -> str:
    """Thai and ASCII have the high byte 0E or 00 in UTF-16, and neither byte is in any Thai text of another kind."""
    for name, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if high and sum(map(high.count, (0x00, 0x0E))) > 0.9 * len(high) and any(head.strip(b"\x00\x1a")):
            return name
    return ""


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
