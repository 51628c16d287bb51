"""`khrop check`: whether a file holds its contract, for a person or another team's CI.

Here belongs what the command takes and how it tells what it found. How files are read belongs in `khrop.files.read`,
how a contract is found in `khrop.cli.named`, what is checked in `khrop.engine.check`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khrop.cli.exits import BROKEN, OK, guarded
from khrop.model.errors import WrongUse
from khrop.model.terminal_text import plural, printable

if TYPE_CHECKING:
    from khrop.files.table import Table, Unreadable
    from khrop.model.verdict import Verdict, Violation

SHOWN = 3
"""Violations of a rule that a person is shown; `--json` has them all, up to the limit."""
LIMIT = 1000
UNREADABLE, READABLE = "unreadable", "readable"


class FailOn(StrEnum):
    """From which severity on a file fails."""

    error = "error"
    warning = "warning"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check was asked: the file as it was named, and the contract."""

    file: Path
    contract: type

    @property
    def version(self) -> str:
        from khrop.model.rule import options_of

        return options_of(self.contract).version


@guarded
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV, XLSX or Parquet file.")],
    contract: Annotated[
        str, typer.Option("--contract", metavar="NAME", help="Its name, module:Class, file.py:Class, or an export.")
    ] = "ProvinceProgress",
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="FILE", help="The return before, to compare with.")
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help="The sheet, where a workbook has several.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, for machines.")] = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="From which severity on the file fails.")] = FailOn.error,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="The most violations a rule to fetch; counts are exact all the same.")
    ] = LIMIT,
) -> int:
    """Check a file against a contract: exit code 0 if it holds, 1 if not, 2 for wrong use, 3 for a fault of ours."""
    from khrop.cli import named
    from khrop.files import read
    from khrop.files.table import Unreadable

    for path in (file, previous):
        if path is not None:
            read.there(path)
    asked = Asked(file, named.contract(contract))
    try:
        table, verdict = _judged(asked, previous, sheet, limit)
    except Unreadable as reason:
        told = _unreadable_json(asked, reason) if as_json else "\n".join(_unreadable_lines(asked, reason))
        typer.echo(told)
        return BROKEN
    found = [located(violation, table, file) for violation in verdict.found]
    told = _as_json(asked, table, verdict, found) if as_json else "\n".join(_lines(asked, table, verdict, found))
    typer.echo(told)
    return exit_code(verdict.status, fail_on)


def exit_code(status: str, fail_on: FailOn) -> int:
    """0 where a file with this status passes, else 1."""
    failing = ("quarantined", *(["accepted_with_warnings"] if fail_on is FailOn.warning else []))
    return BROKEN if status in failing else OK


def _judged(asked: Asked, previous: Path | None, sheet: str | None, limit: int) -> tuple[Table, Verdict]:
    from khrop.engine.check import check as judge
    from khrop.files import read
    from khrop.files.table import Unreadable, with_places

    contract = with_places(asked.contract)
    with read.unchanged(asked.file):
        table = read.read(asked.file, contract, sheet)
        try:
            older = read.read(previous, contract).frame if previous is not None else None
        except Unreadable as reason:
            raise WrongUse(f"the previous return {previous} cannot be read: {reason.en}") from reason
        older = read.beside(table.frame, older) if older is not None else None
        try:
            return table, judge(contract, table.frame, previous=older, limit=limit)
        except Exception:
            # An engine reads a Parquet file as it goes: is it the file's fault or ours?
            if (damage := read.damage(table)) is not None:
                raise damage from None
            raise


def located(violation: Violation, table: Table, file: Path) -> Violation:
    """A violation with its place as `<file or sheet>!R<row>C<column>`, where rows of the file are numbered."""
    if not (table.numbered and violation.place.isdigit()):
        return violation
    column = table.columns.get(violation.column_name)
    at = f"C{column}" if column else ""
    return replace(violation, place=f"{table.sheet or file.name}!R{violation.place}{at}")


def _as_json(asked: Asked, table: Table, verdict: Verdict, found: Sequence[Violation]) -> str:
    said: dict[str, Any] = {
        "file": str(asked.file),
        "sheet": table.sheet or None,
        "contract": verdict.contract,
        "contract_version": verdict.contract_version,
        "status": verdict.status,
        "rows": table.rows,
        "counts": {rule: count for rule, count in verdict.counts().items() if count},
        "severities": _severities(found),
        "violations": [{**v.as_dict(), "snapshot": v.snapshot} for v in found],
        "not_run": [
            {"rule_id": rule, "part": part, "reason": reason, "snapshots": snapshots}
            for (rule, part, reason), snapshots in _not_run(verdict).items()
        ],
    }
    return json.dumps(said, ensure_ascii=False)


