"""Frames to put to the test: rows as dicts, with the type in which an engine is to store each column.

Here belong the cases and how Hypothesis draws them: rows that hold, of which some cells are changed. How a case
becomes a frame of an engine is in `conformance_engines`, what is wrong with it in `conformance_oracle`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Row = dict[str, Any]
Types = Mapping[str, str]
LINE = "line"
"""The place of a row: a number that no two rows of a case share."""

NAN, INF = math.nan, math.inf
SPECIAL: dict[str, list[Any]] = {
    "int64": [None, 2**63 - 1, -(2**63) + 1, 2**62, -(2**62), 2**53 + 1, 10**9 + 1, -1, 0],
    "uint64": [None, 2**64 - 1, 2**63, 2**63 - 1, 2**53 + 1, 0],
    "int16": [None, 32767, -32768, -1, 0],
    "huge": [None, 2**70, -(2**80), 2**63, 2**64, 2**63 - 1, 2**53 + 1, 0],
    "float64": [None, NAN, INF, -INF, 2.5, 1e300, -1e300, -0.5, 2.0**63, 0.0],
    "wide": [
        None,
        Decimal(2**70),
        Decimal(-(2**80)),
        Decimal(2**63),
        Decimal(2**63 - 1),
        Decimal(2**53 + 1),
        Decimal(0),
    ],
    "fine": [None, Decimal("123456789012345678901234567890.12"), Decimal("-0.01"), Decimal("2.50"), Decimal("0.00")],
    "moment": [None, datetime(2020, 1, 1, 12), datetime(2020, 1, 1, 11, 59, 59), datetime(2020, 6, 11)],
    "decimal": [None, Decimal("2.50"), Decimal("-1.00"), Decimal("123456.78"), Decimal("0.00")],
    "text": [None, "", "many", "12"],
    "bool": [None, True, False],
}
NAMES = ["ล\u0e33พูน", "ล\u0e4d\u0e32พูน", "กำแพงเพชร", "\u00e9", "e\u0301", "อ.เมือง", "ปาย", "10"]
"""Districts. ำ is one letter or two (U+0E33, U+0E4D U+0E32), é too: they look alike and are not the same."""
TEXTS: dict[str, list[Any]] = {
    "code": [None, "A1", "A2", "A3", "B44", "b1", "A1x", "อ1"],
    "kind": [None, "whole", "road", "school", "Road"],
    "district": [None, *NAMES],
    "quarter": [None, "q1", "q2", "ไตรมาส ๓"],
    "ref": [None, "r1", "ก่", "a b", ""],
}
NUMBERS = ("ordinal", "budget", "spent", "left", "share")


@dataclass(frozen=True)
class Table:
    """Rows and how their columns are stored; a column that no type is given for is absent."""

    types: Types
    rows: list[Row]

    def with_rows(self, rows: list[Row]) -> Table:
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Case:
    """A frame, the frames that it is compared with, and what is claimed of it."""

    table: Table
    others: Mapping[str, Table] = field(default_factory=dict)
    claims: tuple[Row, ...] = ()


def fit(value: Any, kind: str, column: str = "") -> Any:
    """A value that holds, as a column of a type has it."""
    if value is None or kind == "null":
        return None
    if kind != "moment" and isinstance(value, datetime):
        value = value.hour
    if kind == "float64":
        return float(value) if isinstance(value, (int, float)) else NAN
    if kind == "moment":
        return value if isinstance(value, datetime) else datetime(2021, 1, 1)
    if kind in ("decimal", "fine", "wide"):
        return Decimal(f"{value:.2f}") if kind != "wide" else Decimal(int(value))
    if kind in ("int64", "int16", "uint64", "huge"):
        whole = int(value) if isinstance(value, (int, float)) else len(value)
        return max(whole, 0) if kind == "uint64" else whole
    return bool(value) if kind == "bool" else str(value)


@st.composite
def storages(draw: st.DrawFn, quarterly: bool, wide: bool) -> Types:
    """How each column is stored: mostly as the contract has it, now and then in another width, seldom wrongly."""
    odd = draw(st.sampled_from([0, 0, 1, 2]))
    types = dict.fromkeys(("ordinal", "budget", "spent", "left"), "int64") | {"share": "float64", "open": "bool"}
    types |= dict.fromkeys(("code", "kind", "district", "ref", *(["quarter"] if quarterly else [])), "text")
    types["at"] = "moment"
    numbers = ["float64", "decimal", "int16", "null", "wide", "fine", *(["uint64"] if wide else [])]
    if odd:
        for column in draw(st.lists(st.sampled_from(["budget", "spent", "left", "share"]), max_size=2, unique=True)):
            types[column] = draw(st.sampled_from(numbers))
    if odd == 1 and wide:
        for column in draw(st.lists(st.sampled_from(["code", "kind", "district", "ref"]), max_size=2, unique=True)):
            types[column] = "category"
    if odd == 2:
        column = draw(st.sampled_from(list(types)))
        types[column] = draw(st.sampled_from(["text", "int64", "bool", "null", "float64"]))
        if draw(st.booleans()):
            del types[column]
    return types


def _holding(draw: st.DrawFn, line: int, quarter: str | None) -> Row:
    budget = draw(st.integers(0, 12))
    spent = draw(st.integers(0, budget))
    return {
        "quarter": quarter, "code": f"A{line}", "kind": draw(st.sampled_from(["road", "school", "whole"])),
        "district": draw(st.sampled_from(NAMES)), "ordinal": line, "budget": budget, "spent": spent,
        "left": budget - spent, "share": math.floor(10000 * spent / budget + 0.5) / 100 if budget else 0.0,
        "open": draw(st.booleans()), "at": datetime(2021, 1, 1, line % 24, 30), "ref": f"r{line}",
    }  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, types: Types, quarters: list[Any], most: int = 4) -> Table:
    """A table of some quarters, most cells of which hold."""
    rows: list[Row] = []
    for quarter in quarters:
        for line in range(1, draw(st.integers(0 if len(quarters) < 2 else 1, most)) + 1):
            held = _holding(draw, line, quarter)
            rows.append({column: fit(held[column], kind) for column, kind in types.items()})
    for _ in range(draw(st.integers(0, 4)) if rows else 0):
        row, column = draw(st.sampled_from(rows)), draw(st.sampled_from(list(types)))
        if column == "quarter":
            continue
        kind = types[column]
        some = TEXTS.get(column, SPECIAL["text"]) if kind in ("text", "category") else SPECIAL.get(kind, [None])
        row[column] = draw(st.sampled_from(some))
    return Table({**types, LINE: "int64"}, [{**row, LINE: n} for n, row in enumerate(rows, 1)])


@st.composite
def cases(draw: st.DrawFn, quarterly: bool, types: Types | None = None, wide: bool = True) -> Case:
    """A frame of one or many quarters with all that it may be compared with."""
    types = types if types is not None else draw(storages(quarterly, wide))
    has_quarters = "quarter" in types
    quarters: list[Any] = [None]
    if has_quarters:
        known = draw(st.lists(st.sampled_from(TEXTS["quarter"][1:]), max_size=3, unique=True))
        quarters = [fit(q, types["quarter"]) for q in known] + ([None] if draw(st.integers(0, 5)) == 5 else [])
    table = draw(tables(types, quarters))
    named = list(dict.fromkeys(str(row["quarter"]) for row in table.rows if row.get("quarter") is not None))
    return Case(table, draw(_others(table, types, quarters)), draw(_claims(table, named)))


@st.composite
def _others(draw: st.DrawFn, table: Table, types: Types, quarters: list[Any]) -> dict[str, Table]:
    others: dict[str, Table] = {}
    if table.types.get("code") in ("text", "category") and draw(st.booleans()):
        same = [dict(row) for row in table.rows] if draw(st.booleans()) else draw(tables(types, quarters)).rows
        kept = {c: t for c, t in table.types.items() if c == "code" or draw(st.integers(0, 9)) or c == "quarter"}
        for row in same:
            if draw(st.integers(0, 7)) == 7:
                row["code"] = None
        others["previous"] = Table(kept, [{c: row[c] for c in kept} for row in same])
    if table.types.get("district") in ("text", "category") and draw(st.booleans()):
        names = draw(st.lists(st.sampled_from([None, *NAMES]), max_size=12))
        others["districts"] = Table({"name": "text"}, [{"name": name} for name in names])
    if draw(st.booleans()):
        source = [dict(row) for row in table.rows]
        cut = draw(st.integers(0, len(source)))
        others["source"] = table.with_rows(source)
        others["rejected"] = table.with_rows(source[:cut] if draw(st.booleans()) else [])
    return others


@st.composite
def _claims(draw: st.DrawFn, table: Table, named: list[str]) -> tuple[Row, ...]:
    if not draw(st.booleans()):
        return ()
    claims: list[Row] = []
    for quarter in named or [None]:
        mine = [row for row in table.rows if quarter is None or str(row.get("quarter")) == quarter]
        for measure in ("budget", "spent"):
            values = [row.get(measure) for row in mine]
            present = [v for v in values if isinstance(v, (int, float, Decimal)) and not isinstance(v, bool)]
            fine = sum(v for v in present if v == v and not isinstance(v, Decimal) and abs(v) != INF)
            claims.append({"source": "claimed", "measure": measure, "value": draw(st.sampled_from([fine, fine, 7]))})
        claims.append({"source": "claimed", "measure": "share", "value": draw(st.sampled_from([50.0, 0.0]))})
        for claim in claims:
            claim.setdefault("place", "")
            claim.setdefault("quarter", quarter)
    return tuple(claims if named else [{k: v for k, v in claim.items() if k != "quarter"} for claim in claims])


def some(strategy: st.SearchStrategy[Case], count: int) -> list[Case]:
    """So many cases, the same ones each time: for engines to which one frame is put at a time."""
    found: list[Case] = []

    @settings(max_examples=count, derandomize=True, database=None, phases=[Phase.generate], deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(strategy)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


def together(found: list[Case], snapshots: bool) -> Case:
    """Cases of the same types as one: each a quarter of its own, where there are `snapshots`."""
    types = dict(found[0].table.types) | ({"quarter": "text"} if snapshots else {})
    rows: list[Row] = []
    others: dict[str, list[Row]] = {}
    claims: list[Row] = []
    for n, case in enumerate(found):
        if snapshots and not case.table.rows:
            continue
        name = {"quarter": f"case {n}"} if snapshots else {}
        rows += [{**row, **name} for row in case.table.rows]
        for other in ("previous", "source", "rejected"):
            mine = case.others[other].rows if other in case.others else []
            others.setdefault(other, []).extend({**row, **name} for row in mine)
        first = {claim["measure"]: {**claim, **name} for claim in reversed(case.claims)}
        claims += first.values() if snapshots else []
    tables = {other: Table(types, [{**dict.fromkeys(types), **row} for row in held]) for other, held in others.items()}
    tables["districts"] = Table({"name": "text"}, [{"name": name} for name in (*NAMES[:4], None, NAMES[0])])
    numbered = [{**row, LINE: n} for n, row in enumerate(rows, 1)]
    return Case(Table(types, numbered), tables, tuple(claims))
