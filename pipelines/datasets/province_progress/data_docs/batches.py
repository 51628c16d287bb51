"""One return's rows of each table, as a pandas frame with the columns that expectations read beside the table's own.

Here belongs the asking of the warehouse and the reckoning of those columns. What is expected of them belongs in
`pipelines.datasets.province_progress.data_docs.expectations` and
`pipelines.datasets.province_progress.data_docs.mart_suites`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from khrop.expressions.percents import in_hundredths
from pipelines.datasets.province_progress.data_docs.expectations import COUNTRY, LOADED, TREND
from pipelines.datasets.province_progress.data_docs.mart_suites import (
    COMPLIANCE,
    COUNTRY_SIGMAS,
    LEAST_HISTORY,
    PROVINCE_SIGMAS,
    SLACK,
    Suite,
)
from warehouse import parts

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

_LIMITS = """
    CASE WHEN count(saved_per_day) OVER earlier >= {least}
        THEN avg(saved_per_day) OVER earlier + {sigmas} * coalesce(stddev_samp(saved_per_day) OVER earlier, 0) + {slack}
    END AS most_per_day,
    -- What is complete gains no more, and is not unusual for it.
    CASE WHEN pending > 0 AND count(saved_per_day) OVER earlier >= {least}
        THEN avg(saved_per_day) OVER earlier - {sigmas} * coalesce(stddev_samp(saved_per_day) OVER earlier, 0) - {slack}
    END AS least_per_day
"""
_BEFORE = "(PARTITION BY {by} ORDER BY as_of ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
_TREND = f"""
SELECT *, lag(total) OVER history AS previous_total, lag(saved) OVER history AS previous_saved,
    lag(pending) OVER history AS previous_pending,
    {_LIMITS.format(least=LEAST_HISTORY, sigmas=PROVINCE_SIGMAS, slack=SLACK)}
FROM mart.province_trend
WINDOW history AS (PARTITION BY campaign_id, province_code ORDER BY as_of),
    earlier AS {_BEFORE.format(by="campaign_id, province_code")}
"""
_CLAIMED = ", ".join(
    f"max(TRY_CAST(value AS DOUBLE)) FILTER (WHERE measure = '{measure}') AS table_total_{measure}"
    for measure in ("total", "saved", "pending", "saved_percent")
)
_COUNTRY = f"""
WITH changed AS (
    SELECT campaign_id, as_of, count(*) FILTER (
        WHERE total <> previous_total OR saved <> previous_saved OR pending <> previous_pending
    ) AS rows_changed, count(previous_total) AS compared
    FROM ({_TREND}) GROUP BY ALL
),
loaded AS (
    SELECT campaign_id, as_of, CAST(sum(total) AS BIGINT) AS loaded_total, CAST(sum(saved) AS BIGINT) AS loaded_saved,
        CAST(sum(pending) AS BIGINT) AS loaded_pending
    FROM core.province_progress_current GROUP BY ALL
),
claimed AS (
    SELECT current.campaign_id, current.as_of,
        {_CLAIMED}
    FROM core.snapshot_current AS current
    LEFT JOIN core.claim AS claim ON claim.snapshot_id = current.snapshot_id
        AND claim.judgement = current.judgement AND claim.source = 'table_total'
    GROUP BY ALL
)
SELECT national.*, loaded.* EXCLUDE (campaign_id, as_of), claimed.* EXCLUDE (campaign_id, as_of),
    lag(total) OVER history AS previous_total,
    date_diff('day', lag(as_of) OVER history, as_of) AS days_since_previous,
    CASE WHEN compared > 0 THEN rows_changed END AS rows_changed,
    {_LIMITS.format(least=LEAST_HISTORY, sigmas=COUNTRY_SIGMAS, slack=SLACK)}
