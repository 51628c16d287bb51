"""The warehouse: a DuckDB file with the schemas raw, core and mart, and the store that runs their SQL."""
