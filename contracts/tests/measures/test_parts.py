"""What is judged part by part is what is judged as a whole, however a table is cut, on all engines.

The cases are those of the conformance tests, with all their rules. A rule that the parts do not decide is in `not_run`
with its reason, and only where the reason holds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import conformance_engines as engines
import pandera.pandas as pa
import pytest
from conformance_case import Case, Row, cases, some, together
from conformance_contract import Grant, QuarterlyGrant
from conformance_engines import Frame
from conformance_provinces import returns
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.typing import Series
from spark_session import spark_session

from khrop import ContractOptions, ProvinceProgress, State, Verdict, check, judge, measure, merge

SUMS = {"totals", "parts", "roads", "by-district"}
COMPARED = {"never-less", "same-budget", "something-new", "none-lost"}
OF_PARTS = {"none-lost"}
"""What counts the rows of whole snapshots is decided by no other parts."""


def examples(most: int) -> Any:
    """So many cases, or more (`make fuzz`)."""
    times = int(os.environ.get("KHROP_FUZZ", "1"))
    return settings(max_examples=most * times, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def cut_cases(draw: st.DrawFn) -> tuple[type, Case, bool, list[list[Row]]]:
    """A case, whether its snapshots are to stay whole, and its rows in up to three parts."""
    quarterly = draw(st.booleans())
    # A row without a snapshot is judged in none; where all are such, `check` counts rows, and parts have no snapshot.
    case = draw(cases(quarterly).filter(_has_snapshots))
    complete = quarterly and "quarter" in case.table.types and draw(st.booleans())
    return QuarterlyGrant if quarterly else Grant, case, complete, draw(cuts(case, "quarter" if complete else ""))


def _has_snapshots(case: Case) -> bool:
    held = [row.get("quarter", "") for row in case.table.rows]
    return all(quarter is not None and quarter == quarter for quarter in held)


@st.composite
def cuts(draw: st.DrawFn, case: Case, column: str) -> list[list[Row]]:
    """The rows of a case in up to three parts, in each the rows of some values of a column, if one is named."""
    parts: list[list[Row]] = [[] for _ in range(draw(st.integers(1, 3)))]
    numbers: dict[Any, int] = {}
    for n, row in enumerate(case.table.rows):
        of = str(row[column]) if column else n
        if of not in numbers:
            numbers[of] = draw(st.integers(0, len(parts) - 1))
        parts[numbers[of]].append(row)
    return parts


def judged_in_parts(
    contract: type, case: Case, frame: Frame, complete: bool, parts: list[list[Row]], limit: int | None = None
) -> Verdict:
    others = {name: frame(table) for name, table in case.others.items()}
    previous = others.pop("previous", None)
    states = []
    for rows in parts:
        state = measure(
            contract, frame(case.table.with_rows(rows)), previous=previous, references=others,
            complete_snapshots=complete, limit=limit,
        )  # fmt: skip
        read = State.from_json(state.to_json(), contract)
        assert read == state
        states.append(read)
    return judge(merge(states), claims=list(case.claims))


def assert_alike(
    contract: type, case: Case, frame: Frame, complete: bool, parts: list[list[Row]], undecided: set[str] | None
) -> None:
    """What is judged in parts is as the whole, but for rules in `not_run`: at most those that are `undecided`."""
    others = {name: frame(table) for name, table in case.others.items()}
    whole = check(
        contract, frame(case.table), claims=list(case.claims), previous=others.pop("previous", None), references=others,
        limit=None,
    )  # fmt: skip
    verdict = judged_in_parts(contract, case, frame, complete, parts)
    skipped = {r.rule_id for r in set(verdict.not_run) - set(whole.not_run)}
    compared = COMPARED if misnamed(case) else set()
    assert undecided is None or skipped <= undecided | compared, verdict.not_run
    skipped |= compared
    if not complete and inexact(case):
        skipped |= SUMS
    expected = Counter(v for v in whole.records if v.rule_id not in skipped)
    found = Counter(v for v in verdict.records if v.rule_id not in skipped)
    assert found == expected, {"too many": found - expected, "too few": expected - found}
    assert without(verdict.counts(), skipped) == without(whole.counts(), skipped)
    assert {r for r in whole.not_run if r.rule_id not in skipped} == {
        r for r in verdict.not_run if r.rule_id not in skipped
    }
    if not skipped:
        assert verdict.status == whole.status
        assert verdict.snapshots == whole.snapshots
    assert verdict.count_rows() == whole.count_rows()


def inexact(case: Case) -> bool:
    """Whether a sum of floats depends on the order in which they are added."""
    figures = [row.get(column) for row in case.table.rows for column in ("budget", "spent", "left")]
    return any(isinstance(v, float) and 2.0**50 < abs(v) < float("inf") for v in figures)


def misnamed(case: Case) -> bool:
    """Whether a frame of one snapshot is compared with rows of another: only `check` takes them for the same."""
    names = {row.get("quarter") for row in case.table.rows} - {None}
    others = {row.get("quarter") for table in case.others.values() for row in table.rows}
    return "quarter" in case.table.types and len(names) < 2 and bool(others - names)


def without(counts: dict[str, int], rules: set[str]) -> dict[str, int]:
    return {rule: number for rule, number in counts.items() if rule not in rules}


def agrees(frame: Frame, cut: tuple[type, Case, bool, list[list[Row]]], undecided: set[str] | None = OF_PARTS) -> None:
    contract, case, complete, parts = cut
    of_parts = len(parts) > 1 and not complete
    assert_alike(contract, case, frame, complete, parts, undecided if of_parts or undecided is None else set())


@given(cut=cut_cases())
@examples(8)
def test_pandas(cut: tuple[type, Case, bool, list[list[Row]]]) -> None:
    agrees(engines.pandas_nullable, cut)


@pytest.mark.parametrize("frame", [engines.pandas_plain, engines.pandas_objects], ids=["plain", "objects"])
@given(cut=cut_cases())
@examples(10)
def test_pandas_whose_types_follow_from_the_values_of_a_part(
    frame: Frame, cut: tuple[type, Case, bool, list[list[Row]]]
) -> None:
    agrees(frame, cut, undecided=None)


@pytest.mark.duckdb
@given(cut=cut_cases())
@examples(10)
def test_arrow(cut: tuple[type, Case, bool, list[list[Row]]]) -> None:
    agrees(engines.arrow, cut)


@pytest.mark.polars
@pytest.mark.parametrize("frame", [engines.polars, engines.polars_lazy], ids=["eager", "lazy"])
@given(cut=cut_cases())
@examples(10)
def test_polars(frame: Frame, cut: tuple[type, Case, bool, list[list[Row]]]) -> None:
    agrees(frame, cut)


@pytest.fixture(scope="module")
def duck() -> Iterator[Frame]:
    import duckdb

    with duckdb.connect() as connection:
        yield engines.Duck(connection)


@pytest.mark.duckdb
@given(cut=cut_cases())
@examples(10)
def test_duckdb(duck: Frame, cut: tuple[type, Case, bool, list[list[Row]]]) -> None:
    agrees(duck, cut)


@st.composite
def cut_returns(draw: st.DrawFn) -> tuple[type, Case, bool, list[list[Row]]]:
    case = draw(returns())
    complete = draw(st.booleans())
    return ProvinceProgress, case, complete, draw(cuts(case, "snapshot_id" if complete else ""))


@pytest.mark.polars
@given(cut=cut_returns())
@examples(10)
def test_province_returns(cut: tuple[type, Case, bool, list[list[Row]]]) -> None:
    agrees(engines.pandas_nullable, cut)
    agrees(engines.polars, cut)


@given(cut=cut_cases(), limit=st.integers(0, 3))
@examples(8)
def test_no_more_is_kept_than_the_limit_but_all_is_counted(
    cut: tuple[type, Case, bool, list[list[Row]]], limit: int
) -> None:
    contract, case, complete, parts = cut
    every = judged_in_parts(contract, case, engines.pandas_nullable, complete, parts)
    few = judged_in_parts(contract, case, engines.pandas_nullable, complete, parts, limit)
    assert (few.status, few.counts()) == (every.status, every.counts())
    assert not set(few.records) - set(every.records)
    kept = Counter(v.rule_id for v in few.records)
    assert kept == {rule: min(number, limit) for rule, number in every.counts().items() if limit}


@given(cut=cut_cases())
@examples(8)
def test_the_order_in_which_parts_are_merged_does_not_matter(cut: tuple[type, Case, bool, list[list[Row]]]) -> None:
    contract, case, complete, parts = cut
    states = [
        measure(contract, engines.pandas_nullable(case.table.with_rows(rows)), complete_snapshots=complete, limit=2)
        for rows in parts
    ]
    at_once, one_by_one = judge(merge(states)), states[-1]
    for state in reversed(states[:-1]):
        one_by_one = merge([one_by_one, state])
    again = judge(one_by_one)
    if not inexact(case):
        assert Counter(again.records) == Counter(at_once.records)
        assert (again.counts(), set(again.not_run)) == (at_once.counts(), set(at_once.not_run))


@pytest.mark.ibis
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
@given(cut=cut_cases())
@examples(4)
def test_ibis(cut: tuple[type, Case, bool, list[list[Row]]]) -> None:
    import ibis

    connection = ibis.duckdb.connect()
    agrees(engines.Ibis(connection, count()), cut)
    connection.disconnect()


@pytest.fixture(scope="module")
def spark() -> Frame:
    return engines.Spark(spark_session())


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_spark_with_many_cases_at_once(spark: Frame) -> None:
    types = dict.fromkeys(("ordinal", "budget", "spent", "left"), "int64") | {"spent": "decimal", "share": "float64"}
    types |= {"open": "bool"} | dict.fromkeys(("code", "kind", "district", "quarter"), "text")
    case = replace(together(some(cases(True, types), 12), True), others={})  # joins take most of the time
    agrees(spark, (QuarterlyGrant, case, False, [case.table.rows[::2], case.table.rows[1::2]]))


class Dotted(pa.DataFrameModel):
    """A column of a name that Spark reads as a field of another."""

    key: Series[str] = pa.Field(alias="shop.key", unique=True)
    sold: Series[int] = pa.Field(ge=0)

    __contract__ = ContractOptions(version="1.0.0", key=("shop.key",))


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_spark_with_names_that_it_reads_otherwise(spark: Any) -> None:
    session = spark.session
    parts = [session.createDataFrame(rows, ["shop.key", "sold"]) for rows in ([("a", 1), ("b", -1)], [("a", 2)])]
    states = [State.from_json(measure(Dotted, part).to_json(), Dotted) for part in parts]
    verdict = judge(merge(states))
    found = {(v.rule_id, v.column_name, v.key) for v in verdict.records}
    assert found == {(v.rule_id, v.column_name, v.key) for v in check(Dotted, parts[0].union(parts[1])).records}


@pytest.mark.files  # whose tests have both engines
def test_parts_may_be_of_different_engines(duck: Frame) -> None:
    case = some(returns(), 1)[0]
    rows = case.table.rows
    frames = (engines.pandas_nullable, engines.polars, engines.arrow, duck)
    states = [
        measure(ProvinceProgress, frame(case.table.with_rows(rows[n::4])), complete_snapshots=False)
        for n, frame in enumerate(frames)
    ]
    verdict = judge(merge(states), claims=list(case.claims))
    whole = check(ProvinceProgress, engines.polars(case.table), claims=list(case.claims), limit=None)
    assert (verdict.status, verdict.counts()) == (whole.status, whole.counts())
    assert Counter(verdict.records) == Counter(whole.records)
