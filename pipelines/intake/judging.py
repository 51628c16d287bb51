"""Bytes to a judgement: read, type, check against the contract. No Dagster here and no warehouse.

Many returns are judged in one go, because a contract checks a frame of many snapshots in one scan; each gets its
own verdict, and trouble in one is a verdict on that one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from khrop import ProvinceProgress, check
from khrop.model.rule import Severity, options_of
from khrop.model.verdict import NotRun, Verdict, Violation, status_of
from pipelines.campaigns import Campaign
from pipelines.decisions.model import Decision, corrected, heard, verdict_of
from pipelines.intake.typed_rows import Hints, Typed, typed
from pipelines.readers import READER_VERSION, NeedsReadingByEye, RawTable, Unreadable, process, read
from pipelines.readers.document import Cell, Claim, TableRow
from pipelines.readers.mail import is_container
from pipelines.readers.other_forms import TAKEN

CONTRACT = ProvinceProgress
CONTRACT_VERSION = options_of(ProvinceProgress).version
FIGURES = ("province_code", "total", "saved", "pending", "saved_percent")
COLUMNS = ("ordinal", "province_code", "province_th", "total", "saved", "pending", "saved_percent", "place")
PRINTED = ("total_printed", "saved_printed", "pending_printed", "saved_percent_printed")
COUNT_COLUMNS = ("total", "saved", "pending")
OWN = ("document", "letter")
"""The sources of facts that are the document's own; a letter that it cites has dates of the same names."""
READABLE = "readable"
"""The rule that a document breaks which no table can be had from, and a parcel for each part that is not taken."""
OPENED = "opened"
"""The verdict on a parcel that returns were taken out of; they have verdicts of their own."""


