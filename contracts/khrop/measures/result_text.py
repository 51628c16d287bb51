"""What is kept of a rule as lists and texts, as JSON has them, and back.

Here belongs the form. Snapshots are referred to by their number in the state; integers that follow one another are
written as runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from khrop.measures.results import Compared, Failures, Figures, Key, NotMeasured, Result, Values
from khrop.model.violation import Violation


def written_result(result: Result | None, numbers: Mapping[str, int]) -> Any:
    """Return what is kept of a rule, as lists and texts.

    Args:
        result: What is kept.
        numbers: The numbers of the snapshots by name.

    Returns:
        Mappings, lists and scalars for `json.dumps`; what is not set is left out.
    """
    if isinstance(result, NotMeasured):
        return {"reason": result.reason}
    if isinstance(result, Failures):
        fields = {
            "count": result.count,
            "kept": [list(astuple(violation)) for violation in result.kept],
            "rowless": [numbers[name] for name in result.rowless],
            "undecided": written_result(result.undecided, numbers),
            "alone": result.alone,
        }
        return {name: value for name, value in fields.items() if value}
    if isinstance(result, Compared):
        listed = {name: [numbers.get(n, n) for n in getattr(result, name)] for name in ("snapshots", "without")}
        return {**listed, "missing": result.missing, "result": written_result(result.result, numbers)}
    if isinstance(result, Figures):
        runs = _is_run_form(result)
        groups = list(_runs(result, numbers)) if runs else [
            [numbers.get(key[0], key[0]), *map(_value, key[1:]), *map(_value, values)]
            for key, values in result.groups.items()
        ]  # fmt: skip
        return {
            "keys": result.keys, "of": result.of, "digits": result.digits, "types": result.types,
            "runs" if runs else "groups": groups,
        }  # fmt: skip
    return None


def read_result(content: Any, names: Sequence[str]) -> Any:
    """Read what was kept of a rule.

    Args:
        content: What `written_result` returned.
        names: The names of the snapshots by number.

    Returns:
        What was kept.
    """
    if content is None:
        return None
    if "reason" in content:
        return NotMeasured(content["reason"])
    if "of" in content:
        keys, functions, digits = tuple(content["keys"]), tuple(content["of"]), tuple(content["digits"])
        entries = _of_runs(content["runs"]) if "runs" in content else content["groups"]
        groups: dict[Key, Values] = {}
        for snapshot, *values in entries:
            name = names[snapshot] if isinstance(snapshot, int) else snapshot
            parsed = [_read_value(value) for value in values]
            groups[name, *parsed[: len(keys)]] = tuple(parsed[len(keys) :])
        return Figures(keys, functions, digits, content["types"], groups)
    if "missing" in content:
        listed = [
            tuple(names[n] if isinstance(n, int) else n for n in content[key]) for key in ("snapshots", "without")
        ]
        return Compared(listed[0], listed[1], tuple(content["missing"]), read_result(content["result"], names))
    violations = tuple(Violation(*fields) for fields in content.get("kept", ()))
    rowless, undecided = content.get("rowless", ()), read_result(content.get("undecided"), names)
    return Failures(
        content.get("count", 0), violations, tuple(names[n] for n in rowless), undecided, content.get("alone", "")
    )


def _is_run_form(result: Figures) -> bool:
    """Check whether figures are numbers of rows by a single integer, which follow one another where a rule holds."""
    return (
        result.of == ("rows",)
        and len(result.keys) == 1
        and all(type(key[1]) is int or key[1] is None for key in result.groups)
    )


def _runs(result: Figures, numbers: Mapping[str, int]) -> Iterator[list[Any]]:
    """Yield runs of integers that stand there as many times: snapshot, first, length, times."""
    run: list[Any] = []
    in_order = sorted(result.groups.items(), key=lambda entry: (entry[0][0], entry[0][1] is None, entry[0][1] or 0))
    for (name, value), (times,) in in_order:
        snapshot = numbers.get(name, name)
        if run and value is not None and [snapshot, times] == [run[0], run[3]] and value == (run[1] or 0) + run[2]:
            run[2] += 1
            continue
        if run:
            yield run
        run = [snapshot, value, 1, times]
    if run:
        yield run


def _of_runs(runs: Sequence[Any]) -> Iterator[list[Any]]:
    for snapshot, first, length, times in runs:
        for n in range(length):
            yield [snapshot, first if first is None else first + n, times]


def _value(value: Any) -> Any:
    """Return a plain value as JSON has it; what JSON has no form for is named."""
    if isinstance(value, frozenset):
        return {"set": sorted(map(_value, value), key=repr)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, float) and not isfinite(value):
        return {"float": str(value)}
    return value


def _read_value(value: Any) -> Any:
    """Return a plain value."""
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    if kind == "set":
        return frozenset(map(_read_value, text))
    return _moment(text) if kind == "moment" else _READ[kind](text)


def _moment(text: str) -> datetime:
    """Return a moment; one with nanoseconds as pandas has it."""
    import pandas as pd

    moment = pd.Timestamp(text)
    return moment if moment.nanosecond else datetime.fromisoformat(text)


_READ: Mapping[str, Any] = {"date": date.fromisoformat, "decimal": Decimal, "float": float}
