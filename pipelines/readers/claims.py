"""What a document says outside its rows: grand totals, as-of date, letters, deadline, national figures, stamps.

Here belongs how the department words them. Whether they hold belongs in the contract. Nothing is guessed: what
is said twice and differs, or cannot be read, is a claim without a value, and keeps what was printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from khrop.thai import NotANumber, parse_count, parse_percent
from khrop.thai_dates import FoundDate, find_dates
from pipelines.readers.raw_table import Cell, Claim, ClaimValue, RawTable, TableRow

FIGURE = r"(?P<count>[^\s]+)"
AS_OF = re.compile(r"ข้อมูล\s*ณ\s*(?:วันที่\s*)?")
LETTER = re.compile(r"^ที่\s+(?P<no>\S+\s+\S*[0-9๐-๙]\S*(?:\s+[0-9๐-๙]+)?)$")
CITED = re.compile(r"ที่\s+(?P<no>[^\s]+\s+[0-9๐-๙.]+/[^\s]*(?:\s*[0-9๐-๙]+)?)\s+ลงวันที่\s+")
DEADLINE = re.compile(r"(?:ภายใน|ไม่เกิน|ก่อน)\s*(?=วัน)")
REGISTRY = re.compile(r"เลข(?:ทะเบียน|รับ|ที่รับ)\S*\s+(?P<no>[0-9๐-๙]+)\s+วันที่\s+")
PROSE = (
    ("total", re.compile(rf"(?:อปท\.|องค์กรปกครองส่วนท้องถิ่น)\s*ทั่วประเทศ\s*(?:จำนวน)?\s*{FIGURE}\s*แห่ง")),
    ("saved", re.compile(rf"^บันทึกข้อมูลเรียบร้อยแล้ว\s*จำนวน\s*{FIGURE}\s*แห่ง")),
    ("pending", re.compile(rf"(?:อยู่ระหว่าง|ยังไม่)\s*บันทึกข้อมูล\s*จำนวน\s*{FIGURE}\s*แห่ง")),
)
PERCENT = re.compile(r"(?:คิดเป็น)?ร้อยละ\s*(?P<percent>[0-9๐-๙][0-9๐-๙.,]*)")
TOTALS = ("total", "saved", "pending", "saved_percent")
MONTHS_AHEAD = 40
"""A date follows the words that announce it within so many characters, or it is not theirs."""


def find(table: RawTable) -> list[Claim]:
    """All claims of a document in the order they stand, those said alike more than once kept once."""
    claims = [c for row in table.totals for c in _totals(row)]
    for cell in table.prose():
        claims += _in_prose(cell)
    return list(_agreed(claims))


def _totals(row: TableRow) -> Iterator[Claim]:
    for measure in TOTALS:
        cell = row.cells.get(measure)
        if cell and cell.read:
            yield Claim("table_total", measure, _number(cell.read, measure), cell.place, cell.printed.strip())


def _number(text: str, measure: str) -> ClaimValue:
    try:
        return parse_percent(text) if measure.endswith("percent") else parse_count(text)
    except NotANumber:
        return None


def _in_prose(cell: Cell) -> Iterator[Claim]:
    text = cell.read
    yield from _as_of(cell)
    if match := LETTER.match(text):
        yield Claim("letter", "letter_no", match["no"], cell.place, match["no"])
    if dates := [d for d in find_dates(text) if d.printed.strip() == text]:
        yield Claim("letter", "letter_date", dates[0].date, cell.place, dates[0].printed)
        yield from _weekday("letter", "letter_date", dates[0], cell)
    for match in CITED.finditer(text):
        yield Claim("cited", "letter_no", match["no"], cell.place, match["no"])
        if found := _date_after(text, match.end()):
            yield Claim("cited", "letter_date", found.date, cell.place, found.printed)
    for match in DEADLINE.finditer(text):
        if found := _date_after(text, match.end()):
            yield Claim("document", "deadline", found.date, cell.place, found.printed)
            yield from _weekday("document", "deadline", found, cell)
    if match := REGISTRY.search(text):
        yield Claim("registry", "registry_no", match["no"], cell.place, match["no"])
        if found := _date_after(text, match.end()):
            yield Claim("registry", "registry_date", found.date, cell.place, found.printed)
    yield from _figures(cell)


def _as_of(cell: Cell) -> Iterator[Claim]:
    for match in AS_OF.finditer(cell.read):
        found = _date_after(cell.read, match.end())
        rest = cell.read[match.end() : match.end() + MONTHS_AHEAD].strip()
        if found:
            yield Claim("document", "as_of", found.date, cell.place, found.printed)
            yield from _weekday("document", "as_of", found, cell)
        elif rest and "วันที่" in match[0]:
            yield Claim("document", "as_of", None, cell.place, rest)


def _figures(cell: Cell) -> Iterator[Claim]:
    for measure, pattern in PROSE:
        if match := pattern.search(cell.read):
            yield Claim("prose", measure, _number(match["count"], measure), cell.place, match["count"])
            if percent := PERCENT.search(cell.read, match.end()):
                name = f"{measure}_percent"
                yield Claim("prose", name, _number(percent["percent"], name), cell.place, percent["percent"])


def _date_after(text: str, start: int) -> FoundDate | None:
    """The date that stands right after `start`, give or take a few words."""
    window = text[start : start + MONTHS_AHEAD + 30]
    found = next(iter(find_dates(window)), None)
    return found if found and found.start <= MONTHS_AHEAD // 4 else None


def _weekday(source: str, measure: str, found: FoundDate, cell: Cell) -> Iterator[Claim]:
    if found.weekday_number:
        yield Claim(source, f"{measure}_weekday", found.weekday_number, cell.place, str(found.weekday_printed))


def _agreed(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Each claim once; where the same thing is said in two ways, once without a value and with both as printed.

    A document may cite many letters, so those stay as they are. Of several own letters (a memo that passes one
    on) the earliest date counts, since the table came with that one; one that cannot be read comes first of all.
    """
    grouped: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.source == "cited":
            yield claim
        else:
            grouped.setdefault((claim.source, claim.measure), []).append(claim)
    for (source, measure), said in grouped.items():
        values = list(dict.fromkeys(c.value for c in said))
        if len(values) == 1 or source in ("registry",):
            yield said[0]
        elif measure == "letter_no":
            yield said[-1]
        elif measure == "letter_date":
            yield min(said, key=lambda c: (c.value is not None, str(c.value)))
        else:
            printed = " | ".join(dict.fromkeys(c.printed for c in said))
            yield Claim(source, measure, None, said[0].place, printed)
