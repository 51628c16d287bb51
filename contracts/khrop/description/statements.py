"""What must hold, as a sentence in Thai and in English, made from the values of a rule.

A rule's summary is its author's text; this one follows from what is checked. The sentences of the vocabulary belong to
its kinds, and how a formula reads belongs in `khrop.expressions.formula`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from khrop.description.description import FieldDescription
from khrop.engine.compiling.field_rules import CHECKS, length_texts
from khrop.expressions.formula import Formula, in_words
from khrop.model.facts import show
from khrop.vocabulary.value_texts import LISTED, Sentence


def statement(what: Any) -> Sentence:
    """Return what a rule says must hold.

    Args:
        what: A formula, a rule of the vocabulary, or a document's parts by fact.

    Returns:
        The sentence in Thai and in English; empty texts where a kind of rule has none.
    """
    if isinstance(what, Mapping):
        parts = [statement(part) for part in what.values()]
        return "; ".join(th for th, _ in parts), "; ".join(en for _, en in parts)
    if isinstance(what, Formula):
        return in_words(what), in_words(what)
    sentence: Sentence = what.statement()
    return sentence


def field_statements(column: FieldDescription) -> list[Sentence]:
    """Return what the checks of a column say must hold, a sentence each."""
    sentences = []
    for name, arguments in column.checks:
        texts = {key: limit_text(value) for key, value in arguments} | length_texts(dict(arguments))
        _, _, en, th = CHECKS.get(name, ("", None, name, name))
        sentences.append((th.format_map(texts), en.format_map(texts)))
    return sentences


def limit_text(value: Any) -> str:
    """Return a limit as text: a moment with its time, a number with all its digits."""
    if isinstance(value, tuple):
        texts = [limit_text(item) for item in value]
        return ", ".join(texts) if len(texts) <= LISTED + 1 else f"{', '.join(texts[:LISTED])} … ({len(texts)})"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return repr(value) if isinstance(value, float) and float(show("", value) or "nan") != value else show("", value)
