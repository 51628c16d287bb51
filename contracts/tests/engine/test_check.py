"""`khrop.check`: whatever frame it is handed, every snapshot gets the verdict that is its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from khrop import ContractError, ProvinceProgress, check
from khrop.model.violation import VIOLATION_FIELDS

NUMBERS = ["ordinal", "total", "saved", "pending", "saved_percent"]
COUNTS = ["ordinal", "total", "saved", "pending"]


def typed(frame: pd.DataFrame, dtype: Any, columns: list[str]) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(columns, dtype))


@pytest.mark.parametrize(
    ("dtype", "columns"),
    [
        ("int64", COUNTS),
        ("Int64", COUNTS),
        ("int16", COUNTS),
        ("uint16", COUNTS),
        ("Int32", COUNTS),
        ("uint64", COUNTS),
        ("float64", NUMBERS),
        ("Float64", NUMBERS),
        ("float32", NUMBERS),
        (object, NUMBERS),
        ("category", ["province_code"]),
        ("string", ["province_code", "province_th"]),
        (object, ["province_code", "province_th"]),
    ],
)
def test_the_verdict_is_of_the_figures_and_not_of_their_types(sample: Any, dtype: Any, columns: list[str]) -> None:
    retyped = replace(sample, frame=typed(sample.frame, dtype, columns))
    assert retyped.broken(previous=sample.frame.assign(saved=0)) == []
    spoilt = sample.row("กระบี่", pending=58)
    as_is, as_typed = spoilt.broken(), replace(spoilt, frame=typed(spoilt.frame, dtype, columns)).broken()
    assert as_typed == as_is


def test_percents_may_be_decimals(sample: Any) -> None:
    percents = [Decimal(f"{p:.2f}") for p in sample.frame["saved_percent"]]
    assert replace(sample, frame=sample.frame.assign(saved_percent=percents)).broken() == []


def test_large_products_do_not_leave_their_type(sample: Any) -> None:
    figures = {"total": 2_000_000_000, "saved": 1_000_000_000, "pending": 1_000_000_000, "saved_percent": 50.0}
    frame = sample.row("กระบี่", **figures).frame.astype(dict.fromkeys(COUNTS, "int32"))
    found = {v.rule_id for v in replace(sample, frame=frame, claims=()).broken()}
    assert found == {"counts-whole"}


def test_a_sum_that_wraps_around_its_type_does_not_balance(sample: Any) -> None:
    spoilt = sample.row("กระบี่", total=4464, saved=60_000, pending=10_000)
    narrow = replace(spoilt, frame=spoilt.frame.astype(dict.fromkeys(COUNTS, "uint16")))
    assert [v.observed for v in narrow.broken("balance")] == ["60000 + 10000 = 70000"]


@pytest.mark.parametrize(
    ("null", "dtype"), [(None, object), (np.nan, object), (None, "Int64"), (pd.NA, "Int64"), (np.nan, "float64")]
)
def test_a_null_fails_by_whatever_name(sample: Any, null: Any, dtype: Any) -> None:
    frame = sample.frame.assign(saved=pd.Series([null, *sample.frame["saved"][1:]], dtype=dtype))
    assert [(v.rule_id, v.key, v.column_name) for v in check(ProvinceProgress, frame).records] == [
        ("counts-whole", "81", "saved")
    ]


def test_a_column_of_nulls_fails_on_every_row(sample: Any) -> None:
    verdict = check(ProvinceProgress, sample.frame.assign(saved=None))
    assert verdict.counts() == {"counts-whole": 76}


def test_an_absent_column_is_named_and_what_needs_it_is_not_run(sample: Any) -> None:
    verdict = replace(sample, frame=sample.frame.drop(columns="saved")).check(previous=sample.frame)
    absent = [v for v in verdict.records if v.rule_id == "columns"]
    assert [(v.key, v.severity, v.observed, v.message_en) for v in absent] == [
        ("saved", "error", "", "column saved is absent")
    ]
    reason = "column saved is absent or of the wrong type"
    assert {n.rule_id for n in verdict.not_run if n.reason == reason} == {
        "counts-whole",
        "balance",
        "percent-within-tolerance",
        "percent-rounded",
        "totals-match",
        "saved-never-decreases",
        "not-a-stale-copy",
    }


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [("saved", ["three"] * 76, "integer"), ("saved", [True] * 76, "integer"), ("province_code", range(76), "text")],
)
def test_a_column_of_the_wrong_type_is_named(sample: Any, column: str, values: Any, expected: str) -> None:
    verdict = replace(sample, frame=sample.frame.assign(**{column: list(values)})).check()
    (found,) = [v for v in verdict.records if v.rule_id == "columns"]
    assert (found.column_name, found.expected) == (column, expected)
    assert found.observed
    assert not any(column in v.column_name for v in verdict.records if v.rule_id in ("balance", "provinces-complete"))


def test_a_frame_without_columns_lacks_them_all() -> None:
    verdict = check(ProvinceProgress, pd.DataFrame())
    assert verdict.counts() == {"columns": 6}


@pytest.mark.parametrize("dtype", [None, object, "float64", "str"])
def test_an_empty_frame_is_judged_whatever_types_it_has(sample: Any, dtype: Any) -> None:
    frame = pd.DataFrame(columns=list(sample.frame.columns), dtype=dtype)
    verdict = replace(sample, frame=frame).check()
    assert verdict.counts()["provinces-complete"] == 76
    assert "columns" not in verdict.counts()


def test_columns_beyond_the_contract_are_nothing_to_it(sample: Any) -> None:
    frame = sample.frame.assign(note="ดี", bar=None, when=datetime(2020, 6, 11), rows=1, key="x", observed="y")
    assert replace(sample, frame=frame).broken() == []


def test_rows_are_identified_by_their_key_and_not_by_their_index(sample: Any) -> None:
    shuffled = sample.frame.sample(frac=1, random_state=1)
    shuffled.index = [0] * len(shuffled)
    older = sample.frame.assign(saved=0).set_index("ordinal")
    assert replace(sample, frame=shuffled).broken(previous=older) == []
    spoilt = shuffled.assign(pending=shuffled["pending"] + (shuffled["province_code"] == "81"))
    assert [v.key for v in replace(sample, frame=spoilt, claims=()).broken()] == ["81"]


def test_the_frame_handed_in_is_left_as_it_was(sample: Any) -> None:
    frame = sample.frame.astype({"saved": "int16"})
    before = frame.copy(deep=True)
    replace(sample, frame=frame).check(previous=sample.frame)
    pd.testing.assert_frame_equal(frame, before)


def many(sample: Any, **frames: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame.assign(snapshot_id=name) for name, frame in frames.items()], ignore_index=True)


def of(name: str, records: Any) -> list[dict[str, Any]]:
    return [{"snapshot_id": name, **record} for record in records]


def test_each_snapshot_of_a_frame_has_its_own_verdict(sample: Any) -> None:
    spoilt = sample.row("กระบี่", pending=58).frame
    short = sample.frame.iloc[:-1]
    verdict = check(
        ProvinceProgress,
        many(sample, good=sample.frame, spoilt=spoilt, short=short),
        document=[*of("good", [sample.document]), *of("spoilt", [{}]), *of("short", [sample.document])],
        claims=[*of("good", sample.claims), *of("short", sample.claims)],
    )
    found = {name: {v.rule_id for v in own} for name, own in verdict.by_snapshot().items()}
    assert found == {
        "good": {"percent-rounded", "claims-match"},
        "spoilt": {"balance", "as-of-present"},
        "short": {"percent-rounded", "claims-match", "provinces-complete", "totals-match"},
    }
    assert all(v.snapshot == name for name, own in verdict.by_snapshot().items() for v in own)


def test_many_snapshots_in_one_check_come_to_what_each_comes_to_alone(sample: Any) -> None:
    frames = {
        "a": sample.frame,
        "b": sample.row("กระบี่", pending=None).frame,
        "c": sample.row("ระนอง", province_code="21").frame,
        "d": sample.row("อำนาจเจริญ", ordinal=75).frame,
    }
    together = check(
        ProvinceProgress,
        many(sample, **frames),
        claims=[claim for name in frames for claim in of(name, sample.claims)],
        previous=many(sample, a=sample.frame, b=sample.frame.assign(saved=99)),
    ).by_snapshot()
    for name, frame in frames.items():
        previous = {"a": sample.frame, "b": sample.frame.assign(saved=99)}.get(name)
        alone = check(ProvinceProgress, frame, claims=sample.claims, previous=previous).records
        assert [replace(v, snapshot=None) for v in together[name]] == list(alone), name


def test_a_snapshot_without_rows_is_judged_by_its_document(sample: Any) -> None:
    verdict = check(
        ProvinceProgress,
        many(sample, full=sample.frame),
        document=[*of("full", [sample.document]), *of("bare", [{"as_of": None}])],
    )
    assert verdict.snapshots == ("full", "bare")
    bare = [v.rule_id for v in verdict.by_snapshot()["bare"]]
    assert (bare.count("provinces-complete"), bare.count("as-of-present"), len(bare)) == (76, 1, 77)
    assert verdict.by_snapshot()["full"] == ()


def test_a_frame_of_none_but_documents_is_a_check_too(sample: Any) -> None:
    empty = many(sample, none=sample.frame).iloc[:0]
    verdict = check(ProvinceProgress, empty, document=of("a", [sample.document]) + of("b", [sample.document]))
    assert {name: len(own) for name, own in verdict.by_snapshot().items()} == {"a": 76, "b": 76}


def test_a_snapshot_without_a_previous_one_is_not_compared_and_says_so(sample: Any) -> None:
    verdict = check(
        ProvinceProgress, many(sample, first=sample.frame, next=sample.frame), previous=many(sample, next=sample.frame)
    )
    assert {n.snapshot for n in verdict.not_run if n.rule_id == "not-a-stale-copy"} == {"first"}
    assert [v.snapshot for v in verdict.records if v.rule_id == "not-a-stale-copy"] == ["next"]


def test_the_previous_return_of_a_single_one_may_have_its_own_name(sample: Any) -> None:
    now = many(sample, now=sample.frame)
    verdict = check(ProvinceProgress, now, previous=many(sample, then=sample.frame))
    assert [v.rule_id for v in verdict.records] == ["not-a-stale-copy"]


def test_without_a_previous_return_nothing_is_compared(sample: Any) -> None:
    for previous in (None, sample.frame.iloc[:0]):
        not_run = {n.rule_id: n.reason for n in sample.check(previous=previous).not_run if not n.part}
        reason = "no previous return to compare with"
        assert not_run == dict.fromkeys(["universe-stable", "saved-never-decreases", "not-a-stale-copy"], reason)


def test_a_previous_return_without_a_column_is_not_compared_by_it(sample: Any) -> None:
    verdict = sample.check(previous=sample.frame[["province_code", "saved"]])
    reasons = {n.rule_id: n.reason for n in verdict.not_run if "previous return has no" in n.reason}
    assert reasons["universe-stable"] == "the previous return has no column total"
    assert set(reasons) == {"universe-stable", "not-a-stale-copy"}


def test_rows_of_no_snapshot_fail_the_frame(sample: Any) -> None:
    frame = many(sample, a=sample.frame)
    frame.loc[5, "snapshot_id"] = None
    verdict = check(ProvinceProgress, frame)
    assert [(v.rule_id, v.column_name) for v in verdict.by_snapshot()["a"]] == [
        ("columns", "snapshot_id"),
        ("provinces-complete", "province_code"),
        ("ordinals-in-sequence", "ordinal"),
        ("ordinals-in-sequence", "ordinal"),
    ]


def test_a_document_of_many_must_say_which_it_is(sample: Any) -> None:
    frame = many(sample, a=sample.frame, b=sample.frame)
    with pytest.raises(ValueError, match="must name its snapshot_id"):
        check(ProvinceProgress, frame, document=sample.document)
    with pytest.raises(ValueError, match="the frame has no column snapshot_id"):
        check(ProvinceProgress, sample.frame, document=of("a", [{}]) + of("b", [{}]))


def test_documents_and_claims_may_be_frames(sample: Any) -> None:
    document = pd.DataFrame([{**sample.document, "letter_no": None}])
    for column in ("as_of", "letter_date", "received_on", "deadline"):
        document[column] = pd.to_datetime(document[column])
    verdict = sample.check(document=document, claims=pd.DataFrame(list(sample.claims)))
    assert verdict == sample.check()


def test_without_a_document_its_rules_are_not_run(sample: Any) -> None:
    verdict = check(ProvinceProgress, sample.frame)
    assert verdict.status == "accepted"
    assert {n.reason for n in verdict.not_run if n.rule_id == "as-of-present"} == {"there is no document to judge"}
    parts = {n.part for n in verdict.not_run if n.rule_id == "totals-match"}
    assert parts == {f"table_total_{m}" for m in ("total", "saved", "pending", "saved_percent")}


def test_only_the_scopes_asked_for_are_run(sample: Any) -> None:
    spoilt = sample.row("กระบี่", pending=58)
    assert spoilt.check(scopes=("reference",), previous=sample.frame.assign(saved=0)).records == ()
    assert {v.rule_id for v in spoilt.check(scopes=("row",)).records} == {"balance"}


def test_violations_are_a_frame_of_the_fields_that_all_share(sample: Any) -> None:
    verdict = sample.check()
    assert list(verdict.violations.columns) == list(VIOLATION_FIELDS)
    assert list(verdict.violations["rule_id"]) == ["percent-rounded", "claims-match"]
    assert list(check(ProvinceProgress, sample.frame).violations.columns) == list(VIOLATION_FIELDS)
    assert verdict.counts() == {"percent-rounded": 1, "claims-match": 1}


def test_an_error_raises_where_that_is_asked_for_and_a_warning_never(sample: Any) -> None:
    sample.check().raise_if_failed()
    verdict = sample.row("กระบี่", pending=58).check()
    with pytest.raises(ContractError, match=r"ProvinceProgress 1\.2\.0: quarantined") as failed:
        verdict.raise_if_failed()
    assert failed.value.verdict is verdict
    assert "saved 3 + pending 58 is not the total 62" in str(failed.value)


def test_violations_come_in_the_order_of_the_contracts_rules(sample: Any) -> None:
    spoilt = sample.row("กระบี่", pending=58, ordinal=7, saved_percent=9.0).says(as_of=None)
    assert list(dict.fromkeys(v.rule_id for v in spoilt.check().records)) == [
        "balance",
        "percent-within-tolerance",
        "percent-rounded",
        "ordinals-in-sequence",
        "totals-match",
        "claims-match",
        "as-of-present",
    ]
