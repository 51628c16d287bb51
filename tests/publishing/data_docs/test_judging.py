"""Great Expectations judges as the contract does: what breaks a rule breaks that rule's expectation and no other."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from province_table import build_marts
from written_returns import progress, written_return

from khrop.thai import provinces
from pipelines.archive.store import Archive
from pipelines.datasets.province_progress.data_docs import batches, mart_suites, validation
from pipelines.datasets.province_progress.data_docs.mart_suites import COMPLIANCE, COUNTRY, LOADED, TREND
from pipelines.home import Home
from pipelines.intake import containers, inbox
from pipelines.intake.inbox import incoming
from pipelines.intake.take_in import take_in
from warehouse.connect import Warehouse

WEEKS = [date(2020, 5, 22), *(date.fromordinal(date(2020, 6, 12).toordinal() + 7 * week) for week in range(7))]
"""The first gap is of three weeks, the others of one."""
JUMPS = "50"
"""The province that has saved all at once in the last of these."""

pytestmark = pytest.mark.xdist_group("judging")


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> list[batches.Return]:
    """A campaign of eight returns, the newest first; the last one has a jump."""
    folder = tmp_path_factory.mktemp("history")
    home = Home(folder / "home")
    code = provinces.expected_codes().index(JUMPS)
    total = progress(WEEKS[-1])[code][0]
    files = []
    for as_of in WEEKS:
        path = folder / f"{as_of}.csv"
        figures = {JUMPS: (total, total)} if as_of == WEEKS[-1] else None
        path.write_text(written_return(as_of, figures=figures), encoding="utf-8")
        files.append(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "SETTLED", 0.0)
        containers.take(Archive(home.archive), [incoming(home, path) for path in files])
    warehouse = Warehouse(home.warehouse)
    with warehouse.writer():
        assert {s.verdict for batch in take_in(home) for s in batch} == {"accepted"}
        with warehouse.writing() as connection:
            build_marts(connection)
    with warehouse.reading() as connection:
        return batches.newest(connection, "info-international-agreements", 20)


@pytest.fixture(scope="module")
def judge() -> validation.Judge:
    """Great Expectations, which takes seconds to import, once."""
    with validation.quietly():
        return validation.Judge(mart_suites.suites())


Broken = Callable[..., set[str]]


@pytest.fixture
def broken(judge: validation.Judge, history: list[batches.Return]) -> Broken:
    """The rules that a table of the return before the last breaks, with one thing changed in it, or `short` of rows."""

    def run(table: str, change: Callable[[Any], Any] = lambda frame: None, nth: int = 1, short: int = 0) -> set[str]:
        one = history[nth]
        frame = one.frames[table].copy()
        change(frame)
        frame = frame.iloc[: len(frame) - short]
        with validation.quietly():
            return {b["rule"] for b in validation.broken(judge.judge(table, frame, one.parameters))}

    return run


def put(column: str, value: Any, row: int = 0) -> Callable[[Any], None]:
    """One cell is another; a callable is given what stood there."""

    def change(frame: Any) -> None:
        values = frame[column].tolist()
        values[row] = value(values[row]) if callable(value) else value
        text = frame[column].dtype == object
        frame[column] = pd.Series(values, dtype=object if text else None)

    return change


def and_also(*changes: Callable[[Any], None]) -> Callable[[Any], None]:
    def change(frame: Any) -> None:
        for one in changes:
            one(frame)

    return change


@pytest.mark.parametrize("table", mart_suites.TABLES)
def test_a_return_that_holds_holds_here_too(broken: Broken, table: str) -> None:
    assert broken(table) == set()


@pytest.mark.parametrize(
    ("table", "rule", "change"),
    [
        (LOADED, "columns", put("snapshot_id", None)),
        (LOADED, "counts-whole", put("total", None)),
        (LOADED, "counts-whole", and_also(put("saved", -1), put("pending", None), put("saved_percent", 0.0))),
        (LOADED, "balance", put("pending", lambda n: n + 1)),
        (LOADED, "percent-within-tolerance", put("saved_percent", None)),
        (LOADED, "percent-rounded", put("saved_percent", lambda p: p + 0.01)),
        (LOADED, "provinces-complete", put("province_code", "12")),
        (LOADED, "provinces-complete", put("province_code", None)),
        (LOADED, "ordinals-in-sequence", put("ordinal", 2)),
        (LOADED, "ordinals-in-sequence", put("ordinal", None)),
        (COUNTRY, "totals-match", put("table_total_saved", lambda n: n + 1)),
        (COUNTRY, "totals-match", put("table_total_saved_percent", lambda p: p + 0.02)),
        (COUNTRY, "not-a-stale-copy", put("rows_changed", 0)),
        (COUNTRY, "mart", put("loaded_saved", lambda n: n - 1)),
        (COUNTRY, "mart", put("saved_percent", None)),
        (COUNTRY, "volume", put("previous_total", lambda n: n + 1)),
        (COUNTRY, "freshness", put("days_since_previous", 15)),
        (COUNTRY, "daily-gain", put("saved_per_day", 2000.0)),
        (TREND, "universe-stable", put("previous_total", lambda n: n - 1)),
        (TREND, "saved-never-decreases", put("previous_saved", 999)),
        (TREND, "mart", put("saved", 999)),
        (TREND, "daily-gain", put("saved_per_day", -50.0)),
        (COMPLIANCE, "mart", put("status", "late")),
        (COMPLIANCE, "mart", put("rank", 77)),
    ],
)
def test_what_breaks_a_rule_breaks_its_expectation_and_no_other(
    broken: Broken, table: str, rule: str, change: Callable[[Any], None]
) -> None:
    if rule == "counts-whole":
        assert rule in broken(table, change)
    else:
        assert broken(table, change) == {rule}


def test_a_percent_far_off_breaks_both_rules_that_speak_of_it(broken: Broken) -> None:
    change = put("saved_percent", lambda p: p + 5)
    assert broken(LOADED, change) == {"percent-within-tolerance", "percent-rounded"}


def test_a_row_that_is_gone_is_missed(broken: Broken) -> None:
    assert broken(LOADED, short=1) == {"provinces-complete"}


def test_a_province_that_saves_all_at_once_is_unusual_by_what_it_gained_before(
    judge: validation.Judge, history: list[batches.Return], broken: Broken
) -> None:
    assert broken(TREND, nth=0) == {"daily-gain"}
    newest = history[0]
    with validation.quietly():
        result = judge.judge(TREND, newest.frames[TREND], newest.parameters)
    (failed,) = (r for r in result.results if not r.success)
    (named,) = failed.result["unexpected_index_list"]
    assert named["province_code"] == JUMPS
    assert failed.expectation_config.meta["severity"] == "warning"


def test_nothing_is_unusual_before_enough_is_known(history: list[batches.Return]) -> None:
    limits = [one.frames[TREND]["most_per_day"].notna().all() for one in history]
    assert limits == [True, True, False, False, False, False, False, False]
    assert history[2].frames[TREND]["most_per_day"].isna().all()


def test_a_return_that_came_late_is_identified_by_its_as_of_date(broken: Broken, history: list[batches.Return]) -> None:
    late = next(n for n, one in enumerate(history) if one.as_of == WEEKS[1])
    assert broken(COUNTRY, nth=late) == {"freshness"}


def test_a_return_is_named_by_its_as_of_date_and_never_by_the_clock(
    judge: validation.Judge, history: list[batches.Return]
) -> None:
    with validation.quietly():
        first, second = (judge.judged(history[0])[LOADED].to_json_dict() for _ in range(2))
    assert first == second
    assert first["meta"]["run_id"] == {"run_name": history[0].snapshot_id, "run_time": "2020-07-24T00:00:00+00:00"}


def test_the_digest_of_a_return_changes_with_what_it_is_compared_with(history: list[batches.Return]) -> None:
    assert len({one.digest for one in history}) == len(WEEKS)


def test_judging_asks_no_network(monkeypatch: pytest.MonkeyPatch, broken: Broken) -> None:
    """Neither by itself nor in a thread of its own, as figures of use are sent."""
    asked: list[object] = []

    def refused(_: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    with validation.quietly():
        validation.Judge(mart_suites.suites())
    assert broken(COUNTRY) == set()
    time.sleep(1)
    assert asked == []


def test_a_mean_that_differs_in_its_last_digit_makes_no_other_return(history: list[batches.Return]) -> None:
    one = history[1]
    row = (one.campaign_id, one.as_of, one.snapshot_id, one.revision, one.received_at, 0.01, 14)

    def digest(factor: float) -> str:
        trend = one.frames[TREND]
        changed = trend.assign(most_per_day=trend["most_per_day"] * factor)
        return batches._return(row, {**one.frames, TREND: changed}).digest

    assert history[1].frames[TREND]["most_per_day"].notna().any()
    assert digest(1.0) == digest(1 + 2e-16) == digest(1 + 1e-14)
    assert digest(1.0) != digest(1.001)
