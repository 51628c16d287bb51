"""Rules as SQL: for each a query of what breaks it, one row a violation, as `khrop.check` counts them.

Here belongs what a whole rule asks of a table; how formulas and names are written is `khrop.export.sql_formula`. What a
document says is in no table, so rules about that have no query but a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khrop.engine.compiled import Built, built_rules
from khrop.engine.frames import Kind, columns_of
from khrop.engine.row_rules import RowRule
from khrop.export.sql_formula import Dialect, Printer, Unsayable, literal, name
from khrop.expressions.formula import Call, Column
from khrop.model.grouping import Aggregate
from khrop.model.rule import PREVIOUS, options_of
from khrop.vocabulary import (
    ByGroup,
    ConservesRows,
    ContainsExactly,
    ForeignKey,
    LinearSequence,
    NotAllSame,
    PartWhole,
    UniqueKey,
)

PREVIOUS_TABLE = "previous"


@dataclass(frozen=True, slots=True)
class Query:
    """What breaks a rule, a row a violation; where there is no `sql` for it, the `reason`."""

    built: Built
    sql: str = ""
    reason: str = ""


def queries(contract: type, table: str, dialect: Dialect = "duckdb") -> tuple[Query, ...]:
    """A query for each rule of a contract, those of its fields first. `table` is SQL already: a quoted name, or what
    stands for one."""
    asked = Asked(contract, table, dialect)
    return tuple(asked.query(built) for built in built_rules(contract, None))


def kept(rule: RowRule, printer: Printer) -> str:
    """Whether a row keeps a rule, never null: a null in a required column fails it, one in a skipped column spares
    it, else the formula decides."""
    if rule.formula is None:
        raise Unsayable("an expression that is no formula of its row")
    here = [f"{printer.column(column)} IS NOT NULL" for column in rule.required]
    if len(rule.columns) == 1 and rule.formula == Call("__invert__", (Call("is_null", (Column(rule.columns[0]),)),)):
        return " AND ".join(here) or "TRUE"
    if not rule.skipped:
        return " AND ".join([*here, printer.true(rule.formula, " AND ")])
    spared = [f"{printer.column(column)} IS NULL" for column in rule.skipped]
    decided = " OR ".join([*spared, printer.true(rule.formula, " OR ")])
    return " AND ".join([*here, f"({decided})"]) if here else decided


@dataclass(frozen=True, slots=True)
class Asked:
    """What a contract's rules ask of a table."""

    contract: type
    table: str
    dialect: Dialect

    @property
    def kinds(self) -> Mapping[str, Kind]:
        return {column: kind for column, (_, kind) in columns_of(self.contract).items()}

    @property
    def printer(self) -> Printer:
        return Printer(self.kinds, self.dialect)

    @property
    def snapshot(self) -> str | None:
        """The column that tells snapshots apart, where the contract has it."""
        column = options_of(self.contract).snapshot
        return column if column in self.kinds else None

    def query(self, built: Built) -> Query:
        try:
            return Query(built, self._sql(built))
        except Unsayable as reason:
            return Query(built, reason=str(reason))

    def _sql(self, built: Built) -> str:
        what = built.what
        if built.rule.scope == "document":
            raise Unsayable("it is about the document, of which a table says nothing")
        if isinstance(what, RowRule):
            return self._row(what) if built.rule.scope == "row" else self._beside(what)
        writer = _WRITERS.get(type(what))
        if writer is None:
            raise Unsayable("it compares with what the document claims")
        return writer(self, what)

    def _row(self, rule: RowRule) -> str:
        return f"SELECT * FROM {self.table}\nWHERE NOT ({kept(rule, self.printer)})"

    def _previous(self) -> tuple[str, Printer]:
        """The rows beside those of the previous table of the same key, and how both are read."""
        keys = options_of(self.contract).key
        of = "p", "t"
        printer = Printer(self.kinds, self.dialect)

        def beside(column: str) -> str:
            old = column.startswith(PREVIOUS) and column not in self.kinds
            plain = column.removeprefix(PREVIOUS) if old else column
            return printer.value(f"{of[0] if old else of[1]}.{name(plain)}", plain)

        same = [f"t.{name(keys[0])} = p.{name(keys[0])}"]
        if self.snapshot:
            column = name(self.snapshot)
            one = f"(SELECT COUNT(DISTINCT {column}) FROM {self.table}) <= 1"
            same.append(f"(t.{column} IS NOT DISTINCT FROM p.{column} OR {one})")
        joined = f"FROM {self.table} AS t JOIN {name(PREVIOUS_TABLE)} AS p ON {' AND '.join(same)}"
        return joined, Printer(self.kinds, self.dialect, beside)

    def _beside(self, rule: RowRule) -> str:
        joined, printer = self._previous()
        return f"SELECT t.* {joined}\nWHERE NOT ({kept(rule, printer)})"

    def by(self, *columns: str) -> list[str]:
        """The columns to group by: the snapshot's, and these."""
        return [self.printer.column(c) for c in (*([self.snapshot] if self.snapshot else []), *columns)]

    def aggregate(self, asked: Aggregate) -> str:
        """A figure of a group, as `khrop.model.grouping.Aggregate` means it."""
        if asked.of == "rows":
            return "COUNT(*)"
        said = self.printer.column(asked.column)
        if asked.of == "true":
            return f"COUNT(CASE WHEN {said} THEN 1 END)"
        if asked.of == "different":
            return f"COUNT(DISTINCT {said}) + MAX(CASE WHEN {said} IS NULL THEN 1 ELSE 0 END)"
        if asked.of == "sum":
            return f"COALESCE(SUM({said}), 0)"
        return f"{asked.of.upper()}({said})"

    def groups(self, keys: Sequence[str], called: Sequence[str], figures: Sequence[str]) -> str:
        """Figures of each group, the columns that it is of under other names; an empty table is one group, where the
        rule has no keys of its own."""
        by = self.by(*keys)
        named = [f"{said} AS {name(new)}" for said, new in zip(by, called, strict=True)]
        group = f" GROUP BY {', '.join(by)}" if by else ""
        made = f"SELECT {', '.join([*named, *figures])} FROM {self.table}{group}"
        if keys or not self.snapshot:
            return made
        return f"{made} UNION ALL SELECT {', '.join(['NULL', *figures])} FROM {self.table} HAVING COUNT(*) = 0"

    def grouped(self, rule: UniqueKey | ByGroup) -> str:
        """The groups that a rule does not keep."""
        called = [*([self.snapshot] if self.snapshot else []), *rule.keys]
        figures = [f"{self.aggregate(a)} AS {name(figure)}" for figure, a in rule.aggregates.items()]
        printer = Printer({}, self.dialect)
        groups = self.groups(rule.keys, called, figures)
        return f"SELECT * FROM ({groups}) AS g\nWHERE NOT COALESCE({printer.formula(rule.keeps)}, FALSE)"

    def judged(self, column: str) -> str:
        """The values of a column with the snapshot of each, as the first of a query's tables."""
        snapshot = name(self.snapshot) if self.snapshot else "CAST(NULL AS TEXT)"
        return f"judged (snapshot, value) AS (SELECT {snapshot}, {self.printer.column(column)} FROM {self.table})"


