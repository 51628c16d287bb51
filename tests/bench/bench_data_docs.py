"""`make bench`: what Great Expectations' judging and its Data Docs cost. Not a test: it only reports."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from bench import ROOT, run, say, timed
from written_returns import written_return

FIRST = date(2020, 5, 20)
FEW, MANY = 20, 100


def main() -> None:
    """Print one line a figure: what it is, what was measured, what is promised."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        home = work / "sample"
        timed(["ingest", ROOT / "pipelines" / "sample" / "dla-2563-06-11.txt"], home)
        single = timed(["data-docs"], home)
        say("khrop data-docs, the sample", f"{single:.1f} s", "at most 20 s")
        say("khrop data-docs, nothing changed", f"{timed(['data-docs'], home):.2f} s", "at most 2 s")

        home = work / "few"
        timed(["ingest", written(work / "few-returns", FEW)], home)
        few, peak = run(["data-docs"], home)
        say(f"khrop data-docs, {FEW} returns", f"{few:.1f} s, {peak:.0f} MB", "at most 45 s")
        say("of that, a return", f"{(few - single) / (FEW - 1):.2f} s", "at most 1.5 s")
        timed(["ingest", written(work / "one-more", 1, after=FEW)], home)
        say("khrop data-docs, one return more", f"{timed(['data-docs'], home):.1f} s", "at most 20 s")

        home = work / "many"
        timed(["ingest", written(work / "many-returns", MANY)], home)
        say(f"khrop data-docs, {MANY} returns", f"{timed(['data-docs'], home):.1f} s", "at most 45 s")


def written(folder: Path, count: int, after: int = 0) -> Path:
    """A folder of returns of the bundled campaign, one a day."""
    folder.mkdir()
    for day in range(after, after + count):
        as_of = FIRST + timedelta(days=day)
        (folder / f"{as_of}.csv").write_text(written_return(as_of), encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
