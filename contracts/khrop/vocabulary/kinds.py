"""A kind of rule: a class that carries all that is known of it.

A kind is a frozen dataclass derived from one of the bases here: `RowKind`, `GroupKind`, `LookupKind`, `CountKind` or
`DocumentPart`. It says how it is checked, and, where it differs from the default of its base, how it reads as a
sentence, as SQL, as JSON Schema, as an expectation of a table, and how a change of its values is graded. Engine,
exports and comparison use these methods and know no kind by name. Defining a kind registers it, so that contracts with
it can be written and read back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Protocol, TypeVar

import narwhals as nw

from khrop.expressions.formula import Formula
from khrop.model.document_rules import Known
from khrop.model.facts import Facts
from khrop.model.grouping import Aggregate, Failure, Grouping, Positions, Row, Table
from khrop.model.rule import RuleDefinitionError
from khrop.vocabulary.grades import Grades, ValueChange, unclear
from khrop.vocabulary.query_writer import NotInSql, QueryWriter
from khrop.vocabulary.table_expectation import TableExpectation
from khrop.vocabulary.value_texts import Sentence

Words = Mapping[str, Any]
"""`observed`, `expected`, `column`, `th`, `en`: templates over a failing row, or functions of it."""
Groups = Mapping[str, Sequence[Row]]
"""The aggregates of groups, by snapshot."""
Schema = dict[str, Any]
Kind = TypeVar("Kind", bound="RuleKind")

_KINDS: dict[str, type[RuleKind]] = {}
_ABSTRACT: set[tuple[str, str]] = set()


class RuleKind:
    """A kind of rule, of any scope.

    Attributes:
        dimension: The dimension of data quality that the Open Data Contract Standard has for it.
        grades: How a change of a value is graded, by the name of the field; `unclear` for the others.
        not_expected: Why no expectation of a table is made of it, where none is.
        values_in: The names of the fields that hold values of columns, and no names of columns.
    """

    __slots__ = ()
    values_in: ClassVar[tuple[str, ...]] = ()
    dimension: ClassVar[str] = "consistency"
    grades: ClassVar[Grades] = {}
    not_expected: ClassVar[str] = ""

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        """Register the kind under its class's name.

        Args:
            abstract: The class is a base of kinds, and no kind itself.

        Raises:
            RuleDefinitionError: Another class has registered the name.
        """
        registered = _KINDS.get(cls.__name__, cls)
        if (registered.__module__, registered.__qualname__) != (cls.__module__, cls.__qualname__):
            raise RuleDefinitionError(f"{registered.__module__} has a kind of rule called {cls.__name__} already")
        # A dataclass with slots makes its class twice, the second time without the argument.
        identity = (cls.__module__, cls.__qualname__)
        if abstract:
            _ABSTRACT.add(identity)
        elif identity not in _ABSTRACT:
            _KINDS[cls.__name__] = cls

    def __post_init__(self) -> None:
        """Take lists for tuples; a text is none, as it would stand for its letters.

        Raises:
            RuleDefinitionError: A text stands where several names or values belong.
        """
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name, None)
            if str(field.type).startswith("Mapping[") and isinstance(value, (list, tuple, set, str)):
                raise RuleDefinitionError(f"{type(self).__name__} takes a mapping for {field.name}, not {value!r}")
            if not str(field.type).startswith("tuple["):
                continue
            if isinstance(value, str):
                raise RuleDefinitionError(f"{type(self).__name__} takes a tuple of {field.name}: ({value!r},)")
            if isinstance(value, (list, tuple)):
                object.__setattr__(self, field.name, _as_tuple(value))

    def statement(self) -> Sentence:
        """Return what must hold, in Thai and English; empty texts where the rule's summary says all."""
        return "", ""

    def words(self) -> Words:
        """Return the texts of a violation, for rules that have none of their own."""
        return {}

    def changes(self, old: Any, nullable: Collection[str]) -> Iterator[ValueChange]:
        """Yield the values that differ from those of an older version of the rule, graded.

        Args:
            old: The same kind with its older values.
            nullable: The columns that may be null or absent, in either version.

        Yields:
            A change for each field that differs.
        """
        for field in fields(self):  # type: ignore[arg-type]
            before, after = getattr(old, field.name), getattr(self, field.name)
            if field.compare and before != after:
                yield from self.value_changes(field.name, before, after, nullable)

    def value_changes(self, name: str, old: Any, new: Any, nullable: Collection[str]) -> Iterator[ValueChange]:
        """Yield the changes of one field: one, graded by `grades`, unless the kind splits it."""
        yield ValueChange(name, old, new, self.grades.get(name, unclear)(old, new))

    def expectations(self, skip_null: Collection[str]) -> Iterator[TableExpectation]:
        """Yield what the rule expects of tables.

        Args:
            skip_null: The columns whose nulls the rule leaves to others.

        Yields:
            Expectations; none where a table cannot show what the rule is about.
        """
        return iter(())


