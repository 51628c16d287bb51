-- Rows and cells of datasets whose returns repeat most of the return before are stored once, with the versions that
-- have them. The tables of rows belong to their datasets (core.<dataset>_change).
CREATE TABLE core.row_version (
    chain VARCHAR NOT NULL,
    number INTEGER NOT NULL,
    snapshot_id VARCHAR NOT NULL,
    judgement INTEGER NOT NULL
);
COMMENT ON TABLE core.row_version IS 'Which version of the rows in core.<dataset>_change an accepted return has, of datasets that are stored by change.';
COMMENT ON COLUMN core.row_version.chain IS 'the returns that are stored as changes of one another: those of a dataset and campaign';
COMMENT ON COLUMN core.row_version.number IS 'the number of the version in its chain, from 1, in the order of loading';
COMMENT ON COLUMN core.row_version.snapshot_id IS 'the return (core.snapshot)';
COMMENT ON COLUMN core.row_version.judgement IS 'the judgement that loaded it (core.snapshot)';

CREATE TABLE raw.cell_version (
    sha256 VARCHAR NOT NULL,
    chain VARCHAR NOT NULL,
    number INTEGER NOT NULL
);
COMMENT ON TABLE raw.cell_version IS 'Which version of the cells in raw.cell_change a file has, of datasets that are stored by change.';
COMMENT ON COLUMN raw.cell_version.sha256 IS 'the file (raw.file)';
COMMENT ON COLUMN raw.cell_version.chain IS 'the files that are stored as changes of one another: those of a dataset and campaign';
COMMENT ON COLUMN raw.cell_version.number IS 'the number of the version in its chain, from 1, in the order of loading';

CREATE TABLE raw.cell_change (
    place VARCHAR NOT NULL,
    "row" INTEGER NOT NULL,
    col INTEGER NOT NULL,
    printed VARCHAR NOT NULL,
    read VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    chain VARCHAR NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER
);
COMMENT ON TABLE raw.cell_change IS 'Cells of datasets that are stored by change, each once for all versions in a row that have it; see raw.cell.';
COMMENT ON COLUMN raw.cell_change.place IS 'the page, sheet or text of the file';
COMMENT ON COLUMN raw.cell_change."row" IS 'row (line) in it, from 1';
COMMENT ON COLUMN raw.cell_change.col IS 'column in the row, from 1';
COMMENT ON COLUMN raw.cell_change.printed IS 'the text as printed';
COMMENT ON COLUMN raw.cell_change.read IS 'the same after normalising Thai text and spaces';
COMMENT ON COLUMN raw.cell_change.field IS 'the contract column of its heading; empty for prose, ''heading'' for a heading';
COMMENT ON COLUMN raw.cell_change.note IS 'what normalising did, empty when nothing';
COMMENT ON COLUMN raw.cell_change.chain IS 'the chain of versions (raw.cell_version)';
COMMENT ON COLUMN raw.cell_change.first IS 'the first version that has it';
COMMENT ON COLUMN raw.cell_change.last IS 'the last version that has it; null where the newest does';

ALTER TABLE raw.cell RENAME TO cell_whole;
COMMENT ON TABLE raw.cell_whole IS 'Cells of the other datasets, each return whole; see raw.cell.';
CREATE VIEW raw.cell AS
SELECT sha256, place, "row", col, printed, read, field, note FROM raw.cell_whole
UNION ALL
SELECT v.sha256, c.place, c."row", c.col, c.printed, c.read, c.field, c.note
FROM raw.cell_version AS v INNER JOIN raw.cell_change AS c
    ON c.chain = v.chain AND v.number BETWEEN c.first AND coalesce(c.last, v.number);
COMMENT ON VIEW raw.cell IS 'Every cell of every return, as printed and as read; the end of every trail.';
COMMENT ON COLUMN raw.cell.sha256 IS 'the file (raw.file)';
COMMENT ON COLUMN raw.cell.place IS 'the page, sheet or text of the file';
COMMENT ON COLUMN raw.cell."row" IS 'row (line) in it, from 1';
COMMENT ON COLUMN raw.cell.col IS 'column in the row, from 1';
COMMENT ON COLUMN raw.cell.printed IS 'the text as printed';
COMMENT ON COLUMN raw.cell.read IS 'the same after normalising Thai text and spaces';
COMMENT ON COLUMN raw.cell.field IS 'the contract column of its heading; empty for prose, ''heading'' for a heading';
COMMENT ON COLUMN raw.cell.note IS 'what normalising did, empty when nothing';
