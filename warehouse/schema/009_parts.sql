-- Marts of which only the campaigns that changed are built again.
CREATE TABLE core.mart_part (
    mart VARCHAR NOT NULL,
    campaign_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL
);
COMMENT ON TABLE core.mart_part IS 'What the rows of a campaign in a mart were built from; the marts that are built as a whole are not here.';
COMMENT ON COLUMN core.mart_part.mart IS 'the mart, without schema';
COMMENT ON COLUMN core.mart_part.campaign_id IS 'the campaign';
COMMENT ON COLUMN core.mart_part.state IS 'a hash of its newest judgements, its campaign, and the tables and SQL of its dataset';
