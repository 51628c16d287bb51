"""Bytes of a web page to text: what the page declares of itself, held against what its bytes are."""

from __future__ import annotations

import codecs
import re

from pipelines.readers.document import Claim
from pipelines.readers.texts.decoding import BOMS, decode

HEAD = 4096
"""Browsers look for a declaration in the first 1,024 bytes; what office programs write before it takes more."""
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE)
THAI_NAMES = {"windows-874", "cp874", "cp-874", "dos-874", "x-windows-874", "tis-620", "tis620", "iso-8859-11"}
THAI = re.compile("[\u0e01-\u0e5b]")


def page_text(data: bytes) -> tuple[str, str, tuple[Claim, ...]]:
    """The text, the encoding it was read in, and a claim where that is not the declared one.

    The bytes decide: what is UTF-8 with Thai in it is UTF-8, what is not UTF-8 is cp874, whatever is declared. A
    page whose declaration makes a difference that cannot be seen in the bytes is read as it declares. Raises
    `Unreadable` for what is no text.
    """
    found = None if data.startswith(tuple(mark for mark, _ in BOMS)) else DECLARED.search(data[:HEAD])
    declared = found[1].decode("ascii") if found else ""
    text, encoding = decode(data)
    thai = declared.lower() in THAI_NAMES
    if thai and encoding == "utf-8" and not data.isascii() and not THAI.search(text):
        try:
            text, encoding = data.decode("cp874"), "cp874"
        except UnicodeDecodeError:
            # Not what it declares: it stays what its bytes are.
            thai = False
    if not declared or data.isascii() or _same(declared, encoding):
        return text, encoding, ()
    return text, encoding, (Claim("file", "declared_encoding", encoding, "", declared),)


def _same(declared: str, encoding: str) -> bool:
    if encoding == "cp874":
        return declared.lower() in THAI_NAMES
    try:
        return codecs.lookup(declared).name.split("-")[:2] == codecs.lookup(encoding).name.split("-")[:2]
    except LookupError:
        return False
