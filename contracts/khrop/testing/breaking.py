"""One rule broken, as its class asks: off by one, a null, a row dropped, a claim changed, a day too late.

Here belongs what breaks which rule, at which step of `khrop.testing.snapshots`; the steps after it go on as if that
were so, and so the rest of the frame holds wherever it can.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st

from khrop import vocabulary
from khrop.engine.compiling.compiled import COLUMNS
from khrop.engine.compiling.row_rules import RowRule
from khrop.expressions.percents import in_hundredths
from khrop.model.rule import PREVIOUS
from khrop.testing.documents import misstate
from khrop.testing.goals import Goal
from khrop.testing.moves import Moves
from khrop.testing.plan import Plan
from khrop.testing.snapshots import Breaking, is_whole, one_row
from khrop.testing.solving import TRIES, DeadEnd, Solver
from khrop.testing.values import Draw, Row

Rows = list[Row]
_PATIENCE = 4
"""After so many rows a row is taken that breaks other rules too."""
_SIGN = st.sampled_from((1, -1))


def breakers(plan: Plan, rule_id: str) -> list[Breaking]:
    """Return the ways to break a rule.

    Args:
        plan: The contract.
        rule_id: The rule's id.

    Returns:
        The ways, at least one.

    Raises:
        ValueError: The contract has no such rule, or no way is known to break it.
    """
    plan.require_rule(rule_id)
    ways = list(_breakers(plan, rule_id))
    if not ways:
        raise ValueError(
            f"{plan.contract.__name__}: no way is known to break rule {rule_id!r}: it is not of khrop.vocabulary"
        )
    return ways


def _breakers(plan: Plan, rule_id: str) -> Iterator[Breaking]:
    if rule_id == COLUMNS:
        yield Breaking("columns", _without_column)
    goals = [goal for goal in plan.goals if goal.id == rule_id]
    for goal in (goal for goal in goals if goal.columns == (plan.options.snapshot,)):
        yield Breaking("name", partial(_misnamed, goal))
    if row_goals := [goal for goal in goals if goal.columns != (plan.options.snapshot,)]:
        yield Breaking("row", partial(_spoilt_row, row_goals))
    for goal in plan.compared:
        if goal.id == rule_id:
            yield Breaking("previous", partial(_spoilt_before, goal))
    for entry in plan.built:
        if entry.rule.id == rule_id and not isinstance(entry.what, RowRule) and entry.rule.scope != "document":
            for step, act in _STEPS.get(type(entry.what), ()):
                yield Breaking(step, partial(act, entry.what), entry.what)
    for part in (part for id_of_part, part in plan.documents if id_of_part == rule_id):
        yield Breaking("facts", partial(misstate, part))


def _random_row(draw: Draw, rows: Sequence[Any], least: int = 1) -> int:
    if len(rows) < least:
        raise DeadEnd("there are too few rows or columns")
    return int(draw(st.integers(0, len(rows) - 1)))


def _without_column(draw: Draw, plan: Plan, names: list[str]) -> list[str]:
    lost = draw(st.sampled_from([name for name in names if plan.fields[name].required]))
    return [name for name in names if name != lost]


def _misnamed(goal: Goal, draw: Draw, plan: Plan, name: str) -> Any:
    """Return a snapshot's name that a rule does not allow."""
    row = {plan.options.snapshot or "": name}
    changes = [change for change, _ in goal.changes(False, row, Moves(plan.fields, draw, (), Counter()))]
    wrong = [new for change in changes for new in change.values() if new and not goal.holds(change, plan.fields)]
    return wrong[_random_row(draw, wrong)]


def _spoilt_row(goals: Sequence[Goal], draw: Draw, plan: Plan, slots: Rows) -> dict[int, Row]:
    """Return a row that a rule does not allow: rather a part than a whole, as the whole then follows."""
    places = [at for at, slot in enumerate(slots) if not is_whole(plan, slot)] or list(range(len(slots)))
    at = places[_random_row(draw, places)]
    tries = (
        (*plan.solver.spoil(draw, one_row(draw, plan, slots[at]), goals, slots[at].keys()), at) for _ in range(TRIES)
    )
    return {at: _least(tries, goals[0])[1]}


