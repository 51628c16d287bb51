-- Every authority as the newest register of its campaign has it. One row: campaign, authority.
-- Every day is counted from as_of, never from the clock, so that the same returns always give the same table.
WITH newest AS (
    SELECT campaign_id, max(as_of) AS as_of FROM core.local_authority_current GROUP BY campaign_id
)
SELECT
    register.campaign_id,
    register.authority_code,
    register.name_th,
    register.kind,
    register.district,
    register.province_code,
    register.status,
    register.saved_on,
    register.recorded_by,
    register.note,
    register.as_of,
    CASE WHEN register.status <> 'saved' THEN CAST(date_diff('day', register.as_of, campaign.deadline) AS INTEGER) END
        AS days_left,
    register.snapshot_id,
    register.place
FROM core.local_authority_current AS register
INNER JOIN newest ON register.campaign_id = newest.campaign_id AND register.as_of = newest.as_of
INNER JOIN core.campaign AS campaign ON register.campaign_id = campaign.campaign_id
ORDER BY register.campaign_id, register.authority_code
