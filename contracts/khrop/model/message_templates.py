"""Templates of messages: texts in which braces name values.

`{item}` is the value of the column `item`; `{row[any name]}` is that of a column with any other name, or with the name
of one of the words that every rule has (`key`, `name`, `observed`, `expected`); `{price:.2f}` and `{day:%d/%m/%Y}`
format a value as Python does. A brace itself is written twice. A template is parsed when its contract is defined: what
names no value is refused. Which values a message has belongs in `khrop.model.messages`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

WORDS = ("key", "name", "observed", "expected", "fact")
"""What a template can name beside columns and facts."""
# Widths of two digits: a template may come with a contract from anyone, and must not fill the memory.
_OF_NUMBERS = re.compile(r"(?:[^{}]?[<>=^])?[-+ ]?z?#?0?\d{0,2}[,_]?(?:\.\d{1,2})?[a-zA-Z%]?")
_OF_DATES = re.compile(r"(?:%-?[a-zA-Z%]|[^%{}]){1,60}")
_SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "integer": (1,), "number": (1.5, Decimal("1.5")), "text": ("x",), "boolean": (True,), "date": (date(2000, 1, 1),),
}  # fmt: skip


class TemplateError(ValueError):
    """A template that cannot be filled in; the message says which of its names or braces is wrong."""


@dataclass(frozen=True, slots=True)
class Named:
    """A value in a template.

    Attributes:
        name: The column, fact or word.
        is_word: Whether it is one of `WORDS`, not a column or fact.
        conversion: `s`, `r` or `a`, as in Python; empty for none.
        spec: How the value is formatted, as in Python; empty for the text that messages have by default.
    """

    name: str
    is_word: bool
    conversion: str = ""
    spec: str = ""


Parts = tuple[str | Named, ...]


def placeholder(column: str) -> str:
    """Return what stands for the value of a column in a template, whatever the name of the column."""
    return f"{{{column}}}" if column.isidentifier() and column not in WORDS else f"{{row[{column}]}}"


def literal(text: str) -> str:
    """Return a text as it is written in a template."""
    return text.replace("{", "{{").replace("}", "}}")


@lru_cache(maxsize=4096)
def parse(template: str, names: tuple[str, ...], words: tuple[str, ...], lenient: bool = False) -> Parts:
    """Parse a template.

    Args:
        template: The template.
        names: The columns and facts that it may name.
        words: The words that it may name; they come before columns of the same name.
        lenient: Whether it may name others too, if they are identifiers: any document has facts of its own.

    Returns:
        Texts and values, in order.

    Raises:
        TemplateError: A brace is not closed, or a name or the format of a value is unknown.
    """
    return tuple(_parts(template, names, words, lenient))


def require_formats(parts: Parts, kinds: Mapping[str, str]) -> None:
    """Check that the values of a template can be formatted as it says.

    Args:
        parts: The parsed template.
        kinds: What columns hold, by name; a value of another name is not checked.

    Raises:
        TemplateError: A value cannot be formatted.
    """
    for part in parts:
        if isinstance(part, Named) and part.spec and not part.conversion:
            samples = ("x",) if part.is_word else _SAMPLES.get(kinds.get(part.name, ""), ())
            for sample in samples:
                if formatted(sample, part.spec) is None:
                    raise TemplateError(f"{{{part.name}:{part.spec}}} cannot format {kinds.get(part.name, 'a text')}")


def formatted(value: Any, spec: str) -> str | None:
    """Return a value formatted as Python does; None where its type has no such format."""
    if isinstance(value, float) and value.is_integer() and spec[-1:] in ("d", "x", "b", "o"):
        value = int(value)  # an integer column with nulls is one of floats in pandas
    if isinstance(value, date) is not bool(_is_of_dates(spec)):
        return None
    try:
        return format(value, spec)
    except (ValueError, TypeError, OverflowError):
        return None


def _is_of_dates(spec: str) -> bool:
    return "%" in spec[:-1] and _OF_DATES.fullmatch(spec) is not None


def _parts(template: str, names: Collection[str], words: Collection[str], lenient: bool) -> Iterator[str | Named]:
    text, at = "", 0
    while at < len(template):
        char = template[at]
        if char in "{}" and template.startswith(char * 2, at):
            text, at = text + char, at + 2
        elif char == "{":
            if text:
                yield text
            named, at = _named(template, at + 1, names, words, lenient)
            text = ""
            yield named
        elif char == "}":
            raise TemplateError(f"a }} without a {{ in {template!r}; a brace itself is written twice")
        else:
            text, at = text + char, at + 1
    if text:
        yield text


def _named(template: str, at: int, names: Collection[str], words: Collection[str], lenient: bool) -> tuple[Named, int]:
    """Return the value whose name begins at an index, and the index after its closing brace."""
    end = template.find("}", at)
    if end < 0:
        raise TemplateError(f"a {{ is not closed in {template!r}; a brace itself is written twice")
    if template.startswith("row[", at):
        # The longest, as a name may hold what closes a shorter one.
        for name in sorted(names, key=len, reverse=True):
            if template.startswith(f"{name}]", at + 4) and (parsed := _form(template, at + 5 + len(name))):
                return Named(name, False, *parsed[0]), parsed[1]
    # A whole name before a name with a format: {a:b} is the column "a:b", where there is one.
    for name in sorted((*words, *names), key=len):
        if template.startswith(f"{name}}}", at):
            return Named(name, name in words), at + len(name) + 1
    for name in sorted((*words, *names), key=len, reverse=True):
        if template.startswith(name, at) and (parsed := _form(template, at + len(name))):
            return Named(name, name in words, *parsed[0]), parsed[1]
    named = _UNKNOWN.match(template, at)
    if lenient and named and named[0].isidentifier() and (parsed := _form(template, named.end())):
        return Named(named[0], False, *parsed[0]), parsed[1]
    raise TemplateError(f"{{{template[at:end]}}} names no column, fact or word, or has no format of Python's")


_UNKNOWN = re.compile(r"[^{}!:]+")
_FORM = re.compile(r"(?:!([sra]))?(?::([^{}]*))?\}")


def _form(template: str, at: int) -> tuple[tuple[str, str], int] | None:
    """Return conversion and format that begin at an index, and the index after the closing brace; None for others."""
    match = _FORM.match(template, at)
    if match is None:
        return None
    conversion, spec = match[1] or "", match[2] or ""
    if spec and not (_OF_NUMBERS.fullmatch(spec) or _is_of_dates(spec)):
        return None
    return (conversion, spec), match.end()
