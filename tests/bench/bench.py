"""`make bench`: the figures that the project promises, measured on this machine. Not a test: it only reports.

PYTHONPATH=tests/shared python tests/bench/bench.py [--most 1000]      # leave out the run of 10,000 returns
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from written_returns import written_return

ROOT = Path(__file__).parents[2]
KHROP = Path(os.environ.get("KHROP_OF_BENCH") or Path(sys.executable).with_name("khrop"))
"""The command: `make` names that of an environment which has what the application needs and nothing else. Pandera, for
one, imports PySpark wherever it is."""
COLD_RUNS = 5
CAMPAIGN = """id = "bench"
title_th = "การทดสอบความเร็ว"
title_en = "A campaign long enough for ten thousand returns"
known_by = []
opened_on = 1990-01-01
deadline = 2025-12-31
every_days = 1
"""


def main() -> None:
    """Print one line a figure: what it is, what was measured, what is promised."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--most", type=int, default=10_000, help="returns in the largest run")
    most = parser.parse_args().most
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        cold(work)
        sizes = [n for n in (1_000, 10_000) if n <= most]
        measured = {n: many(work, n) for n in sizes}
    if len(measured) == 2:
        (each, peak), (each_more, peak_more) = measured[1_000], measured[10_000]
        say("10,000 returns against 1,000, each", f"{each_more / each:.2f} times", "at most 1.3")
        say("10,000 returns against 1,000, memory", f"{peak_more - peak:+.0f} MB", "at most +100 MB")


def cold(work: Path) -> None:
    """Commands from a cold start, the median of a few."""
    file = work / "return.csv"
    file.write_text(written_return(date(2020, 6, 25), seed=1), encoding="utf-8-sig")
    fresh = [timed(["ingest", file], work / f"cold-{i}") for i in range(COLD_RUNS)]
    say("khrop ingest, one CSV, new home", f"{statistics.median(fresh):.2f} s", "at most 3 s")
    say("khrop read, one CSV", f"{median(['read', file, '--json'], work / 'read'):.2f} s", "at most 2.5 s")
    say("khrop --help", f"{median(['--help'], work / 'help'):.2f} s", "at most 0.4 s")


def many(work: Path, count: int) -> tuple[float, float]:
    """One ingest of many returns: seconds a return, and the peak memory of the command in MB."""
    inbox, home = work / f"returns-{count}", work / f"home-{count}"
    inbox.mkdir()
    (home / "campaigns").mkdir(parents=True)
    (home / "campaigns" / "bench.toml").write_text(CAMPAIGN, encoding="utf-8")
    first = date(1990, 1, 2)
    for i in range(count):
        text = written_return(
            first + timedelta(days=i), title="", opened=first, deadline=date(2025, 12, 31), authorities=785_000
        )
        (inbox / f"return-{i:05}.csv").write_text(text, encoding="utf-8-sig")
    seconds, peak = run(["ingest", inbox, "--campaign", "bench"], home)
    each = seconds / count
    say(f"khrop ingest, {count:,} returns", f"{each * 1000:.1f} ms each, {peak:.0f} MB", "at most 30 ms each")
    shutil.rmtree(inbox)
    return each, peak


def timed(arguments: list[object], home: Path) -> float:
    return run(arguments, home)[0]


def median(arguments: list[object], home: Path) -> float:
    return statistics.median(timed(arguments, home) for _ in range(COLD_RUNS))


def run(arguments: list[object], home: Path) -> tuple[float, float]:
    """Seconds and peak memory (MB) of one command; its failure ends the bench."""
    cost = cost_of(arguments, home)
    return cost.seconds, cost.peak


class Cost(NamedTuple):
    """What one command took: seconds of wall clock and of processors, and the peak memory of a process (MB)."""

    seconds: float
    cpu: float
    peak: float


def cost_of(arguments: list[object], home: Path) -> Cost:
    """What one command takes; its failure ends the bench."""
    before = time.perf_counter()
    child = subprocess.Popen(
        [str(KHROP), *map(str, arguments)],
        env={**os.environ, "KHROP_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - before
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"{arguments}: {child.stderr.read().decode() if child.stderr else ''}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, _megabytes(usage))


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def say(what: str, measured: str, promised: str) -> None:
    print(f"{what:<42} {measured:<24} {promised}", flush=True)


if __name__ == "__main__":
    main()
