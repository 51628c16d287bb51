"""What a document says outside its rows: grand totals, letters, deadline, national figures, stamps.

Here belongs how the department words them; the as-of date in `as_of`, marks such as a draft's in `markings`. Whether
they hold belongs in the contract. Nothing is guessed: what is stated twice and differs, or cannot be read, is a
claim without a value, and keeps what was printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from khrop.thai.dates import FoundDate, find_dates
from khrop.thai.digits import NotANumber, hundredths, parse_count, parse_percent
from pipelines.readers.document import Cell, Claim, ClaimValue, RawTable, TableRow
from pipelines.readers.statements import as_of, markings
from pipelines.readers.statements.as_of import date_after
from pipelines.readers.table_form import Patterns, TableForm, forms

# Bounded, as every open run below: a page without spaces must not be read over and over.
WEEKDAY = re.compile(r"วัน\s?(?:จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|เสาร์|อาทิตย์)")
# A cell may hold a paragraph: what stands on a line of its own is looked for on each of its lines.
LETTER = re.compile(
    r"^ที่ +(?P<no>\S{1,40} +\S{0,40}[0-9๐-๙]\S{0,40}(?: +[0-9๐-๙]+)?)(?: +วันที่ +(?P<date>[^\n]{1,60}))?$", re.MULTILINE
)
LETTER_DATE = re.compile(r"^(?:วันที่ ?)?(?P<date>[^\n]{6,60})$", re.MULTILINE)
CITED = re.compile(r"ที่\s+(?P<no>\S{1,40}\s+[0-9๐-๙.]{1,20}/\S{0,40}(?:\s*[0-9๐-๙]{1,20})?)\s+ลงวันที่\s+")
DEADLINE = re.compile(r"(?:ภายใน|ไม่เกิน|ก่อน)\s*(?=วัน)")
REGISTRY = re.compile(r"เลข(?:ทะเบียน|รับ|ที่รับ)\S{0,20}\s+(?P<no>[0-9๐-๙]+)\s+วันที่\s+")
PERCENT = re.compile(r"[\s,(]*(?:คิดเป็น\s*)?ร้อยละ\s*(?P<percent>[0-9๐-๙][0-9๐-๙,]*(?:\.[0-9๐-๙]+)?)")
WIDE = 5
"""Filled cells of a row that no letter has: its number, its date and what names them are four."""
EMPTY = "(empty)"
"""The value of a grand total whose cell holds nothing: it cannot be read, and so does not match."""
APART = ("cited", "rival", "rejected", "marking")
"""Sources whose claims stand each for itself: what they say may differ."""
BEYOND = 10**9
"""No figure of a return comes near it, and the rules' products of larger ones would leave 64 bits."""


def find(table: RawTable) -> list[Claim]:
    """All claims of a document in the order they stand, those that are stated alike more than once kept once."""
    form = next((form for form in forms() if form.dataset == table.dataset), None)
    claims = [c for row in table.totals for c in _totals(row, form)] if form else []
    claims += [mark for name in dict.fromkeys(row.sheet for row in table.rows) for mark in markings.of_sheet(name)]
    listed = _listed(table)
    in_table = {(cell.sheet, cell.row) for cell in table.cells if cell.field}
    for cell in _labelled(table.prose()):
        cell_claims = [*_in_prose(cell, table.struck.get(cell.place, "")), *_figures(cell, form.prose if form else ())]
        if (cell.sheet, cell.row) in listed:
            cell_claims = [c for c in cell_claims if c.source != "letter"]
        if (cell.sheet, cell.row) in in_table:
            # A heading or a remark speaks of its column or row, not of the document.
            cell_claims = [c for c in cell_claims if c.source != "marking"]
        claims += [*cell_claims, *_other_weekdays(cell, cell_claims)]
    return list(_agreed(claims))


def _listed(table: RawTable) -> set[tuple[str, int]]:
    """The wide rows of other sheets than the table's: a date that stands in a list of something is no letter's."""
    table_sheets = {row.sheet for row in table.rows}
    filled = Counter((cell.sheet, cell.row) for cell in table.cells if cell.read and cell.sheet not in table_sheets)
    return {row for row, cells in filled.items() if cells >= WIDE}


def _labelled(cells: Iterable[Cell]) -> Iterator[Cell]:
    """The cells, each as-of label that stands in a cell of its own together with the cell after it in its row."""
    label: Cell | None = None
    for cell in cells:
        if label and (label.sheet, label.row) == (cell.sheet, cell.row):
            yield label._replace(read=f"{label.read} {cell.read}")
            label = None
            continue
        if label:
            yield label
        label = cell if as_of.is_label(cell.read) else None
        if not label:
            yield cell
    if label:
        yield label


