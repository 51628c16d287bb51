-- Every district at every register's day. One row: campaign, as_of, province, district.
SELECT
    campaign_id,
    as_of,
    province_code,
    district,
    CAST(count(*) AS INTEGER) AS total,
    CAST(count(*) FILTER (WHERE status = 'saved') AS INTEGER) AS saved,
    CAST(count(*) FILTER (WHERE status = 'in_progress') AS INTEGER) AS in_progress,
    CAST(count(*) FILTER (WHERE status = 'not_started') AS INTEGER) AS not_started,
    -- In hundredths, rounded half up, in whole numbers.
    CAST(CAST((20000 * count(*) FILTER (WHERE status = 'saved') + count(*)) // (2 * count(*)) AS DECIMAL(9, 2)) * 0.01
        AS DECIMAL(5, 2)) AS saved_percent,
    as_of = max(as_of) OVER (PARTITION BY campaign_id) AS is_latest
FROM core.local_authority_current
GROUP BY campaign_id, as_of, province_code, district
ORDER BY campaign_id, as_of, province_code, district