def _exactly(asked: Asked, rule: ContainsExactly) -> str:
    listed = ", ".join(f"({literal(value)})" for value in rule.expected)
    # An empty table is one snapshot, in which all is absent.
    snapshots = (
        "snapshots (snapshot) AS (SELECT DISTINCT snapshot FROM judged"
        " UNION ALL SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM judged))"
    )
    return (
        f"WITH {asked.judged(rule.column)},\n"
        f"expected (value) AS (VALUES {listed}),\n{snapshots}\n"
        "SELECT s.snapshot, e.value, 'absent' AS fault FROM snapshots AS s CROSS JOIN expected AS e\n"
        "WHERE NOT EXISTS (SELECT 1 FROM judged AS j"
        " WHERE j.value = e.value AND j.snapshot IS NOT DISTINCT FROM s.snapshot)\n"
        "UNION ALL SELECT snapshot, value, CASE WHEN value IS NULL THEN 'unknown' ELSE 'extra' END FROM judged\n"
        "WHERE value IS NULL OR value NOT IN (SELECT value FROM expected)\n"
        "UNION ALL SELECT snapshot, value, 'doubled' FROM (SELECT snapshot, value,"
        " ROW_NUMBER() OVER (PARTITION BY snapshot, value ORDER BY value) AS nth FROM judged) AS n\n"
        "WHERE nth > 1 AND value IN (SELECT value FROM expected)"
    )