def _as_tuple(values: Any) -> Any:
    """Return lists, and lists in them, as tuples; other values as they are."""
    return tuple(map(_as_tuple, values)) if isinstance(values, (list, tuple)) else values


class RowKind(RuleKind, abstract=True):
    """A kind of rule about single rows. Its SQL follows from its expression."""

    __slots__ = ()

    def holds(self) -> nw.Expr:
        """Return the boolean expression that is true for a row that keeps the rule."""
        raise NotImplementedError

    @property
    def whole_columns(self) -> tuple[str, ...]:
        """The columns that the rule requires to be whole numbers."""
        return ()

    def implied(self, row: Row) -> Row:
        """Return the values of columns that follow from the others of a row, where the rule holds; by default none."""
        return {}

    def json_schema(self) -> Mapping[str, Schema]:
        """Return what the rule says of single columns in JSON Schema, where that is all it says; else nothing."""
        return {}


class GroupKind(RuleKind, abstract=True):
    """A kind of rule about groups of rows: which figures of which groups, and what is wrong with them."""

    __slots__ = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns to group by, beside the snapshot's."""
        return ()

    @property
    def derived(self) -> Mapping[str, nw.Expr]:
        """Columns that are made before the rows are grouped."""
        return {}

    @property
    def aggregates(self) -> Mapping[str, Aggregate]:
        """The figures of a group, by name."""
        raise NotImplementedError

    @property
    def listed(self) -> Mapping[str, Sequence[Any]]:
        """The values that columns are compared with in `failures`, by column; they must be of the column's kind."""
        return {}

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The columns of rows that `failures` fetches; by default none, as aggregates are all that it reads."""
        return ()

    @property
    def keeps(self) -> Formula | None:
        """The formula of keys and aggregates that is true for a group that keeps the rule; None where there is none."""
        return None

    @property
    def proof(self) -> Positions | None:
        """What proves that a group keeps the rule, at less cost than its figures; None where nothing does.

        An engine may judge by it first. The figures are then computed for the groups alone that are not proven.
        """
        return None

    def failures(self, groups: Groups, table: Table, by: Grouping, facts: Facts) -> Iterator[Failure]:
        """Yield what is wrong with groups.

        Args:
            groups: The keys and aggregates of the groups for which `keeps` is not true, by snapshot; of a snapshot
                without a row no group.
            table: The rows behind the aggregates; those of groups that are proven may be left out.
            by: How the contract names snapshots, rows and places.
            facts: What the documents say.

        Yields:
            A failure for each violation.
        """
        raise NotImplementedError

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of what breaks the rule, a row a violation; by default the groups that `keeps` refuses.

        Raises:
            NotInSql: SQL cannot express the rule; the message says why.
        """
        if self.keeps is None or self.derived:
            raise NotInSql(f"{type(self).__name__} has no SQL")
        return writer.failing_groups(self)


