"""Rules as SQL: for each a query of what breaks it, one row a violation, as `khrop.check` counts them.

Here belong the parts of a query that depend on the contract; what a kind of rule selects belongs to the kind, and how
formulas and names are written in `khrop.export.sql_formula`. No table holds what a document says, so rules about that
have a reason instead of a query.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from khrop.engine.compiling.compiled import Built, built_rules
from khrop.engine.compiling.declared import Kind, columns_of
from khrop.engine.compiling.row_rules import RowRule
from khrop.export.sql_formula import Dialect, Printer, literal, name
from khrop.expressions.formula import Call, Column
from khrop.model.grouping import Aggregate
from khrop.model.rule import PREVIOUS, options_of
from khrop.vocabulary.kinds import GroupKind, ReferenceKind
from khrop.vocabulary.query_writer import NotInSql

PREVIOUS_TABLE = "previous"


@dataclass(frozen=True, slots=True)
class Query:
    """The query of what breaks a rule, a row a violation.

    Attributes:
        built: The rule.
        sql: The query; empty where there is none.
        reason: Why there is none.
    """

    built: Built
    sql: str = ""
    reason: str = ""


def queries(contract: type, table: str, dialect: Dialect = "duckdb") -> tuple[Query, ...]:
    """Return a query for each rule of a contract, those of its fields first.

    Args:
        contract: The contract.
        table: The table as SQL: a quoted name, or a placeholder.
        dialect: The dialect of SQL.

    Returns:
        The queries, in the order of the rules.
    """
    writer = Writer(contract, table, dialect)
    return tuple(writer.query(built) for built in built_rules(contract, None))


EXACT = re.compile(r"decimal(?:128)?\((\d+), (\d+)\)", re.IGNORECASE)
"""The name of a type of decimals with its digits."""


def kinds_in_sql(contract: type) -> dict[str, Kind]:
    """Return what the columns of a contract hold; decimals are exact as integers are, and are never NaN."""
    types = {name: str(column.dtype) for name, column in contract.to_schema().columns.items()}  # type: ignore[attr-defined]
    return {c: "integer" if EXACT.match(types[c]) else declared.kind for c, declared in columns_of(contract).items()}


def kept_condition(rule: RowRule, printer: Printer) -> str:
    """Return the condition that a row keeps a rule, which is never null.

    A null in a required column fails the row, a null in a skipped column lets it pass, else the formula decides.

    Args:
        rule: The rule.
        printer: The printer of formulas.

    Returns:
        The condition as SQL.

    Raises:
        NotInSql: SQL cannot express the rule.
    """
    if rule.formula is None:
        raise NotInSql("an expression that is no formula of its row")
    conditions = [f"{printer.column(column)} IS NOT NULL" for column in rule.required]
    if (
        conditions
        and len(rule.columns) == 1
        and rule.formula == Call("__invert__", (Call("is_null", (Column(rule.columns[0]),)),))
    ):
        return " AND ".join(conditions) or "TRUE"
    if not rule.skipped:
        return " AND ".join([*conditions, printer.true(rule.formula, " AND ")])
    skipped = [f"{printer.column(column)} IS NULL" for column in rule.skipped]
    decided = " OR ".join([*skipped, printer.true(rule.formula, " OR ")])
    return " AND ".join([*conditions, f"({decided})"]) if conditions else decided


@dataclass(frozen=True, slots=True)
class Writer:
    """The parts of queries on the table of a contract: see `khrop.vocabulary.query_writer.QueryWriter`."""

    contract: type
    table: str
    dialect: Dialect

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What the columns hold, by name."""
        return kinds_in_sql(self.contract)

    @property
    def printer(self) -> Printer:
        """The printer of formulas on the table."""
        return Printer(self.kinds, self.dialect)

    @property
    def snapshot(self) -> str | None:
        """The column that distinguishes snapshots, where the contract has it."""
        column = options_of(self.contract).snapshot
        return column if column in self.kinds else None

    def query(self, built: Built) -> Query:
        """Return the query of a rule, or why there is none."""
        try:
            return Query(built, self._sql(built))
        except NotInSql as reason:
            return Query(built, reason=str(reason))

    def _sql(self, built: Built) -> str:
        what = built.what
        if built.rule.scope == "document":
            raise NotInSql("it is about the document, of which a table says nothing")
        if isinstance(what, RowRule):
            return self._rows(what) if built.rule.scope == "row" else self._compared_rows(what)
        if not isinstance(what, (GroupKind, ReferenceKind)):
            raise NotInSql("it is code")
        return what.sql(self._without_nulls(built.rule.skip_null))

    def _without_nulls(self, columns: Sequence[str]) -> Writer:
        """Return the writer for the rows in which some columns are not null."""
        if not columns:
            return self
        present = " AND ".join(f"{self.printer.column(column)} IS NOT NULL" for column in columns)
        return replace(self, table=f"(SELECT * FROM {self.table} WHERE {present})")

    def _rows(self, rule: RowRule) -> str:
        return f"SELECT * FROM {self.table}\nWHERE NOT ({kept_condition(rule, self.printer)})"

    def _compared_rows(self, rule: RowRule) -> str:
        kept_rows = kept_condition(rule, Printer(self.kinds, self.dialect, self.compared))
        return f"SELECT t.* {self.previous_rows()}\nWHERE NOT ({kept_rows})"

    name = staticmethod(name)
    literal = staticmethod(literal)

    def column(self, column: str) -> str:
        """Return the value of a column; NaN is a null."""
        return self.printer.column(column)

    def compared(self, column: str) -> str:
        """Return the value of a column of `previous_rows`; that of the previous return for `previous_<column>`."""
        old = column.startswith(PREVIOUS) and column not in self.kinds
        plain = column.removeprefix(PREVIOUS) if old else column
        return self.printer.value(f"{'p' if old else 't'}.{name(plain)}", plain)

    def previous_rows(self) -> str:
        """Return `FROM`: the rows, as `t`, joined with those of the previous return of the same key, as `p`."""
        same = [f"t.{key} = p.{key}" for key in map(name, options_of(self.contract).key)]
        if self.snapshot:
            column = name(self.snapshot)
            single = f"(SELECT COUNT(DISTINCT {column}) FROM {self.table}) <= 1"
            same.append(f"(t.{column} IS NOT DISTINCT FROM p.{column} OR {single})")
        return f"FROM {self.table} AS t JOIN {name(PREVIOUS_TABLE)} AS p ON {' AND '.join(same)}"

    def by(self, *columns: str) -> list[str]:
        """Return the columns to group by: the snapshot's, and these."""
        return [self.column(c) for c in (*([self.snapshot] if self.snapshot else []), *columns)]

    def values(self, column: str) -> str:
        """Return the common table expression `judged (snapshot, value)` of a column."""
        snapshot = name(self.snapshot) if self.snapshot else "CAST(NULL AS TEXT)"
        return f"judged (snapshot, value) AS (SELECT {snapshot}, {self.column(column)} FROM {self.table})"

    def groups(self, keys: Sequence[str], names: Sequence[str], figures: Sequence[str]) -> str:
        """Return the query of figures of each group.

        Args:
            keys: The rule's own columns to group by.
            names: The names in the result of the columns that are grouped by.
            figures: Aggregates as SQL, each with its name.

        Returns:
            A query of a row a group. An empty table is one group, where the rule has no keys of its own.
        """
        by = self.by(*keys)
        columns = [f"{column} AS {name(new)}" for column, new in zip(by, names, strict=True)]
        group = f" GROUP BY {', '.join(by)}" if by else ""
        query = f"SELECT {', '.join([*columns, *figures])} FROM {self.table}{group}"
        if keys or not self.snapshot:
            return query
        return f"{query} UNION ALL SELECT {', '.join(['NULL', *figures])} FROM {self.table} HAVING COUNT(*) = 0"

    def failing_groups(self, rule: GroupKind) -> str:
        """Return the query of the groups for which a rule's `keeps` is not true."""
        names = [*([self.snapshot] if self.snapshot else []), *rule.keys]
        figures = [f"{self._aggregate(a)} AS {name(figure)}" for figure, a in rule.aggregates.items()]
        groups = self.groups(rule.keys, names, figures)
        assert rule.keeps is not None
        keeps = Printer({}, self.dialect).formula(rule.keeps)
        return f"SELECT * FROM ({groups}) AS g\nWHERE NOT COALESCE({keeps}, FALSE)"

    def _aggregate(self, aggregate: Aggregate) -> str:
        if aggregate.of == "rows":
            return "COUNT(*)"
        column = self.column(aggregate.column)
        if aggregate.of == "true":
            return f"COUNT(CASE WHEN {column} THEN 1 END)"
        if aggregate.of == "different":
            return f"COUNT(DISTINCT {column}) + MAX(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)"
        if aggregate.of == "sum":
            return f"COALESCE(SUM({column}), 0)"
        return f"{aggregate.of.upper()}({column})"


def in_a_comment(texts: Sequence[str]) -> str:
    """Return texts as a comment of one line, whatever characters they have."""
    return "-- " + "".join(c if c.isprintable() else " " for c in " ".join(texts))
