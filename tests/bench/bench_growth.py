"""`make bench-growth`: what one more return costs in a home with 100 campaigns of 100 returns, beside an empty one.

PYTHONPATH=tests/shared python tests/bench/bench_growth.py [--campaigns 100] [--returns 100] [--home FOLDER]

Each command is a process of its own from a cold start; seconds are of wall clock, the median of some runs, those of
both homes taken in turns. Not a test: it prints what it measured beside what is promised.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from datetime import date, timedelta
from pathlib import Path

from bench import run, say
from written_returns import written_return

EVERY = 3
RUNS = 5
FIRST = date(2015, 1, 5)


class Campaigns:
    """Homes whose campaigns each have some returns, every three days from the opening."""

    def __init__(self, returns: int) -> None:
        """Name how many returns a campaign has at first."""
        self.returns = returns

    def days(self, number: int) -> tuple[date, date]:
        """The opening and the deadline of a campaign; there is room for as many returns again."""
        opened = FIRST + timedelta(days=7 * number)
        return opened, opened + timedelta(days=EVERY * 2 * self.returns + 30)

    def declare(self, home: Path, number: int) -> None:
        opened, deadline = self.days(number)
        (home / "campaigns").mkdir(parents=True, exist_ok=True)
        (home / "campaigns" / f"c{number:03}.toml").write_text(
            f'id = "c{number:03}"\ntitle_th = "โครงการที่ {number}"\ntitle_en = "Campaign {number}"\nknown_by = []\n'
            f"opened_on = {opened}\ndeadline = {deadline}\nevery_days = {EVERY}\n",
            encoding="utf-8",
        )

    def write(self, file: Path, number: int, nth: int) -> Path:
        """Write a return of a campaign, the first as `nth` 0."""
        opened, deadline = self.days(number)
        as_of = opened + timedelta(days=EVERY * nth + 1)
        text = written_return(as_of, seed=number, title="", opened=opened, deadline=deadline)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8-sig")
        return file


def main() -> None:
    """Print one line a figure: what it is, what was measured, what is promised."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--campaigns", type=int, default=100)
    parser.add_argument("--returns", type=int, default=100, help="returns of each campaign")
    parser.add_argument(
        "--home", type=Path, help="a folder for the homes, which stays; one that is there is gone on with"
    )
    parser.add_argument("--no-rebuild", action="store_true", help="leave rebuild and recheck out, which take longest")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = arguments.home or Path(folder)
        made = Campaigns(arguments.returns)
        full, peaks = work / "full", dict[str, float]()
        if not full.exists():
            fill(made, full, arguments.campaigns, peaks)
        published(full, "khrop publish, first", peaks)
        one_more(made, work, full, arguments.campaigns - 1, peaks)
        again(full, peaks)
        if not arguments.no_rebuild:
            whole(full, arguments.campaigns * arguments.returns, peaks)
        name, peak = max(peaks.items(), key=lambda item: item[1])
        say("memory of the largest command", f"{peak:.0f} MB ({name})", "at most 500 MB")
        sizes(full)


def fill(made: Campaigns, home: Path, campaigns: int, peaks: dict[str, float]) -> None:
    """Take all returns in from the inbox, in one command."""
    for number in range(campaigns):
        made.declare(home, number)
        for nth in range(made.returns):
            made.write(home / "inbox" / f"c{number:03}" / f"return-{nth:03}.csv", number, nth)
    seconds, peaks["ingest, all"] = run(["ingest", home / "inbox"], home)
    count = campaigns * made.returns
    say(f"khrop ingest, {count:,} returns", f"{seconds:.0f} s, {peaks['ingest, all']:.0f} MB", "")


def published(home: Path, what: str, peaks: dict[str, float]) -> float:
    seconds, peaks[what] = run(["publish"], home)
    say(what, f"{seconds:.1f} s, {peaks[what]:.0f} MB", "")
    return seconds


def one_more(made: Campaigns, work: Path, full: Path, number: int, peaks: dict[str, float]) -> None:
    """The next returns of a campaign, one at a time: in the full home, and as the first ones of an empty home."""
    commands = {"ingest": 1.3, "publish": 2.0}
    taken: dict[tuple[str, str], list[float]] = {(home, name): [] for home in ("full", "empty") for name in commands}
    for nth in range(RUNS):
        empty = work / f"empty-{nth}"
        made.declare(empty, number)
        file = made.write(work / f"more-{nth}.csv", number, made.returns + nth)
        for name, home in (("full", full), ("empty", empty)):
            for command in commands:
                asked = ["ingest", file, "--campaign", f"c{number:03}"] if command == "ingest" else ["publish"]
                seconds, peak = run(asked, home)
                taken[name, command].append(seconds)
                peaks[f"{command}, one more"] = max(peaks.get(f"{command}, one more", 0), peak)
    for command, most in commands.items():
        here, there = (statistics.median(taken[home, command]) for home in ("full", "empty"))
        say(
            f"khrop {command}, one more return",
            f"{here:.2f} s, {here / there:.2f} × {there:.2f} s",
            f"at most {most} ×",
        )


def again(home: Path, peaks: dict[str, float]) -> None:
    """Nothing to do."""
    file = next((home / "inbox").rglob("*.csv"))
    for command in (["ingest", file], ["publish"]):
        timed = [run(list(command), home) for _ in range(RUNS)]
        peaks[f"{command[0]}, nothing new"] = max(peak for _, peak in timed)
        seconds = statistics.median(seconds for seconds, _ in timed)
        say(f"khrop {command[0]}, nothing new", f"{seconds:.2f} s", "at most 0.6 s")


def whole(home: Path, count: int, peaks: dict[str, float]) -> None:
    """All again."""
    for command in ("rebuild", "recheck"):
        seconds, peaks[command] = run([command], home)
        say(f"khrop {command}", f"{1000 * seconds / count:.1f} ms a return", "at most 15 ms")


def sizes(home: Path) -> None:
    """What a home takes on disk, before and after `khrop prune --days 0`."""
    for name in ("archive", "warehouse.duckdb", "exports", "dagster", "site", "letters", "workbook", "data-docs"):
        say(f"size of {name}", f"{size(home / name) / 1e6:.1f} MB", "")
    run(["prune", "--days", "0"], home)
    say("size of dagster, pruned", f"{size(home / 'dagster') / 1e6:.1f} MB", "")


def size(path: Path) -> int:
    files = path.resolve().rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    main()
