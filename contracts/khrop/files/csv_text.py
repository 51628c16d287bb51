"""Read text with separators as rows of cells: CSV and TSV with a heading, piece by piece.

Here belongs what a text file is made of: its separator and its lines. Its encoding is chosen in
`khrop.files.encodings`, and what a cell means belongs in `khrop.files.typed_columns`. A file of any size is read in
pieces; a line of any size is not.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from khrop.files.cells import Numbers
from khrop.files.code_pages import THAI, WESTERN, is_thai, is_western
from khrop.files.encodings import Undecodable, encoding_of, marked
from khrop.files.table import Unreadable
from khrop.files.text_options import TextOptions
from khrop.model.errors import WrongUse

Lines = list[tuple[int, list[str]]]

SEPARATORS = (",", "\t", ";", "|")
PIECE = 2_000
"""Rows that are held as text at a time. With many more, garbage collection takes longer than reading."""
BLOCK = 1 << 20
LONGEST = 16 * BLOCK
"""No table has a line of this many bytes."""
_EVIDENCE = 8
"""The blocks with other letters than ASCII that show which code page a text is in."""
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_FEW = 4
"""Of so many characters in UTF-8, one may be damaged before the text is taken for another encoding."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text file as rows of cells.

    Attributes:
        heading: The cells of the heading.
        line: The line of the heading, from 1.
        pieces: The rows in pieces, each row with the number of its first line.
        encoding: The encoding that the text was read in.
        numbers: How the file writes numbers.
    """

    heading: list[str]
    line: int
    pieces: Iterator[Lines]
    encoding: str
    numbers: Numbers


def read(path: Path, count_columns: Callable[[list[str]], int], options: TextOptions) -> TextTable:
    """Read the heading and the rows of a text file.

    Args:
        path: The file.
        count_columns: Counts how many of the contract's columns a heading names; the separator with the most is used.
        options: How the file is written, as far as the user says so.

    Returns:
        The table.

    Raises:
        Unreadable: The file is not text, or not in the encoding that was given, or has no heading; while the pieces are
            iterated: a row has more or fewer cells than the heading.
        WrongUse: The encoding cannot be known.
    """
    encoding = _encoding(path, options.encoding)
    separator = options.delimiter or _separator(path, encoding, options.decimal, count_columns)
    rows = _rows(path, encoding, separator)
    line, heading = next(rows, (0, []))
    if not heading:
        raise Unreadable("the file has no line with anything on it", "ไฟล์ไม่มีข้อความใด")
    # A file with semicolons comes from where a comma is the decimal mark.
    numbers = Numbers(options.decimal or ".", is_certain=options.decimal is not None or separator != ";")
    return TextTable(heading, line, _pieces(rows, len(heading)), encoding.removesuffix("-sig"), numbers)


def _separator(path: Path, encoding: str, decimal: str | None, count_columns: Callable[[list[str]], int]) -> str:
    """Return the separator with which the heading names the most columns of the contract, or else has the most."""
    candidates = []
    for rank, separator in enumerate(SEPARATORS):
        if separator != decimal:
            try:
                _, heading = next(_rows(path, encoding, separator), (0, []))
            except Unreadable:  # a quote that another separator closes
                heading = []
            candidates.append((count_columns(heading), len(heading), -rank, separator))
    return max(candidates)[-1]


def _pieces(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[Lines]:
    while piece := list(islice(rows, PIECE)):
        for line, cells in piece:
            if len(cells) != width:
                raise Unreadable(
                    f"line {line} has {len(cells)} cell(s), the heading has {width}: is a cell with a separator in it"
                    " not quoted?",
                    f"บรรทัด {line} มี {len(cells)} ช่อง แต่หัวตารางมี {width} ช่อง",
                    f"R{line}",
                )
        yield piece


def _rows(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not an empty line, with the number of its first line."""
    with path.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        line = 1
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise Unreadable(
                f"line {line} cannot be split into cells: {error}; is a quote not closed?",
                f"บรรทัด {line} แยกเป็นช่องไม่ได้ อาจมีเครื่องหมายคำพูดไม่ครบคู่",
                f"R{line}",
            ) from error


