-- Which judgement counts: of each return the newest, of each campaign and as-of date the accepted return that came
-- last. The order is that of the ledger, not of the revisions: an old return that is judged again gets a new
-- revision, and must not take the place of its correction.
CREATE VIEW core.snapshot_judged AS
SELECT *
FROM core.snapshot
QUALIFY row_number() OVER (PARTITION BY snapshot_id ORDER BY judgement DESC) = 1;
COMMENT ON VIEW core.snapshot_judged IS 'Each return once, with its newest judgement.';

CREATE VIEW core.snapshot_current AS
SELECT *
FROM core.snapshot_judged
WHERE verdict IN ('accepted', 'accepted_with_warnings')
QUALIFY row_number() OVER (PARTITION BY campaign_id, as_of ORDER BY ledger_line DESC) = 1;
COMMENT ON VIEW core.snapshot_current IS 'The current return of each campaign and as-of date.';
