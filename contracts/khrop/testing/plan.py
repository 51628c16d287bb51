"""What a contract asks of a frame, sorted by what it takes to draw one.

Here belongs the reading of a contract: its fields, what each rule is of the vocabulary, which columns must be there,
present and distinct. What is drawn from it belongs in `khrop.testing.holding` and `khrop.testing.breaking`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from khrop.engine.compiled import COLUMNS, Built, built_rules
from khrop.engine.fields import field_rules
from khrop.engine.frames import columns_of
from khrop.engine.row_rules import RowRule
from khrop.expressions.formula import Formula
from khrop.model.document_rules import FactRule
from khrop.model.rule import ContractOptions, Params, options_of
from khrop.testing.constraints import Constraint
from khrop.testing.reading import constraints_in
from khrop.testing.solving import Field, Maker, Ratio
from khrop.vocabulary import (
    ConservesRows,
    ContainsExactly,
    ForeignKey,
    NotAllSame,
    PartWhole,
    RatioRounded,
    RatioWithin,
    UniqueKey,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A rule about rows: what its method returned, and the constraints that it comes to (None: it must be tried)."""

    rule: RowRule
    vocabulary: Any
    constraints: tuple[Constraint, ...] | None

    @property
    def id(self) -> str:
        return self.rule.rule.id

    @property
    def is_ratio(self) -> bool:
        return isinstance(self.vocabulary, (RatioWithin, RatioRounded))


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A contract, and how its frames are drawn. ValueError where it asks what this module does not know to draw."""

    contract: type
    params: Params | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    many_rows: int | None = None

    def __post_init__(self) -> None:
        lengths = {len(rule.expected) for rule in self.of(ContainsExactly)}
        if len(lengths) > 1:
            raise ValueError(f"{self.contract.__name__}: one table cannot have {' and '.join(map(str, lengths))} rows")
        shapes = {(rule.labels, rule.by) for rule in self.of(PartWhole)}
        if len(shapes) > 1:
            raise ValueError(f"{self.contract.__name__}: parts and wholes of several labels are not known to be drawn")

    def __repr__(self) -> str:
        # A strategy prints what it is made of.
        return f"Plan({self.contract.__name__})"

    @cached_property
    def options(self) -> ContractOptions:
        return options_of(self.contract)

    @cached_property
    def merged(self) -> Params:
        return {**(self.options.params or {}), **(self.params or {})}

    @cached_property
    def built(self) -> tuple[Built, ...]:
        return built_rules(self.contract, self.params)

    @cached_property
    def fields(self) -> dict[str, Field]:
        schema = self.contract.to_schema()  # type: ignore[attr-defined]
        return {
            name: Field(name, kind, str(schema.columns[name].dtype), bool(schema.columns[name].nullable), required)
            for name, (required, kind) in columns_of(self.contract).items()
        }

    @cached_property
    def ids(self) -> tuple[str, ...]:
        return (COLUMNS, *dict.fromkeys(one.rule.id for one in self.built))

    def known(self, rule_id: str) -> None:
        """ValueError that says which there are, where the contract has no such rule."""
        if rule_id not in self.ids:
            near = get_close_matches(rule_id, self.ids, 1, 0.5)
            meant = f", nearest: {near[0]}" if near else ""
            name = self.contract.__name__
            raise ValueError(f"{name} has no rule {rule_id!r}{meant}; it has {', '.join(self.ids)}")

    def of(self, kind: type) -> list[Any]:
        """What the contract's rules say that is of a class of the vocabulary."""
        return [one.what for one in self.built if isinstance(one.what, kind)]

    @cached_property
    def rows(self) -> tuple[Said, ...]:
        """The rules about single rows."""
        return tuple(self._said(one) for one in self.built if one.rule.scope == "row")

    @cached_property
    def compared(self) -> tuple[Said, ...]:
        """The rules about a row and the one before it."""
        rules = [one for one in self.built if one.rule.scope == "reference" and isinstance(one.what, RowRule)]
        return tuple(self._said(one) for one in rules)

    def _said(self, one: Built) -> Said:
        written = one.rule.build(self.contract, self.merged)
        formula: Formula | None = one.what.formula
        kinds = {name: f.kind for name, f in self.fields.items()}
        found = constraints_in(formula, kinds) if formula is not None else None
        ratios = {r.ratio for r in self._ratios_of(written)}
        if found is not None and not ratios and any(self._beside_ratio(c) for c in found):
            found = None
        return Said(one.what, written, None if found is None or ratios else tuple(found))

    @cached_property
    def ratios(self) -> tuple[Ratio, ...]:
        """The columns that are the percent of two others, each once."""
        told = [r for one in self.built if one.rule.scope == "row" for r in self._ratios_of(self._written(one))]
        return tuple({ratio.ratio: ratio for ratio in told}.values())

    def _written(self, one: Built) -> Any:
        return one.rule.build(self.contract, self.merged)

    @staticmethod
    def _ratios_of(written: Any) -> list[Ratio]:
        is_ratio = isinstance(written, (RatioWithin, RatioRounded))
        return [Ratio(written.ratio, written.part, written.whole)] if is_ratio else []

    def _beside_ratio(self, constraint: Constraint) -> bool:
        """Whether a constraint sets a percent beside other columns: it must be tried."""
        percents = {ratio.ratio for ratio in self.ratios}
        return len(constraint.columns) > 1 and bool(percents.intersection(constraint.columns))

    @cached_property
    def documents(self) -> tuple[tuple[Built, str, FactRule], ...]:
        """Each fact that a rule of scope document judges."""
        return tuple(
            (one, fact, part) for one in self.built if one.rule.scope == "document" for fact, part in one.what.items()
        )

    @cached_property
    def compares(self) -> bool:
        """Whether a previous frame is asked for."""
        named = [name for rule in self.of(ConservesRows) for name in rule.references]
        named += [rule.reference for rule in self.of(ForeignKey)]
        return bool(self.compared or self.of(NotAllSame) or "previous" in named)

    @cached_property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Columns that no two rows of a snapshot share, those by which rows are compared among them."""
        keys = [rule.columns for rule in self.of(UniqueKey)]
        keys += [(self.options.key[0],)] if self.compares and self.options.key else []
        return tuple(dict.fromkeys(keys))

    @cached_property
    def read(self) -> frozenset[str]:
        """The columns that some rule of the contract's own reads: a frame that is drawn has them."""
        return frozenset(column for one in self.built for column in one.named if self._is_own(one))

    @staticmethod
    def _is_own(one: Built) -> bool:
        return one.rule.build.__module__ != field_rules.__module__

    @cached_property
    def nullable(self) -> frozenset[str]:
        """The columns that may be null without breaking a rule."""
        firm = {column for said in self.rows for column in said.rule.required}
        for one in self.built:
            if not isinstance(one.what, RowRule):
                firm |= set(one.named)
        firm |= {self.options.snapshot or "", *(self.options.key[:1])}
        return frozenset(name for name, f in self.fields.items() if f.nullable and name not in firm)

    @property
    def long(self) -> int | None:
        """How many rows a snapshot has, where the contract says so."""
        return next((len(rule.expected) for rule in self.of(ContainsExactly)), None)

    def maker(
        self,
        instead: Mapping[int, Sequence[Constraint]] | None = None,
        freed: frozenset[str] = frozenset(),
        reach_of: Said | None = None,
    ) -> Maker:
        """What draws rows of this contract; with other constraints `instead` of those of some rules (by their place
        among `rows`), the whole numbers `freed` halves where they must be, and figures as large as a rule's.
        """
        constraints: list[Constraint] = []
        tried: list[RowRule] = []
        for at, said in enumerate(self.rows):
            if instead and at in instead:
                constraints += instead[at]
            elif said.constraints is not None:
                constraints += said.constraints
            elif not said.is_ratio:
                tried.append(said.rule)
        reached = (*tried, reach_of.rule) if reach_of else tried
        return Maker(self.row_fields, constraints, tried, self.ratios, freed, self.nullable, reached)

    @cached_property
    def row_fields(self) -> tuple[Field, ...]:
        """The columns of a row, without the one that tells its snapshot."""
        return tuple(f for name, f in self.fields.items() if name != self.options.snapshot)

    @cached_property
    def making(self) -> Maker:
        """What draws rows that hold."""
        return self.maker()
