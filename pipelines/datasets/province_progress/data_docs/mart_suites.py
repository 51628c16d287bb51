"""What the marts must hold, and how a return may differ from those before it: volume, freshness, the daily gain.

Here alone belong the expectations that look at a campaign's history; the columns that they read are reckoned in
`pipelines.datasets.province_progress.data_docs.batches`. The rules of the contract that compare with the return before
are in `pipelines.datasets.province_progress.data_docs.expectations`. All that compares is a warning: history says what
is unusual, not what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from khrop.thai import provinces
from khrop.vocabulary.table_expectation import at_least
from pipelines.datasets.province_progress.data_docs.expectations import (
    COUNTRY,
    LOADED,
    MEANING,
    TREND,
    Expectation,
    not_expressed,
    of_contract,
    thai,
)

if TYPE_CHECKING:
    import pandas as pd

COMPLIANCE = "mart.compliance"
TABLES = (LOADED, COUNTRY, TREND, COMPLIANCE)
LEAST_HISTORY = 5
"""Gains that must be known before another is called unusual. Fewer say nothing of how they vary."""
PROVINCE_SIGMAS, COUNTRY_SIGMAS = 4.0, 3.0
"""How far from the mean of the gains before, in their standard deviations, a gain may be. 76 provinces are looked at a
return: at three, one or two would be unusual each time by chance alone."""
SLACK = 1.0
"""Authorities a day that a gain may be off beside that: a province that has gained nothing so far has no deviation."""
NULLS = "columns that are null"
"""The column that names them, row by row. One expectation for all of a mart's columns: each costs some 10 ms a return,
and their types are those that the mart's SQL casts to."""
STATUSES = ("complete", "on_track", "behind", "not_started", "overdue")
NULLABLE = {
    COUNTRY: {"saved_delta", "saved_per_day"},
    TREND: {"saved_delta", "days_since_previous", "saved_per_day"},
    COMPLIANCE: {"required_per_day", "projected_completion"},
}
"""The columns that are null in a campaign's first return, or where nothing follows from others."""


@dataclass(frozen=True, slots=True)
class Suite:
    """All that is expected of one table, of which a batch is one return's rows."""

    table: str
    meaning: str
    expectations: tuple[Expectation, ...]


def suites() -> tuple[Suite, ...]:
    """A suite a table, the contract's own expectations first."""
    contract = of_contract()
    return tuple(
        Suite(table, MEANING.of(table), (*contract.get(table, ()), *_of_mart(table), *_over_time(table)))
        for table in TABLES
    )


