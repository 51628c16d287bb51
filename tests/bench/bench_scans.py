"""`make bench-scans`: how many scans are accepted, and how many of those have a wrong figure or province: always none.

Page pairs are generated from a seed, with the adversities of `scan_pages.KINDS`; what is accepted is compared with
what is printed. `--only LINEAGE` draws in fonts of some designs alone, `--weights` takes those of a network that was
trained without them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import scan_pages
from digit_training.fonts import Face, faces, fetch

TRUTH = Path(__file__).parents[1] / "returns" / "truth" / "s0_2563-06-11.json"
FONTS = Path("build/fonts")


def outcome(job: tuple[int, str, int, list[Face], str]) -> tuple[str, int, str, int, int, float, str]:
    """Read one scan: its condition, dots, the outcome, wrong figures and provinces, seconds, the reason.

    The outcome is accepted, set aside as a whole, or the number of its cells that a person is to confirm; the figures
    of all other cells are compared with what is printed.
    """
    from pipelines.datasets.province_progress.form import FORM
    from pipelines.readers.document import Unreadable
    from pipelines.readers.in_process import read_here
    from pipelines.readers.scans import digit_network
    from pipelines.readers.table_form import reading_for

    seed, kind, dots, drawn, weights = job
    if weights:
        digit_network.WEIGHTS = Path(weights)
    made = scan_pages.scan(seed, kind, dots, drawn, wholes())
    wall = time.monotonic()
    try:
        with reading_for([FORM]):
            table = read_here(made.pdf)
    except Unreadable as reason:
        return kind, dots, "set aside", 0, 0, time.monotonic() - wall, f"{seed}: {reason.en}"
    figures, provinces = scan_pages.compared(made.sheet, table)
    verdict = str(len(table.doubts)) if table.doubts else "accepted"
    return kind, dots, verdict, figures, provinces, time.monotonic() - wall, f"{seed}"


def wholes() -> list[tuple[str, int]]:
    """The provinces with their authorities."""
    return [(row["province_th"], row["n_lao"]) for row in json.loads(TRUTH.read_text(encoding="utf-8"))["rows"]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--pairs", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="the number of the pair to begin with")
    parser.add_argument("--kinds", default=",".join(scan_pages.KINDS))
    parser.add_argument("--dots", default="150,200,300")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--weights", default="")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    fetch(FONTS)
    drawn = [face for face in faces(FONTS) if not given.only or face.lineage in given.only]
    kinds, dots = given.kinds.split(","), list(map(int, given.dots.split(",")))
    jobs = [
        (given.seed * 100_000 + n, kinds[n % len(kinds)], dots[n // len(kinds) % len(dots)], drawn, given.weights)
        for n in range(given.first, given.pairs)
    ]
    by: dict[tuple[str, int], list[tuple[str, int, int, float]]] = defaultdict(list)
    with ProcessPoolExecutor(given.jobs) as pool:
        for kind, dot, verdict, figures, provinces, seconds, reason in pool.map(outcome, jobs):
            by[kind, dot].append((verdict, figures, provinces, seconds))
            if given.verbose or figures or provinces:
                print(f"{kind} {dot} {verdict} {figures} {provinces} {seconds:.1f} s {reason}", flush=True)
    print(
        f"{'condition':<14}{'dots':>5}{'pairs':>7}{'accepted':>10}{'by cells':>10}{'cells':>7}"
        f"{'wrong figures':>15}{'wrong provinces':>17}{'s':>7}"
    )
    for (kind, dot), some in [*sorted(by.items()), (("all", 0), [scan for every in by.values() for scan in every])]:
        accepted = sum(verdict == "accepted" for verdict, *_ in some)
        cells = sorted(int(verdict) for verdict, *_ in some if verdict.isdecimal())
        figures, provinces = sum(scan[1] for scan in some), sum(scan[2] for scan in some)
        seconds = sorted(scan[3] for scan in some)[len(some) // 2]
        print(
            f"{kind:<14}{dot or '':>5}{len(some):>7}{accepted / len(some):>10.0%}{len(cells) / len(some):>10.0%}"
            f"{cells[len(cells) // 2] if cells else '':>7}"
            f"{figures:>15}{provinces:>17}{seconds:>7.1f}"
        )
    if any(scan[1] or scan[2] for every in by.values() for scan in every):
        sys.exit("a figure or a province that was taken for certain is wrong")


if __name__ == "__main__":
    main()
