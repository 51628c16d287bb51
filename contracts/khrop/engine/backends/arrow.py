"""Arrow's types that its own functions, or narwhals, do not take, as types that hold the same values.

Here belongs which types these are, in a table of Arrow and in a pandas frame of Arrow's types. Decimals as integers of
their last digit are in `khrop.engine.backends.decimals`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import narwhals as nw

_MOST_DIGITS = 38


def with_plain_types(frame: Any, columns: Collection[str]) -> Any:
    """Return a frame in memory with columns of such types converted.

    Args:
        frame: A table of Arrow or a pandas frame, no two of whose columns have the same name.
        columns: The columns to convert, where they have such a type.

    Returns:
        The frame; a column whose values the other type does not hold is as it was.
    """
    is_table = nw.dependencies.is_pyarrow_table(frame)
    for name in frame.column_names if is_table else frame.columns:
        dtype = frame.schema.field(name).type if is_table else getattr(frame[name].dtype, "pyarrow_dtype", None)
        if dtype is None or name not in columns or (plain := _plain_type(dtype)) is None:
            continue
        import pyarrow as pa

        column = frame[name] if is_table else pa.chunked_array(frame[name].array.__arrow_array__())
        try:
            column = column.cast(plain)
        except pa.ArrowInvalid:  # more digits than decimals of 128 bits have
            continue
        if is_table:
            frame = frame.set_column(frame.column_names.index(name), name, column)
        else:
            import pandas as pd

            values = pd.Series(pd.arrays.ArrowExtensionArray(column), index=frame.index)
            frame = frame.assign(**{name: values})
    return frame


def views(frame: Any) -> list[str]:
    """Return the columns of a frame in memory that Arrow cannot filter."""
    if nw.dependencies.is_pyarrow_table(frame):
        return [field.name for field in frame.schema if str(field.type).endswith("_view")]
    if not nw.dependencies.is_pandas_dataframe(frame):
        return []
    return [str(name) for name, dtype in frame.dtypes.items() if str(dtype).endswith("_view[pyarrow]")]


def _plain_type(dtype: Any) -> Any:
    """Return the type that a column is converted to; None where it is read as it is."""
    import pyarrow as pa

    name = str(dtype)
    if name in ("string_view", "binary_view"):
        return pa.large_string() if name == "string_view" else pa.large_binary()
    if name.startswith(("decimal32", "decimal64", "decimal256")):
        return pa.decimal128(min(dtype.precision, _MOST_DIGITS), dtype.scale)
    return pa.date32() if pa.types.is_date64(dtype) else None