def as_text() -> str:
    """Every suite, and the rules that are in none with their reasons, as JSON: the form that is kept with the docs."""
    content = {
        "suites": [{"table": s.table, "expectations": [e.plain() for e in s.expectations]} for s in suites()],
        "not_of_a_table": [{"rule": u.rule, "scope": u.scope, "reason": u.reason} for u in not_expressed()],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _nulls(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    """The names of the columns that are null in a row, as a text; null where none is."""
    import pandas as pd

    named = [
        ", ".join(name for name, null in zip(columns, row, strict=True) if null)
        for row in frame[columns].isna().to_numpy()
    ]
    return pd.Series([text or None for text in named], index=frame.index, dtype=object)


def _expectations_of(rule: str, scope: str, severity: str) -> Callable[..., Expectation]:
    def expectation(kind: str, th: str, en: str, **kwargs: Any) -> Expectation:
        return Expectation(f"expect_{kind}", kwargs, rule, scope, severity, en, th, en)

    return expectation


def _of_mart(table: str) -> Iterator[Expectation]:
    """Columns and nulls as the mart's SQL has them, its key, and the limits of its figures."""
    if table == LOADED:
        return
    expectation = _expectations_of("mart", "table", "error")
    columns = [column for column, _, _ in MEANING.columns_of(table)]
    th, en = "ต้องมีคอลัมน์ครบ", "its columns are there"
    yield expectation("table_columns_to_match_set", th, en, column_set=columns, exact_match=False)
    present = [column for column in columns if column not in NULLABLE[table]]
    th, en = f"ต้องไม่ว่าง: {thai(*present)}", f"never null: {', '.join(present)}"
    nulls = expectation("column_values_to_be_null", th, en, column=NULLS)
    yield replace(nulls, derived={NULLS: lambda frame: _nulls(frame, present)})
    th, en = f"{thai('saved_percent')}: ต้องอยู่ระหว่าง ๐ ถึง ๑๐๐", "saved_percent is within 0 and 100"
    yield expectation("column_values_to_be_between", th, en, column="saved_percent", min_value=0, max_value=100)
    yield from {COUNTRY: _of_country, TREND: _of_trend, COMPLIANCE: _of_compliance}[table](expectation)


def _one_a_province(expectation: Callable[..., Expectation]) -> Iterator[Expectation]:
    th, en = "ต้องมีครบทุกจังหวัด จังหวัดละหนึ่งแถว", "one row a province, of every province"
    yield expectation("column_values_to_be_unique", th, en, column="province_code")
    codes = sorted(provinces.expected_codes())
    yield expectation("column_distinct_values_to_equal_set", th, en, column="province_code", value_set=codes)
    th, en = f"{thai('rank')}: ต้องอยู่ระหว่าง ๑ ถึง {len(codes)}", f"rank is within 1 and {len(codes)}"
    yield expectation("column_values_to_be_between", th, en, column="rank", min_value=1, max_value=len(codes))


def _of_country(expectation: Callable[..., Expectation]) -> Iterator[Expectation]:
    yield expectation("table_row_count_to_equal", "หนึ่งแถวต่อหนึ่งฉบับ", "one row a return", value=1)
    for column in ("total", "saved", "pending"):
        th, en = f"{thai(column)}: ต้องเท่ากับผลรวมของแถวที่นำเข้า", f"{column} is the sum of the rows that were loaded"
        pair = {"column_A": column, "column_B": f"loaded_{column}", "ignore_row_if": "neither"}
        yield expectation("column_pair_values_to_be_equal", th, en, **pair)


def _of_trend(expectation: Callable[..., Expectation]) -> Iterator[Expectation]:
    yield from _one_a_province(expectation)
    expected = at_least("total", "saved")
    th, en = f"{thai('saved')}: ต้องไม่เกิน {thai('total')}", "saved is never above total"
    yield expectation(expected.kind.removeprefix("expect_"), th, en, **expected.kwargs)


def _of_compliance(expectation: Callable[..., Expectation]) -> Iterator[Expectation]:
    yield from _one_a_province(expectation)
    th, en = f"{thai('status')}: ต้องเป็นสถานะที่กำหนด", f"status is one of {', '.join(STATUSES)}"
    yield expectation("column_values_to_be_in_set", th, en, column="status", value_set=list(STATUSES))
    th, en = f"{thai('expected_percent')}: ต้องอยู่ระหว่าง ๐ ถึง ๑๐๐", "expected_percent is within 0 and 100"
    yield expectation("column_values_to_be_between", th, en, column="expected_percent", min_value=0, max_value=100)
    th, en = f"{thai('required_per_day')}: ต้องไม่ติดลบ", "required_per_day is not negative"
    yield expectation("column_values_to_be_between", th, en, column="required_per_day", min_value=0)


def _over_time(table: str) -> Iterator[Expectation]:
    """Volume, freshness, and the distribution of the daily gain."""
    if table == COUNTRY:
        expectation = _expectations_of("volume", "history", "warning")
        least = len(provinces.expected_codes())
        th, en = f"ต้องมี {least} จังหวัดเท่าทุกฉบับ", f"the return has {least} rows, as all before it"
        yield expectation("column_values_to_be_between", th, en, column="provinces", min_value=least, max_value=least)
        th, en = "ยอดรวม อปท. ต้องเท่าฉบับก่อนหน้า", "the authorities in all are those of the return before"
        pair = {"column_A": "total", "column_B": "previous_total", "ignore_row_if": "either_value_is_missing"}
        yield expectation("column_pair_values_to_be_equal", th, en, **pair)
        expectation = _expectations_of("freshness", "history", "warning")
        th, en = (
            "วันที่ของข้อมูลต้องอยู่ในกำหนดนับจากฉบับก่อนหน้า",
            "the as-of date is within the campaign's interval after the one before",
        )
        limits: dict[str, Any] = {"min_value": 1, "max_value": {"$PARAMETER": "every_days"}}
        yield expectation("column_values_to_be_between", th, en, column="days_since_previous", **limits)
    if table in (COUNTRY, TREND):
        expectation = _expectations_of("daily-gain", "history", "warning")
        sigmas = PROVINCE_SIGMAS if table == TREND else COUNTRY_SIGMAS
        for a, b in (("most_per_day", "saved_per_day"), ("saved_per_day", "least_per_day")):
            expected = at_least(a, b)
            th = "จำนวนที่บันทึกเพิ่มต่อวันต้องไม่ผิดปกติจากที่ผ่านมา"
            en = (
                f"the gain a day is within {sigmas:g} standard deviations of the mean of the gains before"
                f" (and {SLACK:g} a day), once {LEAST_HISTORY} are known"
            )
            yield expectation(expected.kind.removeprefix("expect_"), th, en, **expected.kwargs)
