-- Every province against the straight line from opening to deadline. One row: campaign, province, as_of.
-- Every day is counted from as_of, never from the clock, so that the same returns always give the same table.
WITH measured AS (
    SELECT
        progress.campaign_id,
        progress.province_code,
        progress.as_of,
        CAST(progress.total AS BIGINT) AS total,
        CAST(progress.saved AS BIGINT) AS saved,
        CAST(progress.pending AS BIGINT) AS pending,
        campaign.deadline,
        progress.as_of = max(progress.as_of) OVER (PARTITION BY progress.campaign_id) AS is_latest,
        CAST(date_diff('day', progress.as_of, campaign.deadline) AS INTEGER) AS days_left,
        CAST(date_diff('day', campaign.opened_on, progress.as_of) AS INTEGER) AS days_gone,
        CAST(date_diff('day', campaign.opened_on, campaign.deadline) AS INTEGER) AS days_in_all,
        rank() OVER (
            PARTITION BY progress.campaign_id, progress.as_of
            ORDER BY CAST(progress.saved AS DOUBLE) / progress.total DESC
        ) AS rank
    FROM core.province_progress_current AS progress
    INNER JOIN core.campaign AS campaign ON progress.campaign_id = campaign.campaign_id
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
    FROM measured
)
SELECT
    campaign_id,
    province_code,
    as_of,
    is_latest,
    saved_percent,
    expected_percent,
    CAST(saved_percent - expected_percent AS DECIMAL(6, 2)) AS gap_points,
    days_left,
    CASE
        WHEN pending = 0 THEN 0.0
        WHEN days_left > 0 THEN CAST(pending AS DOUBLE) / days_left
    END AS required_per_day,
    CASE
        WHEN pending = 0 THEN as_of
        -- Whole days at the pace since opening, rounded up: pending ÷ (saved ÷ days_gone). A century is no finish.
        WHEN saved > 0 AND days_gone > 0 AND (pending * days_gone + saved - 1) // saved <= 36525
            THEN CAST(as_of + ((pending * days_gone + saved - 1) // saved) * INTERVAL '1' DAY AS DATE)
    END AS projected_completion,
    CASE
        WHEN pending = 0 THEN 'complete'
        WHEN days_left < 0 THEN 'overdue'
        WHEN saved = 0 THEN 'not_started'
        -- Compared as whole products, not as rounded percents.
        WHEN saved * days_in_all < total * least(greatest(days_gone, 0), days_in_all)
            THEN 'behind'
        ELSE 'on_track'
    END AS status,
    CAST(rank AS INTEGER) AS rank
FROM lined
ORDER BY campaign_id, as_of, rank, province_code
