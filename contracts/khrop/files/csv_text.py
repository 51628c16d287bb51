"""Text with separators to rows of cells: CSV and TSV with a heading, piece by piece.

Here belongs what a text file is made of: its separator and its lines. Its encoding is chosen in
`khrop.files.encodings`, and what a cell means belongs in `khrop.files.typed_columns`. A file of any size is read in
pieces; a line of any size is not.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from khrop.files.encodings import Undecodable, encoding_of, marked
from khrop.files.table import Unreadable

Lines = list[tuple[int, list[str]]]

SEPARATORS = (",", "\t", ";")
PIECE = 2_000
"""Rows that are text at one time. With many more, the garbage collector takes longer than the reading."""
BLOCK = 1 << 20
LONGEST = 16 * BLOCK
"""No table has a line of so many bytes."""


def read(path: Path, likes: Callable[[list[str]], int]) -> tuple[list[str], int, Iterator[Lines]]:
    """The heading, the line it stands on, and the rows with the line each begins on, in pieces.

    The separator is the one under which `likes` likes the heading best. Raises `Unreadable` for what is no text,
    has no heading, or, while the pieces are taken, has a row of more or fewer cells than the heading.
    """
    encoding = _encoding(path)
    found = [(likes(heading), len(heading), -i) for i, heading in enumerate(_headings(path, encoding))]
    separator = SEPARATORS[-max(found)[2]]
    rows = _rows(path, encoding, separator)
    line, heading = next(rows, (0, []))
    if not heading:
        raise Unreadable("the file has no line with anything on it", "ไฟล์ไม่มีข้อความใด")
    return heading, line, _pieces(rows, len(heading))


def _headings(path: Path, encoding: str) -> Iterator[list[str]]:
    for separator in SEPARATORS:
        yield next(_rows(path, encoding, separator), (0, []))[1]


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
    """Each row that is not an empty line, with the line it begins on."""
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
                f"line {line} cannot be told into cells: {error}; is a quote not closed?",
                f"บรรทัด {line} แยกเป็นช่องไม่ได้ อาจมีเครื่องหมายคำพูดไม่ครบคู่",
                f"R{line}",
            ) from error


def _encoding(path: Path) -> str:
    """Return the encoding to open a file in.

    Raises `Unreadable` with the offset of the first byte that is no text, or the line that has no end.
    """
    with path.open("rb") as file:
        _, name = marked(file.read(4))
    if name == "utf-32":
        raise Unreadable("this is UTF-32; save it as UTF-8", "ไฟล์นี้เป็น UTF-32 โปรดบันทึกเป็น UTF-8")
    try:
        name = encoding_of(name, lambda tried: _fault(path, tried))
    except Undecodable as error:
        raise Unreadable(
            f"the text is neither UTF-8 nor TIS-620/cp874: the byte at offset {error.at} is of neither",
            f"อ่านรหัสตัวอักษรไม่ได้ที่ตำแหน่ง {error.at}",
            f"offset {error.at}",
        ) from error
    # The codec without an order of bytes takes the mark away.
    return "utf-16" if name.startswith("utf-16") else name


def _fault(path: Path, encoding: str) -> int | None:
    """Where a file stops being text of an encoding; None where it is one to its end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    at = line = unbroken = 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return at - held + error.start
            if "\0" in text:
                raise _no_text(at - held + len(text[: text.index("\0")].encode(encoding)))
            breaks = text.count("\n") + text.count("\r")
            line, unbroken = line + breaks, 0 if breaks else unbroken + len(block)
            if unbroken > LONGEST:
                raise Unreadable(
                    f"the line after {line} line ends is longer than {LONGEST >> 20} MB: this is no table",
                    f"มีบรรทัดยาวเกิน {LONGEST >> 20} เมกะไบต์ ไฟล์นี้ไม่ใช่ตาราง",
                )
            if not block:
                return None
            at += len(block)


def _no_text(at: int) -> Unreadable:
    return Unreadable(
        f"this is not text: a zero byte at offset {at}", f"ไฟล์นี้ไม่ใช่ข้อความ พบไบต์ศูนย์ที่ตำแหน่ง {at}", f"offset {at}"
    )
