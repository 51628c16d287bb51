"""`make bench`, the site: how long one campaign with a hundred returns takes to become pages, and a page to be seen.
Not a test: it only reports.

PYTHONPATH=tests/shared python tests/bench/bench_site.py [--returns 100]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from datetime import date, timedelta
from pathlib import Path

from bench import run, say
from browsing import browser, first_paint
from written_returns import written_return

OPENED, DEADLINE = date(2024, 1, 1), date(2024, 12, 31)
CAMPAIGN = f"""id = "bench"
title_th = "การทดสอบความเร็วของหน้าเว็บ"
title_en = "A campaign of a hundred returns"
known_by = []
opened_on = {OPENED}
deadline = {DEADLINE}
every_days = 3
"""
PAINTS = 5


def main() -> None:
    """Print one line a figure: what it is, what was measured, what is promised."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--returns", type=int, default=100, help="returns of the campaign")
    count = parser.parse_args().returns
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        home = work / "home"
        (home / "campaigns").mkdir(parents=True)
        (home / "campaigns" / "bench.toml").write_text(CAMPAIGN, encoding="utf-8")
        take_in(work, home, range(count))
        built(home, f"khrop report, {count} returns", "at most 5 s")
        built(home, "khrop report, nothing new", "")
        take_in(work, home, range(count, count + 1))
        built(home, "khrop report, one return more", "")
        site = home / "site"
        pages = list(site.resolve().rglob("*.html"))
        say("front page", f"{(site / 'index.html').stat().st_size / 1e6:.2f} MB", "at most 3 MB")
        say(f"site, {len(pages)} pages", f"{sum(p.stat().st_size for p in pages) / 1e6:.1f} MB", "")
        with browser() as chromium:
            for name in (
                "index.html",
                "bench/table.html",
                "bench/province/90.html",
                "quality.html",
            ):
                paints = [first_paint(chromium, site / name) for _ in range(PAINTS)]
                promised = "at most 1000 ms" if name == "index.html" else ""
                say(f"first paint, {name}", f"{statistics.median(paints):.0f} ms", promised)


def take_in(work: Path, home: Path, days: range) -> None:
    """Write the returns of these days of the campaign and take them in."""
    inbox = work / f"returns-{days.start}"
    inbox.mkdir()
    for i in days:
        text = written_return(OPENED + timedelta(days=3 * i + 1), title="", opened=OPENED, deadline=DEADLINE)
        (inbox / f"return-{i:05}.csv").write_text(text, encoding="utf-8-sig")
    run(["ingest", inbox, "--campaign", "bench"], home)


def built(home: Path, what: str, promised: str) -> None:
    seconds, peak = run(["report"], home)
    say(what, f"{seconds:.2f} s, {peak:.0f} MB", promised)


if __name__ == "__main__":
    main()
