"""What the contracts of `conformance_contract` and the province return ask of a frame, in plain Python.

The counterpart of the contracts' own rules, written without the library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from conformance_case import LINE, Case, Row
from conformance_oracle import (
    Expected,
    Oracle,
    add,
    figures,
    half_up,
    less_or_equal,
    number,
    percent_apart,
    rounded_half_up,
    same,
    text,
    times,
    total,
    value,
    whole,
)

KINDS = {"code": "text", "kind": "text", "district": "text", "ordinal": "integer", "budget": "integer",
         "spent": "integer", "left": "integer", "share": "number", "open": "boolean", "at": "moment",
         "ref": "text"}  # fmt: skip
THREE = ("spent", "left", "budget")


def grants(case: Case, quarterly: bool) -> Expected:
    """What is wrong with a case under `Grant` or `QuarterlyGrant`."""
    kinds = KINDS | ({"quarter": "text"} if quarterly else {})
    named = [str(c["quarter"]) for c in case.claims if c.get("quarter") is not None]
    oracle = Oracle(case.table.rows, kinds, ("code", "district"), LINE, "quarter" if quarterly else None)
    oracle.see(case.table.types, ("quarter",), dict.fromkeys(named))
    _fields(oracle)
    _rows(oracle)
    oracle.unique("at-once", "warning", ("at",), nulls="skip")
    oracle.unique("once", "warning", ("district", "kind"))
    oracle.sequence("numbered", "warning", "ordinal")
    oracle.exactly("all-codes", "warning", "code", ("A1", "A2", "A3"))
    totals(oracle, case.claims, "totals", ("budget", "spent"), ("spent", "budget", "share"))
    _parts(oracle)
    _by_district(oracle)
    _references(oracle, case)
    return oracle.result()


def _fields(o: Oracle) -> None:
    o.row_rule("not-null", "error", ["code"], [], lambda _: True)
    o.row_rule("matches", "error", [], ["code"], lambda c: c[:1].isascii() and c[:1].isupper() and c[1:].isdigit())
    o.unique("unique-code", "error", ["code"], nulls="skip")
    o.row_rule("one-of", "error", [], ["kind"], lambda k: k in ("whole", "road", "school"))
    o.row_rule("whole", "error", [], ["ordinal"], whole)
    for figure in ("budget", "spent", "left"):
        o.row_rule("whole", "error", [], [figure], whole)
    o.row_rule("at-least", "error", [], ["budget"], lambda b: b >= 0)
    o.row_rule("at-least", "error", [], ["at"], lambda at: at >= datetime(2020, 1, 1, 12))
    o.row_rule("matches", "error", [], ["ref"], lambda ref: re.match(r"\w+$", ref) is not None)
    o.unique("unique-ref", "error", ["ref"], nulls="equal")
    o.row_rule("in-range", "error", [], ["share"], lambda s: 0 <= s <= 100)


def _rows(o: Oracle) -> None:
    o.row_rule("adds-up", "error", THREE, [], lambda s, left, b: same(add(s, left), b))
    o.row_rule("adds-up-nearly", "warning", [], THREE, _nearly)
    o.row_rule("share-within", "error", [], ("share", "spent", "budget"), _within)
    o.row_rule("share-rounded", "warning", ["budget"], ("share", "spent"), lambda b, share, s: rounded_half_up(
        share, s, b), "share")  # fmt: skip
    o.row_rule("small", "warning", ["spent"], ["left"], lambda s, left: _small(s, 0) and _small(left, -5),
               lambda row: "left" if _small(row["spent"], 0) else "spent")  # fmt: skip
    o.row_rule("not-overspent", "warning", ("spent", "budget", "kind"), [],
               lambda s, b, kind: less_or_equal(s, b) or kind == "whole")  # fmt: skip
    o.row_rule("pace", "warning", [], ("spent", "left"),
               lambda s, left: left != 0 and number(s) / number(left) <= 3)  # fmt: skip
    o.row_rule("tenths", "warning", [], ["share"], lambda share: half_up(share, 1) <= share)
    o.row_rule("open-has-left", "error", [], ("open", "left"), lambda is_open, left: not is_open or left > 0)
    o.row_rule("weighed", "warning", [], THREE, _weighed)
    o.row_rule("short-name", "warning", [], ["district"], lambda d: len(d) <= 7 and not d.startswith("อ."))
    o.row_rule(
        "either", "warning", [], ("open", "left", "spent"), lambda is_open, left, s: (left if is_open else s) > 0
    )
    o.row_rule("banded", "warning", [], ["left"], lambda left: 1 <= add(abs(left), 1) < 8)


def _nearly(spent: Any, left: Any, budget: Any) -> bool:
    return bool(abs(add(add(spent, left), times(budget, -1))) <= 1.5)


def _within(share: Any, spent: Any, budget: Any) -> bool:
    claimed, due = percent_apart(share, spent, budget)
    return budget > 0 and bool(abs(claimed - due) <= figures(share, spent, budget)[2])


def _small(held: Any, least: int) -> bool:
    return whole(held) and least <= held <= 10**6


def _weighed(spent: Any, left: Any, budget: Any) -> bool:
    weight = add(times(spent, 2), times(left, 3))
    return less_or_equal(add(times(budget, budget), times(spent, -1)), weight)


def totals(o: Oracle, claims: Sequence[Row], rule: str, columns: Sequence[str], ratio: Sequence[str]) -> None:
    if o.faulty.intersection(columns):
        return
    part, all_of_it, column = ratio
    for snapshot in o.snapshots:
        claimed = {c["measure"]: value(c["value"]) for c in claims if c.get(o.snapshot or "") in (None, snapshot)}
        prefix = next((f"{c['source']}_" for c in claims), "")
        sums = {c: total(row[c] for row in o.of(snapshot)) for c in columns}
        sums = {c: 0 if s is None and not any(row[c] is not None for row in o.of(snapshot)) else s
                for c, s in sums.items()}  # fmt: skip
        for c in columns:
            if claimed.get(c) is not None and not (sums[c] is not None and claimed[c] == sums[c]):
                o.broken(rule, "error", snapshot, prefix + c, c)
        if claimed.get(column) is None or None in sums.values() or sums[all_of_it] <= 0:
            continue
        if any(abs(number(s)) == float("inf") for s in sums.values()):
            continue
        hundredths = int(half_up(claimed[column] * 100.0))
        if abs(hundredths * sums[all_of_it] - 10000 * sums[part]) > sums[all_of_it]:
            o.broken(rule, "error", snapshot, prefix + column, column)


def _parts(o: Oracle) -> None:
    for snapshot in o.snapshots:
        rows = o.of(snapshot)
        if not o.faulty.intersection(("budget", "kind", "district")):
            for district in {row["district"] for row in rows}:
                mine = [row for row in rows if row["district"] == district]
                key = f"{text(district)}, whole"
                _part_whole(o, "parts", "warning", snapshot, key, mine, ("budget",), ("road", "school", "Road"), 0)
        if not o.faulty.intersection(("budget", "left", "kind")):
            _part_whole(o, "roads", "error", snapshot, "whole", rows, ("budget", "left"), ("road",), 2)


def _part_whole(o: Oracle, rule: str, severity: str, snapshot: Any, key: str, rows: Sequence[Row],
                values: Sequence[str], labels: Sequence[str], within: int) -> None:  # fmt: skip
    wholes = [row for row in rows if row["kind"] == "whole"]
    if len(wholes) != 1:
        o.broken(rule, severity, snapshot, key, "kind")
        return
    for column in values:
        labelled = [row[column] for row in rows if row["kind"] in labels or (len(labels) > 1 and _other(row))]
        parts, held = total(labelled), wholes[0][column]
        parts = 0 if parts is None and not any(v is not None for v in labelled) else parts
        if held is None or parts is None or not abs(add(held, times(parts, -1))) <= within:
            o.broken(rule, severity, snapshot, key, column)


def _other(row: Row) -> bool:
    return row["kind"] is not None and row["kind"] != "whole"


def _by_district(o: Oracle) -> None:
    for snapshot in o.snapshots:
        rows = o.of(snapshot)
        if not o.faulty.intersection(("district", "spent", "left", "kind")):
            for district in {row["district"] for row in rows}:
                mine = [row for row in rows if row["district"] == district]
                spent, lefts = total(row["spent"] for row in mine), [r["left"] for r in mine if r["left"] is not None]
                holds = spent is not None and spent <= 10**6 and lefts and max(lefts) <= 10**6
                if not (holds and len({row["kind"] for row in mine}) < 3):
                    aside = None if o.snapshot else mine
                    o.broken("by-district", "error", snapshot, text(district) or "–", "spent", rows=aside)
        if "open" not in o.faulty:
            is_open = sum(row["open"] is True for row in rows)
            if not 0 < is_open < len(rows):
                o.broken("some-open", "warning", snapshot, "", "open")


def _references(o: Oracle, case: Case) -> None:
    if "previous" in case.others and "code" not in o.faulty:
        _previous(o, case)
    if "districts" in case.others and "district" not in o.faulty:
        known = {row["name"] for row in case.others["districts"].rows} - {None}
        o.row_rule("known-district", "error", ["district"], [], lambda d: d in known)
    if "source" in case.others:
        for snapshot in o.snapshots:
            count = {name: _count(o, case.others[name].rows, snapshot) for name in ("source", "rejected")}
            if len(o.of(snapshot)) + count["rejected"] != count["source"]:
                o.broken("none-lost", "error", snapshot, "source", "")


def _count(o: Oracle, rows: Sequence[Row], snapshot: str | None) -> int:
    if len(o.snapshots) < 2 or not o.snapshot:
        return len(rows)
    return sum(row[o.snapshot] is not None and str(row[o.snapshot]) == snapshot for row in rows)


def _previous(o: Oracle, case: Case) -> None:
    older = case.others["previous"]
    rows = [{c: value(v) for c, v in row.items()} for row in older.rows]
    there = Oracle(older.rows, KINDS, (), LINE, None)
    there.see(older.types, ("quarter",))
    many = len(o.snapshots) > 1

    def beside(row: Row) -> list[Row]:
        mine = [r for r in rows if not many or "quarter" not in older.types or str(r["quarter"]) == row["__snapshot"]]
        return [r for r in mine if row["code"] is not None and r["code"] == row["code"]]

    def run(column: str) -> bool:
        return column not in o.faulty and column not in there.faulty

    compares: Mapping[str, Any] = {
        "spent": ("never-less", "error", lambda now, then: less_or_equal(then, now)),
        "budget": ("same-budget", "warning", same),
    }
    for column, (rule, severity, holds) in compares.items():
        for row in o.rows if run(column) else []:
            for then in beside(row):
                if None not in (row[column], then[column]) and not holds(row[column], then[column]):
                    o.fails(rule, severity, row, column)
    if run("spent") and run("left"):
        for snapshot in o.snapshots:
            pairs = [(row, then) for row in o.of(snapshot) for then in beside(row)]
            if pairs and not any(_differs(row, then) for row, then in pairs):
                o.broken("something-new", "warning", snapshot, "spent, left", "spent")


def _differs(now: Row, then: Row) -> bool:
    return any(None not in (now[c], then[c]) and not same(now[c], then[c]) for c in ("spent", "left"))
