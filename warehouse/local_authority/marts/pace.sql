-- How fast authorities save, at each campaign's newest register. One row: campaign, grouping (all, kind, province or
-- district), group, days since the opening on which one of it was saved: how many by then, and the share that is left (the
-- survival curve of the time to save; an authority that is not saved yet is counted as such on every day).
WITH newest AS (
    SELECT campaign_id, max(as_of) AS as_of FROM core.local_authority_current GROUP BY campaign_id
),
latest AS (
    SELECT
        register.campaign_id,
        register.as_of,
        register.kind,
        register.province_code,
        register.district,
        register.status = 'saved' AS saved,
        CAST(date_diff('day', campaign.opened_on, register.saved_on) AS INTEGER) AS days
    FROM core.local_authority_current AS register
    INNER JOIN newest ON register.campaign_id = newest.campaign_id AND register.as_of = newest.as_of
    INNER JOIN core.campaign AS campaign ON register.campaign_id = campaign.campaign_id
),
grouped AS (
    SELECT
        campaign_id,
        as_of,
        CASE
            WHEN kind IS NOT NULL THEN 'kind'
            WHEN district IS NOT NULL THEN 'district'
            WHEN province_code IS NOT NULL THEN 'province'
            ELSE 'all'
        END AS grouping_by,
        coalesce(kind, province_code, '') AS group_of,
        district,
        days,
        GROUPING(days) AS of_all_days,
        count(*) FILTER (WHERE saved) AS saved,
        count(*) AS authorities
    FROM latest
    GROUP BY GROUPING SETS (
        (campaign_id, as_of), (campaign_id, as_of, days),
        (campaign_id, as_of, kind), (campaign_id, as_of, kind, days),
        (campaign_id, as_of, province_code), (campaign_id, as_of, province_code, days),
        (campaign_id, as_of, province_code, district), (campaign_id, as_of, province_code, district, days)
    )
),
sizes AS (
    SELECT campaign_id, grouping_by, group_of, district, authorities AS total FROM grouped WHERE of_all_days = 1
)
SELECT
    grouped.campaign_id,
    grouped.as_of,
    grouped.grouping_by,
    grouped.group_of,
    grouped.district,
    grouped.days,
    CAST(sizes.total AS INTEGER) AS total,
    CAST(grouped.saved AS INTEGER) AS saved_that_day,
    CAST(sum(grouped.saved) OVER until AS INTEGER) AS saved_until,
    CAST(1.0 - CAST(sum(grouped.saved) OVER until AS DOUBLE) / sizes.total AS DOUBLE) AS share_left
FROM grouped
INNER JOIN sizes
    ON grouped.campaign_id = sizes.campaign_id AND grouped.grouping_by = sizes.grouping_by
    AND grouped.group_of = sizes.group_of AND grouped.district IS NOT DISTINCT FROM sizes.district
WHERE grouped.of_all_days = 0 AND grouped.days IS NOT NULL
WINDOW until AS (
    PARTITION BY grouped.campaign_id, grouped.grouping_by, grouped.group_of, grouped.district ORDER BY grouped.days
)
ORDER BY grouped.campaign_id, grouped.grouping_by, grouped.group_of, grouped.district, grouped.days
