"""Whether the dates of a PDF are drawn as its text layer has them.

No arithmetic protects a date: a font's map to Unicode that exchanges two digits, or the names of two months, gives the
text another day than the page shows. So each digit of a date is compared with the digits of the table, which the
arithmetic proves, and with those of Sarabun. A date is doubted only where all of its digits are drawn like known ones,
and some clearly like another than the text layer says: a font that looks like none of these is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from khrop.thai.dates import MONTHS
from pipelines.readers.document import NeedsReadingByEye
from pipelines.readers.pdf.characters import Character, is_mark, moved_box
from pipelines.readers.pdf.lines import Line
from pipelines.readers.pdf.page_table import is_row
from pipelines.readers.pdf.shapes import DIGITS, LETTERS, references, shape
from pipelines.readers.workbooks.date_formats import THAI_SHORT_MONTHS

if TYPE_CHECKING:
    import pypdfium2

    from pipelines.readers.pdf.characters import Matrix
    from pipelines.readers.pdf.objects import Box
    from pipelines.readers.pdf.pictures import Drawing
    from pipelines.readers.pdf.shapes import Face, Shape
    from pipelines.readers.pdf.shown import Characters

ALIKE = 0.85
"""The correlation from which on a sign is drawn like a known one."""
CLEARLY = ((ALIKE, 0.12), (0.97, 0.05))
"""From a correlation with another sign on, by so much it must be higher than that with what the text layer says: the
digits of one font differ less (๔ and ๕) than those of two.
"""
WORD_CLEARLY = 0.2
"""The same for the letters by which two months differ, in the mean."""
HEIGHT = 48.0
"""Dots that the size of a text is drawn with."""
MOST_ROWS, MOST_DATES = 8, 40
"""Rows of the table whose signs are drawn, and dates of a page that are compared."""
UPPER = 0.2
"""Letters cross this height over their base line, in parts of their size; marks do not."""
YEARS = (*range(1997, 2057), *range(2540, 2600))
"""The years that a date of a return can have, Gregorian or Buddhist."""


def _letters(name: str) -> str:
    """A month's name as its letters, without marks."""
    return "".join(c for c in name if c in LETTERS)


MONTH_LETTERS = {
    _letters(name) + era: number
    for names in (MONTHS, THAI_SHORT_MONTHS)
    for number, name in enumerate(names, 1)
    for era in ("", "พศ")
}
_DIGIT = "[0-9๐-๙]"
_THAI_MONTH = "|".join(sorted(map(_letters, (*MONTHS, *THAI_SHORT_MONTHS)), key=len, reverse=True))
_LATIN_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
DATES = (
    re.compile(rf"(?P<day>{_DIGIT}{{1,2}})(?P<month>(?:{_THAI_MONTH})(?:พศ)?)(?P<year>{_DIGIT}{{4}}|{_DIGIT}{{2}})"),
    re.compile(rf"(?P<day>{_DIGIT}{{1,2}})(?:st|nd|rd|th)?{_LATIN_MONTH},?(?P<year>{_DIGIT}{{4}})"),
    re.compile(rf"{_LATIN_MONTH}(?P<day>{_DIGIT}{{1,2}}),(?P<year>{_DIGIT}{{4}})"),
    re.compile(rf"(?P<day>{_DIGIT}{{1,2}})[/-](?P<number>{_DIGIT}{{1,2}})[/-](?P<year>{_DIGIT}{{4}})"),
    re.compile(rf"(?P<year>{_DIGIT}{{4}})-(?P<number>{_DIGIT}{{2}})-(?P<day>{_DIGIT}{{2}})"),
)
"""Dates in the text of a page without its marks, full stops and spaces."""
LEFT_OUT = frozenset(". \u00a0")


def refuse(pdf: pypdfium2.PdfDocument, pages: Sequence[Characters], lines: Sequence[Sequence[Line]]) -> None:
    """Compare the dates of a document with how they are drawn.

    Args:
        pdf: The document, its pages as they are shown.
        pages: What was read of them.
        lines: The lines of each page, none of a page that is a scan.

    Raises:
        NeedsReadingByEye: A date is clearly drawn as another.
    """
    faces: list[Face] = []
    for number, lines_of_page in enumerate(lines):
        dates = list(islice(dates_in(lines_of_page), MOST_DATES))
        if not dates:
            continue
        faces = faces or [*_table_faces(pdf, pages, lines), *references()]
        drawing = _Drawn(pdf[number], pages[number])
        for date in dates:
            if drawn := _drawn_otherwise(date, drawing, faces):
                raise NeedsReadingByEye.on(
                    [number + 1],
                    f"the text layer gives a date as {date.printed}, the page shows {drawn}",
                    f"ชั้นข้อความระบุวันที่เป็น {date.printed} แต่หน้ากระดาษแสดง {drawn}",
                )


