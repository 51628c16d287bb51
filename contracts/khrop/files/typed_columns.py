"""Make columns with the types of a contract from cells as a file prints them, piece by piece.

A blank cell is a null. A cell that cannot be read is a null too, and its text and row are kept: it is a violation of
its own (`khrop.files.readable`). How a cell is read belongs in `khrop.files.cells`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from khrop.files.cells import MOMENTS, CellType, Expected

if TYPE_CHECKING:
    import pandas as pd

PRINTED = "_printed"
"""The suffix of the column that keeps what was printed in unreadable cells."""
_CACHED_CELLS = 1 << 16
"""Most columns repeat a few values, so up to this many distinct cells are parsed once."""
_LARGEST, _SMALLEST = 2**63 - 1, -(2**63)


class _CellCache(dict[str, Any]):
    """The parsed value of each distinct cell of a column; None for a blank or unreadable cell."""

    def __init__(self, kind: CellType) -> None:
        self.parse = kind.parse

    def __missing__(self, text: str) -> Any:
        value = None
        if text.strip():
            try:
                value = self.parse(text)
            except (ValueError, OverflowError):  # the column keeps what was printed
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
        zoned: Whether its moments have a time zone; None until the contract or the first moments decide.
    """

    type: CellType
    pieces: list[pd.Series] = field(default_factory=list)
    printed: dict[int, str] = field(default_factory=dict)
    zoned: bool | None = field(init=False)
    _cells: _CellCache = field(init=False)
    _rows: int = 0

    def __post_init__(self) -> None:
        """Create the cache of parsed cells."""
        self._cells = _CellCache(self.type)
        self.zoned = self.type.zoned

    @property
    def expected(self) -> Expected:
        """What is expected of its cells."""
        return self.type.expected or MOMENTS[bool(self.zoned)]

    def add(self, texts: Sequence[str]) -> None:
        """Parse another piece of the column."""
        import pandas as pd

        values = list(map(self._cells.__getitem__, texts))
        if self.type.expected is None:
            values = self._of_one_kind(values)
        if None in values:
            unread = [i for i, value in enumerate(values) if value is None and texts[i].strip()]
            self.printed.update({self._rows + i: texts[i].strip() for i in unread})
        self.pieces.append(pd.Series(_to_array(values, self.type), copy=False))
        self._rows += len(texts)

    def _of_one_kind(self, values: list[Any]) -> list[Any]:
        """Return moments that all have a time zone, or all have none, as None where one is of the other kind."""
        zoned = [value.tzinfo is not None for value in values if value is not None]
        if self.zoned is None and zoned:
            self.zoned = sum(zoned) * 2 > len(zoned) or (sum(zoned) * 2 == len(zoned) and zoned[0])
        if all(kind == self.zoned for kind in zoned):
            return values
        return [v if v is not None and (v.tzinfo is not None) == self.zoned else None for v in values]

    def to_series(self) -> pd.Series:
        """Return the column as a series and release its pieces."""
        import pandas as pd

        pieces, self.pieces = self.pieces, []
        kinds = {str(piece.dtype) for piece in pieces}
        widest = next((kind for kind in ("object", "float64") if len(kinds) > 1 and kind in kinds), None)
        if widest == "object":
            pieces = [piece.astype("object").where(piece.notna(), None) for piece in pieces]
        elif widest:
            pieces = [piece.astype(widest) for piece in pieces]
        series = pd.concat(pieces, ignore_index=True) if len(pieces) > 1 else pieces[0]
        return series.dt.tz_localize("UTC") if self.zoned and str(series.dtype).startswith("datetime") else series

    def printed_values(self) -> pd.Series:
        """Return what was printed in unreadable cells, null elsewhere."""
        import pandas as pd

        return pd.Series(self.printed, dtype="string").reindex(range(self._rows))


def _to_array(values: list[Any], kind: CellType) -> Any:
    """Return parsed cells as an array of pandas' type for them."""
    import numpy as np
    import pandas as pd

    if kind.full.startswith("datetime"):
        # All moments are UTC here, or all without a zone. pandas' own conversion fails for years far away.
        plain = [value.replace(tzinfo=None) if value is not None else None for value in values]
        return np.array(plain, dtype=kind.full)
    present = set(map(type, values))
    dtype: Any = kind.nullable if type(None) in present else kind.full
    if dtype.lower() == "int64" and float in present:
        dtype = "float64"
    elif dtype.lower() == "int64" and not all(v is None or _SMALLEST <= v <= _LARGEST for v in values):
        dtype = "object"
    return pd.array(values, dtype=dtype) if dtype != "object" else np.array(values, dtype=object)
