"""Frames of many snapshots: whatever the order of their rows, and however they are cut, the verdict is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pytest

from khrop import ProvinceProgress, check
from khrop.engine.in_memory import MANY
from khrop.engine.pieces import cut_by_snapshot
from khrop.thai.provinces import expected_codes

CODES = list(expected_codes())
SNAPSHOTS = MANY // len(CODES) + 200
"""So many that the frame is cut."""


def many_returns() -> pd.DataFrame:
    """Returns that hold but for four, which lack a province, have one twice, skip a number, and do not add up."""
    n = len(CODES)
    total = np.tile(np.arange(20, 20 + n), SNAPSHOTS)
    saved = total // 4
    frame = pd.DataFrame(
        {
            "snapshot_id": pd.array(np.repeat([f"s{i:05d}" for i in range(SNAPSHOTS)], n), dtype="str"),
            "ordinal": np.tile(np.arange(1, n + 1), SNAPSHOTS),
            "province_code": pd.array(np.tile(CODES, SNAPSHOTS), dtype="str"),
            "total": total, "saved": saved, "pending": total - saved,
            "saved_percent": ((20000 * saved + total) // (2 * total)) / 100,
        }
    )  # fmt: skip
    at = {
        name: number * n for name, number in (("lacks", 3), ("twice", 1000), ("skips", 2000), ("wrong", SNAPSHOTS - 1))
    }
    frame.loc[at["twice"] + 5, "province_code"] = CODES[0]
    frame.loc[at["skips"] + 75, "ordinal"] = 99
    frame.loc[at["wrong"] + 7, "pending"] += 1
    return frame.drop(index=at["lacks"] + 75).reset_index(drop=True)


EXPECTED = {
    ("balance", f"s{SNAPSHOTS - 1:05d}"), ("provinces-complete", "s00003"), ("provinces-complete", "s01000"),
    ("ordinals-in-sequence", "s02000"),
}  # fmt: skip


def as_pandas(frame: pd.DataFrame) -> Any:
    return frame


def as_polars(frame: pd.DataFrame) -> Any:
    import polars as pl

    return pl.DataFrame(frame.to_dict("list"))


def as_arrow(frame: pd.DataFrame) -> Any:
    import pyarrow as pa

    return pa.table(frame.to_dict("list"))


ENGINES = [
    as_pandas,
    pytest.param(as_polars, marks=pytest.mark.polars),
    pytest.param(as_arrow, marks=pytest.mark.files),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
def test_each_snapshot_is_judged_whole(engine: Callable[[pd.DataFrame], Any], apart: bool) -> None:
    frame = many_returns()
    if apart:
        frame = frame.sort_values(["ordinal", "snapshot_id"], kind="stable", ignore_index=True)
    verdict = check(ProvinceProgress, engine(frame))
    assert {(v.rule_id, v.snapshot) for v in verdict.records} == EXPECTED
    assert set(verdict.not_run)
    assert not any(skipped.snapshot for skipped in verdict.not_run)
    aside = nw.from_native(verdict.set_aside)["snapshot_id"].unique().to_list()
    assert set(aside) == {name for rule, name in EXPECTED if rule != "ordinals-in-sequence"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("names", "pieces"),
    [
        ("aaabbbcccc", ["aaa", "bbb", "cccc"]),
        ("abbbbbbbbc", ["a", "bbbbbbbb", "c"]),  # one is longer than a piece
        ("abcdefghij", ["abcd", "efgh", "ij"]),
        ("aaaaaaaaaa", ["aaaaaaaaaa"]),
        ("abababcabd", ["aaaa", "bbbb", "c", "d"]),  # rows of one stand apart: picked out
        ("", []),
    ],
)
def test_no_snapshot_is_in_two_pieces(engine: Callable[[pd.DataFrame], Any], names: str, pieces: list[str]) -> None:
    frame = nw.from_native(engine(pd.DataFrame({"name": pd.Series(list(names), dtype="str")})), eager_only=True)
    cut = ["".join(piece["name"].to_list()) for piece in cut_by_snapshot(frame, "name", step=4)]
    assert sorted("".join(cut)) == sorted(names)
    assert sorted(cut) == sorted(pieces)