class ReferenceTable(Protocol):
    """Another frame that a rule compares with."""

    def distinct(self, columns: Mapping[str, str]) -> nw.LazyFrame[Any]:
        """Return the different rows of some columns, each under another name: from new name to column."""


class ReferenceKind(RuleKind, abstract=True):
    """A kind of rule that compares a frame with others, which it names."""

    __slots__ = ()

    @property
    def references(self) -> tuple[str, ...]:
        """The names of the frames that it compares with."""
        raise NotImplementedError

    def sql(self, writer: QueryWriter) -> str:
        """Return the query of what breaks the rule, a row a violation.

        Raises:
            NotInSql: SQL cannot express the rule; the message says why.
        """
        raise NotInSql(f"{type(self).__name__} has no SQL")


class LookupKind(ReferenceKind, abstract=True):
    """A kind of rule that looks rows up in other frames.

    Attributes:
        columns: The columns that name a row that fails.
    """

    __slots__ = ()
    columns: tuple[str, ...]

    def columns_of(self, reference: str) -> tuple[str, ...]:
        """Return the columns that it reads of a reference."""
        raise NotImplementedError

    def failing(self, rows: nw.LazyFrame[Any], references: Mapping[str, ReferenceTable]) -> nw.LazyFrame[Any]:
        """Return the rows that fail.

        Args:
            rows: The frame that is checked.
            references: The frames that the rule names.

        Returns:
            Those of `rows` that break the rule, with all their columns.
        """
        raise NotImplementedError


class KeyKind(ReferenceKind, abstract=True):
    """A kind of rule about keys that a frame has and another has not, either way.

    Attributes:
        columns: The columns of the key.
        reference: The frame that is compared with.
        known: A frame of keys that may differ, with the same columns; empty where there is none.
    """

    __slots__ = ()
    columns: tuple[str, ...]
    reference: str
    known: str

    def failure(self, snapshot: str, key: Row, came: bool) -> Failure:
        """Return what is wrong with a key.

        Args:
            snapshot: The name of the snapshot; empty where the frame is one.
            key: The values of the key by column.
            came: Whether the frame has it and the reference does not; else the other way round.
        """
        raise NotImplementedError


class CountKind(ReferenceKind, abstract=True):
    """A kind of rule that compares the number of rows of frames."""

    __slots__ = ()

    def failure(self, snapshot: str, here: int, counts: Mapping[str, int]) -> Failure | None:
        """Return what is wrong with the numbers of rows of a snapshot, or None.

        Args:
            snapshot: The name of the snapshot; empty where the frame is one.
            here: The number of rows of the frame that is checked.
            counts: The numbers of rows of the references, by name.

        Returns:
            The failure, or None where the rule holds.
        """
        raise NotImplementedError


class DocumentPart(RuleKind, abstract=True):
    """A kind of requirement on a document's facts: see `khrop.model.document_rules.FactRule`."""

    __slots__ = ()
    not_expected: ClassVar[str] = (
        "it compares what the document's prose or totals row claims, which is judged as it is read"
    )

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts without which it is not run; it fails where one of them cannot be read."""
        return ()

    @property
    def given(self) -> tuple[tuple[str, ...], ...]:
        """Further facts without which it is not run, one of each group."""
        return ()

    def holds(self, known: Known) -> bool:
        """Return whether the requirement is met.

        Args:
            known: The document's facts by name.
        """
        raise NotImplementedError

    def expected(self, known: Known) -> Any:
        """Return what the fact should be; None where that is not known."""
        return None

    def implied(self, known: Known) -> Known:
        """Return the facts that follow from others, where the requirement is met; by default none."""
        return {}


def kinds_of(base: type[Kind]) -> dict[str, type[Kind]]:
    """Return the kinds that derive from a base, by name."""
    return {name: kind for name, kind in _KINDS.items() if issubclass(kind, base)}
