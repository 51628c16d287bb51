"""What another dataset counts of the same campaign and day, as evidence for repairs.

A register of single authorities counts by province what the province table states. Where the figures of a table do not
say by themselves which cell is wrong, such counts prove it: put in the place of the printed figures they make every sum
of the table hold. Counts that do not are named beside the proposal, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from khrop.repair import Repair, Report
from khrop.thai.digits import to_thai
from pipelines.datasets.dataset import Dataset
from pipelines.returns import Judgement
from warehouse import reconciliation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOTAL = "table_total"
KIND = "counted"
"""The kind of a repair that such counts prove."""
SETTLED = ("consistent", "repaired")
NAMED = 5
"""The counts of so many rows are named where they decide nothing."""
Solve = Callable[[list[dict[str, str]], list[dict[str, Any]]], Report]
"""The solver, on printed rows and claims."""
Cell = tuple[str, str]
"""A cell: the name of its row, or `table_total`, and its column."""


@dataclass(frozen=True)
class Counted:
    """What a dataset counts of the same campaign and day.

    Attributes:
        title_th: The dataset's title in Thai.
        title_en: The same in English.
        as_of: The day.
        by: The column by which it counts.
        rows: The counts by the value of that column and by measure.
    """

    title_th: str
    title_en: str
    as_of: date
    by: str
    rows: Mapping[str, Mapping[str, int]]


def counts_beside(connection: DuckDBPyConnection, judgement: Judgement, datasets: Iterable[Dataset]) -> Counted | None:
    """Return what another dataset counts of a return's campaign and day; None where there is no such dataset.

    Args:
        connection: The warehouse.
        judgement: The judgement on the return.
        datasets: All datasets.
    """
    dataset = judgement.dataset
    if dataset is None or judgement.campaign_id is None or judgement.as_of is None:
        return None
    for other in datasets:
        declared = other.reconciles_with
        if declared and declared.dataset == dataset.name:
            rows = reconciliation.counts(connection, other.name, declared, judgement.campaign_id, judgement.as_of)
            if rows:
                return Counted(other.title_th, other.title_en, judgement.as_of, declared.by, rows)
    return None


def with_counts(
    judgement: Judgement, printed: list[dict[str, str]], claims: list[dict[str, Any]], solve: Solve, counted: Counted
) -> Report:
    """Return the solver's report, with what counts of the same day prove.

    Args:
        judgement: The judgement on the return.
        printed: Its rows as printed, in the order of its rows.
        claims: What it states of the whole.
        solve: The solver.
        counted: The counts.
    """
    report = solve(printed, claims)
    if report.status == "consistent":
        return report
    table = _Table(judgement, printed, claims, counted)
    named = {(repair.row, repair.column) for repair in report.repairs}
    rows = {row for row, _ in named}
    if report.status == "repaired" and not any(map(table.contradicts, report.repairs)):
        return report
    of_named = [cell for cell in table.differing if cell[0] in rows]
    of_rows = [cell for cell in table.differing if cell[0] != TOTAL]
    # Rows that hold may have been counted at another hour: they are changed only where the totals row then agrees.
    confirmed = any(claim["source"] == TOTAL for claim in claims)
    for cells, settled in ((of_named, SETTLED), (of_rows if confirmed else [], SETTLED[:1])):
        if cells:
            solved = solve(*table.with_counts(cells))
            if solved.status in settled:
                proofs = tuple(table.proof(cell) for cell in cells)
                return replace(solved, status="repaired", repairs=(*proofs, *solved.repairs), broken=report.broken)
    # A repair that the figures alone make unique is not so where it is counted otherwise.
    repairs = tuple(replace(r, certain=r.certain and not table.contradicts(r)) for r in report.repairs)
    status = "ambiguous" if report.status == "repaired" else report.status
    return replace(report, status=status, repairs=repairs, notes=(*report.notes, *table.notes(rows)))


class _Table:
    """A printed table beside what is counted of it."""

    def __init__(
        self, judgement: Judgement, printed: list[dict[str, str]], claims: list[dict[str, Any]], counted: Counted
    ) -> None:
        assert judgement.dataset is not None
        assert judgement.dataset.shape is not None
        self.dataset, self.shape = judgement.dataset, judgement.dataset.shape()
        self.printed, self.claims, self.counted = printed, claims, counted
        self.thai = any(c in "๐๑๒๓๔๕๖๗๘๙" for row in printed for text in row.values() for c in text)
        self.figures: dict[Cell, tuple[str, str]] = {}
        keys = [str(values.get(counted.by)) for values in judgement.rows]
        for key, row in zip(keys, printed, strict=True):
            for column, figure in self._figures(counted.rows.get(key, {})).items():
                if column in row:
                    self.figures[row[self.shape.key], column] = (row[column], figure)
        whole: dict[str, int] = {}
        for counts in counted.rows.values():
            for column, count in counts.items():
                whole[column] = whole.get(column, 0) + count
        for claim in claims:
            if claim["source"] == TOTAL and (figure := self._figures(whole).get(claim["measure"], "")):
                self.figures[TOTAL, claim["measure"]] = (str(claim["value"]), figure)

    def _figures(self, counts: Mapping[str, int]) -> dict[str, str]:
        """Return counts as figures by column, with the ratio that follows from them."""
        figures, shape = {column: f"{count}" for column, count in counts.items()}, self.shape
        if shape.ratio and counts.get(shape.whole):
            ratio = next((name for name in shape.names_of(shape.ratio) if name in self.dataset.by_name), "")
            part, whole = counts.get(shape.parts[shape.ratio_part], 0), counts[shape.whole]
            hundredths = (20000 * part + whole) // (2 * whole)
            figures[ratio] = f"{hundredths // 100}.{hundredths % 100:02}"
        return figures

    def _same(self, column: str, printed: str, figure: str) -> bool:
        """Return whether a printed figure is what is counted; a ratio may be cut off instead of rounded."""
        kind = self.dataset.by_name[column].kind
        shown, expected = kind.parse(printed), kind.parse(figure)
        return shown is not None and abs(100 * (shown - expected)) <= (1 if kind.name == "percent" else 0)

    @property
    def differing(self) -> list[Cell]:
        """The cells whose printed figures are not what is counted."""
        return [cell for cell, (printed, figure) in self.figures.items() if not self._same(cell[1], printed, figure)]

    def contradicts(self, repair: Repair) -> bool:
        """Return whether a proposed figure is not what is counted."""
        pair = self.figures.get((repair.row, repair.column))
        return bool(pair and repair.proposed and not self._same(repair.column, repair.proposed, pair[1]))

    def with_counts(self, cells: Sequence[Cell]) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
        """Return the printed rows and the claims with the counts in the place of some cells."""
        chosen = {cell: self.figures[cell][1] for cell in cells}
        rows = [
            {column: chosen.get((row[self.shape.key], column), text) for column, text in row.items()}
            for row in self.printed
        ]
        claims = [
            {**claim, "value": chosen.get((claim["source"], claim["measure"]), claim["value"])} for claim in self.claims
        ]
        return rows, claims

    def proof(self, cell: Cell) -> Repair:
        """Return a cell as a repair that the count proves."""
        (row, column), printed, text = cell, self.figures[cell][0], self._shown(cell)
        row_th, row_en = ("แถวรวม", "the totals row") if row == TOTAL else (row, row)
        was_th, was_en = (f"พิมพ์ว่า {printed}", f"says {printed}") if printed.strip() else ("ว่างอยู่", "is empty")
        return Repair(
            row, column, printed, text, (), True, KIND,
            f"{row_th} ช่อง{self._label(column)}: {was_th} ควรเป็น {text} (ตาม{self.counted.title_th}ของวันเดียวกัน)",
            f"{row_en}, {column}: {was_en}, should be {text} (by the {self.counted.title_en} of the same day)",
        )  # fmt: skip

    def notes(self, rows: Iterable[str]) -> list[tuple[str, str]]:
        """Return what is counted of some rows that differs from what is printed, in Thai and in English."""
        names = set(rows)
        return [
            (
                f"{self.counted.title_th}ของวันเดียวกัน: {cell[0]} ช่อง{self._label(cell[1])} {self._shown(cell)}",
                f"{self.counted.title_en} of the same day: {cell[0]}, {cell[1]}: {self._shown(cell)}",
            )
            for cell in [cell for cell in self.differing if cell[0] in names][:NAMED]
        ]

    def _label(self, column: str) -> str:
        return self.shape.labels.get(column, column)

    def _shown(self, cell: Cell) -> str:
        """Return what is counted in the digits of the table, the whole with commas."""
        figure = self.figures[cell][1]
        text = f"{int(figure):,}" if figure.isdigit() and cell[0] == TOTAL else figure
        return to_thai(text) if self.thai else text
