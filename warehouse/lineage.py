"""Where each column of a mart comes from: the columns of `core` that its figures are reckoned from.

Kept in `marts/lineage.json`, so that nothing has to parse SQL when a mart is built; `make docs` reads it off the SQL
anew, and a test holds it against that. A column that only counts rows comes from none.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from warehouse.tables import MART_NAMES, MARTS, sql_of

FILE = MARTS / "lineage.json"
SOURCES = ("core.province_progress_current", "core.campaign")


def lineage_of(mart: str) -> dict[str, list[tuple[str, str]]]:
    """Of each column of a mart, the columns it comes from, as (table, column)."""
    return {column: [_split(name) for name in names] for column, names in _kept()[mart].items()}


def as_markdown(mart: str) -> str:
    """The same as a table for people."""
    lines = ["| column | comes from |", "| --- | --- |"]
    for column, sources in lineage_of(mart).items():
        told = ", ".join(f"`{table}.{name}`" for table, name in sources)
        lines.append(f"| `{column}` | {told or 'a count of rows'} |")
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _kept() -> dict[str, dict[str, list[str]]]:
    told: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return told


def _split(name: str) -> tuple[str, str]:
    table, column = name.rsplit(".", 1)
    return table, column


def parsed() -> str:
    """What the file should say, read off the marts' SQL by sqlglot (of the tools, not of the application)."""
    from warehouse.meaning import columns_of

    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table in SOURCES:
        where, name = table.split(".")
        schema.setdefault(where, {})[name] = {column: kind for column, kind, _ in columns_of(table)}
    told = {
        mart: {column: _sources(column, sql_of(mart), schema) for column, _, _ in columns_of(f"mart.{mart}")}
        for mart in MART_NAMES
    }
    return json.dumps(told, indent=1) + "\n"


def _sources(column: str, sql: str, schema: dict[str, Any]) -> list[str]:
    from sqlglot import exp
    from sqlglot.lineage import lineage

    found = set()
    for node in lineage(column, sql, schema=schema, dialect="duckdb").walk():
        table = node.expression
        if not node.downstream and isinstance(table, exp.Table):
            found.add(f"{table.db}.{table.name}.{node.name.rsplit('.', 1)[-1]}")
    return sorted(found)


if __name__ == "__main__":
    FILE.write_text(parsed(), encoding="utf-8", newline="\n")
