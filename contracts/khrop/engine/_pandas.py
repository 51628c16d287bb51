"""pandas' columns in types that hold their nulls and that rules can compute with.

Here belongs what is specific to pandas' types. What is the same on every engine belongs in `khrop.engine.frames`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from khrop.expressions.evaluation import MAX_INT64

if TYPE_CHECKING:
    from khrop.engine.frames import Kind

_NUMBERS = ("integer", "number")
_EMPTY_DTYPES = {
    "text": "object",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "integer": "Float64",
    "number": "Float64",
}
_IS_PANDAS_3 = int(pd.__version__.split(".")[0]) >= 3


def convert_objects(frame: Any, mistyped: Mapping[str, Kind]) -> tuple[Any, Any]:
    """Convert columns of a pandas frame to types that hold their nulls.

    pandas keeps numbers and truth values beside None, and Python's Decimals, as objects; an empty column may have any
    type.

    Args:
        frame: The frame.
        mistyped: The columns to convert, with their kinds.

    Returns:
        The frame for arrays, and the frame for narwhals: integers beyond 64 bits stay objects in the first and are
        floats in the second.
    """
    exact: dict[str, Any] = {}
    lossy: dict[str, Any] = {}
    for name, kind in mistyped.items():
        series = frame[name]
        content = _kind_of_objects(series) if series.dtype == object else "other"
        if kind in _NUMBERS and (dtype := native_dtype(series.dtype)):
            exact[name] = (series.astype("double[pyarrow]") if dtype == "Float64" else series).astype(dtype)
            continue
        if is_nullable_string(series.dtype) and (kind == "text" or series.count()):
            exact[name] = series.astype("str")
        elif not series.count():
            exact[name] = _empty_series(kind, series.index)
        elif content == "boolean" == kind:
            exact[name] = series.astype("boolean")
        elif content == "date" == kind:
            exact[name] = series.astype(_EMPTY_DTYPES["date"])  # dates as objects do not compare with datetimes
        elif content == "integer" and kind in _NUMBERS and all(abs(v) <= MAX_INT64 for v in series.dropna()):
            exact[name] = series.astype("Int64")
        elif content in _NUMBERS and kind in _NUMBERS:
            lossy[name] = series.map(float, na_action="ignore").astype("Float64")
            exact |= {} if content == "integer" else {name: lossy[name]}
    return frame.assign(**exact), frame.assign(**exact, **{n: s for n, s in lossy.items() if n not in exact})


def _empty_series(kind: Kind, index: Any) -> Any:
    return pd.Series([None] * len(index), index=index, dtype=_EMPTY_DTYPES[kind])


def native_dtype(dtype: Any) -> str:
    """Return pandas' own type for numbers that it cannot compute with on Arrow, or an empty text.

    These are large integers, which it does not divide, and decimals.
    """
    name = str(dtype)
    if not name.endswith("[pyarrow]"):
        return ""
    return "UInt64" if name.startswith("uint64") else "Float64" if name.startswith("decimal") else ""


def is_nullable_string(dtype: Any) -> bool:
    """Check for pandas 3's nullable strings, whose comparisons do not combine with NumPy's booleans."""
    return _IS_PANDAS_3 and str(dtype) == "string"


def _kind_of_objects(series: Any) -> Kind:
    """Infer what a column of objects holds from its values."""
    content = pd.api.types.infer_dtype(series, skipna=True)
    if content in ("floating", "mixed-integer-float", "decimal"):
        return "number"
    kinds: Mapping[str, Kind] = {"integer": "integer", "boolean": "boolean", "date": "date", "datetime": "date"}
    return kinds.get(content, "other")