def _unreadable_json(asked: Asked, reason: Unreadable) -> str:
    said = {
        "file": str(asked.file),
        "sheet": None,
        "contract": asked.contract.__name__,
        "contract_version": asked.version,
        "status": UNREADABLE,
        "rows": 0,
        "counts": {READABLE: 1},
        "severities": {READABLE: "error"},
        "violations": [_unreadable_violation(asked, reason)],
        "not_run": [],
    }
    return json.dumps(said, ensure_ascii=False)


def _unreadable_violation(asked: Asked, reason: Unreadable) -> dict[str, str | None]:
    from khrop.model.verdict import Violation

    place = f"{asked.file.name}!{reason.place}" if reason.place else ""
    violation = Violation(READABLE, "error", "document", "", "", "", place, reason.th, reason.en)
    return {**violation.as_dict(), "snapshot": None}


def _unreadable_lines(asked: Asked, reason: Unreadable) -> list[str]:
    return [
        f"{printable(str(asked.file))}: {UNREADABLE}, {asked.contract.__name__} {asked.version}",
        f"  {printable(reason.en)}",
        f"  {printable(reason.th)}",
    ]


def _lines(asked: Asked, table: Table, verdict: Verdict, found: Sequence[Violation]) -> list[str]:
    counts, severities = verdict.counts(), _severities(found)
    told = [
        plural(number, severity)
        for severity in ("error", "warning")
        if (number := sum(counts[rule] for rule, s in severities.items() if s == severity))
    ]
    sheet = f", sheet {printable(table.sheet)}" if table.sheet else ""
    lines = [
        f"{printable(str(asked.file))}: {verdict.status}, {verdict.contract} {verdict.contract_version}{sheet},"
        f" {', '.join([plural(table.rows, 'row'), *told])}"
    ]
    for rule, severity in severities.items():
        fetched = [v for v in found if v.rule_id == rule]
        lines += ["", f"{severity} {rule}: {counts[rule]:,}"]
        for violation in fetched[:SHOWN]:
            lines += _violation_lines(violation)
        if (more := counts[rule] - SHOWN) > 0:
            has = "all" if len(fetched) == counts[rule] else f"{len(fetched):,}"
            lines.append(f"  … and {more:,} more (--json has {has})")
    reasons = list(_reasons(asked, verdict))
    return [*lines, *([""] if reasons and len(lines) > 1 else []), *reasons]


def _violation_lines(violation: Violation) -> Iterator[str]:
    at = where(violation)
    yield f"  {at}: stood {_said(violation.observed)}, expected {_said(violation.expected)}"
    yield f"    {printable(violation.message_en)}"
    yield f"    {printable(violation.message_th)}"


def where(violation: Violation) -> str:
    """Where a violation stands, in words: its row and column, or else what it is of."""
    name, _, spot = violation.place.rpartition("!R")
    row, _, column = spot.partition("C")
    if name and row.isdigit():
        told = f"row {row}{f', column {column}' if column else ''} ({violation.column_name})"
    else:
        column = violation.column_name
        named = f"{violation.key} ({column})" if violation.key not in ("", column) else column
        told = violation.place or named or "the whole file"
    return printable(f"{violation.snapshot}, {told}" if violation.snapshot else told)


def _said(text: str) -> str:
    return printable(text) or "(nothing)"


def _reasons(asked: Asked, verdict: Verdict) -> Iterator[str]:
    """The rules that were not run, by the reason. A file has no document beside it: what only one could say is told
    in a line."""
    from khrop.model.rule import rules_of

    scopes = Counter(rule.id for rule in rules_of(asked.contract))
    rules: dict[str, list[str]] = {}
    for rule, fact, reason in _not_run(verdict):
        in_part = " in part" if fact and scopes[rule] > 1 else ""
        rules.setdefault("a file has no document to judge" if fact else reason, []).append(rule + in_part)
    for reason, ids in rules.items():
        yield printable(f"not run: {', '.join(dict.fromkeys(ids))} ({reason})")


def _not_run(verdict: Verdict) -> dict[tuple[str, str, str], int]:
    """What was not run and why, with the number of snapshots it is true of."""
    found: dict[tuple[str, str, str], int] = {}
    for one in verdict.not_run:
        what = (one.rule_id, one.part, one.reason)
        found[what] = found.get(what, 0) + (1 if one.snapshot else max(len(verdict.snapshots), 1))
    return found


def _severities(violations: Sequence[Violation]) -> dict[str, str]:
    """Each broken rule with its severity, errors first."""
    severities = {v.rule_id: str(v.severity) for v in violations}
    return dict(sorted(severities.items(), key=lambda item: item[1]))
