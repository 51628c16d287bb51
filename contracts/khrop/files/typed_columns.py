"""Cells as a file prints them to columns with the types of a contract.

Here belongs how one printed cell is read: Thai digits, thousands, percents, dates. What cannot be read becomes a
null, and what was printed stays beside it in `<column>_printed`; whether that is allowed is for the contract. How
a file comes apart into cells belongs in `khrop.files.csv_text` and `khrop.files._workbook`.
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
KNOWN_CELLS = 1 << 16
"""The same figures fill the cells of most columns; so many different ones are read once."""
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_TRUTHS = {"true": True, "false": False, "1": True, "0": False}


def number(text: str, *, whole: bool) -> int | float:
    """A number as printed or as programs write it; ValueError for what is none.

    Thai or ASCII digits, commas between thousands, a percent sign behind what need not be whole. A fraction in a
    `whole` column is a number all the same, so that a rule can say that it is not whole.
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


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.strip())


def _truth(text: str) -> bool:
    try:
        return _TRUTHS[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None


def _whole(text: str) -> int | float:
    return number(text, whole=True)


def _real(text: str) -> int | float:
    return number(text, whole=False)


def _text(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class _Type:
    """How a column's cells are read, and as what pandas keeps them, without a null and with one."""

    read: Callable[[str], Any]
    full: str
    nullable: str


TEXT = _Type(_text, "string", "string")
TYPES = (
    (("int", "uint"), _Type(_whole, "int64", "Int64")),
    (("float", "decimal"), _Type(_real, "float64", "float64")),
    (("datetime", "date", "timestamp"), _Type(_moment, "datetime64[us]", "datetime64[us]")),
    (("bool",), _Type(_truth, "bool", "boolean")),
)


def types_of(contract: type) -> dict[str, _Type]:
    """How the cells of each of a contract's columns are read; as text, where the contract asks for no type."""
    columns = contract.to_schema().columns.items()  # type: ignore[attr-defined]
    return {
        name: next((kind for begin, kind in TYPES if str(column.dtype).lower().startswith(begin)), TEXT)
        for name, column in columns
    }


class _Cells(dict[str, Any]):
    """What each different text of a column was read as; None for a blank and for what cannot be read."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self.read = read

    def __missing__(self, text: str) -> Any:
        value = None
        if text.strip():
            try:
                value = self.read(text)
            except ValueError:  # what was printed is kept by the column
                value = None
        if len(self) < KNOWN_CELLS:
            self[text] = value
        return value


@dataclass(slots=True)
class Column:
    """One column that grows by pieces, so that no more than a piece of it is ever text."""

    type: _Type
    pieces: list[pd.Series] = field(default_factory=list)
    printed: dict[int, str] = field(default_factory=dict)
    _cells: _Cells = field(init=False)
    _rows: int = 0

    def __post_init__(self) -> None:
        self._cells = _Cells(self.type.read)

    def add(self, texts: Sequence[str]) -> None:
        """Read another piece of the column."""
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
            self.pieces.append(pd.Series(pd.to_datetime(values, utc=_zoned(values)).astype(_unit(values))))
        else:
            self.pieces.append(pd.Series(values, dtype=dtype))
        self._rows += len(texts)

    def whole(self) -> pd.Series:
        """The column."""
        import pandas as pd

        pieces, self.pieces = self.pieces, []
        kinds = {str(piece.dtype) for piece in pieces}
        if len(kinds) > 1 and "float64" in kinds:
            pieces = [piece.astype("float64") for piece in pieces]
        return pd.concat(pieces, ignore_index=True) if len(pieces) > 1 else pieces[0]

    def beside(self) -> pd.Series:
        """What was printed where nothing could be read."""
        import pandas as pd

        return pd.Series(self.printed, dtype="string").reindex(range(self._rows))


def _zoned(values: Sequence[Any]) -> bool:
    return any(value is not None and value.tzinfo is not None for value in values)


def _unit(values: Sequence[Any]) -> str:
    return "datetime64[us, UTC]" if _zoned(values) else "datetime64[us]"