def _totals(row: TableRow, form: TableForm) -> Iterator[Claim]:
    for measure in form.measures:
        cell, kind = row.cells.get(measure), form.kinds[measure]
        if cell and not cell.read and kind != "percent":
            yield Claim("table_total", measure, None, cell.place, EMPTY)
        elif cell and cell.read:
            yield Claim("table_total", measure, _number(cell.read, kind), cell.place, cell.printed.strip())


def _number(text: str, kind: str) -> ClaimValue:
    """A figure, percents to two places, half up; what was printed stays with the claim."""
    try:
        if kind == "count":
            count = parse_count(text)
            return count if abs(count) < BEYOND else None
        percent = parse_percent(text)
        return Decimal(hundredths(percent)).scaleb(-2) if abs(percent) < BEYOND else None
    except NotANumber:
        return None


def _in_prose(cell: Cell, struck: str) -> Iterator[Claim]:
    text = cell.read
    yield from as_of.claims(cell, struck)
    yield from markings.in_cell(cell)
    for match in LETTER.finditer(text):
        yield Claim("letter", "letter_no", match["no"], cell.place, match["no"])
        yield from _letter_date(match["date"] or "", cell)
    for match in LETTER_DATE.finditer(text):
        yield from _letter_date(match["date"], cell)
    for match in CITED.finditer(text):
        yield Claim("cited", "letter_no", match["no"], cell.place, match["no"])
        if dated := date_after(text, match.end()):
            yield Claim("cited", "letter_date", dated.date, cell.place, dated.printed)
    for match in DEADLINE.finditer(text):
        if dated := date_after(text, match.end()):
            yield Claim("document", "deadline", dated.date, cell.place, dated.printed)
            yield from _weekday("document", "deadline", dated, cell)
    if stamp := REGISTRY.search(text):
        yield Claim("registry", "registry_no", stamp["no"], cell.place, stamp["no"])
        if dated := date_after(text, stamp.end()):
            yield Claim("registry", "registry_date", dated.date, cell.place, dated.printed)


def _other_weekdays(cell: Cell, claims: list[Claim]) -> Iterator[Claim]:
    """Any other date that is named with a weekday which is not its own, such as that of a letter that is cited."""
    if not WEEKDAY.search(cell.read):
        return
    claimed_dates = {claim.value for claim in claims if claim.source != "cited"}
    for dated in find_dates(cell.read):
        if dated.weekday_matches is False and dated.date not in claimed_dates:
            yield Claim("document", "other_date", dated.date, cell.place, dated.printed)
            yield from _weekday("document", "other_date", dated, cell)


def _letter_date(text: str, cell: Cell) -> Iterator[Claim]:
    """A date that is all of a text."""
    for dated in find_dates(text):
        if dated.printed.strip() == text.strip():
            yield Claim("letter", "letter_date", dated.date, cell.place, dated.printed)
            yield from _weekday("letter", "letter_date", dated, cell)


def _figures(cell: Cell, prose: Patterns) -> Iterator[Claim]:
    for measure, pattern in prose:
        if match := pattern.search(cell.read):
            yield Claim("prose", measure, _number(match["count"], "count"), cell.place, match["count"])
            if percent := PERCENT.match(cell.read, match.end()):
                name = f"{measure}_percent"
                yield Claim("prose", name, _number(percent["percent"], "percent"), cell.place, percent["percent"])


def _weekday(source: str, measure: str, dated: FoundDate, cell: Cell) -> Iterator[Claim]:
    if dated.weekday_number:
        yield Claim(source, f"{measure}_weekday", dated.weekday_number, cell.place, str(dated.weekday_printed))


def _agreed(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Each claim once; where the same thing is stated in two ways, once without a value and with both as printed.

    A document may cite many letters, so those stay as they are. Of several own letters (a memo that passes one
    on) the earliest date counts, since the table came with that one, and its weekday with it; one that cannot be
    read comes first of all.
    """
    grouped: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.source in APART:
            yield claim
        else:
            grouped.setdefault((claim.source, claim.measure), []).append(claim)
    letters = grouped.get(("letter", "letter_date"), [])
    earliest = min(letters, key=lambda c: (c.value is not None, str(c.value)), default=None)
    for (source, measure), same_measure in grouped.items():
        if earliest and measure == "letter_date_weekday":
            same_measure = [c for c in same_measure if c.place == earliest.place]
        values = list(dict.fromkeys(c.value for c in same_measure))
        if len(values) == 1 or (same_measure and source == "registry"):
            yield same_measure[0]
        elif not same_measure:
            continue
        elif measure == "letter_no":
            yield same_measure[-1]
        elif earliest and measure == "letter_date":
            yield earliest
        else:
            printed = " | ".join(dict.fromkeys(c.printed for c in same_measure))
            yield Claim(source, measure, None, same_measure[0].place, printed)
