"""A grand total of floats is compared with what their addition can know, on every engine."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pyarrow as pya
import pytest
from every_engine import IBIS_12, contract, counts, every_engine, rule

import khrop
from khrop.expressions.percents import same_sum
from khrop.vocabulary import RatioWithin, SumsMatch

pytestmark = pytest.mark.filterwarnings(IBIS_12)


@every_engine
@pytest.mark.parametrize(
    ("stated", "broken"),
    [
        (Decimal("0.60"), {}),
        (0.6, {}),
        (Decimal("0.61"), {"totals": 1}),
        (0.6000001, {"totals": 1}),
        (1, {"totals": 1}),
    ],
)
def test_a_sum_of_floats_is_the_number_that_it_prints_as(engine: str, stated: object, broken: dict[str, int]) -> None:
    of = contract({"a": float}, totals=rule(SumsMatch(("a",), "total_"), "totals", scope="group", needs=("total_a",)))
    claims = [{"source": "total", "measure": "a", "value": stated, "place": ""}]
    assert counts(of, engine, pya.table({"a": [0.1, 0.2, 0.3]}), claims=claims) == broken


def test_a_hundredth_in_ten_thousand_million_is_a_difference() -> None:
    assert same_sum(Decimal("10000000000.00"), 10_000_000_000.000002)
    assert not same_sum(Decimal("10000000000.00"), 10_000_000_000.01)
    assert not same_sum(2**60 + 1, 2**60)
    assert same_sum(0, 5e-17)
    assert not same_sum(Decimal("0.1"), float("nan"))


def test_a_percent_of_decimals_says_what_it_should_be() -> None:
    of = contract({"p": float, "a": float, "b": float}, r=rule(RatioWithin("p", "a", "b"), "r"))
    verdict = khrop.check(of, pd.DataFrame({"p": [38.51, 1.0], "a": [150.42, 1.0], "b": [372.46, 0.0]}))
    assert sorted(v.expected for v in verdict.records) == ["", "40.39"]
