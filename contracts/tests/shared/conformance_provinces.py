"""Province returns to check, and what must be reported of them, in plain Python: the real one, changed here and
there, under one or several snapshots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance_case import INF, LINE, NAN, Case, Row, Table
from conformance_expected import totals
from conformance_oracle import (
    Expected,
    Oracle,
    add,
    less_or_equal,
    number,
    percent_apart,
    rounded_half_up,
    same,
    value,
    whole,
)
from hypothesis import strategies as st

TRUTH = json.loads(Path(__file__).parents[1].joinpath("sample.json").read_text(encoding="utf-8"))
COUNTS = ("total", "saved", "pending")
TYPES = dict.fromkeys(("ordinal", *COUNTS), "int64") | {
    "snapshot_id": "text", "province_code": "text", "province_th": "text", "saved_percent": "float64",
    "place": "text", LINE: "int64",
}  # fmt: skip
KINDS = {"snapshot_id": "text", "ordinal": "integer", "province_code": "text", "province_th": "text",
         "total": "integer", "saved": "integer", "pending": "integer", "saved_percent": "number"}  # fmt: skip
CHANGES: dict[str, list[Any]] = {
    "ordinal": [None, 1, 77, 0], "province_code": [None, "10", "81", "00", "96"],
    "total": [None, 0, -1, 10**9 + 1, 2**63 - 1], "saved": [None, -1, 1, 2**62], "pending": [None, 0, 2**63 - 1],
    "saved_percent": [None, NAN, INF, 3.72, 100.0, 1e300],
    "province_th": [None, "ล\u0e33พูน", "ล\u0e4d\u0e32พูน", "ลําปาว"],
}  # fmt: skip


def real_rows() -> list[Row]:
    from khrop.thai.provinces import match

    rows = []
    for row in TRUTH["rows"]:
        province = match(row["province_th"])
        assert province is not None
        rows.append({
            "ordinal": row["ordinal"], "province_code": province.code, "province_th": row["province_th"],
            "total": row["n_lao"], "saved": row["saved"], "pending": row["pending"],
            "saved_percent": float(row["pct"]),
        })  # fmt: skip
    return rows


REAL = real_rows()


class Return(Case):
    """Returns of which only what differs from the real one is worth showing."""

    def __repr__(self) -> str:
        older = self.others["previous"].rows if "previous" in self.others else []
        return f"Return({_odd(self.table.rows)}, previous={_odd(older)}, claims={self.claims})"


def _odd(rows: list[Row]) -> list[Row]:
    return [row for row in rows if {c: row[c] for c in REAL[0]} not in REAL]


@st.composite
def returns(draw: st.DrawFn) -> Return:
    """Returns of one to three snapshots, some cells, rows and previous figures of which are changed."""
    names = [f"return-{n}" for n in range(draw(st.integers(1, 3)))]
    rows = _changed(draw, [{**row, "snapshot_id": name} for name in names for row in REAL])
    for n, row in enumerate(rows, 1):
        row |= {LINE: n, "place": f"text!R{n}"}
    others = {}
    if draw(st.booleans()):
        older = _changed(draw, [{**row, "snapshot_id": name} for name in names for row in REAL])
        kept = {c: kind for c, kind in TYPES.items() if c not in (LINE, "place")}
        others["previous"] = Table(kept, [{c: row[c] for c in kept} for row in older])
    claims = [
        {"snapshot_id": name, "source": "table_total", "measure": measure, "value": due + draw(st.integers(0, 1))}
        for name in names if draw(st.booleans())
        for measure, due in (("total", 7850), ("saved", 292), ("pending", 7558), ("saved_percent", 3.72))
    ]  # fmt: skip
    return Return(Table(TYPES, rows), others, tuple(claims))


def _changed(draw: st.DrawFn, rows: list[Row]) -> list[Row]:
    for _ in range(draw(st.integers(0, 4))):
        at, column = draw(st.integers(0, len(rows) - 1)), draw(st.sampled_from([*CHANGES, "drop", "double"]))
        if column == "drop":
            del rows[at]
        elif column == "double":
            rows.append(dict(rows[at]))
        else:
            rows[at][column] = draw(st.sampled_from(CHANGES[column]))
    return rows


def provinces(case: Case) -> Expected:
    """What is wrong with a return."""
    oracle = Oracle(case.table.rows, KINDS, ("province_code", "province_th"), "place", "snapshot_id")
    oracle.see(case.table.types, (), dict.fromkeys(c["snapshot_id"] for c in case.claims))
    _rows(oracle)
    codes = [row["province_code"] for row in REAL]
    oracle.exactly("provinces-complete", "error", "province_code", codes, "province_th")
    oracle.sequence("ordinals-in-sequence", "warning", "ordinal")
    totals(oracle, case.claims, "totals-match", COUNTS, ("saved", "total", "saved_percent"))
    if "previous" in case.others:
        _previous(oracle, case.others["previous"].rows)
    return oracle.result()._replace(aside=_aside(oracle, case))


def _aside(oracle: Oracle, case: Case) -> set[Any]:
    bad = {t.snapshot for t in oracle.found if t.severity == "error"}
    return {row[LINE] for row in case.table.rows if row["snapshot_id"] in bad}


def _rows(o: Oracle) -> None:
    o.row_rule("whole", "error", [], ["ordinal"], whole)
    o.row_rule("counts-whole", "error", COUNTS, [], lambda *counts: all(map(_counted, counts, (1, 0, 0))), _at_fault)
    o.row_rule("balance", "error", [], COUNTS, lambda t, s, p: same(add(s, p), t), "total")
    o.row_rule("percent-within-tolerance", "error", ["saved_percent"], ["saved", "total"], _within)
    o.row_rule("percent-rounded", "warning", [], ["saved_percent", "saved", "total"], rounded_half_up)


def _counted(held: Any, least: int) -> bool:
    return whole(held) and least <= held <= 10**9


def _at_fault(row: Row) -> str:
    return next(c for c, least in zip(COUNTS, (1, 0, 0), strict=True) if not _counted(row[c], least))


def _within(percent: Any, saved: Any, total: Any) -> bool:
    claimed, due = percent_apart(percent, saved, total)
    return total > 0 and bool(abs(claimed - due) <= number(total))


def _previous(o: Oracle, older: list[Row]) -> None:
    rows = [{c: value(v) for c, v in row.items()} for row in older]
    many = len(o.snapshots) > 1

    def pairs(row: Row) -> list[Row]:
        mine = [r for r in rows if not many or r["snapshot_id"] == row["snapshot_id"]]
        return [r for r in mine if r["province_code"] is not None and r["province_code"] == row["province_code"]]

    compares = {
        "total": ("universe-stable", same),
        "saved": ("saved-never-decreases", lambda a, b: less_or_equal(b, a)),
    }
    for column, (rule, holds) in compares.items():
        for row in o.rows:
            for then in pairs(row):
                if None not in (row[column], then[column]) and not holds(row[column], then[column]):
                    o.fails(rule, "warning", row, column)
    for snapshot in o.snapshots:
        both = [(row, then) for row in o.of(snapshot) for then in pairs(row)]
        there = [[(r[c], t[c]) for c in COUNTS if None not in (r[c], t[c])] for r, t in both]
        if both and all(same(a, b) for figures in there for a, b in figures):
            o.broken("not-a-stale-copy", "warning", snapshot, ", ".join(COUNTS), COUNTS[0])
