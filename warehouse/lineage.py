"""Where each column of a mart comes from: the columns of `core` that its figures are computed from.

Stored in `lineage.json` beside the marts, so that nothing parses SQL when a mart is built; `make docs` derives it from
the SQL again, and a test compares the two. A column that only counts rows has no sources; marts without the file have
no lineage.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehouse.datasets import DatasetTables
from warehouse.meaning import meaning_for

FILE = "lineage.json"


def lineage_of(tables: DatasetTables, mart: str) -> dict[str, list[tuple[str, str]]]:
    """Return the lineage of a mart.

    Args:
        tables: The dataset that the mart belongs to.
        mart: Its name, without schema.

    Returns:
        For each column of the mart its source columns as (table, column); empty where there is no lineage.
    """
    lineage_by_mart = _stored_lineage(tables.marts) if tables.marts else {}
    return {column: [_split(name) for name in names] for column, names in lineage_by_mart.get(mart, {}).items()}


def as_markdown(tables: DatasetTables, mart: str) -> str:
    """Return the lineage of a mart as a Markdown table; empty where there is none."""
    lines = ["| column | comes from |", "| --- | --- |"]
    for column, sources in lineage_of(tables, mart).items():
        names = ", ".join(f"`{table}.{name}`" for table, name in sources)
        lines.append(f"| `{column}` | {names or 'a count of rows'} |")
    return "\n".join(lines) if len(lines) > 2 else ""


@lru_cache(maxsize=16)
def _stored_lineage(marts: Path) -> dict[str, dict[str, list[str]]]:
    file = marts / FILE
    lineage: dict[str, dict[str, list[str]]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return lineage


def _split(name: str) -> tuple[str, str]:
    table, column = name.rsplit(".", 1)
    return table, column


def parsed(tables: DatasetTables) -> str:
    """Derive the lineage of all marts of a dataset from their SQL.

    Args:
        tables: The dataset.

    Returns:
        The text of `lineage.json`.

    Raises:
        ModuleNotFoundError: Without sqlglot, a tool that is not part of the application.
    """
    meaning = meaning_for((tables,))
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table in (f"{tables.table}_current", "core.campaign"):
        where, name = table.split(".")
        schema.setdefault(where, {})[name] = {column: kind for column, kind, _ in meaning.columns_of(table)}
    lineage = {
        mart: {c: _sources(c, tables.sql_of(mart), schema) for c, _, _ in meaning.columns_of(f"mart.{mart}")}
        for mart in tables.mart_names
    }
    return json.dumps(lineage, indent=1) + "\n"


def write(tables: DatasetTables) -> None:
    """Write `lineage.json` beside a dataset's marts."""
    assert tables.marts is not None
    (tables.marts / FILE).write_text(parsed(tables), encoding="utf-8", newline="\n")


def _sources(column: str, sql: str, schema: dict[str, Any]) -> list[str]:
    from sqlglot import exp
    from sqlglot.lineage import lineage

    sources = set()
    for node in lineage(column, sql, schema=schema, dialect="duckdb").walk():
        table = node.expression
        if not node.downstream and isinstance(table, exp.Table):
            sources.add(f"{table.db}.{table.name}.{node.name.rsplit('.', 1)[-1]}")
    return sorted(sources)