@dataclass(frozen=True, slots=True)
class Return:
    """A return that came in: its name, its bytes' hash, what the sender named, and what a person decided of it."""

    snapshot_id: str
    sha256: str
    name: str
    received_at: datetime
    hints: Hints = field(default_factory=Hints)
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a return came to. `verdict` is accepted, accepted_with_warnings, quarantined, unreadable, withdrawn or, of a
    parcel with `parts` (their hashes), opened; that its figures are unchanged is for the warehouse to see. `by_eye`
    says that its pages are for a person to read."""

    of: Return
    verdict: str
    campaign_id: str | None
    as_of: date | None
    rows: list[dict[str, Any]]
    cells: list[Cell]
    claims: list[Claim]
    violations: tuple[Violation, ...]
    not_run: tuple[NotRun, ...] = ()
    contract_version: str = CONTRACT_VERSION
    reader_version: str = READER_VERSION
    parts: tuple[str, ...] = ()
    by_eye: bool = False

    @property
    def accepted(self) -> bool:
        return self.verdict.startswith("accepted")

    @property
    def figures(self) -> str | None:
        """A hash of all figures of an accepted return, by which an unchanged one is known."""
        if not self.accepted:
            return None
        lines = sorted("|".join(str(row[name]) for name in FIGURES) for row in self.rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def judge(returns: Iterable[tuple[Return, bytes | Unreadable]], campaigns: Mapping[str, Campaign]) -> list[Judgement]:
    """Judge some returns, in their order, without comparing them with previous ones."""
    order: list[str] = []
    guards: dict[str, list[Violation]] = {}
    done: dict[str, Judgement] = {}
    open_: dict[str | None, list[tuple[Return, RawTable, Typed]]] = {}
    for one, data in returns:
        order.append(one.snapshot_id)
        try:
            if isinstance(data, Unreadable):
                raise data
            if is_container(data):
                done[one.snapshot_id] = parcel(one, data)
                continue
            table = read(data)
        except Unreadable as reason:
            done[one.snapshot_id] = unreadable(one, reason)
            continue
        said = typed(table, one.hints, one.received_at, dict(campaigns))
        if one.decision is not None and one.decision.kind == "correct":
            said, guards[one.snapshot_id] = corrected(said, table.rows, one.decision)
        open_.setdefault(said.campaign.id if said.campaign else None, []).append((one, table, said))
    for campaign_id, group in open_.items():
        params = campaigns[campaign_id].params() if campaign_id else {}
        # Documents that lack a column are checked by themselves: a frame has one set of columns.
        for same in _by_columns(group):
            verdict = _check(same, params)
            broken = verdict.by_snapshot()
            for one, table, said in same:
                found = (*broken[one.snapshot_id], *guards.get(one.snapshot_id, ()))
                done[one.snapshot_id] = _judged(one, table, said, found, verdict)
    return [done[name] for name in order]


def unreadable(one: Return, reason: Unreadable) -> Judgement:
    """The judgement on a document that no table can be had from: unreadable, or set aside for a person to read."""
    violation = Violation(
        READABLE,
        "error",
        "document",
        "",
        reason.observed,
        reason.expected,
        reason.place,
        reason.th,
        reason.en,
    )
    by_eye = isinstance(reason, NeedsReadingByEye)
    verdict = verdict_of(one.decision, "quarantined" if by_eye else "unreadable")
    return Judgement(one, verdict, None, one.hints.as_of, [], [], [], (violation,), by_eye=by_eye)


def parcel(one: Return, data: bytes) -> Judgement:
    """The judgement on a zip or message: what was not taken out of it, by name. It has no rows, no campaign and no
    as-of date of its own. Raises `Unreadable` where it cannot be opened."""
    found = process.opened(data)
    severity: Severity = "warning" if found.parts else "error"
    violations = [
        Violation(
            READABLE, severity, r.name, "", "", TAKEN, r.name,
            f"ไม่ได้นำ {r.name} เข้า: {r.th}", f"{r.name} was not taken: {r.en}",
        )
        for r in found.refused
    ]  # fmt: skip
    if not found.parts:
        th, en = "ไม่มีรายงานอยู่ข้างใน", "there is no return in it"
        violations.insert(0, Violation(READABLE, severity, "document", "", "", TAKEN, "", th, en))
    verdict = OPENED if found.parts else verdict_of(one.decision, "unreadable")
    return Judgement(
        one, verdict, None, None, [], [], [], tuple(violations),
        parts=tuple(hashlib.sha256(part.data).hexdigest() for part in found.parts),
    )  # fmt: skip


def _by_columns(group: list[tuple[Return, RawTable, Typed]]) -> list[list[tuple[Return, RawTable, Typed]]]:
    kinds: dict[frozenset[str], list[tuple[Return, RawTable, Typed]]] = {}
    for item in group:
        kinds.setdefault(frozenset(item[1].columns), []).append(item)
    return list(kinds.values())


def _check(group: Sequence[tuple[Return, RawTable, Typed]], params: Mapping[str, Any]) -> Verdict:
    claims: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    for one, _, said in group:
        name = one.snapshot_id
        documents.append({"snapshot_id": name, **said.facts, **_sums(said.rows)})
        claims += [
            {"snapshot_id": name, **claim._asdict()}
            for claim in said.claims
            if claim.source in ("table_total", "prose")
        ]
    rows = [(one.snapshot_id, said.rows) for one, _, said in group]
    return check(
        CONTRACT,
        frame(rows, set(group[0][1].columns)),
        claims=claims,
        document=documents,
        params=params,
        scopes=("row", "group", "document"),
        limit=None,  # each return gets all that is wrong with it
    )


def _sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the rows add up to, for prose that no grand total stands beside; nothing where a cell was not read."""
    columns = {name: [row[name] for row in rows] for name in COUNT_COLUMNS}
    if any(value is None for values in columns.values() for value in values):
        return {}
    sums: dict[str, Any] = {f"rows_{name}": sum(values) for name, values in columns.items()}
    if sums["rows_total"] > 0:
        percent = Decimal(100 * sums["rows_saved"]) / sums["rows_total"]
        sums["rows_saved_percent"] = percent.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return sums


