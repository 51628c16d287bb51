"""The readers, form by form: the time and memory that a return takes, and how much of it is read as it is printed.

PYTHONPATH=tests/shared python tests/bench/bench_readers.py [--corpus MANIFEST.json --base DIR] [--wrong]
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from held_returns import Entry, Held, entries, held

from pipelines.datasets.province_progress.form import FORM
from pipelines.readers import Unreadable, forms, read, read_here
from pipelines.readers.process import client
from pipelines.readers.table_form import reading_for

RETURNS = Path(__file__).parents[1] / "returns"
PRODUCERS = RETURNS / "producers"
RUNS, COLD_RUNS = 5, 3
LONG = 0.3
"""Seconds; what takes longer is measured once, when everything is loaded."""
FAST = {"xlsx", "text", "html", "docx"}
FORM_PROMISED, PAIR_PROMISED, SCAN_PROMISED = "at most 100 ms", "at most 1.5 s two pages", "at most 10 s two pages"
SCANNED = "pdftoppm"
"""The program whose pages are pictures."""
FAMILIES = (
    "Ghostscript", "pdftocairo", "qpdf", "MuPDF", "Chromium", "WeasyPrint", "wkhtmltopdf", "typst",
    "LibreOffice Writer", "LibreOffice Calc", "Pango", "cairo", "reportlab", "fpdf2", "matplotlib",
)  # fmt: skip
"""Programs that make PDFs, those that make one of another's first."""


