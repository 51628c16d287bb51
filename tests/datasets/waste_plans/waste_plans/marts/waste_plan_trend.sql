-- The waste plans of all districts over time.
SELECT
    campaign_id,
    as_of,
    count(*) AS districts,
    sum(plans_total)::INTEGER AS plans_total,
    sum(approved)::INTEGER AS approved,
    round(100.0 * sum(approved) / sum(plans_total), 2) AS approved_percent,
    sum(tonnes) AS tonnes
FROM core.waste_plans_current
GROUP BY ALL
ORDER BY campaign_id, as_of
