"""How a khrop rule also is a Pandera check, so that `Contract.validate(frame)` means the same.

Row and group rules need nothing but the frame, so plain Pandera can run them: an error fails the validation, a
warning is Pandera's `SchemaWarning`. Reference and document rules need
more than one frame; Pandera is not told of them.
"""

from __future__ import annotations

from typing import Any

from khrop.rules import RULE_KEY, Rule


def as_check(record: Rule) -> classmethod[Any, Any, Any]:
    """The rule's method as a classmethod that Pandera collects as a dataframe-wide check."""
    from pandera.api.dataframe.model_components import dataframe_check

    method: classmethod[Any, Any, Any]
    if record.scope in ("row", "group"):

        def passes(cls: type, frame: Any) -> Any:
            from khrop import engine

            return engine.holds(cls, record, frame)

        # One record for the frame, not one a column: Pandera repeats a frame-wide failure for each column.
        passes.__doc__ = record.summary
        warns = record.severity == "warning"
        method = dataframe_check(name=record.id, error=record.summary, raise_warning=warns)(passes)
    else:
        method = classmethod(lambda cls: record)
    setattr(method, RULE_KEY, record)
    return method
