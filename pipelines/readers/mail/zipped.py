"""What lies in a zip: the members by their names, however the zip's maker encoded them."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from pipelines.readers.document import Unreadable
from pipelines.readers.mail.enclosed import NO_ZIP, eight_bit

PIECE = 1 << 20
UTF8, ENCRYPTED = 0x800, 0x1
UNICODE_PATH = 0x7075
SKIPPED = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What macOS and Windows put beside files for themselves; nobody who sends a return knows that it is there. So are
folders, whose files are members of their own, and the `._` twins in `__MACOSX/`."""


def members(data: bytes) -> list[tuple[str, Callable[[], Iterable[bytes]]]]:
    """The files in a zip with their bytes in pieces. Raises `Unreadable` where there is no directory of them."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*NO_ZIP, NotImplementedError):
        raise Unreadable(
            "the zip archive is damaged or not whole; send it again",
            "ไฟล์ zip เสียหายหรือไม่ครบ กรุณาส่งใหม่",
            expected="a whole zip archive",
        ) from None
    named = ((_name(info), info) for info in archive.infolist())
    return [(name, partial(_pieces, archive, info)) for name, info in named if not _skipped(name, info)]


def _skipped(name: str, info: zipfile.ZipInfo) -> bool:
    folders, _, file_name = name.replace("\\", "/").rpartition("/")
    if not file_name:
        return info.compress_size == 0 or info.file_size == 0
    return file_name in SKIPPED or (folders.split("/")[0] == "__MACOSX" and file_name.startswith("._"))


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name.

    Without the flag for UTF-8 it is in the code page of who made the zip, which zipfile takes for an American one; some
    write it once more, as UTF-8, into an extra field.
    """
    if info.flag_bits & UTF8:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    return _unicode_path(info.extra, raw) or eight_bit(raw)


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The UTF-8 name of Info-ZIP's extra field, if it is there and of this very name."""
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and field[:1] == b"\x01" and int.from_bytes(field[1:5], "little") == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
    return ""


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unreadable("this is a link, not a file; send the file itself", "เป็นลิงก์ ไม่ใช่ไฟล์ กรุณาส่งตัวไฟล์")
    if info.flag_bits & ENCRYPTED:
        raise Unreadable("it is encrypted: send it without a password", "ไฟล์เข้ารหัสไว้ กรุณาส่งโดยไม่ใส่รหัสผ่าน")
    try:
        with archive.open(info) as member:
            while piece := member.read(PIECE):
                yield piece
    except NotImplementedError:
        raise Unreadable(
            "it is compressed in a way that is not read; make the zip anew",
            "บีบอัดด้วยวิธีที่ระบบไม่รองรับ กรุณาสร้างไฟล์ zip ใหม่",
        ) from None
    except (*NO_ZIP, lzma.LZMAError):
        raise Unreadable("it is damaged within the zip archive; send it again", "ข้อมูลใน zip เสียหาย กรุณาส่งใหม่") from None
