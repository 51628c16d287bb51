"""The warehouse made anew from the archive comes to the same; judging again changes only what came out otherwise."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from province_table import MART_NAMES, build_marts
from written_returns import CODES, NAMES, progress, written_return

from khrop.thai import provinces
from pipelines.archive.store import Archive
from pipelines.campaigns import BUNDLED
from pipelines.commands.upkeep.recheck import _moved_aside
from pipelines.home import Home
from pipelines.intake.inbox import incoming
from pipelines.intake.intake_result import IntakeResult
from pipelines.intake.take_in import take_in
from warehouse.connect import Warehouse
from warehouse.tables import conservation

DAYS = [date(2020, 6, 4) + timedelta(days=7 * n) for n in range(4)]
FIRST, TOTAL = CODES[0], progress(DAYS[0])[0][0]
CORE = ("snapshot", "province_progress", "set_aside", "claim", "violation", "campaign", "province")
TABLES = (
    *(f"core.{name}" for name in CORE),
    *(f"mart.{name}" for name in MART_NAMES),
    "raw.file",
    "raw.cell",
    "raw.cell_candidate",
    "raw.cell_picture",
    "raw.seen_again",
    "raw.part",
)
Ask = Callable[..., list[Any]]


def held(home: Home) -> dict[str, list[Any]]:
    """All that a warehouse holds, but for when it was written."""
    with Warehouse(home.warehouse).reading() as connection:
        return {
            table: connection.execute(
                f"SELECT * {'EXCLUDE (loaded_at)' if table == 'core.snapshot' else ''} FROM {table} ORDER BY ALL"
            ).fetchall()
            for table in TABLES
        }


def judged(home: Home, again: list[str] | None = None) -> list[IntakeResult]:
    """Archive to marts."""
    warehouse = Warehouse(home.warehouse)
    stories = [story for batch in take_in(home, again=again) for story in batch]
    with warehouse.writing() as connection:
        build_marts(connection)
        archived = len({r.sha256 for r in Archive(home.archive).receipts()})
        assert [k for k in conservation(connection, archived) if not k.holds] == []
    return stories


def anew(home: Home) -> Home:
    """Another home with the same archive and campaigns, its warehouse made in one go."""
    other = Home(home.root.with_name("anew"))
    shutil.rmtree(other.root, ignore_errors=True)
    shutil.copytree(home.archive, other.archive)
    if (home.root / "campaigns").exists():
        shutil.copytree(home.root / "campaigns", other.root / "campaigns")
    judged(other)
    return other


def arrivals(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """A season of returns: dated and not, corrected, repeated, broken, mended, and sent again with other dates."""

    def put(name: str, as_of: date, spoil: tuple[str, str] = ("", ""), **options: Any) -> Path:
        (folder / name).write_text(written_return(as_of, **options).replace(*spoil), encoding="utf-8")
        return folder / name

    season: list[tuple[Path, dict[str, Any]]] = [(put(f"{day}.csv", day), {}) for day in DAYS]
    corrected = put("corrected.csv", DAYS[1], figures={FIRST: (TOTAL, TOTAL)})
    undone = put("undone.csv", DAYS[1], thai=False)
    broken = put("broken.csv", DAYS[2], spoil=(NAMES[5], NAMES[5][:-1]))
    mended = put("mended.csv", DAYS[2], figures={FIRST: (TOTAL, 1)})
    season += [(corrected, {}), (undone, {}), (broken, {}), (mended, {})]
    dateless = put("dateless.csv", DAYS[0], dated=False, thai=False)
    other = put("other.csv", DAYS[0], dated=False)
    season += [(dateless, {}), (dateless, {"as_of": DAYS[0]}), (dateless, {"as_of": DAYS[3]})]
    season += [(other, {"as_of": DAYS[0]}), (other, {"as_of": DAYS[2]}), (put("empty.csv", DAYS[0]), {})]
    (folder / "empty.csv").write_text("", encoding="utf-8")
    return season


@pytest.mark.parametrize("seed", range(3))
def test_a_rebuild_has_the_result_of_the_single_runs(home: Home, tmp_path: Path, seed: int) -> None:
    season = arrivals(tmp_path)
    random.Random(seed).shuffle(season)
    for path, hints in season:
        Archive(home.archive).take([incoming(home, path, **hints)])
        judged(home)
    before, after = held(home), held(anew(home))
    for table in TABLES:
        assert after[table] == before[table], table


def test_a_run_over_many_returns_has_the_result_of_single_runs(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, hints in arrivals(tmp_path):
        Archive(home.archive).take([incoming(home, path, **hints)])
    judged(home)
    monkeypatch.setattr("pipelines.intake.backlog.BATCH", 2)
    assert held(anew(home)) == held(home)


@pytest.fixture
def put(home: Home, tmp_path: Path) -> Callable[..., IntakeResult]:
    """Write a return, take it in, and return its outcome."""

    def run(name: str, as_of: date = DAYS[0], spoil: tuple[str, str] = ("", ""), **options: Any) -> IntakeResult:
        (tmp_path / name).write_text(written_return(as_of, **options).replace(*spoil), encoding="utf-8")
        Archive(home.archive).take([incoming(home, tmp_path / name)])
        return judged(home)[-1]

    return run


def test_judging_again_what_comes_out_the_same_writes_nothing(home: Home, put: Any) -> None:
    put("a.csv")
    put("b.csv", spoil=(NAMES[5], NAMES[5][:-1]))
    put("c.csv", thai=False)
    before = held(home)
    assert judged(home, again=[]) == []
    assert held(home) == before


@pytest.fixture
def alias(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, int], None]]:
    """Give a province of the table one more exact name."""
    table = provinces.all_provinces()

    def run(name: str, ordinal: int) -> None:
        wider = tuple(replace(p, aliases=(*p.aliases, name)) if p.ordinal == ordinal else p for p in table)
        monkeypatch.setattr(provinces, "all_provinces", lambda: wider)
        provinces._by_name.cache_clear()

    yield run
    monkeypatch.undo()
    provinces._by_name.cache_clear()


def test_a_new_alias_mends_the_return_that_lacked_it_and_no_other(home: Home, put: Any, ask: Ask, alias: Any) -> None:
    misspelt = NAMES[5][:-1]
    put("good.csv", DAYS[1])
    broken = put("broken.csv", spoil=(NAMES[5], misspelt))
    assert broken.verdict == "quarantined"
    alias(misspelt, 6)
    (mended,) = judged(home, again=[])
    assert (mended.snapshot_id, mended.verdict, mended.revision, mended.judgement) == (
        broken.snapshot_id,
        "accepted",
        2,
        2,
    )
    history = ask("SELECT judgement, verdict FROM core.snapshot WHERE snapshot_id = ? ORDER BY 1", broken.snapshot_id)
    assert history == [(1, "quarantined"), (2, "accepted")]
    assert ask("SELECT count(*) FROM mart.province_trend") == [(2 * 76,)]
    before = ask("SELECT max(known_from) FROM core.snapshot")[0][0] - timedelta(microseconds=1)
    assert ask("SELECT count(*) FROM core.province_progress_as_known(?)", before) == [(76,)]


def test_only_the_returns_that_are_named_are_judged_again(home: Home, put: Any, alias: Any) -> None:
    misspelt = NAMES[5][:-1]
    changed = put("one.csv", DAYS[0], spoil=(NAMES[5], misspelt))
    put("two.csv", DAYS[1], spoil=(NAMES[5], misspelt))
    alias(misspelt, 6)
    assert [s.snapshot_id for s in judged(home, again=[changed.snapshot_id])] == [changed.snapshot_id]


def test_an_old_return_that_is_mended_does_not_displace_its_correction(
    home: Home, put: Any, ask: Ask, alias: Any
) -> None:
    misspelt = NAMES[5][:-1]
    put("broken.csv", spoil=(NAMES[5], misspelt), figures={FIRST: (TOTAL, 1)})
    correction = put("correction.csv", figures={FIRST: (TOTAL, 2)})
    alias(misspelt, 6)
    (mended,) = judged(home, again=[])
    assert (mended.verdict, mended.revision) == ("accepted", 3)
    assert ask("SELECT snapshot_id FROM core.snapshot_current") == [(correction.snapshot_id,)]
    current = "SELECT saved FROM core.province_progress_current WHERE province_code = ?"
    assert ask(current, FIRST) == [(2,)]
    with Warehouse(anew(home).warehouse).reading() as connection:
        assert connection.execute(current, [FIRST]).fetchall() == [(2,)]


def test_a_return_that_repeats_the_first_counts_again_when_a_mended_one_stands_between(
    home: Home, put: Any, ask: Ask, alias: Any
) -> None:
    misspelt = NAMES[5][:-1]
    put("first.csv", figures={FIRST: (TOTAL, 1)})
    put("broken.csv", spoil=(NAMES[5], misspelt), figures={FIRST: (TOTAL, 2)})
    repeats = put("repeats.csv", figures={FIRST: (TOTAL, 1)}, thai=False)
    assert repeats.verdict == "unchanged"
    alias(misspelt, 6)
    assert [(s.name, s.verdict) for s in judged(home, again=[])] == [
        ("broken.csv", "accepted"),
        ("repeats.csv", "accepted"),
    ]
    assert ask("SELECT snapshot_id FROM core.snapshot_current") == [(repeats.snapshot_id,)]


def test_a_stricter_campaign_sets_aside_what_no_longer_holds(home: Home, put: Any, ask: Ask) -> None:
    """A tolerance of half a point lets a percent pass that one of a hundredth does not."""
    campaigns = home.root / "campaigns"
    campaigns.mkdir(parents=True)
    bundled = (BUNDLED / "info-international-agreements.toml").read_text("utf-8")
    mine = campaigns / "info.toml"
    mine.write_text(bundled.replace("tolerance = 0.01", "tolerance = 0.5"), encoding="utf-8")
    lax = put(
        "lax.csv", DAYS[1], figures={FIRST: (TOTAL, 0)}, spoil=(f"๐,{_thai(TOTAL)},๐.๐๐", f"๐,{_thai(TOTAL)},๐.๒๐")
    )
    exact = put("exact.csv", DAYS[2])
    assert (lax.verdict, exact.verdict) == ("accepted_with_warnings", "accepted")
    mine.write_text(bundled, encoding="utf-8")
    (stricter,) = judged(home, again=[])
    assert (stricter.snapshot_id, stricter.verdict) == (lax.snapshot_id, "quarantined")
    assert "percent-within-tolerance" in [v.rule_id for v in stricter.violations]
    assert ask("SELECT DISTINCT as_of FROM mart.province_trend") == [(DAYS[2],)]


def _thai(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))


def test_a_rebuild_that_fails_puts_the_old_warehouse_back(home: Home, put: Any) -> None:
    put("a.csv")
    before = held(home)

    def cut_short() -> None:
        with _moved_aside(home.warehouse):
            home.warehouse.write_bytes(b"half of a warehouse")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        cut_short()
    assert held(home) == before
    assert sorted(p.name for p in home.root.glob("warehouse*")) == ["warehouse.duckdb"]


def test_a_rebuild_that_was_killed_is_completed_by_the_next_run(home: Home, put: Any) -> None:
    for n, day in enumerate(DAYS):
        put(f"{n}.csv", day)
    before = held(home)
    home.warehouse.rename(home.warehouse.with_suffix(".before-rebuild"))
    first = next(iter(Archive(home.archive).receipts()))
    with Warehouse(home.warehouse).writing():  # killed before the first return: a new warehouse, and nothing in it
        assert first.name == "0.csv"
    judged(home)
    assert held(home) == before


def test_a_rebuild_after_a_killed_one_keeps_the_last_whole_warehouse_until_it_is_done(home: Home, put: Any) -> None:
    put("a.csv")
    before = held(home)
    whole = home.warehouse.with_suffix(".before-rebuild")
    home.warehouse.rename(whole)
    home.warehouse.write_bytes(b"half of a warehouse")
    with _moved_aside(home.warehouse):
        assert whole.exists()
        judged(home)
    assert held(home) == before
    assert not whole.exists()


def test_the_command_rebuilds_from_the_archive_alone_and_deletes_nothing_of_it(
    home: Home, khrop: Any, put: Any
) -> None:
    put("a.csv")
    put("b.csv", spoil=(NAMES[5], NAMES[5][:-1]))
    before, kept = held(home), sorted(home.archive.rglob("*"))
    done = khrop("rebuild", "--json")
    assert done.returncode == 1, "one of the two is quarantined"
    assert '"returns": 2' in done.stdout
    assert sorted(home.archive.rglob("*")) == kept
    assert held(home) == before
    assert not list(home.root.glob("*.before-rebuild*"))
