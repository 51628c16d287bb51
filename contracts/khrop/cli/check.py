"""`khrop check`: check a file against a contract, for a person or another team's CI.

Here belong the command's options and its output as text and as JSON. How files are read belongs in `khrop.files.read`,
how a contract is looked up in `khrop.cli.lookup`, what is checked in `khrop.engine.check`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khrop.cli.codes import BROKEN, OK
from khrop.cli.exits import guarded
from khrop.cli.file_options import Decimal, Delimiter, Encoding, File, Sheet
from khrop.model.errors import WrongUse
from khrop.model.terminal_text import json_line, plural, printable

if TYPE_CHECKING:
    from khrop.files.table import Table, Unreadable
    from khrop.files.text_options import TextOptions
    from khrop.model.verdict import Verdict
    from khrop.model.violation import Violation

SHOWN = 3
"""The violations of a rule that the text shows; `--json` has all of them, up to the limit."""
LIMIT = 1000
"""The most violations of a rule that are fetched by default."""
UNREADABLE = "unreadable"


class FailOn(StrEnum):
    """The lowest severity with which a file fails."""

    error = "error"
    warning = "warning"


@dataclass(frozen=True, slots=True)
class Request:
    """What to check.

    Attributes:
        file: The file, as the user names it.
        contract: The contract.
    """

    file: Path
    contract: type

    @property
    def version(self) -> str:
        """The version of the contract."""
        from khrop.model.rule import options_of

        return options_of(self.contract).version


@guarded
def check(
    file: File,
    contract: Annotated[
        str, typer.Option("--contract", metavar="NAME", help="Its name, module:Class, file.py:Class, or an export.")
    ] = "ProvinceProgress",
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="FILE", help="The previous return, to compare with.")
    ] = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout, for machines.")] = False,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The lowest severity with which the file fails.")
    ] = FailOn.error,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="The most violations of a rule to fetch; counts are exact.")
    ] = LIMIT,
) -> int:
    """Check a file against a contract: exit code 0 if it holds, 1 if not, 2 for wrong use, 3 for an internal error."""
    from khrop.cli import lookup
    from khrop.files import read
    from khrop.files.table import Unreadable
    from khrop.files.text_options import TextOptions

    for path in (file, previous):
        if path is not None:
            read.require_file(path)
    text = TextOptions.of(encoding, delimiter, decimal)
    request = Request(file, lookup.load_contract(contract))
    try:
        table, verdict = _judge(request, previous, sheet, text, limit)
    except Unreadable as reason:
        typer.echo(_unreadable_json(request, reason) if as_json else "\n".join(_unreadable_lines(request, reason)))
        return BROKEN
    violations = [locate(violation, table, file) for violation in verdict.records]
    output = _as_json if as_json else _as_text
    typer.echo(output(request, table, verdict, violations))
    return exit_code(verdict.status, fail_on)


def exit_code(status: str, fail_on: FailOn) -> int:
    """Return the exit code for a status.

    Args:
        status: The status of the verdict.
        fail_on: The lowest severity with which a file fails.

    Returns:
        0 if the file passes, 1 otherwise.
    """
    failing = ("quarantined", *(["accepted_with_warnings"] if fail_on is FailOn.warning else []))
    return BROKEN if status in failing else OK


def _judge(
    request: Request, previous: Path | None, sheet: str | None, text: TextOptions, limit: int
) -> tuple[Table, Verdict]:
    from khrop.engine.frames import engine_of
    from khrop.files import read
    from khrop.files.readable import check_table
    from khrop.files.table import Unreadable, with_places
    from khrop.model.rule import RuleDefinitionError, options_of

    contract = with_places(request.contract)
    with read.unchanged(request.file):
        table = read.read(request.file, contract, sheet, text)
        if (option := text.first_given()) and not table.encoding:
            raise WrongUse(f"{option} is for CSV; {request.file} is none")
        try:
            older = read.read(previous, contract, text=text).frame if previous is not None else None
        except Unreadable as reason:
            raise WrongUse(f"the previous return {previous} cannot be read: {reason.en}") from reason
        older = read.match_engine(table.frame, older) if older is not None else None
        if (engine := engine_of(table.frame)) not in (engines := options_of(contract).engines):
            raise WrongUse(f"{contract.__name__} is for {', '.join(engines)}; this file is read with {engine}")
        try:
            return table, check_table(contract, table, previous=older, limit=limit)
        except RuleDefinitionError as error:
            raise WrongUse(f"the contract {contract.__name__} cannot be used: {error}") from error
        except Exception:
            # Engines read Parquet files while they check: a damaged file is not an internal error.
            if (damage := read.find_damage(table)) is not None:
                raise damage from None
            raise


def locate(violation: Violation, table: Table, file: Path) -> Violation:
    """Give a violation its place in a file.

    Args:
        violation: The violation, with the number of its row as its place.
        table: The table that was read from the file.
        file: The file.

    Returns:
        The violation with the place `<file or sheet>!R<row>C<column>`; unchanged if the file does not number its rows.
    """
    if not (table.numbered and violation.place.isdigit()):
        return violation
    column = table.columns.get(violation.column_name)
    at = f"C{column}" if column else ""
    return replace(violation, place=f"{table.sheet or file.name}!R{violation.place}{at}")


def _as_json(request: Request, table: Table, verdict: Verdict, violations: Sequence[Violation]) -> str:
    document: dict[str, Any] = {
        "file": str(request.file),
        "sheet": table.sheet or None,
        "encoding": table.encoding or None,
        "contract": verdict.contract,
        "contract_version": verdict.contract_version,
        "status": verdict.status,
        "rows": table.rows,
        "counts": {rule: count for rule, count in verdict.counts().items() if count},
        "severities": _severities(violations),
        "violations": [{**v.as_dict(), "snapshot": v.snapshot} for v in violations],
        "not_run": [
            {"rule_id": rule, "part": part, "reason": reason, "snapshots": snapshots}
            for (rule, part, reason), snapshots in _not_run(verdict).items()
        ],
    }
    return json_line(document)


def _unreadable_json(request: Request, reason: Unreadable) -> str:
    from khrop.files.readable import READABLE

    document = {
        "file": str(request.file),
        "sheet": None,
        "encoding": None,
        "contract": request.contract.__name__,
        "contract_version": request.version,
        "status": UNREADABLE,
        "rows": 0,
        "counts": {READABLE: 1},
        "severities": {READABLE: "error"},
        "violations": [_unreadable_violation(request, reason)],
        "not_run": [],
    }
    return json_line(document)


def _unreadable_violation(request: Request, reason: Unreadable) -> dict[str, str | None]:
    from khrop.files.readable import READABLE
    from khrop.model.violation import Violation

    place = f"{request.file.name}!{reason.place}" if reason.place else ""
    violation = Violation(READABLE, "error", "document", "", "", "", place, reason.th, reason.en)
    return {**violation.as_dict(), "snapshot": None}


def _unreadable_lines(request: Request, reason: Unreadable) -> list[str]:
    return [
        f"{printable(str(request.file))}: {UNREADABLE}, {request.contract.__name__} {request.version}",
        f"  {printable(reason.en)}",
        f"  {printable(reason.th)}",
    ]


def _as_text(request: Request, table: Table, verdict: Verdict, violations: Sequence[Violation]) -> str:
    counts, severities = verdict.counts(), _severities(violations)
    totals = [
        plural(number, severity)
        for severity in ("error", "warning")
        if (number := sum(counts[rule] for rule, s in severities.items() if s == severity))
    ]
    read_as = f", sheet {printable(table.sheet)}" if table.sheet else ""
    read_as += f", encoding {table.encoding}" if table.encoding not in ("", "utf-8") else ""
    lines = [
        f"{printable(str(request.file))}: {verdict.status}, {verdict.contract} {verdict.contract_version}{read_as},"
        f" {', '.join([plural(table.rows, 'row'), *totals])}"
    ]
    for rule, severity in severities.items():
        fetched = [v for v in violations if v.rule_id == rule]
        lines += ["", f"{severity} {rule}: {counts[rule]:,}"]
        for violation in fetched[:SHOWN]:
            lines += _violation_lines(violation)
        if (more := counts[rule] - SHOWN) > 0:
            has = "all" if len(fetched) == counts[rule] else f"{len(fetched):,}"
            lines.append(f"  … and {more:,} more (--json has {has})")
    reasons = list(_reasons(request, verdict))
    return "\n".join([*lines, *([""] if reasons and len(lines) > 1 else []), *reasons])


def _violation_lines(violation: Violation) -> Iterator[str]:
    observed, expected = (printable(text) or "(nothing)" for text in (violation.observed, violation.expected))
    yield f"  {place_text(violation)}: observed {observed}, expected {expected}"
    yield f"    {printable(violation.message_en)}"
    yield f"    {printable(violation.message_th)}"


def place_text(violation: Violation) -> str:
    """Return where a violation is: its row and column, or else what it is a violation of."""
    name, _, spot = violation.place.rpartition("!R")
    row, _, column = spot.partition("C")
    if name and row.isdigit():
        place = f"row {row}{f', column {column}' if column else ''} ({violation.column_name})"
    else:
        column = violation.column_name
        named = f"{violation.key} ({column})" if violation.key not in ("", column) else column
        place = violation.place or named or "the whole file"
    return printable(f"{violation.snapshot}, {place}" if violation.snapshot else place)


def _reasons(request: Request, verdict: Verdict) -> Iterator[str]:
    """Yield a line for each reason why rules were not run.

    A file has no document beside it, so all rules about documents have one reason.
    """
    from khrop.model.rule import rules_of

    scopes = Counter(rule.id for rule in rules_of(request.contract))
    rules: dict[str, list[str]] = {}
    for rule, fact, reason in _not_run(verdict):
        in_part = " in part" if fact and scopes[rule] > 1 else ""
        rules.setdefault("a file has no document to judge" if fact else reason, []).append(rule + in_part)
    for reason, ids in rules.items():
        yield printable(f"not run: {', '.join(dict.fromkeys(ids))} ({reason})")


def _not_run(verdict: Verdict) -> dict[tuple[str, str, str], int]:
    """Return the number of snapshots by rule, part and reason for which a rule was not run."""
    snapshots: Counter[tuple[str, str, str]] = Counter()
    for skipped in verdict.not_run:
        key = (skipped.rule_id, skipped.part, skipped.reason)
        snapshots[key] += 1 if skipped.snapshot else max(len(verdict.snapshots), 1)
    return snapshots


def _severities(violations: Sequence[Violation]) -> dict[str, str]:
    """Return each broken rule with its severity, errors first."""
    severities = {v.rule_id: str(v.severity) for v in violations}
    return dict(sorted(severities.items(), key=lambda item: item[1]))