def _encoding(path: Path, requested: str | None) -> str:
    """Return the encoding to open a file in.

    Args:
        path: The file.
        requested: The encoding that the user names; None to choose.

    Returns:
        The name of Python's codec. A text without a mark is UTF-8, or in the code page that its letters bear out.

    Raises:
        Unreadable: The file is not text, or not in the encoding that is given or that its mark has; the message gives
            the offset of the first such byte, or the line without an end.
        WrongUse: No encoding is borne out.
    """
    with path.open("rb") as file:
        _, mark = marked(file.read(4))
    if mark == "utf-32" and requested is None:
        raise Unreadable("this is UTF-32; save it as UTF-8", "ไฟล์นี้เป็น UTF-32 โปรดบันทึกเป็น UTF-8")
    if name := requested or mark:
        try:
            encoding_of(name, lambda tried: _fault(path, tried))
        except Undecodable as error:
            raise _not_in(requested or name[:6].rstrip("-").upper(), error.at) from error
        if name == "utf-8":
            return "utf-8-sig"
        # The codec without an order of bytes takes the mark away.
        return "utf-16" if mark.startswith("utf-16") and name.startswith("utf-16") else name
    at = _fault(path, "utf-8")
    return "utf-8" if at is None else _code_page(path, at)


def _code_page(path: Path, at: int) -> str:
    """Return the code page of a text that is not UTF-8 from an offset on."""
    blocks = list(islice(_blocks_beyond_ascii(path), _EVIDENCE))
    whole = [block.decode("utf-8", "replace") for block in blocks]
    damaged = sum(text.count("\ufffd") for text in whole)
    in_utf8 = sum(len(re.findall("[^\0-\x7f]", text)) for text in whole) - damaged
    if in_utf8 >= damaged * _FEW:
        raise _not_in("UTF-8, though the rest is", at)
    for name, borne_out in ((THAI, is_thai), (WESTERN, is_western)):
        if _fault(path, name) is None and borne_out(block.decode(name) for block in blocks):
            return name
    raise WrongUse(
        f"the encoding of {path} cannot be known: it is not UTF-8 (the byte at offset {at}), and reads as neither Thai"
        " (cp874) nor Western text (cp1252); name it with --encoding"
    )


def _blocks_beyond_ascii(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            block += file.readline(BLOCK)  # a character or word is not cut
            if _NOT_ASCII.search(block):
                yield block


def _not_in(encoding: str, at: int) -> Unreadable:
    return Unreadable(f"the byte at offset {at} is not {encoding}", f"อ่านรหัสตัวอักษรไม่ได้ที่ตำแหน่ง {at}", f"offset {at}")


def _fault(path: Path, encoding: str) -> int | None:
    """Return the offset at which a file stops being text of an encoding; None where all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    at = line = line_length = 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return at - pending + error.start
            if "\0" in text:
                raise _not_text(at - pending + len(text[: text.index("\0")].encode(encoding)))
            breaks = text.count("\n") + text.count("\r")
            line, line_length = line + breaks, 0 if breaks else line_length + len(block)
            if line_length > LONGEST:
                raise Unreadable(
                    f"the line after {line} line ends is longer than {LONGEST >> 20} MB: this is no table",
                    f"มีบรรทัดยาวเกิน {LONGEST >> 20} เมกะไบต์ ไฟล์นี้ไม่ใช่ตาราง",
                )
            if not block:
                return None
            at += len(block)


def _not_text(at: int) -> Unreadable:
    return Unreadable(
        f"this is not text: a zero byte at offset {at}", f"ไฟล์นี้ไม่ใช่ข้อความ พบไบต์ศูนย์ที่ตำแหน่ง {at}", f"offset {at}"
    )
