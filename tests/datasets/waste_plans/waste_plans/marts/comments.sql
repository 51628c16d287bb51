COMMENT ON TABLE mart.waste_plan_trend IS 'The waste plans of all districts, a row an as-of date.';
COMMENT ON COLUMN mart.waste_plan_trend.districts IS 'districts with a row';
