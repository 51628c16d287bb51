"""`make bench-growth`: what one more return costs in a home with 100 campaigns of 100 returns, beside an empty one.

PYTHONPATH=tests/shared python tests/bench/bench_growth.py [--campaigns 100] [--returns 100] [--home FOLDER]

Each command is a process of its own from a cold start; seconds are of wall clock and, in brackets, of processors; where
a command has some runs, their median, those of both homes taken in turns. Memory is the peak of the largest process of
a command. Not a test: it prints what it measured beside what is promised.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from datetime import date, timedelta
from pathlib import Path

from bench import Cost, cost_of, say
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
        others(full, peaks)
        if not arguments.no_rebuild:
            whole(full, arguments.campaigns * arguments.returns, peaks)
        sizes(full, peaks)
        name, peak = max(peaks.items(), key=lambda item: item[1])
        say("memory of the largest command", f"{peak:.0f} MB ({name})", "at most 500 MB")


def fill(made: Campaigns, home: Path, campaigns: int, peaks: dict[str, float]) -> None:
    """Take all returns in from the inbox, in one command."""
    for number in range(campaigns):
        made.declare(home, number)
        for nth in range(made.returns):
            made.write(home / "inbox" / f"c{number:03}" / f"return-{nth:03}.csv", number, nth)
    cost = cost_of(["ingest", home / "inbox"], home)
    peaks["ingest, all"] = cost.peak
    say(f"khrop ingest, {campaigns * made.returns:,} returns", f"{in_all(cost)}, {cost.peak:.0f} MB", "")


def in_all(cost: Cost) -> str:
    places = 2 if cost.seconds < 10 else 0
    return f"{cost.seconds:.{places}f} s ({cost.cpu:.{places}f} s)"


def published(home: Path, what: str, peaks: dict[str, float]) -> None:
    cost = cost_of(["publish"], home)
    peaks[what] = cost.peak
    say(what, f"{in_all(cost)}, {cost.peak:.0f} MB", "")


def one_more(made: Campaigns, work: Path, full: Path, number: int, peaks: dict[str, float]) -> None:
    """The next returns of a campaign, one at a time: in the full home, and as the first ones of an empty home."""
    commands = {"ingest": 1.3, "publish": 2.0}
    taken: dict[tuple[str, str], list[Cost]] = {(home, name): [] for home in ("full", "empty") for name in commands}
    for nth in range(RUNS):
        empty = work / f"empty-{nth}"
        made.declare(empty, number)
        file = made.write(work / f"more-{nth}.csv", number, made.returns + nth)
        for name, home in (("full", full), ("empty", empty)):
            for command in commands:
                asked = ["ingest", file, "--campaign", f"c{number:03}"] if command == "ingest" else ["publish"]
                cost = cost_of(asked, home)
                taken[name, command].append(cost)
                peaks[f"{command}, one more"] = max(peaks.get(f"{command}, one more", 0), cost.peak)
    for command, most in commands.items():
        here, there = (median(taken[home, command]) for home in ("full", "empty"))
        say(
            f"khrop {command}, one more return",
            f"{in_all(here)}, {here.seconds / there.seconds:.2f} × ({here.cpu / there.cpu:.2f} ×) {in_all(there)},"
            f" {peaks[f'{command}, one more']:.0f} MB",
            f"at most {most} ×",
        )


def median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


def again(home: Path, peaks: dict[str, float]) -> None:
    """Nothing to do."""
    file = next((home / "inbox").rglob("*.csv"))
    for command in (["ingest", file], ["publish"]):
        timed = [cost_of(list(command), home) for _ in range(RUNS)]
        peaks[f"{command[0]}, nothing new"] = max(cost.peak for cost in timed)
        say(f"khrop {command[0]}, nothing new", in_all(median(timed)), "at most 0.6 s")


def others(home: Path, peaks: dict[str, float]) -> None:
    """Commands that look, and those that make one report, each once."""
    file = home.parent / "one.xlsx"
    for command in (
        ["status"],
        ["summary"],
        ["show", "more-0"],
        ["doctor"],
        ["verify"],
        ["report", "--force"],
        ["letters", "--campaign", "c000"],
        ["export", "--xlsx", file, "--campaign", "c000"],
        ["export"],
    ):
        cost = cost_of(list(command), home)
        name = " ".join(map(str, command[:2]))
        peaks[name] = cost.peak
        say(f"khrop {name}", f"{in_all(cost)}, {cost.peak:.0f} MB", "")


def whole(home: Path, count: int, peaks: dict[str, float]) -> None:
    """All again."""
    for command in ("rebuild", "recheck"):
        cost = cost_of([command], home)
        peaks[command] = cost.peak
        each = f"{1000 * cost.seconds / count:.1f} ms ({1000 * cost.cpu / count:.1f} ms) a return"
        say(f"khrop {command}", f"{each}, {cost.peak:.0f} MB", "at most 15 ms")


def sizes(home: Path, peaks: dict[str, float]) -> None:
    """What a home takes on disk, before and after `khrop prune --days 0`."""
    for name in ("archive", "warehouse.duckdb", "exports", "dagster", "site", "letters", "workbook", "data-docs"):
        say(f"size of {name}", f"{size(home / name) / 1e6:.1f} MB", "")
    peaks["prune"] = cost_of(["prune", "--days", "0"], home).peak
    say("size of dagster, pruned", f"{size(home / 'dagster') / 1e6:.1f} MB", "")


def size(path: Path) -> int:
    files = path.resolve().rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


if __name__ == "__main__":
    main()
