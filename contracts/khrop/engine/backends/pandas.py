"""pandas' columns in types that hold their nulls and that rules can compute with.

Here belongs what is specific to pandas' types. What is the same on every engine belongs in `khrop.engine.frames`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from khrop.engine.backends.decimals import fits_64_bits, scaled_objects

if TYPE_CHECKING:
    from khrop.engine.compiling.declared import Kind

_NUMBERS = ("integer", "number")
_EMPTY_DTYPES = {
    "text": "object",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "moment": "datetime64[us]",
    "integer": "Int64",
    "number": "Float64",
}
_MAX_EXACT = 2**53
"""Not all greater integers are floats."""
_ARROW_NUMBERS = ("uint64[", "decimal")
_ARROW_TYPES = (*_ARROW_NUMBERS, "string", "large_string", "dictionary")
_IS_PANDAS_3 = int(pd.__version__.split(".")[0]) >= 3


def convert_objects(frame: Any, mistyped: Mapping[str, Kind]) -> tuple[Any, Any, dict[str, int]]:
    """Convert columns of a pandas frame to types that hold their nulls.

    pandas keeps numbers and truth values beside None, and Python's Decimals, as objects; an empty column may have any
    type.

    Args:
        frame: The frame.
        mistyped: The columns to convert, with their kinds.

    Returns:
        The frame for arrays, the frame for narwhals, and the digits after the point of each column of decimals.
        Integers beyond 64 bits stay objects in the first and are decimals of Arrow in the second.
    """
    exact: dict[str, Any] = {}
    wide: dict[str, Any] = {}
    scales: dict[str, int] = {}
    for name, kind in mistyped.items():
        series = frame[name]
        content = _kind_of_objects(series) if series.dtype == object else "other"
        if kind in _NUMBERS and str(series.dtype).startswith(_ARROW_NUMBERS):
            integers = None
            if "int" not in str(series.dtype):
                integers = _integers(series, series.array.__arrow_array__().to_pylist())
            if integers is not None:
                exact[name], wide[name], scales[name] = integers
            else:
                exact[name] = series.astype("UInt64")
        elif needs_own_type(series.dtype) and (kind == "text" or series.count()):
            exact[name] = series.astype("str")
        elif _is_empty(series):
            exact[name] = _empty_series(kind, series.index)
        elif content == "boolean" == kind:
            exact[name] = series.astype("boolean")
        elif content == "date" and kind in ("date", "moment") and _naive(series):
            exact[name] = series.astype(_EMPTY_DTYPES["date"])  # dates as objects do not compare with datetimes
        elif content in _NUMBERS and kind in _NUMBERS:
            integers = _integers(series, list(series.where(series.notna(), None)))
            if integers is not None:
                exact[name], wide[name], scales[name] = integers
            else:
                exact[name] = series.map(float, na_action="ignore").astype("Float64")
    lossless = {name: series for name, series in wide.items() if series is not None}
    nonzero_scales = {name: scale for name, scale in scales.items() if scale}
    return frame.assign(**exact), frame.assign(**{**exact, **lossless}), nonzero_scales


def with_integers(frame: Any, columns: Iterable[str]) -> Any:
    """Return a frame of pandas with integers where pandas made floats of them, as it does beside a null.

    A part of a table with a null would else hold other values than a part without.

    Args:
        frame: The frame, of any engine.
        columns: The columns that hold integers.

    Returns:
        The frame; a column with a fraction, an infinity or integers that floats do not hold is as it was.
    """
    if not nw.dependencies.is_pandas_dataframe(frame):
        return frame
    names, exact = list(frame.columns), {}
    for name in columns:
        if names.count(name) == 1 and isinstance(dtype := frame[name].dtype, np.dtype) and dtype.kind == "f":
            values = frame[name].dropna()
            if bool(((values.abs() < _MAX_EXACT) & (values % 1 == 0)).all()):
                exact[name] = frame[name].astype("Int64")
    return frame.assign(**exact) if exact else frame


def _integers(series: Any, values: list[Any]) -> tuple[Any, Any, int] | None:
    """Return numbers as integers of their last digit: for arrays, for narwhals (None: the same), and their scale.

    None where a value is a float or infinite.
    """
    if any(isinstance(value, float) for value in values):
        return None
    scaled = scaled_objects([int(v) if v is not None and hasattr(v, "dtype") else v for v in values])
    if scaled is None:
        return None
    integers, scale = scaled
    if fits_64_bits(integers):
        return pd.Series(integers, index=series.index, dtype="Int64"), None, scale
    exact = pd.Series(integers, index=series.index, dtype=object)
    try:
        import pyarrow as pa
    except ModuleNotFoundError:  # pandas itself has floats alone; what is judged on arrays stays exact
        return exact, pd.Series([None if v is None else float(v) for v in integers], series.index, "Float64"), scale
    decimals = pd.Series([None if v is None else Decimal(v) for v in integers], index=series.index)
    return exact, decimals.astype(pd.ArrowDtype(pa.decimal128(38, 0))), scale


def _naive(series: Any) -> bool:
    """Check that no moment of a column of objects has a time zone."""
    return all(getattr(value, "tzinfo", None) is None for value in series.dropna())


def _is_empty(series: Any) -> bool:
    """Check whether a column has no value; NaN is none, though Arrow's types distinguish it from a null."""
    if not series.count():
        return True
    is_float = getattr(series.dtype, "kind", "") == "f"
    return is_float and bool(pd.isna(series.to_numpy(dtype=float, na_value=float("nan"))).all())


def _empty_series(kind: Kind, index: Any) -> Any:
    return pd.Series([None] * len(index), index=index, dtype=_EMPTY_DTYPES[kind])


def needs_own_type(dtype: Any) -> bool:
    """Check for a type of Arrow, or of nullable strings, that pandas cannot compute with as rules need.

    These are large integers, which it does not divide; decimals; and texts, whose comparisons do not combine with
    NumPy's booleans, and whose patterns are not those of its own texts.
    """
    if isinstance(dtype, np.dtype):
        return False
    name = str(dtype)
    return (name == "string" and _IS_PANDAS_3) or name.startswith(_ARROW_TYPES) and name.endswith("[pyarrow]")


def _kind_of_objects(series: Any) -> Kind:
    """Infer what a column of objects holds from its values."""
    content = pd.api.types.infer_dtype(series, skipna=True)
    if content in ("floating", "mixed-integer-float", "decimal"):
        return "number"
    kinds: Mapping[str, Kind] = {"integer": "integer", "boolean": "boolean", "date": "date", "datetime": "date"}
    return kinds.get(content, "other")
