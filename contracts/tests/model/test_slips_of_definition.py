"""What is easily written wrong in a contract is refused when it is defined, or means what it says; never dropped."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd
import pytest
from every_engine import contract, rule

import khrop
from khrop.vocabulary import (
    AddsUp,
    ByGroup,
    ContainsExactly,
    ForeignKey,
    GroupCounts,
    NotAllSame,
    NotLessThan,
    PartWhole,
    SumsMatch,
    UniqueKey,
    WholeNumbers,
)

FRAME = pd.DataFrame({"item": ["x", "x"], "left": [1, 1]})
FIGURES = {"n": ("rows", "left")}


def test_a_rule_without_an_id_is_refused() -> None:
    def left_over(cls: type, params: Any) -> nw.Expr:
        """Something is left."""
        return nw.col("left") > 0

    with pytest.raises(khrop.RuleDefinitionError, match=r'@khrop.rule\("left-over"\)'):
        khrop.rule(left_over)  # type: ignore[arg-type]


@pytest.mark.parametrize("of", ["columns", "needs", "skip_null"])
def test_names_of_a_rule_are_no_letters(of: str) -> None:
    with pytest.raises(khrop.RuleDefinitionError, match=rf"{of} takes a tuple of names: \('left',\)"):
        rule(nw.col("left") > 0, **{of: "left"})


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: AddsUp("left", "left"), "parts"),  # type: ignore[arg-type]
        (lambda: UniqueKey("item"), "columns"),  # type: ignore[arg-type]
        (lambda: ByGroup("item", FIGURES, nw.col("n") < 2), "by"),  # type: ignore[arg-type]
        (lambda: ContainsExactly("item", "xy"), "expected"),  # type: ignore[arg-type]
        (lambda: GroupCounts("item", (("x", 2),)), "by"),  # type: ignore[arg-type]
        (lambda: ForeignKey("item", "items"), "columns"),  # type: ignore[arg-type]
        (lambda: SumsMatch("left", "total_"), "columns"),  # type: ignore[arg-type]
        (lambda: PartWhole("left", "item", "all"), "values"),  # type: ignore[arg-type]
        (lambda: NotAllSame("left"), "columns"),  # type: ignore[arg-type]
    ],
)
def test_a_text_is_no_tuple_of_columns(build: Any, field: str) -> None:
    with pytest.raises(khrop.RuleDefinitionError, match=f"takes a tuple of {field}: "):
        build()


def test_a_list_is_no_mapping() -> None:
    with pytest.raises(khrop.RuleDefinitionError, match="WholeNumbers takes a mapping for least"):
        WholeNumbers(["left"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("listed", "same"),
    [
        (UniqueKey(["item"]), UniqueKey(("item",))),  # type: ignore[arg-type]
        (ByGroup(["item"], FIGURES, nw.col("n") < 2), ByGroup(("item",), FIGURES, nw.col("n") < 2)),  # type: ignore
        (GroupCounts(["item"], [["x", 1]]), GroupCounts(("item",), (("x", 1),))),  # type: ignore[arg-type, list-item]
    ],
)
def test_a_list_is_as_good_as_a_tuple(listed: Any, same: Any) -> None:
    counts = [
        khrop.check(contract({"item": str, "left": int}, r=rule(built, scope="group")), FRAME).counts()
        for built in (listed, same)
    ]
    assert counts == [{"r": 1}, {"r": 1}]


def test_a_key_is_a_tuple_of_fields() -> None:
    with pytest.raises(khrop.RuleDefinitionError, match=r"a tuple for key: \('item',\)"):
        khrop.ContractOptions(key="item")  # type: ignore[arg-type]
    misspelt = contract({"item": str, "left": int}, __contract__=khrop.ContractOptions(key=("itm",)))
    with pytest.raises(khrop.RuleDefinitionError, match="C has the key itm, which is no field of it"):
        khrop.check(misspelt, FRAME)


def test_options_are_no_mapping() -> None:
    with pytest.raises(khrop.RuleDefinitionError, match="__contract__ is a dict, not a khrop.ContractOptions"):
        khrop.check(contract({"item": str}, __contract__={"version": "1.0.0"}), FRAME)


@pytest.mark.parametrize("built", [NotLessThan("item"), NotAllSame(("left", "item"))])
def test_a_key_is_not_compared_with_itself(built: Any) -> None:
    options = khrop.ContractOptions(key=("item",))
    of = contract({"item": str, "left": int}, r=rule(built, scope="reference"), __contract__=options)
    with pytest.raises(khrop.RuleDefinitionError, match="compares item with that of the previous return, and item is"):
        khrop.check(of, FRAME, previous=FRAME)


def test_an_unknown_scope_is_refused_not_left_out() -> None:
    with pytest.raises(ValueError, match="scopes has 'rows'; there are row, group, reference, document"):
        khrop.check(contract({"left": (int, {"ge": 2})}), FRAME, scopes=("rows",))  # type: ignore[arg-type]


def test_the_texts_between_which_a_value_lies_are_names_of_columns_as_narwhals_has_it() -> None:
    of = contract({"item": str}, r=rule(nw.col("item").is_between("a", "m")))
    with pytest.raises(khrop.RuleDefinitionError, match="rule 'r' reads a, m, which C does not have as a field"):
        khrop.check(of, FRAME)
    columns = contract({"item": str, "left": int}, r=rule(nw.col("left").is_between("left", "left")))
    assert khrop.check(columns, FRAME).status == "accepted"
