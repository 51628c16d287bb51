"""Comparing with the return before: judged anew when the one before, or the one itself, is another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from written_returns import CODES, progress, written_return

from pipelines.home import Home

JUNE, LATER = date(2020, 6, 11), date(2020, 6, 25)
FIRST = CODES[0]
TOTAL = progress(JUNE)[0][0]
Ask = Callable[..., list[Any]]
Put = Callable[..., Path]


pytestmark = pytest.mark.usefixtures("nothing_is_dropped")


def falls(ask: Ask) -> list[Any]:
    return ask(
        "SELECT v.snapshot_id, s.verdict, v.observed, v.expected FROM core.violation AS v"
        " INNER JOIN core.snapshot AS s USING (snapshot_id, judgement) WHERE rule_id = 'saved-never-decreases'"
    )


def test_an_earlier_return_that_comes_late_is_compared_with_the_one_after_it(
    write: Put, taken_in: Any, ask: Ask
) -> None:
    taken_in(write("a.csv", JUNE, figures={FIRST: (TOTAL, 5)}))
    (after,) = taken_in(write("c.csv", LATER, figures={FIRST: (TOTAL, 6)}))
    assert falls(ask) == []
    taken_in(write("b.csv", date(2020, 6, 18), figures={FIRST: (TOTAL, 9)}))
    assert falls(ask) == [(after.snapshot_id, "accepted_with_warnings", "6", "≥ 9")]
    assert ask("SELECT count(*) FROM core.snapshot") == [(3,)]


def test_a_new_revision_of_the_previous_return_lifts_the_warning_it_had_caused(
    write: Put, taken_in: Any, ask: Ask
) -> None:
    taken_in(write("a.csv", JUNE, figures={FIRST: (TOTAL, 9)}))
    (after,) = taken_in(write("c.csv", LATER, figures={FIRST: (TOTAL, 6)}))
    assert after.verdict == "accepted_with_warnings"
    taken_in(write("b.csv", JUNE, figures={FIRST: (TOTAL, 5)}))
    assert falls(ask) == []
    assert ask("SELECT verdict FROM core.snapshot WHERE snapshot_id = ?", after.snapshot_id) == [("accepted",)]


def test_only_the_return_that_stands_for_its_day_is_compared(write: Put, taken_in: Any, ask: Ask) -> None:
    taken_in(write("a.csv", JUNE, figures={FIRST: (TOTAL, 9)}))
    (wrong,) = taken_in(write("b.csv", LATER, figures={FIRST: (TOTAL, 6)}))
    assert [row[0] for row in falls(ask)] == [wrong.snapshot_id]
    taken_in(write("c.csv", LATER, figures={FIRST: (TOTAL, 10)}))
    assert falls(ask) == []
    assert ask("SELECT verdict FROM core.snapshot WHERE snapshot_id = ?", wrong.snapshot_id) == [("accepted",)]


def test_a_stale_copy_is_reported(write: Put, taken_in: Any) -> None:
    same = write("a.csv", JUNE)
    taken_in(same)
    copy = same.read_text(encoding="utf-8").replace("๑๑ มิถุนายน", "๒๕ มิถุนายน")
    (later,) = taken_in(write("b.csv", LATER, spoil=(written_return(LATER), copy)))
    assert [v.rule_id for v in later.violations] == ["not-a-stale-copy"]


def test_a_return_that_moves_to_another_day_frees_the_one_after_it(write: Put, taken_in: Any, ask: Ask) -> None:
    moving = write("a.csv", JUNE, dated=False, figures={FIRST: (TOTAL, 9)})
    taken_in(moving, as_of=JUNE)
    (after,) = taken_in(write("c.csv", LATER, figures={FIRST: (TOTAL, 6)}))
    assert [row[0] for row in falls(ask)] == [after.snapshot_id]
    (moved,) = taken_in(moving, as_of=date(2020, 7, 9))
    assert {row[0] for row in falls(ask)} == {moved.snapshot_id}
    assert ask("SELECT verdict FROM core.snapshot WHERE snapshot_id = ?", after.snapshot_id) == [("accepted",)]


def test_a_universe_that_shrinks_is_reported_with_both_numbers(write: Put, taken_in: Any, ask: Ask) -> None:
    taken_in(write("a.csv", JUNE))
    taken_in(write("b.csv", LATER, figures={FIRST: (TOTAL - 1, 6)}))
    violations = ask(
        "SELECT key, column_name, observed, expected FROM core.violation WHERE rule_id = 'universe-stable'"
    )
    assert violations == [(FIRST, "total", str(TOTAL - 1), str(TOTAL))]


def test_campaigns_are_not_compared_with_each_other(write: Put, taken_in: Any, home: Home, ask: Ask) -> None:
    (home.root / "campaigns").mkdir(parents=True)
    (home.root / "campaigns" / "second.toml").write_text(
        'id = "second"\ntitle_th = "ที่สอง"\ntitle_en = "The second"\nopened_on = 2020-06-01\n'
        "deadline = 2020-12-31\nevery_days = 14\n",
        encoding="utf-8",
    )
    taken_in(write("a.csv", JUNE, figures={FIRST: (TOTAL, 9)}))
    (other,) = taken_in(write("b.csv", LATER, title="", figures={FIRST: (TOTAL, 6)}), campaign="second")
    assert (other.verdict, other.violations) == ("accepted", ())
