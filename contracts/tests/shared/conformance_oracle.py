"""What a verdict must be, in plain Python: rows as dicts, integers exactly, floats as IEEE has them.

Here belongs what all contracts share: what is null, how numbers compare, what a rule about rows does with nulls, and
the rules of the vocabulary, written again without the library. What a contract asks for is in
`conformance_expected`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

Row = dict[str, Any]
RIGHT = {
    "integer": ("int64", "int16", "uint64", "huge", "float64", "decimal", "wide", "fine"),
    "number": ("int64", "int16", "uint64", "huge", "float64", "decimal", "wide", "fine"),
    "text": ("text", "category"),
    "moment": ("moment",),
    "boolean": ("bool",),
}


EXACT = Context(prec=100)


class Reported(NamedTuple):
    """A violation, as far as the oracle determines it."""

    rule_id: str
    severity: str
    snapshot: str | None
    key: str
    column: str
    place: str


def value(held: Any) -> Any:
    """A cell as rules read it: NaN is a null, a decimal is exact."""
    if isinstance(held, Decimal):
        return Fraction(held)
    return None if isinstance(held, float) and math.isnan(held) else held


def text(held: Any) -> str:
    """A cell as a message prints it."""
    if isinstance(held, Fraction):
        return _decimal(held)
    if isinstance(held, datetime):
        return str(held.date() if held == datetime(held.year, held.month, held.day) else held)
    return "" if held is None else f"{held:.15g}" if isinstance(held, float) else str(held)


def _decimal(held: Fraction) -> str:
    """A decimal without zeros at its end."""
    digits = next(n for n in range(40) if (held * 10**n).denominator == 1)
    return f"{Decimal(held.numerator * 10**digits // held.denominator).scaleb(-digits, EXACT):f}"


def number(held: Any) -> float:
    try:
        return float(held)
    except OverflowError:
        return math.copysign(math.inf, held)


def alike(*held: Any) -> tuple[Any, ...]:
    """An integer beside a float is read as a float; integers among themselves are exact."""
    return tuple(map(number, held)) if any(isinstance(h, float) for h in held) else held


def add(*held: Any) -> Any:
    return sum(alike(*held)[1:], alike(*held)[0])


def times(a: Any, b: Any) -> Any:
    a, b = alike(a, b)
    return a * b


def less_or_equal(a: Any, b: Any) -> bool:
    a, b = alike(a, b)
    return bool(a <= b)


def same(a: Any, b: Any) -> bool:
    a, b = alike(a, b)
    return bool(a == b)


def half_up(held: Any, places: int = 0) -> Any:
    if isinstance(held, Fraction):
        return Fraction(math.floor(held * 10**places + Fraction(1, 2)), 10**places)
    if isinstance(held, int) or not math.isfinite(held):
        return held
    return math.floor(held * 10.0**places + 0.5) / 10.0**places


def whole(held: Any) -> bool:
    return isinstance(held, int) or (math.isfinite(held) and held == math.floor(held))


def figures(*held: Any) -> tuple[Any, ...]:
    """Figures beside numbers of a rule: exact where one is a decimal and none a float, else floats."""
    exact = any(isinstance(h, Fraction) for h in held) and not any(isinstance(h, float) for h in held)
    return held if exact else tuple(map(number, held))


def percent_apart(share: Any, part: Any, all_of_it: Any) -> tuple[Any, Any]:
    """A percent's hundredths times the whole, and 10000 times the part."""
    share, part, all_of_it = figures(share, part, all_of_it)
    if not isinstance(share, float):
        return half_up(Fraction(share) * 100) * all_of_it, part * 10000
    hundredths = half_up(number(share) * 100.0)
    return hundredths * number(all_of_it), number(part) * 10000.0


def rounded_half_up(share: Any, part: Any, all_of_it: Any) -> bool:
    exact = figures(share, part, all_of_it)
    if not isinstance(exact[0], float):
        share, part, all_of_it = exact
        over = part * 20000 + all_of_it - half_up(Fraction(share) * 100) * all_of_it * 2
        return bool(0 <= over < all_of_it * 2)
    hundredths = half_up(number(share) * 100.0)
    if all(isinstance(v, int) and 0 <= v <= 10**9 for v in (part, all_of_it)) and abs(hundredths) < 10**5:
        return all_of_it > 0 and int(hundredths) == (20000 * part + all_of_it) // (2 * all_of_it)
    over = number(part) * 20000.0 + number(all_of_it) - hundredths * (number(all_of_it) * 2.0)
    return 0 <= over < number(all_of_it) * 2.0


