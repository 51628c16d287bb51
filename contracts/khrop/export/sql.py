"""A contract as SQL: a table with the rules as constraints, and for each rule a query of what breaks it.

Here belong the order and the layout of the statements. The SQL is standard and runs on DuckDB and PostgreSQL; they
differ in patterns (`regexp_matches` and `~`), which the dialect chooses, and in that PostgreSQL compares texts by the
database's collation and reads numbers with an exponent as decimals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast, get_args

from khrop.description.from_contract import require_no_losses, without_rules
from khrop.description.statements import limit_text
from khrop.engine.compiling.declared import Kind, kind_of, schema_of
from khrop.engine.compiling.row_rules import RowRule
from khrop.export.sql_formula import Dialect, Printer, name
from khrop.export.sql_rules import EXACT, Query, in_a_comment, kept_condition, kinds_in_sql, queries
from khrop.model.rule import options_of
from khrop.vocabulary.query_writer import NotInSql

_TYPES: dict[Kind, str] = {
    "integer": "BIGINT", "number": "DOUBLE PRECISION", "text": "TEXT", "boolean": "BOOLEAN", "date": "DATE",
    "moment": "TIMESTAMP", "other": "TEXT",
}  # fmt: skip


def to_sql(contract: type, table: str = "returns", dialect: str = "duckdb") -> str:
    """Return a contract as statements of SQL.

    They are `CREATE TABLE`, in which rules about rows of severity error are constraints, and for each rule a `SELECT`
    of what breaks it, one row a violation. Rules that compare with the previous return read it from the table
    `previous`, others the table that they name. The parameters are the contract's own. A rule that SQL cannot express
    is named in a comment, with the reason.

    Args:
        contract: The contract.
        table: The name of the table.
        dialect: `duckdb` or `postgres`.

    Returns:
        The statements.

    Raises:
        ValueError: The dialect is not known, or the table has no name.
        NotExportable: The contract has what neither SQL nor a comment holds, such as a parser.
    """
    if dialect not in get_args(Dialect):
        raise ValueError(f"no dialect is called {dialect!r}; there are {', '.join(get_args(Dialect))}")
    if not table:
        raise ValueError("a table needs a name")
    require_no_losses(contract)
    sql_dialect = cast(Dialect, dialect)
    written = queries(contract, name(table), sql_dialect)
    head = in_a_comment(
        [f"{contract.__name__} {options_of(contract).version}:", (contract.__doc__ or "").strip().split("\n")[0]]
    )
    for text in _not_in_sql(contract):
        head += "\n" + in_a_comment([f"not in SQL: {text}"])
    return "\n\n".join([f"{head}\n{_create(contract, table, sql_dialect, written)}", *map(_statement, written)]) + "\n"


def _not_in_sql(contract: type) -> Iterator[str]:
    """Yield the options of Pandera that a table does not have. A table has just its columns, in their order."""
    description = without_rules(contract)
    for option, value in description.config.items():
        if option != "ordered" and (option, value) != ("strict", True):
            yield f"{option} = {value}"
    for column in description.fields:
        options = {key: getattr(column, key) for key in ("coerce", "categories", "ordered", "metadata", "on_missing")}
        options |= {"default": column.default, "ignore_na": None if column.ignore_na else "no"}
        for option, value in options.items():
            if value not in (None, False, ""):
                yield f"{option} of {column.name}: {limit_text(value)}"


def _create(contract: type, table: str, dialect: Dialect, written: tuple[Query, ...]) -> str:
    schema = schema_of(contract)
    lines = [f"{name(column)} {_type(field)}" for column, field in schema.columns.items()]
    lines += _constraints(written, Printer(kinds_in_sql(contract), dialect))
    return f"CREATE TABLE {name(table)} (\n    " + ",\n    ".join(lines) + "\n);"


def _type(column: Any) -> str:
    dtype = str(column.dtype)
    sql = _TYPES[kind_of(column.dtype)]
    if dtype.startswith("datetime"):
        sql = "TIMESTAMP WITH TIME ZONE" if "," in dtype else "TIMESTAMP"
    elif digits := EXACT.match(dtype):
        sql = f"DECIMAL({digits[1]}, {digits[2]})"
    # A column that a frame may lack is a column of the table, and empty.
    return sql if column.nullable or not column.required else f"{sql} NOT NULL"


def _constraints(written: tuple[Query, ...], printer: Printer) -> Iterator[str]:
    names: set[str] = set()
    for query in written:
        rule, what = query.built.rule, query.built.what
        if not isinstance(what, RowRule) or rule.scope != "row" or rule.severity != "error" or rule.id == "not-null":
            continue
        try:
            holds = kept_condition(what, printer)
        except NotInSql:
            continue
        constraint = rule.id if rule.id not in names else f"{rule.id} {what.columns[0]}"
        while constraint in names:
            constraint += "'"
        names.add(constraint)
        yield f"CONSTRAINT {name(constraint)} CHECK ({holds})"


def _statement(query: Query) -> str:
    rule = query.built.rule
    lines = [in_a_comment([f"{rule.id} ({rule.severity}): {rule.summary}"])]
    lines.append(f"{query.sql};" if query.sql else in_a_comment([f"not in SQL: {query.reason}."]))
    return "\n".join(lines)
