"""Names of columns that an engine reads as something else, under names that it does not.

Spark takes `a.b` for a field of `a`, and `a` and `A` for one column; narwhals does not quote DuckDB's; Polars and
DuckDB read `*` as all columns; names that begin with two underscores are those of our own queries. Such a frame is
checked under other names, by rules and options that are renamed with it; what is returned has the names of the frame.
Here belongs the renaming alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

import narwhals as nw

from khrop.engine.compiling.compiled import Built, built_rules
from khrop.engine.compiling.row_rules import RowRule
from khrop.engine.frames import engine_of
from khrop.engine.naming import drop_doubled_names
from khrop.expressions.formula import Constant
from khrop.expressions.translation import expression
from khrop.model.rule import PREVIOUS, ContractOptions, Params, RuleDefinitionError, options_of
from khrop.model.verdict import Verdict
from khrop.model.violation import LazyViolations, NotRun, Violation

_MARK = "\ue0f0"
"""A private character, which no column has in its name."""
_SPECIAL: Mapping[str, frozenset[str]] = {"pyspark": frozenset(".`"), "duckdb": frozenset('."')}
"""By engine: the characters of a name that it does not take for a part of the name."""
_OWN = "__"
"""What the columns that queries add begin with."""

Record = TypeVar("Record", Violation, NotRun)
Names = Mapping[str, str]
"""New names by the names that they stand for."""


def names_to_change(frame: Any, others: Iterable[Any] = ()) -> dict[str, str]:
    """Return other names for the columns that the engine of a frame would read as something else.

    Args:
        frame: A frame of any engine.
        others: The frames that it is compared with.

    Returns:
        The other names by name, for all of these frames; empty where the engine reads all names as they are.
    """
    engine = engine_of(drop_doubled_names(frame)[0])
    special = _SPECIAL.get(engine, frozenset())
    changed: dict[str, None] = {}
    for columns in map(columns_of_frame, (frame, *others)):
        count_by_lower = Counter(name.lower() for name in columns) if engine == "pyspark" else Counter()
        changed |= dict.fromkeys(
            n for n in columns
            if isinstance(n, str) and (special.intersection(n) or count_by_lower[n.lower()] > 1 or _is_taken(n))
        )  # fmt: skip
    return {name: f"{_MARK}{number}{_MARK}" for number, name in enumerate(changed)}


def _is_taken(name: str) -> bool:
    """Check for a name that queries use, or that Polars and DuckDB read as a pattern of names."""
    return name.startswith(_OWN) or name == "*" or (name.startswith("^") and name.endswith("$"))


def rename_frame(frame: Any, names: Names) -> Any:
    """Return a frame with other names of some columns.

    Args:
        frame: A frame of any engine.
        names: The other names.

    Returns:
        The frame.
    """
    return _with_columns(frame, [names.get(name, name) for name in columns_of_frame(frame)])


def columns_of_frame(frame: Any) -> list[Any]:
    """Return the names of a frame's columns in order, those that stand twice too."""
    if nw.dependencies.is_pandas_dataframe(frame) or hasattr(frame, "toDF") or hasattr(frame, "project"):
        return list(frame.columns)
    if nw.dependencies.is_pyarrow_table(frame):
        return list(frame.column_names)
    return list(nw.from_native(frame).collect_schema())


