"""Bytes of a web page to text: what the page declares of itself, held against what its bytes are."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from khrop.files.encodings import marked
from pipelines.readers.document import Claim
from pipelines.readers.texts.decoding import codec_of, decode

HEAD = 4096
"""Browsers look for a declaration in the first 1,024 bytes; what office programs write before it takes more."""
DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:\-]{1,40})""", re.IGNORECASE)
THAI = re.compile("[\u0e01-\u0e5b]")


def page_text(data: bytes) -> tuple[str, str, tuple[Claim, ...]]:
    """Decode a web page.

    The bytes decide: what is UTF-8 with Thai in it is UTF-8, what is not UTF-8 is cp874, whatever is declared. A
    page whose declaration makes a difference that cannot be seen in the bytes is read as it declares.

    Args:
        data: The bytes of the page.

    Returns:
        The text, the encoding it was read in, and a claim where that is not the declared one.

    Raises:
        Unreadable: The bytes are no text.
    """
    match = None if marked(data)[0] else DECLARED.search(data[:HEAD])
    declared = match[1].decode("ascii") if match else ""
    text, encoding = decode(data)
    if codec_of(declared) == "cp874" and encoding == "utf-8" and not data.isascii() and not THAI.search(text):
        # Where it is not what it declares, it stays what its bytes are.
        with suppress(UnicodeDecodeError):
            text, encoding = data.decode("cp874"), "cp874"
    if not declared or data.isascii() or _same(declared, encoding):
        return text, encoding, ()
    return text, encoding, (Claim("file", "declared_encoding", encoding, "", declared),)


def _same(declared: str, encoding: str) -> bool:
    try:
        return codecs.lookup(codec_of(declared)).name.split("-")[:2] == codecs.lookup(encoding).name.split("-")[:2]
    except LookupError:
        return False
