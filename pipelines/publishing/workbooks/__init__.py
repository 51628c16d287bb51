"""Workbooks that people fill in or look at, of any dataset: cells, and the file."""
