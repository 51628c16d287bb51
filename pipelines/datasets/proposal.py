"""A dataset proposed from a table of no known form: its title, columns, key and rules, to be edited by a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from khrop.expressions.percents import same_sum
from khrop.inference.additions import additions, adds_up
from khrop.inference.keys import numberings, unique
from khrop.inference.proposed_rule import ProposedRule, numbered
from khrop.inference.ratios import TOLERANCE, ratios
from khrop.vocabulary import RatioWithin, SumsMatch
from pipelines.datasets.proposed_columns import ProposedColumn, columns_of, key_of, label_of
from pipelines.datasets.table_in import FoundTable
from pipelines.datasets.value_kinds import KINDS

LEAST_TITLE = 6
"""Characters of a title."""
TITLES = ("ตาราง", "รายงาน", "สรุป", "แบบรายงาน", "บัญชี")
"""Words that titles begin with."""


@dataclass(frozen=True)
class Proposal:
    """A table as a dataset.

    Attributes:
        title: The title above the table; empty where there is none.
        columns: Its columns, in order.
        names: The column that names a row.
        key: The columns that identify a row.
        totals: The name of the row of grand totals; empty where there is none.
        rules: The rules that hold in all rows.
        near: The rules that hold in nearly all.
        left_out: The headings of columns that have no values, or the heading of another.
        rows: How many rows there are.
        notes: Doubts about the proposal.
        oldest: The oldest date in the document; None where it names none.
    """

    title: str
    columns: tuple[ProposedColumn, ...]
    names: str
    key: tuple[str, ...]
    totals: str = ""
    rules: tuple[ProposedRule, ...] = ()
    near: tuple[ProposedRule, ...] = ()
    left_out: tuple[str, ...] = ()
    rows: int = 0
    notes: tuple[str, ...] = ()
    oldest: date | None = None

    @property
    def ratios(self) -> tuple[tuple[str, ...], ...]:
        """The percents with the counts that they are ratios of: (percent, part, whole)."""
        counts = {column.name for column in self.columns if column.kind == "count"}
        found = (r.columns for r in (*self.rules, *self.near) if isinstance(r.what, RatioWithin))
        return tuple(names for names in found if counts >= set(names[1:]))

    def without(self, rule_ids: set[str]) -> Proposal:
        """Return the proposal with some of its rules as near misses."""
        failed = tuple(rule for rule in self.rules if rule.id in rule_ids)
        holding = tuple(rule for rule in self.rules if rule.id not in rule_ids)
        return replace(self, rules=holding, near=(*self.near, *failed))


def example() -> Proposal:
    """Return the proposal of a new dataset where there is no file to propose from."""
    columns = (
        ProposedColumn("district", "อำเภอ", "text"),
        ProposedColumn("total", "ทั้งหมด", "count", (0,)),
        ProposedColumn("done", "แล้วเสร็จ", "count", (0,)),
        ProposedColumn("pending", "ยังไม่แล้วเสร็จ", "count", (0,)),
    )
    rules = (adds_up(("done", "pending"), "total"), unique(("district",)))
    return Proposal("", columns, "district", ("district",), "รวม", rules=rules)


def propose(table: FoundTable) -> Proposal:
    """Return the dataset that a table seems to be of."""
    columns, left_out = columns_of(table)
    label = label_of(columns)
    key = key_of(columns, label)
    totals_name = _totals_name(table, columns)
    counts, decimals = filled(columns, "count"), filled(columns, "decimal")
    # Counts add up to counts, and tons to tons; a percent may be of either.
    rules = [rule for figures in (counts, decimals) for rule in additions([column.sampled for column in figures])]
    percents = [column.sampled for column in filled(columns, "percent")]
    rules += ratios(percents, [column.sampled for column in (*counts, *decimals)], TOLERANCE)
    rules += [unique(key, len(table.rows))] if key else []
    rules += numberings([column.sampled for column in columns if column.kind == "ordinal"])
    rules += totals((*counts, *decimals)) if totals_name else ()
    return Proposal(
        title=_title(table.above),
        columns=tuple(columns),
        names=label,
        key=key or (label,),
        totals=totals_name,
        rules=numbered(rule for rule in rules if rule.holds),
        near=numbered(rule for rule in rules if not rule.holds),
        left_out=tuple(left_out),
        rows=len(table.rows),
        oldest=table.oldest,
        notes=() if key else ("no columns tell all rows apart: rows stand twice, or a column is missing from the key",),
    )


def filled(columns: Sequence[ProposedColumn], kind: str) -> list[ProposedColumn]:
    """Return the columns of a kind that have a value in each row."""
    return [column for column in columns if column.kind == kind and not column.nullable]


def totals(columns: Sequence[ProposedColumn]) -> Iterator[ProposedRule]:
    """Yield that the grand totals are sums: one rule for all columns where it holds, one for each other column."""
    figures = [column for column in columns if column.total is not None]
    matching = [column for column in figures if same_sum(column.total, sum(column.values))]
    for group in ([matching] if matching else []) + [[column] for column in figures if column not in matching]:
        names = tuple(column.name for column in group)
        yield ProposedRule(
            id="totals-match", what=SumsMatch(names, "table_total_"), columns=names,
            summary="Each grand total is the sum of its column.", scope="group", unit="columns",
            needs=tuple(f"table_total_{name}" for name in names), of=len(names),
            held=len(names) if group is matching else 0,
        )  # fmt: skip


def _title(above: Sequence[str]) -> str:
    """Return the first text above a table that begins like a title, or else has no figures."""
    long = [text for text in above if len(text) >= LEAST_TITLE]
    titles = [text for text in long if text.startswith(TITLES)]
    bare = [text for text in long if not any(letter.isdigit() for letter in text)]
    return next(iter(titles or bare), "")


def _totals_name(table: FoundTable, columns: Sequence[ProposedColumn]) -> str:
    """Return the name of the row of grand totals: its first text outside the columns of figures."""
    figures = [column.heading for column in columns if KINDS[column.kind].figure]
    cells = zip(table.headings, table.totals, strict=True) if table.totals else ()
    return next((cell for heading, cell in cells if cell and heading not in figures), "")
