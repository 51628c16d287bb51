"""A contract, and a comparison of two, as plain text for a terminal.

Here belongs the layout: as wide as the terminal, without colours. The texts belong in `khrop.description.outline` and
`khrop.diff.differences`.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence

from khrop.description.description import Description
from khrop.description.outline import RuleOutline, column_outline, option_lines, rule_outline, with_version
from khrop.diff.changes import Change
from khrop.diff.differences import VersionDue
from khrop.model.terminal_text import printable

NARROWEST, WIDEST = 40, 120


def contract_page(contract: Description, lost: Sequence[str] = ()) -> str:
    """Return a contract as a page of text.

    Args:
        contract: The contract.
        lost: What it has that the page cannot show, each with the reason.
    """
    lines = [title for title in (contract.options.title_th, contract.options.title_en) if title]
    lines += [with_version(contract), *_wrapped(contract.summary), ""]
    for _, en, value in option_lines(contract):
        lines += _wrapped(f"{en}: {value}", after="  ")
    lines += ["", "columns"]
    wide = max((len(column.name) for column in contract.fields), default=0)
    for column in contract.fields:
        required, nullable, checks = column_outline(column)
        facts = ", ".join([column.kind, required, nullable, *(en for _, en in checks)])
        meaning = ". ".join(text for text in (column.title, column.description) if text)
        lines += _wrapped(f"  {column.name:<{wide}}  {facts}{f': {meaning}' if meaning else ''}", after="      ")
    if lost:
        lines += ["", "not shown", *(f"  {reason}" for reason in lost)]
    if contract.rules:
        lines += ["", "rules"]
        for rule in contract.rules:
            lines += _rule(rule_outline(rule))
    return _printable(lines)


def _rule(outline: RuleOutline) -> Iterator[str]:
    rule = outline.rule
    yield f"  {rule.id} ({rule.severity}, {rule.scope})"
    for text in dict.fromkeys((rule.summary, *outline.statement, outline.skips[1])):
        if text:
            yield from _wrapped(f"    {text}", after="      ")
    if outline.needs:
        yield from _wrapped(f"    needs {', '.join(outline.needs)}", after="      ")


def comparison_page(old: Description, new: Description, changes: Sequence[Change], required: VersionDue) -> str:
    """Return the changes from one contract to another as a page of text, the breaking ones first.

    Args:
        old: The old contract.
        new: The new contract.
        changes: The changes, as `khrop.diff.differences.compare` returns them.
        required: The version that they require.
    """
    breaking = [change for change in changes if change.breaking]
    others = [change for change in changes if not change.breaking]
    lines = [f"{with_version(old)} → {with_version(new)}: {_count(len(changes))}, {len(breaking) or 'none'} breaking"]
    if required.suffices:
        lines += _wrapped(f"The version {required.has} suffices (at least {required.due}).")
    else:
        lines += _wrapped(
            f"The version {required.has} does not suffice: {required.level} changes require at least {required.due}."
        )
    for heading, group in (("breaking", breaking), ("not breaking", others)):
        if group:
            lines += ["", heading]
            for change in group:
                lines += _change(change)
    return _printable(lines)


def _change(change: Change) -> Iterator[str]:
    whom = f", breaks {' and '.join(change.breaks)}" if change.breaks else ""
    yield f"  {change.grade}{whom}"
    yield from _wrapped(f"    {change.en}", after="      ")
    yield from _wrapped(f"    {change.th}", after="      ")


def _printable(lines: Sequence[str]) -> str:
    return "\n".join(printable(line) for line in lines)


def _count(number: int) -> str:
    return f"{number or 'no'} change{'' if number == 1 else 's'}"


def _wrapped(text: str, after: str = "") -> list[str]:
    wide = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
    # Thai has no spaces to break a line at: the terminal breaks it between characters.
    return textwrap.wrap(text, wide, subsequent_indent=after, break_long_words=False, break_on_hyphens=False) or [""]
