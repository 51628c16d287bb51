"""Two datasets that count the same, compared: `mart.reconciliation`.

A dataset of single things declares which dataset it reconciles with, the column that both have, and for each measure of
the other the aggregate of its own rows that must equal it. The current rows of a campaign and day are compared with
those of the campaign that it names, on the same day or else the nearest within a number of days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.datasets import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MART = "reconciliation"
TABLE = f"mart.{MART}"
COLUMNS = {
    "dataset": ("VARCHAR", "the dataset whose rows are counted (core.dataset)"),
    "campaign_id": ("VARCHAR", "its campaign"),
    "as_of": ("DATE", "its day"),
    "other": ("VARCHAR", "the dataset that it is compared with"),
    "other_campaign_id": ("VARCHAR", "the campaign of that dataset"),
    "other_as_of": ("DATE", "the day of that dataset: the same, or else the nearest"),
    "key": ("VARCHAR", "what both count by, such as a province's code"),
    "measure": ("VARCHAR", "the column of the other dataset"),
    "counted": ("BIGINT", "what the rows add up to; null where there are none"),
    "stated": ("BIGINT", "what the other dataset states; null where it has no such row"),
    "difference": ("BIGINT", "counted − stated, a missing side as 0"),
    "explained_by": (
        "VARCHAR[]", "the rows that could explain the difference: those that changed between the two days, by name",
    ),
}  # fmt: skip
"""The columns of the table, with their types and meanings."""
ABOUT = (
    "Datasets that count the same, compared by key and measure: a row for each, whether or not they agree. Current"
    " accepted returns alone."
)


@dataclass(frozen=True)
class Reconciliation:
    """What a dataset declares of another that counts the same.

    Attributes:
        dataset: The other dataset.
        by: The column that both have.
        measures: The columns of the other, each with the SQL aggregate over rows of this dataset that it must equal.
        within_days: How far the days of the two may be apart.
        changed_on: The column of dates on which a row changed, if any; rows that changed between the two days could
            explain a difference.
        key: The columns that name a row.
        label: The column by which people name a row.
    """

    dataset: str
    by: str
    measures: Mapping[str, str]
    within_days: int
    changed_on: str
    key: tuple[str, ...]
    label: str


def build(connection: DuckDBPyConnection, declared: Mapping[str, tuple[Reconciliation, Mapping[str, str]]]) -> int:
    """Rebuild the table.

    Args:
        connection: The warehouse, for writing.
        declared: By dataset its reconciliation, and the campaigns of the other by campaign of its own.

    Returns:
        The number of rows that differ.

    Raises:
        duckdb.Error: Where an aggregate cannot be computed.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS mart")
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    connection.execute(f"CREATE OR REPLACE TABLE {TABLE} ({columns})")
    for statement in comments():
        connection.execute(statement)
    for dataset, (reconciliation, campaigns) in declared.items():
        pairs = [list(campaigns), list(campaigns.values())]
        connection.execute(f"INSERT INTO {TABLE} {query(dataset, reconciliation)}", pairs)
    ((differing,),) = connection.execute(f"SELECT count(*) FROM {TABLE} WHERE difference <> 0").fetchall()
    return int(differing)


def comments() -> list[str]:
    """Return the COMMENT statements of the table and its columns."""
    return [
        f"COMMENT ON TABLE {TABLE} IS {quoted(ABOUT)}",
        *(f"COMMENT ON COLUMN {TABLE}.{name} IS {quoted(text)}" for name, (_, text) in COLUMNS.items()),
    ]


