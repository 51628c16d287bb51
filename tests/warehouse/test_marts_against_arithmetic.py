"""The marts against plain arithmetic in fractions, over campaigns of every shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from province_table import MART_NAMES, TABLES, build_marts

from khrop.thai import provinces
from pipelines.campaigns import Campaign
from warehouse.connect import migrate
from warehouse.load import load
from warehouse.revisions import Arrival, File
from warehouse.tables import refresh_reference
from warehouse.verdicts import Verdict
from warehouse.writing import transaction

CODES = provinces.expected_codes()
OPENED, DEADLINE = date(2020, 5, 19), date(2020, 8, 31)
Figures = dict[str, tuple[int, int]]
"""Province code to (total, saved)."""


@dataclass(frozen=True)
class CampaignCase:
    """A campaign's dates and its accepted returns."""

    id: str
    opened: date = OPENED
    deadline: date = DEADLINE
    returns: dict[date, Figures] = field(default_factory=dict)

    @property
    def campaign(self) -> Campaign:
        return Campaign(self.id, "ก", "a", (), self.opened, self.deadline, None, 14, Decimal("0.01"), None, ())


def arrival(line: int, campaign_id: str, as_of: date, figures: Figures, verdict: str) -> Arrival:
    moment = datetime(2020, 9, 1, tzinfo=UTC) + timedelta(seconds=line)
    name = f"{campaign_id}-{as_of}-{line}"
    rows = [
        {
            "province_code": code,
            "total": total,
            "saved": saved,
            "pending": total - saved,
            "saved_percent": percent(Fraction(saved, total)),
            "place": f"text!R{n}",
        }
        for n, (code, (total, saved)) in enumerate(figures.items(), start=1)
    ]
    hashed = str(figures) if verdict == "accepted" else None
    file = File(name, name, "text/plain", 1, moment, "here")
    return Arrival(
        snapshot_id=name, file=file, dataset=TABLES, campaign_id=campaign_id, as_of=as_of,
        verdict=Verdict(verdict), figures=hashed, contract_version="1", reader_version="1", known_from=moment,
        hint_campaign=None, hint_as_of=None, ledger_line=line, rows=rows, cells=[], claims=[], violations=[],
    )  # fmt: skip


@contextmanager
def marts(*cases: CampaignCase, set_aside: Sequence[tuple[str, date, Figures]] = ()) -> Iterator[Any]:
    """Questions to the marts of these campaigns, the returns loaded from the last date to the first."""
    arrivals = [(t.id, day, t.returns[day], "accepted") for t in cases for day in sorted(t.returns, reverse=True)] + [
        (*broken, "quarantined") for broken in set_aside
    ]
    with duckdb.connect(":memory:") as connection:
        migrate(connection)
        refresh_reference(connection, [t.campaign for t in cases], [TABLES])
        with transaction(connection):
            load(connection, [arrival(n, *fields) for n, fields in enumerate(arrivals, start=1)])
        build_marts(connection)

        def ask(table: str) -> list[dict[str, Any]]:
            cursor = connection.execute(f"SELECT * FROM mart.{table}")
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        yield ask


def percent(share: Fraction) -> Decimal:
    """A share in percent points, two places, half up."""
    return Decimal(floor(share * 10000 + Fraction(1, 2))) / 100


def rank(figures: Figures, code: str) -> int:
    shares = {c: Fraction(saved, total) for c, (total, saved) in figures.items()}
    return 1 + sum(share > shares[code] for share in shares.values())


def expected_trend(case: CampaignCase) -> list[dict[str, Any]]:
    rows = []
    for day, figures in case.returns.items():
        for code, (total, saved) in figures.items():
            earlier = [d for d in case.returns if d < day and code in case.returns[d]]
            before = max(earlier, default=None)
            delta = saved - case.returns[before][code][1] if before else None
            days = (day - before).days if before else None
            rows.append(
                {
                    "campaign_id": case.id,
                    "province_code": code,
                    "as_of": day,
                    "total": total,
                    "saved": saved,
                    "pending": total - saved,
                    "saved_percent": percent(Fraction(saved, total)),
                    "saved_delta": delta,
                    "days_since_previous": days,
                    "saved_per_day": None if delta is None or days is None else delta / days,
                    "rank": rank(figures, code),
                }
            )
    return rows


def expected_nation(case: CampaignCase) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before: tuple[date, int] | None = None
    for day in sorted(case.returns):
        figures = case.returns[day].values()
        total, saved = sum(t for t, _ in figures), sum(s for _, s in figures)
        rows.append(
            {
                "campaign_id": case.id,
                "as_of": day,
                "provinces": len(figures),
                "total": total,
                "saved": saved,
                "pending": total - saved,
                "saved_percent": percent(Fraction(saved, total)),
                "saved_delta": saved - before[1] if before else None,
                "saved_per_day": (saved - before[1]) / (day - before[0]).days if before else None,
                "provinces_complete": sum(t == s for t, s in figures),
                "provinces_not_started": sum(s == 0 for _, s in figures),
            }
        )
        before = (day, saved)
    return rows


