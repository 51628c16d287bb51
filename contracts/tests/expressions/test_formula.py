"""An expression as data: what it reads, how it is written, and that it means the same wherever it is reckoned."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khrop.expressions.evaluation import compile_program, integer_bound, supports_arrays
from khrop.expressions.formula import Call, Column, Constant, Formula, columns_in, in_words
from khrop.expressions.plain_formula import formula_from, plain_of
from khrop.expressions.row_evaluation import evaluate_row
from khrop.expressions.translation import NotRowWise, Opaque, expression, formula_of

col = nw.col


@pytest.mark.parametrize(
    ("expr", "words", "columns"),
    [
        (col("saved") + col("pending") == col("total"), "(saved + pending) = total", ("saved", "pending", "total")),
        (1 - col("a") > 0, "(1 − a) > 0", ("a",)),
        (col("a").is_between(0, 9) & ~col("b").is_in(["x", "y"]), "(0 ≤ a ≤ 9) and not (b is one of x, y)", ("a", "b")),
        ((col("a") / col("b")).round(2) <= 0.5, "round(a / b, 2) ≤ 0.5", ("a", "b")),
        (nw.when(col("a") > 1).then(col("b")).otherwise(0) == 1, "when_then(a > 1, b, 0) = 1", ("a", "b")),
        (col("day") >= nw.lit(date(2020, 6, 11)), "day ≥ 2020-06-11", ("day",)),
        (col("name").str.len_chars() < 3, "str.len_chars(name) < 3", ("name",)),
        (-col("a") < col("a").abs(), "−a < abs(a)", ("a",)),
    ],
)
def test_an_expression_is_read_written_and_kept(expr: nw.Expr, words: str, columns: tuple[str, ...]) -> None:
    formula = formula_of(expr)
    assert (in_words(formula), columns_in(formula)) == (words, columns)
    assert formula_from(json.loads(json.dumps(plain_of(formula)))) == formula
    assert formula_of(expr) == formula
    assert hash(formula) == hash(formula_of(expr))


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        (col("a").shift(1) == 1, "shift reads more than its own row"),
        (col("a") == col("b").sum(), "sum reads more than its own row"),
        (col("a").sum().over("b") == 1, "reads more than its own row"),
    ],
)
def test_an_expression_of_several_rows_is_none_of_rows(expr: nw.Expr, reason: str) -> None:
    with pytest.raises(NotRowWise, match=reason):
        formula_of(expr)


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        (col("a", "b") > 0, "an expression of 2 columns"),
        (col("a") == nw.lit(timedelta(1)), "is no number, text, date or moment"),
        (col("a").cast(nw.Int32) == 1, "a cast to Int32"),
    ],
)
def test_what_no_formula_can_express_is_refused_with_the_reason(expr: nw.Expr, reason: str) -> None:
    with pytest.raises(Opaque, match=reason):
        formula_of(expr)


@pytest.mark.parametrize("plain", [{"call": "x", "args": [{"other": 1}]}, [1], {"date": "x"}, {"decimal": 1, "b": 2}])
def test_what_is_no_formula_is_refused(plain: Any) -> None:
    with pytest.raises(ValueError, match=r"no formula|Invalid isoformat|is not valid"):
        formula_from(plain)


def test_decimals_and_dates_are_kept_exactly() -> None:
    for value in (Decimal("0.10"), date(2020, 6, 11), "ก", 2**70, True, None):
        assert formula_from(json.loads(json.dumps(plain_of(Constant(value))))) == Constant(value)


NUMBERS = st.one_of(st.integers(-3, 3), st.integers(-(2**40), 2**40), st.floats(-1e6, 1e6, allow_nan=False))


def figures(depth: int) -> st.SearchStrategy[Formula]:
    if depth == 0:
        return st.one_of(st.sampled_from([Column("a"), Column("b"), Column("x")]), NUMBERS.map(Constant))
    inner = figures(depth - 1)
    binary = st.builds(lambda name, args: Call(name, args), st.sampled_from(["__add__", "__sub__", "__mul__"]),
                    st.tuples(inner, inner))  # fmt: skip
    unary = st.builds(lambda name, arg: Call(name, (arg,)), st.sampled_from(["abs", "__neg__"]), inner)
    return st.one_of(inner, binary, unary)


TRUTHS = st.one_of(
    st.builds(
        lambda name, args: Call(name, args),
        st.sampled_from(["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]),
        st.tuples(figures(2), figures(2)),
    ),
    st.builds(
        lambda args: Call("is_between", args, (("closed", "both"),)), st.tuples(figures(1), figures(0), figures(1))
    ),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"a": st.integers(-(2**20), 2**20), "b": st.integers(-5, 5), "x": st.floats(-1e9, 1e9, allow_nan=False)}
    ),
    min_size=1,
    max_size=5,
)


@given(formula=TRUTHS.filter(columns_in), rows=ROWS)
@settings(max_examples=150, deadline=None)
def test_arrays_rows_and_narwhals_reckon_the_same(formula: Formula, rows: list[dict[str, Any]]) -> None:
    frame = pd.DataFrame(rows).astype({"a": "int64", "b": "int64", "x": "float64"})
    most = integer_bound(formula, frozenset({"a", "b"}))
    if most is not None and most < 2**20:
        return
    assert supports_arrays(formula)
    values = {name: frame[name].to_numpy() for name in frame}
    with np.errstate(all="ignore"):
        (made,) = compile_program((formula,))(values)
    alone = [bool(evaluate_row(formula, row)) for row in frame.to_dict("records")]
    assert np.broadcast_to(made, (len(frame),)).tolist() == alone
    engine = nw.from_native(frame).select(held=expression(formula))["held"].to_list()
    assert engine == alone


@given(formula=TRUTHS.filter(columns_in), a=st.integers(-(2**63), 2**63 - 1), b=st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=200, deadline=None)
def test_within_its_bound_nothing_leaves_sixty_four_bits(formula: Formula, a: int, b: int) -> None:
    most = integer_bound(formula, frozenset({"a", "b"}))
    if most is None:
        return
    row = {"a": max(-most, min(a, most)), "b": max(-most, min(b, most)), "x": 0.5}
    for part in parts_of(formula):
        value = evaluate_row(part, row)
        assert isinstance(value, (bool, float)) or abs(value) < 2**63 or most == 1


def parts_of(formula: Formula) -> list[Formula]:
    from khrop.expressions.formula import parts

    return list(parts(formula))


def test_what_the_bound_forbids_is_judged_exactly() -> None:
    formula = formula_of(col("a") + col("b") == col("c"))
    assert evaluate_row(formula, {"a": 2**63 - 1, "b": 2**63 - 1, "c": 2**64 - 2})
    assert not evaluate_row(formula, {"a": 2**63 - 1, "b": 2**63 - 1, "c": 2**64 - 1})


@pytest.mark.parametrize(("value", "rounded"), [(0.5, 1), (1.5, 2), (2.5, 3), (-0.5, 0), (-1.5, -1), (0.49, 0)])
def test_a_half_is_rounded_up_wherever_it_is_reckoned(value: float, rounded: int) -> None:
    formula = formula_of(col("x").round() == rounded)
    frame = pd.DataFrame({"x": [value]})
    (made,) = compile_program((formula,))({"x": frame["x"].to_numpy()})
    engine = nw.from_native(frame).select(held=expression(formula))["held"].to_list()
    assert (made.tolist(), engine, evaluate_row(formula, {"x": value})) == ([True], [True], True)


def test_what_is_divided_by_nothing_is_null_and_holds_nothing() -> None:
    held = expression(formula_of(col("a") / col("b") >= 0))
    frame = nw.from_native(pd.DataFrame({"a": [1, 1, 0], "b": [2, 0, 0]}))
    assert frame.select(held=held.fill_null(False))["held"].to_list() == [True, False, False]


def test_an_infinite_figure_is_reckoned_as_floats_are() -> None:
    formula = formula_of(col("x") - col("x") == 0)
    assert not evaluate_row(formula, {"x": math.inf})
