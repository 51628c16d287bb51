-- What came in a container. Read off the archive's ledger, as decisions are.
CREATE TABLE raw.part (
    ledger_line INTEGER PRIMARY KEY,
    sha256 VARCHAR NOT NULL,
    parent VARCHAR NOT NULL,
    name VARCHAR NOT NULL
);
COMMENT ON TABLE raw.part IS 'What came in a container (a zip or a message): one row a coming; the same bytes may come in several.';
COMMENT ON COLUMN raw.part.ledger_line IS 'the line of the archive''s ledger that names it, from 1';
COMMENT ON COLUMN raw.part.sha256 IS 'the part (raw.file)';
COMMENT ON COLUMN raw.part.parent IS 'the container that it came in (raw.file)';
COMMENT ON COLUMN raw.part.name IS 'its name within the container, with the containers between: inner.zip/a.csv';

COMMENT ON COLUMN raw.file.source IS 'where they came from: the path or inbox folder, and behind a ! the name within the container';
COMMENT ON COLUMN core.snapshot.verdict IS 'accepted, accepted_with_warnings, unchanged, quarantined, unreadable, withdrawn, or opened: a container whose parts have verdicts of their own';
