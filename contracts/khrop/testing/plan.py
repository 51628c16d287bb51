"""What a contract requires of a frame, sorted by what it takes to draw the frame.

Here belongs the reading of a contract: its columns, its rules by scope, which columns must be there, present and
distinct. What is drawn from it belongs in `khrop.testing.snapshots`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from khrop.engine.compiling.compiled import COLUMNS, Built, built_rules
from khrop.engine.compiling.declared import columns_of
from khrop.engine.compiling.field_rules import field_rules
from khrop.engine.compiling.row_rules import RowRule
from khrop.expressions.formula import Constant, parts
from khrop.model.document_rules import FactRule
from khrop.model.rule import PREVIOUS, ContractOptions, Params, options_of
from khrop.testing.goals import Goal, as_value
from khrop.testing.solving import Solver
from khrop.testing.values import HUNDREDTH, REACH, Field, Row, read_field
from khrop.vocabulary import (
    ConservesRows,
    ContainsExactly,
    ForeignKey,
    GroupCounts,
    KeysKept,
    NotAllSame,
    PartWhole,
    UniqueKey,
)


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A contract, and how its frames are drawn.

    Attributes:
        contract: The contract.
        params: Parameters that replace the contract's own.
        document: Facts that are given.
        many_rows: How many rows a snapshot has, where that is given.
    """

    contract: type
    params: Params | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    many_rows: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            ValueError: The contract requires what is not known to be drawn.
        """
        lengths = {len(rule.expected) for rule in self.of(ContainsExactly)}
        if len(lengths) > 1:
            raise ValueError(f"{self.contract.__name__}: one table cannot have {' and '.join(map(str, lengths))} rows")
        shapes = {(rule.labels, rule.by) for rule in self.of(PartWhole)}
        if len(shapes) > 1:
            raise ValueError(f"{self.contract.__name__}: parts and wholes of several labels are not known to be drawn")
        if self.many_rows is not None and self.rows not in (None, self.many_rows):
            raise ValueError(
                f"{self.contract.__name__} says how many rows there are: {self.rows}, not {self.many_rows}"
            )
        for column in self.fields.values():
            column.strategy()

    def __repr__(self) -> str:
        """Return what Hypothesis prints of it."""
        return f"Plan({self.contract.__name__})"

    @cached_property
    def options(self) -> ContractOptions:
        """The contract's options."""
        return options_of(self.contract)

    @cached_property
    def built(self) -> tuple[Built, ...]:
        """The contract's rules, compiled."""
        return built_rules(self.contract, self.params)

    @cached_property
    def merged(self) -> Params:
        """The parameters."""
        return {**(self.options.params or {}), **(self.params or {})}

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of its rules."""
        return (COLUMNS, *dict.fromkeys(entry.rule.id for entry in self.built))

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Its columns, with what the rules about rows say of each alone."""
        columns = self.contract.to_schema().columns  # type: ignore[attr-defined]
        percents = {getattr(goal.kind, "ratio", None) for goal in self.goals}
        formulas = [goal.rule.formula for goal in self.goals if goal.rule.formula is not None]
        sizes = [part.value for goal in self.goals if goal.kind is None and len(goal.columns) > 1 and goal.rule.formula
               for part in parts(goal.rule.formula) if isinstance(part, Constant)]  # fmt: skip
        # What a rule says of others can turn at the figures that stand in it.
        reach = max([REACH, *(2 * abs(size) for size in sizes if isinstance(size, (int, float)))])
        fields_by_name = {}
        for name, declared in columns_of(self.contract).items():
            nullable = bool(columns[name].nullable)
            plain = Field(name, declared.kind, str(columns[name].dtype), nullable, declared.required)
            column = replace(read_field(plain, formulas), reach=reach)
            fields_by_name[name] = replace(column, step=HUNDREDTH) if name in percents else column
        return fields_by_name

    def require_rule(self, rule_id: str) -> None:
        """Refuse the id of a rule that the contract does not have.

        Raises:
            ValueError: There is no such rule; the message names those that there are.
        """
        if rule_id not in self.ids:
            near = get_close_matches(rule_id, self.ids, 1, 0.5)
            hint = f", nearest: {near[0]}" if near else ""
            name = self.contract.__name__
            raise ValueError(f"{name} has no rule {rule_id!r}{hint}; it has {', '.join(self.ids)}")

    def of(self, kind: type) -> list[Any]:
        """Return what the contract's rules built that is of a class of the vocabulary."""
        return [entry.what for entry in self.built if isinstance(entry.what, kind)]

    def _goals(self, scope: str) -> tuple[Goal, ...]:
        return tuple(Goal.of(entry.what, entry.rule.build(self.contract, self.merged)) for entry in self.built
                     if entry.rule.scope == scope and isinstance(entry.what, RowRule))  # fmt: skip

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """The rules about single rows."""
        return self._goals("row")

    @cached_property
    def compared(self) -> tuple[Goal, ...]:
        """The rules about a row and the one before it."""
        return self._goals("reference")

    @cached_property
    def documents(self) -> tuple[tuple[str, FactRule], ...]:
        """Each fact rule, with the id of its rule."""
        return tuple((entry.rule.id, part) for entry in self.built if entry.rule.scope == "document"
                     for part in entry.what.values())  # fmt: skip

    @cached_property
    def compares(self) -> bool:
        """Whether a previous frame is asked for."""
        named = [
            name for kind in (ConservesRows, ForeignKey, KeysKept) for rule in self.of(kind) for name in rule.references
        ]
        return bool(self.compared or self.of(NotAllSame) or "previous" in named)

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Columns that no two rows of a snapshot share, those by which rows are compared among them."""
        keys = [rule.columns for kind in (UniqueKey, KeysKept) for rule in self.of(kind)]
        keys += [self.options.key] if self.compares and self.options.key else []
        return tuple(dict.fromkeys(keys))

    @cached_property
    def columns_read(self) -> frozenset[str]:
        """The columns that some rule of the contract's own reads: a frame that is drawn has them."""
        own_rules = [entry for entry in self.built if entry.rule.build.__module__ != field_rules.__module__]
        return frozenset(column for entry in own_rules for column in entry.named)

    @cached_property
    def columns_named(self) -> frozenset[str]:
        """The columns that rules about several rows read."""
        return frozenset(name for entry in self.built if not isinstance(entry.what, RowRule) for name in entry.named)

    @cached_property
    def nullable(self) -> frozenset[str]:
        """The columns that may be null without breaking a rule."""
        firm = {column for goal in self.goals for column in goal.rule.required} | self.columns_named
        firm |= {self.options.snapshot or "", *self.options.key}
        return frozenset(name for name, f in self.fields.items() if f.nullable and name not in firm)

    @property
    def rows(self) -> int | None:
        """How many rows a snapshot has, where the contract says so."""
        counted = (sum(row[-1] for row in rule.expected) for rule in self.of(GroupCounts) if rule.others)
        return next((len(rule.expected) for rule in self.of(ContainsExactly)), next(counted, None))

    @cached_property
    def solver(self) -> Solver:
        """What draws rows that hold."""
        fields = {name: f for name, f in self.fields.items() if name != self.options.snapshot}
        goals = [goal for goal in self.goals if goal.columns != (self.options.snapshot,)]
        return Solver(fields, goals, self.nullable, self.columns_named)

    @cached_property
    def older(self) -> tuple[Solver, Solver]:
        """What draws a row with the one before it: one that holds itself, and one that is only compared."""
        solver = self.solver
        fields = dict(solver.fields) | {
            PREVIOUS + name: replace(f, name=PREVIOUS + name) for name, f in solver.fields.items()
        }
        before = [goal.before(PREVIOUS) for goal in solver.goals]
        return Solver(fields, [*before, *self.compared]), Solver(fields, self.compared)

    def finite(self, name: str) -> int | None:
        """Return how many values a column may have, where that is a list."""
        column = self.fields[name]
        return 2 if column.kind == "boolean" else None if column.allowed is None else len(column.allowed)

    def with_dates(self, row: Row) -> Row:
        """Return a row of figures with its dates."""
        return {name: as_value(self.fields.get(name), value) for name, value in row.items()}
