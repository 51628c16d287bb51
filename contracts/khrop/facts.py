"""A document's own facts and claims as one small frame: a row a snapshot, a column a fact.

Here belong the ways a caller may hand facts in, and how they line up for document rules. What must hold among
them belongs in a contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ONE = ""
"""The name of the snapshot of a frame that is one snapshot."""


@dataclass(slots=True)
class Facts:
    """What is known of each snapshot's document.

    `values[snapshot][fact]` is a number, text, date or None; a claim is the fact `<source>_<measure>`, as in
    `table_total_saved`. `places[snapshot, fact]` says where in the document it stands.
    """

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, snapshot: str) -> dict[str, Any]:
        return self.values.get(snapshot, {})

    def place(self, snapshot: str, fact: str) -> str:
        return self.places.get((snapshot, fact), "")

    def unread(self, snapshot: str, fact: str) -> str:
        """What was printed for a fact that could not be read; empty where it was read, or is not there."""
        known = self.of(snapshot)
        return "" if known.get(fact) is not None else str(known.get(f"{fact}_printed") or "")

    def frame(self, columns: Iterable[str]) -> pd.DataFrame:
        """One row a snapshot in their order, with at least these columns; dates as datetime64, whole numbers as
        nullable integers, other numbers as floats."""
        import pandas as pd

        wanted = list(dict.fromkeys(columns))
        data: dict[str, Any] = {}
        for name in wanted:
            values = [row.get(name) for row in self.values.values()]
            data[name] = _column(values)
        return pd.DataFrame(data, index=range(len(self.values)))


def _column(values: list[Any]) -> Any:
    import pandas as pd

    present = [v for v in values if v is not None]
    if present and all(isinstance(v, (date, datetime)) for v in present):
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object))).astype("datetime64[us]")
    if present and all(isinstance(v, int) for v in present):
        return pd.array(values, dtype="Int64")
    if present and all(isinstance(v, (int, float, Decimal)) for v in present):
        return pd.array([None if v is None else float(v) for v in values], dtype="Float64")
    if not present:
        return pd.array(values, dtype="Float64")
    return pd.Series([None if v is None else str(v) for v in values], dtype="str")


def gather(
    snapshots: Iterable[str],
    snapshot_column: str | None,
    document: Any,
    claims: Any,
    params: Mapping[str, Any],
) -> Facts:
    """Line up `document` (a mapping of facts, or a frame or records of one row a snapshot) and `claims` (a frame
    or records of source, measure, value, place) by snapshot. Parameters are facts too, under their own names.
    """
    facts = Facts({name: dict(params) for name in snapshots})
    for row in _records(document):
        name = _snapshot(row, snapshot_column, facts)
        facts.values.setdefault(name, dict(params)).update(
            {k: _plain(v) for k, v in row.items() if k != snapshot_column}
        )
    for row in _records(claims):
        name = _snapshot(row, snapshot_column, facts)
        fact = f"{row['source']}_{row['measure']}"
        values = facts.values.setdefault(name, dict(params))
        if values.get(fact) is None:
            values[fact] = _plain(row["value"])
            facts.places[name, fact] = str(row.get("place") or "")
            if values[fact] is None and row.get("printed"):
                values[f"{fact}_printed"] = str(row["printed"])
    return facts


def _snapshot(row: Mapping[str, Any], column: str | None, facts: Facts) -> str:
    if column is not None and row.get(column) is not None:
        return str(row[column])
    return next(iter(facts.values), ONE)


def _records(given: Any) -> list[Mapping[str, Any]]:
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [given]
    if isinstance(given, (list, tuple)):
        return list(given)
    import narwhals as nw

    return list(nw.from_native(given).lazy().collect().rows(named=True))


def _plain(value: Any) -> Any:
    """A value without its engine: pandas' and numpy's missing values are None, their scalars Python's own."""
    if value is None or value != value:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, (date, str, int, float, Decimal)):
        return value
    item = getattr(value, "item", None)
    return item() if item else str(value)
