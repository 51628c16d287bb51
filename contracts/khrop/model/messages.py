"""Build violations with their messages from failing rows.

Here belongs how the templates of a rule are filled in. The templates belong to the rule; failing rows are found in
`khrop.engine`, failing facts in `khrop.model.document_rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khrop.model.facts import plain, show
from khrop.model.grouping import Failure
from khrop.model.message_templates import WORDS, Named, TemplateError, formatted, parse, require_formats
from khrop.model.rule import RowText, Rule, RuleDefinitionError
from khrop.model.violation import Violation

NOTHING = "–"
"""What a message shows for a missing value."""
TEMPLATES = ("column", "observed", "expected", "th", "en")
"""The texts of a rule that are templates, or functions of a failing row."""
Words = Mapping[str, Any]
"""`observed`, `expected`, `column`, `th`, `en`: templates over a failing row, or functions of it."""


class Texts(dict[str, str]):
    """Texts by name; `NOTHING` for a name without a text."""

    def __missing__(self, name: str) -> str:
        """Return `NOTHING`."""
        return NOTHING


class RowTexts(Texts):
    """The values of a failing row as texts, for functions: a word hides the column of the same name.

    Attributes:
        columns: The texts of the columns or facts alone.
        raw: Their values, for formats.
        words: The texts of the words alone.
    """

    def __init__(self, columns: Mapping[str, str], raw: Mapping[str, Any]) -> None:
        """Create the texts of a row.

        Args:
            columns: The text of each column or fact that has a value.
            raw: The values of all columns or facts.
        """
        super().__init__(columns)
        self.columns, self.raw, self.words = Texts(columns), raw, Texts()

    def set_word(self, word: str, text: str) -> None:
        """Set the text of a word."""
        self[word] = self.words[word] = text


def format_row(row: Mapping[str, Any], key: tuple[str, ...], label: str | None = None) -> RowTexts:
    """Format the values of a failing row as texts.

    A null becomes what was printed in its place (`<column>_printed`), where the frame has it.

    Args:
        row: The row.
        key: The columns of the row's business key.
        label: The column with the name that a person uses for the row.

    Returns:
        The texts by column; under `key` the row's business key, under `name` its label, or else the key.
    """
    columns = {}
    row = {column: value for column, value in row.items() if isinstance(column, str)}  # pandas has numbers too
    for column, value in row.items():
        text = show(column, value) or show(column, row.get(f"{column}_printed"))
        if text:
            columns[column] = text
    texts = RowTexts(columns, row)
    names = [columns.get(column, "") for column in key]
    text = ", ".join(name or NOTHING for name in names) if any(names) else ""
    labelled = columns.get(label, "") if label else ""
    texts.set_word("key", text or labelled)
    texts.set_word("name", labelled or text or NOTHING)
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
        if template and not (name == "expected" and texts.words.get(name)):
            texts.set_word(name, template)
    return Violation(
        rule.id,
        rule.severity,
        key,
        column,
        "" if texts.words["observed"] == NOTHING else texts.words["observed"],
        "" if texts.words["expected"] == NOTHING else texts.words["expected"],
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
    if callable(template):
        return template(texts)
    if not template and name in ("th", "en"):
        return rule.summary if texts.words["name"] == NOTHING else f"{texts.words['name']}: {rule.summary}"
    return fill(template, texts, words_of(rule, words, texts.raw))


def fill(template: str, texts: RowTexts, words: tuple[str, ...]) -> str:
    """Fill in a template.

    Args:
        template: The template; what it names beside the row's columns and the words has no value.
        texts: The values of the failing row.
        words: The words that it can name.

    Returns:
        The text.
    """
    if "{" not in template and "}" not in template:
        return template
    try:
        parts = parse(template, tuple(texts.raw), words, lenient=True)
    except TemplateError:
        # It names a column of the contract that this frame lacks.
        return NOTHING
    return "".join(part if isinstance(part, str) else _value_text(part, texts) for part in parts)


def require_templates(rule: Rule, words: Words, names: Mapping[str, str]) -> None:
    """Check the templates of a rule when its contract is defined.

    Args:
        rule: The rule.
        words: The templates of its vocabulary.
        names: What the columns that a message can name hold, by name; an empty text where that is not known. A
            document's facts need not be known.

    Raises:
        RuleDefinitionError: A template names what is no column, fact or word, or has a format that cannot be used.
    """
    for name in TEMPLATES:
        template: RowText = getattr(rule, name) or words.get(name, "")
        if not callable(template):
            may_name = words_of(rule, words, names)
            try:
                require_formats(parse(template, tuple(names), may_name, lenient=rule.scope == "document"), names)
            except TemplateError as reason:
                raise RuleDefinitionError(f"rule {rule.id!r}, template {name!r}: {reason}") from None


def key_of(what: Any) -> tuple[str, ...]:
    """Return the columns whose values the key of a failing group is: the column that a group rule groups by."""
    keys = getattr(what, "keys", ())
    return tuple(keys) if isinstance(keys, tuple) and len(keys) == 1 else ()


def violation_of(rule: Rule, what: Any, failure: Failure) -> Violation:
    """Build the violation of a failing group; the rule's own templates replace the texts of its vocabulary.

    Args:
        rule: The rule that failed.
        what: The kind of rule.
        failure: The failure.

    Returns:
        The violation.
    """
    f = failure
    texts = RowTexts(dict.fromkeys(key_of(what), f.key), dict.fromkeys(key_of(what), f.key))
    for word, text in (("key", f.key), ("name", f.key), ("observed", f.observed), ("expected", f.expected)):
        texts.set_word(word, text)
    for word in ("observed", "expected"):
        if getattr(rule, word):
            texts.set_word(word, fill_template(rule, {}, word, texts))
    th = fill_template(rule, {}, "th", texts) if rule.th else f.th
    en = fill_template(rule, {}, "en", texts) if rule.en else f.en
    return Violation(
        rule.id, rule.severity, f.key, f.column, texts.words["observed"], texts.words["expected"], f.place, th, en,
        f.snapshot or None,
    )  # fmt: skip


def _value_text(part: Named, texts: RowTexts) -> str:
    text = texts.words[part.name] if part.is_word else texts.columns[part.name]
    if part.conversion and text != NOTHING:
        text = text if part.conversion == "s" else ascii(text) if part.conversion == "a" else repr(text)
    if not part.spec or text == NOTHING:
        return text
    value = text if part.is_word or part.conversion else plain(texts.raw.get(part.name))
    shaped = None if value is None else formatted(value, part.spec)
    return text if shaped is None else shaped


def words_of(rule: Rule, words: Words, names: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words that the templates of a rule can name.

    Args:
        rule: The rule.
        words: The templates of its vocabulary.
        names: The columns or facts; of the same name as a word that the rule has no text for, they are meant.

    Returns:
        The words.
    """
    of_document = rule.scope == "document"
    texts = [word for word in ("observed", "expected") if getattr(rule, word) or words.get(word)]
    always = [*WORDS[:2], *(WORDS[2:] if of_document else texts)]
    return tuple(always + [word for word in WORDS[2:4] if word not in always and word not in names])
