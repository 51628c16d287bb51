-- The whole country at every as-of date. One row: campaign, as_of.
WITH country AS (
    SELECT
        campaign_id,
        as_of,
        CAST(count(*) AS INTEGER) AS provinces,
        CAST(sum(total) AS BIGINT) AS total,
        CAST(sum(saved) AS BIGINT) AS saved,
        CAST(sum(pending) AS BIGINT) AS pending,
        CAST(sum(CASE WHEN pending = 0 THEN 1 ELSE 0 END) AS INTEGER) AS provinces_complete,
        CAST(sum(CASE WHEN saved = 0 THEN 1 ELSE 0 END) AS INTEGER) AS provinces_not_started
    FROM core.province_progress_current
    GROUP BY campaign_id, as_of
),
compared AS (
    SELECT
        *,
        saved - lag(saved) OVER history AS saved_delta,
        CAST(date_diff('day', lag(as_of) OVER history, as_of) AS INTEGER) AS days_since_previous
    FROM country
    WINDOW history AS (PARTITION BY campaign_id ORDER BY as_of)
)
SELECT
    campaign_id,
    as_of,
    provinces,
    total,
    saved,
    pending,
    CAST(CAST((20000 * saved + total) // (2 * total) AS DECIMAL(9, 2)) * 0.01 AS DECIMAL(5, 2)) AS saved_percent,
    saved_delta,
    CAST(saved_delta AS DOUBLE) / days_since_previous AS saved_per_day,
    provinces_complete,
    provinces_not_started
FROM compared
ORDER BY campaign_id, as_of
