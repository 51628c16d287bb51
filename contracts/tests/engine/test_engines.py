"""What a contract declares is kept: a rule that one of its engines cannot run is refused when it is defined."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest

from khrop import ContractOptions, RuleDefinitionError, check, rule
from khrop.engine.compiling.support import UNSUPPORTED
from khrop.model.rule import ENGINES, Params
from khrop.vocabulary import NotAllSame, WholeNumbers


def defined(expr: nw.Expr, engines: tuple[str, ...] = ENGINES) -> type:
    class Defined(pa.DataFrameModel):
        a: str
        __contract__ = ContractOptions(engines=engines)

        @rule("expressed")
        def expressed(cls, params: Params) -> nw.Expr:
            """a says what it should."""
            return expr

    return Defined


def reason(expr: nw.Expr, engines: tuple[str, ...] = ENGINES) -> str:
    with pytest.raises(RuleDefinitionError) as refused:
        defined(expr, engines)
    return str(refused.value)


def test_what_an_engine_lacks_is_refused_with_the_engine_and_the_method() -> None:
    replaced = nw.col("a").str.replace("x", "y") == "y"
    assert "uses str.replace, which duckdb does not have" in reason(replaced)
    assert "which pyspark does not have" in reason(replaced, ("pandas", "pyspark"))
    assert check(defined(replaced, ("pandas",)), pd.DataFrame({"a": ["x"]})).status == "accepted"


def test_a_row_rule_that_reads_other_rows_is_refused() -> None:
    assert "shift reads more than its own row; a rule about several rows is of scope group" in reason(
        nw.col("a").shift(1) == "x"
    )


def test_an_engine_that_does_not_exist_is_refused() -> None:
    assert "no engine is called oracle; there are pandas, polars" in reason(nw.col("a") == "x", ("oracle",))


def test_a_frame_of_an_engine_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="Defined is for duckdb, polars; this frame is of pandas"):
        check(defined(nw.col("a") == "x", ("duckdb", "polars")), pd.DataFrame({"a": ["x"]}))


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(TypeError, match="a frame of pandas, polars, .* can be checked, not list"):
        check(defined(nw.col("a") == "x"), [1, 2])


@pytest.mark.parametrize(
    ("engine", "module", "name"),
    [
        ("pandas", "narwhals._pandas_like.expr", "PandasLikeExpr"),
        pytest.param("polars", "narwhals._polars.expr", "PolarsExpr", marks=pytest.mark.polars),
        pytest.param("duckdb", "narwhals._duckdb.expr", "DuckDBExpr", marks=pytest.mark.duckdb),
        pytest.param("ibis", "narwhals._ibis.expr", "IbisExpr", marks=pytest.mark.ibis),
        pytest.param("pyspark", "narwhals._spark_like.expr", "SparkLikeExpr", marks=pytest.mark.spark),
    ],
)
def test_what_an_engine_lacks_is_what_narwhals_says(engine: str, module: str, name: str) -> None:
    from importlib import import_module

    expr = getattr(import_module(module), name)
    missing = {method for method in _missing(expr) if method in vars(nw.Expr)}
    for space in ("str", "dt"):
        declared = next(vars(base)[space] for base in expr.__mro__ if space in vars(base))
        home = inspect.getmodule(declared.fget)
        of = getattr(home, str(inspect.signature(declared.fget).return_annotation).split("[")[0])
        missing |= {f"{space}.{method}" for method in _missing(of)}
    # These read more than a row, and are refused on every engine.
    assert missing - {"drop_nulls", "ewm_mean", "filter", "unique", "cum_prod", "kurtosis", "skew", "cat"} == set(
        UNSUPPORTED[engine]
    )


def _missing(kind: Any) -> set[str]:
    from narwhals._utils import not_implemented

    names = {name for base in kind.__mro__ for name in vars(base)}
    first = {name: next(vars(base)[name] for base in kind.__mro__ if name in vars(base)) for name in names}
    return {name for name, value in first.items() if type(value) is not_implemented}


class Left(pa.DataFrameModel):
    """What is left of what came."""

    came: float = pa.Field(nullable=True)
    left: int
    __contract__ = ContractOptions(key=("left",))

    @rule("whole", severity="warning", columns=("came", "left"))
    def whole(cls, params: Params) -> WholeNumbers:
        """Both are whole, and not too large."""
        return WholeNumbers({"came": 0, "left": 0}, most=1000)

    @rule("changed", scope="reference", severity="warning", columns=("came",))
    def changed(cls, params: Params) -> NotAllSame:
        """Something else came than before."""
        return NotAllSame(("came",))


@pytest.mark.duckdb
@pytest.mark.parametrize("pandas", [True, False], ids=["pandas", "pyarrow"])
def test_decimals_on_arrow_are_reported_as_they_are_computed(pandas: bool) -> None:
    import pyarrow as arrow

    table = arrow.table(
        {"came": arrow.array([Decimal("0.00"), None], arrow.decimal128(18, 2)), "left": [5000, 3]},
    )
    frame = table.to_pandas(types_mapper=pd.ArrowDtype) if pandas else table
    found = check(Left, frame).records
    assert [(v.column_name, v.observed) for v in found] == [("came", "came –, left 3"), ("left", "came 0, left 5000")]


@pytest.mark.duckdb
@pytest.mark.parametrize("pandas", [True, False], ids=["pandas", "pyarrow"])
def test_unsigned_integers_beyond_63_bits_are_compared(pandas: bool) -> None:
    import pyarrow as arrow

    def frame(came: int) -> Any:
        table = arrow.table({"came": arrow.array([came], arrow.uint64()), "left": [5]})
        return table.to_pandas(types_mapper=pd.ArrowDtype) if pandas else table

    assert check(Left, frame(2**64 - 1), previous=frame(3)).counts() == {"whole": 1}
    assert check(Left, frame(2**64 - 1), previous=frame(2**64 - 1)).counts() == {"whole": 1, "changed": 1}


def test_integers_beyond_64_bits_are_compared_with_those_before() -> None:
    now, before = (pd.DataFrame({"came": pd.Series([n], dtype=object), "left": [5]}) for n in (0, 2**70))
    assert "changed" not in check(Left, now, previous=before).counts()
    assert "changed" in check(Left, before, previous=before).counts()


class Slow(pa.DataFrameModel):
    """A rule that arrays are not enough for."""

    spent: float = pa.Field(nullable=True)
    left: float = pa.Field(nullable=True)
    __contract__ = ContractOptions(key=("left",))

    @rule("pace", severity="warning")
    def pace(cls, params: Params) -> nw.Expr:
        """At most thrice as much is spent as is left."""
        return nw.col("spent") / nw.col("left") <= 3


@pytest.mark.parametrize("dtype", ["uint64", "UInt64"])
def test_unsigned_integers_beside_those_that_are_set_apart(dtype: str) -> None:
    frame = pd.DataFrame({"spent": pd.Series([2**64 - 1, 6], dtype=dtype), "left": [1.0, 2.0]})
    assert [v.observed for v in check(Slow, frame, limit=5).records] == [""]
    assert check(Slow, frame).counts() == {"pace": 1}


@pytest.mark.parametrize("dtype", ["string", "str", "object"])
def test_texts_without_a_single_one_are_nothing_where_numbers_belong(dtype: str) -> None:
    frame = pd.DataFrame({"came": pd.Series([None, None], dtype=dtype), "left": [1, 2]})
    assert check(Left, frame).counts() == {"whole": 2}
