"""How a text file is written, where the user says so: its encoding, delimiter and decimal mark."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from khrop.model.errors import WrongUse

_NAMES = {"tab": "\t", "\\t": "\t"}
_THAI_NAMES = ("windows-874", "windows874", "ms874", "iso-8859-11")
"""Names of the Thai code page that Python does not know, or knows without the characters that Windows added."""


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How a text file is written; None for what the file shows by itself.

    Attributes:
        encoding: The name of Python's codec.
        delimiter: The character between cells.
        decimal: The decimal mark, a point or a comma.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None

    @classmethod
    def of(cls, encoding: str | None, delimiter: str | None, decimal: str | None) -> TextOptions:
        """Return the options that a user gives.

        Args:
            encoding: The name of an encoding, as Python or a web page calls it.
            delimiter: A character, or `tab`.
            decimal: A point or a comma.

        Returns:
            The options.

        Raises:
            WrongUse: There is no such encoding, or a character cannot be a delimiter or a decimal mark.
        """
        if delimiter is not None:
            delimiter = _NAMES.get(delimiter.lower(), delimiter)
            if len(delimiter) != 1 or delimiter in '"\r\n\0 ':
                raise WrongUse(f"--delimiter is one character, or tab, not {delimiter!r}")
        if decimal not in (None, ".", ","):
            raise WrongUse(f"--decimal is a point or a comma, not {decimal!r}")
        if decimal is not None and decimal == delimiter:
            raise WrongUse(f"--decimal and --delimiter are both {decimal!r}")
        return cls(_codec(encoding) if encoding is not None else None, delimiter, decimal)

    def first_given(self) -> str:
        """Return the first option that is given, as the command has it; empty for none."""
        named = {"--encoding": self.encoding, "--delimiter": self.delimiter, "--decimal": self.decimal}
        return next((option for option, value in named.items() if value is not None), "")


AUTOMATIC = TextOptions()


def _codec(encoding: str) -> str:
    name = encoding.strip().lower()
    try:
        codec = codecs.lookup("cp874" if name in _THAI_NAMES else name)
        "".encode(codec.name)  # bytes to bytes, as base64, is no encoding of text
    except (LookupError, ValueError, TypeError):
        raise WrongUse(f"--encoding: there is no encoding {encoding!r}; utf-8, cp874 and cp1252 are some") from None
    return codec.name
