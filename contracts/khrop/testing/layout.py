"""Which rows a snapshot has: how many, under which keys, with which labels and numbers.

Here belongs what rules about groups of rows settle before any figure is drawn: each row begins as the values that they
pin. The figures are drawn in `khrop.testing.holding`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from khrop.testing.plan import Plan
from khrop.testing.solving import Draw
from khrop.vocabulary import ContainsExactly, LinearSequence, PartWhole

Slot = dict[str, Any]
MOST_ROWS = 4
_PARTS = 3


def slots(draw: Draw, plan: Plan, at_least: int = 1) -> list[Slot]:
    """The rows of a snapshot, with the values that its keys and labels pin."""
    made = _labelled(draw, plan, at_least)
    for rule in plan.of(ContainsExactly):
        for slot, value in zip(made, rule.expected, strict=True):
            slot[rule.column] = value
    for key in plan.keys:
        _distinct(draw, plan, made, key)
    return made[::-1] if draw(st.booleans()) else made


def number(plan: Plan, made: Sequence[Slot]) -> None:
    """Number the rows as sequences want it."""
    for rule in plan.of(LinearSequence):
        for at, slot in enumerate(made):
            slot[rule.column] = rule.start + at


def _labelled(draw: Draw, plan: Plan, at_least: int) -> list[Slot]:
    """Rows without values, or with the labels of parts and wholes."""
    wholes: list[PartWhole] = plan.of(PartWhole)
    if not wholes or wholes[0].labels in {rule.column for rule in plan.of(ContainsExactly)}:
        return [{} for _ in range(_how_many(draw, plan, at_least))]
    labels, by = wholes[0].labels, wholes[0].by
    named = list(dict.fromkeys(label for rule in wholes for label in (rule.whole, *rule.part)))
    fixed = plan.long or plan.many_rows
    groups = draw(st.integers(1, 2)) if by and not fixed else 1
    room = math.prod([plan.making.finite(column) or 2 for column in by])
    names = draw(_tuples(plan, by, min(groups, room)))
    made = []
    for name in names:
        open_ended = not all(rule.part for rule in wholes)
        mine = [*named]
        if open_ended:
            parts = plan.making.strategy(labels).filter(lambda label: label not in named)
            most = (fixed - len(named)) if fixed else _PARTS
            free = plan.making.finite(labels)
            most = most if free is None else min(most, free - len(named))
            mine += draw(st.lists(parts, min_size=most if fixed else min(at_least, most), max_size=most, unique=True))
        made += [{**dict(zip(by, name, strict=True)), labels: label} for label in mine]
    return made


def _how_many(draw: Draw, plan: Plan, at_least: int) -> int:
    fixed = plan.long if plan.long is not None else plan.many_rows
    if fixed is not None:
        return fixed
    most = min([MOST_ROWS, *(_room(plan, key) for key in plan.keys)])
    return int(draw(st.integers(min(at_least, most), most)))


def _room(plan: Plan, key: Sequence[str]) -> int:
    """How many different keys there can be."""
    sizes = [plan.making.finite(column) for column in key]
    return MOST_ROWS if any(size is None for size in sizes) else math.prod(size or 0 for size in sizes)


def _distinct(draw: Draw, plan: Plan, made: Sequence[Slot], key: Sequence[str]) -> None:
    numbered = {rule.column for rule in plan.of(LinearSequence)}
    if numbered.intersection(key):
        return
    pinned = [column for column in key if all(column in slot for slot in made)]
    if pinned and len({tuple(slot[column] for column in pinned) for slot in made}) == len(made):
        return
    free = [column for column in key if column not in pinned]
    for slot, values in zip(made, draw(_tuples(plan, free, len(made))), strict=True):
        slot.update(zip(free, values, strict=True))


def _tuples(plan: Plan, columns: Sequence[str], many: int) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """So many different combinations of values of some columns."""
    values = st.tuples(*[_values(plan, column) for column in columns])
    return st.lists(values, min_size=many, max_size=many, unique=True)


def _values(plan: Plan, column: str) -> st.SearchStrategy[Any]:
    from datetime import date

    strategy = plan.making.strategy(column)
    return strategy.map(date.fromordinal) if plan.fields[column].kind == "date" else strategy


def groups_of(rule: PartWhole, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], list[int]]:
    """The places of the rows of each group that has a whole."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for at, row in enumerate(rows):
        found.setdefault(tuple(row[column] for column in rule.by), []).append(at)
    return found
