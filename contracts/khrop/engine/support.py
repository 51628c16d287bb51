"""Which engine can run what: what a contract declares is refused where one of its engines could not keep it.

Here belongs only what narwhals offers on each engine for single rows; a test compares it with narwhals itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import narwhals as nw

from khrop.expressions.formula import Call, NotOfRows, Opaque, formula_of, parts
from khrop.model.rule import ENGINES, Rule, RuleDefinitionError, options_of
from khrop.vocabulary.kinds import RowKind

_DATABASE = {"str.replace", "dt.timestamp", "dt.total_nanoseconds", "map_batches"}
_DURATIONS = {"dt.total_minutes", "dt.total_seconds", "dt.total_milliseconds", "dt.total_microseconds"}
LACKING: Mapping[str, frozenset[str]] = {
    "pandas": frozenset(),
    "polars": frozenset(),
    "pyarrow": frozenset(),
    "duckdb": frozenset(_DATABASE),
    "ibis": frozenset(_DATABASE | _DURATIONS | {"str.to_titlecase", "dt.nanosecond", "dt.convert_time_zone"}),
    "pyspark": frozenset(_DATABASE | _DURATIONS),
}
"""The methods on single rows that narwhals has, and not for the engine."""


def refuse(contract: type, rule: Rule, built: Any) -> None:
    """RuleDefinitionError where a rule cannot run on an engine that its contract declares, with the reason."""
    engines = options_of(contract).engines
    if unknown := [engine for engine in engines if engine not in ENGINES]:
        raise RuleDefinitionError(
            f"{contract.__name__}: no engine is called {unknown[0]}; there are {', '.join(ENGINES)}"
        )
    for expr in _expressions(built):
        try:
            formula = formula_of(expr)
        except NotOfRows as reason:
            raise RuleDefinitionError(f"rule {rule.id!r} of {contract.__name__}: {reason}") from None
        except Opaque:
            continue
        called = {part.name for part in parts(formula) if isinstance(part, Call)}
        for engine in engines:
            if lacking := sorted(called & LACKING[engine]):
                raise RuleDefinitionError(
                    f"rule {rule.id!r} of {contract.__name__} uses {', '.join(lacking)}, which {engine} does not have:"
                    " write it otherwise, or leave that engine out of the contract's engines"
                )


def _expressions(built: Any) -> Iterator[nw.Expr]:
    """The expressions of rows in what a rule built."""
    if isinstance(built, nw.Expr):
        yield built
    elif hasattr(built, "derived"):
        yield from built.derived.values()
    elif isinstance(built, RowKind):
        yield built.holds()
