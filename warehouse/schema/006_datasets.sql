-- Kinds of return. Which tables each has is made from its columns (warehouse/datasets.py) and noted here.
CREATE TABLE core.dataset (
    dataset VARCHAR PRIMARY KEY,
    title_th VARCHAR NOT NULL,
    title_en VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    set_aside_name VARCHAR NOT NULL,
    marts VARCHAR NOT NULL,
    version VARCHAR NOT NULL
);
COMMENT ON TABLE core.dataset IS 'The datasets (kinds of return) that have tables here.';
COMMENT ON COLUMN core.dataset.dataset IS 'the dataset''s name';
COMMENT ON COLUMN core.dataset.title_th IS 'title in Thai';
COMMENT ON COLUMN core.dataset.title_en IS 'title in English';
COMMENT ON COLUMN core.dataset.table_name IS 'the table of its accepted rows';
COMMENT ON COLUMN core.dataset.set_aside_name IS 'the table of its rows that were set aside';
COMMENT ON COLUMN core.dataset.marts IS 'its marts, separated by commas';
COMMENT ON COLUMN core.dataset.version IS 'a hash of its columns and of its marts'' SQL';
-- The only dataset of earlier versions.
INSERT INTO core.dataset
SELECT 'province_progress', 'ความคืบหน้ารายจังหวัด', 'Progress by province', 'core.province_progress', 'core.set_aside', '', ''
FROM duckdb_tables()
WHERE schema_name = 'core' AND table_name = 'province_progress';

ALTER TABLE core.campaign ADD COLUMN dataset VARCHAR DEFAULT 'province_progress';
COMMENT ON COLUMN core.campaign.dataset IS 'the dataset that its returns are of';

-- A view of all columns does not get a new column: it is created again.
DROP VIEW core.snapshot_current;
DROP VIEW core.snapshot_judged;
ALTER TABLE core.snapshot ADD COLUMN dataset VARCHAR;
UPDATE core.snapshot SET dataset = 'province_progress' WHERE rows_read > 0 OR verdict IN ('accepted', 'accepted_with_warnings', 'unchanged');
COMMENT ON COLUMN core.snapshot.dataset IS 'the dataset (core.dataset); null where no table could be read';
COMMENT ON COLUMN core.snapshot.rows_loaded IS 'of these, rows in the dataset''s table';
COMMENT ON COLUMN core.snapshot.rows_set_aside IS 'of these, rows in the dataset''s table of rows that were set aside; an unchanged return''s rows are neither, they are those of the revision it equals';

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
