"""The facts and claims of documents by snapshot, as plain values.

Here belong the forms in which a caller may pass facts, and whether each is known, unreadable or absent. What must hold
among them belongs in a contract; how that is judged belongs in `khrop.model.document_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

Record = Mapping[str, Any]

ONLY_SNAPSHOT = ""
"""The name of the snapshot where a frame is a single snapshot without a name."""


@dataclass(slots=True)
class Facts:
    """The facts of each snapshot's document.

    A claim is the fact `<source>_<measure>`, such as `table_total_saved`. A fact that was printed and cannot be read is
    None, and `<fact>_printed` holds what was printed.

    Attributes:
        values: By snapshot and fact: a number, text, date or None.
        params: Facts of all snapshots, including those without a document.
        places: By snapshot and fact: the place in the document.
        documented: The snapshots whose document was passed, whatever it contains.
        moments: By snapshot and fact: the moment of a date that was passed with an hour.
    """

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    params: Record = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    documented: set[str] = field(default_factory=set)
    moments: dict[tuple[str, str], datetime] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether no document has a fact of any snapshot."""
        return not self.values

    def of(self, snapshot: str) -> Record:
        """Return the facts of a snapshot and the parameters, by name."""
        return self.values.get(snapshot, self.params)

    def writable(self, snapshot: str) -> dict[str, Any]:
        """Return the facts of a snapshot, to add to."""
        return self.values.setdefault(snapshot, dict(self.params))

    def place(self, snapshot: str, fact: str) -> str:
        """Return the place of a fact in the document, or an empty text."""
        return self.places.get((snapshot, fact), "")

    def moment(self, snapshot: str, fact: str) -> Any:
        """Return a fact; a date with its hour, where it was passed with one."""
        return self.moments.get((snapshot, fact), self.of(snapshot).get(fact))

    def unread(self, snapshot: str, fact: str) -> str:
        """Return what was printed for an unreadable fact; empty where the fact was read or is absent."""
        known = self.of(snapshot)
        return "" if known.get(fact) is not None else str(known.get(f"{fact}_printed") or "")

    def absent(self, snapshot: str, fact: str) -> bool:
        """Check whether a document lacks a fact; an unreadable fact is not absent."""
        return self.of(snapshot).get(fact) is None and not self.unread(snapshot, fact)


