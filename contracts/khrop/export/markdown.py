"""A contract as a page in Markdown: its columns, its rules, and for each rule a violation as an example.

Here belongs the layout of the page. What a contract says belongs in `khrop.description.outline`, what breaks a rule in
`khrop.description.breakage`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from khrop.description import outline
from khrop.description.breakage import Broken
from khrop.description.description import Description
from khrop.description.from_contract import readable, require_no_losses
from khrop.model.messages import NOTHING

_SPECIAL = re.compile(r"([\\|*<\[\]`])")


def to_markdown(contract: type, examples: Mapping[tuple[str, str], Broken] | None = None) -> str:
    """Return the page of a contract, for GitHub's Markdown; the same contract gives the same bytes.

    Args:
        contract: The contract.
        examples: Violations by the rule's id and scope, as `khrop.description.breakage.broken` returns them; a rule
            without one has no example.

    Returns:
        The page.

    Raises:
        NotExportable: The contract has what the page cannot show, such as a parser.
    """
    require_no_losses(contract)
    description = readable(contract)
    rules = [outline.rule_outline(rule) for rule in description.rules]
    lines = [*_head(description), *_columns(description)]
    if rules:
        lines += [*_overview(rules), *_sections(rules, examples or {})]
    return unicodedata.normalize("NFC", "\n".join(lines) + "\n")


def _head(contract: Description) -> Iterator[str]:
    titles = [title for title in (contract.options.title_th, contract.options.title_en) if title]
    yield f"# {_text(' · '.join(titles) or contract.name)}"
    yield ""
    yield f"{_code(contract.name)} version {_text(contract.options.version)}. {_text(contract.summary)}".rstrip()
    yield ""
    for th, en, value in outline.option_lines(contract):
        yield f"- {th} · {en}: {_text(value)}"


def _columns(contract: Description) -> Iterator[str]:
    yield from ("", "## คอลัมน์ · Columns", "")
    rows = []
    for column in contract.fields:
        required, nullable, checks = outline.column_outline(column)
        must = "<br>".join(_text(f"{th} · {en}") for th, en in checks)
        meaning = ". ".join(text for text in (column.title, column.description) if text)
        rows.append((_code(column.name), column.kind, required, nullable, must, _text(meaning)))
    yield from _table(("คอลัมน์ · column", "holds", "there", "null", "must", "ความหมาย · meaning"), rows)


def _overview(rules: Sequence[outline.RuleOutline]) -> Iterator[str]:
    yield from ("", "## กฎ · Rules", "")
    yield "An error sets the return aside; a warning lets it pass. A rule whose input is absent is not run."
    yield "ข้อผิดพลาดทำให้ไม่รับรายงาน คำเตือนแจ้งไว้แต่รับรายงาน กฎที่ไม่มีข้อมูลให้ตรวจจะไม่ถูกตรวจ"
    yield ""
    rows = [
        (
            f"[{_text(outlined.rule.id)}](#{_anchor(outlined.rule.id)})",
            outlined.rule.scope,
            outlined.rule.severity,
            _text(outlined.rule.summary),
            _text(", ".join(outlined.needs)),
        )
        for outlined in rules
    ]
    yield from _table(("กฎ · rule", "scope", "severity", "what must hold", "needs"), rows)


def _sections(rules: Sequence[outline.RuleOutline], examples: Mapping[tuple[str, str], Broken]) -> Iterator[str]:
    for rule_id in dict.fromkeys(outlined.rule.id for outlined in rules):
        yield from ("", f"### {_text(rule_id)}")
        for outlined in rules:
            if outlined.rule.id == rule_id:
                yield from _section(outlined, examples.get((rule_id, outlined.rule.scope)))


def _section(outlined: outline.RuleOutline, example: Broken | None) -> Iterator[str]:
    rule, (th, en) = outlined.rule, outlined.statement
    yield ""
    yield (
        f"**{outline.SEVERITIES_TH[rule.severity]} · {rule.severity}**, {outline.SCOPES_TH[rule.scope]} · {rule.scope}:"
        f" {_text(rule.summary)}"
    )
    lines = [f"- {_text(text)}" for text in dict.fromkeys((th, en)) if text]
    lines += [f"- {_text(' · '.join(outlined.skips))}"] if outlined.skips[1] else []
    lines += [f"- needs: {_text(', '.join(outlined.needs))}"] if outlined.needs else []
    if lines:
        yield from ("", *lines)
    if example is not None:
        yield from _example(example)


def _example(example: Broken) -> Iterator[str]:
    violation = example.violation
    yield from ("", f"ตัวอย่าง · Example: {_text(example.th)} · {_text(example.en)}", "")
    row = [violation.key, violation.column_name, violation.observed, violation.expected, violation.place]
    yield from _table(
        ("key", "column", "observed · พบ", "expected · ควรเป็น", "place"), [[_text(cell) or NOTHING for cell in row]]
    )
    yield from ("", f"> {_text(violation.message_th)}", ">", f"> {_text(violation.message_en)}")


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield f"| {' | '.join('---' for _ in heading)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _text(text: str) -> str:
    """Return a text in one line, with what is markup escaped."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _code(name: str) -> str:
    return f"`{name}`" if "`" not in name and "|" not in name else _text(name)


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    anchor = "".join(c for c in heading.lower() if c.isalnum() or c in " -_" or unicodedata.category(c)[0] == "M")
    return anchor.replace(" ", "-")
