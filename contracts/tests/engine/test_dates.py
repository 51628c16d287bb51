"""Days and moments compare on every engine, whatever type it holds them in, a column without a single one too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.typing import Series

from khrop import ContractOptions, check, rule
from khrop.model.rule import Params
from khrop.vocabulary import ByGroup


class Grant(pa.DataFrameModel):
    """A row a grant: who has it, from when, until when."""

    who: Series[str]
    begins: Series[date] = pa.Field(nullable=True, ge=date(2000, 1, 1))
    ends: Series[date] = pa.Field(nullable=True, isin=[date(2020, 1, 1), date(2020, 6, 11), date(2021, 1, 1)])

    __contract__ = ContractOptions(key=("who",))

    @rule("in-order", observed="{begins}", skip_null=("begins", "ends"))
    def in_order(cls, params: Params) -> nw.Expr:
        """No grant ends before it begins."""
        return nw.col("begins") <= nw.col("ends")

    @rule("before-the-reform", severity="warning", observed="{begins}", skip_null=("begins",))
    def before_the_reform(cls, params: Params) -> nw.Expr:
        """Grants of before 2001 are of another law."""
        return (nw.col("begins") >= date(2001, 1, 1)) | nw.col("begins").is_in([date(2000, 2, 29)])

    @rule("latest", scope="group", severity="warning", columns=("who", "ends"))
    def latest(cls, params: Params) -> ByGroup:
        """Nobody's last grant ends after 2020."""
        return ByGroup(("who",), {"last": ("max", "ends")}, nw.col("last") < date(2021, 1, 1))


Days = dict[str, list[Any]]
MIXED: Days = {
    "who": ["ก", "ข", "ค", "ง"],
    "begins": [date(2020, 6, 11), date(1999, 12, 31), None, date(2020, 2, 1)],
    "ends": [date(2020, 6, 11), date(2021, 1, 1), date(2020, 6, 11), date(2020, 1, 1)],
}
FOUND = {"at-least": 1, "in-order": 1, "before-the-reform": 1, "latest": 1}
NO_BEGINNING = {**MIXED, "begins": [None] * 4}


def moments(days: list[Any], unit: str = "us") -> pd.Series[Any]:
    return pd.Series(pd.to_datetime(pd.Series(days)).astype(f"datetime64[{unit}]"))


def as_objects(days: Days) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in days.items()}).astype({"who": "str"})


def as_moments(days: Days) -> pd.DataFrame:
    return as_objects(days).assign(begins=moments(days["begins"]), ends=moments(days["ends"], "s"))


def as_both(days: Days) -> pd.DataFrame:
    return as_objects(days).assign(begins=moments(days["begins"]))


def as_python_moments(days: Days) -> pd.DataFrame:
    held = [None if day is None else datetime(day.year, day.month, day.day) for day in days["ends"]]
    return as_objects(days).assign(ends=pd.Series(held, dtype=object))


def arrow(days: Days) -> Any:
    import pyarrow as pa

    types = {"who": pa.string(), "begins": pa.date32(), "ends": pa.date32()}
    return pa.table({name: pa.array(values, types[name]) for name, values in days.items()})


def arrow_moments(days: Days) -> Any:
    import pyarrow as pa

    made = arrow(days)
    return made.set_column(2, "ends", made["ends"].cast(pa.timestamp("us")))


def pandas_on_arrow(days: Days) -> pd.DataFrame:
    made: pd.DataFrame = arrow_moments(days).to_pandas(types_mapper=pd.ArrowDtype)
    return made


def polars(days: Days) -> Any:
    import polars as pl

    return pl.DataFrame(days, schema={"who": pl.String, "begins": pl.Date, "ends": pl.Date})


def polars_moments(days: Days) -> Any:
    import polars as pl

    return polars(days).with_columns(pl.col("ends").cast(pl.Datetime("us")))


def duckdb(days: Days) -> Any:
    import duckdb

    return duckdb.connect().from_arrow(arrow_moments(days))


def ibis(days: Days) -> Any:
    import ibis

    return ibis.duckdb.connect().create_table("grants", arrow_moments(days))


IBIS_12 = "ignore:fetch_arrow_table:DeprecationWarning"
"""How it asks DuckDB 2."""
FRAMES = [
    as_objects, as_moments, as_both, as_python_moments,
    *(pytest.param(frame, marks=pytest.mark.files) for frame in (arrow, arrow_moments, pandas_on_arrow)),
    *(pytest.param(frame, marks=pytest.mark.polars) for frame in (polars, polars_moments)),
    pytest.param(duckdb, marks=pytest.mark.duckdb),
    pytest.param(ibis, marks=[pytest.mark.ibis, pytest.mark.filterwarnings(IBIS_12)]),
]  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
def test_days_and_moments_compare(frame: Callable[[Days], Any]) -> None:
    verdict = check(Grant, frame(MIXED))
    assert verdict.counts() == FOUND
    assert {v.rule_id: (v.key, v.observed) for v in verdict.records} == {
        "at-least": ("ข", "1999-12-31"),
        "in-order": ("ง", "2020-02-01"),
        "before-the-reform": ("ข", "1999-12-31"),
        "latest": ("ข", "last 2021-01-01"),
    }


@pytest.mark.parametrize("frame", FRAMES)
def test_a_column_without_a_single_day_compares_with_days(frame: Callable[[Days], Any]) -> None:
    assert check(Grant, frame(NO_BEGINNING)).counts() == {"latest": 1}


def test_pandas_own_nothing_is_no_day() -> None:
    for nothing in ("object", "float64", "datetime64[ns]"):
        held = as_objects(MIXED).assign(begins=pd.Series([None] * 4, dtype=nothing))
        assert check(Grant, held).counts() == {"latest": 1}
