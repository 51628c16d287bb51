"""A verdict in a terminal: as plain text, as a table of rich, and as the message of an error. All are short.

Here belongs the layout; what it shows is in `khrop.model.outcomes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from khrop.model.outcomes import RuleOutcome, by_status, share_text
from khrop.model.terminal_text import aligned, plural, printable

if TYPE_CHECKING:
    from khrop.model.verdict import Verdict

SHOWN = 5
"""The most violations of a rule that are shown."""
LINES = 40
"""The most lines of a report, about."""
_RULES, _WIDEST, _KEYS = 15, 60, 3
_HEAD = ("rule", "result", "severity", "violations", "share", "first keys, or why it was not run")


def verdict_text(verdict: Verdict) -> str:
    """Return a verdict as plain text: its rules as a table, then the first messages."""
    rules, more = _rows(verdict)
    lines = [headline(verdict), *(f"  {line}" for line in aligned([_HEAD, *rules], right=(3, 4))), *more]
    return "\n".join([*lines, *_messages(verdict, LINES - len(lines))])


def rich_table(verdict: Verdict) -> Any:
    """Return a verdict as a table of rich, with its first messages below."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    colours = {"failed": "red", "not run": "yellow", "passed": "green"}
    # Texts, not markup: a key may hold what rich would take for a style.
    table = Table(title=Text(headline(verdict)), title_justify="left", show_edge=False)
    for n, name in enumerate(_HEAD):
        table.add_column(name, justify="right" if n in (3, 4) else "left", overflow="fold")
    rules, more = _rows(verdict)
    for row in rules:
        colour = "yellow" if row[1:3] == ("failed", "warning") else colours[row[1]]
        table.add_row(*(Text(cell, style=colour if n == 1 else "") for n, cell in enumerate(row)))
    messages = list(_messages(verdict, LINES - len(rules) - len(more) - 3))
    return Group(table, *map(Text, [*more, *messages]))


def error_text(verdict: Verdict) -> str:
    """Return the message of a `khrop.ContractError`: the broken rules with their counts and first violations."""
    return "\n".join([f"{verdict.contract} {verdict.contract_version}: {verdict.status}", *_messages(verdict, LINES)])


def headline(verdict: Verdict) -> str:
    """Return contract, version, status and, where it is known, the number of rows in a line."""
    rows = f", {plural(verdict.rows, 'row')}" if verdict.rows is not None else ""
    return printable(f"{verdict.contract} {verdict.contract_version}: {verdict.status}{rows}")


def _rows(verdict: Verdict) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return the rules as cells, what failed first, and a line on those that are left out."""
    outcomes = by_status(verdict.outcomes())
    rows = [_cells(outcome) for outcome in outcomes[:_RULES]]
    rest = [outcome.status for outcome in outcomes[_RULES:]]
    counted = [f"{rest.count(status)} {status}" for status in ("failed", "not run", "passed") if status in rest]
    return rows, [
        f"  … and {plural(len(rest), 'more rule')}: {', '.join(counted)} (.summary() has all)"
    ] if rest else []


def _cells(outcome: RuleOutcome) -> tuple[str, ...]:
    of = outcome
    keys = of.first_keys[:_KEYS]
    why = ", ".join(keys) + (", …" if of.violations > len(keys) > 0 else "")
    share = share_text(of.share) if of.share is not None else ""
    texts = (of.rule_id, of.status, of.severity, f"{of.violations:,}" if of.status != "not run" else "", share)
    return tuple(_cut(text) for text in (*texts, "; ".join(text for text in (why, of.reason) if text)))


def _messages(verdict: Verdict, room: int) -> Iterator[str]:
    """Yield the broken rules with their first messages, in about so many lines, and where the others are."""
    failed = [outcome for outcome in by_status(verdict.outcomes(first=SHOWN)) if outcome.status == "failed"]
    listed = failed[: max((room - 2) // 2, 1)]
    most = min(SHOWN, max((room - 2 - len(listed)) // max(len(listed), 1), 1))
    left_out = False
    for outcome in listed:
        first = outcome.first[:most]
        left_out = left_out or len(first) < outcome.violations
        more = f"; {len(first)} shown" if len(first) < outcome.violations else ""
        yield printable(f"  {outcome.rule_id} ({outcome.severity}): {outcome.count_text}{more}")
        for v in first:
            snapshot = f"{v.snapshot}, " if v.snapshot else ""
            yield _cut(f"    {' '.join(text for text in (v.place, snapshot + v.message_en) if text)}", 200)
    if len(failed) > len(listed):
        yield f"  … and {plural(len(failed) - len(listed), 'more broken rule')}"
    if left_out or len(failed) > len(listed):
        kept_note = (
            "" if verdict.complete else f", {len(verdict.records):,} of which were kept: check with limit=None for all"
        )
        total = sum(outcome.violations for outcome in failed)
        yield f"  verdict.violations has the {total:,} violations{kept_note}"


def _cut(text: str, widest: int = _WIDEST) -> str:
    text = printable(text)
    return text if len(text) <= widest else f"{text[: widest - 1]}…"


def short(records: Sequence[Any]) -> str:
    """Return the first of some records as text, and how many more there are."""
    texts = [repr(record) for record in records[:SHOWN]]
    more = [f"… {len(records) - SHOWN:,} more"] if len(records) > SHOWN else []
    return f"({', '.join([*texts, *more])}{',' if len(records) == 1 else ''})"
