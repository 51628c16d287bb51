"""What a rule is: an id that never changes, one severity, a scope, and words in Thai and English.

Here belong the `Rule` record and the rules of a contract. The decorator that attaches a rule to a contract's method
is `khrop.engine.pandera_bridge.rule`; how a rule is run belongs in `khrop.engine.check`; ready-made rules belong in
`khrop.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

Severity = Literal["error", "warning"]
Scope = Literal["row", "group", "reference", "document"]
Params = Mapping[str, Any]
RowText = str | Callable[[Mapping[str, Any]], str]

ENGINES = ("pandas", "polars", "pyarrow", "duckdb", "ibis", "pyspark")
"""The engines whose frames can be checked, under narwhals' names for them."""

RULE_KEY = "__khrop_rule__"
PREVIOUS = "previous_"
"""Before the name of a column of the previous return, in the expressions of reference rules."""


class RuleDefinitionError(TypeError):
    """A rule that cannot mean what it says: refused when the contract is defined."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One invariant of a contract.

    `build(contract, params)` returns what the scope runs: for `row` and `reference` a boolean narwhals
    expression (true where the rule holds); for `document` a mapping from the fact judged to a
    `khrop.model.document_rules.Part`; for `group`, and for a `reference` rule about whole snapshots, a
    `khrop.vocabulary.kinds.GroupKind`.

    `columns` are the columns the rule speaks of; a row where one of them is null fails, unless the column is in
    `skip_null`: then the row is skipped, because another rule already names that null. (A `reference` rule skips
    every null: there is nothing to compare.)
    `needs` are the facts and parameters without which the rule is not run.
    `column` is the one of the columns that is at fault, where it is not always the first.
    `observed`, `expected`, `column`, `th`, `en` are templates over the failing row, or functions of it.
    """

    id: str
    scope: Scope
    severity: Severity
    columns: tuple[str, ...]
    needs: tuple[str, ...]
    skip_null: tuple[str, ...]
    column: RowText
    observed: RowText
    expected: RowText
    th: str
    en: str
    summary: str
    build: Callable[[type, Params], Any]


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the contract in the place of a value of a rule."""

    name: str


def methods_of(contract: type) -> dict[str, Rule]:
    """The rules of a contract by the name of their method, in the order they are written, those of its bases first.

    A subclass replaces a rule by defining a method of the same name.
    """
    found: dict[str, Rule] = {}
    for base in reversed(contract.__mro__):
        for name, attribute in vars(base).items():
            record = getattr(attribute, RULE_KEY, None)
            if isinstance(record, Rule):
                found[name] = record
    return found


def rules_of(contract: type) -> tuple[Rule, ...]:
    """The rules of a contract; RuleDefinitionError where they contradict one another."""
    found = methods_of(contract)
    severities: dict[str, Severity] = {}
    for record in found.values():
        if severities.setdefault(record.id, record.severity) != record.severity:
            raise RuleDefinitionError(f"rule {record.id!r} of {contract.__name__} has two severities")
        if record.scope == "reference" and not options_of(contract).key:
            raise RuleDefinitionError(f"rule {record.id!r} of {contract.__name__} needs a key to compare rows by")
    return tuple(found.values())


def rule_ids(contract: type) -> dict[str, Severity]:
    """Each rule id of a contract, once, with its severity."""
    return {record.id: record.severity for record in rules_of(contract)}


def options_of(contract: type) -> ContractOptions:
    """The contract's `Options`: version, keys, parameters. See `ContractOptions` for the defaults."""
    return cast(ContractOptions, getattr(contract, "__contract__", ContractOptions()))


@dataclass(frozen=True, slots=True)
class ContractOptions:
    """What a contract says of itself beside its columns; the class attribute `__contract__`.

    `snapshot` is the column that tells one snapshot's rows from another's (absent: the frame is one snapshot);
    `key` are the columns that name a row for a person; `place` is the column that says where it stands;
    `params` are the parameters with their defaults; `engines` those whose frames it is for; `derived` are the columns
    that a file may leave out, each with the column it follows from and the name of a function of
    `khrop.files.table.DERIVATIONS`.
    """

    version: str = "0.0.0"
    title_th: str = ""
    title_en: str = ""
    snapshot: str | None = None
    key: tuple[str, ...] = ()
    place: str | None = None
    params: Mapping[str, Any] | None = None
    engines: tuple[str, ...] = ENGINES
    derived: Mapping[str, tuple[str, str]] = field(default_factory=dict)
