"""The guides from other libraries: contracts side by side find the same faults, and differ as the pages say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import dataframely as dy
import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pandera.polars as pap
import polars as pl
import pytest
from pandera.typing import Series

import khrop

PAGES = Path(__file__).parents[2] / "docs" / "how-to"

ORDERS = pd.DataFrame(
    [
        ("AB1", "open", 10.0, 1.0, 11.0, None),
        ("AB2", "paid", 20.0, 2.0, 22.0, "a note of more than twenty"),
        ("AB2", "paid", 20.0, 2.0, 22.0, None),
        ("x3", "open", 5.0, 0.5, 6.0, None),
        ("AB4", None, 1.0, 0.1, 1.1, None),
        ("AB5", "lost", 1.0, -0.1, 0.9, None),
        ("AB6", "open", 20000.0, 2000.0, 22000.0, "large"),
    ],
    columns=["order_id", "status", "net", "tax", "gross", "note"],
)


def example(name: str) -> dict[str, Any]:
    return runpy.run_path(str(PAGES / "coming-from" / f"{name}.py"))


@pytest.mark.parametrize("frame", [ORDERS, pl.from_pandas(ORDERS).lazy()])
def test_ours(frame: Any) -> None:
    verdict = khrop.check(example("orders")["Orders"], frame)
    assert verdict.counts() == {
        "not-null": 1, "matches": 1, "unique-order_id": 1, "one-of": 1, "at-least": 1, "length": 1,
        "gross-adds-up": 1, "large": 1,
    }  # fmt: skip
    assert verdict.severities == {"error", "warning"}
    assert sorted(nw.from_native(verdict.valid).lazy().collect()["order_id"].to_list()) == ["AB1", "AB6"]


@pytest.mark.filterwarnings("ignore")
def test_pandera_finds_the_same() -> None:
    broken = example("pandera_orders")["broken"]
    assert broken(ORDERS) == [
        "field_uniqueness", "greater_than_or_equal_to(0)", "gross_adds_up", "isin(['open', 'paid'])", "not_nullable",
        "str_length(None, 20)", "str_matches('[A-Z]{2}[0-9]+$')",
    ]  # fmt: skip
    assert broken(ORDERS[:1]) == []


@pytest.mark.filterwarnings("ignore")
def test_great_expectations_finds_the_same() -> None:
    broken = example("gx_orders")["broken"]
    assert broken(ORDERS) == [
        ("expect_column_value_lengths_to_be_between", "note"), ("expect_column_values_to_be_between", "net"),
        ("expect_column_values_to_be_between", "net_and_tax_less_gross"),
        ("expect_column_values_to_be_between", "tax"), ("expect_column_values_to_be_in_set", "status"),
        ("expect_column_values_to_be_unique", "order_id"), ("expect_column_values_to_match_regex", "order_id"),
        ("expect_column_values_to_not_be_null", "status"),
    ]  # fmt: skip
    assert broken(ORDERS[:1]) == []


def test_dataframely_finds_the_same_without_the_warning() -> None:
    assert example("dataframely_orders")["broken"](pl.from_pandas(ORDERS)) == {
        "gross_adds_up": 1, "primary_key": 2, "order_id|regex": 1, "status|nullability": 1, "status|check": 1,
        "tax|min": 1, "note|max_length": 1,
    }  # fmt: skip


class Pair(pa.DataFrameModel):
    a: Series[float]
    b: Series[float] = pa.Field(nullable=True)

    @khrop.rule("ordered")
    def in_order(cls, params: Any) -> nw.Expr:
        """The first is not more than the second."""
        return nw.col("a") <= nw.col("b")


class Skipping(Pair):
    @khrop.rule("ordered", skip_null=("b",))
    def in_order(cls, params: Any) -> nw.Expr:
        """The first is not more than the second."""
        return nw.col("a") <= nw.col("b")


def test_a_null_in_a_rule_of_several_columns() -> None:
    class Checked(pa.DataFrameModel):
        a: Series[float]
        b: Series[float] = pa.Field(nullable=True)

        @pa.dataframe_check
        def in_order(cls, frame: pd.DataFrame) -> Any:
            return frame["a"] <= frame["b"]

    class OnPolars(pap.DataFrameModel):
        a: float
        b: float = pap.Field(nullable=True)

        @pap.dataframe_check
        def in_order(cls, data: Any) -> Any:
            return data.lazyframe.select(pl.col("a") <= pl.col("b"))

    class Ruled(dy.Schema):
        a = dy.Float64()
        b = dy.Float64(nullable=True)

        @dy.rule()
        def in_order(cls) -> pl.Expr:
            return pl.col("a") <= pl.col("b")

    frame = pl.DataFrame({"a": [1.0, 1.0], "b": [2.0, None]})
    with pytest.raises(pa.errors.SchemaErrors):
        Checked.validate(frame.to_pandas(), lazy=True)
    OnPolars.validate(frame, lazy=True)
    assert Ruled.filter(frame)[1].counts() == {}
    for ours in (frame, frame.to_pandas()):
        assert khrop.check(Pair, ours).counts() == {"ordered": 1}
        assert khrop.check(Skipping, ours).counts() == {}


def test_pandera_checks_the_types_of_a_lazy_frame_alone() -> None:
    class Positive(pap.DataFrameModel):
        a: float = pap.Field(ge=0)

    frame = pl.LazyFrame({"a": [-1.0]})
    Positive.validate(frame)
    assert khrop.check(Positive, frame).counts() == {"at-least": 1}


@pytest.mark.filterwarnings("ignore")
def test_great_expectations_skips_nulls_of_a_unique_column_and_searches_patterns() -> None:
    import great_expectations as gx
    import great_expectations.expectations as gxe

    class Ours(pa.DataFrameModel):
        a: Series[str] = pa.Field(nullable=True, unique=True)
        n: Series[str] = pa.Field(str_contains="b")

    frame = pd.DataFrame({"a": ["x", None, None], "n": ["ab", "b", "cb"]})
    asset = gx.get_context(mode="ephemeral").data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b").get_batch(batch_parameters={"dataframe": frame})
    assert batch.validate(gxe.ExpectColumnValuesToBeUnique(column="a")).success
    assert batch.validate(gxe.ExpectColumnValuesToMatchRegex(column="n", regex="b")).success
    assert khrop.check(Ours, frame).counts() == {"unique-a": 1}


def test_dataframely_refuses_infinite_floats() -> None:
    class Theirs(dy.Schema):
        a = dy.Float64()

    class Ours(pa.DataFrameModel):
        a: Series[float]

    class Finite(pa.DataFrameModel):
        a: Series[float] = pa.Field(lt=float("inf"))

    frame = pl.DataFrame({"a": [float("inf"), float("nan")]})
    assert Theirs.filter(frame)[1].counts() == {"a|inf": 1, "a|nan": 1}
    assert khrop.check(Ours, frame).counts() == {"not-null": 1}
    assert khrop.check(Finite, frame).counts() == {"not-null": 1, "below": 1}


def test_dataframely_searches_patterns() -> None:
    class Theirs(dy.Schema):
        n = dy.String(regex="b")

    class Ours(pa.DataFrameModel):
        n: Series[str] = pa.Field(str_matches="b")

    frame = pl.DataFrame({"n": ["ab"]})
    assert Theirs.filter(frame)[1].counts() == {}
    assert khrop.check(Ours, frame).counts() == {"matches": 1}


def test_a_row_rule_can_break_a_group_and_a_snapshot_stays_whole() -> None:
    from khrop.vocabulary import ByGroup

    class Diagnoses(pa.DataFrameModel):
        invoice: Series[str]
        visit: Series[str]
        code: Series[str] = pa.Field(str_matches="[A-Z]+$")
        main: Series[int]

        @khrop.rule("one-main", scope="group")
        def one_main(cls, params: Any) -> ByGroup:
            """Each visit has one main diagnosis."""
            return ByGroup(("visit",), {"mains": ("sum", "main")}, nw.col("mains") == 1)

    class Whole(Diagnoses):
        __contract__ = khrop.ContractOptions(version="1", snapshot="invoice")

    visits, codes = ["A1", "A1", "B1"], ["ABC", "123", "X"]
    frame = pl.DataFrame({"invoice": ["A", "A", "B"], "visit": visits, "code": codes, "main": [0, 1, 1]})
    assert khrop.check(Diagnoses, khrop.check(Diagnoses, frame).valid).counts() == {"one-main": 1}
    assert khrop.check(Whole, khrop.check(Whole, frame).valid).counts() == {}
    assert khrop.check(Whole, frame).valid["invoice"].to_list() == ["B"]
