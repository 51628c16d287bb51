"""What lies in a parcel: whether some bytes may be a return, by what they are, and how a name that came with them is
written here.

Opening parcels belongs in `pipelines.readers.mail`.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib
from typing import NamedTuple

from pipelines.readers.decoding import CONTROL, STRAY, decode
from pipelines.readers.raw_table import Unreadable

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
NO_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError)
"""What zipfile raises on damaged bytes; a name that is no UTF-8 is a ValueError, an unknown method a RuntimeError."""
TAKEN = "a PDF, workbook, document, web page, text or CSV"
NAME_LENGTH = 200
_OFFICE_NAMES = (b"[Content_Types].xml", b"mimetype", b"_rels/", b"docProps/", b"xl/", b"word/")
_DRIVE = re.compile(r"[A-Za-z]:")
_HEADER = re.compile(
    rb"\s*(?:Received|From|Return-Path|MIME-Version|Date|Subject|Message-ID|Delivered-To|To|Cc|Reply-To|Sender"
    rb"|Content-Type|DKIM-Signature|ARC-[\w-]+|Authentication-Results|Thread-[\w-]+|X-[\w-]+)[ \t]*:",
    re.IGNORECASE,
)
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
_CONTENT_TYPE = re.compile(rb"^content-type[ \t]*:", re.IGNORECASE | re.MULTILINE)
_MOST_HEADERS = 1 << 18


class Other(NamedTuple):
    """A kind of file that is no return: what it is and what to do, in English and Thai."""

    en: str
    th: str


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
        Other(
            "this is RTF, which is not read: save it as DOCX or PDF", "เป็นไฟล์ RTF ซึ่งระบบไม่อ่าน กรุณาบันทึกเป็น DOCX หรือ PDF"
        ),
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
# Two letters that may begin a text as well: asked only of what is none.
_BINARIES: tuple[tuple[bytes, Other], ...] = ((b"MZ", _PROGRAM), (b"BM", _PICTURE), (b"RIFF", _PICTURE))


def is_container(data: bytes) -> bool:
    """Whether these bytes are a parcel: a zip that is no office document, or a message with its headers (also a web
    page saved as one, MHTML)."""
    return _is_zip(data) if data.startswith(ZIP) else _is_message(data)


def other_than_return(data: bytes) -> Other | None:
    """What some bytes are if they cannot be a return; None for PDF, office documents, web pages and text. Text in a
    broken encoding may be one: its judgement names the byte."""
    if data.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", *ZIP)):
        return None
    if not data.strip(b"\xef\xbb\xbf \t\r\n\f\x00"):
        return Other("the file is empty", "ไฟล์ว่างเปล่า")
    for magics, other in _OTHERS:
        if data.startswith(magics):
            return other
    if data[4:8] == b"ftyp":
        return _FILM if data[8:11] in (b"mp4", b"iso", b"M4A", b"qt ") else _PICTURE
    if _is_text(data):
        return _PICTURE if b"<svg" in data[:1024] else None
    return next((other for magic, other in _BINARIES if data.startswith(magic)), _UNKNOWN)


def written(name: str) -> str:
    """A name as it is kept: composed letters, `/` between folders, no control characters, of bounded length."""
    text = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in name.replace("\\", "/"))
    text = unicodedata.normalize("NFC", text).strip() or "unnamed"
    return text if len(text) <= NAME_LENGTH else f"{text[: NAME_LENGTH - 40]}…{text[-39:]}"


def climbs(name: str) -> bool:
    """Whether a written name leads out of the parcel. Nothing is ever written under such a name; that it is there says
    what the parcel is worth."""
    return name.startswith("/") or bool(_DRIVE.match(name)) or ".." in name.split("/")


def eight_bit(raw: bytes) -> str:
    """A name of which only the bytes came: UTF-8, or the Thai code page that Windows writes."""
    for encoding in ("utf-8", "cp874"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")  # has a sign for every byte


def _is_zip(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                return False
            if "mimetype" not in names:
                return True
            with archive.open("mimetype") as member:
                return not member.read(100).startswith(b"application/vnd.oasis.opendocument")
    except (*NO_ZIP, NotImplementedError):
        # Cut short: the first member's name still tells a workbook, whose reader has more to say of it.
        length = int.from_bytes(data[26:28], "little")
        return len(data) > 30 and length > 0 and not data[30 : 30 + length].startswith(_OFFICE_NAMES)


def _is_message(data: bytes) -> bool:
    head = data[:_MOST_HEADERS].removeprefix(b"\xef\xbb\xbf")
    if not _HEADER.match(head):
        return False
    head = head.lstrip()
    end = _BLANK.search(head)
    return bool(_CONTENT_TYPE.search(head[: end.start()] if end else head))


def _is_text(data: bytes) -> bool:
    try:
        decode(data)
    except Unreadable:
        controls = len(data) - len(data.translate(None, CONTROL))
        return b"\x00" not in data and controls * STRAY <= len(data)
    return True
