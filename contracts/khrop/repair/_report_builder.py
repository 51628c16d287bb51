"""From the outcome of a search to a report: what is proposed, and what of it is claimed.

A claim (`certain`, `unique`) says that nothing else is plausible. Here belong all the reasons against a claim: another
reading is close, the publisher's own sum may be wrong, a row may have been altered consistently, the rounding cannot
be known, or so much is misread in the same way that slips are no longer independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from khrop.repair._report import Report, Status, Structural
from khrop.repair._sentences import Sentence, broken_equations, repair_of
from khrop.repair._wrong_cells import WrongCell, WrongCells
from khrop.repair.figures import format_figure
from khrop.repair.readings import THREE_EDITS, TWO_EDITS
from khrop.repair.rows_by_name import RowsByName
from khrop.repair.search import CLOSE, Outcome, Search
from khrop.repair.sheet import Sheet
from khrop.thai.digits import to_arabic

_PUBLISHER = TWO_EDITS
"""The price of a wrong sum of the publisher's, or of a row that was altered and still holds."""
_MOST_CERTAIN = 40
"""With more wrong cells than this none is certain: slips are no longer independent."""
_MOST_UNIQUE = 28
"""With more wrong cells than this no repair is unique: some slips leave no trace (3.72 in the prose as 3.71)."""
_SAME_MISREADING = 5


