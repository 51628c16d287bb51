"""The record of a rule: an id that never changes, a severity, a scope, and messages in Thai and English.

Here belong `Rule`, the rules of a contract and its options. The decorator that makes a contract's method a rule is
`khrop.engine.compiling.pandera_bridge.rule`; rules are run by `khrop.engine.check`; ready-made rules are in
`khrop.vocabulary`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from khrop.expressions.formula import Param as Param

Severity = Literal["error", "warning"]
Scope = Literal["row", "group", "reference", "document"]
Params = Mapping[str, Any]
RowText = str | Callable[[Mapping[str, Any]], str]

ENGINES = ("pandas", "polars", "pyarrow", "duckdb", "ibis", "pyspark")
"""The engines whose frames can be checked, by their names in narwhals."""

RULE_KEY = "__khrop_rule__"
PREVIOUS = "previous_"
"""The prefix of the previous return's columns in the expressions of reference rules."""


class RuleDefinitionError(TypeError):
    """A rule that cannot be run as it is written; raised when the contract is defined or compiled."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An invariant of a contract.

    A row where a column of `columns` is null fails, unless the column is in `skip_null`: then the row is skipped,
    because another rule reports this null. (A `reference` rule skips every null: there is nothing to compare.) Of a
    column that the expression reads by `is_null` alone, and that is not among `columns`, the expression decides: so a
    value can be required, or refused, where another has some value.

    `observed`, `expected`, `column`, `th` and `en` are templates over the failing row, or functions of it. `{item}` is
    the value of the column `item`, `{row[any name]}` that of a column of any name, `{price:.2f}` or `{day:%d/%m/%Y}` a
    value formatted as Python does; a null is `–`, and a brace is written twice. Words are `{key}`, `{name}` (the last
    column of the key that has a value), `{observed}` and `{expected}`; of a document also `{fact}`, and any fact of it.
    A message of a group names the words, and the column where it groups by a single one. A name that is none of these
    raises RuleDefinitionError before any data is read.

    Attributes:
        id: The id, such as `counts-whole`.
        scope: What the rule reads: `row`, `group`, `reference` or `document`.
        severity: `error` or `warning`.
        columns: The columns that the rule is about.
        needs: The facts and parameters without which the rule is not run.
        skip_null: The columns whose nulls are skipped.
        column: The column that is at fault, where it is not always the first.
        observed: What the frame has.
        expected: What was expected.
        th: The message in Thai.
        en: The message in English.
        summary: What must hold, as a sentence.
        build: A function `(contract, params)` that returns what the scope runs: for `row` and `reference` a boolean
            narwhals expression (true where the rule holds); for `document` a mapping from a fact to its
            `khrop.model.document_rules.FactRule`; for `group`, and for a `reference` rule about whole snapshots, a
            `khrop.vocabulary.kinds.GroupKind`.
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


def methods_of(contract: type) -> dict[str, Rule]:
    """Return the rules of a contract by the name of their method.

    A subclass replaces a rule by defining a method of the same name.

    Args:
        contract: The contract.

    Returns:
        The rules in the order in which they are written, those of the bases first.

    Raises:
        RuleDefinitionError: It is no Pandera model.
    """
    if not (isinstance(contract, type) and hasattr(contract, "to_schema")):
        what = contract.__name__ if isinstance(contract, type) else f"a {type(contract).__name__}"
        raise RuleDefinitionError(f"a contract is a class derived from pandera's DataFrameModel; this is {what}")
    rules: dict[str, Rule] = {}
    for base in reversed(contract.__mro__):
        for name, attribute in vars(base).items():
            record = getattr(attribute, RULE_KEY, None)
            if isinstance(record, Rule):
                rules[name] = record
    return rules


def rules_of(contract: type) -> tuple[Rule, ...]:
    """Return the rules of a contract.

    Args:
        contract: The contract.

    Returns:
        The rules in the order in which they are written, those of the bases first.

    Raises:
        RuleDefinitionError: Rules of the same id have different severities, or a reference rule has no key to compare
            by.
    """
    rules = methods_of(contract)
    severities: dict[str, Severity] = {}
    for record in rules.values():
        if severities.setdefault(record.id, record.severity) != record.severity:
            raise RuleDefinitionError(f"rule {record.id!r} of {contract.__name__} has two severities")
        if record.scope == "reference" and not options_of(contract).key:
            raise RuleDefinitionError(f"rule {record.id!r} of {contract.__name__} needs a key to compare rows by")
    return tuple(rules.values())


def rule_ids(contract: type) -> dict[str, Severity]:
    """Return the rule ids of a contract, each once, with their severities.

    Args:
        contract: The contract.

    Returns:
        The severity by rule id.

    Raises:
        RuleDefinitionError: See `rules_of`.
    """
    return {record.id: record.severity for record in rules_of(contract)}


def options_of(contract: type) -> ContractOptions:
    """Return the options of a contract.

    Args:
        contract: The contract.

    Returns:
        Its `__contract__`, or the defaults of `ContractOptions`.

    Raises:
        RuleDefinitionError: Its `__contract__` is something else.
    """
    options = getattr(contract, "__contract__", _DEFAULTS)
    if not isinstance(options, ContractOptions):
        raise RuleDefinitionError(
            f"{contract.__name__}: __contract__ is a {type(options).__name__}, not a khrop.ContractOptions"
        )
    return options


@dataclass(frozen=True, slots=True)
class ContractOptions:
    """What a contract declares beside its columns, as the class attribute `__contract__`.

    Attributes:
        version: The contract's version.
        title_th: The title in Thai.
        title_en: The title in English.
        snapshot: The column that separates the rows of several snapshots; None where a frame is a single snapshot.
        key: The columns that identify a row, by which it is compared with the previous return.
        label: The column with the name that a person uses for a row; None where the key is that name.
        place: The column of places in the document.
        params: The parameters of the rules with their defaults.
        engines: The engines whose frames the contract is for.
        derived: Columns that a file may omit: by column, the column that it is derived from and the name of a function
            of `khrop.files.table.DERIVATIONS`.
        names_th: The names of columns and facts in Thai messages, and of values of a column under `column=value`; any
            other goes by its own name.

    Example:
        >>> import pandera.pandas as pa
        >>> from pandera.typing import Series
        >>> import khrop
        >>> class Stock(pa.DataFrameModel):
        ...     day: Series[str]
        ...     item: Series[str]
        ...     left: Series[int] = pa.Field(ge=0)
        ...
        ...     __contract__ = khrop.ContractOptions(version="1.0.0", snapshot="day", key=("item",))
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"day": ["Mon", "Mon", "Tue"], "item": ["tea", "rice", "tea"], "left": [3, -1, 2]})
        >>> verdict = khrop.check(Stock, frame)
        >>> list(verdict.valid["day"]), list(verdict.set_aside["day"])
        (['Tue'], ['Mon', 'Mon'])
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
    names_th: Mapping[str, str] = field(default_factory=dict)
    label: str | None = None

    def __post_init__(self) -> None:
        """Take lists for tuples; a text is none, as it would stand for its letters.

        Raises:
            RuleDefinitionError: `key` or `engines` is a text.
        """
        for name in ("key", "engines"):
            value = getattr(self, name)
            if isinstance(value, str):
                raise RuleDefinitionError(f"ContractOptions takes a tuple for {name}: ({value!r},)")
            object.__setattr__(self, name, tuple(value))

    @property
    def naming(self) -> tuple[str, ...]:
        """The columns that name a row for a person: its key and its label."""
        return (*self.key, *([self.label] if self.label else []))


_DEFAULTS = ContractOptions()
