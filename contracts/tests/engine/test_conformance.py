"""All engines agree with a plain-Python oracle, and so with one another, whatever a frame holds.

A case is drawn by Hypothesis (`conformance_case`, `conformance_provinces`), becomes a frame of an engine
(`conformance_engines`), and must come to what the oracle says (`conformance_oracle`, `conformance_expected`): status,
counts, violations, and which rows hold. Engines to which a query is dear are given many cases at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import conformance_engines as engines
import pytest
from conformance_case import Case, cases, some, together
from conformance_contract import Grant, QuarterlyGrant
from conformance_engines import Frame, assert_agrees, judged, lines
from conformance_expected import grants
from conformance_oracle import Reported
from conformance_provinces import provinces, returns
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spark_session import spark_session

from khrop import ProvinceProgress

TAME = dict.fromkeys(("ordinal", "budget", "spent", "left"), "int64") | {
    "share": "float64", "open": "bool", "code": "text", "kind": "text", "district": "text",
    "at": "moment", "ref": "text",
}  # fmt: skip
MIXED = TAME | {"spent": "decimal", "ordinal": "int16"}
WRONG = TAME | {"left": "text", "share": "null"}
WIDE = TAME | {"budget": "wide", "spent": "fine", "left": "decimal", "kind": "category"}
HUGE = TAME | {"budget": "huge", "spent": "huge", "left": "huge"}
QUARTER = {"quarter": "text"}


def agrees(frame: Frame, quarterly: bool, case: Case) -> None:
    assert_agrees(QuarterlyGrant if quarterly else Grant, case, frame, grants(case, quarterly))


def examples(most: int) -> Any:
    """So many cases, or more (`make fuzz`)."""
    times = int(os.environ.get("KHROP_FUZZ", "1"))
    return settings(max_examples=most * times, deadline=None, suppress_health_check=list(HealthCheck))


drawn = st.booleans().flatmap(lambda quarterly: st.tuples(st.just(quarterly), cases(quarterly)))
of_pandas = pytest.mark.parametrize(
    "frame",
    [engines.pandas_plain, engines.pandas_nullable, engines.pandas_objects],
    ids=["plain", "nullable", "objects"],
)


@of_pandas
@given(drawn=drawn)
@examples(25)
def test_pandas(frame: Frame, drawn: tuple[bool, Case]) -> None:
    agrees(frame, *drawn)


@given(case=cases(quarterly=False, types=HUGE))
@examples(25)
def test_pandas_with_integers_beyond_64_bits(case: Case) -> None:
    agrees(engines.pandas_objects, False, case)


@of_pandas
@given(case=returns())
@examples(12)
def test_province_returns_as_pandas_frames(frame: Frame, case: Case) -> None:
    assert_agrees(ProvinceProgress, case, frame, provinces(case))


@pytest.mark.parametrize("limit", [0, 1, 3])
@given(case=cases(quarterly=True))
@examples(8)
def test_no_more_is_reported_than_the_limit_but_all_is_counted(limit: int, case: Case) -> None:
    reported_within_the_limit(engines.pandas_nullable, limit, case)


def reported_within_the_limit(frame: Frame, limit: int, case: Case) -> None:
    expected = grants(case, quarterly=True)
    _, verdict = judged(QuarterlyGrant, case, frame, limit)
    reported = [Reported(v.rule_id, v.severity, v.snapshot, v.key, v.column_name, v.place) for v in verdict.records]
    assert (verdict.status, verdict.counts()) == (expected.status, expected.counts)
    assert not set(reported) - set(expected.found)
    for rule, number in expected.counts.items():
        assert sum(t.rule_id == rule for t in reported) == min(number, limit)
    everything = {row["line"] for row in case.table.rows}
    assert set(lines(verdict.set_aside)) == (everything if expected.aside is None else expected.aside)


@pytest.mark.duckdb
@pytest.mark.parametrize("frame", [engines.pandas_arrow, engines.arrow], ids=["pandas", "pyarrow"])
@given(drawn=drawn)
@examples(25)
def test_arrow(frame: Frame, drawn: tuple[bool, Case]) -> None:
    agrees(frame, *drawn)


@pytest.mark.polars
@pytest.mark.parametrize("frame", [engines.polars, engines.polars_lazy], ids=["eager", "lazy"])
@given(drawn=drawn)
@examples(25)
def test_polars(frame: Frame, drawn: tuple[bool, Case]) -> None:
    agrees(frame, *drawn)


@pytest.mark.polars
@given(case=cases(quarterly=False, types=HUGE))
@examples(30)
def test_polars_with_integers_of_128_bits(case: Case) -> None:
    agrees(engines.polars, False, case)


@pytest.mark.polars
@pytest.mark.parametrize("frame", [engines.polars, engines.polars_lazy], ids=["eager", "lazy"])
@given(case=returns())
@examples(12)
def test_province_returns_as_polars_frames(frame: Frame, case: Case) -> None:
    assert_agrees(ProvinceProgress, case, frame, provinces(case))


@pytest.fixture(scope="module")
def duck() -> Iterator[Frame]:
    import duckdb

    with duckdb.connect() as connection:
        yield engines.Duck(connection)


@pytest.mark.duckdb
@given(drawn=drawn)
@examples(25)
def test_duckdb(duck: Frame, drawn: tuple[bool, Case]) -> None:
    agrees(duck, *drawn)


@pytest.mark.duckdb
@given(case=cases(quarterly=True))
@examples(10)
def test_duckdb_reports_no_more_than_the_limit_but_counts_all(duck: Frame, case: Case) -> None:
    reported_within_the_limit(duck, 1, case)


@pytest.mark.duckdb
@given(case=returns())
@examples(8)
def test_province_returns_as_duckdb_relations(duck: Frame, case: Case) -> None:
    assert_agrees(ProvinceProgress, case, duck, provinces(case))


@pytest.fixture(scope="module")
def ibis_tables() -> Iterator[Frame]:
    import ibis

    connection = ibis.duckdb.connect()
    yield engines.Ibis(connection, count())
    connection.disconnect()


@pytest.mark.ibis
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # how Ibis 12 asks DuckDB 2
@given(drawn=drawn)
@examples(8)
def test_ibis(ibis_tables: Frame, drawn: tuple[bool, Case]) -> None:
    agrees(ibis_tables, *drawn)


AT_ONCE = [(True, MIXED | QUARTER), (False, WRONG), (False, WIDE)]
at_once = pytest.mark.parametrize(("quarterly", "types"), AT_ONCE, ids=["mixed", "wrong", "wide"])


def many_at_once(frame: Frame, quarterly: bool, types: dict[str, str]) -> None:
    agrees(frame, quarterly, together(some(cases(quarterly, types), 30), quarterly))


@pytest.mark.ibis
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
@at_once
def test_ibis_with_many_cases_at_once(ibis_tables: Frame, quarterly: bool, types: dict[str, str]) -> None:
    many_at_once(ibis_tables, quarterly, types)


@pytest.fixture(scope="module")
def spark() -> Frame:
    return engines.Spark(spark_session())


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
@at_once
def test_spark_with_many_cases_at_once(spark: Frame, quarterly: bool, types: dict[str, str]) -> None:
    many_at_once(spark, quarterly, types)