def _sequence(asked: Asked, rule: LinearSequence) -> str:
    first = rule.start
    return (
        f"WITH {asked.judged(rule.column)},\n"
        f"due (snapshot, number) AS (SELECT snapshot, {first} - 1 + ROW_NUMBER() OVER (PARTITION BY snapshot"
        " ORDER BY value) FROM judged),\n"
        "told (snapshot, value, times, last) AS (SELECT j.snapshot, j.value, COUNT(*),"
        " (SELECT MAX(d.number) FROM due AS d WHERE d.snapshot IS NOT DISTINCT FROM j.snapshot)"
        " FROM judged AS j GROUP BY j.snapshot, j.value)\n"
        "SELECT snapshot, number, 'absent' AS fault FROM due AS d WHERE NOT EXISTS (SELECT 1 FROM judged AS j"
        " WHERE j.value = d.number AND j.snapshot IS NOT DISTINCT FROM d.snapshot)\n"
        "UNION ALL SELECT snapshot, value, CASE WHEN value IS NULL THEN 'none' WHEN times > 1 THEN 'doubled'"
        " ELSE 'outside' END FROM told\n"
        f"WHERE value IS NULL OR times > 1 OR value < {first} OR value > last OR value <> FLOOR(value)"
    )


def _parts(asked: Asked, rule: PartWhole) -> str:
    label = name(rule.labels)
    whole = f"{label} = {literal(rule.whole)}"
    part = f"{label} IN ({', '.join(map(literal, rule.part))})" if rule.part else f"{label} <> {literal(rule.whole)}"
    by = asked.by(*rule.by)
    figures = [f"COUNT(CASE WHEN {whole} THEN 1 END) AS wholes"]
    for n, value in enumerate(rule.values):
        said = asked.printer.column(value)
        figures.append(f"SUM(CASE WHEN {whole} THEN {said} END) AS whole_{n}")
        figures.append(f"COALESCE(SUM(CASE WHEN {part} THEN {said} END), 0) AS part_{n}")
    keys = [f"by_{n}" for n in range(len(by))]
    told = [(rule.labels, "wholes <> 1")]
    told += [
        (value, f"wholes = 1 AND (whole_{n} IS NULL OR ABS(whole_{n} - part_{n}) > {rule.tolerance!r})")
        for n, value in enumerate(rule.values)
    ]
    selects = [
        f"SELECT {', '.join([*keys, f'{literal(column)} AS column_name'])} FROM sums WHERE {where}"
        for column, where in told
    ]
    return f"WITH sums AS ({asked.groups(rule.by, keys, figures)})\n" + "\nUNION ALL ".join(selects)


def _all_same(asked: Asked, rule: NotAllSame) -> str:
    joined, printer = asked._previous()
    changed = " OR ".join(f"{printer.column(c)} <> {printer.column(PREVIOUS + c)}" for c in rule.columns)
    snapshot = f"t.{name(asked.snapshot)}" if asked.snapshot else ""
    group = f" GROUP BY {snapshot}" if snapshot else ""
    chosen = f"{snapshot}, " if snapshot else ""
    return (
        f"SELECT {chosen}COUNT(*) AS rows_that_are_the_same {joined}{group}\n"
        f"HAVING COUNT(*) > 0 AND COUNT(CASE WHEN {changed} THEN 1 END) = 0"
    )


def _strangers(asked: Asked, rule: ForeignKey) -> str:
    same = " AND ".join(
        f"r.{name(there)} = t.{name(here)}" for here, there in zip(rule.columns, rule.columns_there, strict=True)
    )
    return (
        f"SELECT t.* FROM {asked.table} AS t\nWHERE NOT EXISTS (SELECT 1 FROM {name(rule.reference)} AS r WHERE {same})"
    )


def _conserved(asked: Asked, rule: ConservesRows) -> str:
    if asked.snapshot:
        raise Unsayable("whether the other tables tell the same snapshots apart is not said in the contract")
    here = [asked.table, *map(name, rule.also)]
    counted = " + ".join(f"(SELECT COUNT(*) FROM {table})" for table in here)
    return (
        f"SELECT * FROM (SELECT {counted} AS here, (SELECT COUNT(*) FROM {name(rule.of)}) AS there) AS c\n"
        "WHERE here <> there"
    )


def _grouped(asked: Asked, rule: UniqueKey | ByGroup) -> str:
    return asked.grouped(rule)


_WRITERS: dict[type, Callable[[Asked, Any], str]] = {
    UniqueKey: _grouped, ByGroup: _grouped, ContainsExactly: _exactly, LinearSequence: _sequence, PartWhole: _parts,
    NotAllSame: _all_same, ForeignKey: _strangers, ConservesRows: _conserved,
}  # fmt: skip


def in_a_comment(texts: Sequence[str]) -> str:
    """Texts as a comment of one line, whatever they hold."""
    return "-- " + "".join(c if c.isprintable() else " " for c in " ".join(texts))