def query(dataset: str, declared: Reconciliation) -> str:
    """Return the SELECT that compares a dataset; its parameters are its campaigns, and those of the other dataset."""
    measures = list(declared.measures)
    here = ", ".join(f"CAST({sql} AS BIGINT) AS {name}" for name, sql in declared.measures.items())
    there = ", ".join(f"CAST({name} AS BIGINT) AS {name}" for name in measures)
    by = f"CAST({declared.by} AS VARCHAR)"
    return f"""
WITH campaigns AS (SELECT unnest(?) AS campaign_id, unnest(?) AS other_campaign_id),
own AS (SELECT * FROM core.{dataset}_current WHERE campaign_id IN (SELECT campaign_id FROM campaigns)),
days AS (
    -- Of each day of the rows the nearest day of the other dataset; of two as near, the earlier.
    SELECT own_days.campaign_id, own_days.as_of, other_campaign_id, other_days.as_of AS other_as_of
    FROM (SELECT DISTINCT campaign_id, as_of FROM own) AS own_days
    INNER JOIN campaigns USING (campaign_id)
    INNER JOIN (SELECT DISTINCT campaign_id, as_of FROM core.{declared.dataset}_current) AS other_days
        ON other_days.campaign_id = other_campaign_id
        AND abs(date_diff('day', other_days.as_of, own_days.as_of)) <= {declared.within_days}
    QUALIFY row_number() OVER (
        PARTITION BY own_days.campaign_id, own_days.as_of
        ORDER BY abs(date_diff('day', other_days.as_of, own_days.as_of)), other_days.as_of
    ) = 1
),
counted AS (
    UNPIVOT (SELECT campaign_id, as_of, {by} AS key, {here} FROM own GROUP BY ALL)
    ON {", ".join(measures)} INTO NAME measure VALUE counted
),
stated AS (
    UNPIVOT (SELECT campaign_id, as_of, {by} AS key, {there} FROM core.{declared.dataset}_current)
    ON {", ".join(measures)} INTO NAME measure VALUE stated
),
compared AS (
    SELECT days.*, c.key, c.measure, c.counted, s.stated
    FROM days INNER JOIN counted AS c USING (campaign_id, as_of)
    LEFT JOIN stated AS s ON s.campaign_id = days.other_campaign_id AND s.as_of = days.other_as_of
        AND s.key = c.key AND s.measure = c.measure
    UNION ALL
    SELECT days.*, s.key, s.measure, NULL, s.stated
    FROM days INNER JOIN stated AS s ON s.campaign_id = days.other_campaign_id AND s.as_of = days.other_as_of
    ANTI JOIN counted AS c ON c.campaign_id = days.campaign_id AND c.as_of = days.as_of
        AND c.key = s.key AND c.measure = s.measure
)
SELECT
    {quoted(dataset)}, campaign_id, as_of, {quoted(declared.dataset)}, other_campaign_id, other_as_of, key, measure,
    counted, stated, coalesce(counted, 0) - coalesce(stated, 0) AS difference,
    CASE WHEN difference = 0 THEN [] ELSE {_explanation(dataset, declared)} END
FROM compared
ORDER BY campaign_id, as_of, key, measure"""


def _explanation(dataset: str, declared: Reconciliation) -> str:
    """Return the expression of the rows that changed between the two days, the days themselves among them."""
    if not declared.changed_on:
        return "[]"
    # Of one day the two may have been counted at different hours.
    return (
        f"coalesce((SELECT list({declared.label} ORDER BY {', '.join(declared.key)}) FROM own"
        f" WHERE own.campaign_id = compared.campaign_id AND own.as_of = compared.as_of"
        f" AND CAST(own.{declared.by} AS VARCHAR) = compared.key AND own.{declared.changed_on}"
        " BETWEEN least(compared.as_of, compared.other_as_of) AND greatest(compared.as_of, compared.other_as_of)), [])"
    )


def differences(connection: DuckDBPyConnection, limit: int | None = None) -> Sequence[tuple[object, ...]]:
    """Return the rows that differ, the newest days first; none where nothing was compared yet.

    Args:
        connection: The warehouse.
        limit: The most rows.
    """
    built = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'mart' AND table_name = ?", [MART]
    ).fetchone()
    if built is None:
        return []
    return connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE difference <> 0 ORDER BY as_of DESC, campaign_id, key, measure"
        + (f" LIMIT {limit}" if limit is not None else "")
    ).fetchall()
