"""Snapshots that hold, step by step; at each step one rule may be broken instead.

Here belongs the order in which a snapshot is made: which rows under which keys, their figures, the wholes of parts,
the document's facts, the row before each row, the references. What is changed to break a rule belongs in
`khrop.testing.breaking`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from khrop.engine.check import PREVIOUS_FRAME
from khrop.expressions.formula import columns_in
from khrop.expressions.row_evaluation import evaluate_row
from khrop.testing import documents, other_frames
from khrop.testing.plan import Plan
from khrop.testing.solving import TRIES, DeadEnd, tried
from khrop.testing.values import Bounds, Draw, Field, Row, of_figures, read_field
from khrop.vocabulary import (
    BetweenFacts,
    ByGroup,
    ContainsExactly,
    GroupCounts,
    LinearSequence,
    PartWhole,
)

PATTERNS = 8
"""A longer table repeats the figures of so many rows: it is drawn in milliseconds, and shrinks to something small."""
MOST_ROWS = 4
_PARTS = 3


@dataclass(slots=True)
class Snapshot:
    """A snapshot.

    Attributes:
        rows: Its rows.
        known: The document's facts.
        references: The rows of the frames beside it; the previous frame is one of them.
    """

    rows: list[Row]
    known: dict[str, Any] = field(default_factory=dict)
    references: dict[str, list[Row]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Breaking:
    """What is done at one step so that a rule breaks; at no step where the snapshot is to hold.

    Attributes:
        step: The step.
        act: What is done there; the arguments depend on the step.
        rule: What the contract's method returned, where the step is about one rule.
    """

    step: str = ""
    act: Callable[..., Any] = lambda *args: None
    rule: Any = None

    def at(self, step: str, *args: Any) -> Any:
        """Act at a step: return what `act` returns, at any other None."""
        return self.act(*args) if self.step == step else None


HOLDING = Breaking()


def snapshot(draw: Draw, plan: Plan, breaking: Breaking = HOLDING) -> Snapshot:
    """Draw a snapshot.

    Args:
        draw: The function of Hypothesis that draws.
        plan: The contract.
        breaking: What is broken.

    Returns:
        The snapshot.

    Raises:
        DeadEnd: What was drawn cannot be completed.
    """
    slots = _slots(draw, plan, 2 if breaking.step in ("slots", "numbered") else 1)
    breaking.at("slots", draw, plan, slots)
    for rule in plan.of(LinearSequence):
        for at, slot in enumerate(slots):
            slot[rule.column] = rule.start + at
    breaking.at("numbered", draw, plan, slots)
    figures = _in_groups(draw, plan, slots, breaking)
    older = other_frames.previous(draw, plan, figures, breaking) if plan.compares else []
    drawn = Snapshot([plan.with_dates(row) for row in figures], dict(plan.document))
    totals = documents.totals_of(plan, figures)
    fixed = breaking.at("totals", draw, plan, totals) or frozenset()
    drawn.known |= {name: value for name, value in totals.items() if name not in drawn.known}
    documents.set_bounds(draw, plan, drawn.rows, drawn.known)
    fixed |= breaking.at("between", draw, plan, drawn.rows, drawn.known) or frozenset()
    documents.derive(draw, plan, drawn.known)
    fixed |= breaking.at("facts", draw, plan, drawn.known) or frozenset()
    broken = documents.leave_out(plan, drawn.known, fixed | plan.document.keys())
    if broken and breaking is HOLDING:
        raise DeadEnd(f"rule {broken[0]!r} judges facts that are not known to be drawn: hand them in as document")
    if plan.compares:
        drawn.references[PREVIOUS_FRAME] = [plan.with_dates(row) for row in older]
    other_frames.references(draw, plan, drawn.rows, drawn.references)
    return drawn


def _slots(draw: Draw, plan: Plan, least: int) -> list[Row]:
    """Draw the rows of a snapshot, with the values that its keys and labels pin."""
    slots = _labelled(draw, plan, least)
    for rule in plan.of(ContainsExactly):
        for slot, value in zip(slots, rule.expected, strict=True):
            slot[rule.column] = value
    for counted in sorted(plan.of(GroupCounts), key=lambda rule: -len(rule.by)):
        _count(draw, plan, counted, slots)
    numbered = {rule.column for rule in plan.of(LinearSequence)}
    for key in plan.keys:
        pinned = [column for column in key if all(column in slot for slot in slots)]
        if numbered.intersection(key) or (pinned and len({tuple(map(s.get, pinned)) for s in slots}) == len(slots)):
            continue
        free = [column for column in key if column not in pinned]
        for slot, values in zip(slots, draw(_tuples(plan, free, len(slots))), strict=True):
            slot |= zip(free, values, strict=True)
    return slots[::-1] if draw(st.booleans()) else slots


def _count(draw: Draw, plan: Plan, rule: GroupCounts, slots: list[Row]) -> None:
    """Give slots the groups of a list, each as often as it says, and the others groups that are not in it."""
    listed = {tuple(key): int(rows) for *key, rows in rule.expected}
    left = Counter(listed)
    free = []
    for slot in slots:
        if all(column in slot for column in rule.by):
            left[tuple(slot[column] for column in rule.by)] -= 1
        else:
            free.append(slot)
    waiting = list(left.elements())
    if any(times < 0 and (rule.others or key in listed) for key, times in left.items()):
        raise DeadEnd("the groups that other rules require are not those of the list")
    for slot in free:
        fits = (
            n for n, key in enumerate(waiting) if all(slot.get(c, v) == v for c, v in zip(rule.by, key, strict=True))
        )
        at = next(fits, None)
        if at is None and rule.others:
            raise DeadEnd("there are more rows than the list of groups has")
        key = _unlisted(draw, plan, rule, slot, listed) if at is None else waiting.pop(at)
        slot |= zip(rule.by, key, strict=True)
    if waiting and (rule.others or plan.rows is not None or plan.many_rows is not None):
        raise DeadEnd("there are fewer rows than the list of groups has")
    slots += [dict(zip(rule.by, key, strict=True)) for key in waiting]


def _unlisted(draw: Draw, plan: Plan, rule: GroupCounts, slot: Row, listed: Mapping[Any, int]) -> tuple[Any, ...]:
    """Draw a group that is not in a list."""
    for _ in range(TRIES):
        key = tuple(slot[c] if c in slot else draw(plan.fields[c].strategy()) for c in rule.by)
        if key not in listed:
            return key
    raise DeadEnd("no group was found that is not in the list")


def _labelled(draw: Draw, plan: Plan, least: int) -> list[Row]:
    """Draw rows without values, or with the labels of parts and wholes."""
    wholes: list[PartWhole] = plan.of(PartWhole)
    fixed = plan.many_rows if plan.rows is None else plan.rows
    if not wholes or wholes[0].labels in {rule.column for rule in plan.of(ContainsExactly)}:
        most = MOST_ROWS
        for key in plan.keys:
            sizes = [plan.finite(column) for column in key]
            most = min(most, math.prod(MOST_ROWS if size is None else size for size in sizes))
        return [{} for _ in range(fixed if fixed is not None else draw(st.integers(min(least, most), most)))]
    labels, by = wholes[0].labels, wholes[0].by
    named = list(dict.fromkeys(label for rule in wholes for label in (rule.whole, *rule.part)))
    groups = draw(st.integers(1, 2)) if by and not fixed else 1
    room, rows = math.prod([plan.finite(column) or 2 for column in by]), []
    for name in draw(_tuples(plan, by, min(groups, room))):
        row_labels = [*named]
        if not all(rule.part for rule in wholes):
            others, free = plan.fields[labels].strategy().filter(lambda label: label not in named), plan.finite(labels)
            most = fixed - len(named) if fixed else _PARTS if free is None else min(_PARTS, free - len(named))
            size = most if fixed else min(least, most)
            row_labels += draw(st.lists(others, min_size=size, max_size=most, unique=True))
        rows += [{**dict(zip(by, name, strict=True)), labels: label} for label in row_labels]
    return rows


def _tuples(plan: Plan, columns: Sequence[str], many: int) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Return a strategy for so many different combinations of values of some columns."""
    values = st.tuples(*[plan.fields[column].strategy() for column in columns])
    return st.lists(values, min_size=many, max_size=many, unique=True)


