-- What people decided about returns. The archive's ledger has it, too, so that a rebuild has the same result.
CREATE TABLE core.decision (
    ledger_line INTEGER PRIMARY KEY,
    snapshot_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    decided_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE core.decision IS 'What people decided of returns; of each return the last decision counts.';
COMMENT ON COLUMN core.decision.ledger_line IS 'the line of the archive''s ledger that keeps it, from 1: the order in which returns and decisions came';
COMMENT ON COLUMN core.decision.snapshot_id IS 'the return (core.snapshot)';
COMMENT ON COLUMN core.decision.kind IS 'correct, accept (as it is) or withdraw';
COMMENT ON COLUMN core.decision.decided_by IS 'who decided';
COMMENT ON COLUMN core.decision.reason IS 'why, in their words';
COMMENT ON COLUMN core.decision.decided_at IS 'when, UTC';

CREATE TABLE core.correction (
    ledger_line INTEGER NOT NULL,
    snapshot_id VARCHAR NOT NULL,
    row_name VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    printed VARCHAR NOT NULL,
    corrected VARCHAR NOT NULL,
    slip VARCHAR NOT NULL,
    place VARCHAR NOT NULL
);
COMMENT ON TABLE core.correction IS 'The cells that a decision corrected, with what is printed there: it holds only as long as that is so.';
COMMENT ON COLUMN core.correction.ledger_line IS 'the decision (core.decision)';
COMMENT ON COLUMN core.correction.snapshot_id IS 'the return (core.snapshot)';
COMMENT ON COLUMN core.correction.row_name IS 'the province''s Thai name, or the source of a claim: table_total, prose';
COMMENT ON COLUMN core.correction.column_name IS 'the column or measure; empty where a whole row was dropped or inserted';
COMMENT ON COLUMN core.correction.printed IS 'what is printed there';
COMMENT ON COLUMN core.correction.corrected IS 'what it should say; empty for a row that was dropped';
COMMENT ON COLUMN core.correction.slip IS 'the kind of slip';
COMMENT ON COLUMN core.correction.place IS 'its place, sheet!R<row>C<column>; empty where there is none';

COMMENT ON COLUMN core.snapshot.verdict IS 'accepted, accepted_with_warnings, unchanged, quarantined, unreadable or withdrawn';
COMMENT ON COLUMN core.snapshot.rows_read IS 'rows of the table as read, or as a decision corrected them';
COMMENT ON COLUMN core.snapshot.known_from IS 'from when this judgement counts, UTC: when the bytes came, when they were judged again, or when a person decided';
COMMENT ON COLUMN core.snapshot.ledger_line IS 'the line of the archive''s ledger that brought it, its hints or a decision, from 1: the order in which returns came';