def expected_compliance(case: CampaignCase) -> list[dict[str, Any]]:
    return [
        {"campaign_id": case.id, "is_latest": day == max(case.returns), **standing(case, day, code)}
        for day, figures in case.returns.items()
        for code in figures
    ]


def standing(case: CampaignCase, day: date, code: str) -> dict[str, Any]:
    total, saved = case.returns[day][code]
    pending, left, gone = total - saved, (case.deadline - day).days, (day - case.opened).days
    line = max(Fraction(0), min(Fraction(1), Fraction(gone, (case.deadline - case.opened).days)))
    if pending == 0:
        status, finish = "complete", day
    else:
        ahead = ceil(Fraction(pending * gone, saved)) if saved and gone > 0 else None
        finish = day + timedelta(days=ahead) if ahead is not None and ahead <= 36525 else None
        share = Fraction(saved, total)
        status = "overdue" if left < 0 else "not_started" if saved == 0 else "behind" if share < line else "on_track"
    needed = 0.0 if pending == 0 else pending / left if left > 0 else None
    return {
        "province_code": code,
        "as_of": day,
        "saved_percent": percent(Fraction(saved, total)),
        "expected_percent": percent(line),
        "gap_points": percent(Fraction(saved, total)) - percent(line),
        "days_left": left,
        "required_per_day": needed,
        "projected_completion": finish,
        "status": status,
        "rank": rank(case.returns[day], code),
    }


def expected_country(case: CampaignCase) -> list[dict[str, Any]]:
    rows = []
    for day, figures in case.returns.items():
        total, saved = (sum(figure[i] for figure in figures.values()) for i in (0, 1))
        pending, left, gone = total - saved, (case.deadline - day).days, (day - case.opened).days
        days = (case.deadline - case.opened).days
        line = max(Fraction(0), min(Fraction(1), Fraction(gone, days)))
        ahead = ceil(Fraction(pending * gone, saved)) if saved and gone > 0 else None
        finish = day + timedelta(days=ahead) if ahead is not None and ahead <= 36525 else None
        known = gone > 0 and left > 0
        rows.append(
            {
                "campaign_id": case.id,
                "as_of": day,
                "is_latest": day == max(case.returns),
                "saved_percent": percent(Fraction(saved, total)),
                "expected_percent": percent(line),
                "gap_points": percent(Fraction(saved, total)) - percent(line),
                "days_left": left,
                "saved_per_day_since_opening": saved / gone if gone > 0 else None,
                "required_per_day": pending / left if left > 0 else None,
                "projected_completion": day if pending == 0 else finish,
                "percent_at_deadline": percent(min(Fraction(1), Fraction(saved * days, total * gone)))
                if known
                else None,
            }
        )
    return rows


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["campaign_id"], row["as_of"], row.get("province_code"))


def same(held: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert sorted(held, key=key) == sorted(expected, key=key)


@st.composite
def campaigns(draw: st.DrawFn, id: str) -> CampaignCase:
    """A campaign of 1 day to 2 years; returns before it, within it and after it; a few provinces."""
    opened = draw(st.dates(date(2019, 1, 1), date(2022, 1, 1)))
    deadline = opened + timedelta(days=draw(st.integers(1, 730)))
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True))
    offset = st.one_of(
        st.sampled_from([-1, 0, 1, (deadline - opened).days - 1, (deadline - opened).days]), st.integers(-30, 800)
    )
    days = draw(st.lists(offset, min_size=1, max_size=4, unique=True))
    returns = {}
    for day in days:
        totals = {code: draw(st.one_of(st.integers(1, 8), st.integers(1, 400))) for code in codes}
        returns[opened + timedelta(days=day)] = {
            code: (total, draw(st.one_of(st.sampled_from([0, total]), st.integers(0, total))))
            for code, total in totals.items()
        }
    return CampaignCase(id, opened, deadline, returns)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(campaigns("one"), campaigns("two"))
def test_the_marts_are_what_arithmetic_says_and_two_campaigns_do_not_mix(
    first: CampaignCase, second: CampaignCase
) -> None:
    with marts(first, second) as ask:
        same(ask("province_trend"), expected_trend(first) + expected_trend(second))
        same(ask("national_trend"), expected_nation(first) + expected_nation(second))
        same(ask("compliance"), expected_compliance(first) + expected_compliance(second))
        same(ask("country_compliance"), expected_country(first) + expected_country(second))


