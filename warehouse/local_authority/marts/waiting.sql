-- Authorities that are in progress, and since which register: who has waited longest. One row: campaign, authority.
WITH dated AS (
    SELECT
        campaign_id,
        authority_code,
        name_th,
        province_code,
        district,
        kind,
        as_of,
        status,
        max(as_of) OVER (PARTITION BY campaign_id) AS latest,
        max(CASE WHEN status <> 'in_progress' THEN as_of END) OVER (PARTITION BY campaign_id, authority_code) AS last_other
    FROM core.local_authority_current
),
since AS (
    SELECT *, min(CASE WHEN last_other IS NULL OR as_of > last_other THEN as_of END)
        OVER (PARTITION BY campaign_id, authority_code) AS in_progress_since
    FROM dated
)
SELECT
    campaign_id,
    authority_code,
    name_th,
    kind,
    province_code,
    district,
    in_progress_since,
    CAST(date_diff('day', in_progress_since, as_of) AS INTEGER) AS days,
    as_of
FROM since
WHERE as_of = latest AND status = 'in_progress'
ORDER BY campaign_id, days DESC, authority_code
