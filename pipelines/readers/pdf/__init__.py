"""PDF with a text layer: the table by its ruling lines or its gaps, the characters by two engines.

PDFium gives the characters, pdfplumber the lines and a second reading of the figures. A document whose text layer is
missing or says nothing is for a person to read: a reader of pictures would stand beside this one, and may give each
cell a score for what it could be, as `khrop.repair.suggest` takes them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2

from khrop.thai.marks import is_mangled
from pipelines.readers.document import Claim, Document, Meant, NeedsReadingByEye, Sheet, Unreadable
from pipelines.readers.headings import could_head
from pipelines.readers.marks import put_right
from pipelines.readers.pdf import characters, gaps, ruled
from pipelines.readers.pdf.lines import lines_of
from pipelines.readers.pdf.page import Page, join_over_pages, sheets
from pipelines.readers.pdf.page_table import FIGURE, LEAST_FIGURES
from pipelines.readers.pdf.pictures import codes_on
from pipelines.readers.pdf.second_look import SecondEngine
from pipelines.readers.pdf.thinned import thinned

MOST_PAGES = 60
LONGEST_REASON = 200
"""Characters; engines print whole objects."""
NOTHING = Meant()
LEAST_LETTERS = 20
"""A page with fewer letters and digits has no text layer worth the name."""
USABLE = 0.95
"""Of what a text layer holds, so much must have a text at all where hardly any of it is Thai, or it says nothing."""
THAI = 0.3


def read(data: bytes) -> Document:
    """The pages of a PDF. Raises `Unreadable`, and `NeedsReadingByEye` where there is no text to be read."""
    with _refusing_damage():
        return _read(data)


def _read(data: bytes) -> Document:
    with _opened(data) as pdf:
        pages = [characters.of_page(page, page.get_textpage()) for page in pdf]
        said = [Claim("file", "qr_code", text, f"page {n}", text) for n, text in codes_on(pdf)]
        data = thinned(pdf, data)
    _refuse_without_text([page.shown for page in pages])
    said += [
        Claim("file", "unseen_text", f"page {n}", f"page {n}", f"{page.unseen} characters that do not show")
        for n, page in enumerate(pages, 1)
        if page.unseen
    ]
    said += [
        Claim("file", "watermark", one.aslant, f"page {n}", one.aslant) for n, one in enumerate(pages, 1) if one.aslant
    ]
    found: list[Sheet] = []
    before = None
    for page in _with_tables(data, pages):
        some, before = sheets(page, before)
        found += some
    join_over_pages(found)
    _mend(found, any(page.mangled for page in pages))
    return Document("pdf", "", found, tuple(said))


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise Unreadable(
                "the PDF is encrypted: save it without a password",
                "ไฟล์ PDF ถูกเข้ารหัส กรุณาบันทึกใหม่โดยไม่ใส่รหัสผ่าน",
                observed="encrypted",
                expected="a PDF that opens without a password",
            ) from None
        raise damaged(str(error)) from None
    try:
        if len(pdf) > MOST_PAGES:
            raise Unreadable(
                f"the PDF has {len(pdf):,} pages, more than a return can have",
                f"ไฟล์ PDF มี {len(pdf):,} หน้า มากเกินกว่าจะเป็นรายงาน",
                observed=f"{len(pdf):,} pages",
                expected=f"at most {MOST_PAGES} pages; send the pages of the return by themselves",
            )
        yield pdf
    finally:
        pdf.close()


@contextmanager
def _refusing_damage() -> Iterator[None]:
    """Whatever an engine raises on a PDF is said of the PDF: one engine opens what another stumbles over, each raises
    what it likes. Memory that runs out goes on to whoever set the limit.
    """
    try:
        yield
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise damaged(" ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_REASON]) from error


def damaged(reason: str) -> Unreadable:
    """A PDF that some engine cannot read."""
    return Unreadable(
        f"the PDF is damaged: {reason}; save or download it again",
        "ไฟล์ PDF ชำรุด กรุณาบันทึกหรือดาวน์โหลดใหม่",
        observed=reason,
        expected="a whole PDF",
    )


def _refuse_without_text(pages: list[list[characters.Character]]) -> None:
    """Pages without a text layer, or whose text layer says nothing, are for a person to read; where some pages have
    text, the others are if none of the first has a table.
    """
    texts = ["".join(c.text for c in page if c.text.strip()) for page in pages]
    usable = [sum(map(_says_something, text)) for text in texts]
    blank = [n for n, text in enumerate(texts, 1) if len(text) < LEAST_LETTERS]
    whole = "".join(texts)
    if len(whole) < LEAST_LETTERS:
        raise NeedsReadingByEye.on(blank, "no text layer", "ไม่มีชั้นข้อความ")
    if sum(map(_is_thai, whole)) < THAI * len(whole) and sum(usable) < USABLE * len(whole):
        raise NeedsReadingByEye.on(range(1, len(pages) + 1), "no usable text layer", "ชั้นข้อความใช้การไม่ได้")
    if blank and not any(could_head(text) for text in texts):
        raise NeedsReadingByEye.on(blank, "no text layer on some pages", "บางหน้าไม่มีชั้นข้อความ")


def _says_something(one: str) -> bool:
    return one.isascii() and one.isprintable() or "\u0e01" <= one <= "\u0e5b" or "\uf700" <= one <= "\uf71a"


def _is_thai(one: str) -> bool:
    return "\u0e01" <= one <= "\u0e5b"


def _with_tables(data: bytes, pages: list[characters.Characters]) -> Iterator[Page]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as plumber:
        for number, one in enumerate(pages, 1):
            if not _is_tabular(one.shown):
                yield Page(number, [], [c for c in one.shown if not c.clipped])
                continue
            page = plumber.pages[number - 1]
            shown = _without_white(one, page)
            grids, rest = ruled.grids(page, shown, one.upright)
            if not any(
                could_head("".join(c.text for row in g.rows for cell in row.cells.values() for c in cell))
                for g in grids
            ):
                grid, left = gaps.grid(shown, ruled.rules(page, one.upright))
                if grid is not None and grid.columns >= max((g.columns for g in grids), default=0):
                    grids, rest = [grid], left
            yield Page(number, grids, [c for c in rest if not c.clipped], SecondEngine(page, one.upright))
            page.close()


def _is_tabular(shown: list[characters.Character]) -> bool:
    """Whether some line of a page has figures beside one another: other pages need no second engine."""
    lines = (sum(bool(FIGURE.fullmatch(s.text)) for s in line.segments) for line in lines_of(shown))
    return any(figures >= LEAST_FIGURES for figures in lines)


def _without_white(one: characters.Characters, page: Any) -> list[characters.Character]:
    """What is printed white shows only on something dark."""
    if not any(c.white for c in one.shown):
        return one.shown
    filled = (r for r in (*page.rects, *page.curves) if r.get("fill") and not _is_light(r.get("non_stroking_color")))
    dark = [characters.moved_box(one.upright, (r["x0"], r["top"], r["x1"], r["bottom"])) for r in filled]
    return [
        c
        for c in one.shown
        if not c.white
        or any(x0 <= c.middle <= x1 and top <= c.base - c.size * 0.2 <= bottom for x0, top, x1, bottom in dark)
    ]


def _is_light(color: Any) -> bool:
    values = color if isinstance(color, (tuple, list)) else (color,)
    if not all(isinstance(v, (int, float)) for v in values):
        return False
    return max(values, default=0) < 0.1 if len(values) == 4 else min(values, default=0) > 0.9


def _mend(found: list[Sheet], mangled: bool) -> None:
    """Put the words of a return right where the text layer lost their marks. Where it did, it did so in all names."""
    for sheet in found:
        for number, cells in sheet.rows:
            for col, printed in enumerate(cells, 1):
                if not printed or sheet.meant.get((number, col), NOTHING).read is not None:
                    continue
                restored = put_right(printed)
                mangled = mangled or bool(restored.words) or is_mangled(printed)
                if restored.words or is_mangled(printed):
                    sheet.meant[number, col] = Meant(restored.text, ("put-right",) if restored.words else ("marks",))
    for sheet in found:
        sheet.mangled = mangled
