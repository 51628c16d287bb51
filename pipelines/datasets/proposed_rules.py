"""The rules that hold in a table, each with the number of rows or columns that it holds in.

A rule that holds in all of them is proposed; one that holds in nearly all is a near miss, for a person to look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

from pipelines.datasets.proposed_columns import NEARLY, ProposedColumn

LEAST_ROWS = 3
"""Fewer rows are no evidence of a sum or ratio."""
MOST_PARTS = 4
"""Parts of a sum."""
MOST_COUNTS = 14
"""Columns that sums are looked for in."""
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class ProposedRule:
    """A rule as code of a contract.

    Attributes:
        id: Its id.
        vocabulary: The class of `khrop.vocabulary`.
        arguments: The code of its arguments.
        columns: The columns that it is about.
        summary: Its summary.
        scope: Its scope.
        severity: Its severity.
        needs: The facts of the document that it needs.
        held: In how many rows or columns it holds.
        of: Of how many.
        whole: The column that its parts add up to, if any.
    """

    id: str
    vocabulary: str
    arguments: str
    columns: tuple[str, ...]
    summary: str
    scope: str = "row"
    severity: str = "error"
    needs: tuple[str, ...] = ()
    held: int = 0
    of: int = 0
    whole: str = ""


def adds_up(whole: str, parts: Sequence[str], held: int = 0, rows: int = 0) -> ProposedRule:
    """Return the rule that parts add up to a whole.

    Args:
        whole: The name of the column of wholes.
        parts: The names of the columns of parts.
        held: In how many rows it holds.
        rows: How many rows there are.
    """
    return ProposedRule(
        id="adds-up", vocabulary="AddsUp", arguments=f'{_tuple(parts)}, "{whole}"', columns=(whole, *parts),
        summary=f"{' + '.join(parts)} = {whole}.", held=held, of=rows, whole=whole,
    )  # fmt: skip


def sums(columns: Sequence[ProposedColumn]) -> list[ProposedRule]:
    """Return, of each column of counts, the fewest other columns that add up to it.

    Near misses are left out where a sum holds in all rows: they are the same sum in another order.
    """
    counts = whole_counts(columns)[:MOST_COUNTS]
    rows = len(counts[0].values) if counts else 0
    rules = []
    for whole in counts if rows >= LEAST_ROWS else ():
        others = [column for column in counts if column is not whole and any(column.values)]
        held, parts = 0, tuple[str, ...]()
        for some in (some for size in range(2, MOST_PARTS + 1) for some in combinations(others, size)):
            values = zip(whole.values, *(part.values for part in some), strict=True)
            fit = sum(sum(addends) == total for total, *addends in values)
            if fit > held:
                held, parts = fit, tuple(part.name for part in some)
            if fit == rows:
                break
        if held >= NEARLY * rows:
            rules.append(adds_up(whole.name, parts, held, rows))
    return [rule for rule in rules if rule.held == rows] or rules


def whole_counts(columns: Sequence[ProposedColumn]) -> list[ProposedColumn]:
    """Return the columns of counts that have a value in each row."""
    return [column for column in columns if column.kind == "count" and not column.nullable]


def ratios(columns: Sequence[ProposedColumn]) -> Iterator[ProposedRule]:
    """Yield, for each column of percents, that it is the ratio of two counts: within 0.01, and rounded half up."""
    counts = whole_counts(columns)
    pairs = [(a, b) for a in counts for b in counts if a is not b and any(a.values) and all(b.values)]
    for percent in columns:
        rows = len(percent.values)
        if percent.kind != "percent" or percent.nullable or rows < LEAST_ROWS:
            continue
        fits = ((*_fit(percent, part, whole), (percent.name, part.name, whole.name)) for part, whole in pairs)
        within, rounded, names = max(fits, key=lambda fit: fit[:2], default=(0, 0, ("", "", "")))
        if within < NEARLY * rows:
            continue
        formula = f"{names[0]} is 100 · {names[1]} / {names[2]}"
        arguments = ", ".join(f'"{name}"' for name in names)
        yield ProposedRule(
            id="percent-within", vocabulary="RatioWithin", arguments=arguments, columns=names,
            summary=f"{formula}, within 0.01.", held=within, of=rows,
        )  # fmt: skip
        yield ProposedRule(
            id="percent-rounded", vocabulary="RatioRounded", arguments=arguments, columns=names,
            summary=f"{formula}, rounded half up.", severity="warning", held=rounded, of=rows,
        )  # fmt: skip


def _fit(percent: ProposedColumn, part: ProposedColumn, whole: ProposedColumn) -> tuple[int, int]:
    """Return in how many rows a percent is within a hundredth of a ratio, and in how many it is the rounded ratio."""
    within = rounded = 0
    for p, a, b in zip(percent.values, part.values, whole.values, strict=True):
        share = Decimal(100 * a) / b
        within += abs(p - share) <= HUNDREDTH
        rounded += p == share.quantize(HUNDREDTH, ROUND_HALF_UP)
    return within, rounded


def unique(key: tuple[str, ...], rows: int = 0) -> ProposedRule:
    """Return the rule that a key identifies all rows of a table.

    Args:
        key: The names of its columns.
        rows: How many rows there are.
    """
    return ProposedRule(
        id="key-unique", vocabulary="UniqueKey", arguments=_tuple(key), columns=key,
        summary=f"No two rows have the same {', '.join(key)}.", scope="group", held=rows, of=rows,
    )  # fmt: skip


def sequences(columns: Sequence[ProposedColumn]) -> Iterator[ProposedRule]:
    """Yield, for each column of ordinals, that the rows are numbered from 1."""
    for column in columns:
        if column.kind == "ordinal":
            rows = len(column.values)
            yield ProposedRule(
                id="in-sequence", vocabulary="LinearSequence", arguments=f'"{column.name}"', columns=(column.name,),
                summary="The rows are numbered from 1.", scope="group", severity="warning", held=rows, of=rows,
            )  # fmt: skip


def totals(columns: Sequence[ProposedColumn]) -> Iterator[ProposedRule]:
    """Yield that the grand totals are sums: one rule for all columns where it holds, one for each other column."""
    counts = [column for column in whole_counts(columns) if column.total is not None]
    held = [column for column in counts if sum(column.values) == column.total]
    for group in ([held] if held else []) + [[column] for column in counts if column not in held]:
        names = tuple(column.name for column in group)
        yield ProposedRule(
            id="totals-match", vocabulary="SumsMatch", arguments=f'{_tuple(names)}, "table_total_"', columns=names,
            summary="Each grand total is the sum of its column.", scope="group",
            needs=tuple(f"table_total_{name}" for name in names), of=len(names),
            held=len(names) if group is held else 0,
        )  # fmt: skip


def numbered(rules: Iterable[ProposedRule]) -> tuple[ProposedRule, ...]:
    """Return rules, each with an id of its own: a second `adds-up` becomes `adds-up-2`."""
    seen: dict[str, int] = {}
    result = []
    for rule in rules:
        seen[rule.id] = number = seen.get(rule.id, 0) + 1
        result.append(rule if number == 1 else replace(rule, id=f"{rule.id}-{number}"))
    return tuple(result)


def _tuple(names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"({quoted},)" if len(names) == 1 else f"({quoted})"
