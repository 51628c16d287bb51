"""Real servers that tests start for themselves and end: Dagster's, Postgres, an S3 API, Spark Connect.

A module keeps its server's whole name: one called `dagster` beside imports of Dagster would be misread.
"""
