"""What the pages show: the country against the line, what changed, neighbours, the steps of the map."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pipelines.datasets.province_progress.progress import Campaign, Country, Standing
from pipelines.datasets.province_progress.site.views import Scale, View, beside

CAMPAIGN = Campaign("one", "หนึ่ง", "One", date(2020, 5, 19), date(2020, 8, 31), None, Decimal("0.01"))
FIRST, SECOND = date(2020, 6, 11), date(2020, 6, 25)


def standing(code: str, saved: int, before: int | None, as_of: date, total: int = 50) -> Standing:
    percent = Decimal(100 * saved) / total
    return Standing(
        as_of, code, f"จ{code}", f"P{code}", "south", int(code), total, saved, total - saved, percent,
        Decimal("22.12"), percent - Decimal("22.12"), 1, "behind", 81, 1.0, None,
        None if before is None else saved - before, None, f"text!R{code}", f"return-{as_of}",
    )  # fmt: skip


def country(as_of: date, total: int, saved: int, delta: int | None = None) -> Country:
    percent = Decimal((20000 * saved + total) // (2 * total)).scaleb(-2)
    return Country(as_of, 4, total, saved, total - saved, percent, delta, None, 0, 0)


BEFORE = {"11": 0, "12": 10, "13": 48, "14": 9}
NOW = {"11": 4, "12": 30, "13": 50, "14": 7}
VIEW = View.of(
    CAMPAIGN,
    [country(FIRST, 200, 67), country(SECOND, 200, 91, 24)],
    [standing(c, n, None, FIRST) for c, n in BEFORE.items()]
    + [standing(c, n, BEFORE[c], SECOND) for c, n in NOW.items()],
    {},
)


def test_the_latest_return_counts_and_the_one_before_is_beside_it() -> None:
    assert VIEW.as_of == SECOND
    assert VIEW.snapshot_id == f"return-{SECOND}"
    assert [s.province_code for s in VIEW.now] == list(NOW)
    assert {code: s.saved for code, s in VIEW.then.items()} == BEFORE
    assert [s.as_of for s in VIEW.history["12"]] == [FIRST, SECOND]


def test_what_changed_names_who_gained_began_completed_and_fell_back() -> None:
    changes = VIEW.changes()
    assert changes.since == FIRST
    assert [s.province_code for s in changes.gained] == ["12", "11", "13"]
    assert [s.province_code for s in changes.started] == ["11"]
    assert [s.province_code for s in changes.completed] == ["13"]
    assert [s.province_code for s in changes.fell] == ["14"]


def test_a_first_return_has_nothing_before_it() -> None:
    first = View.of(CAMPAIGN, [country(FIRST, 200, 67)], [standing(c, n, None, FIRST) for c, n in BEFORE.items()], {})
    changes = first.changes()
    assert (changes.since, changes.gained, changes.started, changes.completed, changes.fell) == (None, [], [], [], [])


def test_neighbours_in_rank_are_three_on_either_side_where_there_are_as_many() -> None:
    ranked = [standing(f"{code}", 1, None, FIRST) for code in range(11, 31)]
    assert [s.province_code for s in beside(ranked, "20")] == ["17", "18", "19", "20", "21", "22", "23"]
    assert [s.province_code for s in beside(ranked, "11")] == ["11", "12", "13", "14", "15", "16", "17"]
    assert [s.province_code for s in beside(ranked, "30")][-1] == "30"
    assert len(beside(ranked, "30")) == 7
    assert len(beside(ranked[:2], "11")) == 2


def test_the_steps_of_the_map_lie_where_the_figures_are() -> None:
    assert VIEW.progress_scale() == Scale(Decimal(20), Decimal(0)), "from 8 to 60 percent"
    steps = {s.province_code: VIEW.progress_scale().progress(s) for s in VIEW.now}
    assert steps == {"11": 1, "12": 4, "13": 6, "14": 1}
    assert VIEW.progress_scale().progress(standing("15", 0, None, SECOND)) == 0
    late = replace(VIEW, now=[standing(f"{c}", n, None, SECOND, 100) for c, n in ((11, 56), (12, 99), (13, 100))])
    assert late.progress_scale() == Scale(Decimal(10), Decimal(50))


def test_the_gap_has_three_steps_on_either_side() -> None:
    scale = Scale(Decimal(10))

    def of(points: str) -> int:
        return scale.gap(replace(VIEW.now[0], gap_points=Decimal(points)))

    assert [of(p) for p in ("-40", "-20", "-19.99", "-0.01", "0", "9.99", "10", "30")] == [0, 0, 1, 2, 3, 3, 4, 5]