@dataclass(slots=True)
class ReportBuilder:
    """Builds the report of one search.

    Attributes:
        sheet: The table as it is printed.
        rows: Its rows by name.
        search: The search.
        outcome: Its outcome.
        swapped: The pairs of rows that hold, but whose figures were interchanged.
        notes: The notes of the report.
    """

    sheet: Sheet
    rows: RowsByName
    search: Search
    outcome: Outcome
    swapped: list[tuple[int, int]]
    notes: list[Sentence] = field(default_factory=list)

    def build(self) -> Report:
        """Build the report."""
        rival = self._publisher_may_be_wrong()
        if rival:
            self._add_rivals()
        self._undo_swapped_rows()
        cells = WrongCells(self.sheet, self.rows, self.search, self.outcome, rival).collect()
        if related_slips := self._slips_are_alike(cells):
            self.notes.append(_TOO_ALIKE_NOTE)
            cells = [replace(cell, certain=False) for cell in cells]
        outcome = self.outcome
        guess = rival or related_slips or not outcome.complete or outcome.unknown > 0
        guess = guess or bool(self.rows.unexpected and self.rows.missing)
        structural = self._structural(certain=not guess)
        broken = tuple(self._broken())
        status: Status
        if not cells and not structural and not broken:
            status = "consistent"
        elif outcome.unknown:
            status = "unsolved"
        elif guess or len(cells) > _MOST_UNIQUE or not all(cell.certain for cell in cells) or not self._all_agree():
            status = "ambiguous"
        elif self._rounding_is_open(cells):
            self.notes.append(_ROUNDING_NOTE)
            status = "ambiguous"
        else:
            status = "repaired"
        thai = any(to_arabic(cell.printed) != cell.printed for cells in self.sheet.rows[:3] for cell in cells)
        shape = self.search.table[0].shape
        repairs = tuple(repair_of(cell, shape, outcome.rows.get(cell.place), thai) for cell in cells)
        return Report(status, repairs, structural, broken, tuple(self.notes))

    def _undo_swapped_rows(self) -> None:
        """Give rows that were interchanged each other's figures."""
        for pair in self.swapped:
            for row, other in (pair, pair[::-1]):
                parts = self.search.table[other].counts()
                self.outcome.rows[row], self.outcome.close[row] = parts, np.array([parts])

    def _publisher_may_be_wrong(self) -> bool:
        """Return whether a wrong sum of the publisher's is as plausible as the outcome."""
        excess, search = self.outcome.excess, self.search
        return (
            search.bound_by_sums() and not search.free and (excess is None or excess + self.outcome.reach >= _PUBLISHER)
        )

    def _all_agree(self) -> bool:
        """Return whether all close readings are the same, in every row and in the totals."""
        return all(len(close) == 1 for close in self.outcome.close.values()) and len(self.outcome.sums_close) <= 1

    def _rounding_is_open(self, cells: list[WrongCell]) -> bool:
        """Return whether the prose rounds or cuts off, and a misreading like another one in the table hides which."""
        sums, damaged = self.outcome.sums, self.outcome.reach > CLOSE
        misread = any(cell.kind == "misread_digit" for cell in cells)
        return misread and sums is not None and self.search.totals.rounding_is_open(sums, damaged)

    def _add_rivals(self) -> None:
        """Add the best readings of each block without the totals to those that are close."""
        self.notes.append(_PUBLISHER_NOTE)
        excess, reach = self.outcome.excess, self.outcome.reach
        without_totals = self.search.row_by_row(reach if excess is None else excess + reach - _PUBLISHER)
        for row, close in without_totals.close.items():
            self.outcome.close[row] = np.unique(np.concatenate([close, self.outcome.close[row]]), axis=0)
        self.notes += self._altered_rows(without_totals)

    def _altered_rows(self, without_totals: Outcome) -> Iterator[Sentence]:
        """Yield the rows that hold, but may have been altered: with other figures the sums agree."""
        search = self.search
        if not (search.totals.complete and without_totals.sums):
            return
        row_sums = sum((np.array(parts) for parts in without_totals.rows.values()), start=search.held_sums)
        difference = np.array(without_totals.sums) - row_sums
        if not difference.any():
            return
        for place, row in enumerate(search.table):
            if place in search.broken:
                continue
            parts = tuple(int(n) + int(more) for n, more in zip(row.counts(), difference, strict=True))
            if min(parts) >= 0 and sum(parts) >= row.shape.least and row.price(parts) <= THREE_EDITS:
                name = self.rows.names[place]
                figures = ", ".join(f"{c} {n}" for c, n in zip(self.sheet.columns, (sum(parts), *parts), strict=False))
                yield f"หรือแถว {name} อาจเป็น {figures}", f"Or the row {name} could be {figures}."

    def _slips_are_alike(self, cells: list[WrongCell]) -> bool:
        """Return whether so much is misread, or one digit as the same other, that slips are not independent."""
        misreadings: Counter[tuple[str, str]] = Counter()
        for cell in cells:
            if cell.kind == "misread_digit" and cell.value is not None:
                true, printed = format_figure(cell.value, cell.figure.ratio).replace(".", ""), cell.figure.digits
                misreadings.update((a, str(b)) for a, b in zip(true, printed, strict=False) if a != str(b))
        most = max(misreadings.values(), default=0)
        return len(cells) > _MOST_CERTAIN or (most >= _SAME_MISREADING and 3 * most >= misreadings.total())

    def _structural(self, certain: bool) -> tuple[Structural, ...]:
        """Return the rows to drop and to insert."""
        proposals = []
        for place in self.rows.doubled:
            name = self.rows.names[place]
            same = len(self.search.table[place].copies) == 1
            th, en = f"แถว {name} พิมพ์ซ้ำ ให้ตัดออกหนึ่งแถว", f"the row {name} is printed twice: drop one"
            proposals.append(Structural("drop_row", name, same or certain, th, en))
        for place in self.rows.missing:
            name = self.rows.names[place]
            th, en = f"ไม่มีแถว {name} ให้เพิ่ม", f"the row {name} is missing: insert it"
            proposals.append(Structural("insert_row", name, certain, th, en))
        return tuple(proposals)

    def _broken(self) -> Iterator[Sentence]:
        """Yield the equations that fail as the table is printed."""
        search, outcome = self.search, self.outcome
        for place in search.broken:
            if place not in self.rows.missing:
                yield from broken_equations(self.rows.names[place], search.table[place])
        for pair in self.swapped:
            a, b = (self.rows.names[row] for row in pair)
            yield (
                f"{a} กับ {b}: จำนวนทั้งหมดสลับกันเมื่อเทียบกับรายงานครั้งก่อน",
                f"{a} and {b}: each has the whole of the other in the previous return",
            )
        if search.bound_by_sums() and not search.broken and outcome.excess is None and outcome.sums:
            sums, rows = outcome.sums, tuple(search.totals.sums(search.held_sums).tolist())
            yield f"ผลรวมของแถว {rows} ไม่เท่ากับยอดรวม {sums}", f"the rows add up to {rows}, the totals are {sums}"


_PUBLISHER_NOTE = (
    "ยอดรวมของผู้ประกาศอาจผิดเอง หรือบางแถวอาจถูกแก้ทั้งแถวโดยยังลงตัว จึงไม่ยืนยัน",
    "The publisher's own sum could be wrong, or a row altered that still adds up: the whole repair is not certain.",
)
_ROUNDING_NOTE = (
    "ร้อยละในข้อความอาจปัดเศษหรือตัดเศษก็ได้ ต่างกันเพียงหลักเดียวที่รูปคล้ายกันและอาจอ่านผิด ให้ตรวจร้อยละในข้อความ",
    "The prose may round its percents or cut them off, and one digit of similar shape decides: look at them.",
)
_TOO_ALIKE_NOTE = (
    "ผิดมากหรือผิดแบบเดียวกันซ้ำ ๆ จึงไม่ยืนยันข้อเสนอใด",
    "So much is misread, or misread in the same way, that no proposal is certain.",
)
