"""What a table seems to be: its columns with their kinds, what names its rows, and the rules that hold in it.

A rule is proposed where it holds in all rows. What holds in nearly all is a near miss, for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

from khrop.thai.digits import normalise
from pipelines.datasets.kinds import KINDS
from pipelines.datasets.table_in import FoundTable
from warehouse.datasets import OWN_COLUMNS

WORDS = (
    ("ร้อยละ|เปอร์เซ็นต์|%|percent", "percent"),
    ("ลำดับ|^ที่$|^no\\.?$", "ordinal"),
    ("จังหวัด", "province"),
    ("อำเภอ", "district"),
    ("ตำบล", "subdistrict"),
    ("หมู่บ้าน|ชุมชน", "village"),
    ("เทศบาล", "municipality"),
    ("หน่วยงาน", "agency"),
    ("โรงเรียน", "school"),
    ("รหัส", "code"),
    ("ชื่อ", "name"),
    ("หมายเหตุ", "remark"),
    ("วันที่", "date"),
    ("ยังไม่|ไม่ได้|คงเหลือ|ค้าง", "pending"),
    ("อยู่ระหว่าง|กำลัง", "in_progress"),
    ("เห็นชอบ|อนุมัติ", "approved"),
    ("บันทึก", "saved"),
    ("แล้วเสร็จ|เรียบร้อย|ครบถ้วน|แล้ว", "done"),
    ("งบประมาณ|จำนวนเงิน|บาท", "budget"),
    ("ครัวเรือน", "households"),
    ("ประชากร", "population"),
    ("ปริมาณ|ตัน", "amount"),
    ("ทั้งหมด|ทั้งสิ้น|รวม", "total"),
    ("อปท|องค์กรปกครองส่วนท้องถิ่น", "authorities"),
    ("จำนวน", "number"),
)
"""Words of Thai headings and the names of columns that they make; the first that stands in a heading counts."""
PERCENT_WORDS = re.compile("ร้อยละ|เปอร์เซ็นต์|%|percent", re.IGNORECASE)
NEARLY = Decimal("0.9")
"""Of its cells so many must be of a kind, of its rows so many must keep a rule, for either to be thought of."""
LEAST_ROWS = 3
"""Fewer rows speak for no sum."""
LEAST_TITLE = 6
TITLES = ("ตาราง", "รายงาน", "สรุป", "แบบรายงาน", "บัญชี")
LEAST_PROVINCES = 2
MOST_PARTS = 4
MOST_COUNTS = 14
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class ProposedColumn:
    """A column: its name, heading and kind, its values (None where a cell is none), whether it may be null."""

    name: str
    heading: str
    kind: str
    values: tuple[Any, ...] = ()
    total: Any = None

    @property
    def nullable(self) -> bool:
        """Whether some row has no value."""
        return None in self.values

    @property
    def least(self) -> Any:
        """The least of its values; None where it has none."""
        return min((value for value in self.values if value is not None), default=None)

    @property
    def most(self) -> Any:
        """The greatest of its values; None where it has none."""
        return max((value for value in self.values if value is not None), default=None)


@dataclass(frozen=True)
class ProposedRule:
    """A rule as code: its id, scope and severity, the columns it speaks of, the class of the vocabulary and the code of
    its arguments, in words, the rows that it holds in, of how many, and the column that its parts add up to.
    """

    id: str
    what: str
    arguments: str
    columns: tuple[str, ...]
    summary: str
    scope: str = "row"
    severity: str = "error"
    needs: tuple[str, ...] = ()
    held: int = 0
    of: int = 0
    whole: str = ""


@dataclass(frozen=True)
class Proposal:
    """A table as a dataset.

    Attributes:
        title: The title above the table; empty where there is none.
        columns: Its columns, in order.
        names: The column that names a row.
        key: The columns that tell rows apart.
        totals: What the row of grand totals is called; empty where there is none.
        ratios: The percents: (percent, part, whole).
        rules: The rules that hold in all rows.
        near: The rules that hold in nearly all.
        left_out: The headings of columns that have no values, or the heading of another.
        rows: How many rows there are.
    """

    title: str
    columns: tuple[ProposedColumn, ...]
    names: str
    key: tuple[str, ...]
    totals: str = ""
    ratios: tuple[tuple[str, str, str], ...] = ()
    rules: tuple[ProposedRule, ...] = ()
    near: tuple[ProposedRule, ...] = ()
    left_out: tuple[str, ...] = ()
    rows: int = 0
    notes: tuple[str, ...] = field(default=())

    def without(self, rule_ids: set[str]) -> Proposal:
        """Return the proposal with some of its rules as near misses."""
        gone = tuple(rule for rule in self.rules if rule.id in rule_ids)
        kept = tuple(rule for rule in self.rules if rule.id not in rule_ids)
        return replace(self, rules=kept, near=(*self.near, *gone))


def example() -> Proposal:
    """Return what is written where there is no file to propose from."""
    columns = (
        ProposedColumn("district", "อำเภอ", "text"),
        ProposedColumn("total", "ทั้งหมด", "count", (0,)),
        ProposedColumn("done", "แล้วเสร็จ", "count", (0,)),
        ProposedColumn("pending", "ยังไม่แล้วเสร็จ", "count", (0,)),
    )
    counts = ("total", "done", "pending")
    adds_up = ProposedRule("adds-up", "AddsUp", '("done", "pending"), "total"', counts, "done + pending = total.")
    return Proposal("", columns, "district", ("district",), "รวม", rules=(adds_up, _unique(("district",), 0)))


def propose(found: FoundTable) -> Proposal:
    """Return what a table seems to be."""
    columns, left_out = _columns(found)
    names = _names(columns)
    key = _key(columns, names)
    counts = [column for column in columns if column.kind == "count" and not column.nullable]
    sums, near = _sums(counts[:MOST_COUNTS])
    ratios, ratio_rules, near_ratios = _ratios(columns, counts)
    rules = [*sums, *ratio_rules]
    near += near_ratios
    if key:
        rules.append(_unique(key, len(found.rows)))
    for column in columns:
        if column.kind == "ordinal":
            rules.append(_sequence(column))
    totals = _total_name(found, columns)
    if totals:
        held, missed = _totals(columns)
        rules += held
        near += missed
    return Proposal(
        title=_title(found.above),
        columns=tuple(columns),
        names=names,
        key=key or (names,),
        totals=totals,
        ratios=tuple(ratios),
        rules=tuple(rules),
        near=tuple(near),
        left_out=tuple(left_out),
        rows=len(found.rows),
        notes=() if key else ("no columns tell all rows apart: rows stand twice, or a column is missing from the key",),
    )


def _title(above: Sequence[str]) -> str:
    """The first text above a table that begins like a title, or else has no figures."""
    long = [text for text in above if len(text) >= LEAST_TITLE]
    titles = [text for text in long if text.startswith(TITLES)]
    bare = [text for text in long if not any(letter.isdigit() for letter in text)]
    return next(iter(titles or bare), "")


def _columns(found: FoundTable) -> tuple[list[ProposedColumn], list[str]]:
    columns: list[ProposedColumn] = []
    left_out: list[str] = []
    for at, heading in enumerate(found.headings):
        cells = [row[at] for row in found.rows]
        if not heading:
            continue
        if not any(cells) or found.headings.count(heading) > 1:
            left_out.append(heading)
            continue
        kind = _kind(heading, cells)
        values = tuple(KINDS[kind].parse(cell) if cell else None for cell in cells)
        printed = found.totals[at] if found.totals else ""
        total = KINDS[kind].parse(printed) if printed and KINDS[kind].figure else None
        name = _name(heading, kind, at + 1, [column.name for column in columns])
        columns.append(ProposedColumn(name, heading, kind, values, total))
    return columns, left_out


def _kind(heading: str, cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell]

    def mostly(kind: str) -> bool:
        return sum(KINDS[kind].parse(cell) is not None for cell in filled) >= NEARLY * len(filled)

    if mostly("count"):
        counts = [KINDS["count"].parse(cell) for cell in filled]
        numbered = counts == list(range(1, len(cells) + 1)) and len(counts) > 1
        if PERCENT_WORDS.search(heading):
            return "percent"
        return "ordinal" if numbered else "count"
    if mostly("decimal"):
        percents = PERCENT_WORDS.search(heading) or all("%" in cell for cell in filled)
        return "percent" if percents else "decimal"
    if mostly("date"):
        return "date"
    # One or two words that stand again and again may be short names of provinces by chance.
    known = sum(KINDS["province"].resolve(cell) is not None for cell in filled)
    return "province" if known >= NEARLY * len(filled) and len(set(filled)) > LEAST_PROVINCES else "text"


def _name(heading: str, kind: str, at: int, taken: Sequence[str]) -> str:
    """A name in ASCII letters, that no other column has."""
    text = normalise(heading).text
    words = next((name for pattern, name in WORDS if re.search(pattern, text, re.IGNORECASE)), "")
    slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") if text.isascii() else ""
    base = slug if re.fullmatch(r"[a-z][a-z0-9_]{0,30}", slug) else words or f"column_{at}"
    if kind == "ordinal":
        base = "ordinal"
    elif base == "ordinal":
        base = f"column_{at}"
    if base in OWN_COLUMNS or base.endswith("_printed"):
        base = f"own_{base.removesuffix('_printed')}"
    return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}_{n}") not in taken)


def _names(columns: Sequence[ProposedColumn]) -> str:
    """The first column of texts that names each row once; else the first of texts; else the first of all."""
    texts = [column for column in columns if column.kind in ("province", "text") and not column.nullable]
    once = [column for column in texts if len(set(column.values)) == len(column.values)]
    return (once or texts or list(columns))[0].name


def _key(columns: Sequence[ProposedColumn], names: str) -> tuple[str, ...]:
    """The fewest columns, the names among them, that tell all rows apart; nothing where none do."""
    by_name = {column.name: column for column in columns}
    others = [c.name for c in columns if c.kind in ("province", "text", "date") and not c.nullable and c.name != names]
    others += [c.name for c in columns if c.kind == "ordinal"]
    for size in range(min(3, len(others)) + 1):
        for more in combinations(others, size):
            rows = list(zip(*(by_name[name].values for name in (names, *more)), strict=True))
            if len(set(rows)) == len(rows) and not any(None in row for row in rows):
                return (names, *more)
    return ()


def _sums(counts: Sequence[ProposedColumn]) -> tuple[list[ProposedRule], list[ProposedRule]]:
    """Of each column the fewest others that add up to it in all rows; and those that do in nearly all."""
    held: list[ProposedRule] = []
    near: list[ProposedRule] = []
    rows = len(counts[0].values) if counts else 0
    for whole in counts if rows >= LEAST_ROWS else ():
        others = [column for column in counts if column is not whole and any(column.values)]
        best: tuple[int, tuple[ProposedColumn, ...]] = (0, ())
        for parts in _parts(others):
            fit = sum(sum(v) == w for w, *v in zip(whole.values, *(p.values for p in parts), strict=True))
            best = max(best, (fit, parts), key=lambda pair: pair[0])
            if fit == rows:
                break
        if best[0] == rows:
            held.append(_adds_up(whole, best[1], best[0], rows))
        elif best[0] >= NEARLY * rows:
            near.append(_adds_up(whole, best[1], best[0], rows))
    # Of two sums of the same columns in another order, one is enough.
    return _numbered(held), _numbered(near) if not held else []


def _parts(others: Sequence[ProposedColumn]) -> Iterator[tuple[ProposedColumn, ...]]:
    for size in range(2, MOST_PARTS + 1):
        yield from combinations(others, size)


def _adds_up(whole: ProposedColumn, parts: Sequence[ProposedColumn], held: int, rows: int) -> ProposedRule:
    names = tuple(part.name for part in parts)
    said = f"{' + '.join(names)} = {whole.name}."
    return ProposedRule(
        "adds-up",
        "AddsUp",
        f'{_tuple(names)}, "{whole.name}"',
        (whole.name, *names),
        said,
        held=held,
        of=rows,
        whole=whole.name,
    )


def _ratios(
    columns: Sequence[ProposedColumn], counts: Sequence[ProposedColumn]
) -> tuple[list[tuple[str, str, str]], list[ProposedRule], list[ProposedRule]]:
    """Of each column of percents the two counts that it is a ratio of."""
    ratios: list[tuple[str, str, str]] = []
    held: list[ProposedRule] = []
    near: list[ProposedRule] = []
    for percent in columns:
        if percent.kind != "percent" or percent.nullable or len(percent.values) < LEAST_ROWS:
            continue
        best: tuple[int, int, tuple[str, str, str]] = (0, 0, ("", "", ""))
        for part in counts:
            for whole in counts:
                if part is whole or not any(part.values) or not all(whole.values):
                    continue
                within, rounded = _ratio_holds(percent, part, whole)
                best = max(best, (within, rounded, (percent.name, part.name, whole.name)), key=lambda b: b[:2])
        within, rounded, names = best
        rows = len(percent.values)
        if within < NEARLY * rows:
            continue
        ratios.append(names)
        said = f"{names[0]} is 100 · {names[1]} / {names[2]}"
        arguments = ", ".join(f'"{name}"' for name in names)
        first = ProposedRule(
            "percent-within", "RatioWithin", arguments, names, f"{said}, within 0.01.", held=within, of=rows
        )
        second = ProposedRule(
            "percent-rounded", "RatioRounded", arguments, names, f"{said}, rounded half up.", severity="warning",
            held=rounded, of=rows,
        )  # fmt: skip
        (held if within == rows else near).append(first)
        (held if rounded == rows else near).append(second)
    return ratios, _numbered(held), _numbered(near)


def _ratio_holds(percent: ProposedColumn, part: ProposedColumn, whole: ProposedColumn) -> tuple[int, int]:
    within = rounded = 0
    for p, a, b in zip(percent.values, part.values, whole.values, strict=True):
        share = Decimal(100 * a) / b
        within += abs(p - share) <= HUNDREDTH
        rounded += p == share.quantize(HUNDREDTH, ROUND_HALF_UP)
    return within, rounded


def _unique(key: tuple[str, ...], rows: int) -> ProposedRule:
    said = f"No two rows have the same {', '.join(key)}."
    return ProposedRule("key-unique", "UniqueKey", _tuple(key), key, said, scope="group", held=rows, of=rows)


def _sequence(column: ProposedColumn) -> ProposedRule:
    rows = len(column.values)
    return ProposedRule(
        "in-sequence", "LinearSequence", f'"{column.name}"', (column.name,), "The rows are numbered from 1.",
        scope="group", severity="warning", held=rows, of=rows,
    )  # fmt: skip


def _total_name(found: FoundTable, columns: Sequence[ProposedColumn]) -> str:
    """What the row of grand totals is called: its text under the first columns."""
    if not found.totals:
        return ""
    figures = [column.heading for column in columns if KINDS[column.kind].figure]
    texts = [cell for head, cell in zip(found.headings, found.totals, strict=True) if cell and head not in figures]
    return texts[0] if texts else ""


def _totals(columns: Sequence[ProposedColumn]) -> tuple[list[ProposedRule], list[ProposedRule]]:
    """The columns whose grand total is the sum of their rows, and those whose is not."""
    summed = [c for c in columns if c.kind == "count" and c.total is not None and not c.nullable]
    good = [column for column in summed if sum(column.values) == column.total]
    bad = [column for column in summed if column not in good]
    return (
        [_sums_match(good, len(good))] if good else [],
        [_sums_match([column], 0) for column in bad],
    )


def _sums_match(columns: Sequence[ProposedColumn], held: int) -> ProposedRule:
    names = tuple(column.name for column in columns)
    arguments = f'{_tuple(names)}, "table_total_"'
    return ProposedRule(
        "totals-match", "SumsMatch", arguments, names, "Each grand total is the sum of its column.", scope="group",
        needs=tuple(f"table_total_{name}" for name in names), held=held, of=len(columns),
    )  # fmt: skip


def _numbered(rules: Sequence[ProposedRule]) -> list[ProposedRule]:
    """The rules, each with an id of its own."""
    seen: dict[str, int] = {}
    made = []
    for rule in rules:
        seen[rule.id] = seen.get(rule.id, 0) + 1
        made.append(replace(rule, id=rule.id if seen[rule.id] == 1 else f"{rule.id}-{seen[rule.id]}"))
    return made


def _tuple(names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"({quoted},)" if len(names) == 1 else f"({quoted})"
