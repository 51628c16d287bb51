"""Read files as frames: CSV, workbooks and Parquet, with the place of every row."""