@dataclass
class Oracle:
    """A frame, and what is found wrong with it as its contract's rules are put to it one by one."""

    rows: list[Row]
    kinds: Mapping[str, str]
    key: Sequence[str]
    place: str
    snapshot: str | None
    snapshots: list[str | None] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    found: list[Reported] = field(default_factory=list)
    aside: set[Any] = field(default_factory=set)
    all_aside: bool = False

    def see(self, types: Mapping[str, str], optional: Iterable[str], others: Iterable[str] = ()) -> None:
        """What the frame has, and whose snapshots it is of, those that its claims name included."""
        raw = self.rows
        self.rows = [{c: value(v) for c, v in row.items()} for row in raw]
        column = self.snapshot if self.snapshot in types else None
        present = {str(row[column]) for row in self.rows if row[column] is not None} if column else set()
        self.snapshots = list(dict.fromkeys([*others, *sorted(present)])) or [None]
        for name, kind in self.kinds.items():
            held = any(row[name] is not None for row in self.rows) if name in types else False
            if (name not in types and name not in optional) or (held and types[name] not in RIGHT[kind]):
                self.faulty.add(name)
                self._columns(name)
            if name not in types:
                self.faulty.add(name)
        if column and any(row[column] is None for row in self.rows):
            self._columns(column)
            self.faulty.add(column)
            self.rows = [row for row in self.rows if row[column] is not None]
        for row in self.rows:
            row["__snapshot"] = str(row[column]) if column else self.snapshots[0]
        if not column and len(self.snapshots) == 1:
            for row in self.rows:
                row["__snapshot"] = self.snapshots[0]

    def _columns(self, name: str) -> None:
        self.all_aside = True
        for snapshot in self.snapshots:
            self.found.append(Reported("columns", "error", snapshot, name, name, ""))

    def of(self, snapshot: str | None) -> list[Row]:
        return [row for row in self.rows if row["__snapshot"] == snapshot]

    def _key(self, row: Row) -> str:
        return next((t for t in (text(row.get(k)) for k in self.key) if t), "")

    def fails(self, rule: str, severity: str, row: Row, column: str) -> None:
        """A violation of a single row."""
        place = text(row.get(self.place))
        self.found.append(Reported(rule, severity, row["__snapshot"], self._key(row), column, place))
        if severity == "error":
            self.aside.add(row[self.place])

    def broken(self, rule: str, severity: str, snapshot: str | None, key: str, column: str, place: str = "",
               rows: Iterable[Row] | None = None) -> None:  # fmt: skip
        """A violation of a snapshot, or of some of its rows."""
        self.found.append(Reported(rule, severity, snapshot, key, column, place))
        if severity == "error" and rows is not None:
            self.aside |= {row[self.place] for row in rows}
        elif severity == "error" and self.snapshot:
            self.aside |= {row[self.place] for row in self.of(snapshot)}
        elif severity == "error":
            self.all_aside = True

    def row_rule(self, rule: str, severity: str, needed: Sequence[str], skipped: Sequence[str],
                 holds: Callable[..., Any], column: str | Callable[[Row], str] = "") -> None:  # fmt: skip
        """A null in a needed column fails the row, else one in a skipped column spares it, else `holds` decides; it
        is given the columns in their order, the needed ones first."""
        named = [*needed, *skipped]
        if self.faulty.intersection(named):
            return
        for row in self.rows:
            null = next((c for c in needed if row[c] is None), None)
            if null is None and (any(row[c] is None for c in skipped) or holds(*[row[c] for c in named])):
                continue
            self.fails(rule, severity, row, null or (column(row) if callable(column) else column) or named[0])

    def unique(self, rule: str, severity: str, columns: Sequence[str], nulls: str = "fail") -> None:
        """`nulls` fail, are equal to one another, or are left to other rules (`skip`)."""
        if self.faulty.intersection(columns):
            return
        for snapshot in self.snapshots:
            groups: dict[tuple[Any, ...], list[Row]] = {}
            for row in self.of(snapshot):
                groups.setdefault(tuple(row[c] for c in columns), []).append(row)
            for values, rows in groups.items():
                null = next((c for c, v in zip(columns, values, strict=True) if v is None), None)
                if null and nulls == "skip":
                    continue
                null = null if nulls == "fail" else None
                if null or len(rows) > 1:
                    key = ", ".join(text(v) or "–" for v in values)
                    mine = None if self.snapshot else rows
                    self.broken(rule, severity, snapshot, key, null or columns[0], rows=mine)

    def sequence(self, rule: str, severity: str, column: str) -> None:
        if column in self.faulty:
            return
        for snapshot in self.snapshots:
            rows = self.of(snapshot)
            seen = Counter(row[column] for row in rows)
            for n in range(1, len(rows) + 1):
                if n not in seen:
                    self.broken(rule, severity, snapshot, str(n), column)
            for held, times_seen in seen.items():
                place = text([row[self.place] for row in rows if row[column] == held][-1])
                if held is None:
                    self.broken(rule, severity, snapshot, f"1…{len(rows)}", column, place)
                elif times_seen > 1 or not (1 <= held <= len(rows) and whole(held)):
                    self.broken(rule, severity, snapshot, text(held), column, place)

    def exactly(self, rule: str, severity: str, column: str, wanted: Sequence[str], printed: str = "") -> None:
        if column in self.faulty:
            return
        for snapshot in self.snapshots:
            seen: Counter[Any] = Counter()
            for row in self.of(snapshot):
                held, place = row[column], text(row[self.place])
                seen[held] += 1
                if held is None:
                    observed = text(row.get(printed)) if printed else ""
                    at = printed if printed in row else column
                    self.broken(rule, severity, snapshot, observed, at, place)
                elif held not in wanted or seen[held] > 1:
                    self.broken(rule, severity, snapshot, held, column, place)
            for absent in [w for w in wanted if w not in seen]:
                self.broken(rule, severity, snapshot, absent, column)

    def result(self) -> Expected:
        order = Counter(t.rule_id for t in self.found)
        severities = {t.severity for t in self.found}
        status = "quarantined" if "error" in severities else "accepted_with_warnings" if severities else "accepted"
        aside = set(self.aside)
        if self.snapshot and not self.all_aside:
            bad = {row["__snapshot"] for row in self.rows if row[self.place] in aside}
            aside = {row[self.place] for row in self.rows if row["__snapshot"] in bad}
        return Expected(status, dict(order), Counter(self.found), None if self.all_aside else aside)


class Expected(NamedTuple):
    """What a verdict must be: `aside` are the places of the rows that are set aside, None where all are."""

    status: str
    counts: dict[str, int]
    found: Counter[Reported]
    aside: set[Any] | None


def total(held: Iterable[Any]) -> Any:
    """The sum of what is there, None of nothing: integers exactly; an infinity less another is a null."""
    present = [h for h in held if h is not None]
    return value(add(*present)) if present else None
