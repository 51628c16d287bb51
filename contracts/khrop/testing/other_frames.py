"""The frames beside a snapshot: the row before each of its rows, and those that its rules refer to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from khrop.model.rule import PREVIOUS
from khrop.testing.goals import Goal
from khrop.testing.plan import Plan
from khrop.testing.solving import tried
from khrop.testing.values import Draw, Row
from khrop.vocabulary import ConservesRows, ForeignKey, KeysKept, LinearSequence, NotAllSame

if TYPE_CHECKING:
    from khrop.testing.snapshots import Breaking

OLDER_TRIES = 5


def previous(draw: Draw, plan: Plan, rows: Sequence[Row], breaking: Breaking) -> list[Row]:
    """Draw a row before for each row; rows with the same figures had the same."""
    older_of_figures: dict[Any, Row] = {}
    pinned = {column for key in plan.keys for column in key} | {rule.column for rule in plan.of(LinearSequence)}
    always_drawn = pinned.intersection(plan.solver.coupled)
    older = []
    for row in rows:
        pinned_cells = {n: v for n, v in row.items() if n in pinned or v is None or not plan.fields[n].is_figure}
        figures = tuple(value for name, value in row.items() if name not in pinned_cells)
        if figures not in older_of_figures or always_drawn:
            older_of_figures[figures] = older_row(draw, plan, row, pinned_cells)
        older.append(older_of_figures[figures] | pinned_cells)
    spoilt: Goal | None = breaking.at("previous", draw, plan, rows, older)
    if plan.options.key:
        # Rows of one key would be compared each with each, and those without with none.
        keys = [tuple(row[column] for column in plan.options.key) for row in older]
        times = Counter(keys)
        kept_rows = [at for at, key in enumerate(keys) if times[key] == 1 and None not in key]
        rows, older = [rows[at] for at in kept_rows], [older[at] for at in kept_rows]
    for rule in plan.of(NotAllSame):
        if breaking.rule is not rule:
            _differ(plan, rule, rows, older, spoilt)
    return older


def older_row(draw: Draw, plan: Plan, row: Row, pinned_cells: Row) -> Row:
    """Draw the row before a row.

    Args:
        draw: The function of Hypothesis that draws.
        plan: The contract.
        row: The row.
        pinned_cells: The cells that are the same before.

    Returns:
        The row before, one that holds itself where there is such a one.

    Raises:
        DeadEnd: None was found.
    """
    pins = row | {PREVIOUS + name: value for name, value in pinned_cells.items()}
    like = {PREVIOUS + name: value for name, value in row.items()}
    pair = tried([solver for solver in plan.older for _ in range(OLDER_TRIES)], draw, pins, like=like)
    return {name.removeprefix(PREVIOUS): value for name, value in pair.items() if name.startswith(PREVIOUS)}


def _differ(plan: Plan, rule: NotAllSame, rows: Sequence[Row], older: Sequence[Row], spoilt: Goal | None) -> None:
    """Change some figure of the previous frame, where all are the same; a goal that is spoilt need not hold."""
    pairs = list(zip(rows, older, strict=True))
    if any(row[c] is not None and row[c] != was[c] for row, was in pairs for c in rule.columns):
        return
    for row, was in pairs:
        for column, by in ((column, by) for column in rule.columns if row[column] is not None for by in (-1, 1)):
            pair = row | {PREVIOUS + name: value for name, value in was.items()} | {PREVIOUS + column: row[column] + by}
            if all(goal is spoilt or goal.holds(pair, plan.fields) for goal in plan.compared):
                was[column] = row[column] + by
                return


def references(draw: Draw, plan: Plan, rows: Sequence[Row], frames: dict[str, list[Row]]) -> None:
    """Make the frames that rules refer to: each with the frame's rows, and those that are conserved beside them."""
    for kept in plan.of(KeysKept):
        frames.setdefault(kept.reference, [dict(row) for row in rows])
        if kept.known:
            frames.setdefault(kept.known, [dict(row) for row in rows[:1]])
    conserved: list[ConservesRows] = plan.of(ConservesRows)
    for name in (name for rule in conserved for name in rule.also):
        frames.setdefault(name, [dict(row) for row in rows[: draw(st.integers(0, 2))]])
    for key in plan.of(ForeignKey):
        frame = frames.setdefault(key.reference, [dict(row) for row in rows])
        for slot, row in zip(frame, rows, strict=False):
            slot |= {there: row[here] for here, there in zip(key.columns, key.columns_there, strict=True)}
    for rule in conserved:
        frame = frames.setdefault(rule.of, [dict(row) for row in rows])
        frame += [dict(row) for name in rule.also for row in frames[name]]
