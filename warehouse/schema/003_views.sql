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

CREATE VIEW core.province_progress_current AS
SELECT progress.* EXCLUDE (judgement)
FROM core.province_progress AS progress
INNER JOIN core.snapshot_current AS current
    ON progress.snapshot_id = current.snapshot_id AND progress.judgement = current.judgement;
COMMENT ON VIEW core.province_progress_current IS 'The rows that count: of each campaign and as-of date, the accepted return that came last.';

CREATE MACRO core.province_progress_as_known(moment) AS TABLE
WITH judged AS (
    SELECT *
    FROM core.snapshot
    WHERE known_from <= CAST(moment AS TIMESTAMP)
    QUALIFY row_number() OVER (PARTITION BY snapshot_id ORDER BY judgement DESC) = 1
),
current AS (
    SELECT *
    FROM judged
    WHERE verdict IN ('accepted', 'accepted_with_warnings')
    QUALIFY row_number() OVER (PARTITION BY campaign_id, as_of ORDER BY ledger_line DESC) = 1
)
SELECT progress.* EXCLUDE (judgement)
FROM core.province_progress AS progress
INNER JOIN current ON progress.snapshot_id = current.snapshot_id AND progress.judgement = current.judgement;
COMMENT ON MACRO TABLE core.province_progress_as_known IS 'The rows that counted at a moment (UTC): SELECT * FROM core.province_progress_as_known(''2020-07-01 12:00'').';
