"""The cells that should say something else: their values, other possible values, and whether they are certain.

Here belongs the step from parts and sums to cells. What may be claimed of the whole table belongs in
`khrop.repair._report_builder`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from khrop.model.table_shape import Shape
from khrop.repair._slip_kinds import slip_kind
from khrop.repair.figures import Figure, format_figure
from khrop.repair.pricing import implied_ratio
from khrop.repair.readings import Row
from khrop.repair.rows_by_name import RowsByName
from khrop.repair.search import CLOSE, Outcome, Search
from khrop.repair.sheet import TABLE_TOTAL, Sheet, Statement
from khrop.thai.digits import to_arabic

_SECOND_EDIT = 7
"""The price of a second edit of a cell: the digit that shows how a source rounds may itself be misread."""


@dataclass(frozen=True, slots=True)
class WrongCell:
    """A cell that should say something else.

    Attributes:
        place: The index of its row; -1 for a statement.
        column: The index of its column in `Shape.columns`; -1 for a statement.
        row: The name of its row, or the source of the statement.
        name: The name of its column in the table, or the measure of the statement.
        figure: What is printed.
        value: What should be printed; None if it cannot be known.
        others: The other values that are close.
        certain: Whether the value may be claimed.
        kind: The kind of slip.
    """

    place: int
    column: int
    row: str
    name: str
    figure: Figure
    value: int | None
    others: tuple[int, ...]
    certain: bool
    kind: str


@dataclass(frozen=True, slots=True)
class WrongCells:
    """The wrong cells under an outcome.

    Attributes:
        sheet: The table as it is printed.
        rows: Its rows by name.
        search: The search.
        outcome: Its outcome.
        rival: Whether a wrong sum of the publisher's is as plausible as the outcome.
    """

    sheet: Sheet
    rows: RowsByName
    search: Search
    outcome: Outcome
    rival: bool

    def collect(self) -> list[WrongCell]:
        """Return the wrong cells of the rows, then the wrong statements."""
        cells = [*self._of_rows(), *self._of_statements()]
        return [replace(cell, kind=_layout_kind(cell, cells, self.search.table)) for cell in cells]

    def _of_rows(self) -> Iterator[WrongCell]:
        shape = self.search.table[0].shape
        for place in sorted(self.outcome.rows):
            row, parts, close = self.search.table[place], self.outcome.rows[place], self.outcome.close[place]
            missing = place in self.rows.missing
            for column, cell in enumerate(row.cells):
                value = value_of(shape, column, parts)
                if cell.value == value and not missing:
                    continue
                others = tuple(sorted({value_of(shape, column, tuple(p)) for p in close.tolist()} - {value}))
                kind = "row_missing" if missing else slip_kind(cell, value)
                certain = not others and self._may_claim(place) and not self._may_be_half(place, kind)
                name, label = self.rows.names[place], self.sheet.columns[column]
                yield WrongCell(place, column, name, label, cell, value, others, certain, kind)

    def _may_claim(self, place: int) -> bool:
        return len(self.outcome.close[place]) > 0 and self.outcome.complete and self.outcome.unknown < 2

    def _may_be_half(self, place: int, kind: str) -> bool:
        """Return whether a ratio is an exact half, and no other row shows that halves are rounded up."""
        down = self._floor_of_half(self.outcome.rows[place])
        if kind != "percent_truncated" or down is None:
            return False
        unbroken = (at for at in self.rows.printed if at not in self.search.broken)
        rounded_up = {self._floor_of_half(self.search.table[at].counts()) for at in unbroken} - {None}
        # Half to even: an even floor is refuted only by an even one that was rounded up, an odd floor by any.
        return not any(other is not None and (down % 2 or other % 2 == 0) for other in rounded_up)

    def _floor_of_half(self, parts: tuple[int, ...]) -> int | None:
        """Return a ratio truncated, in hundredths, if it is an exact half; None otherwise."""
        part, whole = parts[self.sheet.shape.ratio_part], sum(parts)
        half = whole > 0 and 20_000 * part % (2 * whole) == whole
        return 10_000 * part // whole if half else None

    def _of_statements(self) -> Iterator[WrongCell]:
        outcome, totals, search = self.outcome, self.search.totals, self.search
        if outcome.sums is None:
            return
        close = outcome.sums_close.tolist() or [list(outcome.sums)]
        row_sums = {}
        if not search.broken and outcome.excess is None and search.bound_by_sums():
            row_sums = totals.counts(tuple(totals.sums(search.held_sums).tolist()))
        for statement in totals.statements:
            value = self._expected(statement, outcome.sums)
            if value is None:
                continue
            others = {v for sums in close for v in self._plausible(statement, tuple(sums))} - {value}
            figure = statement.figure
            if row_sums and not figure.ratio:
                if statement.axis in row_sums and figure.value != row_sums[statement.axis]:
                    yield _of_statement(statement, None, (row_sums[statement.axis],), False, "publisher_total")
            elif figure.value != value and not self._is_either_rounding(statement, outcome.sums):
                certain = not others and outcome.complete and not search.free[1:] and not self.rival
                yield _of_statement(statement, value, tuple(sorted(others)), certain, slip_kind(figure, value))

    def _is_either_rounding(self, statement: Statement, sums: tuple[int, ...]) -> bool:
        """Return whether a ratio outside the table is right, rounded or truncated."""
        two = self.search.totals.ratio_values(statement, sums) if statement.figure.ratio else None
        return two is not None and statement.source != TABLE_TOTAL and statement.figure.value in two

    def _expected(self, statement: Statement, sums: tuple[int, ...]) -> int | None:
        """Return what a statement should say, rounded as its source rounds; None if it is not known."""
        totals = self.search.totals
        if not statement.figure.ratio:
            return totals.counts(sums).get(statement.axis)
        two = totals.ratio_values(statement, sums)
        if two is None or statement.source == TABLE_TOTAL:
            return two and two[totals.shape.cut]
        round_, cut = totals.rounding_costs(statement.source, sums)
        return two[0] if round_ < cut else two[1]

    def _plausible(self, statement: Statement, sums: tuple[int, ...]) -> Iterator[int]:
        """Yield what a statement may say under a reading of the totals."""
        totals = self.search.totals
        two = totals.ratio_values(statement, sums) if statement.figure.ratio else None
        if two and statement.source != TABLE_TOTAL:
            costs = totals.rounding_costs(statement.source, sums)
            reach = _SECOND_EDIT if self.outcome.reach == CLOSE else self.outcome.reach
            yield from (value for value, cost in zip(two, costs, strict=True) if cost < min(costs) + reach)
        elif (value := self._expected(statement, sums)) is not None:
            yield value


def value_of(shape: Shape, column: int, parts: tuple[int, ...]) -> int:
    """Return the value of a column under a reading; a ratio in hundredths."""
    if column < len(shape.counts):
        return (sum(parts), *parts)[column]
    return implied_ratio(shape, parts[shape.ratio_part], sum(parts))


def _of_statement(s: Statement, value: int | None, others: tuple[int, ...], certain: bool, kind: str) -> WrongCell:
    return WrongCell(-1, -1, s.source, s.measure, s.figure, value, others, certain, kind)


def _layout_kind(cell: WrongCell, cells: Sequence[WrongCell], table: Sequence[Row]) -> str:
    """Return the kind of slip of a cell, which the other wrong cells may show to be one of layout."""
    if cell.place < 0 or cell.kind == "row_missing" or cell.value is None:
        return cell.kind
    row = [other for other in cells if other.place == cell.place]
    if any(other.column != cell.column and _are_exchanged(cell, other) for other in row):
        return "columns_swapped"
    if len(row) > 1 and _is_shifted(row, table[cell.place].cells, table[0].shape.order):
        return "shifted"
    column = (other for other in cells if other.column == cell.column and other.place not in (-1, cell.place))
    return "rows_interchanged" if any(_are_exchanged(cell, other) for other in column) else cell.kind


def _are_exchanged(a: WrongCell, b: WrongCell) -> bool:
    return (b.figure.value, a.figure.value) == (a.value, b.value)


def _is_shifted(wrong: Sequence[WrongCell], row: tuple[Figure, ...], order: tuple[int, ...]) -> bool:
    """Return whether the value of the row's one empty cell is printed in the cell beside it."""
    empty = [cell for cell in wrong if cell.figure.empty and cell.value is not None]
    if len(empty) != 1:
        return False
    at = order.index(empty[0].column)
    beside = row[order[at - 1 if at == len(order) - 1 else at + 1]]
    return to_arabic(beside.printed).strip() == format_figure(empty[0].value or 0, empty[0].figure.ratio)
