"""The encoding of a text: a byte order mark, strict UTF-8, or the Thai code page; never a guess beyond that.

Here belongs the choice. How bytes are read, and the words of a refusal, belong to the readers.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

MARKS = (
    # UTF-32's mark begins like UTF-16's, so it is known first, to be refused by its name.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, and the encoding of what follows each."""


class Undecodable(ValueError):
    """A text in none of the encodings that are tried.

    Attributes:
        at: The offset of the first byte that is of none.
    """

    def __init__(self, at: int) -> None:
        """Take the offset of the first byte that is of no encoding."""
        super().__init__(f"byte at offset {at}")
        self.at = at


def marked(head: bytes) -> tuple[bytes, str]:
    """Return the byte order mark that a text begins with and its encoding, both empty where there is none."""
    return next(((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", ""))


def encoding_of(known: str, fault: Callable[[str], int | None]) -> str:
    """Choose the encoding of a text.

    Args:
        known: The encoding by the text's mark, or empty: then UTF-8 and the Thai code page (cp874, which is TIS-620
            with the few characters that Windows added) are tried.
        fault: Returns the offset where the text stops being one of an encoding, None where it is to its end.

    Returns:
        The first encoding without a fault.

    Raises:
        Undecodable: Each encoding has a fault. The offset is that of the encoding that took more of the text, which
            is the one it was meant in.
    """
    faults: list[int] = []
    for name in (known,) if known else ("utf-8", "cp874"):
        at = fault(name)
        if at is None:
            return name
        faults.append(at)
    raise Undecodable(max(faults))
