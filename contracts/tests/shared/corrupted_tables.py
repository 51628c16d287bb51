"""Tables of provinces with their truth, corrupted by known slips: for the tests of `khrop.repair` and its bench.

A table is {"rows", "total_row", "prose"} with printed Thai figures. The same seed gives the same table.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from khrop.thai import provinces
from khrop.thai.digits import to_arabic, to_thai

Printed = dict[str, Any]
COLUMNS = ("total", "saved", "pending", "percent")
COUNTS = COLUMNS[:3]
LOOKS_LIKE = {
    "0": "68", "1": "37", "2": "67", "3": "17", "4": "58", "5": "489", "6": "20", "7": "23", "8": "56", "9": "53",
}  # fmt: skip
"""Thai digits that are easily taken for one another."""


class NoRoom(Exception):
    """The slip could not be made where it was tried."""


@dataclass
class Case:
    """A table, its truth, and what was done to it: kinds, and rows dropped or doubled."""

    true: Printed
    table: Printed
    kinds: list[str] = field(default_factory=list)
    structural: list[tuple[str, str]] = field(default_factory=list)
    touched: set[tuple[str, str]] = field(default_factory=set)


def percent(part: int, whole: int, cut: bool = False) -> str:
    value = 10_000 * part // whole if cut else (20_000 * part + whole) // (2 * whole)
    return to_thai(f"{value // 100}.{value % 100:02d}")


def count(value: int) -> str:
    return to_thai(f"{value:,}")


def true_table(random: Random, share: float, spread: float = 0.25, cut_prose: bool = True) -> Printed:
    """76 provinces of which about `share` have saved."""
    rows = []
    for number, code in enumerate(provinces.expected_codes(), 1):
        total = min(400, max(12, round(random.lognormvariate(4.5, 0.5))))
        saved = min(total, max(0, round(total * random.gauss(share, spread * min(share, 1 - share) * 2))))
        rows.append(printed_row(number, provinces.by_code(code).name_th, total, saved))
    return with_totals(rows, cut_prose)


def printed_row(number: int, name: str, total: int, saved: int) -> Printed:
    return {
        "no": to_thai(str(number)),
        "province": name,
        "total": count(total),
        "saved": count(saved),
        "pending": count(total - saved),
        "percent": percent(saved, total),
    }


def with_totals(rows: list[Printed], cut_prose: bool) -> Printed:
    total, saved = (sum(int(to_arabic(row[c]).replace(",", "")) for row in rows) for c in ("total", "saved"))
    return {
        "rows": rows,
        "total_row": {
            "total": count(total),
            "saved": count(saved),
            "pending": count(total - saved),
            "percent": percent(saved, total),
        },
        "prose": {
            "total": count(total),
            "saved": count(saved),
            "saved_pct": percent(saved, total, cut_prose),
            "pending": count(total - saved),
            "pending_pct": percent(total - saved, total, cut_prose),
        },
    }


def corrupted(true: Printed, kinds: list[str], random: Random) -> Case:
    """The table with a slip of each kind."""
    case = Case(true, copy.deepcopy(true))
    for kind in kinds:
        for _ in range(200):
            try:
                KINDS[kind](case, random)
            except NoRoom:
                continue
            case.kinds.append(kind)
            break
    return case


def _cell(case: Case, random: Random) -> tuple[Printed, str]:
    place = random.random()
    if place < 0.04:
        section, name = case.table["total_row"], "TOTAL"
        column = random.choice(list(section)) if section else None
    elif place < 0.08:
        section, name = case.table["prose"], "PROSE"
        column = random.choice(list(section)) if section else None
    else:
        section = random.choice(case.table["rows"])
        name, column = section["province"], random.choice(COLUMNS)
    if column is None or (name, column) in case.touched or not section[column]:
        raise NoRoom
    if name not in ("TOTAL", "PROSE") and ("drop_row", name) in case.structural:
        raise NoRoom
    case.touched.add((name, column))
    return section, column


def _rewritten(how: Callable[[list[str], Random], list[str] | None]) -> Callable[[Case, Random], None]:
    """A slip in the digits of one cell."""

    def slip(case: Case, random: Random) -> None:
        section, column = _cell(case, random)
        text = to_arabic(section[column])
        digits = how([c for c in text if c.isdigit()], random)
        plain = "".join(digits or [])
        if column in ("percent", "saved_pct", "pending_pct"):
            plain = plain[:-2] + "." + plain[-2:] if len(plain) > 2 else (plain[:1] + "." + plain[1:])
        elif "," in text and plain:
            plain = f"{plain[:-3]},{plain[-3:]}" if len(plain) > 3 else plain
        if not digits or _value(plain) == _value(text):
            raise NoRoom
        section[column] = to_thai(plain)

    return slip


def _value(text: str) -> float | None:
    text = to_arabic(text).replace(",", "")
    return float(text) if text else None


def _misread(digits: list[str], random: Random) -> list[str]:
    place = random.randrange(len(digits))
    return [*digits[:place], random.choice(LOOKS_LIKE[digits[place]]), *digits[place + 1 :]]


def _any_digit(digits: list[str], random: Random) -> list[str]:
    place = random.randrange(len(digits))
    return [*digits[:place], random.choice("0123456789"), *digits[place + 1 :]]


def _transposed(digits: list[str], random: Random) -> list[str] | None:
    if len(digits) < 2:
        return None
    place = random.randrange(len(digits) - 1)
    return [*digits[:place], digits[place + 1], digits[place], *digits[place + 2 :]]


def _dropped(digits: list[str], random: Random) -> list[str] | None:
    if len(digits) < 2:
        return None
    place = random.randrange(len(digits))
    return [*digits[:place], *digits[place + 1 :]]


def _doubled(digits: list[str], random: Random) -> list[str]:
    place = random.randrange(len(digits))
    return [*digits[: place + 1], *digits[place:]]


def _free_row(case: Case, random: Random, place: int | None = None) -> Printed:
    rows = case.table["rows"]
    place = random.randrange(len(rows)) if place is None else place
    if not 0 <= place < len(rows):
        raise NoRoom
    row: Printed = rows[place]
    name = row["province"]
    if any(name == other for other, _ in case.touched) or any(name == other for _, other in case.structural):
        raise NoRoom
    return row


def _touch(case: Case, row: Printed, columns: tuple[str, ...]) -> None:
    case.touched.update((row["province"], column) for column in columns)


def swap_cols(case: Case, random: Random) -> None:
    row, (a, b) = _free_row(case, random), random.sample(COUNTS, 2)
    if row[a] == row[b]:
        raise NoRoom
    row[a], row[b] = row[b], row[a]
    _touch(case, row, (a, b))


def _neighbours(case: Case, random: Random) -> tuple[Printed, Printed]:
    place = random.randrange(len(case.table["rows"]) - 1)
    return _free_row(case, random, place), _free_row(case, random, place + 1)


def swap_rows_col(case: Case, random: Random) -> None:
    (first, second), column = _neighbours(case, random), random.choice(COLUMNS)
    if first[column] == second[column]:
        raise NoRoom
    first[column], second[column] = second[column], first[column]
    _touch(case, first, (column,))
    _touch(case, second, (column,))


def swap_rows_all(case: Case, random: Random) -> None:
    first, second = _neighbours(case, random)
    if first["total"] == second["total"]:
        raise NoRoom
    for column in COLUMNS:
        first[column], second[column] = second[column], first[column]
    _touch(case, first, COLUMNS)
    _touch(case, second, COLUMNS)


def percent_trunc(case: Case, random: Random) -> None:
    row = _free_row(case, random)
    saved, total = int(to_arabic(row["saved"])), int(to_arabic(row["total"]))
    if percent(saved, total) == percent(saved, total, cut=True):
        raise NoRoom
    row["percent"] = percent(saved, total, cut=True)
    _touch(case, row, ("percent",))


def missing_cell(case: Case, random: Random) -> None:
    section, column = _cell(case, random)
    section[column] = ""


def dup_row(case: Case, random: Random) -> None:
    row = _free_row(case, random)
    rows = case.table["rows"]
    rows.insert(rows.index(row) + 1, dict(row))
    case.structural.append(("drop_row", row["province"]))


def missing_row(case: Case, random: Random) -> None:
    row = _free_row(case, random)
    case.table["rows"].remove(row)
    case.structural.append(("insert_row", row["province"]))


def shift_cells(case: Case, random: Random) -> None:
    row, place = _free_row(case, random), random.randrange(3)
    moved = [row[column] for column in COLUMNS[place + 1 :]]
    for column, value in zip(COLUMNS[place:], [*moved, ""], strict=True):
        row[column] = value
    _touch(case, row, COLUMNS)


def publisher_total(case: Case, random: Random) -> None:
    saved, total = (int(to_arabic(case.true["total_row"][c]).replace(",", "")) for c in ("saved", "total"))
    by = random.choice([-100, -10, -2, -1, 1, 2, 10, 100])
    saved, total = (saved + by, total + by) if random.random() < 0.5 else (saved, total + by)
    if not 0 <= saved <= total:
        raise NoRoom
    wrong = with_totals([printed_row(1, "", total, saved)], False)
    case.table["total_row"], case.table["prose"] = wrong["total_row"], wrong["prose"]


def compensating(case: Case, random: Random) -> None:
    row, by, other = _free_row(case, random), random.choice([-10, -1, 1, 10, 100]), random.choice(COUNTS[1:])
    changed = {column: int(to_arabic(row[column])) + by for column in ("total", other)}
    if min(changed.values()) < 0:
        raise NoRoom
    row.update({column: count(value) for column, value in changed.items()})
    _touch(case, row, ("total", other))


def read_by_machine(rate: float) -> Callable[[Case, Random], None]:
    """Each digit is misread, lost or doubled with this probability."""

    def slip(case: Case, random: Random) -> None:
        for section in (*case.table["rows"], case.table["total_row"], case.table["prose"]):
            for column in section:
                if column not in ("no", "province"):
                    section[column] = "".join(_read(c, random, rate) for c in section[column])

    return slip


def _read(character: str, random: Random, rate: float) -> str:
    digit = to_arabic(character)
    if not digit.isdigit() or random.random() >= rate:
        return character
    luck = random.random()
    return to_thai("" if luck < 0.08 else digit * 2 if luck < 0.14 else random.choice(LOOKS_LIKE[digit]))


KINDS: dict[str, Callable[[Case, Random], None]] = {
    "digit_ocr": _rewritten(_misread),
    "digit_any": _rewritten(_any_digit),
    "transpose": _rewritten(_transposed),
    "drop_digit": _rewritten(_dropped),
    "double_digit": _rewritten(_doubled),
    "swap_cols": swap_cols,
    "swap_rows_col": swap_rows_col,
    "percent_trunc": percent_trunc,
    "missing_cell": missing_cell,
    "dup_row": dup_row,
    "missing_row": missing_row,
    "shift_cells": shift_cells,
}
SINGLE = tuple(KINDS)
"""The twelve kinds of one slip."""
KINDS |= {
    "swap_rows_all": swap_rows_all,
    "publisher_total": publisher_total,
    "compensating": compensating,
    "ocr_2pct": read_by_machine(0.02),
}


_OFTEN = (5, 2, 2.5, 2.5, 1.5, 1.5, 1.2, 1.5, 1.5, 0.65, 0.35, 0.4)
"""How often each of the twelve happens, by each other."""


def mixed(random: Random, number: int) -> list[str]:
    """So many slips of any kind; at most one row is lost, and one doubled."""
    kinds: list[str] = []
    while len(kinds) < number:
        kind = random.choices(SINGLE, _OFTEN)[0]
        if kind not in ("missing_row", "dup_row") or kind not in kinds:
            kinds.append(kind)
    return kinds
