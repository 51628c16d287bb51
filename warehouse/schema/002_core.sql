-- What holds, what was set aside, and why.
CREATE SCHEMA IF NOT EXISTS core;

CREATE TABLE core.campaign (
    campaign_id VARCHAR PRIMARY KEY,
    title_th VARCHAR NOT NULL,
    title_en VARCHAR NOT NULL,
    opened_on DATE NOT NULL,
    deadline DATE NOT NULL,
    closed_on DATE,
    every_days INTEGER NOT NULL,
    tolerance DECIMAL(5,2) NOT NULL,
    authorities INTEGER
);
COMMENT ON TABLE core.campaign IS 'The campaigns, from their TOML files.';
COMMENT ON COLUMN core.campaign.campaign_id IS 'the campaign''s name, that of its file and inbox folder';
COMMENT ON COLUMN core.campaign.title_th IS 'title in Thai';
COMMENT ON COLUMN core.campaign.title_en IS 'title in English';
COMMENT ON COLUMN core.campaign.opened_on IS 'the day it began; the straight line starts here';
COMMENT ON COLUMN core.campaign.deadline IS 'the day by which all is to be saved; the straight line ends here';
COMMENT ON COLUMN core.campaign.closed_on IS 'the day after which no return is due; null while open';
COMMENT ON COLUMN core.campaign.every_days IS 'days within which a next return is due';
COMMENT ON COLUMN core.campaign.tolerance IS 'how far a printed percent may be off, percent points';
COMMENT ON COLUMN core.campaign.authorities IS 'number of local authorities in all; null where not known';

CREATE TABLE core.province (
    province_code VARCHAR PRIMARY KEY,
    iso VARCHAR NOT NULL,
    name_th VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    in_return BOOLEAN NOT NULL
);
COMMENT ON TABLE core.province IS 'The provinces of Thailand, from the library''s table.';
COMMENT ON COLUMN core.province.province_code IS 'two digits, TIS 1099';
COMMENT ON COLUMN core.province.iso IS 'ISO 3166-2 code';
COMMENT ON COLUMN core.province.name_th IS 'name in Thai';
COMMENT ON COLUMN core.province.name_en IS 'name in English';
COMMENT ON COLUMN core.province.region IS 'one of the six geographic regions';
COMMENT ON COLUMN core.province.in_return IS 'whether the return has a row for it (Bangkok has none)';

CREATE TABLE core.snapshot (
    snapshot_id VARCHAR NOT NULL,
    campaign_id VARCHAR,
    as_of DATE,
    revision INTEGER NOT NULL,
    sha256 VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    contract_version VARCHAR NOT NULL,
    reader_version VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    known_from TIMESTAMP NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    rows_read INTEGER NOT NULL,
    rows_loaded INTEGER NOT NULL,
    rows_set_aside INTEGER NOT NULL,
    figures VARCHAR,
    same_as VARCHAR,
    judgement INTEGER NOT NULL,
    hint_campaign VARCHAR,
    hint_as_of DATE,
    ledger_line INTEGER NOT NULL,
    PRIMARY KEY (snapshot_id, judgement)
);
COMMENT ON TABLE core.snapshot IS 'One row a judgement of a return: its verdict, and what it was judged by. The newest judgement of a return counts.';
COMMENT ON COLUMN core.snapshot.snapshot_id IS 'the return''s name: a slug of the file name and the first 12 digits of the hash';
COMMENT ON COLUMN core.snapshot.campaign_id IS 'the campaign; null where it is unknown';
COMMENT ON COLUMN core.snapshot.as_of IS 'the day the figures speak of; null where it is unknown';
COMMENT ON COLUMN core.snapshot.revision IS 'counts what came for the same campaign and as-of date, from 1; the last accepted return is current; an unchanged return has the revision that it equals';
COMMENT ON COLUMN core.snapshot.sha256 IS 'the file (raw.file)';
COMMENT ON COLUMN core.snapshot.verdict IS 'accepted, accepted_with_warnings, unchanged, quarantined or unreadable';
COMMENT ON COLUMN core.snapshot.contract_version IS 'version of the contract that judged';
COMMENT ON COLUMN core.snapshot.reader_version IS 'version of the readers that read';
COMMENT ON COLUMN core.snapshot.received_at IS 'when the bytes came, UTC';
COMMENT ON COLUMN core.snapshot.known_from IS 'from when this judgement counts, UTC: when the bytes came, or when they were judged again';
COMMENT ON COLUMN core.snapshot.loaded_at IS 'when this row was written, UTC';
COMMENT ON COLUMN core.snapshot.rows_read IS 'rows of the table as read';
COMMENT ON COLUMN core.snapshot.rows_loaded IS 'of these, rows in core.province_progress';
COMMENT ON COLUMN core.snapshot.rows_set_aside IS 'of these, rows in core.set_aside; an unchanged return''s rows are neither, they are those of the revision it equals';
COMMENT ON COLUMN core.snapshot.figures IS 'hash of all figures of the rows, by which an unchanged return is recognised; null where set aside';
COMMENT ON COLUMN core.snapshot.same_as IS 'for an unchanged return, the snapshot whose figures it repeats';
COMMENT ON COLUMN core.snapshot.judgement IS 'counts the judgements of this return, from 1';
COMMENT ON COLUMN core.snapshot.hint_campaign IS 'the campaign that the sender named, by option or inbox folder';
COMMENT ON COLUMN core.snapshot.hint_as_of IS 'the as-of date that the sender named';
COMMENT ON COLUMN core.snapshot.ledger_line IS 'the line of the archive''s ledger that brought it, or brought its hints, from 1: the order in which returns came';

