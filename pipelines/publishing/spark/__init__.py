"""What is published of a dataset whose marts Spark makes: its rows against its contract, and its marts.

The session is that of `warehouse.spark_session`, the marts as frames those of `warehouse.on_spark`.
"""
