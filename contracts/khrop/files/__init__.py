"""Files to frames: CSV, workbooks and Parquet, with the place of every row."""
