"""How a khrop rule also is a Pandera check, so that `Contract.validate(frame)` means the same.

Row and group rules need nothing but the frame, so plain Pandera can run them: an error fails the validation, a
warning is Pandera's `SchemaWarning`. Reference and document rules need
more than one frame; Pandera is not told of them.
"""

from __future__ import annotations

from typing import Any

from khrop.rules import RULE_KEY, Rule, RuleDefinitionError, options_of


class RuleMethod(classmethod):  # type: ignore[type-arg]
    """A rule as a method of its contract: what it cannot mean is refused as soon as the contract is defined."""

    def __set_name__(self, owner: type, name: str) -> None:
        record: Rule = getattr(self, RULE_KEY)
        try:
            built = record.build(owner, dict(options_of(owner).params or {}))
        except RuleDefinitionError:
            raise
        except Exception:
            # It may need parameters that only a check is given; what is wrong with it then shows when it is run.
            return
        from khrop import engines

        engines.refuse(owner, record, built)


def as_check(record: Rule) -> RuleMethod:
    """The rule's method as a classmethod that Pandera collects as a dataframe-wide check."""
    from pandera.api.dataframe.model_components import dataframe_check

    if record.scope in ("row", "group"):

        def passes(cls: type, frame: Any) -> Any:
            from khrop import engine

            # Pandera's Polars and Ibis backends wrap the frame.
            return engine.holds(cls, record, getattr(frame, "lazyframe", getattr(frame, "table", frame)))

        # Pandera takes the name of an inherited check from its function.
        passes.__name__ = passes.__qualname__ = record.id
        passes.__doc__ = record.summary
        warns = record.severity == "warning"
        # One record for the frame, not one a column: Pandera repeats a frame-wide failure for each column.
        collected = dataframe_check(name=record.id, error=record.summary, raise_warning=warns)(passes)
        method = RuleMethod(collected.__func__)
        method.__dict__.update(collected.__dict__)
    else:

        def rule_of(cls: type) -> Rule:
            return record

        method = RuleMethod(rule_of)
    setattr(method, RULE_KEY, record)
    return method
