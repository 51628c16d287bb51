-- What a reader of pictures was not certain of: what such a cell may say, and its picture, for the person who confirms it.
-- Beside raw.cell, and written with it: of a file as it was read last.
CREATE TABLE raw.cell_candidate (
    sha256 VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    "row" INTEGER NOT NULL,
    col INTEGER NOT NULL,
    number INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    probability DOUBLE NOT NULL
);
COMMENT ON TABLE raw.cell_candidate IS 'What the cells of a scan may say whose reading is not certain, also after a person confirmed them.';
COMMENT ON COLUMN raw.cell_candidate.sha256 IS 'the file (raw.file)';
COMMENT ON COLUMN raw.cell_candidate.place IS 'the page of the file, as in raw.cell';
COMMENT ON COLUMN raw.cell_candidate."row" IS 'row in it, from 1';
COMMENT ON COLUMN raw.cell_candidate.col IS 'column in the row, from 1';
COMMENT ON COLUMN raw.cell_candidate.number IS 'its place among the candidates of the cell, from 1: the likeliest';
COMMENT ON COLUMN raw.cell_candidate.text IS 'what the cell may say, in the digits that are printed';
COMMENT ON COLUMN raw.cell_candidate.probability IS 'how likely the cell by itself says so, from 0 to 1';

CREATE TABLE raw.cell_picture (
    sha256 VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    "row" INTEGER NOT NULL,
    col INTEGER NOT NULL,
    png BLOB NOT NULL
);
COMMENT ON TABLE raw.cell_picture IS 'The pictures of the cells of a scan whose reading is not certain, one row a cell, also after a person confirmed them.';
COMMENT ON COLUMN raw.cell_picture.sha256 IS 'the file (raw.file)';
COMMENT ON COLUMN raw.cell_picture.place IS 'the page of the file, as in raw.cell';
COMMENT ON COLUMN raw.cell_picture."row" IS 'row in it, from 1';
COMMENT ON COLUMN raw.cell_picture.col IS 'column in the row, from 1';
COMMENT ON COLUMN raw.cell_picture.png IS 'the cell as the reader saw it, as PNG';