def _in_groups(draw: Draw, plan: Plan, slots: Sequence[Row], breaking: Breaking) -> list[Row]:
    """Draw rows on which the rules about groups hold, or the one that is broken does not."""
    rules = plan.of(ByGroup)
    for _ in range(TRIES if rules else 1):
        rows = _rows(draw, plan, slots, breaking)
        if all(_keeps(rule, rows) is (breaking.rule is not rule) for rule in rules):
            return rows
    raise DeadEnd("no rows were found on which the rules about groups are as they should be")


def _rows(draw: Draw, plan: Plan, slots: Sequence[Row], breaking: Breaking) -> list[Row]:
    wholes: list[PartWhole] = plan.of(PartWhole)
    sums = [at for at, slot in enumerate(slots) if is_whole(plan, slot)]
    filled: dict[int, Row] = breaking.at("row", draw, plan, slots) or {}
    parts = [at for at in range(len(slots)) if at not in sums and at not in filled]
    within = _within(plan, wholes, slots, breaking)
    filled |= _filled(draw, plan, slots, parts, within)
    todo = [at for at in sums if at not in filled]
    while todo:
        ready = [at for at in todo if not {n for rule in wholes for n in _parts(rule, slots, at)}.intersection(todo)]
        for at in ready or todo:
            sums_due = {value: sum(filled[n][value] for n in _parts(rule, slots, at) if filled[n][value] is not None)
                   for rule in wholes if slots[at].get(rule.labels) == rule.whole for value in rule.values}  # fmt: skip
            # What else is then in the row is for the rules about rows to say.
            sums_due = breaking.at("whole", draw, plan, sums_due) or sums_due
            filled[at] = one_row(draw, plan, sums_due | slots[at], within)
        todo = [at for at in todo if at not in (ready or todo)]
    return [filled[at] for at in range(len(slots))]


