"""The cells that should say something else: what, what else they could say, and how sure that is.

Here belongs the step from parts and sums to cells. What may be claimed of the whole belongs in
`khrop.repair.findings`, the name of a slip in `khrop.repair.phrases`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from khrop.repair.figures import Figure
from khrop.repair.named_rows import Lines
from khrop.repair.phrases import slip
from khrop.repair.pricing import implied
from khrop.repair.search import CLOSE, Outcome, Search
from khrop.repair.shape import Shape
from khrop.repair.sheet import TABLE_TOTAL, Sheet, Statement

SECOND_EDIT = 7
"""What a second edit of a cell costs: which way a source rounds is told by a digit that is not itself misread."""


@dataclass(frozen=True, slots=True)
class WrongCell:
    """A cell that should say something else. `place` is that of its row, -1 for a statement; `value` is None where it
    cannot be known; `others` are the values that come close."""

    place: int
    column: int
    row: str
    name: str
    figure: Figure
    value: int | None
    others: tuple[int, ...]
    sure: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Cells:
    """The wrong cells under an outcome. `rival` says that a wrong sum of the publisher's is as plausible."""

    sheet: Sheet
    lines: Lines
    search: Search
    outcome: Outcome
    rival: bool

    def all(self) -> list[WrongCell]:
        """Those of the rows, then those of the statements."""
        return [*self._rows(), *self._statements()]

    def _rows(self) -> Iterator[WrongCell]:
        shape = self.search.table[0].shape
        for place in sorted(self.outcome.rows):
            row, near = self.search.table[place], self.outcome.close[place]
            missing = place in self.lines.absent
            for column, cell in enumerate(row.cells):
                value = value_of(shape, column, self.outcome.rows[place])
                if cell.value == value and not missing:
                    continue
                others = tuple(sorted({value_of(shape, column, tuple(p)) for p in near.tolist()} - {value}))
                kind = "row_missing" if missing else slip(cell, value)
                sure = not others and self._may_claim(place) and not self._half(place, kind)
                name, label = self.lines.names[place], self.sheet.columns[column]
                yield WrongCell(place, column, name, label, cell, value, others, sure, kind)

    def _may_claim(self, place: int) -> bool:
        return len(self.outcome.close[place]) > 0 and self.outcome.complete and self.outcome.undone < 2

    def _half(self, place: int, kind: str) -> bool:
        """Whether a ratio lies on an exact half, and no other row shows that halves are rounded up."""
        down = self._floor_of_half(self.outcome.rows[place])
        if kind != "percent_truncated" or down is None:
            return False
        whole_rows = (at for at in self.lines.printed if at not in self.search.broken)
        rounded_up = {self._floor_of_half(self.search.table[at].counts()) for at in whole_rows} - {None}
        # To the even neighbour: an even floor is shown wrong by an even one alone, an odd one is itself against it.
        return not any(other is not None and (down % 2 or other % 2 == 0) for other in rounded_up)

    def _floor_of_half(self, parts: tuple[int, ...]) -> int | None:
        """A ratio cut off, in hundredths, where it lies on an exact half."""
        part, whole = parts[self.sheet.shape.ratio_part], sum(parts)
        halves = whole > 0 and 20_000 * part % (2 * whole) == whole
        return 10_000 * part // whole if halves else None

    def _statements(self) -> Iterator[WrongCell]:
        outcome, totals = self.outcome, self.search.totals
        if outcome.sums is None:
            return
        near = outcome.sums_close.tolist() or [list(outcome.sums)]
        unknown = not self.search.broken and outcome.excess is None and self.search.bound_by_sums()
        for statement in totals.said:
            value, others = self._said(statement, outcome.sums), set()
            if value is None:
                continue
            others = {v for sums in near for v in self._possible(statement, tuple(sums))} - {value}
            printed = statement.figure.value
            if unknown and not statement.figure.ratio and (sums := totals.counts(self._sums_of_rows())):
                if statement.axis in sums and printed != sums[statement.axis]:
                    yield self._flag(statement, None, (sums[statement.axis],), False, "publisher_total")
            elif printed != value and not (printed is not None and self._right(statement, outcome.sums)):
                sure = not others and outcome.complete and not self.search.wild[1:] and not self.rival
                yield self._flag(statement, value, tuple(sorted(others)), sure, slip(statement.figure, value))

    def _flag(self, s: Statement, value: int | None, others: tuple[int, ...], sure: bool, kind: str) -> WrongCell:
        return WrongCell(-1, -1, s.source, s.measure, s.figure, value, others, sure, kind)

    def _sums_of_rows(self) -> tuple[int, ...]:
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
            far = SECOND_EDIT if self.outcome.reach == CLOSE else self.outcome.reach
            yield from (value for value, cost in zip(two, costs, strict=True) if cost < min(costs) + far)
        elif (value := self._said(statement, sums)) is not None:
            yield value


def value_of(shape: Shape, column: int, parts: tuple[int, ...]) -> int:
    """What a column says under a reading."""
    if column < len(shape.counts):
        return (sum(parts), *parts)[column]
    return implied(shape, parts[shape.ratio_part], sum(parts))
