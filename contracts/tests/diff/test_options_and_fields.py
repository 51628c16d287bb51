"""A change of an option or a field that Pandera has is seen, and graded."""

from __future__ import annotations

import re
from typing import Annotated, Any

import pandas as pd
import pytest
from pandera.typing import Series
from small_models import model, typed

from khrop.description.from_contract import describe
from khrop.diff.differences import compare

CONFIGS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, {"strict": True}, "strict", "tightening"),
    ({"strict": True}, {"strict": "filter"}, "strict", "loosening"),
    ({}, {"strict": "filter"}, "strict", "unclear"),
    ({}, {"ordered": True}, "ordered", "tightening"),
    ({}, {"coerce": True}, "coerce", "loosening"),
    ({}, {"unique_column_names": True}, "unique_column_names", "tightening"),
    ({}, {"add_missing_columns": True}, "add_missing_columns", "unclear"),
    ({}, {"metadata": {"a": 1}}, "metadata", "neutral"),
]


@pytest.mark.parametrize(("old", "new", "aspect", "grade"), CONFIGS)
def test_a_change_of_an_option_is_seen_and_graded(old: Any, new: Any, aspect: str, grade: str) -> None:
    was, now = (describe(model({"a": Series[int]}, Config=type("Config", (), of))) for of in (old, new))
    (change,) = compare(was, now)
    assert (change.aspect, change.grade) == (aspect, grade)


FIELDS: list[tuple[Any, Any, str, str]] = [
    (typed(str, str_matches="abc"), typed(str, str_matches=re.compile("abc", re.IGNORECASE)), "str_matches", "unclear"),
    (typed(int, default=1), typed(int, default=2), "default", "unclear"),
    (typed(int, ge=0), typed(int, ge=0, ignore_na=False), "ignore_na", "tightening"),
    (typed(int), typed(int, metadata={"pii": True}), "metadata", "neutral"),
    (
        typed(Annotated[pd.CategoricalDtype, ["a"], False]), typed(Annotated[pd.CategoricalDtype, ["a", "b"], False]),
        "categories", "loosening",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "aspect", "grade"), FIELDS)
def test_a_change_of_a_field_is_seen_and_graded(old: type, new: type, aspect: str, grade: str) -> None:
    (change,) = compare(describe(old), describe(new))
    assert (change.aspect, change.grade) == (aspect, grade)


def test_in_a_strict_contract_a_column_less_is_refused_where_it_was_accepted() -> None:
    config = type("Config", (), {"strict": True})
    both, less = (describe(model(dict.fromkeys(names, Series[int]), Config=config)) for names in ("ab", "a"))
    assert [change.grade for change in compare(both, less)] == ["unclear"]
    assert [change.grade for change in compare(less, both)] == ["unclear"]
