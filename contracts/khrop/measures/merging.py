"""Merge the states of several parts. What becomes of the results of a rule is in `khrop.measures.state`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from khrop.measures.results import merge_results
from khrop.measures.state import State
from khrop.model.rule import options_of

_NAMED = 3
"""Snapshots that a message names."""


def merge(states: Iterable[State]) -> State:
    """Merge the states of several parts of a table into that of the whole. No part is read again.

    The order of the states does not matter, and merged states can be merged again.

    Args:
        states: The states, all of the same contract and parameters.

    Returns:
        The state of all parts together.

    Raises:
        ValueError: There is no state, the states are of different contracts, versions or parameters, or a snapshot that
            was measured as complete stands in two parts.
    """
    states = list(states)
    if not states:
        raise ValueError("there is no state to merge")
    first = states[0]
    for state in states[1:]:
        _require_alike(first, state)
    if first.complete:
        _require_apart(states)
    limits = [state.limit for state in states if state.limit is not None]
    limit, most = min(limits, default=None), min(state.most for state in states)
    columns = dict(first.columns)
    for state in states[1:]:
        columns = {name: state.columns[name] for name in columns if name in state.columns}
    faults = {(fault.column, fault.fault): fault for state in reversed(states) for fault in state.faults}
    return replace(
        first,
        rows=sum(state.rows for state in states),
        snapshots=tuple(sorted({name for state in states for name in state.snapshots})),
        has_place=any(state.has_place for state in states),
        columns=columns,
        faults=tuple(faults.values()),
        results=tuple(
            merge_results(results, limit, None if first.complete else most)
            for results in zip(*(state.results for state in states), strict=True)
        ),
        limit=limit,
        most=most,
    )


def _require_alike(first: State, other: State) -> None:
    """Refuse states that do not add up."""
    names = [f"{state.contract.__name__} {options_of(state.contract).version}" for state in (first, other)]
    if names[0] != names[1]:
        raise ValueError(f"states of {names[0]} and of {names[1]} do not add up")
    if first.digest != other.digest:
        raise ValueError(f"states of {names[0]} with different rules, columns or parameters do not add up")
    column = options_of(first.contract).snapshot
    if first.by_snapshot != other.by_snapshot:
        raise ValueError(f"some parts have the column {column}, others do not")
    if first.complete != other.complete:
        raise ValueError("some parts were measured with complete_snapshots=True, others with False")
    if first.renamed != other.renamed:
        raise ValueError(
            "an engine reads columns of some parts under other names: give all parts the same columns and engine"
        )


def _require_apart(states: Sequence[State]) -> None:
    """Refuse a snapshot that stands in two parts and was judged in each."""
    counts = Counter(name for state in states for name in state.snapshots)
    if several := sorted(name for name, count in counts.items() if count > 1):
        more = f" and {len(several) - _NAMED} more" if len(several) > _NAMED else ""
        raise ValueError(
            f"snapshot {', '.join(several[:_NAMED])}{more} stands in two parts: measure each snapshot as one part, or"
            " all parts with complete_snapshots=False"
        )
