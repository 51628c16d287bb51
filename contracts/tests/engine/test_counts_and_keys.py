"""Numbers of rows by a list, dates between a document's facts, keys that come and go, rules about nulls: on every
engine."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import narwhals as nw
import pyarrow as pya
import pytest
from every_engine import IBIS_12, contract, counts, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import BetweenFacts, GroupCounts, KeysKept

pytestmark = pytest.mark.filterwarnings(IBIS_12)

DAYS = pya.timestamp("s")


@every_engine
@pytest.mark.parametrize("others", [True, False])
def test_groups_have_as_many_rows_as_the_list_says(engine: str, others: bool) -> None:
    listed = (("a", "x", 2), ("a", "y", 1), ("b", "x", 1))
    of = contract({"p": str, "k": str}, r=rule(GroupCounts(("p", "k"), listed, others), scope="group", columns=("p",)))
    table = pya.table({"p": ["a", "a", "b", "c"], "k": ["x", "x", "x", "x"]})
    verdict = khrop.check(of, frame_of(engine, table))
    found = [(v.key, v.observed, v.expected) for v in verdict.records]
    assert found == [("a, y", "0", "1"), *([("c, x", "1", "0")] if others else [])]


@pytest.mark.duckdb
@pytest.mark.parametrize("others", [True, False])
def test_the_query_of_groups_finds_what_the_check_finds(others: bool) -> None:
    import duckdb

    from khrop.export.sql import to_sql

    counted = GroupCounts(("p", "k"), (("a", "x", 2), ("a", "y", 1), ("b", "x", 1)), others)
    of = contract({"p": str, "k": str}, r=rule(counted, scope="group", columns=("p",)))
    text = to_sql(of, "given")
    query = text[text.index("WITH counted") :].split(";")[0]
    with duckdb.connect() as connection:
        connection.register("given", pya.table({"p": ["a", "a", "b", "c"], "k": ["x", "x", "x", "x"]}))
        found = sorted(connection.execute(query).fetchall())
    assert found == [("a", "y", 0, 1), *([("c", "x", 1, 0)] if others else [])]


@every_engine
def test_groups_are_counted_in_each_snapshot(engine: str) -> None:
    of = contract(
        {"s": str, "k": int}, r=rule(GroupCounts(("k",), ((1, 1), (2, 1))), scope="group", columns=("k",)),
        __contract__=khrop.ContractOptions(version="1", snapshot="s"),
    )  # fmt: skip
    table = pya.table({"s": ["m", "m", "n"], "k": [1, 2, 2]})
    verdict = khrop.check(of, frame_of(engine, table))
    assert [(v.snapshot, v.key, v.observed) for v in verdict.records] == [("n", "1", "0")]


@every_engine
def test_dates_lie_between_what_the_document_says(engine: str) -> None:
    of = contract(
        {"k": str, "d": (khrop_date(), {"nullable": True})},
        r=rule(BetweenFacts("d", "opened", "as_of"), scope="group", columns=("d",), skip_null=("d",)),
        __contract__=khrop.ContractOptions(version="1", key=("k",)),
    )  # fmt: skip
    days = [datetime(2020, 5, 19), datetime(2020, 6, 11), datetime(2020, 6, 12), datetime(2020, 5, 18), None]
    table = pya.table({"k": ["a", "b", "c", "d", "e"], "d": pya.array(days, DAYS)})
    document = {"opened": date(2020, 5, 19), "as_of": date(2020, 6, 11)}
    verdict = khrop.check(of, frame_of(engine, table), document=document)
    assert [(v.key, v.observed) for v in verdict.records] == [("c", "2020-06-12"), ("d", "2020-05-18")]
    assert verdict.records[0].expected == "2020-05-19 … 2020-06-11"
    assert counts(of, engine, table, document={"as_of": date(2020, 6, 11)}) == {"r": 1}  # the other is not known


@every_engine
def test_an_hour_counts_where_the_value_and_the_fact_have_one(engine: str) -> None:
    of = contract(
        {"k": str, "d": (khrop_date(), {"nullable": True})},
        r=rule(BetweenFacts("d", "opened", "received"), scope="group", columns=("d",), skip_null=("d",)),
        __contract__=khrop.ContractOptions(version="1", key=("k",)),
    )  # fmt: skip
    moments = [datetime(2020, 6, 11), datetime(2020, 6, 11, 12, 1), datetime(2020, 5, 19, 0, 1), None]
    table = pya.table({"k": ["a", "b", "c", "d"], "d": pya.array(moments, DAYS)})
    noon = {"opened": date(2020, 5, 19), "received": datetime(2020, 6, 11, 12, 0)}
    (violation,) = khrop.check(of, frame_of(engine, table), document=noon).records
    assert (violation.key, violation.observed) == ("b", "2020-06-11 12:01:00")
    assert violation.expected == "2020-05-19 … 2020-06-11 12:00:00"
    assert counts(of, engine, table, document=noon | {"received": date(2020, 6, 11)}) == {}
    assert counts(of, engine, table, document={"opened": datetime(2020, 5, 19, 0, 2)}) == {"r": 1}


def khrop_date() -> Any:
    import pandera.pandas as pa

    return pa.DateTime


@every_engine
def test_keys_come_and_go_only_by_known_changes(engine: str) -> None:
    of = contract(
        {"k": str}, r=rule(KeysKept(("k",), known="changes"), scope="reference", columns=("k",)),
        __contract__=khrop.ContractOptions(version="1", key=("k",)),
    )  # fmt: skip
    now, before = pya.table({"k": ["a", "b", "new", "moved"]}), pya.table({"k": ["a", "b", "gone", "old"]})
    references = {"changes": frame_of(engine, pya.table({"k": ["moved", "old"]}))}
    verdict = khrop.check(of, frame_of(engine, now), previous=frame_of(engine, before), references=references)
    assert [(v.key, v.observed, v.expected) for v in verdict.records] == [("new", "1", "0"), ("gone", "0", "1")]
    same = khrop.check(of, frame_of(engine, now), previous=frame_of(engine, now), references=references)
    assert (same.status, same.not_run) == ("accepted", ())
    alone = khrop.check(of, frame_of(engine, now), references=references)
    assert [skipped.reason for skipped in alone.not_run] == ["no reference previous was passed"]


@every_engine
def test_keys_are_compared_snapshot_by_snapshot(engine: str) -> None:
    of = contract(
        {"s": str, "k": str}, r=rule(KeysKept(("k",)), scope="reference", columns=("k",)),
        __contract__=khrop.ContractOptions(version="1", key=("k",), snapshot="s"),
    )  # fmt: skip
    now = pya.table({"s": ["m", "m", "n", "o"], "k": ["a", "b", "a", "z"]})
    before = pya.table({"s": ["m", "m", "n"], "k": ["a", "b", "b"]})  # nothing stands before the snapshot o
    verdict = khrop.check(of, frame_of(engine, now), previous=frame_of(engine, before))
    assert [(v.snapshot, v.key, v.observed) for v in verdict.records] == [("n", "a", "1"), ("n", "b", "0")]


@every_engine
def test_an_expression_says_what_a_null_means_in_a_column_that_it_only_tests(engine: str) -> None:
    when_saved = (nw.col("s") == "saved") == ~nw.col("d").is_null()
    with_a_note = (nw.col("s") == nw.col("previous_s")) | ~nw.col("n").is_null()
    of = contract(
        {"k": str, "s": str, "d": (float, {"nullable": True}), "n": (str, {"nullable": True})},
        r=rule(when_saved, columns=("s",)), q=rule(with_a_note, "kept", scope="reference", columns=("s",)),
        __contract__=khrop.ContractOptions(version="1", key=("k",)),
    )  # fmt: skip
    notes = pya.array([None, "why", None, None], pya.string())
    figures = pya.array([1.0, None, None, 2.0])
    now = pya.table({"k": ["a", "b", "c", "d"], "s": ["saved", "saved", "no", "no"], "d": figures, "n": notes})
    before = now.set_column(1, "s", pya.array(["no"] * 4))
    verdict = khrop.check(of, frame_of(engine, now), previous=frame_of(engine, before))
    assert [(v.rule_id, v.key) for v in verdict.records] == [("r", "b"), ("r", "d"), ("kept", "a")]
