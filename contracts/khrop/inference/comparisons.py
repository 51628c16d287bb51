"""Columns that are equal in all rows, and dates that come in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from khrop.engine.compiling.declared import MOMENTS, NUMBERS
from khrop.expressions.formula import Call, Column
from khrop.inference.chance import MOST_DOUBT, different, doubt
from khrop.inference.proposed_rule import ProposedRule
from khrop.inference.sampled_column import Array, SampledColumn

_COMPARED = 5_000
_MOST_DATES = 30


def equalities(columns: Sequence[SampledColumn]) -> list[ProposedRule]:
    """Return that columns equal the first of the same values; columns of a single value are left out."""
    groups: dict[object, list[SampledColumn]] = {}
    varying = [column for column in columns if column.varies and column.kind != "other"]
    for column in varying:
        kind = "number" if column.kind in NUMBERS else column.kind
        groups.setdefault((kind, column.zone is None, column.values), []).append(column)
    tried = len(varying) * len(varying)
    return [_equal(same[0], other, tried) for same in groups.values() for other in same[1:]]


def _equal(first: SampledColumn, other: SampledColumn, tried: int) -> ProposedRule:
    values = first.codes
    rows = np.flatnonzero(values >= 0)[:_COMPARED]
    return ProposedRule(
        id="equal", what=Call("__eq__", (Column(other.name), Column(first.name))), columns=(other.name, first.name),
        summary=f"{other.name} equals {first.name}.", held=first.filled, of=first.filled,
        # A value that stands often is one piece of evidence a row; copies of whole rows cannot be known here.
        doubt=doubt(lambda left, right: values[left] == values[right], rows, len(rows), tried),
    )  # fmt: skip


def orders(columns: Sequence[SampledColumn]) -> list[ProposedRule]:
    """Return that one date is never after another, where chance would put it there; what follows of others is left out.

    Where all of one column lie before all of the other, their order shows nothing of single rows, and is no rule.
    """
    dates = [column for column in columns if column.kind in MOMENTS and column.varies][:_MOST_DATES]
    rules: dict[tuple[str, str], ProposedRule] = {}
    for first in dates:
        for second in dates:
            is_same_kind = first.kind == second.kind and (first.zone is None) == (second.zone is None)
            if (
                first is not second
                and is_same_kind
                and (ordered := _in_order(first, second, len(dates) ** 2)) is not None
            ):
                rules[first.name, second.name] = ordered
    names = [column.name for column in dates]
    return [
        ordered
        for (first, second), ordered in rules.items()
        if not any((first, name) in rules and (name, second) in rules for name in names)
    ]


def _in_order(first: SampledColumn, second: SampledColumn, tried: int) -> ProposedRule | None:
    if first.units is None or second.units is None:
        return None
    starts, ends = first.units.values, second.units.values
    judged = first.units.present & second.units.present
    if not judged.any() or (starts > ends)[judged].any() or (starts == ends)[judged].all():
        return None

    def fits(left: Array, right: Array) -> Array:
        in_order: Array = starts[left] <= ends[right]
        return in_order

    rows = different(np.flatnonzero(judged)[:_COMPARED], starts, ends)
    unsure = doubt(fits, rows, len(rows), tried)
    if unsure > MOST_DOUBT:
        return None
    count = int(judged.sum())
    return ProposedRule(
        id="in-order", what=Call("__le__", (Column(first.name), Column(second.name))),
        columns=(first.name, second.name), summary=f"{first.name} is not after {second.name}.", held=count, of=count,
        doubt=unsure,
    )  # fmt: skip
