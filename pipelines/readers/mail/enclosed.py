"""Whether some bytes are a container, and how the names of its members are written here.

Opening containers belongs in `pipelines.readers.mail`.
"""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import zipfile
import zlib

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
NO_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError)
"""What zipfile raises on damaged bytes; a name that is no UTF-8 is a ValueError, an unknown method a RuntimeError."""
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


def is_container(data: bytes) -> bool:
    """Return whether these bytes are a container.

    A zip that is no office document, or a message with its headers (also a web page saved as one, MHTML).
    """
    return _is_zip(data) if data.startswith(ZIP) else _is_message(data)


def readable_name(name: str) -> str:
    """A name as it is kept: composed letters, `/` between folders, no control characters, of bounded length."""
    text = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in name.replace("\\", "/"))
    text = unicodedata.normalize("NFC", text).strip() or "unnamed"
    return text if len(text) <= NAME_LENGTH else f"{text[: NAME_LENGTH - 40]}…{text[-39:]}"


def climbs(name: str) -> bool:
    """Return whether a name leads out of the container.

    Nothing is ever written under such a name; a container that has such a name is suspect.
    """
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
        # Cut short: the first member's name still shows a workbook, whose reader gives a better reason.
        length = int.from_bytes(data[26:28], "little")
        return len(data) > 30 and length > 0 and not data[30 : 30 + length].startswith(_OFFICE_NAMES)


def _is_message(data: bytes) -> bool:
    head = data[:_MOST_HEADERS].removeprefix(b"\xef\xbb\xbf")
    if not _HEADER.match(head):
        return False
    head = head.lstrip()
    end = _BLANK.search(head)
    return bool(_CONTENT_TYPE.search(head[: end.start()] if end else head))
