"""What must hold, as a sentence in Thai and in English, made from the values of a rule.

A rule's summary is its author's text; this one follows from what is checked. The sentences of the vocabulary belong to
its kinds, and how a formula reads belongs in `khrop.expressions.formula`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khrop.description.description import FieldDescription
from khrop.engine.fields import CHECKS
from khrop.expressions.formula import Formula, in_words
from khrop.model.facts import show
from khrop.vocabulary.wording import Sentence, listed


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
        texts = {key: listed(value) if isinstance(value, tuple) else show("", value) for key, value in arguments}
        texts = {"min_value": "", "max_value": "", **texts}
        _, _, en, th = CHECKS.get(name, ("", None, name, name))
        sentences.append((th.format_map(texts), en.format_map(texts)))
    return sentences
