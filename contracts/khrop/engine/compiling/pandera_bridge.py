"""Make a khrop rule a Pandera check too, so that `Contract.validate(frame)` means the same.

Row and group rules need nothing but the frame, so plain Pandera can run them: an error fails the validation, a warning
is Pandera's `SchemaWarning`. Reference and document rules need further input and are not registered with Pandera.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, get_args

from khrop.engine import check
from khrop.engine.compiling import support
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
    """Make a method of a contract a rule.

    The method takes `(cls, params)` and returns a boolean narwhals expression or a ready-made rule of
    `khrop.vocabulary`. The first line of its docstring is the rule's summary. Two methods may share an id where an
    invariant has two scopes; they must then share the severity. See `khrop.Rule` for the meaning of the arguments.

    Args:
        id: The rule's id, which never changes.
        scope: What the rule reads: `row`, `group`, `reference` or `document`.
        severity: `error` or `warning`.
        columns: The columns that the rule is about, beside those that its expression reads.
        needs: The facts and parameters without which the rule is not run.
        skip_null: The columns whose nulls are skipped.
        column: The column that is at fault, where it is not always the first.
        observed: What the frame has, as a template over the failing row.
        expected: What was expected, as a template.
        th: The message in Thai, as a template.
        en: The message in English, as a template.

    Returns:
        A decorator for the method.

    Raises:
        RuleDefinitionError: The scope or severity is unknown, the method has no docstring, or an engine of the contract
            cannot run the rule.

    Example:
        >>> import narwhals as nw
        >>> import pandas as pd
        >>> import pandera.pandas as pa
        >>> from pandera.typing import Series
        >>> import khrop
        >>> class Shelf(pa.DataFrameModel):
        ...     item: Series[str]
        ...     stored: Series[int]
        ...
        ...     __contract__ = khrop.ContractOptions(version="1.0.0", key=("item",), params={"most": 1000})
        ...
        ...     @khrop.rule("room", severity="warning", observed="{stored}", en="{item}: {stored} exceed the space")
        ...     def room(cls, params):
        ...         'No more is stored than there is space for.'
        ...         return nw.col("stored") <= params["most"]
        >>> frame = pd.DataFrame({"item": ["tea", "rice"], "stored": [10, 2000]})
        >>> khrop.check(Shelf, frame).violations["message_en"].to_list()
        ['rice: 2000 exceed the space']
        >>> khrop.check(Shelf, frame, params={"most": 5000}).status
        'accepted'
        >>> khrop.rule_ids(Shelf)
        {'room': 'warning'}
    """
    if not isinstance(id, str):
        named = getattr(id, "__name__", "rule").replace("_", "-")
        raise RuleDefinitionError(f'khrop.rule takes the id of the rule: @khrop.rule("{named}")')
    for parameter, value in (("columns", columns), ("needs", needs), ("skip_null", skip_null)):
        if isinstance(value, str):
            raise RuleDefinitionError(f"rule {id!r}: {parameter} takes a tuple of names: ({value!r},)")
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
    """A rule as a method of its contract, checked against the contract's engines when the contract is defined."""

    def __set_name__(self, owner: type, name: str) -> None:
        """Check the rule when its contract is defined; RuleDefinitionError where an engine cannot run it."""
        record: Rule = getattr(self, RULE_KEY)
        try:
            built = record.build(owner, dict(options_of(owner).params or {}))
            support.require_support(owner, record, built)
        except RuleDefinitionError as reason:
            _raise_when_defined(owner, reason)
        except Exception:
            # The rule may need parameters that only a check passes; an error in it then appears when it is run.
            return


def _raise_when_defined(owner: type, reason: RuleDefinitionError) -> None:
    """Raise an error as itself: up to Python 3.11 what `__set_name__` raises becomes a RuntimeError."""
    if sys.version_info >= (3, 12):
        raise reason

    def refuse(cls: type) -> None:
        raise reason

    # Pandera calls this next, when it completes the class. Without it the rule would be refused on its first use.
    owner._collect_config_and_extras = classmethod(refuse)  # type: ignore[attr-defined]


def _as_check(record: Rule) -> RuleMethod:
    """Return the rule's method as a classmethod that Pandera collects as a dataframe-wide check."""
    from pandera.api.dataframe.model_components import dataframe_check

    if record.scope in ("row", "group"):

        def passes(cls: type, frame: Any) -> Any:
            # Pandera's Polars and Ibis backends wrap the frame.
            return check.holds(cls, record, getattr(frame, "lazyframe", getattr(frame, "table", frame)))

        # Pandera takes the name of an inherited check from its function.
        passes.__name__ = passes.__qualname__ = record.id
        passes.__doc__ = record.summary
        warns = record.severity == "warning"
        # A single result for the frame: Pandera repeats a frame-wide failure of several results for each column.
        collected = dataframe_check(name=record.id, error=record.summary, raise_warning=warns)(passes)
        method = RuleMethod(collected.__func__)
        method.__dict__.update(collected.__dict__)
    else:

        def rule_of(cls: type) -> Rule:
            return record

        method = RuleMethod(rule_of)
    setattr(method, RULE_KEY, record)
    return method
