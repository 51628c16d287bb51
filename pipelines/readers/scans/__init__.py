"""Pictures of pages: scans and photographs of a printed table, read only where every figure is certain.

What is certain is a Document like that of any other form. Where figures of named rows alone are in doubt, it has them
with what each may say, and a picture of each, for a person; all else that is not certain is left to a person as a
whole. docs/decisions/0026 has what is claimed and why. Only tables whose form says how they look in a
picture (`TableForm.pictured`) are read.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from pipelines.readers.candidate import Candidate, in_words
from pipelines.readers.document import SCAN, UNCERTAIN, Claim, Document, Meant, NeedsReadingByEye, Sheet, Unreadable
from pipelines.readers.limits import LEAST_PAGE_SIDE
from pipelines.readers.other_forms import known_other
from pipelines.readers.scans import grey_pages, tesseract
from pipelines.readers.scans.page_table import PageTable
from pipelines.readers.scans.upright import upright_table
from pipelines.readers.scans.whole_table import Whole, candidates_of, doubted, whole_table
from pipelines.readers.table_form import TableForm, forms

SECONDS = 30.0
"""Of this process, for all pages; a pair takes five."""
MOST_IN_DOUBT = 60
"""Cells that a person is to confirm one by one; where there are more, the whole page is quicker to read."""
MOST_SHOWN = 15
"""Cells in doubt that a reason names."""
FROM_PICTURE = Meant(None, ("scanned",))


def read_pdf(data: bytes, reason: NeedsReadingByEye) -> Document:
    """Read a PDF whose pages are pictures.

    Args:
        data: Its bytes.
        reason: Why it has to be read as a picture.

    Returns:
        Its table.

    Raises:
        NeedsReadingByEye: It has too many pages or too large ones, no table with rules, or not all in it is certain.
    """
    try:
        return _read("pdf", grey_pages.of_pdf(data), reason)
    except NeedsReadingByEye:
        raise
    except Unreadable as limit:
        raise NeedsReadingByEye.on([1], limit.en, limit.th) from None


def read_picture(data: bytes) -> Document:
    """Read a PNG, JPEG or TIFF. Raises as `read_pdf` does; what shows no table is refused as a picture."""
    other = known_other(data)
    assert other is not None
    return _read("picture", grey_pages.of_picture(data), Unreadable(other.en, other.th, observed="picture"))


def _read(form: str, drawn: Iterable[grey_pages.Grey], reason: Unreadable) -> Document:
    pictured = [table_form for table_form in forms() if table_form.pictured is not None]
    if not pictured:
        raise reason
    if missing := tesseract.missing():
        raise missing if isinstance(reason, NeedsReadingByEye) else reason
    pages: list[PageTable] = []
    begun, count, turn = time.process_time(), 0, 0
    for number, grey in enumerate(drawn, 1):
        count = number
        if time.process_time() - begun > SECONDS:
            raise NeedsReadingByEye.on([number], "pages that take too long to read", "ใช้เวลาอ่านนานเกินไป")
        if min(grey.shape) < LEAST_PAGE_SIDE:
            continue
        table, turn = upright_table(number, grey, pictured, turn)
        if table is not None:
            pages.append(table)
    if not pages:
        raise reason
    tables = [whole_table(table_form, pages) for table_form in pictured]
    best, best_form = min(zip(tables, pictured, strict=True), key=lambda pair: len(pair[0].doubts))
    unsure = doubted(best, best_form)
    if unsure is None or sum(map(len, unsure.values())) > MOST_IN_DOUBT:
        raise _doubtful(best, best_form, count)
    printed = f"{count} page{'s' * (count != 1)} read from pictures"
    return Document(form, "", _sheets(best, best_form, pages, unsure), (Claim("file", SCAN, count, "page 1", printed),))


def _doubtful(whole: Whole, form: TableForm, count: int) -> NeedsReadingByEye:
    """What is not certain, cell by cell, with what each may say."""
    texts = []
    # A row too many or too few comes before the numbers of all rows after it.
    ordered = sorted(whole.doubts, key=lambda doubt: (doubt[0] is not None, doubt[1] == form.ordinal))
    for row, column, why in ordered[:MOST_SHOWN]:
        place = f"page {row.page}, row {row.number} ({row.name})" if row else ""
        choices = f": {readings}" if row and (readings := _in_words(candidates_of(form, row, column), column)) else ""
        texts.append(f"{place}{', ' * bool(place and column)}{column}{' — ' * bool(place)}{why}{choices}")
    more = f"; and {len(whole.doubts) - MOST_SHOWN} more" if len(whole.doubts) > MOST_SHOWN else ""
    first = next((row.page for row, _, _ in whole.doubts if row), 1)
    cells = len(whole.doubts)
    reason = NeedsReadingByEye.on(
        [first, *(n for n in range(1, count + 1) if n != first)],
        f"a scan in which not all is certain: {'; '.join(texts)}{more}",
        f"ภาพสแกนที่อ่านได้ไม่แน่ชัด {cells} แห่ง",
    )
    reason.observed = f"{cells} doubts"
    return reason


def _sheets(whole: Whole, form: TableForm, pages: list[PageTable], unsure: Mapping[int, set[str]]) -> list[Sheet]:
    assert form.pictured is not None
    assert whole.totals is not None
    heads = [form.pictured.headings[name][0] if name else "" for name in whole.fields]
    sheets: dict[int, Sheet] = {}
    for page in pages:
        titles = [line.text for line in page.words if line.is_title]
        sheets[page.number] = Sheet(f"page {page.number}", [(n, [text]) for n, text in enumerate(titles, 1)])
        sheets[page.number].rows.append((len(titles) + 1, heads))
    for row, texts in [*whole.rows, whole.totals]:
        sheet = sheets[row.page]
        _add(sheet, [texts.get(name, "") for name in whole.fields])
        for at, name in enumerate(whole.fields):
            if name in unsure.get(id(row), ()):
                column = _column(form, name)
                sheet.meant[len(sheet.rows), at + 1] = Meant(
                    None,
                    (*FROM_PICTURE.notes, UNCERTAIN),
                    doubt=candidates_of(form, row, column).get(column, ()),
                    picture=grey_pages.as_png(row.line.inks[at]),
                )
    last = sheets[pages[-1].number]
    if whole.as_of:
        last.rows.append((len(last.rows) + 1, [whole.as_of]))
    return list(sheets.values())


def _in_words(cells: Mapping[str, tuple[Candidate, ...]], column: str) -> str:
    """What cells may say; each with its column where they are those of a whole row."""
    return ", ".join(
        in_words(candidates) if column else f"{name} {in_words(candidates)}" for name, candidates in cells.items()
    )


def _column(form: TableForm, name: str) -> str:
    """The column of the shape that a field is of; the field itself for the numbers of the rows."""
    assert form.pictured is not None
    shape = form.pictured.shape
    return next((column for column in shape.columns if name in shape.names_of(column)), name)


def _add(sheet: Sheet, texts: list[str]) -> None:
    number = len(sheet.rows) + 1
    sheet.rows.append((number, texts))
    for column, text in enumerate(texts, 1):
        if text:
            sheet.meant[number, column] = FROM_PICTURE