def _least(tries: Iterable[tuple[float, Row, int]], goal: Goal) -> tuple[float, Row, int]:
    """Return the row, of some, that breaks the fewest other rules, with how many and its place."""
    best: tuple[float, Row, int] = math.inf, {}, 0
    for n, spoilt in enumerate(tries, 1):
        best = min(best, spoilt, key=lambda attempt: attempt[0])
        if not best[0] or (n >= _PATIENCE and math.isfinite(best[0])):
            break
    if math.isinf(best[0]):
        raise DeadEnd(f"no row was found that breaks rule {goal.id!r}")
    return best


def _spoilt_before(goal: Goal, draw: Draw, plan: Plan, rows: Rows, older: Rows) -> Goal:
    """Replace a row before by one that a rule does not allow: one that holds itself, where there is such a one."""
    first = _random_row(draw, rows)

    def spoilt(solver: Solver, at: int) -> tuple[float, Row, int]:
        pair = rows[at] | {PREVIOUS + name: value for name, value in older[at].items()}
        fixed = {*rows[at], *(PREVIOUS + name for name in rows[at] if not plan.fields[name].is_figure)}
        return (*solver.spoil(draw, pair, [goal], fixed), at)

    for solver in plan.older:
        places = [*range(first, len(rows)), *range(first)]
        wrong, row, place = _least((spoilt(solver, at) for at in places[:TRIES]), goal)
        if not wrong:
            break
    older[place] = {name: row[PREVIOUS + name] for name in rows[place]}
    return goal


