"""Which columns identify a row, which separates snapshots, and which number the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

from khrop.engine.compiling.declared import MOMENTS
from khrop.inference.chance import LEAST_ROWS
from khrop.inference.proposed_rule import ProposedRule, listed
from khrop.inference.sampled_column import SampledColumn
from khrop.vocabulary import LinearSequence, UniqueKey

MOST_COLUMNS = 3
"""Columns of a key."""
LEAST_COLLISIONS = 7.0
"""Rows of one key that chance would give, where there is none: e⁻⁷ is less than one in a thousand."""
IDENTIFIER = re.compile(r"(^|[_\W])(id|code|key|no|nr|number|uuid|guid|ref)([_\W]|$)|รหัส|เลขที่|ลำดับ", re.IGNORECASE)
"""Names of columns of integers that identify, however small they are."""
PERIOD = re.compile(r"[12][0-9]{3}(-(0[1-9]|1[0-2]|[QqHhWw][0-9]{1,2})(-[0-3][0-9])?)?")
"""Texts that are a year, quarter, month, week or day."""
YEARS = ((1900, 2100), (2443, 2643))
"""Years of the common and the Buddhist era."""
LEAST_SHARE = 0.5
"""The share of all keys that a snapshot has, on average, where a table is of snapshots."""
_MOST_CANDIDATES = 20
_KEYS = ("text", "integer", "date", "moment")


@dataclass(frozen=True)
class Key:
    """The key of a table.

    Attributes:
        columns: The columns that identify a row of a snapshot; none where none do.
        snapshot: The column that separates snapshots, if any.
        others: Further columns that identify a row, each alone.
    """

    columns: tuple[str, ...] = ()
    snapshot: str | None = None
    others: tuple[str, ...] = ()


def fewest_unique(always: Sequence[SampledColumn], others: Sequence[SampledColumn], most: int) -> tuple[str, ...]:
    """Return the fewest columns of which no two rows share all values, and none has a null.

    Args:
        always: Columns that are in any case among them.
        others: Columns that may be, the most likely first.
        most: The most columns of `others`.

    Returns:
        Their names; none where so many columns are not enough.
    """
    for size in range(0 if always else 1, min(most, len(others)) + 1):
        for more in combinations(others, size):
            columns = (*always, *more)
            rows = list(zip(*(column.values for column in columns), strict=True))
            if not any(column.nullable for column in columns) and len(set(rows)) == len(rows):
                return tuple(column.name for column in columns)
    return ()


def key_of(columns: Sequence[SampledColumn]) -> Key:
    """Return the key that a table seems to have: one column, else the fewest of two or three.

    A column of numbers with a fraction is never a key. Integers and dates that chance alone would keep apart are none,
    unless they are numbered from 1 or named as identifiers are; nor are several columns that are unlikely to meet.

    Args:
        columns: The columns.
    """
    rows = len(columns[0].values) if columns else 0
    candidates = [c for c in columns if c.kind in _KEYS and c.varies and not c.nullable]
    if rows < LEAST_ROWS:
        return Key()
    alone = sorted((c for c in candidates if len(c.counts) == rows and _identifies(c)), key=_rank)
    if alone:
        return Key((alone[0].name,), None, tuple(column.name for column in alone[1:]))
    # Values that stand often are dimensions; a column of figures is not.
    parts = [
        c for c in candidates if c.kind != "integer" or _is_year(c) or _is_named_as_key(c) or 2 * len(c.counts) <= rows
    ]
    parts = sorted(parts, key=_rank)[:_MOST_CANDIDATES]
    by_name = {column.name: column for column in parts}
    for size in range(2, MOST_COLUMNS + 1):
        for combination in combinations(parts, size):
            if _share_a_key(combination, rows) and (names := fewest_unique(combination, (), 0)):
                ordered = [column.name for column in columns if column.name in names]
                return _with_snapshot([by_name[name] for name in ordered], rows)
    return Key()


def _rank(column: SampledColumn) -> tuple[bool, bool, bool]:
    return not _is_named_as_key(column), column.kind in MOMENTS, column.kind != "text"


def _is_named_as_key(column: SampledColumn) -> bool:
    return bool(IDENTIFIER.search(column.name))


def _is_year(column: SampledColumn) -> bool:
    return column.kind == "integer" and any(
        low <= min(column.counts) and max(column.counts) <= high for low, high in YEARS
    )


def _identifies(column: SampledColumn) -> bool:
    """Return whether a column without a double is more than chance."""
    if column.kind == "text" or _is_named_as_key(column) or _numbered_from(column.values) is not None:
        return True
    units = column.units
    if units is None:
        return False
    n, points = len(units.values), units.values
    return comb(n, 2) / (int(points.max()) - int(points.min()) + 1) >= LEAST_COLLISIONS


def _share_a_key(columns: Sequence[SampledColumn], rows: int) -> bool:
    """Return whether rows would share a key, if each column had its values independently of the others."""
    if prod(len(column.counts) for column in columns) == rows:
        return True  # each combination stands: a grid
    pairs = comb(rows, 2)
    share = prod(sum(comb(count, 2) for count in column.counts.values()) / pairs for column in columns)
    return pairs * share >= LEAST_COLLISIONS


def _with_snapshot(columns: Sequence[SampledColumn], rows: int) -> Key:
    """Return a key of several columns, one of them as the snapshot, where it is a period in which most keys stand."""
    for period in columns:
        rest = [column for column in columns if column is not period]
        if not _is_period(period) or len(period.counts) * 2 > rows:
            continue
        different = len(set(zip(*(column.values for column in rest), strict=True)))
        if different > 1 and rows >= LEAST_SHARE * different * len(period.counts):
            return Key(tuple(column.name for column in rest), period.name)
    return Key(tuple(column.name for column in columns))


def _is_period(column: SampledColumn) -> bool:
    if column.kind == "text":
        return all(PERIOD.fullmatch(value) for value in column.counts)
    return column.kind in MOMENTS or _is_year(column)


def unique(key: tuple[str, ...], rows: int = 0) -> ProposedRule:
    """Return the rule that a key identifies all rows of a table.

    Args:
        key: The names of its columns.
        rows: How many rows there are.
    """
    return ProposedRule(
        id="key-unique", what=UniqueKey(key), columns=key, summary=f"No two rows have the same {listed(key)}.",
        scope="group", held=rows, of=rows,
    )  # fmt: skip


def numberings(columns: Sequence[SampledColumn], snapshot: SampledColumn | None = None) -> Iterator[ProposedRule]:
    """Yield, for each column of integers, that it numbers the rows: of each snapshot, from 1 or from 0.

    A run from another number is an extract of a longer list, and no rule.

    Args:
        columns: The columns.
        snapshot: The column that separates snapshots.
    """
    for column in columns:
        if column.kind != "integer" or column.nullable or (snapshot is None and len(column.counts) < column.filled):
            continue
        groups: dict[object, list[object]] = {}
        for value, name in zip(column.values, snapshot.values if snapshot else column.values, strict=True):
            groups.setdefault(name if snapshot else None, []).append(value)
        starts = {_numbered_from(values) for values in groups.values()}
        if len(starts) != 1 or (start := starts.pop()) is None:
            continue
        rows = len(column.values)
        yield ProposedRule(
            id="in-sequence", what=LinearSequence(column.name, start), columns=(column.name,),
            summary=f"The rows are numbered from {start}.", scope="group", severity="warning", held=rows, of=rows,
            doubt=0.0 if max(map(len, groups.values())) >= LEAST_ROWS else 1.0,
        )  # fmt: skip


def _numbered_from(values: Sequence[object]) -> int | None:
    """Return where values begin that are whole numbers in sequence, in any order; None where they are not."""
    different = set(values)
    start = 0 if 0 in different else 1
    return start if len(values) > 1 and different == set(range(start, start + len(values))) else None