def frame(snapshots: Iterable[tuple[str, list[dict[str, Any]]]], headed: set[str] | None = None) -> Any:
    """Typed rows of some snapshots as the frame that the contract checks; columns that no heading named are not
    in it. Percents are floats of points, exact to the hundredth."""
    import pandas as pd

    together = [(name, row) for name, rows in snapshots for row in rows]
    columns: dict[str, Any] = {"snapshot_id": pd.array([name for name, _ in together], dtype="str")}
    for name in (*COLUMNS, *PRINTED):
        if (
            headed is not None
            and name in ("ordinal", "total", "saved", "pending", "saved_percent")
            and name not in headed
        ):
            continue
        values = [row.get(name) for _, row in together]
        if name in ("ordinal", "total", "saved", "pending"):
            columns[name] = pd.array(values, dtype="Int64") if None in values else pd.array(values, dtype="int64")
        elif name == "saved_percent":
            columns[name] = pd.array([float("nan") if v is None else float(v) for v in values], dtype="float64")
        elif name not in PRINTED or any(v is not None for v in values):
            columns[name] = pd.array(values, dtype="str")
    return pd.DataFrame(columns)


def _judged(one: Return, table: RawTable, said: Typed, broken: tuple[Violation, ...], verdict: Verdict) -> Judgement:
    broken = heard(one.decision, said, broken)
    status = status_of([v.severity for v in broken])
    printed = {row.place: row for row in table.rows}
    rows = {typed["place"]: (printed[typed["place"]], typed) for typed in said.rows if typed["place"] in printed}
    return Judgement(
        one,
        verdict_of(one.decision, status),
        said.campaign.id if said.campaign else None,
        said.as_of,
        said.rows,
        table.cells,
        said.claims,
        tuple(placed for v in broken for placed in _at_the_cell(v, table, rows)),
        tuple(n for n in verdict.not_run if n.snapshot in ("", one.snapshot_id)),
    )


def _at_the_cell(
    violation: Violation, table: RawTable, rows: Mapping[str, tuple[TableRow, dict[str, Any]]]
) -> Iterator[Violation]:
    """The violation with its place down to the cell: one for each cell of its row that could not be read, with what
    was printed there; else the cell of its column, the heading, or the words of the document that say the fact."""
    column = violation.column_name
    if violation.place in rows:
        row, typed = rows[violation.place]
        # counts-whole speaks of three cells; every other rule names the one cell that it means.
        named = COUNT_COLUMNS if violation.rule_id == "counts-whole" else (column,)
        unread = [name for name in named if f"{name}_printed" in typed]
        for name in unread:
            yield _unread(violation, name, typed, _cell_place(row, name))
        if not unread:
            yield replace(violation, place=_cell_place(row, column))
    elif violation.rule_id == "columns":
        yield replace(violation, place=table.headed_at, observed=table.doubled.get(column, violation.observed))
    elif not violation.place:
        spoken = (c for c in table.claims if c.source in OWN and c.measure == column)
        yield replace(violation, place=next((c.place for c in spoken), ""))
    else:
        yield violation


def _cell_place(row: TableRow, column: str) -> str:
    cell = row.cells.get("province_th" if column == "province_code" else column)
    return cell.place if cell else row.place


def _unread(violation: Violation, column: str, typed: Mapping[str, Any], place: str) -> Violation:
    """A violation that comes of a cell which is no number: what it says is that."""
    name, printed = typed["province_th"] or violation.key, typed[f"{column}_printed"]
    th = f"{name}: “{printed}” ไม่ใช่ตัวเลข" if printed else f"{name}: ช่องว่าง ไม่มีตัวเลข"
    en = f"{name}: “{printed}” is no number" if printed else f"{name}: the cell is empty"
    expected = "a percent" if column.endswith("percent") else "a whole number"
    return replace(
        violation, column_name=column, observed=printed, expected=expected, place=place, message_th=th, message_en=en
    )
