"""Second returns for the same day: unchanged, corrected, mended, with other hints; and what was known when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from written_returns import CODES, NAMES, TITLE, progress

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake.inbox import incoming

JUNE, LATER = date(2020, 6, 11), date(2020, 6, 25)
FIRST = CODES[0]
TOTAL = progress(JUNE)[0][0]
Ask = Callable[..., list[Any]]
Put = Callable[..., Path]


pytestmark = pytest.mark.usefixtures("nothing_is_dropped")


def saved_of_first(ask: Ask, as_of: date = JUNE) -> list[Any]:
    return ask(
        "SELECT saved FROM core.province_progress_current WHERE province_code = ? AND as_of = ?", FIRST, str(as_of)
    )


def test_the_same_bytes_again_are_seen_and_not_taken(write: Put, taken_in: Any, ask: Ask) -> None:
    taken_in(write("a.csv", JUNE))
    assert taken_in(write("a.csv", JUNE)) == []
    assert taken_in(write("copy.csv", JUNE)) == []
    assert ask("SELECT name FROM raw.seen_again") == [("copy.csv",)]
    assert ask("SELECT count(*) FROM core.snapshot") == [(1,)]


def test_unchanged_figures_in_another_form_are_no_revision(write: Put, taken_in: Any, ask: Ask) -> None:
    (first,) = taken_in(write("a.csv", JUNE))
    (second,) = taken_in(write("b.csv", JUNE, thai=False))
    assert (second.verdict, second.revision, second.same_as) == ("unchanged", 1, first.snapshot_id)
    assert ask("SELECT count(*) FROM core.province_progress") == [(76,)]


def test_a_corrected_figure_is_a_revision_and_the_old_one_is_kept(write: Put, taken_in: Any, ask: Ask) -> None:
    taken_in(write("a.csv", JUNE, figures={FIRST: (TOTAL, 5)}))
    (second,) = taken_in(write("b.csv", JUNE, figures={FIRST: (TOTAL, 6)}))
    assert (second.verdict, second.revision) == ("accepted", 2)
    kept = ask("SELECT revision, saved FROM core.province_progress WHERE province_code = ? ORDER BY revision", FIRST)
    assert kept == [(1, 5), (2, 6)]
    assert saved_of_first(ask) == [(6,)]
    assert ask("SELECT saved FROM mart.province_trend WHERE province_code = ?", FIRST) == [(6,)]


def test_a_correction_taken_back_is_a_third_revision(write: Put, taken_in: Any, ask: Ask) -> None:
    taken_in(write("a.csv", JUNE, figures={FIRST: (TOTAL, 5)}))
    taken_in(write("b.csv", JUNE, figures={FIRST: (TOTAL, 6)}))
    (third,) = taken_in(write("c.csv", JUNE, figures={FIRST: (TOTAL, 5)}, thai=False))
    assert (third.verdict, third.revision) == ("accepted", 3)
    assert saved_of_first(ask) == [(5,)]


def test_each_past_state_can_be_queried(write: Put, taken_in: Any, ask: Ask) -> None:
    for name, saved in (("a", 5), ("b", 6), ("c", 7)):
        taken_in(write(f"{name}.csv", JUNE, figures={FIRST: (TOTAL, saved)}))
    moments = [row[0] for row in ask("SELECT known_from FROM core.snapshot ORDER BY known_from")]
    known = "SELECT saved FROM core.province_progress_as_known(?) WHERE province_code = ?"
    assert ask(known, moments[0] - timedelta(microseconds=1), FIRST) == []
    for moment, saved in zip(moments, (5, 6, 7), strict=True):
        assert ask(known, moment, FIRST) == [(saved,)]


def test_a_mended_return_takes_the_place_of_the_broken_one(write: Put, taken_in: Any, ask: Ask) -> None:
    (broken,) = taken_in(write("a.csv", JUNE, spoil=(NAMES[3], NAMES[3][:-1])))
    assert broken.verdict == "quarantined"
    assert ask("SELECT count(*) FROM core.set_aside") == [(76,)]
    assert ask("SELECT count(*) FROM mart.province_trend") == [(0,)]
    (mended,) = taken_in(write("b.csv", JUNE))
    assert (mended.verdict, mended.revision) == ("accepted", 2)
    assert ask("SELECT DISTINCT snapshot_id FROM core.province_progress_current") == [(mended.snapshot_id,)]
    assert ask("SELECT count(*) FROM mart.province_trend") == [(76,)]
    assert ask("SELECT count(*) FROM core.set_aside") == [(76,)]


def test_a_broken_revision_leaves_the_good_one_in_its_place(write: Put, taken_in: Any, ask: Ask) -> None:
    (good,) = taken_in(write("a.csv", JUNE))
    (broken,) = taken_in(write("b.csv", JUNE, spoil=(NAMES[3], NAMES[3][:-1])))
    assert (broken.verdict, broken.revision) == ("quarantined", 2)
    assert ask("SELECT snapshot_id FROM core.snapshot_current") == [(good.snapshot_id,)]


def test_the_same_bytes_with_a_date_from_the_sender_are_judged_again(write: Put, taken_in: Any, ask: Ask) -> None:
    file = write("a.csv", JUNE, dated=False)
    (dateless,) = taken_in(file)
    assert (dateless.verdict, dateless.as_of) == ("quarantined", None)
    (story,) = taken_in(file, as_of=JUNE)
    assert (story.snapshot_id, story.verdict, story.as_of) == (dateless.snapshot_id, "accepted", JUNE)
    assert ask("SELECT judgement, verdict FROM core.snapshot ORDER BY judgement") == [
        (1, "quarantined"),
        (2, "accepted"),
    ]
    assert ask("SELECT count(*) FROM core.province_progress_current") == [(76,)]


def test_the_same_bytes_with_a_campaign_from_the_sender_are_judged_again(write: Put, taken_in: Any) -> None:
    file = write("a.csv", JUNE, title="")
    assert [s.verdict for s in taken_in(file)] == ["quarantined"]
    (story,) = taken_in(file, campaign="info-international-agreements")
    assert (story.verdict, story.campaign_id) == ("accepted", "info-international-agreements")


def test_a_campaign_that_contradicts_the_title_is_not_taken(write: Put, taken_in: Any) -> None:
    (story,) = taken_in(write("a.csv", JUNE, title=TITLE), campaign="another")
    assert story.verdict == "quarantined"
    assert "campaign-known" in [v.rule_id for v in story.violations]


def test_a_return_moved_to_another_day_leaves_its_day_to_the_one_that_was_unchanged(
    write: Put, taken_in: Any, ask: Ask
) -> None:
    moved, kept = write("a.csv", JUNE, dated=False), write("b.csv", JUNE, dated=False, thai=False)
    taken_in(moved, as_of=JUNE)
    assert [s.verdict for s in taken_in(kept, as_of=JUNE)] == ["unchanged"]
    stories = taken_in(moved, as_of=LATER)
    assert [(s.name, s.verdict, s.as_of) for s in stories] == [
        ("a.csv", "accepted", LATER),
        ("b.csv", "accepted", JUNE),
    ]
    assert ask("SELECT as_of, count(*) FROM core.province_progress_current GROUP BY as_of ORDER BY as_of") == [
        (JUNE, 76),
        (LATER, 76),
    ]


def test_a_return_moved_away_and_back_is_judged_each_time(write: Put, taken_in: Any, ask: Ask) -> None:
    file = write("a.csv", JUNE, dated=False)
    for day in (JUNE, LATER, JUNE):
        assert [s.as_of for s in taken_in(file, as_of=day)] == [day]
    assert ask("SELECT as_of FROM core.snapshot_current") == [(JUNE,)]


def test_several_returns_of_one_day_in_one_batch_are_revisions_in_their_order(
    write: Put, taken_in: Any, ask: Ask
) -> None:
    files = [write(f"{saved}.csv", JUNE, figures={FIRST: (TOTAL, saved)}) for saved in (7, 6, 5)]
    files.append(write("again.csv", JUNE, figures={FIRST: (TOTAL, 5)}, thai=False))
    stories = taken_in(*files)
    assert [(s.verdict, s.revision) for s in stories] == [
        ("accepted", 1),
        ("accepted", 2),
        ("accepted", 3),
        ("unchanged", 3),
    ]
    assert saved_of_first(ask) == [(5,)]


def test_more_returns_than_a_batch_have_the_same_result(
    write: Put, taken_in: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.backlog.BATCH", 3)
    days = [JUNE + timedelta(days=n) for n in range(8)]
    stories = taken_in(*(write(f"{day}.csv", day, figures={FIRST: (TOTAL, 20 - n)}) for n, day in enumerate(days)))
    assert [s.as_of for s in stories] == days
    query = "SELECT count(*) FROM core.violation WHERE rule_id = 'saved-never-decreases'"
    assert ask(query) == [(7,)]
    assert ask("SELECT count(*) FROM core.province_progress_current") == [(76 * 8,)]


def test_bytes_that_the_archive_lost_do_not_stop_the_others(write: Put, taken_in: Any, home: Home, ask: Ask) -> None:
    archive = Archive(home.archive)
    (lost,) = archive.take([incoming(home, write("a.csv", JUNE))])
    archive.path(lost.sha256).unlink()
    stories = taken_in(write("b.csv", LATER))
    assert [s.verdict for s in stories] == ["unreadable", "accepted"]
    assert "the archive has lost this file" in ask("SELECT message_en FROM core.violation")[0][0]
