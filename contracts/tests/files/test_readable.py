"""Rows with unreadable cells are set aside, whatever else their verdict has."""

from __future__ import annotations

from pathlib import Path

import pandera.pandas as pa
import pytest
from pandera.typing import Series

from khrop import ContractOptions
from khrop.files.read import read
from khrop.files.readable import check_table
from khrop.files.table import with_places
from khrop.model.verdict import Verdict


class Sales(pa.DataFrameModel):
    """Sales, in any number of shops."""

    shop: Series[str]
    sold: Series[int] = pa.Field(nullable=True, ge=0)

    __contract__ = ContractOptions(key=("shop",), place="place")


class ByShop(Sales):
    """A snapshot a shop."""

    __contract__ = ContractOptions(snapshot="shop")


def verdict_of(path: Path, contract: type, text: str) -> Verdict:
    path.write_text(text, encoding="utf-8")
    contract = with_places(contract)
    return check_table(contract, read(path, contract), limit=None)


def test_the_row_is_set_aside(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path / "a.csv", Sales, "shop,sold\na,1\nb,x\nc,\nd,-1\n")
    assert (verdict.status, verdict.counts()) == ("quarantined", {"readable": 1, "at-least": 1})
    assert (list(verdict.valid["shop"]), list(verdict.set_aside["shop"])) == (["a", "c"], ["b", "d"])
    assert verdict.complete


@pytest.mark.parametrize("text", ["shop,sold\na,1\nb,x\nb,1\nc,-1\n"])
def test_the_snapshot_is_set_aside(tmp_path: Path, text: str) -> None:
    verdict = verdict_of(tmp_path / "a.csv", ByShop, text)
    assert (list(verdict.valid["shop"]), list(verdict.set_aside["shop"])) == (["a"], ["b", "b", "c"])
    assert {shop: len(found) for shop, found in verdict.by_snapshot().items()} == {"a": 0, "b": 1, "c": 1}


def test_places_that_the_file_has_stay(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path / "a.csv", Sales, "shop,sold,place\na,-1,page 3\nb,x,page 3\n")
    assert [(v.rule_id, v.place) for v in verdict.records] == [("readable", "page 3"), ("at-least", "page 3")]
    assert "in page 3, column 2: “x”" in verdict.records[0].message_en


def test_the_frame_is_given_back_as_it_was_read(tmp_path: Path) -> None:
    verdict = verdict_of(tmp_path / "a.csv", Sales, "shop,sold\na,1\nb,x\n")
    assert list(verdict.valid.columns) == ["shop", "sold", "sold_printed", "place"]


def test_a_column_with_too_many_unreadable_cells_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khrop.files.readable.MANY", 2)
    verdict = verdict_of(tmp_path / "a.csv", Sales, "shop,sold\na,x\nb,y\n,z\nd,-1\n")
    assert verdict.counts() == {"readable": 3, "not-null": 1}
    assert {(skipped.rule_id, "sold" in skipped.reason) for skipped in verdict.not_run} == {
        ("whole", True),
        ("at-least", True),
    }
    assert list(verdict.valid["shop"]) == []


def test_a_column_that_is_absent_is_reported_once(tmp_path: Path) -> None:
    class More(Sales):
        more: Series[str]

    assert verdict_of(tmp_path / "a.csv", More, "shop,sold\na,x\nb,1\n").counts() == {"readable": 1, "columns": 1}
