"""The function as a task of Airflow: what it returns is the task's XCom, what it raises fails the task."""

import pendulum
from airflow.sdk import dag, task
from check_stock import check_stock


@dag(schedule="@daily", start_date=pendulum.datetime(2025, 1, 1, tz="UTC"), catchup=False)
def stock():
    task(check_stock)("/data/stock.parquet", "/data/valid/stock.parquet")


stock()
