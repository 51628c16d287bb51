"""Quality entries that other tools wrote, as rules: the standard's own metrics, where they allow no violation.

Here belongs which metric becomes which rule. What has no rule (foreign SQL, prose, a share that may be wrong) is
collected, and refused in one error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw

from khrop.description.description import RuleDescription
from khrop.export.odcs_document import At
from khrop.expressions.translation import formula_of
from khrop.model.message_templates import placeholder
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


class NoRule(ValueError):
    """A quality entry that has no rule; the message says why."""


@dataclass(slots=True)
class Foreign:
    """The quality entries of a document that Khrop did not write.

    Attributes:
        converted: The rules, without methods.
        refused: The entries that have no rule, with place and reason.
    """

    converted: list[RuleDescription] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def add(self, entry: At, column: str | None) -> None:
        """Add an entry of the table, or of one of its columns.

        Args:
            entry: The quality entry.
            column: The name of the column; None for the table's.
        """
        named = entry.text("name", "") or entry.text("id", "")
        try:
            self.converted.append(_rule(entry, column, named))
        except NoRule as reason:
            called = f"{named!r} " if named else ""
            self.refused.append(f"{entry.place} {called}({reason})")

    def refuse(self) -> None:
        """Raise ValueError that names every entry without a rule, where there is any."""
        if self.refused:
            raise ValueError(
                "these quality rules cannot be checked, and none is left out silently: "
                + "; ".join(self.refused)
                + ". Say them as metrics of the standard, or as rules of a contract in Python"
            )

    def rules(self, taken: Collection[str]) -> tuple[RuleDescription, ...]:
        """Return the rules, each with the name of a method that is not `taken`."""
        method_rules: list[RuleDescription] = []
        for n, rule in enumerate(self.converted, 1):
            method = f"quality_{n}"
            while method in taken:
                method += "_"
            method_rules.append(replace(rule, method=method))
        return tuple(method_rules)


def _rule(entry: At, column: str | None, named: str) -> RuleDescription:
    metric = _metric(entry)
    severity: Severity = "warning" if entry.text("severity", "error").lower() in _MILD else "error"
    what, scope, columns, skipped, summary = _what(entry, metric, column)
    return RuleDescription(
        id=named or "-".join([_kebab(metric), *columns]), method="", scope=scope, severity=severity,
        summary=entry.text("description", "") or summary, what=what, columns=columns, skip_null=skipped,
        observed=placeholder(columns[0]) if scope == "row" else "",
    )  # fmt: skip


def _metric(entry: At) -> str:
    kind = entry.text("type", "library")
    if kind != "library":
        raise NoRule({"text": "prose", "sql": "SQL of others"}.get(kind, f"of type {kind}"))
    metric = entry["metric"].value or entry["rule"].value
    if metric not in ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount"):
        raise NoRule(f"metric {metric!r} is none of the standard's")
    return str(metric)


def _what(entry: At, metric: str, column: str | None) -> tuple[Any, Scope, tuple[str, ...], tuple[str, ...], str]:
    """Return what must hold, its scope and columns, the columns whose nulls are skipped, and a summary."""
    if metric == "rowCount":
        return _row_count(entry)
    if not _nothing_wrong(entry):
        raise NoRule("it lets some rows be wrong")
    arguments = entry["arguments"].mapping() if entry.has("arguments") else {}
    if metric == "duplicateValues":
        columns = (column,) if column else tuple(_texts(arguments.get("properties")))
        return UniqueKey(columns), "group", columns, (), f"No two rows have the same {', '.join(columns)}."
    if column is None:
        raise NoRule(f"{metric} of no column")
    value = nw.col(column)
    if metric == "nullValues":
        return formula_of(~value.is_null()), "row", (column,), (), f"{column} is present."
    if metric == "missingValues":
        missing = [value for value in _list(arguments, "missingValues") if value is not None]
        holds = ~value.is_in(missing) if missing else ~value.is_null()
        summary = f"{column} is present, and none of {', '.join(map(str, missing))}."
        return formula_of(holds), "row", (column,), (), summary if missing else f"{column} is present."
    return _valid(arguments, column)


def _valid(arguments: Mapping[str, Any], column: str) -> tuple[Any, Scope, tuple[str, ...], tuple[str, ...], str]:
    value, texts, holds = nw.col(column), [], []
    if unknown := set(arguments) - {"validValues", "pattern"}:
        raise NoRule(f"the argument {min(unknown)!r} is not known")
    if "validValues" in arguments:
        valid = [item for item in _list(arguments, "validValues") if item is not None]
        holds.append(value.is_in(valid))
        texts.append(f"one of {', '.join(map(str, valid))}")
    if "pattern" in arguments:
        pattern = arguments["pattern"]
        try:
            re.compile(pattern)
        except (re.error, TypeError):
            raise NoRule(f"{pattern!r} is no pattern") from None
        holds.append(value.str.contains(pattern))
        texts.append(f"like {pattern}")
    if not holds:
        raise NoRule("it does not say what is valid")
    whole = holds[0] if len(holds) == 1 else holds[0] & holds[1]
    return formula_of(whole), "row", (column,), (column,), f"{column} is {' and '.join(texts)}."


def _row_count(entry: At) -> tuple[Any, Scope, tuple[str, ...], tuple[str, ...], str]:
    if entry.has("unit") and entry["unit"].value != "rows":
        raise NoRule("a number of rows is of the unit rows")
    key, value = _comparison(entry)
    holds = _COMPARED[key](nw.col("rows"), value)
    words = re.sub(r"([A-Z])", r" \1", key).lower()
    limits = " and ".join(map(str, value)) if isinstance(value, list) else value
    return ByGroup((), {"rows": ("rows", "")}, holds), "group", (), (), f"The number of rows {words} {limits}."


def _comparison(entry: At) -> tuple[str, Any]:
    keys = [key for key in _COMPARED if entry.has(key)]
    if len(keys) != 1:
        raise NoRule("it has no single comparison")
    value = entry[keys[0]].value
    numbers = value if isinstance(value, list) and keys[0].endswith("Between") and len(value) == 2 else [value]
    if any(not isinstance(n, (int, float)) or isinstance(n, bool) for n in numbers):
        raise NoRule(f"{keys[0]} compares with {value!r}")
    return keys[0], value


def _nothing_wrong(entry: At) -> bool:
    key, value = _comparison(entry)
    if key in ("mustBe", "mustBeLessOrEqualTo"):
        return bool(value == 0)
    return key == "mustBeLessThan" and entry["unit"].value in (None, "rows") and 0 < value <= 1


def _list(arguments: Mapping[str, Any], key: str) -> Sequence[Any]:
    values = arguments.get(key)
    if not isinstance(values, list) or any(isinstance(value, (list, dict)) for value in values):
        raise NoRule(f"{key} are no list")
    return values


def _texts(values: Any) -> Sequence[str]:
    if not isinstance(values, list) or not values or any(not isinstance(value, str) for value in values):
        raise NoRule("it does not say of which properties")
    return values


def _kebab(metric: str) -> str:
    return re.sub(r"([A-Z])", r"-\1", metric).lower()
