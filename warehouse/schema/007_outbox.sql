-- What is to be done after a batch was committed. Written with the batch, so that a kill right after it loses nothing.
CREATE TABLE core.outbox (
    snapshot_id VARCHAR NOT NULL,
    judgement INTEGER NOT NULL,
    result VARCHAR NOT NULL
);
COMMENT ON TABLE core.outbox IS 'Judgements that are not reported to Dagster yet, or whose pages are not drawn yet; empty except during a run, and after one that was killed.';
COMMENT ON COLUMN core.outbox.snapshot_id IS 'the return (core.snapshot)';
COMMENT ON COLUMN core.outbox.judgement IS 'its judgement (core.snapshot)';
COMMENT ON COLUMN core.outbox.result IS 'what is reported of it, as JSON';
