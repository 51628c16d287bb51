-- What changed from one register to the next: authorities that came or went, and statuses. One row: campaign, as_of,
-- authority. The first register of a campaign changes nothing.
WITH days AS (
    SELECT campaign_id, as_of, lag(as_of) OVER (PARTITION BY campaign_id ORDER BY as_of) AS previous_as_of
    FROM (SELECT DISTINCT campaign_id, as_of FROM core.local_authority_current) AS dated
),
now AS (
    SELECT days.campaign_id, days.as_of, days.previous_as_of, register.* EXCLUDE (campaign_id, as_of)
    FROM core.local_authority_current AS register
    INNER JOIN days USING (campaign_id, as_of)
    WHERE days.previous_as_of IS NOT NULL
),
before AS (
    SELECT days.campaign_id, days.as_of, days.previous_as_of, register.* EXCLUDE (campaign_id, as_of)
    FROM core.local_authority_current AS register
    INNER JOIN days ON register.campaign_id = days.campaign_id AND register.as_of = days.previous_as_of
)
SELECT
    campaign_id,
    as_of,
    coalesce(now.previous_as_of, before.previous_as_of) AS previous_as_of,
    authority_code,
    coalesce(now.name_th, before.name_th) AS name_th,
    coalesce(now.province_code, before.province_code) AS province_code,
    coalesce(now.district, before.district) AS district,
    before.status AS status_before,
    now.status,
    now.saved_on,
    CASE
        WHEN before.status IS NULL THEN 'came'
        WHEN now.status IS NULL THEN 'went'
        WHEN now.status = 'saved' THEN 'saved'
        WHEN now.status = 'in_progress' AND before.status = 'not_started' THEN 'started'
        ELSE 'went_back'
    END AS change
FROM now
FULL JOIN before USING (campaign_id, as_of, authority_code)
WHERE now.status IS DISTINCT FROM before.status
ORDER BY campaign_id, as_of, authority_code