FROM mart.national_trend AS national
INNER JOIN loaded USING (campaign_id, as_of)
INNER JOIN changed USING (campaign_id, as_of)
INNER JOIN claimed USING (campaign_id, as_of)
WINDOW history AS (PARTITION BY campaign_id ORDER BY as_of), earlier AS {_BEFORE.format(by="campaign_id")}
"""
_QUERIES = {
    LOADED: "SELECT * FROM core.province_progress_current",
    COUNTRY: _COUNTRY,
    TREND: _TREND,
    COMPLIANCE: "SELECT * FROM mart.compliance",
}
_ORDER = {LOADED: "ordinal, province_code", COUNTRY: "campaign_id", TREND: "province_code", COMPLIANCE: "province_code"}
# Which of the returns is the latest changes with each that comes, and makes none of the older ones another.
_NOT_OF_THE_RETURN = ("is_latest",)


@dataclass(frozen=True, slots=True)
class Return:
    """A return that counts, as it is judged: `digest` changes with any figure or limit that an expectation reads."""

    snapshot_id: str
    campaign_id: str
    as_of: date
    revision: int
    received_at: datetime
    parameters: Mapping[str, float]
    frames: Mapping[str, pd.DataFrame]
    digest: str


def newest(connection: DuckDBPyConnection, campaign_id: str, most: int) -> list[Return]:
    """The newest returns of a campaign that count, the newest first."""
    chosen = connection.execute(
        "SELECT s.campaign_id, s.as_of, s.snapshot_id, s.revision, s.received_at, c.tolerance, c.every_days"
        " FROM core.snapshot_current AS s INNER JOIN core.campaign AS c USING (campaign_id)"
        " WHERE s.dataset = 'province_progress' AND s.campaign_id = ? ORDER BY as_of DESC LIMIT ?",
        [campaign_id, most],
    ).fetchall()
    frames = {table: dict(_frames(connection, table, campaign_id, most)) for table in _QUERIES}
    return [_return(row, {table: found[row[1]] for table, found in frames.items()}) for row in chosen]


def _frames(
    connection: DuckDBPyConnection, table: str, campaign_id: str, most: int
) -> Iterator[tuple[date, pd.DataFrame]]:
    """A table's rows of each of the newest returns of a campaign, by as-of date."""
    # A constant, which DuckDB carries below the windows; a parameter's value it does not know when it plans.
    frame = plain(
        connection.execute(
            f"SELECT * FROM ({_QUERIES[table]}) WHERE {parts.of_campaigns([campaign_id])}"
            f" QUALIFY dense_rank() OVER (ORDER BY as_of DESC) <= ? ORDER BY as_of, {_ORDER[table]}",
            [most],
        ).df()
    )
    for as_of, rows in frame.groupby("as_of", sort=False):
        yield cast("pd.Timestamp", as_of).date(), rows.reset_index(drop=True)


def _return(row: Sequence[Any], frames: Mapping[str, pd.DataFrame]) -> Return:
    campaign_id, as_of, snapshot_id, revision, received_at, tolerance, every_days = row
    given = {**campaign_parameters(tolerance), "every_days": float(every_days)}
    judged_by = [json.dumps(given, sort_keys=True), snapshot_id, str(revision)]
    # A mean over the same rows may differ in its last digits when another row comes behind them.
    judged_by += [
        frame.drop(columns=list(_NOT_OF_THE_RETURN), errors="ignore").to_csv(float_format="%.10g")
        for frame in frames.values()
    ]
    digest = hashlib.sha256("\n".join(judged_by).encode()).hexdigest()[:16]
    return Return(snapshot_id, campaign_id, as_of, revision, received_at, given, frames, digest)


def campaign_parameters(tolerance: float | Decimal) -> dict[str, float]:
    """What the contract leaves to the campaign, as the suites ask for it."""
    return {"tolerance_hundredths": in_hundredths(tolerance)}


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame of NumPy's own types: Great Expectations cannot judge a null of pandas' nullable ones."""
    import pandas as pd

    made = frame.copy()
    for column in made.columns:
        values = made[column]
        if pd.api.types.is_extension_array_dtype(values.dtype) and pd.api.types.is_numeric_dtype(values.dtype):
            whole = pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any()
            made[column] = values.to_numpy("int64") if whole else values.to_numpy("float64", na_value=float("nan"))
        elif pd.api.types.is_string_dtype(values.dtype):
            made[column] = values.astype(object).where(values.notna(), None)
    return made


def with_derived(frame: pd.DataFrame, suite: Suite) -> pd.DataFrame:
    """A frame with the columns beside it that the suite's expectations read, and that are reckoned from its own."""
    made = frame.copy()
    for expectation in suite.expectations:
        for name, reckon in expectation.derived.items():
            made[name] = reckon(frame)
    return made
