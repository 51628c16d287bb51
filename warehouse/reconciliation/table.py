"""Two datasets that count the same, compared: `mart.reconciliation`.

A dataset of single things declares which dataset it reconciles with, the column that both have, and for each measure of
the other the aggregate of its own rows that must equal it. The current rows of a campaign and day are compared with
those of the campaign that it names, on the same day or else the nearest within a number of days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from warehouse import marts, parts
from warehouse.datasets import DatasetTables, known, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MART = "reconciliation"
TABLE = f"mart.{MART}"
ROWS = "count(*)"
COLUMNS = {
    "dataset": ("VARCHAR", "the dataset whose rows are counted (core.dataset)"),
    "campaign_id": ("VARCHAR", "its campaign"),
    "as_of": ("DATE", "its day"),
    "other": ("VARCHAR", "the dataset that it is compared with"),
    "other_campaign_id": ("VARCHAR", "the campaign of that dataset"),
    "other_as_of": ("DATE", "the day of that dataset: the same, or else the nearest"),
    "key": ("VARCHAR", "what both count by, such as a province's code"),
    "name": ("VARCHAR", "the name of the key in Thai; the key itself where it has none"),
    "measure": ("VARCHAR", "the column of the other dataset"),
    "counted": ("BIGINT", "what the rows add up to; null where there are none"),
    "stated": ("BIGINT", "what the other dataset states; null where it has no such row"),
    "difference": ("BIGINT", "counted − stated, a missing side as 0"),
    "explained_by": (
        "VARCHAR[]", "the rows that could explain the difference: those that changed between the two days, by name",
    ),
    "explained": (
        "BOOLEAN", "whether there is no difference, or the days differ and as many rows changed between them",
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
        measures: Columns of the other, each with the SQL aggregate over rows of this dataset that it must equal.
        within_days: How far the days of the two may be apart.
        changed_on: The column of dates on which a row changed, if any; rows that changed between the two days could
            explain a difference.
        key: The columns that name a row.
        label: The column by which people name a row.
        by_province: Whether `by` is the code of a province (core.province).
    """

    dataset: str
    by: str
    measures: tuple[tuple[str, str], ...]
    within_days: int
    changed_on: str
    key: tuple[str, ...]
    label: str
    by_province: bool = False


def build(
    connection: DuckDBPyConnection, datasets: Iterable[DatasetTables], states: Mapping[str, str] | None = None
) -> int:
    """Bring the table up to date.

    Args:
        connection: The warehouse, for writing.
        datasets: All datasets; those that declare a reconciliation are compared.
        states: The states of the campaigns (see `warehouse.parts`): campaigns that did not change, and whose other did
            not, are not compared again. Without, all are.

    Returns:
        The number of rows.

    Raises:
        duckdb.Error: Where an aggregate cannot be computed.
    """
    stored = {dataset.dataset for dataset in known(connection)}
    declared = {
        tables.dataset: tables.reconciles_with
        for tables in datasets
        if tables.reconciles_with and {tables.dataset, tables.reconciles_with.dataset} <= stored
    }
    pairs = [
        (dataset, campaign, other)
        for dataset, campaign, other in connection.execute(
            "SELECT dataset, campaign_id, reconciles_with FROM core.campaign WHERE reconciles_with <> '' ORDER BY ALL"
        ).fetchall()
        if dataset in declared and (states is None or campaign in states)
    ]

    def create() -> None:
        columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
        connection.execute(f"CREATE OR REPLACE TABLE {TABLE} ({columns})")
        for statement in comments():
            connection.execute(statement)
        add([campaign for _, campaign, _ in pairs])

    def add(campaigns: Sequence[str]) -> None:
        for dataset, agreed in declared.items():
            of_dataset = {c: other for name, c, other in pairs if name == dataset and c in campaigns}
            if of_dataset:
                connection.execute(f"INSERT INTO {TABLE} {query(dataset, agreed, of_dataset)}")

    made_from = {c: f"{states[c]} {states.get(other)} {version()}" for _, c, other in pairs} if states else None
    return marts.refresh(connection, MART, made_from, create, add)


def version() -> str:
    """Return a text that changes with the table: its columns, and the query that compares."""
    text = f"{COLUMNS}{query('', Reconciliation('', '', (), 0, 'changed_on', (), ''), {'': ''})}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def comments() -> list[str]:
    """Return the COMMENT statements of the table and its columns."""
    return [
        f"COMMENT ON TABLE {TABLE} IS {quoted(ABOUT)}",
        *(f"COMMENT ON COLUMN {TABLE}.{name} IS {quoted(text)}" for name, (_, text) in COLUMNS.items()),
    ]


