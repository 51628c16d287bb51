-- Authorities that are in progress, and since which register: who has waited longest. One row: campaign, authority.
WITH newest AS (
    SELECT campaign_id, max(as_of) AS as_of FROM core.local_authority_current GROUP BY campaign_id
),
authorities AS (
    SELECT campaign_id, authority_code, max(as_of) FILTER (WHERE status <> 'in_progress') AS last_other
    FROM core.local_authority_current
    GROUP BY campaign_id, authority_code
),
since AS (
    SELECT register.campaign_id, register.authority_code, min(register.as_of) AS in_progress_since
    FROM core.local_authority_current AS register
    INNER JOIN authorities
        ON register.campaign_id IS NOT DISTINCT FROM authorities.campaign_id
        AND register.authority_code = authorities.authority_code
    WHERE authorities.last_other IS NULL OR register.as_of > authorities.last_other
    GROUP BY register.campaign_id, register.authority_code
)
SELECT
    register.campaign_id,
    register.authority_code,
    register.name_th,
    register.kind,
    register.province_code,
    register.district,
    since.in_progress_since,
    CAST(date_diff('day', since.in_progress_since, register.as_of) AS INTEGER) AS days,
    register.as_of
FROM core.local_authority_current AS register
INNER JOIN newest
    ON register.campaign_id IS NOT DISTINCT FROM newest.campaign_id AND register.as_of = newest.as_of
INNER JOIN since
    ON register.campaign_id IS NOT DISTINCT FROM since.campaign_id AND register.authority_code = since.authority_code
WHERE register.status = 'in_progress'
ORDER BY register.campaign_id, days DESC, register.authority_code
