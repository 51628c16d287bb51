"""A contract made of its description: a Pandera model, equal to the one that was described.

Here belongs the way from data to a class. The way from a class to data is in `khrop.description.from_contract`.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import count
from keyword import iskeyword
from typing import Annotated, Any
from unicodedata import normalize

from khrop.description.description import Description, FieldDescription, RuleDescription, resolved
from khrop.engine.compiling.pandera_bridge import rule
from khrop.expressions.formula import Formula
from khrop.expressions.translation import as_written
from khrop.model.messages import TEMPLATES
from khrop.model.rule import Params


def contract_of(description: Description) -> type:
    """Return the contract of a description: a Pandera `DataFrameModel`, equal to the one that was described.

    Raises:
        ValueError: A column has a type that neither pandas nor Pandera knows.
    """
    import pandera.pandas as pa

    attributes = attributes_of(description)
    namespace: dict[str, Any] = {
        "__doc__": description.summary,
        "__module__": __name__,
        "__contract__": description.options,
        "__annotations__": {attributes[f.name]: _annotation(f) for f in description.fields},
        **{attributes[f.name]: _panderas(f) for f in description.fields},
        **{r.method: _method(r) for r in description.rules},
    }
    config = {**description.config, **({"unique": list(description.unique)} if description.unique else {})}
    if config:
        namespace["Config"] = type("Config", (), config)
    return type(description.name, (pa.DataFrameModel,), namespace)


def attributes_of(description: Description) -> dict[str, str]:
    """Return the attribute of each column: a column may have any name, an attribute may not."""
    import pandera.pandas as pa

    used = {r.method for r in description.rules} | set(dir(pa.DataFrameModel)) | {f.name for f in description.fields}
    attributes: dict[str, str] = {}
    for n, column in enumerate(description.fields, 1):
        # Python reads a name in the compatibility form of its characters.
        is_usable = column.name == normalize("NFKC", column.name) and not iskeyword(column.name)
        is_usable = is_usable and column.name.isidentifier() and not column.name.startswith("_")
        if is_usable and column.name not in used - {f.name for f in description.fields}:
            attributes[column.name] = column.name
        else:
            attributes[column.name] = next(name for i in count(n) if (name := f"column_{i}") not in used)
            used.add(attributes[column.name])
    return attributes


def _annotation(column: FieldDescription) -> Any:
    from pandera.typing import Series

    dtype: Any = str if column.dtype == "str" else _dtype(column)
    series = Series[dtype]
    return series if column.required else series | None


def _dtype(column: FieldDescription) -> Any:
    """Return the type of a column; ValueError where there is none of that name."""
    import numpy as np
    import pandas as pd

    # Pandera's own, of which pandas knows nothing.
    if column.dtype == "date":
        return date
    if digits := _DECIMAL.fullmatch(column.dtype):
        from pandera.engines import pandas_engine

        return Annotated[pandas_engine.Decimal, int(digits[1]), int(digits[2]), None]
    if column.dtype == "category" and (column.categories is not None or column.ordered):
        categories = None if column.categories is None else list(column.categories)
        return Annotated[pd.CategoricalDtype, categories, column.ordered]
    try:
        dtype = pd.api.types.pandas_dtype(column.dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {column.name!r}: there is no type {column.dtype!r}") from error
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Annotated[pd.DatetimeTZDtype, dtype.unit, str(dtype.tz)]
    if isinstance(dtype, np.dtype):
        return dtype.type
    return dtype if isinstance(dtype, (pd.ArrowDtype, pd.PeriodDtype)) else type(dtype)


_DECIMAL = re.compile(r"Decimal\((\d{1,3}), (\d{1,3})\)")


def _panderas(column: FieldDescription) -> Any:
    import pandera.pandas as pa

    # By name, as Pandera takes a tuple for several arguments.
    arguments: dict[str, Any] = {
        CHECK_ARGUMENTS.get(name, name): dict(statistics) for name, statistics in column.checks
    }
    return pa.Field(
        nullable=column.nullable, unique=column.unique, coerce=column.coerce, title=column.title or None,
        description=column.description or None, alias=column.name, raise_warning=column.severity == "warning",
        ignore_na=column.ignore_na, default=column.default, metadata=dict(column.metadata) if column.metadata else None,
        on_missing=column.on_missing or None, **arguments,
    )  # fmt: skip


CHECK_ARGUMENTS = {
    "equal_to": "eq", "not_equal_to": "ne", "greater_than": "gt", "greater_than_or_equal_to": "ge",
    "less_than": "lt", "less_than_or_equal_to": "le",
}  # fmt: skip
"""The arguments of Pandera's `Field` that are not called as their checks are."""


def _method(described: RuleDescription) -> Any:
    def build(cls: type, params: Params) -> Any:
        what = resolved(described.what, params)
        return as_written(what) if isinstance(what, Formula) else what

    build.__doc__ = described.summary
    texts = {name: getattr(described, name) for name in TEMPLATES}
    return rule(
        described.id, scope=described.scope, severity=described.severity, columns=described.columns,
        needs=described.needs, skip_null=described.skip_null, **texts,
    )(build)  # fmt: skip
