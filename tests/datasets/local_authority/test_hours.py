"""A register may have hours: they are read and judged, the tables have the day, and an empty day has a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
import registers

from pipelines import campaigns
from pipelines.datasets.registry import installed
from pipelines.datasets.value_kinds import moment_of
from pipelines.intake.judging import judge
from pipelines.returns import Hints, Judgement, Return

DAY = date(2020, 6, 11)
NOON = datetime(2020, 6, 11, 5, 0, tzinfo=UTC)
"""The moment of reception: noon in Thailand."""
KRABI = replace(campaigns.load()["synthetic-register"], params={"provinces": "81", "counts": False})


@pytest.mark.parametrize(
    "text",
    [
        "2020-06-11 14:32:05", "2020-06-11T14:32", "2020-06-11T07:32:05.123Z", "2020-06-11T14:32:05+07:00",
        "๑๑ มิถุนายน ๒๕๖๓ เวลา ๑๔.๓๒ น.", "11 มิ.ย. 2563 14:32 น.", "11/06/2563 14:32",
    ],
)  # fmt: skip
def test_a_date_may_have_an_hour_after_it(text: str) -> None:
    moment = moment_of(text)
    assert moment
    assert moment.replace(second=0) == datetime(2020, 6, 11, 14, 32)


@pytest.mark.parametrize(
    "text", ["2020-06-11 24:30", "2020-06-11 14", "2020-06-11 14:32 ครั้งที่ 2", "เวลา 14:32", "2020-06-11 2020-06-12"]
)
def test_what_is_no_hour_is_no_date(text: str) -> None:
    assert moment_of(text) is None


def judged(*saved_on: Any, status: str = "saved", form: str = "csv") -> Judgement:
    """A register of Krabi whose first authorities have these moments."""
    own = registers.register({KRABI.params["provinces"]: (62, 0)}, DAY)
    own = [replace(a, status="not_started", recorded_by="") for a in own]
    for at, moment in enumerate(saved_on):
        own[at] = replace(own[at], status=status, saved_on=moment)
    data = registers.csv_of(own, DAY) if form == "csv" else registers.parquet_of(own)
    given = Return("one", "", "one", NOON, Hints(KRABI.id, None if form == "csv" else DAY))
    (judgement,) = judge([(given, data)], {KRABI.id: KRABI}, installed())
    return judgement


def test_hours_are_judged_and_stored_as_their_day() -> None:
    judgement = judged(datetime(2020, 6, 9, 14, 32, 5), datetime(2020, 6, 11, 11, 59), date(2020, 6, 11))
    assert judgement.violations == ()
    assert [row["saved_on"] for row in judgement.rows][:3] == [date(2020, 6, 9), DAY, DAY]


def test_an_hour_after_the_reception_is_a_warning_and_after_the_day_an_error() -> None:
    judgement = judged(datetime(2020, 6, 11, 12, 1), datetime(2020, 6, 12, 0, 1))
    found = [(v.rule_id, v.severity, v.observed, v.place) for v in judgement.violations]
    assert found == [
        ("saved-on-within", "error", "2020-06-12 00:01:00", "text!R6C7"),
        ("saved-on-before-reception", "warning", "2020-06-11 12:01:00", "text!R5C7"),
        ("saved-on-before-reception", "warning", "2020-06-12 00:01:00", "text!R6C7"),
    ]
    assert judgement.violations[1].message_en.endswith(
        "saved_on 2020-06-11 12:01:00 is not within … 2020-06-11 12:00:00"
    )


def test_a_column_of_timestamps_is_one_of_days() -> None:
    assert judged(*pd.to_datetime(["2020-06-09", "2020-06-11"]), form="parquet").violations == ()


def test_an_empty_day_is_what_the_rule_says_of_it() -> None:
    (violation,) = judged(None).violations
    assert (violation.rule_id, violation.column_name, violation.place) == ("saved-on-present", "saved_on", "text!R5C7")
    assert violation.message_en.endswith("a day of saving must be there exactly where the status is saved")
    assert violation.message_th.endswith("ต้องมีวันที่บันทึกเมื่อสถานะเป็น “บันทึกแล้ว” เท่านั้น")
