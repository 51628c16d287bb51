"""How a khrop rule also is a Pandera check, so that `Contract.validate(frame)` means the same.

Row and group rules need nothing but the frame, so plain Pandera can run them: an error fails the validation, a
warning is Pandera's `SchemaWarning`. Reference and document rules need
more than one frame; Pandera is not told of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

from khrop.engine import check, support
from khrop.model.rule import RULE_KEY, RowText, Rule, RuleDefinitionError, Scope, Severity, options_of


def rule(
    id: str,
    *,
    scope: Scope = "row",
    severity: Severity = "error",
    columns: Sequence[str] = (),
    needs: Sequence[str] = (),
    skip_null: Sequence[str] = (),
    column: RowText = "",
    observed: RowText = "",
    expected: RowText = "",
    th: str = "",
    en: str = "",
) -> Callable[[Callable[..., Any]], Any]:
    """Make a method of a contract an invariant.

    The method takes `(cls, params)`. Two methods may share an id where one invariant has two scopes; they must
    then share the severity. The first line of the method's docstring is the rule's summary.
    """
    if scope not in get_args(Scope):
        raise RuleDefinitionError(f"rule {id!r}: scope {scope!r} is none of {', '.join(get_args(Scope))}")
    if severity not in get_args(Severity):
        raise RuleDefinitionError(f"rule {id!r}: severity {severity!r} is neither 'error' nor 'warning'")

    def attach(method: Callable[..., Any]) -> Any:
        summary = (method.__doc__ or "").strip().split("\n")[0]
        if not summary:
            raise RuleDefinitionError(f"rule {id!r}: its method needs a docstring that says what must hold")
        record = Rule(
            id=id,
            scope=scope,
            severity=severity,
            columns=tuple(columns),
            needs=tuple(needs),
            skip_null=tuple(skip_null),
            column=column,
            observed=observed,
            expected=expected,
            th=th,
            en=en,
            summary=summary,
            build=method,
        )
        return _as_check(record)

    return attach


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
        support.refuse(owner, record, built)


def _as_check(record: Rule) -> RuleMethod:
    """The rule's method as a classmethod that Pandera collects as a dataframe-wide check."""
    from pandera.api.dataframe.model_components import dataframe_check

    if record.scope in ("row", "group"):

        def passes(cls: type, frame: Any) -> Any:
            # Pandera's Polars and Ibis backends wrap the frame.
            return check.holds(cls, record, getattr(frame, "lazyframe", getattr(frame, "table", frame)))

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
