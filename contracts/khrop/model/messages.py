"""From what fails to a violation with its words.

Here belongs how a rule's templates are filled in. The templates belong to the rule; what fails is found in
`khrop.engine._scan` and `khrop.model.document_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khrop.model.facts import show
from khrop.model.rule import RowText, Rule
from khrop.model.verdict import Violation

NOTHING = "–"
"""What a message shows where nothing stands."""


Words = Mapping[str, Any]
"""`observed`, `expected`, `column`, `th`, `en`: templates over what fails, or functions of it."""


class RowTexts(dict[str, str]):
    """What fails, as texts for the rule's templates; `NOTHING` for what is not there."""

    def __missing__(self, name: str) -> str:
        return NOTHING


def format_row(row: Mapping[str, Any], key: tuple[str, ...]) -> RowTexts:
    """A failing row as texts. A null shows what was printed in its place (`<column>_printed`), if the frame says.

    `key` is the row's business key, `name` the last of the key's columns that names it: what a person calls it.
    """
    texts = RowTexts()
    for column, value in row.items():
        text = show(column, value) or show(column, row.get(f"{column}_printed"))
        if text:
            texts[column] = text
    named = [texts[column] for column in key if column in texts]
    texts["key"], texts["name"] = (named[0], named[-1]) if named else ("", NOTHING)
    return texts


def make_violation(rule: Rule, words: Words, texts: RowTexts, key: str, column: str, place: str, snapshot: str) -> Violation:
    """A violation of a rule in the rule's own words, or else in those of its vocabulary."""
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
    """One of a rule's texts, filled in from a failing row; without any words, what must hold."""
    template: RowText = getattr(rule, name) or words.get(name, "")
    if not template and name in ("th", "en"):
        return rule.summary if texts["name"] == NOTHING else f"{texts['name']}: {rule.summary}"
    return template(texts) if callable(template) else template.format_map(texts)