def _row_lost(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    del slots[_random_row(draw, slots, 2)]


def _foreign_value(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    if plan.finite(rule.column) is not None:
        raise DeadEnd("the column itself has a list of values")
    others = plan.fields[rule.column].strategy().filter(lambda value: value not in rule.expected)
    slots[_random_row(draw, slots)][rule.column] = draw(others)


def _misnumbered(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    """Leave the last number out, or give it twice."""
    last = max(slots, key=lambda slot: slot[rule.column])
    last[rule.column] += draw(_SIGN) if len(slots) > 1 else 1


def _same_key(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    parts = [slot for slot in slots if not is_whole(plan, slot)]
    _random_row(draw, slots, 2)
    first, second = (parts if len(parts) > 1 else slots)[:2]
    second |= {column: first[column] for column in getattr(rule, "columns", None) or (rule.column,)}


def _no_key(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    columns = [column for column in rule.columns if plan.fields[column].nullable]
    slots[_random_row(draw, slots)][columns[_random_row(draw, columns)]] = None


def _wrong_whole(rule: Any, draw: Draw, plan: Plan, sums: Row) -> Row:
    value = draw(st.sampled_from(rule.values))
    by = (int(rule.tolerance) + 1) * draw(_SIGN)
    return {value: sums[value] + by} if value in sums else sums


def _no_whole(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    _random_row(draw, slots, 2)
    slots[:] = [slot for slot in slots if slot[rule.labels] != rule.whole]


def _wrong_total(rule: Any, draw: Draw, plan: Plan, known: Row) -> frozenset[str]:
    names = [name for name in rule.claims(dict.fromkeys(plan.fields, 1)) if name in known]
    name = draw(st.sampled_from(names))
    if rule.ratio and name == rule.prefix + rule.ratio[2]:
        least = int(in_hundredths(rule.tolerance)) + 2
        known[name] = round(known[name] + draw(st.integers(least, 100 + least)) / 100, 2)
    else:
        known[name] += draw(st.integers(1, 3)) * draw(_SIGN)
    return frozenset({name})


def _nothing_new(rule: Any, draw: Draw, plan: Plan, rows: Rows, older: Rows) -> None:
    older[:] = [dict(row) for row in rows]


def _lost_key(rule: Any, draw: Draw, plan: Plan, rows: Rows, frames: dict[str, Rows]) -> None:
    row = draw(st.sampled_from(rows))
    key = [row[column] for column in rule.columns]
    remaining = [slot for slot in frames[rule.reference] if [slot[there] for there in rule.columns_there] != key]
    frames[rule.reference] = remaining


def _more_rows(rule: Any, draw: Draw, plan: Plan, rows: Rows, frames: dict[str, Rows]) -> None:
    frame = frames[rule.of]
    frame += [dict(frame[0])] * draw(st.integers(1, 2)) if frame else [dict(row) for row in rows[:1]]


def _group_lost(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    """Leave out a row of a group that is in the list."""
    listed = {tuple(key) for *key, rows in rule.expected if rows}
    places = [at for at, slot in enumerate(slots) if tuple(slot[column] for column in rule.by) in listed]
    _random_row(draw, slots, 2)
    del slots[places[_random_row(draw, places)]]


def _group_more(rule: Any, draw: Draw, plan: Plan, slots: Rows) -> None:
    """Add a row to a group that is in the list."""
    *key, _ = rule.expected[_random_row(draw, rule.expected)]
    slot = dict(zip(rule.by, key, strict=True))
    for column in dict.fromkeys(column for key in plan.keys for column in key if column not in slot):
        used = {slot.get(column) for slot in slots}
        slot[column] = draw(plan.fields[column].strategy().filter(partial(_is_new, used)))
    slots.append(slot)


def _is_new(used: set[Any], value: Any) -> bool:
    return value not in used


def _outside(rule: Any, draw: Draw, plan: Plan, rows: Rows, known: Row) -> frozenset[str]:
    """Move a fact past the nearest of the dates."""
    days = [row[rule.column] for row in rows if row.get(rule.column) is not None]
    ends = [(name, outermost, sign) for name, outermost, sign in ((rule.first, min, 1), (rule.last, max, -1)) if name]
    _random_row(draw, days)
    name, outermost, sign = ends[_random_row(draw, ends)]
    known[name] = outermost(days) + timedelta(sign * draw(st.integers(1, 30)))
    return frozenset({name})


def _key_gone(rule: Any, draw: Draw, plan: Plan, rows: Rows, frames: dict[str, Rows]) -> None:
    """Leave a key of the frame out of the frame that it is compared with."""
    _random_row(draw, rows, 2)
    lost = rows[_random_row(draw, rows)]
    named = [*([plan.options.snapshot] if plan.options.snapshot in lost else []), *rule.columns]
    for name, columns in ((rule.reference, named), (rule.known, rule.columns)):
        if name:
            frames[name] = [row for row in frames[name] if any(row.get(c) != lost[c] for c in columns)]


def _key_new(rule: Any, draw: Draw, plan: Plan, rows: Rows, frames: dict[str, Rows]) -> None:
    """Add a key to the frame that the frame is compared with."""
    used = {row[rule.columns[0]] for row in [*rows, *frames[rule.reference]]}
    other = draw(plan.fields[rule.columns[0]].strategy().filter(lambda value: value not in used))
    frames[rule.reference].append(rows[_random_row(draw, rows)] | {rule.columns[0]: other})


_STEPS: dict[type, tuple[tuple[str, Any], ...]] = {
    vocabulary.ContainsExactly: (("slots", _row_lost), ("slots", _same_key), ("slots", _foreign_value)),
    vocabulary.LinearSequence: (("numbered", _misnumbered),),
    vocabulary.UniqueKey: (("numbered", _same_key), ("numbered", _no_key)),
    vocabulary.PartWhole: (("whole", _wrong_whole), ("slots", _no_whole)),
    vocabulary.SumsMatch: (("totals", _wrong_total),),
    # The bounds of figures are then those that the rule does not allow.
    vocabulary.ByGroup: (("groups", lambda *args: None),),
    vocabulary.NotAllSame: (("previous", _nothing_new),),
    vocabulary.ForeignKey: (("references", _lost_key),),
    vocabulary.ConservesRows: (("references", _more_rows),),
    vocabulary.GroupCounts: (("slots", _group_lost), ("slots", _group_more)),
    vocabulary.BetweenFacts: (("between", _outside),),
    vocabulary.KeysKept: (("references", _key_gone), ("references", _key_new)),
}
"""For each class of rules about several rows the steps at which it is broken, and by what."""