CREATE TABLE core.claim (
    snapshot_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    measure VARCHAR NOT NULL,
    value VARCHAR,
    place VARCHAR NOT NULL,
    printed VARCHAR NOT NULL,
    judgement INTEGER NOT NULL
);
COMMENT ON TABLE core.claim IS 'The figures and dates of a document outside its rows: totals row, prose, letters, dates, stamps.';
COMMENT ON COLUMN core.claim.snapshot_id IS 'the return (core.snapshot)';
COMMENT ON COLUMN core.claim.source IS 'table_total, prose, document, letter, cited, registry, or file: what a reader noted about the file itself, such as a hidden row';
COMMENT ON COLUMN core.claim.measure IS 'what it is about: a column, as_of, deadline, letter_no, letter_date …';
COMMENT ON COLUMN core.claim.value IS 'number, ISO date or text; null where it could not be read, or two places differ';
COMMENT ON COLUMN core.claim.place IS 'its place, sheet!R<row>C<column>';
COMMENT ON COLUMN core.claim.printed IS 'what was printed';
COMMENT ON COLUMN core.claim.judgement IS 'the judgement that read it (core.snapshot)';

CREATE TABLE core.violation (
    snapshot_id VARCHAR NOT NULL,
    rule_id VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    observed VARCHAR NOT NULL,
    expected VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    message_th VARCHAR NOT NULL,
    message_en VARCHAR NOT NULL,
    judgement INTEGER NOT NULL
);
COMMENT ON TABLE core.violation IS 'What breaks a rule, with the place, what was printed there and what was expected.';
COMMENT ON COLUMN core.violation.snapshot_id IS 'the return (core.snapshot)';
COMMENT ON COLUMN core.violation.rule_id IS 'the rule, an id that never changes';
COMMENT ON COLUMN core.violation.severity IS 'error (quarantines) or warning';
COMMENT ON COLUMN core.violation.key IS 'the row or fact: a province code, an unknown name, a claim';
COMMENT ON COLUMN core.violation.column_name IS 'the column or fact';
COMMENT ON COLUMN core.violation.observed IS 'what was printed there';
COMMENT ON COLUMN core.violation.expected IS 'what was expected';
COMMENT ON COLUMN core.violation.place IS 'where, sheet!R<row>C<column>; empty where something is absent';
COMMENT ON COLUMN core.violation.message_th IS 'the same in words, Thai';
COMMENT ON COLUMN core.violation.message_en IS 'the same in words, English';
COMMENT ON COLUMN core.violation.judgement IS 'the judgement that reported it (core.snapshot)';
