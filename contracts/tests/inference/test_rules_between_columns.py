"""What is inferred of columns together: sums, ratios, orders, copies, wholes of groups; chance is no rule."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from inferences import inferred, limits, proposed

import khrop
from khrop.vocabulary import PartWhole, RatioWithin, UniqueKey

N = 60


@pytest.mark.parametrize(
    "draw",
    [
        lambda r: r.randint(0, 9), lambda r: r.randint(0, 1), lambda r: r.random(), lambda r: r.randint(0, 10**6) / 100,
        lambda r: r.choice("abc"), lambda r: date(2024, 1, 1) + timedelta(days=r.randint(0, 300)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rows", [1, 3, 8, N, 500])
def test_noise_has_no_rules_between_columns(chance: random.Random, draw: Callable[..., Any], rows: int) -> None:
    frame = pd.DataFrame({name: [draw(chance) for _ in range(rows)] for name in "abcdefgh"})
    assert not {id for id in proposed(frame) if not id.startswith("key-unique")}


def test_what_is_always_nought_or_always_the_same_is_no_rule() -> None:
    frame = pd.DataFrame({"a": [0] * N, "b": [0] * N, "c": [0] * N, "d": [5] * N, "e": [5] * N, "f": ["x"] * N})
    assert proposed(frame) == {}
    assert limits(frame, "a") == limits(frame, "d") == {}


def test_a_part_that_hardly_ever_counts_is_not_proposed(chance: random.Random) -> None:
    a = [chance.randint(0, 999) for _ in range(N)]
    rare = [7 if n == 3 else 0 for n in range(N)]
    assert "adds-up" not in proposed(
        pd.DataFrame({"a": a, "rare": rare, "s": [x + y for x, y in zip(a, rare, strict=True)]})
    )


@pytest.mark.parametrize("parts", [2, 3, 4, 5])
@pytest.mark.parametrize("kind", [int, float, Decimal, str])
def test_sums_are_found_in_exact_arithmetic(chance: random.Random, parts: int, kind: Any) -> None:
    hundredths = {f"p{n}": [chance.randint(-9999, 99999) for _ in range(N)] for n in range(parts)}
    hundredths |= {"other": [chance.randint(0, 99999) for _ in range(N)]}
    hundredths["whole"] = [sum(row) for row in zip(*(hundredths[f"p{n}"] for n in range(parts)), strict=True)]
    make = {int: int, float: lambda n: n / 100, Decimal: lambda n: Decimal(n).scaleb(-2), str: lambda n: n * 10**20}[
        kind
    ]
    rules = proposed(pd.DataFrame({name: [make(n) for n in values] for name, values in hundredths.items()}))
    assert set(rules["adds-up"].parts) == {f"p{n}" for n in range(parts)}
    assert rules["adds-up"].whole == "whole"
    # A float beside a file's decimals needs room for half of the last digit; integers need none.
    assert rules["adds-up"].tolerance == (0 if kind in (int, str) else 0.005)


def test_a_sum_that_holds_in_nearly_all_rows_is_a_remark(chance: random.Random) -> None:
    a, b = ([chance.randint(1, 99) for _ in range(N)] for _ in range(2))
    frame = pd.DataFrame({"a": a, "b": b, "s": [x + y for x, y in zip(a, b, strict=True)]})
    frame.loc[7, "s"] += 1
    inference = inferred(frame)
    assert inference.description.rules == ()
    assert 'AddsUp(("a", "b"), "s"): holds in 59 of 60 rows' in inference.notes
    assert '# AddsUp(("a", "b"), "s"): holds in 59 of 60 rows' in inference.code


def test_rows_with_nulls_are_no_evidence(chance: random.Random) -> None:
    a, b = ([chance.randint(1, 99) for _ in range(N)] for _ in range(2))
    frame = pd.DataFrame({"a": a, "b": b, "s": [x + y for x, y in zip(a, b, strict=True)]}).astype("Int64")
    frame.loc[:9, "s"] = None
    inference = inferred(frame)
    assert [(e.rows_for, e.rows) for e in inference.evidence if e.rule_id == "adds-up"] == [(50, 50)]
    assert [field.nullable for field in inference.description.fields] == [False, False, True]


@pytest.mark.parametrize(("places", "tolerance"), [(0, 0.5), (1, 0.05), (2, 0.01), (8, 0.01)])
def test_percents_are_ratios_within_what_their_digits_allow(
    chance: random.Random, places: int, tolerance: float
) -> None:
    whole = [chance.randint(50, 500) for _ in range(N)]
    part = [chance.randint(0, of) for of in whole]
    share = [round(100 * some / of, places) for some, of in zip(part, whole, strict=True)]
    frame = pd.DataFrame({"part": part, "whole": whole, "share": share})
    assert proposed(frame)["percent-within"] == RatioWithin("share", "part", "whole", tolerance)


def test_a_percent_of_nothing_is_null_and_the_ratio_holds(chance: random.Random) -> None:
    whole = [max(0, chance.randint(-100, 500)) for _ in range(N)]
    part = [chance.randint(0, of) for of in whole]
    share = [round(100 * some / of, 2) if of else None for some, of in zip(part, whole, strict=True)]
    rules = proposed(pd.DataFrame({"part": part, "whole": whole, "share": share}))
    assert rules["percent-within"] == RatioWithin("share", "part", "whole")


def test_dates_in_order_and_what_follows_of_it(chance: random.Random) -> None:
    opened = [date(2024, 1, 1) + timedelta(days=chance.randint(0, 300)) for _ in range(N)]
    closed = [day + timedelta(days=chance.randint(0, 30)) for day in opened]
    paid = [day + timedelta(days=chance.randint(0, 30)) for day in closed]
    code = khrop.infer(pd.DataFrame({"paid": paid, "opened": opened, "closed": closed})).code
    assert 'return nw.col("opened") <= nw.col("closed")' in code
    assert 'return nw.col("closed") <= nw.col("paid")' in code
    assert code.count("<=") == 2


def test_dates_of_two_times_show_no_order_of_rows(chance: random.Random) -> None:
    first = [date(2020, 1, 1) + timedelta(days=chance.randint(0, 99)) for _ in range(N)]
    later = [date(2024, 1, 1) + timedelta(days=chance.randint(0, 99)) for _ in range(N)]
    assert proposed(pd.DataFrame({"first": first, "later": later})) == {}


def test_columns_that_are_equal_are_and_have_their_rules_once(chance: random.Random) -> None:
    a, b = ([chance.randint(1, 99) for _ in range(N)] for _ in range(2))
    s = [x + y for x, y in zip(a, b, strict=True)]
    inference = inferred(pd.DataFrame({"a": a, "b": b, "s": s, "again": s}))
    assert [rule.id for rule in inference.description.rules] == ["equal", "adds-up"]
    assert 'return nw.col("again") == nw.col("s")' in inference.code


def test_wholes_of_groups(chance: random.Random) -> None:
    rows: list[dict[str, Any]] = []
    for region in "NSEWC":
        parts = [{"region": region, "place": f"p{n}", "people": chance.randint(1, 500)} for n in range(4)]
        rows += [*parts, {"region": region, "place": "all", "people": sum(part["people"] for part in parts)}]
    rules = proposed(pd.DataFrame(rows))
    assert rules["parts-of-whole"] == PartWhole(("people",), "place", "all", by=("region",))
    assert rules["key-unique"] == UniqueKey(("region", "place"))


def test_a_row_of_grand_totals(chance: random.Random) -> None:
    people = [chance.randint(100, 500) for _ in range(9)]
    frame = pd.DataFrame({"place": [*(f"p{n}" for n in range(9)), "รวม"], "people": [*people, sum(people)]})
    assert proposed(frame)["parts-of-whole"] == PartWhole(("people",), "place", "รวม")
