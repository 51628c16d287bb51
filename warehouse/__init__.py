"""The warehouse: a DuckDB file with the schemas raw, core and mart, and the code that runs their SQL."""
