"""Quality entries that others wrote, as rules: the standard's own metrics, where they ask that nothing be wrong.

Here belongs which metric becomes which rule. What cannot be kept (other people's SQL, prose, a share that may be
wrong) is remembered, and refused all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from khrop.description.description import RuleDescription
from khrop.export.odcs_document import At
from khrop.expressions.formula import formula_of
from khrop.model.rule import Scope, Severity
from khrop.vocabulary import ByGroup, UniqueKey

_MILD = ("info", "information", "notice", "warn", "warning", "low", "minor")
_COMPARED: Mapping[str, Callable[[nw.Expr, Any], nw.Expr]] = {
    "mustBe": lambda n, v: n == v,
    "mustNotBe": lambda n, v: n != v,
    "mustBeGreaterThan": lambda n, v: n > v,
    "mustBeGreaterOrEqualTo": lambda n, v: n >= v,
    "mustBeLessThan": lambda n, v: n < v,
    "mustBeLessOrEqualTo": lambda n, v: n <= v,
    "mustBeBetween": lambda n, v: n.is_between(*v),
    "mustNotBeBetween": lambda n, v: ~n.is_between(*v),
}


class Unkept(ValueError):
    """A quality entry that becomes no rule; the message says why."""


@dataclass(slots=True)
class Foreign:
    """The quality entries of a document that Khrop did not write."""

    found: list[RuleDescription] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, entry: At, column: str | None) -> None:
        """Take an entry of the table, or of one of its columns."""
        named = entry.text("name", "") or entry.text("id", "")
        try:
            self.found.append(_rule(entry, column, named))
        except Unkept as reason:
            called = f"{named!r} " if named else ""
            self.refused.append(f"{entry.place} {called}({reason})")

    def refuse(self) -> None:
        """ValueError that names every entry that became no rule."""
        if self.refused:
            raise ValueError(
                "these quality rules cannot be checked, and none is left out silently: "
                + "; ".join(self.refused)
                + ". Say them as metrics of the standard, or as rules of a contract in Python"
            )

    def rules(self, taken: Collection[str]) -> tuple[RuleDescription, ...]:
        """The rules, each with a method of its own beside those that are `taken`."""
        from dataclasses import replace

        made: list[RuleDescription] = []
        for n, rule in enumerate(self.found, 1):
            method = f"quality_{n}"
            while method in taken:
                method += "_"
            made.append(replace(rule, method=method))
        return tuple(made)


def _rule(entry: At, column: str | None, named: str) -> RuleDescription:
    metric = _metric(entry)
    severity: Severity = "warning" if entry.text("severity", "error").lower() in _MILD else "error"
    what, scope, columns, skipped, said = _what(entry, metric, column)
    return RuleDescription(
        id=named or "-".join([_kebab(metric), *columns]), method="", scope=scope, severity=severity,
        summary=entry.text("description", "") or said, what=what, columns=columns, skip_null=skipped,
        observed=f"{{{columns[0]}}}" if scope == "row" else "",
    )  # fmt: skip


def _metric(entry: At) -> str:
    kind = entry.text("type", "library")
    if kind != "library":
        raise Unkept({"text": "prose", "sql": "SQL of others"}.get(kind, f"of type {kind}"))
    metric = entry["metric"].value or entry["rule"].value
    if metric not in ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"):
        raise Unkept(f"metric {metric!r} is none of the standard's")
    if entry.there("schedule") and metric is None:
        raise Unkept("it has no metric")
    return str(metric)


def _what(entry: At, metric: str, column: str | None) -> tuple[Any, Scope, tuple[str, ...], tuple[str, ...], str]:
    """What must hold, of which scope and columns, the columns whose nulls are spared, and a summary."""
    if metric == "rowCount":
        return _row_count(entry)
    if not _nothing_wrong(entry):
        raise Unkept("it lets some rows be wrong")
    arguments = entry["arguments"].mapping() if entry.there("arguments") else {}
    if metric == "duplicateValues":
        columns = (column,) if column else tuple(_texts(arguments.get("properties")))
        return UniqueKey(columns), "group", columns, (), f"No two rows have the same {', '.join(columns)}."
    if column is None:
        raise Unkept(f"{metric} of no column")
    value = nw.col(column)
    if metric == "nullValues":
        return formula_of(~value.is_null()), "row", (column,), (), f"{column} is present."
    if metric == "missingValues":
        missing = [held for held in _list(arguments, "missingValues") if held is not None]
        holds = ~value.is_in(missing) if missing else ~value.is_null()
        said = f"{column} is present, and none of {', '.join(map(str, missing))}."
        return formula_of(holds), "row", (column,), (), said if missing else f"{column} is present."
    return _valid(arguments, column)


def _valid(arguments: Mapping[str, Any], column: str) -> tuple[Any, Scope, tuple[str, ...], tuple[str, ...], str]:
    value, said, holds = nw.col(column), [], []
    if unknown := set(arguments) - {"validValues", "pattern"}:
        raise Unkept(f"the argument {min(unknown)!r} is not known")
    if "validValues" in arguments:
        valid = [held for held in _list(arguments, "validValues") if held is not None]
        holds.append(value.is_in(valid))
        said.append(f"one of {', '.join(map(str, valid))}")
    if "pattern" in arguments:
        pattern = arguments["pattern"]
        try:
            re.compile(pattern)
        except (re.error, TypeError):
            raise Unkept(f"{pattern!r} is no pattern") from None
        holds.append(value.str.contains(pattern))
        said.append(f"like {pattern}")
    if not holds:
        raise Unkept("it does not say what is valid")
    whole = holds[0] if len(holds) == 1 else holds[0] & holds[1]
    return formula_of(whole), "row", (column,), (column,), f"{column} is {' and '.join(said)}."


def _row_count(entry: At) -> tuple[Any, Scope, tuple[str, ...], tuple[str, ...], str]:
    if entry.there("unit") and entry["unit"].value != "rows":
        raise Unkept("a number of rows is of the unit rows")
    key, value = _comparison(entry)
    holds = _COMPARED[key](nw.col("rows"), value)
    words = re.sub(r"([A-Z])", r" \1", key).lower()
    said = " and ".join(map(str, value)) if isinstance(value, list) else value
    return ByGroup((), {"rows": ("rows", "")}, holds), "group", (), (), f"The number of rows {words} {said}."


def _comparison(entry: At) -> tuple[str, Any]:
    told = [key for key in _COMPARED if entry.there(key)]
    if len(told) != 1:
        raise Unkept("it has no single comparison")
    value = entry[told[0]].value
    numbers = value if isinstance(value, list) and told[0].endswith("Between") and len(value) == 2 else [value]
    if any(not isinstance(n, (int, float)) or isinstance(n, bool) for n in numbers):
        raise Unkept(f"{told[0]} compares with {value!r}")
    return told[0], value


def _nothing_wrong(entry: At) -> bool:
    key, value = _comparison(entry)
    if key in ("mustBe", "mustBeLessOrEqualTo"):
        return bool(value == 0)
    return key == "mustBeLessThan" and entry["unit"].value in (None, "rows") and 0 < value <= 1


def _list(arguments: Mapping[str, Any], key: str) -> Sequence[Any]:
    held = arguments.get(key)
    if not isinstance(held, list) or any(isinstance(one, (list, dict)) for one in held):
        raise Unkept(f"{key} are no list")
    return held


def _texts(held: Any) -> Sequence[str]:
    if not isinstance(held, list) or not held or any(not isinstance(one, str) for one in held):
        raise Unkept("it does not say of which properties")
    return held


def _kebab(metric: str) -> str:
    return re.sub(r"([A-Z])", r"-\1", metric).lower()