class Date(NamedTuple):
    """A date on a page: its characters, marks among them, and those of its parts."""

    characters: list[Character]
    parts: Mapping[str, list[Character]]

    @property
    def printed(self) -> str:
        """Its text."""
        return "".join(c.text for c in self.characters)


def dates_in(lines: Iterable[Line]) -> Iterator[Date]:
    """Yield the dates on a page outside the rows of its table."""
    every = [c for line in lines if not is_row(line) for segment in line.segments for c in segment.characters]
    indices = [i for i, c in enumerate(every) if len(c.text) == 1 and not c.is_mark and c.text not in LEFT_OUT]
    text = "".join(every[i].text for i in indices)
    for pattern in DATES:
        for match in pattern.finditer(text):
            spans = {name: match.span(name) for name, value in match.groupdict().items() if value}
            parts = {name: [every[i] for i in indices[start:end]] for name, (start, end) in spans.items()}
            if "month" in parts:
                start, end = match.end("day"), match.start("year")
                parts["month"] = every[indices[start - 1] + 1 : indices[end]]
            yield Date(every[indices[match.start()] : indices[match.end() - 1] + 1], parts)


class _Drawn:
    """The signs of a page as they are drawn."""

    def __init__(self, page: Any, characters: Characters) -> None:
        self._page, self._upright = page, characters.upright
        self._size: tuple[float, float] = page.get_size()

    def shapes(self, characters: Sequence[Character]) -> list[Shape | None]:
        """The shapes of characters that stand near each other."""
        scale = HEIGHT / max(max(c.size for c in characters), 1.0)
        boxes = [moved_box(_back(self._upright), c.box) for c in characters]
        left, top = (max(int(min(b[i] for b in boxes) * scale) - 1, 0) for i in (0, 1))
        width, height = self._size
        right, bottom = (max(int(side - max(b[i] for b in boxes) - 2), 0) for side, i in ((width, 2), (height, 3)))
        # What is cut off is rounded up to whole dots.
        crop = (max(left - 0.5, 0) / scale, bottom, right, max(top - 0.5, 0) / scale)
        bitmap = self._page.render(scale=scale, grayscale=True, crop=crop)
        picture: Drawing = bitmap.to_numpy().copy()
        bitmap.close()
        shapes = []
        for x0, y0, x1, y1 in boxes:
            rows = slice(max(int(y0 * scale) - top - 1, 0), int(np.ceil(y1 * scale)) - top + 1)
            columns = slice(max(int(x0 * scale) - left - 1, 0), int(np.ceil(x1 * scale)) - left + 1)
            shapes.append(shape(np.rot90(picture[rows, columns], _quarters(self._upright))))
        return shapes


def _back(m: Matrix) -> Matrix:
    """The inverse of a matrix that turns by quarters."""
    a, b, c, d, e, f = m
    return a, c, b, d, -(a * e + b * f), -(c * e + d * f)


def _quarters(upright: Matrix) -> int:
    """How often a picture is to be turned to the left."""
    return {(1, 0): 0, (0, 1): 3, (-1, 0): 2, (0, -1): 1}[round(upright[0]), round(upright[1])]


def _table_faces(
    pdf: pypdfium2.PdfDocument, pages: Sequence[Characters], lines: Sequence[Sequence[Line]]
) -> Iterator[Face]:
    """The shapes of the signs in rows of figures, of the first page that has such."""
    for number, own_lines in enumerate(lines):
        rows = [line for line in own_lines if is_row(line)]
        if rows:
            drawn = _Drawn(pdf[number], pages[number])
            face: dict[str, Shape] = {}
            for row in _covering(rows):
                signs = [c for s in row.segments for c in s.characters if c.text not in face and _is_compared(c.text)]
                for sign, shape in zip(signs, drawn.shapes(signs), strict=True):
                    if shape is not None:
                        face.setdefault(sign.text, shape)
            yield face
            return


