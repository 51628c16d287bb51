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

from khrop.repair.figures import Figure, Ints
from khrop.repair.readings import THREE_EDITS, TWO_EDITS, Row, implied
from khrop.repair.report import Repair, Report, Status, Structural
from khrop.repair.rows import Lines
from khrop.repair.search import Outcome, Search
from khrop.repair.sheet import TABLE_TOTAL, Sheet, Statement
from khrop.repair.words import sentence, shown, slip
from khrop.thai import to_arabic

PUBLISHER = TWO_EDITS
"""What it costs that the publisher's own sum is wrong, or that a row was altered and still holds."""
SECOND_EDIT = 7
"""What a second edit of a cell costs: which way a source rounds is told by a digit that is not itself misread."""
MOST_CLAIMED = 40
"""More cells than these are not claimed together: slips are then no longer independent."""
_SAME_MISREADING = 5
Note = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell that should say something else. `place` is that of its row, -1 for a statement."""

    place: int
    column: int
    row: str
    name: str
    figure: Figure
    value: int | None
    others: tuple[int, ...]
    sure: bool
    kind: str


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
        cells = [*self._rows(), *self._statements()]
        cells = [replace(cell, kind=self._layout(cell, cells)) for cell in cells]
        alike = self._alike(cells)
        open_ = self._open() or alike or len(cells) > MOST_CLAIMED
        if alike or len(cells) > MOST_CLAIMED:
            self.notes.append(_TOO_ALIKE)
        cells = [replace(cell, sure=False) for cell in cells] if alike or len(cells) > MOST_CLAIMED else cells
        structural = self._structural(firm=not open_)
        unique = not open_ and all(cell.sure for cell in cells) and self._agreed()
        status: Status = "repaired" if unique else "ambiguous"
        if not cells and not structural and not self._disagrees():
            status = "consistent"
        elif self.outcome.undone:
            status = "unsolved"
        repairs = tuple(self._repair(cell) for cell in cells)
        return Report(status, repairs, structural, tuple(self._broken()), tuple(self.notes))

    def _put_back(self) -> None:
        """Rows that changed places whole: each should say what the other says."""
        for pair in self.moved:
            for row, other in (pair, pair[::-1]):
                parts = tuple(cell.value or 0 for cell in self.search.table[other].cells[1 : len(self.sheet.shape.counts)])
                self.outcome.rows[row], self.outcome.close[row] = parts, np.array([parts])

    # --- what may be claimed ------------------------------------------------------------------------------

    def _bound(self) -> bool:
        return self.search.bound_by_sums()

    def _disagrees(self) -> bool:
        """Whether rows and totals disagree and no reading makes them agree."""
        return bool(self.search.broken) or (self._bound() and self.outcome.excess is None)

    def _rival(self) -> bool:
        """Whether a wrong sum of the publisher's is as plausible as the reading."""
        excess = self.outcome.excess
        return self._bound() and not self.search.wild and (excess is None or excess + self.outcome.reach >= PUBLISHER)

    def _open(self) -> bool:
        """Whether a rival is known for the whole."""
        outcome = self.outcome
        return self._rival() or not outcome.complete or outcome.undone > 0 or bool(self.lines.strange and self.lines.absent)

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
        lack = np.array(alone.sums) - search.standing - sum((np.array(p) for p in alone.rows.values()), start=np.array(0))
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

    def _alike(self, cells: list[_Cell]) -> bool:
        """Whether one digit is read as the same other again and again."""
        seen: Counter[tuple[str, str]] = Counter()
        for cell in cells:
            if cell.kind == "misread_digit" and cell.value is not None:
                true, printed = shown(cell.value, cell.figure.ratio, False, False).replace(".", ""), cell.figure.digits
                seen.update((a, str(b)) for a, b in zip(true, printed, strict=False) if a != str(b))
        most = max(seen.values(), default=0)
        return most >= _SAME_MISREADING and 3 * most >= seen.total()

    # --- the cells ----------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[_Cell]:
        for place in sorted(self.outcome.rows):
            row, near = self.search.table[place], self.outcome.close[place]
            missing = place in self.lines.absent
            for column, cell in enumerate(row.cells):
                value = self._value(column, self.outcome.rows[place])
                if cell.value == value and not missing:
                    continue
                others = tuple(sorted({self._value(column, tuple(p)) for p in near.tolist()} - {value}))
                kind = "row_missing" if missing else slip(cell, value)
                sure = not others and self._may_claim(place) and not self._half(place, column, kind)
                name, label = self.lines.names[place], self.sheet.columns[column]
                yield _Cell(place, column, name, label, cell, value, others, sure, kind)

    def _may_claim(self, place: int) -> bool:
        return len(self.outcome.close[place]) > 0 and self.outcome.complete and self.outcome.undone < 2

    def _half(self, place: int, column: int, kind: str) -> bool:
        """Whether a ratio lies on an exact half, where other ways of rounding give what is printed."""
        parts, shape = self.outcome.rows[place], self.sheet.shape
        return (
            kind == "percent_truncated"
            and (20_000 * parts[shape.ratio_part]) % (2 * sum(parts) or 1) == sum(parts)
        )

    def _value(self, column: int, parts: tuple[int, ...]) -> int:
        shape = self.search.table[0].shape
        if column < len(shape.counts):
            return (sum(parts), *parts)[column]
        return implied(shape, parts[shape.ratio_part], sum(parts))

    def _statements(self) -> Iterator[_Cell]:
        outcome, totals = self.outcome, self.search.totals
        if outcome.sums is None:
            return
        near = outcome.sums_close.tolist() or [list(outcome.sums)]
        unknown = not self.search.broken and outcome.excess is None and self._bound()
        for statement in totals.said:
            value, others = self._said(statement, outcome.sums), set()
            if value is None:
                continue
            others = {v for sums in near for v in self._possible(statement, tuple(sums))} - {value}
            printed = statement.figure.value
            if unknown and not statement.figure.ratio and (sums := totals.counts(self._from_rows())):
                if statement.axis in sums and printed != sums[statement.axis]:
                    yield self._flag(statement, None, (sums[statement.axis],), False, "publisher_total")
            elif printed != value and not (printed is not None and self._right(statement, outcome.sums)):
                sure = not others and outcome.complete and not self.search.wild[1:] and not self._rival()
                yield self._flag(statement, value, tuple(sorted(others)), sure, slip(statement.figure, value))

    def _flag(self, s: Statement, value: int | None, others: tuple[int, ...], sure: bool, kind: str) -> _Cell:
        return _Cell(-1, -1, s.source, s.measure, s.figure, value, others, sure, kind)

    def _from_rows(self) -> tuple[int, ...]:
        return tuple(self.search.totals.sums(self.search.standing).tolist())

    def _right(self, statement: Statement, sums: tuple[int, ...]) -> bool:
        """Whether a ratio of the prose is right in one of the two ways of rounding."""
        two = self.search.totals.ratio_values(statement, sums) if statement.figure.ratio else None
        return two is not None and statement.source != TABLE_TOTAL and statement.figure.value in two

    def _said(self, statement: Statement, sums: tuple[int, ...]) -> int | None:
        """What a statement should say: of two ways of rounding that which its source has."""
        totals = self.search.totals
        if not statement.figure.ratio:
            return totals.counts(sums).get(statement.axis)
        two = totals.ratio_values(statement, sums)
        if two is None or statement.source == TABLE_TOTAL:
            return two and two[totals.shape.cut]
        round_, cut = totals.cut(statement.source, sums)
        return two[0] if round_ < cut else two[1]

    def _possible(self, statement: Statement, sums: tuple[int, ...]) -> Iterator[int]:
        totals = self.search.totals
        two = totals.ratio_values(statement, sums) if statement.figure.ratio else None
        if two and statement.source != TABLE_TOTAL:
            costs = totals.cut(statement.source, sums)
            yield from (value for value, cost in zip(two, costs, strict=True) if cost < min(costs) + SECOND_EDIT)
        elif (value := self._said(statement, sums)) is not None:
            yield value

    def _layout(self, cell: _Cell, cells: list[_Cell]) -> str:
        """The kind of slip, where it is one of layout: told from the values that stand elsewhere."""
        if cell.place < 0 or cell.kind == "row_missing" or cell.value is None:
            return cell.kind
        row = self.search.table[cell.place].cells
        wrong = {other.column: other for other in cells if other.place == cell.place}
        for other in wrong.values():
            if other.column != cell.column and (other.figure.value, cell.figure.value) == (cell.value, other.value):
                return "columns_swapped"
        order = self.sheet.shape.order
        empty = [place for place in order if row[place].empty]
        if len(empty) == 1 and len(wrong) > 1 and self._is_shift(cell, row, order):
            return "shifted"
        for other in cells:
            same = other.column == cell.column and other.place not in (-1, cell.place)
            if same and (other.figure.value, cell.figure.value) == (cell.value, other.value):
                return "rows_interchanged"
        return cell.kind

    def _is_shift(self, cell: _Cell, row: tuple[Figure, ...], order: tuple[int, ...]) -> bool:
        at = order.index(cell.column)
        digits = shown(cell.value or 0, cell.figure.ratio, False, False)
        beside = [row[order[at + step]].printed for step in (-1, 1) if 0 <= at + step < len(order)]
        after = [row[order[at - 1]].printed] if at else []
        return any(to_arabic(text).strip() == digits for text in (*beside, *after)) or bool(row[order[-1]].empty)

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

    def _repair(self, cell: _Cell) -> Repair:
        thai = to_arabic(cell.figure.printed) != cell.figure.printed or self._thai()
        grouped = cell.place < 0

        def text(value: int) -> str:
            return shown(value, cell.figure.ratio, thai, grouped)

        others = tuple(map(text, cell.others))
        proposed = None if cell.value is None else text(cell.value)
        because = self._because(cell, others)
        th, en = sentence(cell.row, cell.name, cell.figure.printed, proposed or " / ".join(others), cell.kind, because)
        return Repair(cell.row, cell.name, cell.figure.printed, proposed, others, cell.sure, cell.kind, th, en)

    def _thai(self) -> bool:
        return any(to_arabic(cell.printed) != cell.printed for cell in self.sheet.rows[0])

    def _because(self, cell: _Cell, others: tuple[str, ...]) -> tuple[str, str]:
        th = en = ""
        if cell.place >= 0:
            parts = self.outcome.rows[cell.place]
            sums = f"{' + '.join(map(str, parts))} = {sum(parts)}"
            if self.sheet.shape.ratio:
                ratio = shown(self._value(len(parts) + 1, parts), True, False, False)
                th, en = f": {sums}, ร้อยละ {ratio}", f": {sums}, {ratio} percent"
            else:
                th = en = f": {sums}"
        if cell.value is not None and others:
            th, en = f"{th}; อาจเป็น {' / '.join(others)}", f"{en}; it could also be {' / '.join(others)}"
        return th, en

    def _broken(self) -> Iterator[Note]:
        """The equations that fail as the table stands."""
        for place in self.search.broken:
            if place not in self.lines.absent:
                name = self.lines.names[place]
                yield from _failing(name, self.search.table[place], self.sheet.columns)
        for pair in self.moved:
            one, other = (self.lines.names[row] for row in pair)
            yield (
                f"{one} กับ {other}: จำนวนทั้งหมดสลับกันเมื่อเทียบกับรายงานครั้งก่อน",
                f"{one} and {other} bear each other's whole of the previous return",
            )
        if self._bound() and not self.search.broken and self.outcome.excess is None and self.outcome.sums:
            sums, rows = self.outcome.sums, self._from_rows()
            yield f"ผลรวมของแถว {rows} ไม่เท่ากับยอดรวม {sums}", f"the rows add up to {rows}, the totals say {sums}"


