"""Each rule of the province return holds on the real return, and breaks for its own reason alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pytest
from earlier_return import previous_of

from khrop import ProvinceProgress, rule_ids

DESIGN = {
    "counts-whole": "error",
    "balance": "error",
    "percent-within-tolerance": "error",
    "percent-rounded": "warning",
    "provinces-complete": "error",
    "ordinals-in-sequence": "warning",
    "totals-match": "error",
    "claims-match": "warning",
    "claims-add-up": "warning",
    "as-of-present": "error",
    "as-of-not-after-letter": "error",
    "as-of-within-campaign": "error",
    "as-of-worded": "warning",
    "in-force": "error",
    "final": "warning",
    "all-visible": "warning",
    "uncorrected": "warning",
    "message-agrees": "warning",
    "values-fixed": "warning",
    "percent-to-hundredths": "warning",
    "weekday-matches": "warning",
    "universe-matches-campaign": "warning",
    "universe-stable": "warning",
    "saved-never-decreases": "warning",
    "not-a-stale-copy": "warning",
}


def test_the_contract_has_the_designs_rules_with_their_severities() -> None:
    assert {**rule_ids(ProvinceProgress), **DESIGN} == rule_ids(ProvinceProgress)


def test_the_real_return_is_accepted_with_exactly_two_warnings(sample: Any) -> None:
    verdict = sample.check(previous=previous_of(sample))
    assert verdict.status == "accepted_with_warnings"
    assert {(v.rule_id, v.severity, v.observed, v.expected, v.place) for v in verdict.records} == {
        ("claims-match", "warning", "3.71", "3.72", "text!R8"),
        ("percent-rounded", "warning", "3.71", "3.72", "text!R8"),
    }
    assert {(n.rule_id, n.part) for n in verdict.not_run} == {
        ("weekday-matches", "as_of"),
        ("weekday-matches", "letter_date"),
        ("weekday-matches", "other_date"),
    }


def test_without_the_flawed_sentence_the_real_return_is_simply_accepted(sample: Any) -> None:
    assert sample.claim("prose_saved_percent", 3.72).check().status == "accepted"


class Break(NamedTuple):
    """A way to spoil the real return, and what the rule then says; `column` where it is not the key."""

    rule_id: str
    spoil: Callable[[Any], Any]
    key: str
    observed: str
    expected: str
    column: str = ""


COUNTS = "total ≥ 1, saved ≥ 0, pending ≥ 0"
AS_OF = "one as-of date, like ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓"
TWO_DATES = {"as_of": None, "as_of_dates": 2, "as_of_printed": "11 มิ.ย. | 12 มิ.ย."}
NOBODY = {"total": 0, "saved": 0, "pending": 0, "saved_percent": 0.0}
NEGATIVE = {"saved": -1, "pending": 63, "saved_percent": -1.61}
BROKEN_UP = {"saved": 2.5, "pending": 59.5, "saved_percent": 4.03}


def krabi(**figures: Any) -> Callable[[Any], Any]:
    return lambda sample: sample.row("กระบี่", **figures)


def ranong(**figures: Any) -> Callable[[Any], Any]:
    return lambda sample: sample.row("ระนอง", **figures)


def last(ordinal: Any) -> Callable[[Any], Any]:
    return lambda sample: sample.row("อำนาจเจริญ", ordinal=ordinal)


def claim(fact: str, value: Any) -> Callable[[Any], Any]:
    return lambda sample: sample.claim(fact, value)


def says(**facts: Any) -> Callable[[Any], Any]:
    return lambda sample: sample.says(**facts)


def after(**changes: int) -> Callable[[Any], Any]:
    return lambda sample: replace(sample, previous=previous_of(sample, **changes))


def without_ranong(sample: Any) -> Any:
    return replace(sample, frame=sample.frame[sample.frame["province_th"] != "ระนอง"])


def of_a_larger_campaign(sample: Any) -> Any:
    return replace(sample, params={"authorities": 7851})


def sent_again(sample: Any) -> Any:
    return replace(sample, previous=sample.frame)


BREAKS = [
    Break("counts-whole", krabi(**NOBODY), "81", "total 0, saved 0, pending 0", COUNTS, "total"),
    Break("counts-whole", krabi(**NEGATIVE), "81", "total 62, saved -1, pending 63", COUNTS, "saved"),
    Break("counts-whole", krabi(**BROKEN_UP), "81", "total 62, saved 2.5, pending 59.5", COUNTS, "saved"),
    Break("counts-whole", krabi(pending=None), "81", "total 62, saved 3, pending –", COUNTS, "pending"),
    Break("counts-whole", krabi(saved=float("inf")), "81", "total 62, saved inf, pending 59", COUNTS, "saved"),
    Break("balance", krabi(pending=58), "81", "3 + 58 = 61", "62", "total"),
    Break("percent-within-tolerance", krabi(saved_percent=4.86), "81", "4.86", "4.84", "saved_percent"),
    Break("percent-within-tolerance", krabi(saved_percent=None), "81", "", "4.84", "saved_percent"),
    Break("percent-within-tolerance", krabi(saved_percent=float("inf")), "81", "inf", "4.84", "saved_percent"),
    Break("percent-rounded", krabi(saved_percent=4.83), "81", "4.83", "4.84", "saved_percent"),
    Break("percent-rounded", claim("table_total_saved_percent", 3.71), "table_total_saved_percent", "3.71", "3.72"),
    Break("percent-rounded", claim("prose_pending_percent", 96.29), "prose_pending_percent", "96.29", "96.28"),
    Break("provinces-complete", without_ranong, "85", "0", "1", "province_code"),
    Break("provinces-complete", ranong(province_code="10"), "10", "กรุงเทพมหานคร", "", "province_code"),
    Break("provinces-complete", ranong(province_code="21"), "21", "2", "1", "province_code"),
    Break(
        "provinces-complete",
        ranong(province_code=None, province_th="ระน่อง"),
        "ระน่อง",
        "ระน่อง",
        "ระนอง | ระยอง",
        "province_th",
    ),
    Break("provinces-complete", ranong(province_code=None, province_th=None), "", "", "", "province_th"),
    Break("ordinals-in-sequence", last(77), "77", "77", "1…76", "ordinal"),
    Break("ordinals-in-sequence", last(75), "75", "75", "1", "ordinal"),
    Break("ordinals-in-sequence", last(None), "1…76", "", "1…76", "ordinal"),
    Break("ordinals-in-sequence", last(0), "76", "", "76", "ordinal"),
    Break("totals-match", claim("table_total_pending", 7557), "table_total_pending", "7557", "7558", "pending"),
    Break(
        "totals-match",
        claim("table_total_saved_percent", 3.74),
        "table_total_saved_percent",
        "3.74",
        "3.72",
        "saved_percent",
    ),
    Break("claims-match", claim("prose_saved", 291), "prose_saved", "291", "292"),
    Break("claims-add-up", claim("prose_pending", 7557), "prose_total", "7850", "7849"),
    Break("claims-add-up", claim("prose_pending_percent", 96.31), "prose_pending_percent", "96.31", "96.29"),
    Break("campaign-known", says(campaigns_fit=2, campaign_printed="(one, two)"), "campaign", "2", "1"),
    Break("as-of-present", says(as_of=None, as_of_dates=0), "as_of", "", AS_OF),
    Break("as-of-present", says(**TWO_DATES), "as_of", "11 มิ.ย. | 12 มิ.ย.", AS_OF),
    Break("as-of-not-after-letter", says(letter_date=date(2020, 6, 10)), "letter_date", "2020-06-11", "2020-06-10"),
    Break("as-of-not-after-letter", says(received_on=date(2020, 6, 10)), "received_on", "2020-06-11", "2020-06-10"),
    Break(
        "as-of-within-campaign",
        says(
            days_outside_campaign=9,
            campaign_opened_on=date(2020, 6, 20),
            campaign_over_on=date(2020, 11, 29),
        ),
        "campaign",
        "2020-06-11",
        "2020-06-20 … 2020-11-29",
    ),
    Break(
        "as-of-worded",
        says(unusual_dates=1, unusual_dates_printed="11 June 2020, an English month"),
        "unusual_dates",
        "11 June 2020, an English month",
        "a day, a Thai month and a year of four digits",
    ),
    Break(
        "in-force",
        says(cancellations=1, cancellations_printed="ยกเลิก (line 1)"),
        "cancellations",
        "ยกเลิก (line 1)",
        "a return that is in force",
    ),
    Break(
        "final",
        says(drafts=1, drafts_printed="(ร่าง) (line 1)"),
        "drafts",
        "(ร่าง) (line 1)",
        "a final return",
    ),
    Break(
        "all-visible",
        says(hidden_parts=1, hidden_printed="hidden rows 7"),
        "hidden_parts",
        "hidden rows 7",
        "nothing hidden, struck out, deleted or covered",
    ),
    Break(
        "uncorrected",
        says(corrections=1, corrections_printed="แก้คำผิด (line 90)"),
        "corrections",
        "แก้คำผิด (line 90)",
        "figures that the document does not correct",
    ),
    Break(
        "message-agrees",
        says(corrections_beside=1, corrections_beside_printed="ขอแก้ไขวันที่"),
        "corrections_beside",
        "ขอแก้ไขวันที่",
        "a message that corrects nothing",
    ),
    Break(
        "values-fixed",
        says(changing_parts=1, changing_printed="TODAY()"),
        "changing_parts",
        "TODAY()",
        "values that stay as they are",
    ),
    Break("percent-to-hundredths", says(worked_out=76), "worked_out", "76", "0"),
    Break("weekday-matches", says(deadline_weekday=2), "deadline", "2020-08-31", "วันจันทร์ (Monday)"),
    Break("universe-matches-campaign", of_a_larger_campaign, "table_total_total", "7850", "7851"),
    Break("universe-stable", after(total=61), "81", "62", "61", "total"),
    Break("saved-never-decreases", after(saved=4), "81", "3", "≥ 4", "saved"),
    Break("not-a-stale-copy", sent_again, "total, saved, pending", "76 = 76", "≠", "total"),
]
EACH = pytest.mark.parametrize("case", BREAKS, ids=[f"{case.rule_id} {case.key}" for case in BREAKS])


@EACH
def test_a_rule_breaks_for_its_own_reason(sample: Any, case: Break) -> None:
    found = case.spoil(sample).broken(case.rule_id)
    failures = {(v.key, v.column_name, v.observed, v.expected) for v in found}
    assert (case.key, case.column or case.key, case.observed, case.expected) in failures
    assert {v.severity for v in found} == {DESIGN.get(case.rule_id, "error")}


@EACH
def test_a_violation_speaks_to_people(sample: Any, case: Break) -> None:
    for violation in case.spoil(sample).check().records:
        for text in violation.as_dict().values():
            assert not any(word in text for word in ("{", "}", "nan", "NaN", "<NA>", "None", "NaT")), violation
        assert violation.message_en
        assert any("ก" <= letter <= "๛" for letter in violation.message_th)


def test_each_design_rule_is_broken_somewhere_above() -> None:
    assert {case.rule_id for case in BREAKS} >= set(DESIGN)


@pytest.mark.parametrize(
    ("rule_id", "spoil"),
    [
        ("percent-rounded", krabi(saved_percent=4.83)),
        ("percent-within-tolerance", krabi(saved_percent=None)),
        ("ordinals-in-sequence", last(None)),
        ("as-of-present", says(**TWO_DATES)),
        ("as-of-not-after-letter", says(letter_date=date(2020, 6, 10))),
        ("weekday-matches", says(deadline_weekday=2)),
        ("universe-matches-campaign", of_a_larger_campaign),
        ("universe-stable", after(total=61)),
        ("saved-never-decreases", after(saved=4)),
        ("not-a-stale-copy", sent_again),
    ],
)
def test_nothing_else_is_reported_of_what_breaks_one_rule(
    sample: Any, rule_id: str, spoil: Callable[[Any], Any]
) -> None:
    assert {v.rule_id for v in spoil(sample).broken()} == {rule_id}


def test_a_violation_names_the_province_and_its_place(sample: Any) -> None:
    (found,) = sample.row("ระนอง", saved_percent=99.0).broken("percent-within-tolerance")
    assert (found.key, found.place) == ("85", "text!R68")
    assert found.message_en.startswith("ระนอง: ")


def test_without_a_name_the_code_stands_for_the_province(sample: Any) -> None:
    nameless = replace(sample.row("ระนอง", saved_percent=99.0), frame=sample.frame.drop(columns="province_th"))
    nameless.frame.loc[nameless.frame["province_code"] == "85", "saved_percent"] = 99.0
    (found,) = nameless.broken("percent-within-tolerance")
    assert found.message_en.startswith("85: ")