def to_records(given: Any) -> list[Record]:
    """Convert a mapping, a list of mappings or a frame of any engine to plain records.

    Args:
        given: What the caller passed; None for nothing.

    Returns:
        A mapping for each row, its values as `plain` returns them.
    """
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [_plain_record(given)]
    if isinstance(given, (list, tuple)):
        return [_plain_record(row) for row in given]
    import narwhals as nw

    frame = nw.from_native(given).lazy().collect()
    names = frame.columns
    columns = [map(plain, frame[name].to_list()) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def gather(
    snapshots: Callable[[], Sequence[str]],
    column: str | None,
    document: Iterable[Record],
    claims: Iterable[Record],
    params: Mapping[str, Any],
) -> Facts:
    """Collect the facts of documents and claims by snapshot.

    Parameters are facts too, under their own names. A claim that is made twice with different values has no value: both
    are kept as printed.

    Args:
        snapshots: Returns the names of the frame's snapshots; called only where a record names none.
        column: The column that names a record's snapshot.
        document: A record for each snapshot's document.
        claims: Records of source, measure, value, place and, where the value is unreadable, printed.
        params: The contract's parameters.

    Returns:
        The facts.

    Raises:
        ValueError: A record names no snapshot and the frame has several.
    """
    facts = Facts(params=params)
    for row in document:
        name = find_snapshot(row, column, snapshots)
        facts.documented.add(name)
        facts.writable(name).update({k: _day(v) for k, v in row.items() if k != column})
        facts.moments.update({(name, k): v for k, v in row.items() if isinstance(v, datetime)})
    for row in claims:
        name = find_snapshot(row, column, snapshots)
        _add_claim(facts, name, f"{row['source']}_{row['measure']}", row)
    return facts


def find_snapshot(row: Record, column: str | None, snapshots: Callable[[], Sequence[str]]) -> str:
    """Return the snapshot of a record; a record that names none belongs to the only snapshot.

    Args:
        row: The record.
        column: The column that names its snapshot.
        snapshots: Returns the names of the frame's snapshots.

    Returns:
        The name of the snapshot.

    Raises:
        ValueError: The record names no snapshot and the frame has several.
    """
    if column is not None and row.get(column) is not None:
        return snapshot_name(row[column])
    names = snapshots()
    if len(names) != 1:
        raise ValueError(f"a document or claim must name its {column}: the frame has {len(names)} snapshots")
    return names[0]


def _add_claim(facts: Facts, snapshot: str, fact: str, row: Record) -> None:
    stored, value = facts.writable(snapshot), _day(row["value"])
    printed = str(row.get("printed") or ("" if value is None else value))
    if not printed:
        return
    if isinstance(value, (float, Decimal)) and not isfinite(value):
        value = None
    if (snapshot, fact) not in facts.places:
        stored[fact], stored[f"{fact}_printed"] = value, printed
        facts.places[snapshot, fact] = str(row.get("place") or "")
    elif stored[fact] != value:
        stored[fact], stored[f"{fact}_printed"] = None, f"{stored[f'{fact}_printed']} | {printed}"


def show(name: str, value: Any) -> str:
    """Format a value for a message: percents with at least two places, dates as ISO 8601, a null as an empty text.

    Args:
        name: The column or fact; a name with "percent" in it holds percent points.
        value: The value, in the form that an engine returns.

    Returns:
        The text.
    """
    kind = type(value)
    if kind is str or (kind is int and "percent" not in name):  # most values
        return str(value)
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = float(value)
        return f"{number:.2f}" if "percent" in name and round(number, 2) == number else _format_number(value)
    return str(value)


def plain(value: Any) -> Any:
    """Convert a value of an engine to a plain Python value.

    Args:
        value: A scalar of any engine.

    Returns:
        None for every kind of missing value, Python's own scalar otherwise; a moment with a time zone is in UTC.
    """
    kind = type(value)
    if kind is str or kind is int or kind is bool:  # most values
        return value
    if kind is float:
        return None if value != value else value
    if is_missing(value):
        return None
    if isinstance(value, datetime):
        return _plain_moment(value)
    if isinstance(value, (date, str, int, float, Decimal)):
        return value
    item = getattr(value, "item", None)
    return item() if item else str(value)


def comparable(value: Any) -> Any:
    """Convert a value so that it equals the same value of another type: a date its midnight, 0.1 one tenth.

    Args:
        value: A plain value.

    Returns:
        A value that is equal, and hashes alike, to that of every engine.
    """
    kind = type(value)
    if kind is str or kind is int:  # most values
        return value
    if kind is float:
        return Decimal(repr(value))
    return datetime(value.year, value.month, value.day) if kind is date else value


def _plain_moment(value: datetime) -> datetime:
    moment = value if getattr(value, "nanosecond", 0) else getattr(value, "to_pydatetime", lambda: value)()
    return moment.astimezone(UTC) if moment.tzinfo is not None else moment


def snapshot_name(value: Any) -> str:
    """Return the name of a snapshot from its value in a frame or a record.

    Args:
        value: A plain value.

    Returns:
        The value as text; a moment at midnight is its date, as engines hold dates as either.
    """
    return show("", value) if isinstance(value, date) else str(value)


def _plain_record(row: Record) -> Record:
    return {name: plain(value) for name, value in row.items()}


def _day(value: Any) -> Any:
    """Return a moment as its date: the facts of documents are dates."""
    return value.date() if isinstance(value, datetime) else value


def is_missing(value: Any) -> bool:
    """Check for a missing value of any engine.

    Args:
        value: A scalar.

    Returns:
        Whether it is None, NaN, NaT or pandas' NA.
    """
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA has no truth value
        return True


def _moment_text(value: datetime) -> str:
    """Return a moment as ISO 8601 with a blank; midnight without a time zone is a date."""
    midnight = value.tzinfo is None and value == datetime(value.year, value.month, value.day)
    return value.date().isoformat() if midnight else value.isoformat(sep=" ")


def _format_number(value: int | float | Decimal) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
