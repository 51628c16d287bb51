"""Rows of a worksheet's XML that are written as office programs write nearly all of theirs, read without a parser.

A register has fifty thousand cells, and a parser makes objects of each. Here belongs which rows are known byte for
byte; all others, and what stands around the rows, are left to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

START = re.compile(rb'<row r="([0-9]{1,7})"((?: [a-zA-Z0-9:]+="[^"<>&]*")*)>')
END = b"</row>"
CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,5})")?(?: t="(s|n|str|inlineStr)")?>'
    rb"(?:<v>([^<&\x00-\x1f]+)</v>"
    rb'|<is><t(?: xml:space="preserve")?>([^<\x00-\x08\x0b-\x1f]*)</t></is>)</c>'
)
NUMBER = re.compile(rb'<row r="([0-9]+)"')
ATTRIBUTE = re.compile(rb' ([a-zA-Z0-9:]+)="([^"]*)"')
ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
ENTITY = re.compile(r"&(?:#([0-9]{2,6});|[^;]*;?)")
UNKNOWN = (b"<!", b"<?", b"\xef\xbf", b"\xed")
"""Comments, instructions, and bytes of characters that XML cannot hold: rows beside these are left to the parser."""


PlainCell = tuple[int, int, str, str]
"""A cell of such a row: its column from 1, the number of its style, the kind of its value, its value. A plain tuple,
since there are fifty thousand."""


class PlainRow(NamedTuple):
    """Such a row.

    Attributes:
        number: Its number.
        attributes: The row's other attributes.
        cells: Its cells.
    """

    number: int
    attributes: dict[str, str]
    cells: Sequence[PlainCell]


class PlainRows:
    """Takes plain rows out of the XML of one worksheet."""

    def __init__(self, namespaces: Sequence[str], take: Callable[[PlainRow], None]) -> None:
        """Begin a worksheet.

        Args:
            namespaces: Those of worksheets; the XML must have one of them as its default.
            take: Called with each row that is taken out.
        """
        self._namespaces, self._take = [f'xmlns="{n.strip("{}")}"'.encode() for n in namespaces], take
        self._begun = self._known = False
        self._left = 0

    def rest(self, xml: bytes) -> bytes:
        """Return a part of the XML without its plain rows, which are taken.

        Args:
            xml: The next part; it has whole rows alone.
        """
        if not self._begun:
            self._begun = True
            head = xml[:4096].partition(b"<sheetData")[0]
            encoding = re.search(rb"encoding=[\"']([^\"']*)", head)
            utf_8 = encoding is None or encoding[1].lower() == b"utf-8"
            self._known = utf_8 and any(namespace in head for namespace in self._namespaces)
            head, data, body = xml.partition(b"<sheetData>")
            return head + data + self.rest(body) if data else xml
        # A row without a number follows the one before it, which must then be the parser's, too.
        if not self._known or xml.count(b"<row") != xml.count(b'<row r="') or any(sign in xml for sign in UNKNOWN):
            self._known = False
            return xml
        remainder, at, last = [], 0, b""
        for start in START.finditer(xml):
            before = xml[at : start.start()]
            row = self._plain(xml, start, before)
            if row is None:
                continue
            self._take(row)
            # The parser counts rows without numbers from the one before.
            remainder += [last, before] if before else []
            last = b'<row r="%d"/>' % row.number
            at = xml.find(END, start.end()) + len(END)
        remainder += [last, xml[at:]]
        self._note_left(xml[at:])
        return b"".join(remainder)

    def _plain(self, xml: bytes, start: re.Match[bytes], before: bytes) -> PlainRow | None:
        """Return the row that starts here; None where it is the parser's.

        A number that the parser has already had is its own from then on: the later of two cells in one place stays.
        """
        end = xml.find(END, start.end())
        cells = _cells(xml[start.end() : end], start[1]) if end >= 0 else None
        pairs = [(name.decode(), value.decode()) for name, value in ATTRIBUTE.findall(start[2])]
        attributes = dict(pairs)
        if cells is None or len(attributes) != len(pairs) or "r" in attributes:
            return None
        self._note_left(before)
        number = int(start[1])
        return PlainRow(number, attributes, cells) if number > self._left else None

    def _note_left(self, xml: bytes) -> None:
        """Note the numbers of rows that are left to the parser."""
        if xml:
            self._left = max([self._left, *(int(number) for number in NUMBER.findall(xml))])


def _cells(xml: bytes, number: bytes) -> list[PlainCell] | None:
    """Return the cells of a row; None where one is written in another way, or names another row."""
    cells, at, match_cell = [], 0, CELL.match
    try:
        while match := match_cell(xml, at):
            column, row, style, kind, value, inline = match.groups()
            if row != number or (value is None) != (kind == b"inlineStr"):
                return None
            cells.append((*_looks(column, style, kind), _text(value if inline is None else inline)))
            at = match.end()
    except (KeyError, ValueError):
        return None
    return cells if at == len(xml) else None


@lru_cache(maxsize=1 << 12)
def _looks(column: bytes, style: bytes | None, kind: bytes | None) -> tuple[int, int, str]:
    return column_of(column.decode()), int(style or 0), (kind or b"n").decode()


@lru_cache(maxsize=1 << 10)
def column_of(letters: str) -> int:
    """Return a column's number: A is 1, AB is 28."""
    col = 0
    for letter in letters:
        col = col * 26 + ord(letter) - 64
    return col


@lru_cache(maxsize=1 << 14)
def _text(xml: bytes) -> str:
    """Return a text of XML. Raises `KeyError` or `ValueError` where it is left to the parser."""
    text = xml.decode()
    return ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    if entity[1] is None:
        return ENTITIES[entity[0]]
    number = int(entity[1])
    if not 32 <= number < 0xD800:  # line breaks, and what XML cannot hold
        raise ValueError(number)
    return chr(number)
