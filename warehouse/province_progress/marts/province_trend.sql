-- Every province at every as-of date, with what it gained since the return before. One row: campaign, province, as_of.
WITH progress AS (
    SELECT
        campaign_id,
        province_code,
        as_of,
        CAST(total AS BIGINT) AS total,
        CAST(saved AS BIGINT) AS saved,
        CAST(pending AS BIGINT) AS pending
    FROM core.province_progress_current
),
compared AS (
    SELECT
        *,
        saved - lag(saved) OVER history AS saved_delta,
        CAST(date_diff('day', lag(as_of) OVER history, as_of) AS INTEGER) AS days_since_previous,
        rank() OVER (PARTITION BY campaign_id, as_of ORDER BY CAST(saved AS DOUBLE) / total DESC) AS rank
    FROM progress
    WINDOW history AS (PARTITION BY campaign_id, province_code ORDER BY as_of)
)
SELECT
    campaign_id,
    province_code,
    as_of,
    total,
    saved,
    pending,
    -- Half up in whole hundredths: a division of floats would round some halves down.
    CAST(CAST((20000 * saved + total) // (2 * total) AS DECIMAL(9, 2)) * 0.01 AS DECIMAL(5, 2)) AS saved_percent,
    saved_delta,
    days_since_previous,
    CAST(saved_delta AS DOUBLE) / days_since_previous AS saved_per_day,
    CAST(rank AS INTEGER) AS rank
FROM compared
ORDER BY campaign_id, as_of, rank, province_code
