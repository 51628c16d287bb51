"""What is asked of a database: one scan for all row rules, one group-by a key, and only failing rows brought home.

Queries are counted where they are run, in DuckDB's own log.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw
import pandera.pandas as pa
import pytest
from pandera.typing import Series

from khrop import ContractOptions, check, rule
from khrop.model.rule import Params
from khrop.vocabulary import AddsUp, ByGroup, UniqueKey

pytestmark = pytest.mark.duckdb

ROWS = 5000


class Sale(pa.DataFrameModel):
    """Row rules alone."""

    shop: Series[str]
    came: Series[int] = pa.Field(ge=0)
    sold: Series[int]
    left: Series[int]
    price: Series[float] = pa.Field(gt=0)

    __contract__ = ContractOptions(key=("shop",))

    @rule("adds-up", columns=("sold", "left", "came"))
    def adds_up(cls, params: Params) -> AddsUp:
        """sold + left = came."""
        return AddsUp(("sold", "left"), "came")

    @rule("cheap", severity="warning")
    def cheap(cls, params: Params) -> nw.Expr:
        """Nothing is dearer than a thousand."""
        return nw.col("price") * nw.col("sold") <= 1000


class SaleByShop(Sale):
    """With rules about groups, by two keys."""

    @rule("once", scope="group", columns=("shop",))
    def once(cls, params: Params) -> UniqueKey:
        """No shop stands twice."""
        return UniqueKey(("shop",))

    @rule("little", scope="group", severity="warning", columns=("shop", "sold"))
    def little(cls, params: Params) -> ByGroup:
        """No shop sells more than a hundred."""
        return ByGroup(("shop",), {"sold": ("sum", "sold")}, nw.col("sold") <= 100)

    @rule("some", scope="group", severity="warning", columns=("came", "left"))
    def some(cls, params: Params) -> ByGroup:
        """Of each number that came, less is left."""
        return ByGroup(("came",), {"most": ("max", "left")}, nw.col("most") <= nw.col("came"))


class Database:
    """A DuckDB whose queries are logged."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        connection.execute("CALL enable_logging('QueryLog')")

    def sales(self, wrong_every: int = 0) -> Any:
        wrong = f"CASE WHEN i % {wrong_every} = 0 THEN 1 ELSE 0 END" if wrong_every else "0"
        self.connection.execute(
            "CREATE OR REPLACE TABLE sales AS SELECT 'shop ' || i AS shop, i % 7 + 2 AS came, 1 AS sold,"
            f" i % 7 + 1 + {wrong} AS left, 9.5::DOUBLE AS price FROM range({ROWS}) r(i)"
        )
        return self.connection.table("sales")

    def queries(self, contract: type, relation: Any, **how: Any) -> tuple[list[str], Any]:
        """The queries that a check runs, and its verdict."""
        self.connection.execute("CALL truncate_duckdb_logs()")
        verdict = check(contract, relation, **how)
        logged = self.connection.execute("SELECT message FROM duckdb_logs WHERE type = 'QueryLog'").fetchall()
        return [message for (message,) in logged if "duckdb_logs" not in message], verdict


@pytest.fixture
def database() -> Iterator[Database]:
    import duckdb

    with duckdb.connect() as connection:
        yield Database(connection)


def test_row_rules_that_hold_cost_one_query(database: Database) -> None:
    queries, verdict = database.queries(Sale, database.sales())
    assert verdict.status == "accepted"
    assert len(queries) == 1


def test_group_rules_cost_one_group_by_a_key(database: Database) -> None:
    queries, verdict = database.queries(SaleByShop, database.sales())
    assert verdict.status == "accepted"
    assert len(queries) == 3
    assert [sum(f'GROUP BY "{key}"' in query for query in queries) for key in ("shop", "came")] == [1, 1]


@pytest.mark.parametrize("wrong_every", [50, 5])
def test_only_failing_rows_are_brought_home_and_no_more_than_the_limit(database: Database, wrong_every: int) -> None:
    queries, verdict = database.queries(Sale, database.sales(wrong_every), limit=20)
    assert verdict.counts() == {"adds-up": ROWS // wrong_every}
    assert len(verdict.records) == 20
    scan, fetch = (database.connection.sql(query).fetchall() for query in queries)
    assert (len(scan), len(fetch)) == (1, 20)


def test_without_a_limit_no_row_that_holds_is_brought_home(database: Database) -> None:
    queries, verdict = database.queries(Sale, database.sales(50), limit=None)
    assert len(verdict.records) == ROWS // 50
    assert sum(len(database.connection.sql(query).fetchall()) for query in queries) == 1 + ROWS // 50


def test_to_count_alone_nothing_is_fetched(database: Database) -> None:
    queries, verdict = database.queries(Sale, database.sales(5), limit=0)
    assert (verdict.status, len(queries)) == ("quarantined", 1)


def test_the_rows_that_hold_stay_in_the_engine(database: Database) -> None:
    sales = database.sales(50)
    _, verdict = database.queries(SaleByShop, sales)
    assert type(verdict.valid) is type(sales)
    assert verdict.valid.aggregate("count(*)").fetchall() == [(ROWS - ROWS // 50,)]


class Weighed(pa.DataFrameModel):
    """Parts that are no whole numbers."""

    first: Series[float]
    second: Series[float]
    whole: Series[float]

    @rule("adds-up", columns=("first", "second", "whole"))
    def adds_up(cls, params: Params) -> AddsUp:
        """first + second = whole."""
        return AddsUp(("first", "second"), "whole")


@pytest.mark.parametrize("source", ["from parts", "select *\nfrom parts\nwhere whole > 0"])
def test_the_sql_that_is_kept_for_a_table_is_not_used_for_one_with_other_types(database: Database, source: str) -> None:
    """0.1 + 0.2 = 0.3 as decimals, and not as floats."""
    for kind, failing in (("double", 2), ("decimal(9, 2)", 1), ("double", 2)):
        row = f"(select 0.1::{kind} as first, {{}}::{kind} as second, 0.3::{kind} as whole)"
        database.connection.execute(f"create or replace table parts as {row.format(0.2)} union all {row.format(0.1)}")
        verdict = check(Weighed, database.connection.sql(source), scopes=("row",))
        assert (kind, verdict.counts()) == (kind, {"adds-up": failing})
