"""PDF with a text layer: the table by its ruling lines or its gaps, the characters by two engines.

PDFium gives the characters, pdfplumber the lines and a second reading of the figures. A document whose text layer is
missing or says nothing is a picture: `pipelines.readers.scans` reads it, or it is for a person.
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
from pipelines.readers.pdf import drawn_dates, gaps, remarks, ruled
from pipelines.readers.pdf.lines import Line, lines_of
from pipelines.readers.pdf.normalised import Notes, settle
from pipelines.readers.pdf.page import Page, join_over_pages, sheets
from pipelines.readers.pdf.page_table import is_row
from pipelines.readers.pdf.pictures import DOTS, codes_in, drawn, may_hold_codes
from pipelines.readers.pdf.second_look import SecondEngine, from_second
from pipelines.readers.pdf.shown import LEAST_LETTERS, Characters, of_page
from pipelines.readers.pdf.thinned import thinned
from pipelines.readers.statements.known_words import put_right

MOST_PAGES = 60
LONGEST_REASON = 200
"""Characters; engines print whole objects."""
NOTHING = Meant()
LONGEST_TEXT = 200
"""Characters of a text that is no part of the table."""
USABLE = 0.95
"""Of what a text layer holds, so much must have a text at all where hardly any of it is Thai, or it says nothing."""
THAI = 0.3


def read(data: bytes) -> Document:
    """The pages of a PDF. Raises `Unreadable`, and `NeedsReadingByEye` where not all in a picture is certain."""
    try:
        with _refusing_damage():
            return _read(data)
    except _WithoutText as reason:
        from pipelines.readers import scans

        return scans.read_pdf(data, reason)


class _WithoutText(NeedsReadingByEye):
    """A PDF none of whose pages has text: all are pictures."""


def _read(data: bytes) -> Document:
    with _opened(data) as pdf:
        claims = remarks.claims(pdf)
        whole, notes = settle(pdf, data)
    pages, of_pages = _pages(whole, notes)
    claims += of_pages
    if any(note.measure == "stamp" for of_page in notes.values() for note in of_page.notes):
        # The frame of a stamp is none of the table's lines.
        with _opened(data) as pdf:
            whole, _ = settle(pdf, data, stamps=False)
    _refuse_without_text(pages)
    lines = [[] if page.scanned else lines_of(page.shown) for page in pages]
    with _opened(whole) as pdf:
        drawn_dates.refuse(pdf, pages, lines)
    parts: list[Sheet] = []
    before = None
    for page in _with_tables(thinned(whole), pages, lines):
        page_sheets, before = sheets(page, before)
        parts += page_sheets
    join_over_pages(parts)
    _mend(parts, any(page.mangled for page in pages))
    return Document("pdf", "", parts, tuple(claims))


def _pages(data: bytes, notes: dict[int, Notes]) -> tuple[list[Characters], list[Claim]]:
    """The characters of each page, and the claims of the file itself."""
    pages: list[Characters] = []
    claims: list[Claim] = []
    with _opened(data) as pdf:
        for index, page in enumerate(pdf):
            place = f"page {index + 1}"
            picture = drawn(page, DOTS, grayscale=True)
            if may_hold_codes(index, len(pdf)):
                claims += [Claim("file", "qr_code", text, place, text) for text in codes_in(picture)]
            page_notes = notes.get(index)
            if page_notes and page_notes.alter(picture):
                reason = "annotations that are not shown everywhere alike"
                raise NeedsReadingByEye.on([index + 1], reason, "คำอธิบายประกอบที่แต่ละโปรแกรมแสดงต่างกัน")
            characters = of_page(page, picture, page_notes)
            pages.append(characters)
            claims += [
                Claim("file", measure, text[:LONGEST_TEXT], place, text[:LONGEST_TEXT])
                for measure, text in characters.notices
            ]
    return pages, claims


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
        if pdf.get_formtype():
            # Without it the fields of a form are not drawn. There is no engine for its scripts.
            pdf.init_forms()
        yield pdf
    finally:
        pdf.close()


@contextmanager
def _refusing_damage() -> Iterator[None]:
    """Turn whatever an engine raises on a PDF into a refusal of the PDF.

    One engine opens what another stumbles over, each raises what it likes. Memory that runs out goes on to whoever set
    the limit.
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


def _refuse_without_text(pages: list[Characters]) -> None:
    """Refuse pages without a text layer, or whose text layer says nothing: they are for a person to read.

    Where some pages have text, the others are if none of the first has a table. The text layer of a scan is what a
    machine took it for.
    """
    texts = ["" if page.scanned else "".join(c.text for c in page.shown if c.text.strip()) for page in pages]
    usable = [sum(map(_says_something, text)) for text in texts]
    blank = [n for n, text in enumerate(texts, 1) if len(text) < LEAST_LETTERS]
    whole = "".join(texts)
    if len(whole) < LEAST_LETTERS:
        if any(page.scanned for page in pages):
            raise _WithoutText.on(blank, "a text layer under a picture", "ชั้นข้อความอยู่ใต้ภาพ")
        raise _WithoutText.on(blank, "no text layer", "ไม่มีชั้นข้อความ")
    if sum(map(_is_thai, whole)) < THAI * len(whole) and sum(usable) < USABLE * len(whole):
        raise NeedsReadingByEye.on(range(1, len(pages) + 1), "no usable text layer", "ชั้นข้อความใช้การไม่ได้")
    if blank and not any(could_head(text) for text in texts):
        raise NeedsReadingByEye.on(blank, "no text layer on some pages", "บางหน้าไม่มีชั้นข้อความ")


def _says_something(sign: str) -> bool:
    return sign.isascii() and sign.isprintable() or "\u0e01" <= sign <= "\u0e5b" or "\uf700" <= sign <= "\uf71a"


def _is_thai(sign: str) -> bool:
    return "\u0e01" <= sign <= "\u0e5b"


def _with_tables(data: bytes, pages: list[Characters], lines: list[list[Line]]) -> Iterator[Page]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as plumber:
        for number, (characters, own_lines) in enumerate(zip(pages, lines, strict=True), 1):
            shown = [] if characters.scanned else characters.shown
            if not _is_tabular(own_lines):
                yield Page(number, [], [c for c in shown if not c.clipped])
                continue
            page = plumber.pages[number - 1]
            upright = from_second(page, characters.upright)
            grids, rest = ruled.grids(page, shown, upright)
            if not any(
                could_head("".join(c.text for row in g.rows for cell in row.cells.values() for c in cell))
                for g in grids
            ):
                grid, left = gaps.grid(shown, ruled.rules(page, upright))
                if grid is not None and grid.columns >= max((g.columns for g in grids), default=0):
                    grids, rest = gaps.halves(grid), left
            yield Page(number, grids, [c for c in rest if not c.clipped], SecondEngine(page, upright))
            page.close()


def _is_tabular(lines: list[Line]) -> bool:
    """Whether some line of a page is a row of figures: other pages need no second engine."""
    return any(map(is_row, lines))


def _mend(parts: list[Sheet], mangled: bool) -> None:
    """Put the words of a return right where the text layer lost their marks. Where it did, it did so in all names."""
    for sheet in parts:
        for number, cells in sheet.rows:
            for col, printed in enumerate(cells, 1):
                if not printed or sheet.meant.get((number, col), NOTHING).read is not None:
                    continue
                restored = put_right(printed)
                mangled = mangled or bool(restored.words) or is_mangled(printed)
                if restored.words or is_mangled(printed):
                    sheet.meant[number, col] = Meant(restored.text, ("put-right",) if restored.words else ("marks",))
    for sheet in parts:
        sheet.mangled = mangled
