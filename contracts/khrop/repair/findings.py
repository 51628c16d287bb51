"""From an outcome of the search to a report: what is proposed, and what of it may be claimed.

A claim (`certain`, `unique`) says that nothing else is plausible, so here stand all the reasons not to make one: a
rival comes close, the publisher's own sum could be wrong, a row could have been altered consistently, a rounding
cannot be told, or so much is misread in the same way that slips are no longer independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from khrop.repair.cells import Cells, WrongCell
from khrop.repair.named_rows import Lines
from khrop.repair.notes import Note, failing, layout_kind, repair_of
from khrop.repair.phrases import shown
from khrop.repair.readings import THREE_EDITS, TWO_EDITS
from khrop.repair.report import Report, Status, Structural
from khrop.repair.search import Outcome, Search
from khrop.repair.sheet import Sheet
from khrop.thai.digits import to_arabic

PUBLISHER = TWO_EDITS
"""What it costs that the publisher's own sum is wrong, or that a row was altered and still holds."""
MOST_CLAIMED, MOST_TOGETHER = 40, 28
"""Of more wrong cells than the first none is claimed: slips are then no longer independent. Of more than the second the
whole is not: where so much is misread, something that cannot be seen is misread, too (3.72 of the prose as 3.71)."""
_SAME_MISREADING = 5


