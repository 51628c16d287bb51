"""What a person's decision does to the judgement on a return.

A correction changes cells, an acceptance turns errors into warnings, a withdrawal sets the return aside. The record is
`pipelines.returns.Decision`. Proposed repairs belong in `pipelines.decisions.proposals`; a decision's rows in the
warehouse are in `pipelines.decisions.decision_rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from khrop.model.violation import Violation
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.value_kinds import COUNT, PERCENT, doubt_key, moment_key
from pipelines.readers.document import Claim, TableRow
from pipelines.returns import Correction, Decision, TypedReturn
from warehouse.verdicts import Verdict, changed

GUARD, MENDED = "decision-holds", "correction-mended"
"""The rules of decisions: the document still has what was corrected; the publisher has not sent a corrected return."""
SOURCES = ("table_total", "prose")
"""The sources of claims about the whole, which a correction may name in the place of a row."""


def corrected(
    content: TypedReturn, rows: Sequence[TableRow], decision: Decision
) -> tuple[TypedReturn, list[Violation]]:
    """Apply a correction to a document.

    Args:
        content: The typed document.
        rows: The rows as printed.
        decision: The correction.

    Returns:
        The corrected document, and a violation of `GUARD` for each cell or row that is no longer as it was when the
        correction was made.
    """
    dataset, values = content.dataset, [dict(row) for row in content.rows]
    broken: list[Violation] = []
    for name in decision.dropped:
        places = [at for at, row in enumerate(values) if row.get(dataset.label) == name]
        if len(places) < 2:
            broken.append(_guard_broken(name, "", f"{len(places)} × {name}", f"2 × {name}", ""))
        else:
            del values[places[-1]]
    for name in decision.inserted:
        if any(row.get(dataset.label) == name for row in values):
            broken.append(_guard_broken(name, "", name, f"0 × {name}", ""))
        else:
            values.append(_new_row(dataset, name, values))
    claims = list(content.claims)
    for cell in decision.cells:
        if cell.row in SOURCES:
            broken += _correct_claim(dataset, claims, cell)
        else:
            broken += _correct_row(dataset, values, rows, cell, cell.row in decision.inserted)
    return replace(content, rows=values, claims=claims), broken


def _correct_row(
    dataset: Dataset, values: Sequence[dict[str, Any]], rows: Sequence[TableRow], cell: Correction, inserted: bool
) -> Iterator[Violation]:
    row = next((row for row in values if row.get(dataset.label) == cell.row), None)
    if row is None:
        yield _guard_broken(cell.row, cell.column, "", cell.printed, cell.place)
        return
    if not inserted:
        raw = next((raw for raw in rows if raw.place == row["place"]), None)
        printed = raw.cells[cell.column].printed.strip() if raw and cell.column in raw.cells else ""
        if printed != cell.printed.strip():
            yield _guard_broken(cell.row, cell.column, printed, cell.printed, cell.place)
            return
    row[cell.column] = value_of(dataset, cell.column, cell.corrected)
    row.pop(f"{cell.column}_printed", None)
    row.pop(doubt_key(cell.column), None)
    row.pop(moment_key(cell.column), None)


def _correct_claim(dataset: Dataset, claims: list[Claim], cell: Correction) -> Iterator[Violation]:
    at = next((i for i, c in enumerate(claims) if (c.source, c.measure) == (cell.row, cell.column)), None)
    if at is None or claims[at].printed.strip() != cell.printed.strip():
        yield _guard_broken(cell.row, cell.column, "" if at is None else claims[at].printed, cell.printed, cell.place)
        return
    claims[at] = claims[at]._replace(value=value_of(dataset, cell.column, cell.corrected))


def value_of(dataset: Dataset, column: str, text: str) -> Any:
    """Return a figure as typed rows and claims hold it.

    Args:
        dataset: The dataset.
        column: The column or measure.
        text: The figure, in ASCII digits.

    Raises:
        ValueError: Where the text is no value of the column.
    """
    stored = dataset.by_name.get(column)
    kind = stored.kind if stored else PERCENT if column.endswith("percent") else COUNT
    value = kind.parse(text)
    if value is None:
        raise ValueError(f"{text!r} is not {kind.expected}")
    return value


def _new_row(dataset: Dataset, name: str, values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a row that the document lacks, with the first free ordinal."""
    label = dataset.by_name[dataset.label].heading
    row: dict[str, Any] = {"place": "decision!R0"}
    for column in dataset.columns:
        row[column.name] = column.kind.parse(name) if column.heading == label else None
        if column.kind.name == "ordinal":
            numbers = {value.get(column.name) for value in values}
            row[column.name] = next(n for n in range(1, len(values) + 2) if n not in numbers)
    return row