def query(dataset: str, declared: Reconciliation, campaigns: Mapping[str, str]) -> str:
    """Return the SELECT that compares a dataset with the other.

    Args:
        dataset: The dataset.
        declared: What it declares.
        campaigns: The campaigns that are compared, each with that of the other.
    """
    listed = ", ".join(f"({quoted(name)}, {quoted(other)})" for name, other in campaigns.items())
    measures = [name for name, _ in declared.measures]
    name = (
        "coalesce((SELECT name_th FROM core.province WHERE province_code = key), key)"
        if declared.by_province
        else "key"
    )
    own_counts = ", ".join(f"CAST({sql} AS BIGINT) AS {name}" for name, sql in declared.measures)
    other_counts = ", ".join(f"CAST({name} AS BIGINT) AS {name}" for name in measures)
    by = f"CAST({declared.by} AS VARCHAR)"
    # No change of a row changes how many rows there are.
    fixed = ", ".join(quoted(name) for name, sql in declared.measures if sql == ROWS) or "''"
    return f"""
WITH campaigns AS (
    SELECT * FROM (VALUES {listed}) AS listed (campaign_id, other_campaign_id)
),
own AS (SELECT * FROM core.{dataset}_current WHERE {parts.of_campaigns(list(campaigns))}),
others AS (SELECT * FROM core.{declared.dataset}_current WHERE {parts.of_campaigns(list(campaigns.values()))}),
days AS (
    -- Of each day of the rows the nearest day of the other dataset; of two as near, the earlier.
    SELECT own_days.campaign_id, own_days.as_of, campaigns.other_campaign_id, other_days.as_of AS other_as_of
    FROM (SELECT DISTINCT campaign_id, as_of FROM own) AS own_days
    INNER JOIN campaigns USING (campaign_id)
    INNER JOIN (SELECT DISTINCT campaign_id, as_of FROM others) AS other_days
        ON other_days.campaign_id = campaigns.other_campaign_id
        AND abs(date_diff('day', other_days.as_of, own_days.as_of)) <= {declared.within_days}
    QUALIFY row_number() OVER (
        PARTITION BY own_days.campaign_id, own_days.as_of
        ORDER BY abs(date_diff('day', other_days.as_of, own_days.as_of)), other_days.as_of
    ) = 1
),
counted AS (
    UNPIVOT (SELECT campaign_id, as_of, {by} AS key, {own_counts} FROM own GROUP BY ALL)
    ON {", ".join(measures)} INTO NAME measure VALUE counted
),
stated AS (
    UNPIVOT (SELECT campaign_id, as_of, {by} AS key, {other_counts} FROM others)
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
    *, difference = 0 OR (as_of <> other_as_of AND abs(difference) <= len(explained_by)) AS explained
FROM (
    SELECT
        {quoted(dataset)} AS dataset, campaign_id, as_of, {quoted(declared.dataset)} AS other, other_campaign_id,
        other_as_of, key, {name} AS name, measure, counted, stated,
        coalesce(counted, 0) - coalesce(stated, 0) AS difference,
        CASE WHEN difference = 0 OR measure IN ({fixed}) THEN [] ELSE {_explanation(declared)} END AS explained_by
    FROM compared
) AS differing
ORDER BY campaign_id, as_of, key, measure"""


def counts(
    connection: DuckDBPyConnection, dataset: str, declared: Reconciliation, other_campaign: str, as_of: date
) -> dict[str, dict[str, int]]:
    """Return what the current rows of a dataset add up to on a day.

    Args:
        connection: The warehouse.
        dataset: The dataset whose rows are counted.
        declared: What it declares of the other.
        other_campaign: The campaign of the other dataset.
        as_of: The day.

    Returns:
        The counts by key and measure; empty where there are no such rows.
    """
    if dataset not in {each.dataset for each in known(connection)}:
        return {}
    counts = ", ".join(f"CAST({sql} AS BIGINT)" for _, sql in declared.measures)
    rows = connection.execute(
        f"SELECT CAST({declared.by} AS VARCHAR), {counts} FROM core.{dataset}_current WHERE as_of = ? AND campaign_id ="
        " (SELECT min(campaign_id) FROM core.campaign WHERE dataset = ? AND reconciles_with = ?) GROUP BY 1 ORDER BY 1",
        [as_of, dataset, other_campaign],
    ).fetchall()
    names = [name for name, _ in declared.measures]
    return {key: dict(zip(names, counts, strict=True)) for key, *counts in rows}


def _explanation(declared: Reconciliation) -> str:
    """Return the expression of the rows that changed after the earlier day, up to the later; of one day, on it."""
    if not declared.changed_on:
        return "CAST([] AS VARCHAR[])"
    # On the same day the two may have been counted at different hours.
    changed, first = f"own.{declared.changed_on}", "least(compared.as_of, compared.other_as_of)"
    return (
        f"coalesce((SELECT list({declared.label} ORDER BY {', '.join(declared.key)}) FROM own"
        " WHERE own.campaign_id = compared.campaign_id AND own.as_of = compared.as_of"
        f" AND CAST(own.{declared.by} AS VARCHAR) = compared.key"
        f" AND ({changed} > {first} OR ({changed} = {first} AND compared.as_of = compared.other_as_of))"
        f" AND {changed} <= greatest(compared.as_of, compared.other_as_of)), [])"
    )
