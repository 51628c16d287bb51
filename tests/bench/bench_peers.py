"""The four row rules of a province return as users of other libraries would write them, and as one SQL query.

Each peer is a function that takes its engine's frame and judges all of its rows. Here belongs what each is given and
what it cannot express; how they are timed belongs in `bench_contracts.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LEAST = {"total": 1, "saved": 0, "pending": 0}
MOST = 1_000_000_000
"""What the contract says of counts."""
SQL_RULES = (
    " and ".join(f"{column} between {least} and {MOST}" for column, least in LEAST.items()),
    "saved + pending = total",
    "abs(round(saved_percent * 1e2) * total - saved * 1e4) <= total",
    "saved * 2e4 + total - round(saved_percent * 1e2) * total * 2e0 >= 0"
    " and saved * 2e4 + total - round(saved_percent * 1e2) * total * 2e0 < total * 2e0",
)
"""Literals with an exponent are doubles in DuckDB; written 100.0 they are decimals, at three times the cost."""


def hand_written(connection: Any, source: str) -> Callable[[], Any]:
    """One aggregate query that counts the rows that fail each rule."""
    counts = ", ".join(f"count(*) filter (where not ({rule}))" for rule in SQL_RULES)
    return lambda: connection.execute(f"select {counts} from {source}").fetchall()


def plain_pandera(frame: Any) -> Callable[[], Any]:
    """Vectorised checks of the whole frame, all failures collected."""
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    class Rows(pa.DataFrameModel):
        total: int = pa.Field(ge=1, le=MOST)
        saved: int = pa.Field(ge=0, le=MOST)
        pending: int = pa.Field(ge=0, le=MOST)
        saved_percent: float

        @pa.dataframe_check
        def balance(cls, df: Any) -> Any:
            return df["saved"] + df["pending"] == df["total"]

        @pa.dataframe_check
        def percent_within_tolerance(cls, df: Any) -> Any:
            return ((df["saved_percent"] * 100).round() * df["total"] - df["saved"] * 10000).abs() <= df["total"]

        @pa.dataframe_check
        def percent_rounded(cls, df: Any) -> Any:
            over = df["saved"] * 20000 + df["total"] - (df["saved_percent"] * 100).round() * df["total"] * 2
            return (over >= 0) & (over < df["total"] * 2)

    def run() -> Any:
        try:
            return Rows.validate(frame, lazy=True)
        except SchemaErrors as failed:
            return failed

    return run


def dataframely(frame: Any, first: int) -> Callable[[], Any]:
    """A schema with a rule for each invariant, `filter`ed: what fails is counted by rule, and the first of it had."""
    import dataframely as dy
    import polars as pl

    hundredths = (pl.col("saved_percent") * 100).round()

    class Rows(dy.Schema):
        snapshot_id = dy.String(nullable=False)
        ordinal = dy.Int64(nullable=True)
        province_code = dy.String(nullable=True)
        total = dy.Int64(nullable=False, min=1, max=MOST)
        saved = dy.Int64(nullable=False, min=0, max=MOST)
        pending = dy.Int64(nullable=False, min=0, max=MOST)
        saved_percent = dy.Float64(nullable=False)

        @dy.rule()
        def balance(cls) -> pl.Expr:
            return pl.col("saved") + pl.col("pending") == pl.col("total")

        @dy.rule()
        def percent_within_tolerance(cls) -> pl.Expr:
            return (hundredths * pl.col("total") - pl.col("saved") * 10000.0).abs() <= pl.col("total")

        @dy.rule()
        def percent_rounded(cls) -> pl.Expr:
            over = pl.col("saved") * 20000.0 + pl.col("total") - hundredths * pl.col("total") * 2.0
            return (over >= 0) & (over < pl.col("total") * 2.0)

    def run() -> Any:
        failing = Rows.filter(frame)[1]
        return failing.counts(), failing.invalid().lazy().head(first).collect()

    return run


def great_expectations(frame: Any) -> Callable[[], Any]:
    """Expectations on the pandas source. None of them reckons with several columns, so that the sum and the two
    percents are columns that the user adds first; that is a part of the check."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("frames").add_dataframe_asset("rows")
    batches = source.add_batch_definition_whole_dataframe("all")
    expectations: list[Any] = [
        gxe.ExpectColumnValuesToBeBetween(column=c, min_value=m, max_value=MOST) for c, m in LEAST.items()
    ]
    expectations += [gxe.ExpectColumnValuesToNotBeNull(column=c) for c in (*LEAST, "saved_percent")]
    expectations += [
        gxe.ExpectColumnPairValuesToBeEqual(column_A="adds_up_to", column_B="total"),
        gxe.ExpectColumnValuesToBeBetween(column="off_by", min_value=0, max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="over", min_value=0, max_value=1, strict_max=True),
    ]
    suite = gx.ExpectationSuite("rows", expectations=expectations)

    def run() -> Any:
        hundredths = (frame["saved_percent"] * 100).round()
        more = frame.assign(
            adds_up_to=frame["saved"] + frame["pending"],
            off_by=(hundredths - frame["saved"] * 10000 / frame["total"]).abs(),
            over=(frame["saved"] * 20000 + frame["total"]) / (frame["total"] * 2) - hundredths,
        )
        return batches.get_batch({"dataframe": more}).validate(suite, result_format="BASIC")

    return run


