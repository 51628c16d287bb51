"""The rules of the province return at their edges: tolerances, claims and cells that cannot be read, missing rows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from earlier_return import previous_of

from khrop import Verdict
from khrop.thai.provinces import by_code


@pytest.mark.parametrize(
    ("percent", "saved", "total", "within", "rounded"),
    [
        (0.00, 0, 62, True, True),
        (100.00, 62, 62, True, True),
        (99.99, 62, 62, True, False),
        (100.01, 62, 62, True, False),
        (100.02, 62, 62, False, False),
        (0.01, 0, 62, True, False),
        (12.50, 1, 8, True, True),
        (0.13, 1, 800, True, True),  # 0.125 is an exact half: up
        (0.12, 1, 800, True, False),
        (0.63, 1, 160, True, True),  # 0.625
        (0.62, 1, 160, True, False),
        (33.33, 1, 3, True, True),
        (33.34, 1, 3, True, False),
        (33.32, 1, 3, False, False),  # 0.0133… away
        (66.67, 2, 3, True, True),
        (66.66, 2, 3, True, False),  # truncated
        (2.01, 2, 100, True, False),  # the edge: one hundredth exactly
        (1.99, 2, 100, True, False),
        (2.02, 2, 100, False, False),
        (57.99, 58, 100, True, False),  # 0.58·100 is no exact float
        (58.00, 58, 100, True, True),
    ],
)
def test_percents_are_compared_in_whole_hundredths(
    sample: Any, percent: float, saved: int, total: int, within: bool, rounded: bool
) -> None:
    row = {"total": total, "saved": saved, "pending": total - saved, "saved_percent": percent}
    broken_rules = {v.rule_id for v in sample.row("กระบี่", **row).broken() if v.column_name == "saved_percent"}
    assert ("percent-within-tolerance" not in broken_rules, "percent-rounded" not in broken_rules) == (within, rounded)


@pytest.mark.parametrize(
    ("tolerance", "percent", "holds"),
    [
        (0.0, 2.00, True),
        (0.0, 2.01, False),
        (0.005, 2.01, False),
        (0.29, 2.29, True),  # 0.29·100 is 28.999… in floats
        (0.29, 2.30, False),
        (Decimal("0.5"), 1.50, True),
        (1, 3.01, False),
    ],
)
def test_the_campaign_sets_the_tolerance(sample: Any, tolerance: Any, percent: float, holds: bool) -> None:
    changed = sample.row("กระบี่", total=100, saved=2, pending=98, saved_percent=percent)
    found = changed.broken("percent-within-tolerance", params={"tolerance": tolerance})
    assert ("81" not in {v.key for v in found}) is holds


def test_the_overall_percent_has_the_same_tolerance(sample: Any) -> None:
    truncated = sample.claim("table_total_saved_percent", 3.71)
    assert truncated.broken("totals-match") == []
    assert [v.observed for v in truncated.broken("totals-match", params={"tolerance": 0})] == ["3.71"]


@pytest.mark.parametrize("value", [3.72, Decimal("3.72")])
def test_a_claim_may_be_a_float_or_a_decimal(sample: Any, value: Any) -> None:
    assert sample.claim("prose_saved_percent", value).check().records == ()


def test_two_percents_may_miss_the_hundred_by_one_hundredth(sample: Any) -> None:
    assert sample.broken("claims-add-up") == []  # 3.71 + 96.28 = 99.99
    assert sample.claim("prose_saved_percent", 3.70).broken("claims-add-up") != []


@pytest.mark.parametrize(
    ("fact", "rule_id"),
    [
        ("prose_total", "claims-match"),
        ("prose_saved_percent", "claims-match"),
        ("prose_pending_percent", "claims-add-up"),
        ("table_total_saved", "totals-match"),
        ("table_total_saved_percent", "totals-match"),
    ],
)
def test_a_claim_that_cannot_be_read_fails_and_is_not_skipped(sample: Any, fact: str, rule_id: str) -> None:
    found = [v for v in sample.claim(fact, None, printed="๗,๘x๐").check().records if v.rule_id == rule_id]
    assert ("๗,๘x๐", fact) in {(v.observed, v.key) for v in found}


def test_a_letters_date_that_cannot_be_read_is_an_error(sample: Any) -> None:
    (found,) = sample.says(letter_date=None, letter_date_printed="31 มิถุนายน 2563").broken()
    assert (found.rule_id, found.severity) == ("as-of-not-after-letter", "error")
    assert found.message_en == "letter_date: “31 มิถุนายน 2563” cannot be read"


def test_a_claim_made_twice_alike_is_one_and_differing_cannot_be_read(sample: Any) -> None:
    again = {"source": "prose", "measure": "saved", "value": 292, "place": "text!R90"}
    assert replace(sample, claims=(*sample.claims, again)).broken() == []
    found = replace(sample, claims=(*sample.claims, {**again, "value": 293})).broken("claims-match")
    assert [(v.observed, v.expected) for v in found] == [("292 | 293", "292")]


def test_what_was_printed_stands_for_a_count_that_cannot_be_read(sample: Any) -> None:
    changed = sample.row("กระบี่", saved=None)
    changed.frame["saved_printed"] = None
    changed.frame.loc[0, "saved_printed"] = "สาม"
    (found,) = changed.broken("counts-whole")
    assert found.observed == "total 62, saved สาม, pending 59"


def test_a_null_is_named_once(sample: Any) -> None:
    rules = [v.rule_id for v in sample.row("กระบี่", saved=None).broken("counts-whole", "balance", "percent-rounded")]
    assert rules == ["counts-whole"]


def test_a_province_new_in_this_return_is_not_compared(sample: Any) -> None:
    older = previous_of(sample, total=1, saved=99)
    assert sample.broken(previous=older[older["province_code"] != "81"]) == []


def test_an_unknown_province_is_compared_with_nothing(sample: Any) -> None:
    older = previous_of(sample)
    older.loc[older["province_code"] == "81", "province_code"] = None
    older["saved"] = 10_000
    changed = sample.row("กระบี่", province_code=None)
    compared = [v.key for v in changed.broken("saved-never-decreases", previous=older)]
    assert compared == list(sample.frame["province_code"][1:])


def test_one_figure_of_difference_makes_no_stale_copy(sample: Any) -> None:
    older = sample.frame.copy()
    older.loc[0, "saved"] = 2
    assert sample.broken("not-a-stale-copy", previous=older) == []


def test_without_params_the_contracts_own_hold(sample: Any) -> None:
    verdict: Verdict = sample.check(params=None)
    assert verdict.status == "accepted_with_warnings"
    assert "universe-matches-campaign" in {n.rule_id for n in verdict.not_run}


def test_all_seventy_six_are_named_when_the_table_is_empty(sample: Any) -> None:
    verdict = replace(sample, frame=sample.frame.iloc[:0]).check(previous=previous_of(sample))
    absent = [v for v in verdict.records if v.rule_id == "provinces-complete"]
    assert [v.key for v in absent] == list(sample.frame["province_code"])
    assert absent[0].message_th == "ไม่พบกระบี่ในตาราง"
    assert absent[0].message_en == f"{by_code('81').name_en} (กระบี่) is absent from the table"
    assert "claims-match" in verdict.counts()
    assert verdict.counts()["totals-match"] == 3


def test_one_row_is_seventy_five_too_few(sample: Any) -> None:
    verdict = replace(sample, frame=sample.frame.iloc[:1], claims=()).check()
    assert verdict.counts() == {"provinces-complete": 75}