def _covering(rows: Iterable[Line]) -> Iterator[Line]:
    """Few rows that have most of the signs."""
    left = {
        n: (row, {c.text for s in row.segments for c in s.characters if _is_compared(c.text)})
        for n, row in enumerate(rows)
    }
    covered: set[str] = set()
    for _ in range(min(MOST_ROWS, len(left))):
        best = max(left, key=lambda n: len(left[n][1] - covered))
        row, signs = left.pop(best)
        if not signs - covered:
            return
        covered |= signs
        yield row


def _is_compared(text: str) -> bool:
    return text in LETTERS or any(text in digits for digits in DIGITS)


def _drawn_otherwise(date: Date, drawn: _Drawn, faces: Sequence[Face]) -> str:
    """The date as it is drawn, where it is clearly another; empty where it is not."""
    digits = [c for name in ("day", "number", "year") for c in date.parts.get(name, ())]
    if any(after.box == before.box for before, after in pairwise(digits)):
        return "fewer digits"
    other = _other_digits(digits, drawn.shapes(digits), faces)
    month = _other_month(date.parts["month"], drawn, faces) if "month" in date.parts else ""
    if not other and not month:
        return ""
    if not _is_possible(date, other):
        return ""
    orders = {c.order for c in date.parts.get("month", ())}
    text, named = "", False
    for c in date.characters:
        if month and c.order in orders:
            text, named = text + ("" if named else f" {month} "), True
        else:
            text += other.get(c.order, c.text)
    return text


def _other_digits(digits: Sequence[Character], shapes: Sequence[Shape | None], faces: Sequence[Face]) -> dict[int, str]:
    """The digits that are drawn as others, by the order of their characters."""
    other: dict[int, str] = {}
    for script in DIGITS:
        shaped = [(c, s) for c, s in zip(digits, shapes, strict=True) if c.text in script]
        for character, drawn in shaped:
            if drawn is None:
                return {}
            scores = {d: max((float(drawn @ face[d]) for face in faces if d in face), default=0.0) for d in script}
            best = max(scores, key=lambda d: scores[d])
            if scores[best] < ALIKE:
                return {}
            more = scores[best] - scores[character.text]
            if any(scores[best] >= like and more >= least for like, least in CLEARLY):
                other[character.order] = best
    return other


def _is_possible(date: Date, other: Mapping[int, str]) -> bool:
    """Whether a date with other digits is one that a return can have: shapes that give none are misread."""
    parts = {
        name: int("".join(other.get(c.order, c.text) for c in characters))
        for name, characters in date.parts.items()
        if name != "month"
    }
    year = len(date.parts["year"]) == 2 or parts["year"] in YEARS
    return year and 1 <= parts["day"] <= 31 and 1 <= parts.get("number", 1) <= 12


def _other_month(characters: Sequence[Character], drawn: _Drawn, faces: Sequence[Face]) -> str:
    """The month whose name is drawn, where it is clearly another than the text layer says."""
    letters: dict[Box, Character] = {}
    for c in characters:
        middle = c.base - UPPER * c.size
        if c.text not in LEFT_OUT and c.box[1] < middle < c.box[3]:
            letters.setdefault(c.box, c)
    if not letters:
        return ""
    shapes = drawn.shapes(list(letters.values()))
    likes = {name: _likes(name, shapes, faces) for name in MONTH_LETTERS if len(name) == len(shapes)}
    if not likes:
        return ""
    printed = "".join(c.text for c in characters if not is_mark(c.text) and c.text not in LEFT_OUT)
    best = max(likes, key=lambda name: sum(likes[name]))
    if sum(likes[best]) < ALIKE * len(best):
        return ""
    as_printed = likes.get(printed, [0.0] * len(best))
    more = [
        like - printed_like
        for like, printed_like, a, b in zip(likes[best], as_printed, best, printed.ljust(len(best)), strict=False)
        if a != b
    ]
    if not more or sum(more) < WORD_CLEARLY * len(more):
        return ""
    return MONTHS[MONTH_LETTERS[best] - 1]


def _likes(name: str, shapes: Sequence[Shape | None], faces: Sequence[Face]) -> list[float]:
    """How far each sign is drawn like the letter of a name."""
    return [
        max((float(drawn @ face[letter]) for face in faces if letter in face), default=0.0)
        if drawn is not None
        else 0.0
        for letter, drawn in zip(name, shapes, strict=True)
    ]