def _with_columns(frame: Any, columns: Sequence[str]) -> Any:
    """Return a frame with names of columns, in order."""
    if hasattr(frame, "toDF"):
        return frame.toDF(*columns)
    if nw.dependencies.is_pandas_dataframe(frame):
        return frame.set_axis(list(columns), axis=1)
    if nw.dependencies.is_pyarrow_table(frame):
        return frame.rename_columns(columns)
    if not hasattr(frame, "project"):
        names = zip(columns_of_frame(frame), columns, strict=True)
        return nw.from_native(frame).rename({old: new for old, new in names if old != new}).to_native()
    pairs = zip(map(_quoted, frame.columns), map(_quoted, columns), strict=True)
    return frame.project(", ".join(f"{old} AS {new}" for old, new in pairs))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def rename_verdict(verdict: Verdict, columns: Sequence[str], names: Names) -> Verdict:
    """Return a verdict with the names of the frame that was passed.

    Args:
        verdict: The verdict on the renamed frame.
        columns: The names of the frame that was passed, in order.
        names: The other names.

    Returns:
        The verdict.
    """
    records, split = verdict.records, verdict.split

    def rows(valid: bool) -> Any:
        return _with_columns(split(valid), columns) if split is not None else None

    return replace(
        verdict,
        records=LazyViolations(lambda: [_with_names(violation, names) for violation in records]),
        not_run=tuple(_with_names(skipped, names) for skipped in verdict.not_run),
        split=rows,
    )


def _with_names(record: Record, names: Names) -> Record:
    """Return a record with the names of the frame in its texts."""
    changed = {}
    for field in fields(record):
        text = getattr(record, field.name)
        for name, other in names.items():
            text = text.replace(other, name) if isinstance(text, str) else text
        changed[field.name] = text
    return replace(record, **changed)


@lru_cache(maxsize=32)
def rename_contract(contract: type, names: tuple[tuple[str, str], ...]) -> type:
    """Return a contract about columns of other names.

    Args:
        contract: The contract.
        names: Pairs of a name and the other name.

    Returns:
        The contract, for `check` alone.
    """
    other = dict(names)

    class Renamed(contract):  # type: ignore[misc]
        """The contract about columns of other names."""

        written_names = {new: name for name, new in names}
        __contract__ = _renamed_options(options_of(contract), other)

        @classmethod
        def to_schema(cls) -> Any:
            schema = contract.to_schema()  # type: ignore[attr-defined]
            renamed = schema.rename_columns({n: o for n, o in other.items() if n in schema.columns})
            renamed.unique = _rename(schema.unique, other)
            return renamed

        @classmethod
        def compiled_rules(cls, params: Params | None) -> tuple[Built, ...]:
            return tuple(_renamed(entry, other) for entry in built_rules(contract, params))

    Renamed.__name__ = contract.__name__
    return Renamed


def _renamed_options(options: ContractOptions, names: Names) -> ContractOptions:
    changed = {name: _rename(getattr(options, name), names) for name in ("snapshot", "place", "key", "label")}
    return replace(options, **changed)


def _renamed(entry: Built, names: Names) -> Built:
    """Return a compiled rule about columns of other names; its messages keep the names that it was written with."""
    rule = replace(
        entry.rule, columns=_rename(entry.rule.columns, names), skip_null=_rename(entry.rule.skip_null, names)
    )
    if rule.scope == "document":
        return entry
    what = entry.what
    if isinstance(what, RowRule):
        if what.formula is None:
            raise RuleDefinitionError(f"rule {rule.id!r}: its expression cannot be run on a column of such a name")
        formula = _rename(what.formula, names)
        renamed_columns = {name: _rename(getattr(what, name), names) for name in ("required", "skipped", "tested")}
        what = replace(what, formula=formula, expr=expression(formula), **renamed_columns)
    else:
        what = _rename(what, names)
    return Built(rule, what, _rename(entry.named, names))


def _rename(value: Any, names: Names) -> Any:
    """Return a value with other names in place of the names of columns, at any depth."""
    if isinstance(value, str):
        previous = value.removeprefix(PREVIOUS)
        return value[: len(value) - len(previous)] + names[previous] if previous in names else value
    if isinstance(value, Constant) or callable(value):
        return value
    if isinstance(value, (tuple, list)):
        return type(value)(_rename(part, names) for part in value)
    if isinstance(value, Mapping):
        return {_rename(key, names): _rename(part, names) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        values = getattr(value, "values_in", ())
        renamed = [f.name for f in fields(value) if f.init and f.name not in values]
        return replace(value, **{name: _rename(getattr(value, name), names) for name in renamed})
    return value
