"""Read cells as a file prints them into columns with the types of a contract.

Here belongs how a printed cell is read: Thai digits, thousands, percents, dates. An unreadable cell becomes a null, and
what was printed is kept in `<column>_printed`; whether that is allowed is for the contract. How a file is split into
cells belongs in `khrop.files.csv_text` and `khrop.files._workbook`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from khrop.thai.digits import NotANumber, parse_count, parse_percent

if TYPE_CHECKING:
    import pandas as pd

PRINTED = "_printed"
"""The suffix of the column that keeps what was printed in unreadable cells."""
_CACHED_CELLS = 1 << 16
"""Most columns repeat a few values, so up to this many distinct cells are parsed once."""
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def parse_number(text: str, *, whole: bool) -> int | float:
    """Parse a number as printed or as programs write it.

    Accepts Thai or ASCII digits, commas between thousands, and a percent sign where the number need not be whole. A
    fraction in a whole column is still a number, so that a rule can report it.

    Args:
        text: The cell.
        whole: Whether the column holds whole numbers.

    Returns:
        The number.

    Raises:
        ValueError: The text is not a number.
    """
    try:
        return parse_count(text)
    except NotANumber:
        plain = text.strip()
    if _FLOAT.fullmatch(plain) and not (whole and plain.lstrip("+-").isdigit()):
        value = float(plain)
    elif whole and "%" in text:
        raise NotANumber(text, "a whole number such as ๗,๘๕๐ or 7,850")
    else:
        value = float(parse_percent(text))
    if not isfinite(value):
        raise NotANumber(text, "a number within what a float holds")
    return int(value) if whole and value.is_integer() and abs(value) < 2**53 else value


def _parse_datetime(text: str) -> datetime:
    return datetime.fromisoformat(text.strip())


def _parse_boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None


def _parse_whole(text: str) -> int | float:
    return parse_number(text, whole=True)


def _parse_real(text: str) -> int | float:
    return parse_number(text, whole=False)


def _keep_text(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class _Type:
    """How a column's cells are parsed, and pandas' type for them without and with nulls."""

    read: Callable[[str], Any]
    full: str
    nullable: str


TEXT = _Type(_keep_text, "string", "string")
TYPES = (
    (("int", "uint"), _Type(_parse_whole, "int64", "Int64")),
    (("float", "decimal"), _Type(_parse_real, "float64", "float64")),
    (("datetime", "date", "timestamp"), _Type(_parse_datetime, "datetime64[us]", "datetime64[us]")),
    (("bool",), _Type(_parse_boolean, "bool", "boolean")),
)


def types_of(contract: type) -> dict[str, _Type]:
    """Return how the cells of each of a contract's columns are parsed; as text where the contract has no type.

    Args:
        contract: The contract.

    Returns:
        The type by column.
    """
    columns = contract.to_schema().columns.items()  # type: ignore[attr-defined]
    return {
        name: next((kind for prefix, kind in TYPES if str(column.dtype).lower().startswith(prefix)), TEXT)
        for name, column in columns
    }


class _CellCache(dict[str, Any]):
    """The parsed value of each distinct cell of a column; None for a blank or unreadable cell."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self.read = read

    def __missing__(self, text: str) -> Any:
        value = None
        if text.strip():
            try:
                value = self.read(text)
            except ValueError:  # the column keeps what was printed
                value = None
        if len(self) < _CACHED_CELLS:
            self[text] = value
        return value


@dataclass(slots=True)
class TypedColumn:
    """A column that grows by pieces, so that only a piece of it is held as text.

    Attributes:
        type: How its cells are parsed.
        pieces: The parsed pieces.
        printed: What was printed in unreadable cells, by row.
    """

    type: _Type
    pieces: list[pd.Series] = field(default_factory=list)
    printed: dict[int, str] = field(default_factory=dict)
    _cells: _CellCache = field(init=False)
    _rows: int = 0

    def __post_init__(self) -> None:
        """Create the cache of parsed cells."""
        self._cells = _CellCache(self.type.read)

    def add(self, texts: Sequence[str]) -> None:
        """Parse another piece of the column."""
        import pandas as pd

        values = list(map(self._cells.__getitem__, texts))
        types = set(map(type, values))
        dtype = self.type.full
        if type(None) in types:
            dtype = self.type.nullable
            unread = [i for i, value in enumerate(values) if value is None and texts[i].strip()]
            self.printed.update({self._rows + i: texts[i].strip() for i in unread})
        if dtype.lower() == "int64" and float in types:
            dtype = "float64"
        if dtype.startswith("datetime"):
            datetimes = pd.to_datetime(values, utc=_has_timezone(values))
            self.pieces.append(pd.Series(datetimes.astype(_datetime_dtype(values))))
        else:
            self.pieces.append(pd.Series(values, dtype=dtype))
        self._rows += len(texts)

    def to_series(self) -> pd.Series:
        """Return the column as a series and release its pieces."""
        import pandas as pd

        pieces, self.pieces = self.pieces, []
        kinds = {str(piece.dtype) for piece in pieces}
        if len(kinds) > 1 and "float64" in kinds:
            pieces = [piece.astype("float64") for piece in pieces]
        return pd.concat(pieces, ignore_index=True) if len(pieces) > 1 else pieces[0]

    def printed_values(self) -> pd.Series:
        """Return what was printed in unreadable cells, null elsewhere."""
        import pandas as pd

        return pd.Series(self.printed, dtype="string").reindex(range(self._rows))


def _has_timezone(values: Sequence[Any]) -> bool:
    return any(value is not None and value.tzinfo is not None for value in values)


def _datetime_dtype(values: Sequence[Any]) -> str:
    return "datetime64[us, UTC]" if _has_timezone(values) else "datetime64[us]"
