"""A state as JSON, and back.

Here belongs the form of the text. Snapshots are listed once and referred to by number; integers that follow one another
are written as runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from khrop.engine.naming import Fault
from khrop.measures._digest import digest_of
from khrop.measures.state import Compared, Failures, Figures, Key, NotMeasured, Result, State, Values
from khrop.model.rule import options_of
from khrop.model.violation import Violation

FORM = 1
"""The version of the form; a reader refuses a later one."""


def to_json(state: State) -> str:
    """Return a state as JSON.

    Args:
        state: The state.

    Returns:
        One line of text.
    """
    numbers = {name: n for n, name in enumerate(state.snapshots)}
    content = {
        "khrop_state": FORM,
        "contract": state.contract.__name__,
        "version": options_of(state.contract).version,
        "digest": state.digest,
        "rows": state.rows,
        "limit": state.limit,
        "most": state.most,
        "by_snapshot": state.by_snapshot,
        "complete": state.complete,
        "has_place": state.has_place,
        "columns": state.columns,
        "renamed": state.renamed,
        "snapshots": state.snapshots,
        "faults": [astuple(fault) for fault in state.faults],
        "results": [_written(result, numbers) for result in state.results],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(text: str | bytes, contract: type, params: Mapping[str, Any] | None) -> State:
    """Read a state.

    Args:
        text: What `to_json` returned.
        contract: The contract that it was measured with.
        params: The parameters that it was measured with.

    Returns:
        The state.

    Raises:
        ValueError: The text is no state, of a later form, or of another contract or other parameters.
    """
    content = json.loads(text)
    form = content.get("khrop_state") if isinstance(content, dict) else None
    if not isinstance(form, int):
        raise ValueError("this is not a state of khrop.measure")
    if form > FORM:
        raise ValueError(f"this state has form {form}; this version of khrop reads up to {FORM}")
    written, given = (content["contract"], content["version"]), (contract.__name__, options_of(contract).version)
    if written != given:
        raise ValueError(f"this state is of {' '.join(written)}, not of {' '.join(given)}")
    if content["digest"] != digest_of(contract, params):
        raise ValueError(f"this state is of {' '.join(written)} with other rules, columns or parameters")
    names = content["snapshots"]
    return State(
        contract, dict(params or {}), content["digest"], content["rows"], tuple(names), content["by_snapshot"],
        content["complete"], content["has_place"], content["columns"], tuple(Fault(*f) for f in content["faults"]),
        tuple(_read(result, names) for result in content["results"]), content["limit"], content["most"],
        tuple((name, other) for name, other in content["renamed"]),
    )  # fmt: skip


def _written(result: Result | None, numbers: Mapping[str, int]) -> Any:
    """Return what is kept of a rule, as lists and texts; what is not set is left out."""
    if isinstance(result, NotMeasured):
        return {"reason": result.reason}
    if isinstance(result, Failures):
        fields = {
            "count": result.count,
            "kept": [list(astuple(violation)) for violation in result.kept],
            "rowless": [numbers[name] for name in result.rowless],
            "undecided": _written(result.undecided, numbers),
            "alone": result.alone,
        }
        return {name: value for name, value in fields.items() if value}
    if isinstance(result, Compared):
        listed = {name: [numbers.get(n, n) for n in getattr(result, name)] for name in ("snapshots", "without")}
        return {**listed, "missing": result.missing, "result": _written(result.result, numbers)}
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


def _read(content: Any, names: Sequence[str]) -> Any:
    """Return what was kept of a rule."""
    if content is None:
        return None
    if "reason" in content:
        return NotMeasured(content["reason"])
    if "of" in content:
        keys, of, digits = tuple(content["keys"]), tuple(content["of"]), tuple(content["digits"])
        entries = _of_runs(content["runs"]) if "runs" in content else content["groups"]
        groups: dict[Key, Values] = {}
        for snapshot, *values in entries:
            name = names[snapshot] if isinstance(snapshot, int) else snapshot
            read = [_read_value(value) for value in values]
            groups[name, *read[: len(keys)]] = tuple(read[len(keys) :])
        return Figures(keys, of, digits, content["types"], groups)
    if "missing" in content:
        listed = [tuple(names[n] if isinstance(n, int) else n for n in content[of]) for of in ("snapshots", "without")]
        return Compared(listed[0], listed[1], tuple(content["missing"]), _read(content["result"], names))
    kept = tuple(Violation(*fields) for fields in content.get("kept", ()))
    rowless, undecided = content.get("rowless", ()), _read(content.get("undecided"), names)
    return Failures(
        content.get("count", 0), kept, tuple(names[n] for n in rowless), undecided, content.get("alone", "")
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
    ((of, text),) = value.items()
    if of == "set":
        return frozenset(map(_read_value, text))
    return _moment(text) if of == "moment" else _READ[of](text)


def _moment(text: str) -> datetime:
    """Return a moment; one with nanoseconds as pandas has it."""
    import pandas as pd

    moment = pd.Timestamp(text)
    return moment if moment.nanosecond else datetime.fromisoformat(text)


_READ: Mapping[str, Any] = {"date": date.fromisoformat, "decimal": Decimal, "float": float}
