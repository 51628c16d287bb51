"""A contract in the making: its columns and rules, each with its evidence, from a sample of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from khrop.description.description import Description, FieldDescription
from khrop.engine.compiling.declared import MOMENTS, NUMBERS
from khrop.inference.additions import additions
from khrop.inference.comparisons import equalities, orders
from khrop.inference.keys import Key, key_of, numberings, unique
from khrop.inference.parts_and_wholes import parts_and_wholes
from khrop.inference.proposed_rule import ProposedRule, in_one_line, numbered
from khrop.inference.ratios import ratios
from khrop.inference.sampled_column import SampledColumn
from khrop.inference.text_shapes import pattern, values_of
from khrop.model.rule import ContractOptions

LEAST_OF_A_SIGN = 10
"""Values of which none is negative: if either sign were as likely, one column in a thousand would have so many."""
_TYPES = {
    "integer": ("int64", "Int64"), "number": ("float64", "float64"), "text": ("str", "str"),
    "boolean": ("bool", "boolean"), "date": ("date", "date"), "moment": ("datetime64[ns]", "datetime64[ns]"),
    "other": ("object", "object"),
}  # fmt: skip
"""The type of a column by its kind: without nulls, and with them."""
Check = tuple[str, tuple[tuple[str, Any], ...]]
AT_LEAST, AT_MOST, LIST, MATCHES = "greater_than_or_equal_to", "less_than_or_equal_to", "isin", "str_matches"


@dataclass(frozen=True)
class Wishes:
    """How strict a contract may be.

    Attributes:
        ranges: Whether the least and greatest value of a column are limits.
        lists: Whether the few values of a column of texts are all that it may have.
    """

    ranges: bool = False
    lists: bool = False


@dataclass(frozen=True)
class Draft:
    """A contract in the making.

    Attributes:
        name: The name of its class.
        fields: Its columns.
        key: The key.
        rules: Its rules.
        near: Rules that hold in nearly all rows, for a person to look at.
        filled: How many rows of the sample have a value, by column.
        sampled: The rows of the sample.
        notes: What was seen and is no rule, and doubts.
    """

    name: str
    fields: tuple[FieldDescription, ...]
    key: Key = Key()
    rules: tuple[ProposedRule, ...] = ()
    near: tuple[ProposedRule, ...] = ()
    filled: Mapping[str, int] = field(default_factory=dict)
    sampled: int = 0
    notes: tuple[str, ...] = ()

    def description(self) -> Description:
        """Return the contract as data."""
        column_names = {column.name for column in self.fields}
        key = tuple(name for name in self.key.columns if name in column_names)
        snapshot = self.key.snapshot if self.key.snapshot in column_names else None
        summary = f"A row each of {', '.join(key)}." if key else f"A row of {self.name}."
        return Description(
            name=self.name, summary=in_one_line(summary),
            options=ContractOptions(version="0.1.0", key=key, snapshot=snapshot), fields=self.fields,
            rules=tuple(rule.described() for rule in self.rules), config={"coerce": True},
        )  # fmt: skip

    def with_field(self, changed: FieldDescription) -> Draft:
        """Return the draft with another description of a column."""
        return replace(self, fields=tuple(changed if f.name == changed.name else f for f in self.fields))

    def noting(self, note: str) -> Draft:
        """Return the draft with a note."""
        return replace(self, notes=(*self.notes, note))

    def without_rules(self, ids: set[str]) -> Draft:
        """Return the draft without some rules; a key that is none is not declared."""
        removed = [rule for rule in self.rules if rule.id in ids]
        key = Key() if any(rule.id == "key-unique" for rule in removed) else self.key
        remaining = tuple(rule for rule in self.rules if rule.id not in ids)
        notes = tuple(f"{rule.summary.rstrip('.')}: in the first {self.sampled:,} rows alone" for rule in removed)
        return replace(self, rules=remaining, key=key, notes=(*self.notes, *notes))

    def without_column(self, name: str, reason: str) -> Draft:
        """Return the draft without a column, and the rules about it."""
        fields = tuple(column for column in self.fields if column.name != name)
        draft = replace(self, fields=fields, notes=(*self.notes, f"{name} is left out: {reason}"))
        return draft.without_rules({rule.id for rule in self.rules if name in _columns_of(rule)})


def _columns_of(rule: ProposedRule) -> set[str]:
    by: tuple[str, ...] = getattr(rule.what, "by", ())
    return {*rule.columns, *by}


def draft_of(name: str, columns: Sequence[SampledColumn], wishes: Wishes, notes: Sequence[str] = ()) -> Draft:
    """Return the contract that a sample proposes.

    Args:
        name: The name of its class.
        columns: The columns of the sample, all of as many rows.
        wishes: How strict it may be.
        notes: What is known already.

    Returns:
        The draft; its rules hold in the sample.
    """
    rows = len(columns[0].values) if columns else 0
    equal = [rule for rule in equalities(columns) if rule.is_evident]
    # A copy of a column has the rules of the first.
    first = [column for column in columns if all(rule.columns[0] != column.name for rule in equal)]
    key = key_of(first)
    snapshot = next((column for column in columns if column.name == key.snapshot), None)
    numbering = [rule for rule in numberings(first, snapshot) if rule.is_evident]
    figures = [c for c in first if c.kind in NUMBERS and c.varies]
    percents = sorted(figures, key=lambda column: column.kind == "integer")  # of two that fit, one with a point
    searched = [*equal, *additions(figures), *ratios(percents, figures), *orders(first)]
    searched += [*([unique(key.columns, rows)] if key.columns else []), *numbering, *parts_and_wholes(first, snapshot)]
    evident = [rule for rule in searched if rule.is_evident]
    remarks = [*notes, *_remarks(key, columns, wishes, rows)]
    return Draft(
        name=name, fields=tuple(_field(column, wishes) for column in columns), key=key,
        rules=numbered(rule for rule in evident if rule.holds), near=numbered(r for r in evident if not r.holds),
        filled={column.name: column.filled for column in columns}, sampled=rows, notes=tuple(remarks),
    )  # fmt: skip


def _remarks(key: Key, columns: Sequence[SampledColumn], wishes: Wishes, rows: int) -> Iterator[str]:
    if not key.columns:
        yield "no columns are known to identify a row"
    if key.others:
        yield f"also different in all {rows:,} rows: {', '.join(key.others)}"
    for column in columns if not wishes.lists else ():
        if values := values_of(column):
            yield f"{column.name} has {len(values)} values in {column.filled:,} rows: {', '.join(map(repr, values))}"


def _field(column: SampledColumn, wishes: Wishes) -> FieldDescription:
    kind = column.kind if column.filled else "other"
    dtype = _TYPES[kind][column.nullable]
    if column.digits is not None and kind == "number":
        dtype = f"Decimal({column.digits[0]}, {column.digits[1]})"
    if column.zone is not None and kind == "moment":
        dtype = f"datetime64[ns, {column.zone}]"
    checks = tuple(_checks(column, wishes)) if column.filled else ()
    return FieldDescription(column.name, kind, dtype, nullable=column.nullable, checks=checks)


def _checks(column: SampledColumn, wishes: Wishes) -> Iterator[Check]:
    if column.kind in (*NUMBERS, *MOMENTS) and column.varies and column.units is not None:
        least, most = min(column.counts), max(column.counts)
        if wishes.ranges:
            yield AT_LEAST, (("min_value", _limit(least)),)
            yield AT_MOST, (("max_value", _limit(most)),)
        elif column.kind in NUMBERS and least >= 0 and column.filled >= LEAST_OF_A_SIGN:
            yield AT_LEAST, (("min_value", 0),)
    values = values_of(column) if wishes.lists else ()
    if values:
        yield LIST, (("allowed_values", values),)
    elif (shape := pattern(column)) is not None:
        yield MATCHES, (("pattern", shape),)


def _limit(value: Any) -> int | float | date:
    """Return a value as a limit: of decimals the float that prints the same, so that files can be checked, too."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    limit: int | float | date = value
    return limit