def is_whole(plan: Plan, slot: Row) -> bool:
    """Check whether a row is the whole of others."""
    return any(slot.get(rule.labels) == rule.whole for rule in plan.of(PartWhole))


def _parts(rule: PartWhole, slots: Sequence[Row], at: int) -> list[int]:
    """Return the places of the parts of a row; none where it is no whole."""
    whole = slots[at]
    places = [n for n, slot in enumerate(slots) if all(slot[column] == whole[column] for column in rule.by) and n != at]
    places = places if whole.get(rule.labels) == rule.whole else []
    return [n for n in places if not rule.part or slots[n][rule.labels] in rule.part]


def _filled(
    draw: Draw, plan: Plan, slots: Sequence[Row], places: Sequence[int], within: Mapping[str, Bounds]
) -> dict[int, Row]:
    """Draw rows: of a long table a few are drawn and repeated, where no pinned value bears on others."""
    pinned = {column for at in places for column in slots[at]}
    if len(places) <= PATTERNS or pinned.intersection(plan.solver.coupled):
        return {at: one_row(draw, plan, slots[at], within) for at in places}
    patterns = [one_row(draw, plan, slots[places[0]], within) for _ in range(draw(st.integers(1, PATTERNS)))]
    return {at: {**patterns[n % len(patterns)], **slots[at]} for n, at in enumerate(places)}


def one_row(draw: Draw, plan: Plan, pins: Row, within: Mapping[str, Bounds] | None = None) -> Row:
    """Draw a row that holds.

    Args:
        draw: The function of Hypothesis that draws.
        plan: The contract.
        pins: Cells that are given.
        within: Bounds of figures.

    Returns:
        The row.

    Raises:
        DeadEnd: No row was found.
    """
    return tried([plan.solver] * TRIES, draw, pins, within)


def _within(plan: Plan, wholes: Sequence[PartWhole], slots: Sequence[Row], breaking: Breaking) -> dict[str, Bounds]:
    """Return how large figures may be, so that wholes, and aggregates of groups, keep within bounds."""
    within: dict[str, Bounds] = {}
    for value in (value for rule in wholes for value in rule.values):
        low, high = plan.fields[value].low, plan.fields[value].high
        within[value] = (low if low > 0 else low / len(slots), high / len(slots))
    for between in plan.of(BetweenFacts):
        ends = [plan.document.get(fact) for fact in (between.first, between.last)]
        first, last = (end.toordinal() if isinstance(end, date) else None for end in ends)
        within[between.column] = (-math.inf if first is None else first, math.inf if last is None else last)
    for rule in plan.of(ByGroup):
        sizes = Counter(tuple(slot.get(by) for by in rule.by) for slot in slots).values()
        for name, (function, column) in rule.figures.items():
            if function not in ("sum", "min", "max", "mean") or not plan.fields[column].is_figure:
                continue
            least, most = (min(sizes), max(sizes)) if function == "sum" and sizes else (1, 1)
            allowed = read_field(Field(name, "number", "", False, False), [of_figures(rule.formula)])
            low, high = allowed.low / least, allowed.high / most
            if breaking.rule is rule:
                # Beyond what is allowed, however far.
                low, high = -math.inf, allowed.low / most
                if math.isfinite(allowed.high):
                    low, high = allowed.high / least, math.inf
            bounds = within.get(column, (-math.inf, math.inf))
            within[column] = max(bounds[0], low), min(bounds[1], high)
    return within


def _keeps(rule: ByGroup, rows: Sequence[Row]) -> bool:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in rule.by), []).append(row)
    formula = of_figures(rule.formula)
    for group in groups.values():
        figures = {
            name: _aggregate(function, [r.get(column) for r in group])
            for name, (function, column) in rule.figures.items()
        }
        if any(figures[name] is None for name in columns_in(formula)) or not evaluate_row(formula, figures):
            return False
    return True


def _aggregate(function: str, values: Sequence[Any]) -> Any:
    present = [value for value in values if value is not None]
    counts = {
        "rows": len(values),
        "count": len(present),
        "true": sum(map(bool, present)),
        "different": len(set(values)),
    }
    if function in counts:
        return counts[function]
    return {"sum": sum, "min": min, "max": max, "mean": _mean}[function](present) if present else None  # type: ignore[operator]


def _mean(values: Sequence[Any]) -> Any:
    return sum(values) / len(values)
