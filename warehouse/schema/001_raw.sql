-- What came in, as it came: files and their cells.
CREATE SCHEMA IF NOT EXISTS raw;

CREATE TABLE raw.file (
    sha256 VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    media_type VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    source VARCHAR NOT NULL
);
COMMENT ON TABLE raw.file IS 'One row a file in the archive: bytes are kept once, under their hash.';
COMMENT ON COLUMN raw.file.sha256 IS 'SHA-256 of the bytes, 64 hexadecimal digits; the name of the file in the archive';
COMMENT ON COLUMN raw.file.name IS 'the name under which the bytes first came';
COMMENT ON COLUMN raw.file.media_type IS 'media type, from the bytes';
COMMENT ON COLUMN raw.file.bytes IS 'size in bytes';
COMMENT ON COLUMN raw.file.received_at IS 'when the bytes first came, UTC';
COMMENT ON COLUMN raw.file.source IS 'where they came from: the path or inbox folder';

CREATE TABLE raw.seen_again (
    sha256 VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    source VARCHAR NOT NULL
);
COMMENT ON TABLE raw.seen_again IS 'The same bytes, come again under any name: recorded, not taken again.';
COMMENT ON COLUMN raw.seen_again.sha256 IS 'SHA-256 of the bytes (raw.file)';
COMMENT ON COLUMN raw.seen_again.name IS 'the name under which they came this time';
COMMENT ON COLUMN raw.seen_again.received_at IS 'when they came again, UTC';
COMMENT ON COLUMN raw.seen_again.source IS 'where they came from this time';

CREATE TABLE raw.cell (
    sha256 VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    "row" INTEGER NOT NULL,
    col INTEGER NOT NULL,
    printed VARCHAR NOT NULL,
    read VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    note VARCHAR NOT NULL
);
COMMENT ON TABLE raw.cell IS 'Every cell of every return, as printed and as read; the end of every trail.';
COMMENT ON COLUMN raw.cell.sha256 IS 'the file (raw.file)';
COMMENT ON COLUMN raw.cell.place IS 'the page, sheet or text of the file';
COMMENT ON COLUMN raw.cell."row" IS 'row (line) in it, from 1';
COMMENT ON COLUMN raw.cell.col IS 'column in the row, from 1';
COMMENT ON COLUMN raw.cell.printed IS 'the text as printed';
COMMENT ON COLUMN raw.cell.read IS 'the same after normalising Thai text and spaces';
COMMENT ON COLUMN raw.cell.field IS 'the contract column of its heading; empty for prose, ''heading'' for a heading';
COMMENT ON COLUMN raw.cell.note IS 'what normalising did, empty when nothing';
