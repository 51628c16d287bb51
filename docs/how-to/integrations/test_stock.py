"""A test of data: `assert_accepted` is a fixture wherever khrop is installed."""

import pandas as pd
from stock import Stock


def test_todays_stock(assert_accepted):
    assert_accepted(pd.read_csv("stock.csv"), Stock, warnings="refuse")
