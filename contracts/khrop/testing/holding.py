"""Snapshots that hold, step by step, with a place at each step where one rule may be broken.

Here belongs the order in which a snapshot comes about: which rows, their figures, the wholes of parts, what the
document says of them, what was there before, what is referred to. What each step breaks belongs in
`khrop.testing.breaking`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from khrop.engine.check import PREVIOUS_FRAME
from khrop.expressions.formula import columns_in
from khrop.testing import documents
from khrop.testing.constraints import Constraint, Linear, true_of
from khrop.testing.layout import Slot, groups_of, number, slots
from khrop.testing.plan import Plan
from khrop.testing.previous import before
from khrop.testing.reading import constraints_in
from khrop.testing.solving import Draw, Maker
from khrop.vocabulary import ByGroup, ConservesRows, ForeignKey, PartWhole

PATTERNS = 8
"""A longer table repeats the figures of so many rows: it is drawn in milliseconds, and shrinks to something small."""
TRIES = 20


class DeadEnd(Exception):
    """What was drawn so far leaves no way on; the message says what could not be drawn."""


@dataclass(slots=True)
class Snapshot:
    """One snapshot as it was drawn; the previous frame is one of the references."""

    rows: list[Slot]
    known: dict[str, Any] = field(default_factory=dict)
    references: dict[str, list[Slot]] = field(default_factory=dict)


class Breaking:
    """What is done otherwise at each step; this does nothing. `least` is how many rows it needs, `names` what a
    snapshot's name is to be instead.
    """

    least = 1
    names: tuple[Constraint, ...] = ()

    def layout(self, draw: Draw, made: list[Slot]) -> None:
        """Before rows are numbered."""

    def numbered(self, draw: Draw, made: list[Slot]) -> None:
        """After rows are numbered."""

    def row(self, draw: Draw, made: Sequence[Slot]) -> dict[int, Slot]:
        """The rows that this draws itself, by their place."""
        return {}

    def whole(self, draw: Draw, sums: dict[str, Any]) -> dict[str, Any]:
        """What a whole row says where its parts add up to `sums`."""
        return sums

    def grouped(self, rule: ByGroup) -> bool:
        """Whether a rule about groups is to hold."""
        return True

    def totals(self, draw: Draw, known: dict[str, Any]) -> frozenset[str]:
        """The facts that rows give, spoilt; the names of those that are to be kept."""
        return frozenset()

    def facts(self, draw: Draw, known: dict[str, Any]) -> frozenset[str]:
        """All facts, spoilt; the names of those that are to be kept."""
        return frozenset()

    def previous(self, draw: Draw, rows: Sequence[Slot], older: list[Slot]) -> None:
        """The rows of the previous frame."""

    def references(self, draw: Draw, rows: Sequence[Slot], frames: dict[str, list[Slot]]) -> None:
        """The rows of all references, of all snapshots."""

    def columns(self, draw: Draw, names: list[str]) -> list[str]:
        """The columns of the frame."""
        return names


HOLDING = Breaking()


def snapshot(draw: Draw, plan: Plan, breaking: Breaking = HOLDING) -> Snapshot:
    """One snapshot; `DeadEnd` where it cannot be had from what was drawn."""
    made = slots(draw, plan, breaking.least)
    breaking.layout(draw, made)
    number(plan, made)
    breaking.numbered(draw, made)
    rows = _in_groups(draw, plan, made, breaking)
    drawn = Snapshot(rows, dict(plan.document))
    kept = _say(draw, plan, drawn, breaking)
    left = documents.unsay(plan, drawn.known, kept | plan.document.keys())
    if left and breaking is HOLDING:
        raise DeadEnd(f"rule {left[0]!r} judges facts that are not known to be drawn: hand them in as document")
    if plan.compares:
        older = before(draw, plan, rows)
        if older is None:
            raise DeadEnd("no previous row was found that the rules about one row and the one before it allow")
        breaking.previous(draw, rows, older)
        drawn.references[PREVIOUS_FRAME] = older
    _refer(draw, plan, rows, drawn.references)
    return drawn


def _say(draw: Draw, plan: Plan, drawn: Snapshot, breaking: Breaking) -> frozenset[str]:
    documents.from_rows(plan, drawn.rows, drawn.known)
    kept = breaking.totals(draw, drawn.known)
    documents.derive(draw, plan, drawn.known)
    return kept | breaking.facts(draw, drawn.known)


def _in_groups(draw: Draw, plan: Plan, made: Sequence[Slot], breaking: Breaking) -> list[Slot]:
    """Rows on which the rules about groups say what they are to."""
    rules = plan.of(ByGroup)
    for _ in range(TRIES if rules else 1):
        rows = _rows(draw, plan, made, breaking)
        if all(_holds(rule, rows) is breaking.grouped(rule) for rule in rules):
            return rows
    raise DeadEnd(f"no rows were found on which {_ids(plan, ByGroup)} is as it should be")


def _rows(draw: Draw, plan: Plan, made: Sequence[Slot], breaking: Breaking) -> list[Slot]:
    wholes: list[PartWhole] = plan.of(PartWhole)
    labels = {(rule.labels, rule.whole) for rule in wholes}
    sums = [at for at, slot in enumerate(made) if any(slot.get(c) == w for c, w in labels)]
    found = breaking.row(draw, made) if made else {}
    parts = [at for at in range(len(made)) if at not in sums and at not in found]
    within = {**_shares(plan, wholes, made), **_grouped(plan, made, breaking)}
    found |= _filled(draw, plan, made, parts, within)
    todo = [at for at in sums if at not in found]
    while todo:
        ready = [at for at in todo if not _awaited(wholes, made, at, todo)] or todo
        for at in ready:
            pins = breaking.whole(draw, _sums(wholes, made, at, found))
            pins |= made[at]
            row = _one(draw, plan.making, pins, {name: ends for name, ends in within.items() if name not in pins})
            found[at] = row
        todo = [at for at in todo if at not in ready]
    return [found[at] for at in range(len(made))]


def _filled(
    draw: Draw, plan: Plan, made: Sequence[Slot], places: Sequence[int], within: Mapping[str, tuple[float, float]]
) -> dict[int, Slot]:
    """Rows with their figures: of a long table a few are drawn and repeated, where no pinned value bears on others."""
    pinned = {column for at in places for column in made[at]}
    if len(places) <= PATTERNS or pinned.intersection(plan.making.coupled):
        return {at: _one(draw, plan.making, made[at], within) for at in places}
    none = dict.fromkeys(pinned)
    patterns = [_one(draw, plan.making, none, within) for _ in range(draw(st.integers(1, PATTERNS)))]
    return {at: {**patterns[n % len(patterns)], **made[at]} for n, at in enumerate(places)}


def _one(draw: Draw, maker: Maker, pins: Slot, within: Mapping[str, tuple[float, float]] | None = None) -> Slot:
    for _ in range(TRIES):
        if (row := maker.row(draw, pins, within)) is not None:
            return dict(row)
    tried = ", ".join(rule.rule.id for rule in maker.rules) or "the rules about rows"
    raise DeadEnd(f"no row was found that keeps {tried}")


def _shares(plan: Plan, wholes: Sequence[PartWhole], made: Sequence[Slot]) -> dict[str, tuple[float, float]]:
    """How large parts may be, so that their wholes keep within bounds."""
    if not wholes:
        return {}
    return {
        value: (low if low > 0 else low / len(made), high / len(made))
        for rule in wholes
        for value in rule.values
        for low, high in [plan.making.bounds(value)]
    }


def _grouped(plan: Plan, made: Sequence[Slot], breaking: Breaking) -> dict[str, tuple[float, float]]:
    """How large figures may be, so that what rules say of their sums, least and most comes out as it is to."""
    within: dict[str, tuple[float, float]] = {}
    for rule in plan.of(ByGroup):
        said = constraints_in(rule.formula, dict.fromkeys(rule.figures, "number")) or []
        if not breaking.grouped(rule):
            # Beyond what it allows, however far.
            said = [
                replace(o, high=math.inf) if o.low == one.high else replace(o, low=-math.inf)
                for one in said
                if isinstance(one, Linear)
                for o in one.negated()[:1]
                if isinstance(o, Linear)
            ]
        for one in said:
            if isinstance(one, Linear) and [factor for _, factor in one.terms] == [1]:
                of, column = rule.figures[one.columns[0]]
                if of in ("sum", "min", "max") and column in plan.making.figures:
                    sizes = Counter(tuple(slot.get(by) for by in rule.by) for slot in made).values()
                    least, most = (min(sizes), max(sizes)) if of == "sum" and sizes else (1, 1)
                    known = within.get(column, (-math.inf, math.inf))
                    within[column] = (max(known[0], one.low / least), min(known[1], one.high / most))
    return within


def _awaited(wholes: Sequence[PartWhole], made: Sequence[Slot], at: int, todo: Sequence[int]) -> bool:
    """Whether a whole has parts that are wholes still to be reckoned."""
    return any(other in todo for rule in wholes for other in _parts(rule, made, at) if other != at)


def _parts(rule: PartWhole, made: Sequence[Slot], at: int) -> list[int]:
    if made[at].get(rule.labels) != rule.whole:
        return []
    mine = groups_of(rule, made)[tuple(made[at][column] for column in rule.by)]
    labelled = rule.part or {made[n][rule.labels] for n in mine} - {rule.whole}
    return [n for n in mine if made[n][rule.labels] in labelled]


def _sums(wholes: Sequence[PartWhole], made: Sequence[Slot], at: int, found: Mapping[int, Slot]) -> dict[str, Any]:
    """What the parts of a row add up to."""
    sums: dict[str, Any] = {}
    for rule in wholes:
        if made[at].get(rule.labels) == rule.whole:
            parts = [found[n] for n in _parts(rule, made, at)]
            sums |= {v: sum(part[v] for part in parts if part[v] is not None) for v in rule.values}
    return sums


def _holds(rule: ByGroup, rows: Sequence[Slot]) -> bool:
    groups: dict[tuple[Any, ...], list[Slot]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in rule.by), []).append(row)
    return all(_group_holds(rule, group) for group in groups.values())


def _group_holds(rule: ByGroup, rows: Sequence[Slot]) -> bool:
    figures = {name: _aggregate(of, [row.get(column) for row in rows]) for name, (of, column) in rule.figures.items()}
    return all(figures[name] is not None for name in columns_in(rule.formula)) and true_of(rule.formula, figures)


def _aggregate(of: str, values: Sequence[Any]) -> Any:
    present = [value for value in values if value is not None]
    made: dict[str, Any] = {
        "rows": len(values),
        "count": len(present),
        "sum": sum(present) if of == "sum" and present else None,
        "true": sum(map(bool, present)),
        "min": min(present, default=None),
        "max": max(present, default=None),
        "different": len(set(values)),
    }
    return made[of]


def _refer(draw: Draw, plan: Plan, rows: Sequence[Slot], frames: dict[str, list[Slot]]) -> None:
    """The frames that rules refer to by name: each with a row for each of the frame's, further ones with what they
    conserve beside it.
    """
    rules: list[ConservesRows] = plan.of(ConservesRows)
    for rule in rules:
        for name in rule.also:
            frames.setdefault(name, [dict(row) for row in rows[: draw(st.integers(0, 2))]])
    for rule in plan.of(ForeignKey):
        frame = frames.setdefault(rule.reference, [dict(row) for row in rows])
        for slot, row in zip(frame, rows, strict=False):
            slot.update({there: row[here] for here, there in zip(rule.columns, rule.columns_there, strict=True)})
    for rule in rules:
        frame = frames.setdefault(rule.of, [dict(row) for row in rows])
        for name in rule.also:
            frame += [dict(row) for row in frames[name]]


def _ids(plan: Plan, kind: type) -> str:
    return ", ".join(dict.fromkeys(one.rule.id for one in plan.built if isinstance(one.what, kind)))
