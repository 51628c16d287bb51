"""The strategies themselves: whole cases drawn by Hypothesis, of one snapshot or several.

Here belongs how snapshots come together to a frame and what is handed in beside it, and what is said where nothing can
be drawn. How a snapshot is drawn belongs in `khrop.testing.holding`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.errors import FailedHealthCheck, Unsatisfiable

from khrop.engine.check import PREVIOUS_FRAME
from khrop.model.rule import Params
from khrop.testing.breaking import breakers
from khrop.testing.case import Case, framed
from khrop.testing.constraints import Constraint, Long
from khrop.testing.holding import HOLDING, Breaking, DeadEnd, Snapshot, snapshot
from khrop.testing.plan import Plan
from khrop.testing.solving import Draw, Field, Maker
from khrop.vocabulary import ForeignKey, SumsMatch

MOST_SNAPSHOTS = 3
PATIENCE = 30
"""After so many dead ends and not one case, it is said that there is none. Hypothesis itself gives up at 50."""


class NothingDrawn(FailedHealthCheck, Unsatisfiable):
    """No case was found. As a failed health check it ends the test at once: there is nothing to shrink."""


@dataclass(slots=True)
class _Luck:
    """Whether a case was ever drawn, and how often none was."""

    held: bool = False
    missed: int = 0


def cases_of(
    contract: type, breaks: str | None, rows: int | None, params: Params | None, document: Mapping[str, Any]
) -> st.SearchStrategy[Case]:
    """See `khrop.testing.cases`."""
    plan = Plan(contract, params, dict(document), rows)
    if rows is not None and plan.long not in (None, rows):
        raise ValueError(f"{contract.__name__} says how many rows there are: {plan.long}, not {rows}")
    ways = breakers(plan, breaks) if breaks is not None else [HOLDING]
    plan.making  # noqa: B018  what cannot be drawn at all is said here
    luck = _Luck()

    @st.composite
    def cases(draw: Draw) -> Case:
        return _lucky(draw, plan, breaks, ways, luck)

    return cases()


def _lucky(draw: Draw, plan: Plan, breaks: str | None, ways: Sequence[Breaking], luck: _Luck) -> Case:
    first = draw(st.integers(0, len(ways) - 1))
    # A way that leads nowhere here gives place to the next.
    for way in [*ways[first:], *ways[:first]]:
        try:
            case = _case(draw, plan, way)
        except DeadEnd as dead_end:
            reason = dead_end
        else:
            luck.held = True
            return case
    luck.missed += 1
    if luck.missed >= PATIENCE and not luck.held:
        wanted = f"breaks rule {breaks!r}" if breaks else "holds"
        name, ids = plan.contract.__name__, ", ".join(plan.ids)
        raise NothingDrawn(f"{name}: no frame was found that {wanted}: {reason}. The contract's rules are {ids}")
    return reject()


def _case(draw: Draw, plan: Plan, breaking: Breaking) -> Case:
    names = _names(draw, plan, breaking)
    spoilt = draw(st.integers(0, len(names) - 1)) if breaking is not HOLDING else 0
    drawn = [snapshot(draw, plan, breaking if n == spoilt else HOLDING) for n in range(len(names))]
    column = plan.options.snapshot if names[0] is not None else None
    told = [({column: name} if column else {}, one) for name, one in zip(names, drawn, strict=True)]
    kept = breaking.columns(draw, _columns(draw, plan))
    columns = [*([column] if column else []), *kept]
    rows = [{**name, **row} for name, one in told for row in one.rows]
    others: dict[str, list[dict[str, Any]]] = {name: [] for one in drawn for name in one.references}
    for name, rows_of in others.items():
        rows_of += [{**which, **row} for which, one in told for row in one.references.get(name, ())]
    breaking.references(draw, [{**told[spoilt][0], **row} for row in drawn[spoilt].rows], others)
    frames = {name: framed(plan.contract, of, _columns_of(plan, name, columns)) for name, of in others.items()}
    return Case(
        plan.contract,
        framed(plan.contract, rows, columns),
        tuple({**name, **claim} for name, one in told for claim in _facts(plan, one)[1]),
        tuple({**name, **_facts(plan, one)[0]} for name, one in told) if plan.documents or plan.document else None,
        frames.pop(PREVIOUS_FRAME, None),
        frames,
        plan.params,
    )


def _columns_of(plan: Plan, reference: str, columns: Sequence[str]) -> list[str]:
    """The columns of a frame that is handed in beside the one that is checked."""
    there = [c for rule in plan.of(ForeignKey) if rule.reference == reference for c in rule.columns_there]
    return list(dict.fromkeys([*columns, *there]))


def _names(draw: Draw, plan: Plan, breaking: Breaking) -> list[Any]:
    """The snapshots' names, the first spoilt where that is what breaks; None for the only one of a frame that has no
    column for it.
    """
    name = plan.options.snapshot
    if name is None or name not in plan.fields:
        return [None]
    field_ = plan.fields[name]
    if not (breaking.names or field_.required or draw(st.booleans())):
        return [None]
    own = [c for said in plan.rows for c in said.constraints or () if c.columns == (name,)]
    names = draw(st.lists(_called(field_, own), min_size=1, max_size=MOST_SNAPSHOTS, unique_by=str))
    if breaking.names:
        names[0] = draw(_called(field_, breaking.names))
    return [date.fromordinal(n) for n in names] if field_.kind == "date" else list(names)


def _called(field_: Field, constraints: Sequence[Constraint]) -> st.SearchStrategy[Any]:
    present = [Long(field_.name, 1)] if field_.kind == "text" else []
    return Maker([field_], [*constraints, *present]).strategy(field_.name)


def _columns(draw: Draw, plan: Plan) -> list[str]:
    """The frame's columns: those that the contract requires or its rules read, and all others or none."""
    wanted = {name for name, f in plan.fields.items() if f.required} | plan.read
    others = draw(st.booleans())
    return [name for name in plan.fields if name != plan.options.snapshot and (others or name in wanted)]


def _facts(plan: Plan, one: Snapshot) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is known as the document's own facts, and as claims: the figures, by source and measure."""
    document: dict[str, Any] = {}
    claims: list[dict[str, Any]] = []
    prefixes = [rule.prefix for rule in plan.of(SumsMatch)]
    measures = sorted(plan.fields, key=len, reverse=True)
    for fact, value in one.known.items():
        source = next((p for p in prefixes if p.endswith("_") and fact.startswith(p)), None)
        source = source or next((fact.removesuffix(m) for m in measures if fact.endswith(f"_{m}")), None)
        figure = isinstance(value, (int, float)) and fact not in plan.merged and fact not in plan.document
        if source and figure:
            claim = {"source": source[:-1], "measure": fact.removeprefix(source), "value": value}
            claims.append({**claim, "place": f"claim {len(claims) + 1}"})
        else:
            document[fact] = value
    return document, claims
