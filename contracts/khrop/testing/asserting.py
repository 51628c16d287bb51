"""The assertion that a frame holds its contract, with a message that says what does not.

Here belongs how a verdict reads when a test fails. What a verdict is belongs in `khrop.model.verdict`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from khrop.model.verdict import Verdict

SHOWN = 10
_WIDEST = 40


def assert_accepted(
    frame: Any, contract: type, *, warnings: Literal["allow", "refuse"] = "allow", **given: Any
) -> Verdict:
    """Assert that `khrop.check` accepts a frame.

    Args:
        frame: A frame of any engine.
        contract: The contract.
        warnings: `allow` accepts warnings, `refuse` does not.
        given: The further arguments of `khrop.check`: claims, document, previous, references, params, scopes, limit.

    Returns:
        The verdict.

    Raises:
        AssertionError: The frame is not accepted; the message has the status, the broken rules with their counts, and
            the first violations.
        ValueError: `warnings` is neither.
    """
    __tracebackhide__ = True
    if warnings not in ("allow", "refuse"):
        raise ValueError(f"warnings are to 'allow' or to 'refuse', not {warnings!r}")
    from khrop.engine.check import check

    verdict = check(contract, frame, **given)
    refused = ("quarantined",) if warnings == "allow" else ("quarantined", "accepted_with_warnings")
    if verdict.status in refused:
        raise AssertionError("\n".join(lines_of(verdict)))
    return verdict


def lines_of(verdict: Verdict) -> Iterator[str]:
    """Yield a verdict as lines for a person."""
    severities = {v.rule_id: v.severity for v in verdict.records}
    yield f"{verdict.contract} {verdict.contract_version}: {verdict.status}"
    yield ""
    counts = verdict.counts()
    yield from _table(
        ("rule", "severity", "violations"), [(i, severities.get(i, ""), f"{n:,}") for i, n in counts.items()]
    )
    yield ""
    snapshot = ["snapshot"] if verdict.snapshots else []
    head = ("rule", *snapshot, "key", "column", "observed", "expected", "message")
    names = ("rule_id", *snapshot, "key", "column_name", "observed", "expected", "message_en")
    first = sorted(verdict.records, key=lambda v: v.severity != "error")[:SHOWN]
    yield from _table(head, [[getattr(v, name) or "" for name in names] for v in first])
    if (more := sum(counts.values()) - len(first)) > 0:
        yield f"… and {more:,} more"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines in columns; the last column is as wide as its text."""
    from khrop.model.terminal_text import aligned

    cells = [[_cell(text, last=n == len(head) - 1) for n, text in enumerate(row)] for row in [head, *rows]]
    yield from (f"  {line}" for line in aligned(cells))


def _cell(text: str, last: bool) -> str:
    from khrop.model.terminal_text import printable

    text = printable(" ".join(text.split())) or "–"
    return text if last or len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
