"""The strategies themselves: whole cases drawn by Hypothesis, of one snapshot or several.

Here belongs how snapshots are joined to a frame and what is passed beside it, and the message where nothing can be
drawn. How a snapshot is drawn belongs in `khrop.testing.snapshots`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.errors import FailedHealthCheck, Unsatisfiable

from khrop.engine.check import PREVIOUS_FRAME
from khrop.model.rule import Params
from khrop.testing.breaking import breakers
from khrop.testing.case import Case, framed
from khrop.testing.plan import Plan
from khrop.testing.snapshots import HOLDING, Breaking, Snapshot, snapshot
from khrop.testing.solving import DeadEnd
from khrop.testing.values import Draw, Row
from khrop.vocabulary import BetweenFacts, ForeignKey, SumsMatch

MOST_SNAPSHOTS = 3
PATIENCE = 30
"""After so many failures and not one case, drawing raises. Hypothesis itself gives up at 50."""


class NothingDrawn(FailedHealthCheck, Unsatisfiable):
    """No case was found. As a failed health check it ends the test at once: there is nothing to shrink."""


def cases_of(
    contract: type, breaks: str | None, rows: int | None, params: Params | None, document: Mapping[str, Any]
) -> st.SearchStrategy[Case]:
    """Return the strategy of `khrop.testing.cases`, with the same arguments."""
    plan = Plan(contract, params, dict(document), rows)
    ways = breakers(plan, breaks) if breaks is not None else [HOLDING]
    failures = [0]

    @st.composite
    def cases(draw: Draw) -> Case:
        first = draw(st.integers(0, len(ways) - 1))
        # Where a way fails the next is tried.
        for way in [*ways[first:], *ways[:first]]:
            try:
                case = _case(draw, plan, way)
            except DeadEnd as dead_end:
                reason = dead_end
            else:
                failures[0] = -(10**9)
                return case
        failures[0] += 1
        if failures[0] >= PATIENCE:
            purpose = f"breaks rule {breaks!r}" if breaks else "holds"
            name, ids = plan.contract.__name__, ", ".join(plan.ids)
            raise NothingDrawn(f"{name}: no frame was found that {purpose}: {reason}. The contract's rules are {ids}")
        return reject()

    return cases()


def _case(draw: Draw, plan: Plan, breaking: Breaking) -> Case:
    names = _names(draw, plan, breaking)
    spoilt = draw(st.integers(0, len(names) - 1)) if breaking is not HOLDING else 0
    drawn = [snapshot(draw, plan, breaking if n == spoilt else HOLDING) for n in range(len(names))]
    column = plan.options.snapshot if names[0] is not None else None
    named_drawings = [
        (plan.with_dates({column: name}) if column else {}, drawing) for name, drawing in zip(names, drawn, strict=True)
    ]
    drawn_columns = _columns(draw, plan)
    columns = [*([column] if column else []), *(breaking.at("columns", draw, plan, drawn_columns) or drawn_columns)]
    rows = [name | row for name, drawing in named_drawings for row in drawing.rows]
    others = {frame: [name | row for name, drawing in named_drawings for row in drawing.references.get(frame, ())]
              for frame in {frame: None for drawing in drawn for frame in drawing.references}}  # fmt: skip
    breaking.at("references", draw, plan, [named_drawings[spoilt][0] | row for row in drawn[spoilt].rows], others)
    frames = {}
    for frame, others_rows in others.items():
        key_columns = [c for rule in plan.of(ForeignKey) if rule.reference == frame for c in rule.columns_there]
        frames[frame] = framed(plan.contract, others_rows, list(dict.fromkeys([*columns, *key_columns])))
    facts = [(name, *_facts(plan, drawing)) for name, drawing in named_drawings]
    return Case(
        plan.contract,
        framed(plan.contract, rows, columns),
        tuple(name | claim for name, _, claims in facts for claim in claims),
        tuple(name | document for name, document, _ in facts)
        if plan.documents or plan.document or plan.of(BetweenFacts)
        else None,
        frames.pop(PREVIOUS_FRAME, None),
        frames,
        plan.params,
    )


def _names(draw: Draw, plan: Plan, breaking: Breaking) -> Sequence[Any]:
    """Draw the snapshots' names; None for the only one of a frame that has no column for it."""
    field = plan.fields.get(plan.options.snapshot or "")
    if field is None or not (breaking.step == "name" or field.required or draw(st.booleans())):
        return [None]
    names = draw(st.lists(field.strategy().filter(lambda n: n != ""), min_size=1, max_size=MOST_SNAPSHOTS, unique=True))
    names[0] = breaking.at("name", draw, plan, names[0]) or names[0]
    return list(names)


def _columns(draw: Draw, plan: Plan) -> list[str]:
    """Draw the frame's columns: those that the contract requires or its rules read, and all others or none."""
    needed = {name for name, f in plan.fields.items() if f.required} | plan.columns_read
    others = draw(st.booleans())
    return [name for name in plan.fields if name != plan.options.snapshot and (others or name in needed)]


def _facts(plan: Plan, snapshot: Snapshot) -> tuple[Row, list[Row]]:
    """Split facts into the document's own and claims: the figures, by source and measure."""
    document: Row = {}
    claims: list[Row] = []
    prefixes = [rule.prefix for rule in plan.of(SumsMatch) if rule.prefix.endswith("_")]
    measures = sorted(plan.fields, key=len, reverse=True)
    for fact, value in snapshot.known.items():
        source = next((p for p in prefixes if fact.startswith(p)), None)
        source = source or next((fact.removesuffix(m) for m in measures if fact.endswith(f"_{m}")), None)
        if source and isinstance(value, (int, float)) and fact not in plan.merged and fact not in plan.document:
            claim = {"source": source[:-1], "measure": fact.removeprefix(source), "value": value}
            claims.append({**claim, "place": f"claim {len(claims) + 1}"})
        else:
            document[fact] = value
    return document, claims
