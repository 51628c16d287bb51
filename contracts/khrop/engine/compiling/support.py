"""Check that the engines which a contract declares can run its rules.

Here belongs only which methods narwhals offers on each engine for single rows; a test compares the table with narwhals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import narwhals as nw

from khrop.expressions.formula import Call, parts
from khrop.expressions.translation import NotRowWise, Opaque, formula_of
from khrop.model.rule import ENGINES, Rule, RuleDefinitionError, options_of
from khrop.vocabulary.kinds import RowKind

_DATABASE = {"str.replace", "dt.timestamp", "dt.total_nanoseconds", "map_batches"}
_DURATIONS = {"dt.total_minutes", "dt.total_seconds", "dt.total_milliseconds", "dt.total_microseconds"}
UNSUPPORTED: Mapping[str, frozenset[str]] = {
    "pandas": frozenset(),
    "polars": frozenset(),
    "pyarrow": frozenset(),
    "duckdb": frozenset(_DATABASE),
    "ibis": frozenset(_DATABASE | _DURATIONS | {"str.to_titlecase", "dt.nanosecond", "dt.convert_time_zone"}),
    "pyspark": frozenset(_DATABASE | _DURATIONS),
}
"""By engine: the methods on single rows that narwhals has, but not for this engine."""
_MONTHS = {"dt.offset_by of mo", "dt.offset_by of q", "dt.offset_by of y"}
_MULTIPLES = {"dt.truncate to several units"}
UNSUPPORTED_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "pandas": frozenset(_MONTHS),  # of Arrow's types
    "pyarrow": frozenset(_MONTHS),
    "duckdb": frozenset(_MULTIPLES),
    "pyspark": frozenset(_MULTIPLES),
}
"""By engine: the methods that it has, but not with such an argument."""
_GUESSED = {"str.to_datetime without a format", "str.to_date without a format"}
"""What each engine has, and does in its own way."""


def require_support(contract: type, rule: Rule, built: Any) -> None:
    """Check that every engine which a contract declares can run a rule.

    Args:
        contract: The contract.
        rule: The rule.
        built: What the rule's method returned.

    Raises:
        RuleDefinitionError: An engine cannot run the rule; the message gives the reason.
    """
    engines = options_of(contract).engines
    if unknown := [engine for engine in engines if engine not in ENGINES]:
        raise RuleDefinitionError(
            f"{contract.__name__}: no engine is called {unknown[0]}; there are {', '.join(ENGINES)}"
        )
    for expr in _expressions(built):
        try:
            formula = formula_of(expr)
        except NotRowWise as reason:
            raise RuleDefinitionError(f"rule {rule.id!r} of {contract.__name__}: {reason}") from None
        except Opaque:
            continue
        calls = [part for part in parts(formula) if isinstance(part, Call)]
        for engine in engines:
            called = {name for call in calls for name in (call.name, _with_unit(call)) if name}
            if unsupported := sorted(called & _unsupported(engine)):
                raise RuleDefinitionError(
                    f"rule {rule.id!r} of {contract.__name__} uses {', '.join(unsupported)}, which {engine} does not"
                    " have: write it otherwise, or leave that engine out of the contract's engines"
                )


def _unsupported(engine: str) -> frozenset[str]:
    return UNSUPPORTED[engine].union(UNSUPPORTED_ARGUMENTS.get(engine, ()), _GUESSED)


def _with_unit(call: Call) -> str:
    """Return a call as `UNSUPPORTED_ARGUMENTS` names it; an empty text where its arguments are no matter."""
    options = dict(call.options)
    if call.name in ("str.to_datetime", "str.to_date"):
        return "" if options.get("format") else f"{call.name} without a format"
    if call.name == "dt.offset_by":
        return f"dt.offset_by of {options['by'].lstrip('+-0123456789')}"
    return "dt.truncate to several units" if call.name == "dt.truncate" and options["every"][:1] > "1" else ""


def _expressions(built: Any) -> Iterator[nw.Expr]:
    """Yield the row-wise expressions in what a rule built."""
    if isinstance(built, nw.Expr):
        yield built
    elif hasattr(built, "derived"):
        yield from built.derived.values()
    elif isinstance(built, RowKind):
        yield built.holds()
