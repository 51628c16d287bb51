"""A part in which a column of integers has a null, or has nothing else, adds up with parts in which it has none."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pyarrow as pya
import pytest
from every_engine import IBIS_12, contract, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import ByGroup, LinearSequence

pytestmark = pytest.mark.filterwarnings(IBIS_12)


@every_engine
@pytest.mark.parametrize("second", [[2, None], [None, None]])
def test_parts_with_nulls_add_up_to_the_whole(engine: str, second: list[Any]) -> None:
    nullable = (int, {"nullable": True})
    of = contract(
        {"g": nullable, "v": nullable},
        most=rule(ByGroup(("g",), {"s": ("sum", "v")}, nw.col("s") <= 3), "most", scope="group"),
        numbered=rule(LinearSequence("g"), "numbered", scope="group"),
    )
    values: list[Any] = [1, 2, *second]
    table = pya.table({"g": pya.array(values, pya.int64()), "v": pya.array([4, 3, None, 1], pya.int64())})
    whole = khrop.check(of, frame_of(engine, table))
    parts = [table.slice(0, 2), table.slice(2, 2)]
    judged = khrop.judge(khrop.merge([khrop.measure(of, frame_of(engine, part)) for part in parts]))
    assert not judged.not_run
    assert judged.counts() == whole.counts()
    assert [v.as_dict() for v in judged.records] == [v.as_dict() for v in whole.records]


def test_a_part_whose_column_had_no_type_adds_up() -> None:
    of = contract({"g": (int, {"nullable": True})}, numbered=rule(LinearSequence("g", 1), "numbered", scope="group"))
    parts = [pya.table({"g": pya.array([1, 2])}), pya.table({"g": pya.array([None, None], pya.string())})]
    judged = khrop.judge(khrop.merge([khrop.measure(of, part) for part in parts]))
    assert not judged.not_run
    assert judged.counts() == {"numbered": 3}