def pointblank(connection: Any, table: str, extracts: bool = True) -> Callable[[], Any]:
    """Steps on a DuckDB table, by way of Ibis, with the first failing rows of each as its users get them, or counted
    alone. A step compares one column, so that the sum and the two percents are columns that a step makes first."""
    import ibis
    import pointblank as pb

    rows = ibis.duckdb.from_connection(connection).table(table)

    def adds_up(t: Any) -> Any:
        return t.mutate(adds_up_to=t.saved + t.pending - t.total)

    def off_by(t: Any) -> Any:
        return t.mutate(off_by=((t.saved_percent * 100).round() * t.total - t.saved * 10000.0).abs() - t.total)

    def over(t: Any) -> Any:
        return t.mutate(over=(t.saved * 20000.0 + t.total) / (t.total * 2.0) - (t.saved_percent * 100).round())

    def run() -> Any:
        check = pb.Validate(data=rows)
        for column, least in LEAST.items():
            check = check.col_vals_between(columns=column, left=least, right=MOST)
        return (
            check.col_vals_not_null(columns=[*LEAST, "saved_percent"])
            .col_vals_eq(columns="adds_up_to", value=0, pre=adds_up)
            .col_vals_le(columns="off_by", value=0, pre=off_by)
            .col_vals_between(columns="over", left=0, right=1, inclusive=(True, False), pre=over)
            .interrogate(collect_extracts=extracts)
        )

    return run


def pandera_on_ibis(connection: Any, table: str) -> Callable[[], str]:
    """Pandera's own backend for Ibis, all failures collected."""
    import ibis
    import pandera.ibis as pa
    from pandera.errors import SchemaErrors

    class Rows(pa.DataFrameModel):
        total: int = pa.Field(ge=1, le=MOST)
        saved: int = pa.Field(ge=0, le=MOST)
        pending: int = pa.Field(ge=0, le=MOST)
        saved_percent: float

        @pa.dataframe_check
        def balance(cls, data: Any) -> Any:
            return data.table.saved + data.table.pending == data.table.total

        @pa.dataframe_check
        def percent_within_tolerance(cls, data: Any) -> Any:
            t = data.table
            return ((t.saved_percent * 100).round() * t.total - t.saved * 10000.0).abs() <= t.total

        @pa.dataframe_check
        def percent_rounded(cls, data: Any) -> Any:
            t = data.table
            over = t.saved * 20000.0 + t.total - (t.saved_percent * 100).round() * t.total * 2.0
            return (over >= 0) & (over < t.total * 2.0)

    rows = ibis.duckdb.from_connection(connection).table(table)

    def run() -> str:
        try:
            Rows.validate(rows, lazy=True)
        except SchemaErrors:
            return "some fail"
        return ""

    return run