def _failing(name: str, row: Row, columns: tuple[str, ...]) -> Iterator[Note]:
    shape, cells = row.shape, row.cells
    counts = [cell.value for cell in cells[: len(shape.counts)]]
    said = [cell.printed or "–" for cell in cells]
    whole, parts = said[0], " + ".join(said[1 : len(shape.counts)])
    known = [count for count in counts if count is not None]
    if len(known) < len(counts) or known[0] != sum(known[1:]):
        yield f"{name}: {parts} ไม่เท่ากับ {whole}", f"{name}: {parts} is not {whole}"
    elif shape.ratio:
        part = said[1 + shape.ratio_part]
        yield f"{name}: ร้อยละ {said[-1]} ไม่ตรงกับ {part} จาก {whole}", f"{name}: {said[-1]} percent is not {part} of {whole}"


_PUBLISHER = (
    "ยอดรวมของผู้ประกาศอาจผิดเอง หรือบางแถวอาจถูกแก้ทั้งแถวโดยยังลงตัว จึงไม่ยืนยัน",
    "The publisher's own sum could be wrong, or a row altered that still holds: so nothing is claimed of the whole.",
)
_TOO_ALIKE = (
    "ผิดมากหรือผิดแบบเดียวกันซ้ำ ๆ จึงไม่ยืนยันข้อเสนอใด",
    "So much is misread, or misread in the same way, that no proposal is claimed to be certain.",
)
