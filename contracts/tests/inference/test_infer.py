"""`khrop.infer` proposes what data show, with evidence, and nothing that chance explains."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inferences import inferred, limits, panel, proposed

import khrop
from khrop.description.from_contract import describe
from khrop.vocabulary import AddsUp, LinearSequence, RatioRounded, RatioWithin, UniqueKey

N = 60


def test_the_province_table_is_proposed_as_its_contract_has_it(sample: Any) -> None:
    rules = proposed(sample.frame)
    assert rules == {
        "adds-up": AddsUp(("saved", "pending"), "total"),
        "percent-within": RatioWithin("saved_percent", "saved", "total"),
        "percent-rounded": RatioRounded("saved_percent", "saved", "total"),
        "key-unique": UniqueKey(("province_code",)),
        "in-sequence": LinearSequence("ordinal"),
    }
    assert limits(sample.frame, "saved") == {"greater_than_or_equal_to": 0}


def test_each_rule_has_its_evidence(sample: Any) -> None:
    inference = khrop.infer(sample.frame)
    evidence = {(e.rule_id, e.columns): e for e in inference.evidence}
    sums = evidence["adds-up", ("total", "saved", "pending")]
    assert (sums.rows_for, sums.rows, sums.text) == (76, 76, "holds in 76 of 76 rows: saved + pending = total.")
    assert evidence["not-null", ("total",)].text == "no null in 76 rows"
    assert evidence["at-least", ("total",)].text == "≥ 0 in 76 of 76 rows"
    assert {e.rule_id for e in inference.evidence} == {
        "not-null", "at-least", "matches", *(rule.id for rule in khrop.rules_of(inference.contract))
    } - ({"matches"} if "str_matches" not in inference.code else set())  # fmt: skip
    assert inference.code.count("# holds in 76 of 76 rows") == 5
    assert repr(inference) == "<Inference Inferred: 8 columns, 5 rules, holds on 76 rows>"


@pytest.mark.parametrize("day", [lambda m: f"2024-{m:02}", lambda m: date(2024, m, 1), lambda m: datetime(2024, m, 1),
                                 lambda m: 2017 + m, lambda m: f"{2017 + m}"])  # fmt: skip
def test_a_period_in_which_each_key_stands_separates_snapshots(day: Callable[[int], Any]) -> None:
    inference = inferred(panel(day))
    options = inference.description.options
    assert (options.snapshot, options.key) == ("day", ("city",))
    assert {rule.id: rule.what for rule in inference.description.rules} == {"key-unique": UniqueKey(("city",))}


@pytest.mark.parametrize(
    ("column", "is_key"),
    [
        ([f"K{n * 37 % 101}" for n in range(N)], True), (list(range(1, N + 1)), True),
        ([n * 1.5 for n in range(N)], False), ([n * n * 1009 for n in range(N)], False),
    ],
)  # fmt: skip
def test_a_key_is_a_text_or_a_number_that_chance_does_not_keep_apart(column: Sequence[Any], is_key: bool) -> None:
    assert ("key-unique" in proposed(pd.DataFrame({"a": column}))) is is_key
    assert ("key-unique" in proposed(pd.DataFrame({"order_id": column}))) is not isinstance(column[1], float)


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        ([f"{n * 7919 % 1000000:06}" for n in range(N)], "^[0-9]{6}$"),
        ([f"{'AB'[n % 2]}{'XYZ'[n % 3]}-{n * 31 % 9999:04}" for n in range(N)], "^[A-Z]{2}-[0-9]{4}$"),
        ([f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(N)], "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        ([f"a.{n % 9:03}" for n in range(N)], r"^[a-z]\.[0-9]{3}$"),
        ([f"row {n}" for n in range(20, 80)], None), ([f"{n}" for n in range(20, 80)], None),
        (["Rome", "Oslo", "Bonn", "Lima", "Kiel"] * 12, None), ([f"K{n:03}" for n in range(19)], None),
        ([f"กข{n:04}" for n in range(N)], None), ([f"K{n}" for n in range(N)], None),
    ],
)  # fmt: skip
def test_codes_have_the_shape_that_they_share(texts: list[str], pattern: str | None) -> None:
    assert limits(pd.DataFrame({"code": texts}), "code").get("str_matches") == pattern


def test_lists_and_ranges_are_limits_only_where_they_are_wished(chance: random.Random) -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(N)]
    frame = pd.DataFrame({"state": ["new", "old"] * 30, "n": range(5, 5 + N), "day": days, "x": [-1.5, 2.5] * 30})
    assert limits(frame, "state") == {}
    assert limits(frame, "n") == {"greater_than_or_equal_to": 0}
    assert "state has 2 values in 60 rows: 'new', 'old'" in inferred(frame).notes
    assert limits(frame, "state", lists=True) == {"isin": ("new", "old")}
    assert limits(frame, "n", ranges=True) == {"greater_than_or_equal_to": 5, "less_than_or_equal_to": 64}
    assert limits(frame, "x", ranges=True) == {"greater_than_or_equal_to": -1.5, "less_than_or_equal_to": 2.5}
    assert limits(frame, "day", ranges=True) == {"greater_than_or_equal_to": days[0], "less_than_or_equal_to": days[-1]}
    rare = pd.DataFrame({"state": ["new", "old"] * 30 + ["lost"]})
    assert limits(rare, "state", lists=True) == {}


def test_a_sign_needs_ten_values() -> None:
    assert limits(pd.DataFrame({"n": range(9)}), "n") == {}
    assert limits(pd.DataFrame({"n": range(10)}), "n") == {"greater_than_or_equal_to": 0}
    assert limits(pd.DataFrame({"n": range(-1, 20)}), "n") == {}


def test_what_the_first_rows_show_is_dropped_where_a_later_row_breaks_it(chance: random.Random) -> None:
    a, b = ([chance.randint(1, 99) for _ in range(500)] for _ in range(2))
    frame = pd.DataFrame(
        {"n": range(1, 501), "a": a, "b": b, "s": [x + y for x, y in zip(a, b, strict=True)], "t": ["x"] * 500}
    )
    assert "adds-up" in proposed(frame, sample=100)
    frame.loc[400, "s"], frame.loc[450, "t"], frame.loc[480, "n"] = -3, None, 7
    inference = inferred(frame, sample=100)
    assert inference.description.rules == ()
    assert [field.nullable for field in inference.description.fields] == [False, False, False, False, True]
    assert "found in the first 100 and checked on 500 rows" in inference.code
    assert "a + b = s: in the first 100 rows alone" in inference.notes
    assert "s is not always ≥ 0: -3" in inference.notes


def test_columns_of_any_name_and_columns_that_no_contract_has() -> None:
    frame = pd.DataFrame({
        "Sepal.Length": [1.5, 2.5], "class": ["a", "b"], "ยอด": [1, 2], 'a "b"\\': [None, True], "schema": [1, 2],
        "_x": [1, 2], "span": pd.to_timedelta([1, 2], unit="D"), "lists": [[1], [2]], "none": [None, None],
    })  # fmt: skip
    inference = inferred(frame)
    names = [field.name for field in inference.description.fields]
    assert names == ["Sepal.Length", "class", "ยอด", 'a "b"\\', "schema", "_x", "none"]
    assert [note.split(":")[0] for note in inference.notes[:2]] == ["span is left out", "lists is left out"]


def test_nothing_is_inferred_of_nothing() -> None:
    with pytest.raises(ValueError, match="without rows"):
        khrop.infer(pd.DataFrame({"a": []}))
    with pytest.raises(TypeError, match="can be checked"):
        khrop.infer([1, 2])
    with pytest.raises(Exception, match="is no name of a class"):
        khrop.infer(pd.DataFrame({"a": [1]}), name="my class")


@pytest.mark.odcs
def test_the_document_reads_back_as_the_contract(sample: Any) -> None:
    from khrop.export.odcs import from_odcs

    inference = khrop.infer(sample.frame)
    assert describe(from_odcs(inference.odcs)) == describe(inference.contract)
    assert "# adds-up (total, saved, pending): holds in 76 of 76 rows: saved + pending = total.\n" in inference.odcs


def frames() -> dict[str, Any]:
    some = random.Random(3)
    a, b = ([Decimal(some.randint(0, 99999)).scaleb(-2) for _ in range(N)] for _ in range(2))
    starts = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=some.randint(0, 9999)) for _ in range(N)]
    return {
        "code": [f"T{n * 7:04}" for n in range(N)], "net": a, "tax": b,
        "gross": [x + y for x, y in zip(a, b, strict=True)],
        "n": list(range(N)), "start": starts, "end": [at + timedelta(hours=some.randint(0, 999)) for at in starts],
        "flag": [some.random() < 0.5 for _ in range(N)],
    }  # fmt: skip


def pandas_frame(data: dict[str, Any]) -> Any:
    return pd.DataFrame(data)


def polars_frame(data: dict[str, Any]) -> Any:
    import polars as pl

    return pl.DataFrame(data, schema_overrides={name: pl.Decimal(18, 2) for name in ("net", "tax", "gross")}).lazy()


def arrow_table(data: dict[str, Any]) -> Any:
    import pyarrow as pa

    return pa.table(data)


def duckdb_relation(data: dict[str, Any]) -> Any:
    import duckdb

    return duckdb.from_arrow(arrow_table(data))


@pytest.mark.parametrize(
    "make",
    [
        pandas_frame, pytest.param(polars_frame, marks=pytest.mark.polars),
        pytest.param(arrow_table, marks=pytest.mark.files), pytest.param(duckdb_relation, marks=pytest.mark.duckdb),
    ],
)  # fmt: skip
def test_every_engine_proposes_the_same(make: Callable[[dict[str, Any]], Any]) -> None:
    rules = proposed(make(frames()))
    # pandas has decimals as objects, which a contract holds as floats; a type of decimals is exact.
    assert rules.pop("adds-up") == AddsUp(("net", "tax"), "gross", 0.005 if make is pandas_frame else 0)
    assert rules.pop("key-unique") == UniqueKey(("code",))
    assert rules.pop("in-sequence") == LinearSequence("n", 0)
    assert set(rules) == {"in-order"}


VALUES = {
    "integer": st.integers(-50, 50), "count": st.integers(0, 3), "wide": st.integers(-(2**70), 2**70),
    "float": st.floats(allow_nan=False, width=32), "money": st.integers(0, 9999).map(lambda n: n / 100),
    "decimal": st.integers(-9999, 9999).map(lambda n: Decimal(n).scaleb(-3)), "text": st.text(max_size=5),
    "label": st.sampled_from(["x", "y", "total"]), "flag": st.booleans(), "date": st.dates(date(1990, 1, 1)),
    "moment": st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)),
}  # fmt: skip


@st.composite
def any_frame(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(1, 15))
    data: dict[str, list[Any]] = {}
    for name in draw(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=5, unique=True)):
        values = VALUES[draw(st.sampled_from(sorted(VALUES)))]
        if draw(st.booleans()):
            values = values | st.none()
        data[name] = draw(st.lists(values, min_size=rows, max_size=rows))
    return pd.DataFrame(data)


@given(any_frame(), st.booleans())
@settings(max_examples=60)
def test_whatever_the_data_the_proposal_holds(frame: pd.DataFrame, strict: bool) -> None:
    inferred(frame, ranges=strict, lists=strict)
