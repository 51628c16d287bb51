"""PDFs as their bytes, sign by sign, so that a test says just what stands where on a page.

The font is a Type 3 one with a box for each sign, or the outlines of a real font, and a map to Unicode, so that Thai
comes out of it. Places are in points from the upper left corner of a page of A4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

WIDTH, HEIGHT = 595.0, 842.0
SIGNS = "".join(map(chr, (*range(0x20, 0x7F), *range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C))))
BELOW = "ฺุู"
MARKS = f"ัิีึื็่้๊๋์ํ๎{BELOW}"
ADVANCE = 500
"""Thousandths of the size that a sign is wide; a mark stands over the one before it."""
HEADINGS = ("ลำดับ", "จังหวัด", "จำนวน อปท.", "บันทึกแล้ว", "ยังไม่บันทึก", "ร้อยละ")
LEFTS = (40.0, 90.0, 190.0, 280.0, 370.0, 470.0)
RIGHT = 555.0
PITCH = 20.0
Row = Sequence[str]


@dataclass
class Written:
    """A page that is being written. `head` is what its dictionary says beside the usual."""

    head: str = ""
    content: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        base: float,
        text: str,
        size: float = 10,
        *,
        runs: tuple[float, float, float, float] = (1, 0, 0, 1),
        mode: int = 0,
        grey: float = 0,
        clip: tuple[float, float, float, float] | None = None,
        meant: str | None = None,
        font: str = "F",
    ) -> Written:
        """Print a text: the way it `runs` (a matrix), its mode, its grey, the box (x0, top, x1, bottom) that it is
        clipped to, and what the document says that it means (ActualText)."""
        codes = "".join(f"{SIGNS.index(sign) + 1:02x}" for sign in text)
        shown = (
            f"BT {grey} g {mode} Tr /{font} {size} Tf {' '.join(map(str, runs))} {x} {HEIGHT - base} Tm <{codes}> Tj ET"
        )
        if meant is not None:
            shown = f"/Span <</ActualText <{_hex(chr(0xFEFF) + meant)}>>> BDC {shown} EMC"
        if clip is not None:
            shown = f"{_box(*clip)} W n {shown}"
        self.content.append(f"q {shown} Q")
        return self

    def line(self, x0: float, top: float, x1: float, bottom: float) -> Written:
        """Draw a line."""
        self.content.append(f"0.5 w {x0} {HEIGHT - top} m {x1} {HEIGHT - bottom} l S")
        return self

    def box(self, x0: float, top: float, x1: float, bottom: float, grey: float = 0) -> Written:
        """Fill a box."""
        self.content.append(f"q {grey} g {_box(x0, top, x1, bottom)} f Q")
        return self

    def row(self, base: float, cells: Row, lefts: Sequence[float] = LEFTS, size: float = 10) -> Written:
        """Print a row; a cell with line ends stands over several lines, from its base line down."""
        for x, cell in zip(lefts, cells, strict=False):
            for i, part in enumerate(cell.split("\n")):
                if part:
                    self.text(x, base + i * size * 1.1, part, size)
        return self

    def rows(self, base: float, *rows: Row, lefts: Sequence[float] = LEFTS, size: float = 10) -> Written:
        """Print rows one under the other."""
        for i, cells in enumerate(rows):
            self.row(base + i * PITCH, cells, lefts, size)
        return self

    def ruled(self, base: float, *rows: Row, lefts: Sequence[float] = LEFTS, right: float = RIGHT) -> Written:
        """Print rows with lines around each cell."""
        edges = [x - 4 for x in (*lefts, right + 4)]
        tops = [base - 14 + i * PITCH for i in range(len(rows) + 1)]
        for top in tops:
            self.line(edges[0], top, edges[-1], top)
        for x in edges:
            self.line(x, tops[0], x, tops[-1])
        return self.rows(base, *rows, lefts=lefts)


def page(head: str = "") -> Written:
    """A page with nothing on it."""
    return Written(head)


def written(
    *pages: Written,
    mediabox: tuple[float, float, float, float] = (0, 0, WIDTH, HEIGHT),
    wrong: Mapping[str, str] = {},
    more: Mapping[int, str] = {},
    catalog: str = "",
    outlines: str | Path = "",
) -> bytes:
    """A PDF. Pages have their box from the folder that they are in. The font W gives signs the `wrong` text. `more`
    are objects that the pages or the `catalog` refer to, from the number 1000 on. Signs are boxes, or have the
    `outlines` of a font: a cut of Sarabun, or a file."""
    glyphs = _outlined(outlines) if outlines else {sign: (_advance(sign), _glyph(sign)) for sign in SIGNS}
    widths = [glyphs[sign][0] for sign in SIGNS]
    objects = {1: f"<</Type/Catalog/Pages 2 0 R{catalog}>>", 5: _map({}), 6: _map(wrong)}
    objects |= {3: _font(5, widths), 4: _font(6, widths)}
    objects |= {100 + i: _stream(glyphs[sign][1]) for i, sign in enumerate(SIGNS, 1)}
    for i, sheet in enumerate(pages):
        objects[500 + 2 * i] = f"<</Type/Page/Parent 2 0 R/Contents {501 + 2 * i} 0 R{sheet.head}>>"
        objects[501 + 2 * i] = _stream("\n".join(sheet.content))
    objects |= more
    kids = " ".join(f"{500 + 2 * i} 0 R" for i in range(len(pages)))
    objects[2] = (
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}/MediaBox[{' '.join(map(str, mediabox))}]"
        "/Resources<</Font<</F 3 0 R/W 4 0 R>>>>>>"
    )
    data = b"%PDF-1.4\n"
    places = {}
    for number, content in sorted(objects.items()):
        places[number] = len(data)
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    table = "".join(f"{number} 1\n{place:010} 00000 n \n" for number, place in places.items())
    head = f"xref\n0 1\n0000000000 65535 f \n{table}trailer<</Size {max(places) + 1}/Root 1 0 R>>"
    return data + f"{head}\nstartxref\n{len(data)}\n%%EOF\n".encode("ascii")


def _box(x0: float, top: float, x1: float, bottom: float) -> str:
    return f"{x0} {HEIGHT - bottom} {x1 - x0} {bottom - top} re"


def _glyph(sign: str) -> str:
    """A box: of a letter on the base line, of a mark above or below the letter before."""
    if sign == " ":
        return f"{ADVANCE} 0 d0"
    x0, y0, x1, y1 = (
        (-350, -250, -150, -80) if sign in BELOW
        else (-350, 620, -150, 780) if sign in MARKS
        else (30, 0, ADVANCE - 30, 550)
    )  # fmt: skip
    return f"{_advance(sign)} 0 {x0} {y0} {x1} {y1} d1 {x0} {y0} {x1 - x0} {y1 - y0} re f"


def _advance(sign: str) -> int:
    return 0 if sign in MARKS else ADVANCE


@cache
def _outlined(font: str | Path) -> dict[str, tuple[int, str]]:
    """The advance and drawing of each sign in a font of TrueType."""
    file = font
    if isinstance(font, str):
        import fontpkg_sarabun

        file = Path(str(fontpkg_sarabun.__file__)).parent / "files" / f"Sarabun-{font}.ttf"
    with TTFont(file) as opened:
        glyphs, names = opened.getGlyphSet(), opened.getBestCmap()
        scale = 1000 / opened["head"].unitsPerEm
        drawings = {}
        for sign in SIGNS:
            pen, bounds = _Operators(glyphs, scale), BoundsPen(glyphs)
            glyph = glyphs[names.get(ord(sign), ".notdef")]
            glyph.draw(pen)
            glyph.draw(bounds)
            advance = round(glyph.width * scale)
            box = " ".join(str(round(side * scale)) for side in bounds.bounds or ())
            drawings[sign] = advance, f"{advance} 0 {box} d1 {' '.join(pen.operators)} f" if box else f"{advance} 0 d0"
    return drawings


class _Operators(BasePen):  # type: ignore[misc]
    """Draws a glyph as the operators of a PDF."""

    def __init__(self, glyphs: Any, scale: float) -> None:
        super().__init__(glyphs)
        self.operators: list[str] = []
        self._scale = scale

    def _add(self, operator: str, *points: tuple[float, float]) -> None:
        self.operators += [f"{round(part * self._scale)}" for point in points for part in point] + [operator]

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self._add("m", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self._add("l", pt)

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:
        self._add("c", pt1, pt2, pt3)

    def _closePath(self) -> None:
        self._add("h")


def _font(to_unicode: int, advances: Sequence[int]) -> str:
    names = " ".join(f"/s{i}" for i in range(1, len(SIGNS) + 1))
    procedures = " ".join(f"/s{i} {100 + i} 0 R" for i in range(1, len(SIGNS) + 1))
    widths = " ".join(map(str, advances))
    return (
        "<</Type/Font/Subtype/Type3/FontBBox[-400 -300 600 800]/FontMatrix[.001 0 0 .001 0 0]"
        f"/FirstChar 1/LastChar {len(SIGNS)}/Widths[{widths}]/Encoding<</Type/Encoding/Differences[1 {names}]>>"
        f"/CharProcs<<{procedures}>>/ToUnicode {to_unicode} 0 R/Resources<<>>>>"
    )


def _map(wrong: Mapping[str, str]) -> str:
    lines = [f"<{i:02x}> <{_hex(wrong.get(sign, sign))}>" for i, sign in enumerate(SIGNS, 1)]
    parts = [lines[i : i + 100] for i in range(0, len(lines), 100)]
    mapping = "\n".join(f"{len(part)} beginbfchar\n{chr(10).join(part)}\nendbfchar" for part in parts)
    return _stream(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{mapping}\nendcmap end end"
    )


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()


def _stream(content: str) -> str:
    return f"<</Length {len(content)}>>\nstream\n{content}\nendstream"