@dataclass(slots=True)
class Judgement:
    """The report of one search."""

    sheet: Sheet
    lines: Lines
    search: Search
    outcome: Outcome
    notes: list[Note] = field(default_factory=list)
    moved: list[tuple[int, int]] = field(default_factory=list)

    def report(self) -> Report:
        """What is proposed, and what of it is claimed."""
        self._find_rivals()
        self._put_back()
        cells = Cells(self.sheet, self.lines, self.search, self.outcome, self._rival()).all()
        cells = [replace(cell, kind=layout_kind(cell, cells, self.search.table)) for cell in cells]
        if self._alike(cells):
            self.notes.append(_TOO_ALIKE)
            cells = [replace(cell, sure=False) for cell in cells]
        open_ = self._open() or _TOO_ALIKE in self.notes
        structural = self._structural(firm=not open_)
        unique = not open_ and len(cells) <= MOST_TOGETHER and all(cell.sure for cell in cells) and self._agreed()
        status: Status = "repaired" if unique else "ambiguous"
        broken = tuple(self._broken())
        if not cells and not structural and not broken:
            status = "consistent"
        elif self.outcome.undone:
            status = "unsolved"
        thai = any(to_arabic(cell.printed) != cell.printed for cells in self.sheet.rows[:3] for cell in cells)
        shape = self.search.table[0].shape
        repairs = tuple(repair_of(cell, shape, self.outcome.rows.get(cell.place), thai) for cell in cells)
        return Report(status, repairs, structural, broken, tuple(self.notes))

    def _put_back(self) -> None:
        """Rows that changed places whole: each should say what the other says."""
        for pair in self.moved:
            for row, other in (pair, pair[::-1]):
                parts = self.search.table[other].counts()
                self.outcome.rows[row], self.outcome.close[row] = parts, np.array([parts])

    # --- what may be claimed ------------------------------------------------------------------------------

    def _bound(self) -> bool:
        return self.search.bound_by_sums()

    def _rival(self) -> bool:
        """Whether a wrong sum of the publisher's is as plausible as the reading."""
        excess = self.outcome.excess
        return self._bound() and not self.search.wild and (excess is None or excess + self.outcome.reach >= PUBLISHER)

    def _open(self) -> bool:
        """Whether a rival is known for the whole."""
        outcome = self.outcome
        return (
            self._rival()
            or not outcome.complete
            or outcome.undone > 0
            or bool(self.lines.strange and self.lines.absent)
        )

    def _agreed(self) -> bool:
        """Whether all that comes close is the same, in every row and in the totals."""
        return all(len(near) == 1 for near in self.outcome.close.values()) and len(self.outcome.sums_close) <= 1

    def _find_rivals(self) -> None:
        """Where a wrong sum is plausible, what each block says by itself comes close, too."""
        if not self._rival():
            return
        self.notes.append(_PUBLISHER)
        excess = self.outcome.excess
        reach = self.outcome.reach
        alone = self.search.row_by_row(reach if excess is None else excess + reach - PUBLISHER)
        for row, near in alone.close.items():
            self.outcome.close[row] = np.unique(np.concatenate([near, self.outcome.close[row]]), axis=0)
        self.notes += self._culprits(alone)

    def _culprits(self, alone: Outcome) -> Iterator[Note]:
        """The rows that hold, but could have been altered so that the sums come out."""
        search = self.search
        if not (search.totals.whole and alone.sums):
            return
        lack = (
            np.array(alone.sums) - search.standing - sum((np.array(p) for p in alone.rows.values()), start=np.array(0))
        )
        if not lack.any():
            return
        for place, row in enumerate(search.table):
            if place in search.broken:
                continue
            parts = tuple(int(cell.value or 0) + int(more) for cell, more in zip(row.cells[1:], lack, strict=False))
            if min(parts) >= 0 and sum(parts) >= row.shape.least and row.price(parts) <= THREE_EDITS:
                name = self.lines.names[place]
                said = ", ".join(f"{c} {n}" for c, n in zip(self.sheet.columns, (sum(parts), *parts), strict=False))
                yield f"หรือแถว {name} อาจเป็น {said}", f"Or the row {name} could be {said}."

    def _alike(self, cells: list[WrongCell]) -> bool:
        """Whether so much is misread, or one digit as the same other so often, that slips are not independent."""
        seen: Counter[tuple[str, str]] = Counter()
        for cell in cells:
            if cell.kind == "misread_digit" and cell.value is not None:
                true, printed = shown(cell.value, cell.figure.ratio, False, False).replace(".", ""), cell.figure.digits
                seen.update((a, str(b)) for a, b in zip(true, printed, strict=False) if a != str(b))
        most = max(seen.values(), default=0)
        return len(cells) > MOST_CLAIMED or (most >= _SAME_MISREADING and 3 * most >= seen.total())

    # --- rows to drop and to insert, and the words --------------------------------------------------------

    def _structural(self, firm: bool) -> tuple[Structural, ...]:
        found = []
        for place in self.lines.doubled:
            name = self.lines.names[place]
            alike = len(self.search.table[place].copies) == 1
            th, en = f"แถว {name} พิมพ์ซ้ำ ให้ตัดออกหนึ่งแถว", f"the row {name} is printed twice: drop one"
            found.append(Structural("drop_row", name, alike or firm, th, en))
        for place in self.lines.absent:
            name = self.lines.names[place]
            th, en = f"ไม่มีแถว {name} ให้เพิ่ม", f"the row {name} is absent: insert it"
            found.append(Structural("insert_row", name, firm, th, en))
        return tuple(found)

    def _broken(self) -> Iterator[Note]:
        """The equations that fail as the table stands."""
        for place in self.search.broken:
            if place not in self.lines.absent:
                name = self.lines.names[place]
                yield from failing(name, self.search.table[place])
        for pair in self.moved:
            one, other = (self.lines.names[row] for row in pair)
            yield (
                f"{one} กับ {other}: จำนวนทั้งหมดสลับกันเมื่อเทียบกับรายงานครั้งก่อน",
                f"{one} and {other} bear each other's whole of the previous return",
            )
        if self._bound() and not self.search.broken and self.outcome.excess is None and self.outcome.sums:
            sums, rows = self.outcome.sums, tuple(self.search.totals.sums(self.search.standing).tolist())
            yield f"ผลรวมของแถว {rows} ไม่เท่ากับยอดรวม {sums}", f"the rows add up to {rows}, the totals say {sums}"


_PUBLISHER = (
    "ยอดรวมของผู้ประกาศอาจผิดเอง หรือบางแถวอาจถูกแก้ทั้งแถวโดยยังลงตัว จึงไม่ยืนยัน",
    "The publisher's own sum could be wrong, or a row altered that still holds: so nothing is claimed of the whole.",
)
_TOO_ALIKE = (
    "ผิดมากหรือผิดแบบเดียวกันซ้ำ ๆ จึงไม่ยืนยันข้อเสนอใด",
    "So much is misread, or misread in the same way, that no proposal is claimed to be certain.",
)
