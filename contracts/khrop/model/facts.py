"""A document's own facts and claims, lined up by snapshot, as plain values.

Here belong the ways a caller may hand facts in, and what is known, unread or absent of each. What must hold among
them belongs in a contract; how that is judged belongs in `khrop.model.document_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

Record = Mapping[str, Any]

ONLY_SNAPSHOT = ""
"""The name of the snapshot of a frame that is one snapshot."""


@dataclass(slots=True)
class Facts:
    """What is known of each snapshot's document.

    `values[snapshot][fact]` is a number, text, date or None; a claim is the fact `<source>_<measure>`, as in
    `table_total_saved`. A fact that was printed and cannot be read is None, and `<fact>_printed` says what stood
    there. `places[snapshot, fact]` says where in the document it stands. `documented` are the snapshots whose
    document was handed in, whatever it says. `params` are facts of all, those without a document too.
    """

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    params: Record = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    documented: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether no document says anything of any snapshot."""
        return not self.values

    def of(self, snapshot: str) -> Record:
        return self.values.get(snapshot, self.params)

    def own(self, snapshot: str) -> dict[str, Any]:
        """The facts of a snapshot, to add to."""
        return self.values.setdefault(snapshot, dict(self.params))

    def place(self, snapshot: str, fact: str) -> str:
        return self.places.get((snapshot, fact), "")

    def unread(self, snapshot: str, fact: str) -> str:
        """What was printed for a fact that could not be read; empty where it was read, or is not there."""
        known = self.of(snapshot)
        return "" if known.get(fact) is not None else str(known.get(f"{fact}_printed") or "")

    def absent(self, snapshot: str, fact: str) -> bool:
        """Whether a document says nothing of a fact, not even something that cannot be read."""
        return self.of(snapshot).get(fact) is None and not self.unread(snapshot, fact)


def to_records(given: Any) -> list[Record]:
    """A mapping, a list of mappings, or a frame of any engine as plain records; nothing at all as none."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [_plain_record(given)]
    if isinstance(given, (list, tuple)):
        return [_plain_record(row) for row in given]
    import narwhals as nw

    return [_plain_record(row) for row in nw.from_native(given).lazy().collect().rows(named=True)]


def gather(
    snapshots: Callable[[], Sequence[str]],
    column: str | None,
    document: Iterable[Record],
    claims: Iterable[Record],
    params: Mapping[str, Any],
) -> Facts:
    """Line up `document` (records of one row a snapshot) and `claims` (records of source, measure, value, place,
    and, where the value cannot be read, printed) by the snapshot that `column` names. Parameters are facts too,
    under their own names. A claim that is made twice and differs has no value: what was printed is both.
    """
    facts = Facts(params=params)
    for row in document:
        name = find_snapshot(row, column, snapshots)
        facts.documented.add(name)
        facts.own(name).update({k: v for k, v in row.items() if k != column})
    for row in claims:
        name = find_snapshot(row, column, snapshots)
        _add_claim(facts, name, f"{row['source']}_{row['measure']}", row)
    return facts


def find_snapshot(row: Record, column: str | None, snapshots: Callable[[], Sequence[str]]) -> str:
    """The snapshot that a record speaks of; one that names none speaks of the only one there is."""
    if column is not None and row.get(column) is not None:
        return str(row[column])
    names = snapshots()
    if len(names) != 1:
        raise ValueError(f"a document or claim must name its {column}: the frame has {len(names)} snapshots")
    return names[0]


def _add_claim(facts: Facts, snapshot: str, fact: str, row: Record) -> None:
    known, value = facts.own(snapshot), row["value"]
    printed = str(row.get("printed") or ("" if value is None else value))
    if not printed:
        return
    if isinstance(value, (float, Decimal)) and not isfinite(value):
        value = None
    if (snapshot, fact) not in facts.places:
        known[fact], known[f"{fact}_printed"] = value, printed
        facts.places[snapshot, fact] = str(row.get("place") or "")
    elif known[fact] != value:
        known[fact], known[f"{fact}_printed"] = None, f"{known[f'{fact}_printed']} | {printed}"


def show(name: str, value: Any) -> str:
    """A value as a message prints it: percents with two places at least, dates as ISO, nothing for a null."""
    kind = type(value)
    if kind is str or (kind is int and "percent" not in name):  # most of what is shown
        return str(value)
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = float(value)
        return f"{number:.2f}" if "percent" in name and round(number, 2) == number else _format_number(value)
    return str(value)


def plain(value: Any) -> Any:
    """A value without its engine: every missing value is None, scalars are Python's own, a moment is its day."""
    kind = type(value)
    if kind is str or kind is int or kind is bool:  # most values by far
        return value
    if kind is float:
        return None if value != value else value
    if value is None or _is_missing(value):
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (date, str, int, float, Decimal)):
        return value
    item = getattr(value, "item", None)
    return item() if item else str(value)


def _plain_record(row: Record) -> Record:
    return {name: plain(value) for name, value in row.items()}


def _is_missing(value: Any) -> bool:
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA has no truth value
        return True


def _format_number(value: int | float | Decimal) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
