"""The frame before: rows of the same keys, that the rules about one row and the one before it allow.

Here belongs what a previous frame holds. How it is spoilt belongs in `khrop.testing.breaking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from khrop.model.rule import PREVIOUS
from khrop.testing.constraints import Constraint, Linear, Row, judged
from khrop.testing.plan import Plan, Said
from khrop.testing.solving import Draw, Maker, Ratio
from khrop.vocabulary import LinearSequence, NotAllSame

_TRIES = 5


def before(draw: Draw, plan: Plan, rows: Sequence[Row]) -> list[dict[str, Any]] | None:
    """A row before for each row; None where none was found. Rows with the same figures had the same."""
    maker: Maker = steady(plan)
    known: dict[Any, Any] = {}
    older = []
    each = bool(_pinned_figures(plan).intersection(maker.coupled))
    for row in rows:
        kept = _kept(plan, row)
        figures = tuple(row[name] for name in plan.making.figures if name not in kept)
        if figures not in known or each:
            known[figures] = older_row(draw, plan, maker, row) or older_row(draw, plan, loose(plan), row)
        if (found := known[figures]) is None:
            return None
        older.append({**found, **{name: row[name] for name in kept}})
    for rule in plan.of(NotAllSame):
        differ(plan, rule, rows, older)
    return older


def older_maker(plan: Plan, instead: Mapping[int, Sequence[Constraint]] | None = None, coherent: bool = True) -> Maker:
    """What draws a row and the one before it; with other constraints `instead` of those of some rules. Where it is
    `coherent`, the row before keeps the rules of rows.
    """
    constraints = [_of_previous(c) for said in plan.rows for c in said.constraints or () if coherent]
    tried = []
    for at, said in enumerate(plan.compared):
        if instead and at in instead:
            constraints += instead[at]
        elif said.constraints is not None:
            constraints += said.constraints
        else:
            tried.append(said.rule)
    fields = [*plan.row_fields, *(replace(f, name=PREVIOUS + f.name) for f in plan.row_fields)]
    ratios = [Ratio(*(PREVIOUS + name for name in (r.ratio, r.part, r.whole))) for r in plan.ratios if coherent]
    freed = frozenset() if coherent else frozenset(f.name for f in fields)
    return Maker(fields, constraints, tried, ratios, freed)


def older_row(draw: Draw, plan: Plan, maker: Maker, row: Row) -> dict[str, Any] | None:
    """The row before a row, without its keys and texts, which are the same."""
    pins = {name: row.get(name) for name in plan.fields if name != plan.options.snapshot}
    pins |= {PREVIOUS + name: row.get(name) for name in _kept(plan, row)}
    for _ in range(_TRIES):
        if (both := maker.row(draw, pins)) is not None:
            return {name.removeprefix(PREVIOUS): v for name, v in both.items() if name.startswith(PREVIOUS)}
    return None


@lru_cache(maxsize=64)
def steady(plan: Plan) -> Maker:
    """What draws a row before that holds itself."""
    return older_maker(plan)


@lru_cache(maxsize=64)
def loose(plan: Plan) -> Maker:
    """What draws a row before that is only compared: of a row that is broken itself there may be no other."""
    return older_maker(plan, coherent=False)


def differ(
    plan: Plan, rule: NotAllSame, rows: Sequence[Row], older: list[dict[str, Any]], spoilt: Said | None = None
) -> None:
    """See to it that some figure is another than before; a rule that is `spoilt` need not hold."""
    if any(row[c] is not None and row[c] != was[c] for row, was in zip(rows, older, strict=True) for c in rule.columns):
        return
    for row, was in zip(rows, older, strict=True):
        for column in rule.columns:
            for by in (-1, 1):
                if row[column] is None:
                    continue
                other = {**was, column: row[column] + by}
                both = {**row, **{PREVIOUS + name: value for name, value in other.items()}}
                if all(said is spoilt or judged(said.rule, both) for said in plan.compared):
                    was[column] = row[column] + by
                    return


def _kept(plan: Plan, row: Row) -> list[str]:
    """The columns that say the same as before: keys, numbers of rows, labels, texts, and what is null."""
    pinned = _pinned_figures(plan)
    figures = {*plan.making.figures, *(r.ratio for r in plan.ratios)}
    kept = [name for name in row if name not in figures or name in pinned]
    return [*kept, *(name for name in figures if name in row and row[name] is None and name not in kept)]


def _pinned_figures(plan: Plan) -> frozenset[str]:
    pinned = {column for key in plan.keys for column in key}
    pinned |= {one.column for one in plan.of(LinearSequence)}
    return frozenset(pinned.intersection(plan.making.figures))


def _of_previous(constraint: Constraint) -> Constraint:
    """A constraint on a row, on the row before it."""
    if isinstance(constraint, Linear):
        return replace(constraint, terms=tuple((PREVIOUS + name, factor) for name, factor in constraint.terms))
    return replace(constraint, column=PREVIOUS + constraint.column)
