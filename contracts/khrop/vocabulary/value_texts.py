"""Values of rules as texts of a sentence.

Here belongs how a value, a list and a tolerance are printed. The sentences belong to the kinds of rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from khrop.model.facts import show
from khrop.model.rule import Param

Sentence = tuple[str, str]
"""A text in Thai and in English."""

LISTED = 6
"""Of a longer list only so many values are printed, and the number of all."""


def listed(values: Iterable[Any]) -> str:
    """Return the values of a list, separated by commas; of a long one the first, and how many there are."""
    texts = [show("", value) for value in values]
    return ", ".join(texts) if len(texts) <= LISTED + 1 else f"{', '.join(texts[:LISTED])} … ({len(texts)})"


def value_text(value: Any) -> str:
    """Return a value of a rule, or in braces the parameter in its place."""
    return f"{{{value.name}}}" if isinstance(value, Param) else show("", value)


def in_both_languages(text: str) -> Sentence:
    """Return a text that reads the same in both languages."""
    return text, text


def within(tolerance: Any, th: str = "", en: str = "") -> Sentence:
    """Return `, within 0.01 points` in Thai and English; empty texts where there is no tolerance.

    Args:
        tolerance: The tolerance, or the parameter in its place.
        th: The unit in Thai, with a space before it.
        en: The unit in English, with a space before it.

    Returns:
        The end of a sentence in Thai and in English.
    """
    if not isinstance(tolerance, Param) and not tolerance:
        return "", ""
    return f" คลาดเคลื่อนไม่เกิน {value_text(tolerance)}{th}", f", within {value_text(tolerance)}{en}"
