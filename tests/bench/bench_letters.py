"""The letters' part of `make bench`: the whole command from a cold start, on the bundled return.

PYTHONPATH=tests/shared python tests/bench/bench_letters.py
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from bench import COLD_RUNS, ROOT, say, timed

SAMPLE = ROOT / "pipelines" / "sample" / "dla-2563-06-11.txt"


def main() -> None:
    """Print one line a figure: what it is, what was measured, what is promised."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        timed(["ingest", SAMPLE], home)
        letters = home / "letters"
        fresh = []
        for i in range(COLD_RUNS):
            fresh.append(timed(["letters"], home))
            letters.rename(home / f"letters-{i}")
        say("khrop letters, 76 reminders and circular", f"{statistics.median(fresh):.2f} s", "at most 5 s")
        timed(["letters"], home)
        again = [timed(["letters"], home) for _ in range(COLD_RUNS)]
        say("khrop letters, all as they were", f"{statistics.median(again):.2f} s", "at most 5 s")
        book = [timed(["export", "--xlsx"], home) for _ in range(COLD_RUNS)]
        say("khrop export --xlsx", f"{statistics.median(book):.2f} s", "nothing promised")


if __name__ == "__main__":
    main()
