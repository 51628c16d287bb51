-- Campaigns that count the same, by different datasets, and campaigns of made-up data.
ALTER TABLE core.campaign ADD COLUMN reconciles_with VARCHAR DEFAULT '';
COMMENT ON COLUMN core.campaign.reconciles_with IS 'the campaign whose returns its own are compared with (mart.reconciliation); empty where there is none';
ALTER TABLE core.campaign ADD COLUMN synthetic BOOLEAN DEFAULT FALSE;
COMMENT ON COLUMN core.campaign.synthetic IS 'whether its returns are made up';