@pytest.mark.parametrize(
    ("as_of", "total", "saved", "status", "left"),
    [
        (OPENED - timedelta(days=1), 104, 0, "not_started", 105),
        (OPENED - timedelta(days=1), 104, 1, "on_track", 105),
        (OPENED, 104, 0, "not_started", 104),
        (OPENED, 104, 1, "on_track", 104),
        (OPENED + timedelta(days=50), 104, 49, "behind", 54),
        (OPENED + timedelta(days=50), 104, 50, "on_track", 54),
        (OPENED + timedelta(days=50), 104, 0, "not_started", 54),
        (DEADLINE, 104, 0, "not_started", 0),
        (DEADLINE, 104, 103, "behind", 0),
        (DEADLINE, 104, 104, "complete", 0),
        (DEADLINE + timedelta(days=1), 104, 0, "overdue", -1),
        (DEADLINE + timedelta(days=1), 104, 103, "overdue", -1),
        (DEADLINE + timedelta(days=1), 104, 104, "complete", -1),
    ],
)
def test_the_first_status_that_fits_is_given(as_of: date, total: int, saved: int, status: str, left: int) -> None:
    with marts(CampaignCase("one", returns={as_of: {CODES[0]: (total, saved)}})) as ask:
        (row,) = ask("compliance")
    assert (row["status"], row["days_left"]) == (status, left)


def test_what_remains_is_spread_over_the_days_left() -> None:
    as_of = DEADLINE - timedelta(days=4)
    with marts(CampaignCase("one", returns={as_of: {CODES[0]: (10, 4), CODES[1]: (10, 10)}})) as ask:
        needed = {row["province_code"]: row["required_per_day"] for row in ask("compliance")}
    assert needed == {CODES[0]: 1.5, CODES[1]: 0.0}


def test_nothing_more_can_be_required_on_the_deadline_itself() -> None:
    with marts(CampaignCase("one", returns={DEADLINE: {CODES[0]: (10, 4)}})) as ask:
        assert ask("compliance")[0]["required_per_day"] is None


def test_a_finish_is_projected_at_the_pace_since_opening_and_rounded_up() -> None:
    as_of = OPENED + timedelta(days=10)
    figures = {CODES[0]: (9, 4), CODES[1]: (9, 0), CODES[2]: (9, 9), CODES[3]: (10**6, 1)}
    with marts(CampaignCase("one", returns={as_of: figures})) as ask:
        finish = {row["province_code"]: row["projected_completion"] for row in ask("compliance")}
    # 5 pending at 4 in 10 days: 12.5 days, so 13; nothing saved: never; a million at this pace: no date.
    assert finish == {CODES[0]: as_of + timedelta(days=13), CODES[1]: None, CODES[2]: as_of, CODES[3]: None}


def test_equal_shares_share_a_place_and_the_next_place_is_left_out() -> None:
    figures = {CODES[0]: (10, 5), CODES[1]: (2, 1), CODES[2]: (3, 1), CODES[3]: (300, 299)}
    with marts(CampaignCase("one", returns={OPENED: figures})) as ask:
        for table in ("compliance", "province_trend"):
            assert {r["province_code"]: r["rank"] for r in ask(table)} == {
                CODES[3]: 1,
                CODES[0]: 2,
                CODES[1]: 2,
                CODES[2]: 4,
            }


@pytest.mark.parametrize(
    ("saved", "total", "rounded"), [(1, 32, "3.13"), (1, 160, "0.63"), (7, 32, "21.88"), (2, 3, "66.67")]
)
def test_halves_are_rounded_up(saved: int, total: int, rounded: str) -> None:
    with marts(CampaignCase("one", returns={OPENED: {CODES[0]: (total, saved)}})) as ask:
        for table in MART_NAMES:
            assert ask(table)[0]["saved_percent"] == Decimal(rounded)


def test_only_the_newest_date_of_a_campaign_is_the_latest() -> None:
    days = [OPENED + timedelta(days=n) for n in (3, 1, 2)]
    cases = [CampaignCase(name, returns={day: {CODES[0]: (10, 5)} for day in days}) for name in ("one", "two")]
    with marts(*cases) as ask:
        latest = [(r["campaign_id"], r["as_of"]) for r in ask("compliance") if r["is_latest"]]
    assert latest == [("one", max(days)), ("two", max(days))]


def test_a_quarantined_return_is_never_in_the_marts() -> None:
    case = CampaignCase("one", returns={OPENED: {CODES[0]: (10, 5)}})
    broken = [("one", OPENED + timedelta(days=9), {CODES[0]: (10, 9)}), ("one", OPENED, {CODES[0]: (10, 7)})]
    with marts(case, set_aside=broken) as ask:
        same(ask("province_trend"), expected_trend(case))
        same(ask("national_trend"), expected_nation(case))
        same(ask("compliance"), expected_compliance(case))
        same(ask("country_compliance"), expected_country(case))


def test_the_sample_against_the_line() -> None:
    """7,850 authorities, 292 saved on the 23rd of 104 days."""
    case = CampaignCase(
        "one",
        returns={date(2020, 6, 11): {CODES[0]: (7850, 292)}},
        opened=date(2020, 5, 19),
        deadline=date(2020, 8, 31),
    )
    with marts(case) as ask:
        (row,) = ask("country_compliance")
    assert (row["expected_percent"], row["gap_points"]) == (Decimal("22.12"), Decimal("-18.40"))
    assert (row["percent_at_deadline"], row["projected_completion"]) == (Decimal("16.82"), date(2022, 1, 28))
