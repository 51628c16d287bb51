r"""Regular expressions that mean the same on every engine: as Python's `re` reads them, in the syntax of each engine.

Engines differ in what `\d`, `\w`, `\s`, `.` and `$` match and in how flags are written. A pattern is parsed as Python
does and written again without any of these: classes as explicit characters, flags as the characters that they add. What
not every engine can match (look-around, back-references, word boundaries) is refused. Here belong patterns alone; the
formulas that have them are rewritten in `khrop.expressions.rewriting`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from re import _casefix, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

Ranges = tuple[tuple[int, int], ...]
"""Characters as ranges of code points, both ends included."""

MOST_REPEATS = 1000
"""RE2, of DuckDB and Arrow, repeats no part more often."""
_LARGEST_CASED = 4096
"""The most characters of a range whose other cases are listed."""
_SURROGATES = range(0xD800, 0xE000)
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE, "a": re.ASCII}
_END = {"pandas": r"\Z", "postgres": r"\Z"}
r"""How an engine writes the end of the text; all others write `\z`. pandas writes it for Arrow itself."""
_HEX = re.compile(r"\\\\|\\x([0-9a-f]{2})")
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdecimal,
    "SPACE": str.isspace,
    "WORD": lambda c: c.isalnum() or c == "_",
}


class UnsupportedPattern(ValueError):
    """A regular expression that is none, or that not every engine can match; the message gives the reason."""


def pattern_text(pattern: str | re.Pattern[str]) -> str:
    """Return a pattern as text, the flags of a compiled one as its first characters: `(?i)abc`.

    Args:
        pattern: A text, or a compiled pattern.

    Returns:
        The text, which compiles to the same pattern.
    """
    if isinstance(pattern, str):
        return pattern
    inline = _parser.parse(pattern.pattern, 0).state.flags
    letters = "".join(letter for letter, flag in _FLAGS.items() if pattern.flags & ~inline & flag)
    return f"(?{letters}){pattern.pattern}" if letters else pattern.pattern


def anchored(pattern: str) -> str:
    """Return a pattern that must match from the start of a text, as Python's `re.match` does.

    Args:
        pattern: The pattern.

    Returns:
        The pattern, its global flags first, as Python wants them.
    """
    inline = re.match(r"(?:\(\?[aimsux]+\))+", pattern)
    flags = inline[0] if inline else ""
    end = "\n)" if "x" in flags else ")"  # the pattern may end in a comment
    return rf"{flags}\A(?:{pattern[len(flags) :]}{end}"


@lru_cache(maxsize=1024)
def translate(pattern: str, engine: str) -> str:
    r"""Write a pattern in the syntax of an engine.

    Args:
        pattern: The pattern, as Python's `re` reads it.
        engine: The name of the engine.

    Returns:
        A pattern that finds the same texts on the engine.

    Raises:
        UnsupportedPattern: The pattern is malformed, or not every engine can match it.

    Example:
        >>> translate(r"a.\d?$", "duckdb").startswith("a[^\\x0a]")
        True
        >>> translate("(?i)ab", "polars")
        '[Aa][Bb]'
        >>> translate(r"(?!a)b", "polars")
        Traceback (most recent call last):
        ...
        khrop.expressions.patterns.UnsupportedPattern: look-around is not a pattern of every engine: (?!a)b
    """
    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise UnsupportedPattern(f"{error}: {pattern}") from None
    writer = _Writer(pattern, _END.get(engine, r"\z"))
    text = writer.sequence(tree, tree.state.flags)
    # Postgres reads as many digits as there are after \\x.
    return _HEX.sub(lambda m: rf"\u00{m[1]}" if m[1] else m[0], text) if engine == "postgres" else text


class _Writer:
    """Writes the parsed parts of a pattern."""

    def __init__(self, pattern: str, end: str) -> None:
        self._pattern = pattern
        self._end = end

    def sequence(self, tree: Iterable[tuple[Any, Any]], flags: int) -> str:
        return "".join(self._part(str(kind), value, flags) for kind, value in tree)

    def _part(self, kind: str, value: Any, flags: int) -> str:
        if kind == "LITERAL":
            others = _cases(value) if flags & re.IGNORECASE else {value}
            return _character(value) if len(others) == 1 else _class(_ranges(others))
        if kind == "NOT_LITERAL":
            return _class(_ranges(_cases(value) if flags & re.IGNORECASE else {value}), negated=True)
        if kind == "ANY":
            return _class(((0, sys.maxunicode),)) if flags & re.DOTALL else _class(((10, 10),), negated=True)
        if kind == "IN":
            return self._set(value, flags)
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = value
            return self._repeat(least, most, inner, flags) + ("?" if kind == "MIN_REPEAT" else "")
        if kind == "SUBPATTERN":
            _, added, removed, inner = value
            return f"(?:{self.sequence(inner, (flags | added) & ~removed)})"
        if kind == "BRANCH":
            return f"(?:{'|'.join(self.sequence(inner, flags) for inner in value[1])})"
        if kind == "AT":
            return self._anchor(str(value), flags)
        reasons = {"ASSERT": "look-around", "ASSERT_NOT": "look-around", "GROUPREF": "a reference to a group"}
        raise self._unsupported(reasons.get(kind, kind.replace("_", " ").lower()))

    def _set(self, items: Sequence[tuple[Any, Any]], flags: int) -> str:
        kinds = [str(kind) for kind, _ in items]
        members: set[int] = set()
        ranges: list[tuple[int, int]] = []
        for kind, (_, value) in zip(kinds, items, strict=True):
            if kind == "LITERAL":
                members |= _cases(value) if flags & re.IGNORECASE else {value}
            elif kind == "RANGE":
                low, high = value
                ranges.append((low, high))
                if flags & re.IGNORECASE:
                    if high - low > _LARGEST_CASED:
                        raise self._unsupported("a range of so many characters in any case")
                    members |= {case for point in range(low, high + 1) for case in _cases(point)}
            elif kind == "CATEGORY":
                ranges += _category(str(value).removeprefix("CATEGORY_"), bool(flags & re.ASCII))
        return _class((*_ranges(members), *ranges), negated="NEGATE" in kinds)

    def _repeat(self, least: int, most: Any, inner: Any, flags: int) -> str:
        unbounded = most is _constants.MAXREPEAT
        if least > MOST_REPEATS or (not unbounded and most > MOST_REPEATS):
            raise self._unsupported(f"more than {MOST_REPEATS} repetitions")
        body = f"(?:{self.sequence(inner, flags)})"
        if unbounded:
            return body + ("*" if least == 0 else "+" if least == 1 else f"{{{least},}}")
        return body + ("?" if (least, most) == (0, 1) else f"{{{least},{most}}}")

    def _anchor(self, where: str, flags: int) -> str:
        by_line = flags & re.MULTILINE
        if where == "AT_BEGINNING_STRING" or (where == "AT_BEGINNING" and not by_line):
            return "^"
        if where == "AT_END_STRING":
            return self._end
        if where == "AT_END" and not by_line:
            return rf"(?:\n?{self._end})"
        raise self._unsupported("a word boundary" if "BOUNDARY" in where else "the start or end of a line")

    def _unsupported(self, what: str) -> UnsupportedPattern:
        return UnsupportedPattern(f"{what} is not a pattern of every engine: {self._pattern}")


def _cases(point: int) -> set[int]:
    """Return a character and its other cases."""
    character = chr(point)
    lower = character.lower()
    cases = {character, lower, character.upper()}
    extra = _casefix._EXTRA_CASES.get(ord(lower), ()) if len(lower) == 1 else ()
    return {ord(case) for case in cases if len(case) == 1} | {point, *extra}


@lru_cache(maxsize=16)
def _category(name: str, ascii_only: bool) -> Ranges:
    r"""Return the characters of `\d`, `\s`, `\w`, or of their opposites."""
    negated = name.startswith("NOT_")
    belongs = _CATEGORIES[name.removeprefix("NOT_")]
    last = 127 if ascii_only else sys.maxunicode
    members = _ranges(point for point in range(last + 1) if point not in _SURROGATES and belongs(chr(point)))
    if not negated:
        return members
    starts = [0, *(high + 1 for _, high in members)]
    ends = [*(low - 1 for low, _ in members), sys.maxunicode]
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)


def _ranges(points: Iterable[int]) -> Ranges:
    """Join characters that follow one another to ranges."""
    ranges: list[tuple[int, int]] = []
    for point in sorted(set(points)):
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return tuple(ranges)


def _class(ranges: Iterable[tuple[int, int]], negated: bool = False) -> str:
    parts = (_span(low, high) for limits in ranges for low, high in _without_surrogates(*limits))
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _without_surrogates(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Cut the code points out that are no characters, which engines refuse."""
    first, last = _SURROGATES[0], _SURROGATES[-1]
    if high < first or low > last:
        yield low, high
        return
    if low < first:
        yield low, first - 1
    if high > last:
        yield last + 1, high


def _span(low: int, high: int) -> str:
    if low == high:
        return _character(low)
    return f"{_character(low)}{'-' if high > low + 1 else ''}{_character(high)}"


def _character(point: int) -> str:
    character = chr(point)
    if point < 32 or point == 127:
        return f"\\x{point:02x}"
    # A backslash before < or > is an anchor of Rust's.
    return f"\\{character}" if point < 127 and not character.isalnum() and character not in " <>_" else character