def main() -> None:
    """Print what each form takes, and what comes of it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--corpus", type=Path, help="a manifest, in the place of those of tests/returns")
    parser.add_argument("--base", type=Path, help="what its paths are relative to; its own folder if not given")
    parser.add_argument("--wrong", action="store_true", help="name the files that were not read as printed")
    arguments = parser.parse_args()
    if arguments.corpus:
        listed = list(entries(arguments.corpus, arguments.base or arguments.corpus.parent))
    else:
        listed = [*entries(RETURNS / "MANIFEST.json", RETURNS), *entries(PRODUCERS / "MANIFEST.json", RETURNS)]
    by_form: dict[str, list[Entry]] = defaultdict(list)
    for entry in listed:
        if entry.path.exists():
            by_form[form_of(entry)].append(entry)
    with reading_for([FORM]):
        times(by_form)
    print()
    outcomes(by_form, arguments.wrong)


def form_of(entry: Entry) -> str:
    """The form of a file by its bytes; of a PDF with the program that made it."""
    try:
        form = forms.form_of(entry.path.read_bytes())
    except Unreadable:
        return "damaged"
    if form != "pdf":
        return form
    return f"pdf, {next((family for family in FAMILIES if family in entry.producer), entry.producer or 'unnamed')}"


# --- time and memory --------------------------------------------------------------------------------------


def times(by_form: dict[str, list[Entry]]) -> None:
    """How long a return of each form takes, warm, in the process that stands by and in this one."""
    row = "{:<26} {:>5} {:>9} {:>9} {:>9} {:>12} {:>8}   {}".format
    print(row("form and producer", "files", "read", "here", "slowest", "two pages", "memory", "promised"))
    peak = 0.0
    for form, listed in sorted(by_form.items()):
        stop_the_reader()
        found = [taken for entry in listed if (taken := taken_by(entry.path.read_bytes(), form))]
        if not found:
            continue
        peak = max(peak, size := peak_memory())
        by_read, here, pairs = zip(*found, strict=True)
        two_pages = f"{statistics.median(pairs):.2f} s" if form.startswith("pdf") else ""
        promise = PAIR_PROMISED if two_pages else FORM_PROMISED if form in FAST else ""
        promise = SCAN_PROMISED if SCANNED in form else promise
        slowest = max(pairs if two_pages else by_read)
        line = row(form, len(found), ms(statistics.median(by_read)), ms(statistics.median(here)), ms(slowest),
                   two_pages, f"{size:.0f} MB" if size else "", promise)  # fmt: skip
        print(line.rstrip(), flush=True)
    if peak:
        say("the most memory that reading took", f"{peak:.0f} MB", "at most 300 MB")
    first = next((e for form, listed in sorted(by_form.items()) if form.startswith("pdf") for e in listed), None)
    if first:
        say("the first PDF, from a cold start", f"{statistics.median(cold(first.path.read_bytes())):.2f} s", "")


def taken_by(data: bytes, form: str) -> tuple[float, float, float] | None:
    """Seconds that a file takes: as the application reads it, in this process, and for each two of its pages. None
    of what cannot be read."""
    by_read = median_of(read, data)
    if by_read is None:
        return None
    return by_read, median_of(read_here, data) or 0.0, by_read / (pages(data) / 2) if form.startswith("pdf") else 0.0


def cold(data: bytes) -> Iterator[float]:
    """Seconds that a file takes when it is the first of all."""
    for _ in range(COLD_RUNS):
        stop_the_reader()
        yield timed(read, data) or 0.0


def median_of(reading: Callable[[bytes], object], data: bytes) -> float | None:
    """Seconds that reading takes once everything is loaded; None of what cannot be read."""
    first = timed(reading, data)
    again = timed(reading, data)
    if first is None or again is None or again > LONG:
        return again
    return statistics.median(filter(None, (again, *(timed(reading, data) for _ in range(RUNS - 1)))))


def timed(reading: Callable[[bytes], object], data: bytes) -> float | None:
    before = time.perf_counter()
    try:
        reading(data)
    except Unreadable:
        return None
    return time.perf_counter() - before


def stop_the_reader() -> None:
    """The next question starts another process."""
    client._stand_by().close()


def peak_memory() -> float:
    """The most memory (MB) that the process which stands by has had; nothing where the system does not report it."""
    reader = client._stand_by()._process
    status = Path(f"/proc/{reader.pid}/status") if reader else Path()
    if not status.is_file():
        return 0.0
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
    return int(found[1]) / 1024 if found else 0.0


def pages(data: bytes) -> int:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        return len(pdf)
    finally:
        pdf.close()


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


# --- what was read ----------------------------------------------------------------------------------------


def outcomes(by_form: dict[str, list[Entry]], show_wrong: bool) -> None:
    """How much of the returns of each form was read as it is printed."""
    row = "{:<26} {:>5} {:>12} {:>12} {:>12} {:>10}".format
    print(row("form and producer", "files", "rows right", "names right", "all as stated", "verdicts"))
    everything: list[Held] = []
    wrong: list[str] = []
    for form, listed in sorted(by_form.items()):
        found = [held(entry) for entry in listed]
        everything += found
        print(row(form, len(found), *counted(found)), flush=True)
        for entry, result in zip(listed, found, strict=True):
            if not result.as_intended or (result.rows and not result.whole and result.judgement.accepted):
                reasons = result.wrong[:3] or [v.message_en for v in result.judgement.violations][:2]
                wrong.append(
                    f"{entry.path.name}: {result.judgement.verdict}, intended {entry.verdict}; {'; '.join(reasons)}"
                )
    print(row("all", len(everything), *counted(everything)))
    if show_wrong:
        print(*("", *wrong), sep="\n")


def counted(found: list[Held]) -> tuple[str, str, str, str]:
    """Rows and names that are right, files with all else right (totals, prose, dates), verdicts as intended. What has
    no table that could be read counts among the verdicts alone."""
    with_rows = [result for result in found if result.rows]
    rows = sum(result.rows for result in with_rows)
    whole = sum(result.whole for result in with_rows)
    return (
        f"{sum(result.right for result in with_rows)}/{rows}",
        f"{sum(result.named for result in with_rows)}/{rows}",
        f"{whole}/{len(with_rows)}",
        f"{sum(result.as_intended for result in found)}/{len(found)}",
    )


def say(what: str, measured: str, promised: str) -> None:
    print(f"{what:<42} {measured:<24} {promised}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
