"""The function as a task of Prefect."""

from check_stock import check_stock
from prefect import flow, task


@flow
def stock():
    return task(check_stock)("/data/stock.parquet", "/data/valid/stock.parquet")


if __name__ == "__main__":
    stock()
