"""Files that are no return: what they are, by their bytes, and what to send in their stead."""

from __future__ import annotations

from typing import NamedTuple

from pipelines.readers.document import Unreadable
from pipelines.readers.texts.decoding import CONTROL, STRAY, decode

TAKEN = "a PDF, workbook, document, web page, text or CSV"
DOCUMENTS = (b"%PDF", b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""How documents and packages begin, which say themselves what they are."""

PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")
"""How PNG, JPEG and TIFF begin, which may show a page of a return."""


class Other(NamedTuple):
    """A kind of file that is no return: what it is and what to do, in English and Thai."""

    en: str
    th: str


AS_WORKBOOK = ("save it as XLSX", "กรุณาบันทึกเป็น XLSX")
AS_DOCUMENT = ("save it as DOCX or PDF", "กรุณาบันทึกเป็น DOCX หรือ PDF")


def _unread(en: str, th: str, instead: tuple[str, str]) -> Other:
    return Other(f"this is {en}, which is not read: {instead[0]}", f"เป็น{th} ซึ่งระบบไม่อ่าน {instead[1]}")


_PICTURE = Other(
    "this is a picture; if it shows a return, send the file that it was made of",
    "เป็นรูปภาพ หากเป็นภาพของรายงาน กรุณาส่งไฟล์ต้นฉบับของรายงาน",
)
_PROGRAM = Other("this is a program, which is never opened", "เป็นโปรแกรม ระบบไม่เปิดโปรแกรม")
_PACKED = Other(
    "this is an archive of a kind that is not opened; send it as .zip",
    "เป็นไฟล์บีบอัดชนิดที่ระบบไม่เปิด กรุณาส่งเป็น .zip",
)
_ENCRYPTED = Other("it is encrypted: send it without a password", "ไฟล์เข้ารหัสไว้ กรุณาส่งโดยไม่ใส่รหัสผ่าน")
_UNKNOWN = Other(
    f"this is neither text nor a known document; send {TAKEN}",
    "ไม่ใช่ข้อความและไม่ใช่เอกสารที่รู้จัก กรุณาส่งเป็น PDF สมุดงาน เอกสาร หน้าเว็บ ข้อความ หรือ CSV",
)
_FILM = Other("this is sound or film, not a return", "เป็นไฟล์เสียงหรือวิดีโอ ไม่ใช่รายงาน")
_OTHERS: tuple[tuple[tuple[bytes, ...], Other], ...] = (
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"\xd7\xcd\xc6\x9a"), _PICTURE),
    ((b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"L\x00\x00\x00\x01\x14\x02\x00"), _PROGRAM),
    ((b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"MSCF\x00"), _PACKED),
    ((b"ID3", b"OggS", b"\x1aE\xdf\xa3"), _FILM),
    ((b"-----BEGIN PGP MESSAGE",), _ENCRYPTED),
    (
        (b"{\\rtf",),
        _unread("RTF", "ไฟล์ RTF ", AS_DOCUMENT),
    ),
    (
        (b"\x78\x9f\x3e\x22",),
        Other(
            "this is winmail.dat, Outlook's own packing: ask the sender to send the mail as HTML or plain text",
            "เป็น winmail.dat ซึ่ง Outlook บรรจุไว้ กรุณาให้ผู้ส่งส่งอีเมลใหม่แบบ HTML หรือข้อความธรรมดา",
        ),
    ),
    (
        (b"BEGIN:VCALENDAR", b"BEGIN:VCARD"),
        Other("this is a calendar entry or business card, not a return", "เป็นนัดหมายหรือนามบัตร ไม่ใช่รายงาน"),
    ),
)
KINDS: dict[str, Other] = {
    "odt": _unread("an OpenDocument text (ODT)", "เอกสาร OpenDocument (ODT) ", AS_DOCUMENT),
    "fodt": _unread("a flat OpenDocument text (FODT)", "เอกสาร OpenDocument (FODT) ", AS_DOCUMENT),
    "pptx": _unread("a presentation", "งานนำเสนอ ", AS_DOCUMENT),
    "doc": _unread("an old Word document (DOC)", "เอกสาร Word รุ่นเก่า (DOC) ", AS_DOCUMENT),
    "spreadsheetml": _unread("an XML spreadsheet of 2003", "ตารางคำนวณ XML 2003 ", AS_WORKBOOK),
    "ole": _unread("an old office file of no known kind", "ไฟล์ office รุ่นเก่าที่ไม่รู้จัก ", AS_WORKBOOK),
    "msg": _unread(
        "an Outlook message (MSG)",
        "อีเมลของ Outlook (MSG) ",
        ("save it as .eml, or send what is attached to it", "กรุณาบันทึกเป็น .eml หรือส่งไฟล์แนบ"),
    ),
    "zip": Other("there is no return in this zip", "ไม่มีรายงานอยู่ในไฟล์ zip นี้"),
}
"""Packages and old office files that no reader takes, by their kind."""
# Two letters that may begin a text as well: asked only of what is none.
_BINARIES: tuple[tuple[bytes, Other], ...] = ((b"MZ", _PROGRAM), (b"BM", _PICTURE), (b"RIFF", _PICTURE))


def known_other(data: bytes) -> Other | None:
    """What some bytes say that they are, if that is no return."""
    if data.startswith(DOCUMENTS):
        return None
    for magics, other in _OTHERS:
        if data.startswith(magics):
            return other
    if data[4:8] == b"ftyp":
        return _FILM if data[8:11] in (b"mp4", b"iso", b"M4A", b"qt ") else _PICTURE
    # Two letters may begin a text as well; a text has no zeros.
    return next((other for magic, other in _BINARIES if data.startswith(magic) and b"\x00" in data[:1024]), None)


def other_than_return(data: bytes) -> Other | None:
    """Return what a part of a container is if it cannot be a return.

    None for PDF, office documents, pages and text. Text in a broken encoding may be a return: its judgement names the
    byte.
    """
    if data.startswith(DOCUMENTS):
        return None
    if not data.strip(b"\xef\xbb\xbf \t\r\n\f\x00"):
        return Other("the file is empty", "ไฟล์ว่างเปล่า")
    if other := known_other(data):
        return other
    if _is_text(data):
        return _PICTURE if b"<svg" in data[:1024] else None
    return next((other for magic, other in _BINARIES if data.startswith(magic)), _UNKNOWN)


def _is_text(data: bytes) -> bool:
    try:
        decode(data)
    except Unreadable:
        controls = len(data) - len(data.translate(None, CONTROL))
        return b"\x00" not in data and controls * STRAY <= len(data)
    return True
