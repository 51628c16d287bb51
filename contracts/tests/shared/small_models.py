"""Contracts of a few fields, as Pandera's models, made of what a test is about."""

from __future__ import annotations

from typing import Any

import pandera.pandas as pa
from pandera.typing import Series


def model(kinds: dict[str, Any], **attributes: Any) -> type:
    """A contract with these fields."""
    return type("C", (pa.DataFrameModel,), {"__module__": __name__, "__annotations__": kinds, **attributes})


def typed(kind: Any, **arguments: Any) -> type:
    """A contract with the field a of this kind."""
    return model({"a": Series[kind]}, a=pa.Field(**arguments))
