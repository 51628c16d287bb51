"""Build violations with their messages from failing rows.

Here belongs how the templates of a rule are filled in. The templates belong to the rule; failing rows are found in
`khrop.engine`, failing facts in `khrop.model.document_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khrop.model.facts import show
from khrop.model.rule import RowText, Rule
from khrop.model.verdict import Violation

NOTHING = "–"
"""What a message shows for a missing value."""
Words = Mapping[str, Any]
"""`observed`, `expected`, `column`, `th`, `en`: templates over a failing row, or functions of it."""


class RowTexts(dict[str, str]):
    """The values of a failing row as texts for the rule's templates; `NOTHING` for a missing value."""

    def __missing__(self, name: str) -> str:
        """Return `NOTHING`."""
        return NOTHING


def format_row(row: Mapping[str, Any], key: tuple[str, ...]) -> RowTexts:
    """Format the values of a failing row as texts.

    A null becomes what was printed in its place (`<column>_printed`), where the frame has it.

    Args:
        row: The row.
        key: The columns of the row's business key.

    Returns:
        The texts by column; under `key` the row's business key, under `name` the last key column that has a value: the
        name that a person uses.
    """
    texts = RowTexts()
    for column, value in row.items():
        text = show(column, value) or show(column, row.get(f"{column}_printed"))
        if text:
            texts[column] = text
    names = [texts[column] for column in key if column in texts]
    texts["key"], texts["name"] = (names[0], names[-1]) if names else ("", NOTHING)
    return texts


def make_violation(
    rule: Rule, words: Words, texts: RowTexts, key: str, column: str, place: str, snapshot: str
) -> Violation:
    """Build a violation with the rule's own messages, or else those of its vocabulary.

    Args:
        rule: The rule that failed.
        words: The templates of its vocabulary.
        texts: The values of the failing row.
        key: The key of the row or fact.
        column: The column that failed.
        place: The place in the document.
        snapshot: The name of the snapshot.

    Returns:
        The violation.
    """
    for name in ("observed", "expected"):
        template = fill_template(rule, words, name, texts)
        if template and not (name == "expected" and texts.get(name)):
            texts[name] = template
    return Violation(
        rule.id,
        rule.severity,
        key,
        column,
        "" if texts["observed"] == NOTHING else texts["observed"],
        "" if texts["expected"] == NOTHING else texts["expected"],
        place,
        fill_template(rule, words, "th", texts),
        fill_template(rule, words, "en", texts),
        snapshot or None,
    )


def fill_template(rule: Rule, words: Words, name: str, texts: RowTexts) -> str:
    """Fill in a template of a rule from a failing row; a rule without a message has its summary as message.

    Args:
        rule: The rule, whose own template comes first.
        words: The templates of its vocabulary.
        name: The template: `observed`, `expected`, `column`, `th` or `en`.
        texts: The values of the failing row.

    Returns:
        The text.
    """
    template: RowText = getattr(rule, name) or words.get(name, "")
    if not template and name in ("th", "en"):
        return rule.summary if texts["name"] == NOTHING else f"{texts['name']}: {rule.summary}"
    return template(texts) if callable(template) else template.format_map(texts)
