-- The whole country against the straight line from opening to deadline. One row: campaign, as_of.
-- Every day is counted from as_of, never from the clock, so that the same returns always give the same table.
WITH measured AS (
    SELECT
        progress.campaign_id,
        progress.as_of,
        any_value(campaign.opened_on) AS opened_on,
        any_value(campaign.deadline) AS deadline,
        CAST(sum(progress.total) AS BIGINT) AS total,
        CAST(sum(progress.saved) AS BIGINT) AS saved,
        CAST(sum(progress.pending) AS BIGINT) AS pending
    FROM core.province_progress_current AS progress
    INNER JOIN core.campaign AS campaign ON progress.campaign_id = campaign.campaign_id
    GROUP BY progress.campaign_id, progress.as_of
),
dated AS (
    SELECT
        *,
        as_of = max(as_of) OVER (PARTITION BY campaign_id) AS is_latest,
        CAST(date_diff('day', as_of, deadline) AS INTEGER) AS days_left,
        CAST(date_diff('day', opened_on, as_of) AS INTEGER) AS days_gone,
        CAST(date_diff('day', opened_on, deadline) AS INTEGER) AS days_in_all
    FROM measured
),
lined AS (
    SELECT
        *,
        CAST(CAST((20000 * saved + total) // (2 * total) AS DECIMAL(9, 2)) * 0.01 AS DECIMAL(5, 2)) AS saved_percent,
        -- Share of the days gone, in hundredths half up, kept within 0 and 100 percent.
        CAST(
            CAST(
                (20000 * least(greatest(days_gone, 0), days_in_all) + days_in_all) // (2 * days_in_all) AS DECIMAL(9, 2)
            ) * 0.01 AS DECIMAL(5, 2)
        ) AS expected_percent
    FROM dated
)
SELECT
    campaign_id,
    as_of,
    is_latest,
    saved_percent,
    expected_percent,
    CAST(saved_percent - expected_percent AS DECIMAL(6, 2)) AS gap_points,
    days_left,
    CASE WHEN days_gone > 0 THEN CAST(saved AS DOUBLE) / days_gone END AS saved_per_day_since_opening,
    CASE WHEN days_left > 0 THEN CAST(pending AS DOUBLE) / days_left END AS required_per_day,
    CASE
        WHEN pending = 0 THEN as_of
        -- Whole days at the pace since opening, rounded up: pending ÷ (saved ÷ days_gone). A century is no finish.
        WHEN saved > 0 AND days_gone > 0 AND (pending * days_gone + saved - 1) // saved <= 36525
            THEN CAST(as_of + ((pending * days_gone + saved - 1) // saved) * INTERVAL '1' DAY AS DATE)
    END AS projected_completion,
    CASE
        WHEN days_gone > 0 AND days_left > 0
            THEN CAST(
                CAST(
                    least((20000 * saved * days_in_all + total * days_gone) // (2 * total * days_gone), 10000)
                    AS DECIMAL(9, 2)
                ) * 0.01 AS DECIMAL(5, 2)
            )
    END AS percent_at_deadline
FROM lined
ORDER BY campaign_id, as_of