def _guard_broken(row: str, column: str, observed: str, expected: str, place: str) -> Violation:
    """Return the violation of a correction's guard: the document no longer has what was corrected."""
    what = f"{row} {column}".strip()
    return Violation(
        GUARD, "error", row, column, observed, expected, place,
        f"{what}: การแก้ไขอ้างถึง “{expected}” แต่ในเอกสารเป็น “{observed}” กรุณาตรวจและตัดสินใหม่",
        f"{what}: the correction was made of “{expected}”, the document has “{observed}”: look again, and decide again",
    )  # fmt: skip


def not_loadable(content: TypedReturn) -> list[Violation]:
    """Return, as violations, why a return cannot be accepted as it is: what the tables require is unknown."""
    dataset = content.dataset
    broken = []
    for value, name in ((content.campaign, "campaign"), (content.as_of, "as_of")):
        if value is None:
            broken.append(_missing("document", name, ""))
    required = [column.name for column in dataset.stored if column.required]
    keys: set[tuple[Any, ...]] = set()
    for row in content.rows:
        key = str(row.get(dataset.key[0]) or row.get(dataset.label) or "")
        broken += [_missing(key, name, row["place"]) for name in required if row.get(name) is None]
        full_key = tuple(row.get(name) for name in dataset.key)
        if full_key in keys:
            broken.append(_missing(key, dataset.key[0], row["place"], doubled=True))
        keys.add(full_key)
    return broken


def _missing(key: str, column: str, place: str, *, doubled: bool = False) -> Violation:
    th = f"{key}: มีซ้ำ จึงรับทั้งที่เป็นอยู่ไม่ได้" if doubled else f"{key}: ไม่มีค่า {column} จึงรับทั้งที่เป็นอยู่ไม่ได้"
    what = "occurs twice" if doubled else f"has no {column}"
    en = f"{key} {what}: the return cannot be accepted as it is; repair it, or take it in again with what it lacks"
    return Violation(GUARD, "error", key, column, "", "", place, th, en)


def verdict_after(decision: Decision | None, verdict: Verdict) -> Verdict:
    """Return the verdict with a decision applied.

    Args:
        decision: The decision, if any; only a withdrawal changes the verdict.
        verdict: The verdict without it.

    Raises:
        TransitionRefused: Where the verdict may not be withdrawn: an internal error.
    """
    return changed(verdict, Verdict.WITHDRAWN) if decision is not None and decision.kind == "withdraw" else verdict


def after_decision(
    decision: Decision | None, content: TypedReturn, violations: Sequence[Violation]
) -> tuple[Violation, ...]:
    """Return the violations with a decision applied.

    Args:
        decision: The decision, if any; only an acceptance changes violations.
        content: The typed document.
        violations: The violations without it.

    Returns:
        The errors as warnings where the return can be loaded; else all violations and why it cannot.
    """
    if decision is None or decision.kind != "accept" or not any(v.severity == "error" for v in violations):
        return tuple(violations)
    if broken := not_loadable(content):
        return (*violations, *broken)
    return tuple(replace(v, severity="warning") for v in violations)
