"""All that depends on Dagster: assets, checks, jobs, sensors, schedules, and runs in the process of a command."""
