"""`ProvinceProgress.validate` is plain Pandera, and says of rows and groups what `check` says."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaError, SchemaErrors, SchemaWarning
from pandera.typing import Series
from stock_contract import Stock

from khrop import ProvinceProgress, check

COUNTS = ("total", "saved", "pending")


def pandera_says(frame: pd.DataFrame) -> str:
    with warnings.catch_warnings(record=True) as recorded:
        warnings.simplefilter("always", SchemaWarning)
        try:
            ProvinceProgress.validate(frame)
        except (SchemaError, SchemaErrors):
            return "quarantined"
    return "accepted_with_warnings" if any(w.category is SchemaWarning for w in recorded) else "accepted"


def khrop_says(frame: pd.DataFrame) -> str:
    return check(ProvinceProgress, frame).status


def test_the_real_returns_rows_are_valid(sample: Any) -> None:
    assert pandera_says(sample.frame) == khrop_says(sample.frame) == "accepted"


def test_a_warning_is_panderas_warning_and_not_its_failure(sample: Any) -> None:
    frame = sample.row("กระบี่", saved_percent=4.83).frame
    with pytest.warns(SchemaWarning, match="percent-rounded"):
        ProvinceProgress.validate(frame)


figures = st.one_of(st.none(), st.integers(-1, 400), st.just(2.5))
percents = st.one_of(st.none(), st.integers(-1, 10_001).map(lambda n: n / 100))
mutations = st.one_of(
    st.tuples(st.sampled_from(COUNTS), st.integers(0, 75), figures),
    st.tuples(st.just("saved_percent"), st.integers(0, 75), percents),
    st.tuples(st.just("ordinal"), st.integers(0, 75), st.one_of(st.none(), st.integers(0, 78))),
    st.tuples(st.just("province_code"), st.integers(0, 75), st.sampled_from([None, "10", "81", "96", "00"])),
    st.tuples(st.just("drop"), st.integers(0, 75), st.none()),
    st.tuples(st.just("double"), st.integers(0, 75), st.none()),
)


def mutated(frame: pd.DataFrame, column: str, at: int, value: Any) -> pd.DataFrame:
    at = at % len(frame)
    if column == "drop":
        return frame.drop(index=at).reset_index(drop=True)
    if column == "double":
        return pd.concat([frame, frame.iloc[[at]]], ignore_index=True)
    values = frame[column].tolist()
    values[at] = value
    return frame.assign(**{column: pd.Series(values)})


@given(changes=st.lists(mutations, max_size=3))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_plain_pandera_and_check_agree(sample: Any, changes: list[tuple[str, int, Any]]) -> None:
    frame = sample.frame
    for column, at, value in changes:
        frame = mutated(frame, column, at, value)
    assert pandera_says(frame) == khrop_says(frame)


def test_a_rule_about_the_frame_leaves_one_record_not_one_a_column(sample: Any) -> None:
    frame = sample.row("กระบี่", pending=58).frame
    with pytest.raises(SchemaErrors) as failed:
        ProvinceProgress.validate(frame, lazy=True)
    assert list(failed.value.failure_cases["check"]) == ["The parts add up: saved + pending = total."]
    assert [v.rule_id for v in sample.row("กระบี่", pending=58).broken("balance")] == ["balance"]


def test_a_fifth_of_the_rows_failing_gives_one_violation_each(sample: Any) -> None:
    frame = sample.frame.copy()
    frame.loc[:14, "pending"] += 1
    found = replace(sample, frame=frame).broken("balance")
    assert [v.key for v in found] == list(frame["province_code"][:15])


def test_no_row_that_fails_is_let_through() -> None:
    """Pandera's `drop_invalid_rows` keeps rows that fail a frame-wide check; what is `valid` here keeps none."""
    frame = pd.DataFrame({"item": ["a", "b"], "received": [3, 3], "sold": [1, 1], "left": [2, 1]})
    verdict = check(Stock, frame)
    assert (list(verdict.valid["item"]), list(verdict.set_aside["item"])) == (["a"], ["b"])


def test_a_return_with_a_row_that_fails_is_set_aside_as_a_whole(sample: Any) -> None:
    verdict = sample.row("กระบี่", pending=58).check()
    assert (verdict.status, len(verdict.valid), len(verdict.set_aside)) == ("quarantined", 0, 76)


class Item(pa.DataFrameModel):
    """An item of a list, by a number of its own."""

    number: Series[int] = pa.Field(ge=1, unique=True)


@pytest.mark.polars
def test_the_data_of_a_lazy_frame_are_checked() -> None:
    """Pandera's validation of a LazyFrame looks at its types alone."""
    import polars as pl

    verdict = check(Item, pl.LazyFrame({"number": [0, 2, 2, 3]}))
    assert verdict.counts() == {"at-least": 1, "unique-number": 1}
    assert isinstance(verdict.valid, pl.LazyFrame)
    assert verdict.valid.collect()["number"].to_list() == [3]


@pytest.mark.ibis
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # how Ibis 12 asks DuckDB 2
def test_unique_is_not_ignored_by_ibis() -> None:
    """Pandera's Ibis backend does not look at `Field(unique=True)`."""
    import ibis
    import pyarrow

    connection = ibis.duckdb.connect()
    verdict = check(Item, connection.create_table("items", pyarrow.table({"number": [1, 2, 2]})))
    assert verdict.counts() == {"unique-number": 1}
    assert verdict.valid.to_pyarrow()["number"].to_pylist() == [1]
    connection.disconnect()


def test_a_fraction_is_not_cut_to_a_count(sample: Any) -> None:
    frame = sample.row("กระบี่", pending=59.4).frame
    assert (pandera_says(frame), khrop_says(frame)) == ("quarantined", "quarantined")


def test_numbers_as_text_are_coerced_by_pandera_and_named_by_check(sample: Any) -> None:
    frame = sample.frame.assign(saved=["many"] * 76)
    assert (pandera_says(frame), khrop_says(frame)) == ("quarantined", "quarantined")
