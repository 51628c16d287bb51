"""What texts of a column have in common: the shape of a code, or a short list of values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from khrop.inference.sampled_column import SampledColumn

LEAST_TEXTS = 20
"""Rows that share a shape, or repeat the values of a list."""
LEAST_DIFFERENT = 5
"""Different texts of a shape: fewer are a list."""
LONGEST = 40
"""Characters of a code."""
LONG_NUMBER = 5
"""Digits of a code without a leading zero: shorter numbers have one length by chance."""
_PLAIN = "-/:_ "
LONGEST_COUNTER = 3
"""Digits of a number within a code that may count rows."""
MOST_VALUES = 12
"""Values of a list."""


def pattern(column: SampledColumn) -> str | None:
    """Return the pattern of codes of one shape, such as `^[A-Z]{2}-[0-9]{4}$`; None where a column has none.

    Digits, capitals and small letters are classes, so that no letter that happens to stand in all codes is demanded;
    other characters stand for themselves. Names and numbers that have one length by chance are no codes.
    """
    texts = list(column.counts)
    if column.kind != "text" or column.filled < LEAST_TEXTS or len(texts) < LEAST_DIFFERENT:
        return None
    if len({len(text) for text in texts}) != 1 or not 3 <= len(texts[0]) <= LONGEST or not "".join(texts).isascii():
        return None
    places = [_class(set(characters)) for characters in zip(*texts, strict=True)]
    if None in places or not any("0-9" in str(place) for place in places):
        return None
    is_number = set(places) == {"[0-9]"}
    if is_number and len(places) < LONG_NUMBER and not any(text.startswith("0") for text in texts):
        return None
    if any(_is_counter({text[start:end] for text in texts}) for start, end in _numbers(places)):
        return None
    return f"^{_repeated([place for place in places if place])}$"


def _numbers(places: list[str | None]) -> Iterator[tuple[int, int]]:
    """Yield where each run of digits begins and ends."""
    start = 0
    for place, run in groupby(places):
        end = start + len(list(run))
        if place == "[0-9]":
            yield start, end
        start = end


def _is_counter(numbers: set[str]) -> bool:
    """Return whether short numbers run on, so that the next may be longer: 95, 96, … 99, 100."""
    values = [int(number) for number in numbers]
    short = len(next(iter(numbers))) <= LONGEST_COUNTER and not any(number.startswith("0") for number in numbers)
    return short and len(values) >= LEAST_DIFFERENT and max(values) - min(values) < 2 * len(values)


def _class(characters: set[str]) -> str | None:
    """Return the class of the characters that stand at one place; None where they have none in common."""
    if all(c.isdigit() for c in characters):
        return "[0-9]"
    if all(c.isalpha() for c in characters):
        cases = {c.isupper() for c in characters}
        return "[A-Za-z]" if len(cases) > 1 else "[A-Z]" if True in cases else "[a-z]"
    if len(characters) == 1 and (only := next(iter(characters))).isprintable():
        return only if only in _PLAIN else re.escape(only)
    return "[0-9A-Za-z]" if all(c.isalnum() for c in characters) else None


def _repeated(places: list[str]) -> str:
    parts: list[tuple[str, int]] = []
    for place in places:
        if parts and parts[-1][0] == place:
            parts[-1] = (place, parts[-1][1] + 1)
        else:
            parts.append((place, 1))
    return "".join(place if times == 1 else f"{place}{{{times}}}" for place, times in parts)


def values_of(column: SampledColumn) -> tuple[str, ...]:
    """Return the values of a column of texts that seem to be all there are; none where it is no list.

    Each stands twice or more: where values that stand once are absent, the next row hardly brings a new one (the
    estimate of Good and Turing).
    """
    is_list = column.kind == "text" and column.filled >= LEAST_TEXTS and 2 <= len(column.counts) <= MOST_VALUES
    return tuple(sorted(column.counts)) if is_list and min(column.counts.values()) >= 2 else ()
