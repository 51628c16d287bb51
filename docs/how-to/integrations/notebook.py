# %% [markdown]
# # Stock
# A DuckDB notebook: VS Code, Jupytext and Spyder run each cell.

# %%
import duckdb
from stock import Stock

import khrop

# %%
stock = duckdb.read_csv("stock.csv")
verdict = khrop.check(Stock, stock)
verdict  # a table of the rules, with the first violations

# %%
verdict.summary()

# %%
set_aside = verdict.set_aside
duckdb.sql("SELECT item, received - sold AS expected FROM set_aside ORDER BY item")

# %%
verdict.valid.write_parquet("valid.parquet")
