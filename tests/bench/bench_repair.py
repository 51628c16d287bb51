"""`make bench-repair`: how well `khrop.repair` mends tables whose truth is known, and how fast. Not a test: it reports.

python tests/bench/bench_repair.py [TABLES [LABELS [PRED]]]    # tests/bench/repair-bench where none is named

TABLES holds a table a line (id, rows, total_row, prose, perhaps previous), LABELS its truth (id, suite, base, true,
errors), both JSON lines, perhaps gzipped. What was proposed is written to PRED, a line a table: id, time_s, unique,
status, repairs (row, col, value, certain), structural (op, row).
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from khrop.repair import Report, suggest
from khrop.thai.digits import to_arabic

SET = Path(__file__).parent / "repair-bench"
COLUMNS = ("total", "saved", "pending", "percent")
SECTIONS = {"table_total": "TOTAL", "prose": "PROSE"}
SINGLE = (
    "digit_ocr", "digit_any", "transpose", "drop_digit", "double_digit", "swap_cols", "swap_rows_col", "percent_trunc",
    "missing_cell", "dup_row", "missing_row", "shift_cells",
)  # fmt: skip
GROUPS = {
    "all of one slip": tuple(f"kind_{kind}" for kind in SINGLE),
    "all of one to five": tuple(f"mixed_{number}" for number in range(1, 6)),
}
Cell = tuple[str, str]
Line = dict[str, Any]


@dataclass(frozen=True)
class Score:
    """How one table was mended: cells wrong, flagged, rightly so, mended, proposed wrongly, certain, wrongly so."""

    wrong: int
    flagged: int
    found: int
    mended: int
    false: int
    certain: int
    false_certain: int
    exact: bool
    unique: bool
    false_unique: bool
    seconds: float


def main() -> None:
    """Mend all tables, write what was proposed, and print a line a suite."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("tables", nargs="?", type=Path, default=SET / "tables.jsonl.gz")
    parser.add_argument("labels", nargs="?", type=Path)
    parser.add_argument("pred", nargs="?", type=Path, default=Path("predictions.jsonl"))
    given = parser.parse_args()
    labels = given.labels or given.tables.with_name(given.tables.name.replace("tables", "labels"))
    tables = list(lines(given.tables))
    if not tables:
        sys.exit(f"{given.tables} holds no table")
    suggest(tables[0])  # what is made when first used is no part of any table's time
    predictions = {}
    with given.pred.open("w", encoding="utf-8") as out:
        for table in tables:
            predictions[table["id"]] = prediction = predict(table)
            out.write(json.dumps(prediction, ensure_ascii=False) + "\n")
    show(scores(tables, labels, predictions))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(f"{len(tables)} tables, peak memory {memory:.0f} MB, predictions in {given.pred}")


def lines(path: Path) -> Iterator[Line]:
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    yield from map(json.loads, text.decode("utf-8").splitlines())


def predict(table: Line) -> Line:
    """One table mended, as a line of predictions."""
    before = time.perf_counter()
    report = suggest(table, previous=table.get("previous"))
    return as_line(table["id"], report, time.perf_counter() - before)


def as_line(name: str, report: Report, seconds: float) -> Line:
    return {
        "id": name,
        "time_s": seconds,
        "unique": report.unique,
        "status": report.status,
        "repairs": [
            {"row": SECTIONS.get(r.row, r.row), "col": r.column, "value": r.proposed, "certain": r.certain}
            for r in report.repairs
        ],
        "structural": [{"op": s.op, "row": s.row} for s in report.structural],
    }


def scores(tables: list[Line], labels: Path, predictions: dict[str, Line]) -> dict[str, list[Score]]:
    """The scores by suite, and those of the groups of suites."""
    printed = {table["id"]: table for table in tables}
    by_suite: dict[str, list[Score]] = defaultdict(list)
    for label in lines(labels):
        if label["id"] in printed:
            by_suite[label["suite"]].append(score(printed[label["id"]], label, predictions[label["id"]]))
    groups = {name: [s for suite in suites for s in by_suite.get(suite, ())] for name, suites in GROUPS.items()}
    return {**by_suite, **{name: found for name, found in groups.items() if found}}


def score(table: Line, label: Line, prediction: Line) -> Score:
    """One prediction beside the truth. A cell is wrong where its value is not the true one, absent cells too."""
    true, printed = cells(label["true"]), cells(table)
    wrong = {cell for cell, text in true.items() if value(printed.get(cell, "")) != value(text)}
    repairs = prediction["repairs"]
    flagged = {(r["row"], r["col"]) for r in repairs}
    proposed = {(r["row"], r["col"]): value(r["value"]) for r in repairs if r["value"] is not None}
    sure = {(r["row"], r["col"]): r["value"] and value(r["value"]) for r in repairs if r["certain"]}
    false = sum(v is not None and (cell not in true or v != value(true[cell])) for cell, v in proposed.items())
    mended = sum(proposed.get(cell) == value(true[cell]) for cell in wrong)
    rows = sorted((e["structural"]["op"], e["structural"]["row"]) for e in label["errors"] if e.get("structural"))
    exact = not false and mended == len(wrong) and rows == sorted((s["op"], s["row"]) for s in prediction["structural"])
    unique = prediction["unique"] and bool(repairs or prediction["structural"])
    return Score(
        wrong=len(wrong),
        flagged=len(flagged),
        found=len(flagged & wrong),
        mended=mended,
        false=false,
        certain=len(sure),
        false_certain=sum(cell not in true or v != value(true[cell]) for cell, v in sure.items()),
        exact=exact,
        unique=unique,
        false_unique=unique and not exact,
        seconds=prediction["time_s"],
    )


def cells(table: Line) -> dict[Cell, str]:
    """All cells of a table by row and column; of a doubled row the first."""
    found: dict[Cell, str] = {}
    for row in table["rows"]:
        for column in COLUMNS:
            found.setdefault((row["province"], column), row[column])
    found.update({("TOTAL", column): text for column, text in table["total_row"].items()})
    found.update({("PROSE", column): text for column, text in table["prose"].items()})
    return found


def value(text: str) -> Decimal | None:
    try:
        return Decimal(to_arabic(text).replace(",", "").strip())
    except InvalidOperation:
        return None


def show(by_suite: dict[str, list[Score]]) -> None:
    """A line a suite: shares of cells and of tables, false claims as numbers, milliseconds."""
    heads = ("tables", "precision", "recall", "mended", "exact", "unique", "false claims", "median", "p95", "most")
    print(f"{'suite':<24}" + "".join(f"{head:>14}" for head in heads))
    for suite, found in by_suite.items():
        total = {f.name: sum(getattr(s, f.name) for s in found) for f in fields(Score)}
        times = sorted(1000 * s.seconds for s in found)
        row = (
            str(len(found)),
            share(total["found"], total["flagged"]),
            share(total["found"], total["wrong"]),
            share(total["mended"], total["wrong"]),
            share(total["exact"], len(found)),
            share(total["unique"], len(found)),
            f"{total['false_unique']} + {total['false_certain']}",
            *(f"{ms:.1f} ms" for ms in (statistics.median(times), times[int(0.95 * (len(times) - 1))], times[-1])),
        )
        print(f"{suite:<24}" + "".join(f"{text:>14}" for text in row))


def share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "–"


if __name__ == "__main__":
    main()
