"""Columns of any name are judged on every engine, and a pattern means what Python says."""

from __future__ import annotations

import re

import narwhals as nw
import pyarrow as pya
import pytest
from every_engine import IBIS_12, column, contract, counts, every_engine, frame_of, rule

import khrop
from khrop.vocabulary import (
    UniqueKey,
)

pytestmark = pytest.mark.filterwarnings(IBIS_12)


NAMES = (
    "Sepal.Length",
    "a:b",
    "a[0]",
    "{x}",
    "a b",
    "ราคา",
    "select",
    "key",
    "name",
    "expected",
    "observed",
    "a`b",
    '"q"',
)


@every_engine
@pytest.mark.parametrize("name", NAMES)
def test_a_column_of_any_name(engine: str, name: str) -> None:
    of = contract({name: (int, {"ge": 0}), "other": int}, r=rule(nw.col(name) <= nw.col("other"), "r"),
                  g=rule(UniqueKey((name,)), "g", scope="group"))  # fmt: skip
    table = pya.table({name: [1, -1, 3, 3], "other": [2, 2, 2, 3]})
    verdict = khrop.check(of, frame_of(engine, table))
    assert verdict.counts() == {"at-least": 1, "r": 1, "g": 1}
    first = verdict.records[0]
    assert (first.column_name, first.observed, first.expected) == (name, "-1", "≥ 0")
    valid = nw.from_native(verdict.valid).lazy().collect()
    assert valid.columns == [name, "other"]
    assert valid[name].to_list() == [1]


PATTERNS = (
    r"\d{2}$", r"\w+$", "(?i)abc$", ".", "(?s).", r"\s", "[^a-z]+$", "a|b", "[ก-ฮ]+", r"(?a)\w", r"\Aa\Z", "x{2,3}?y*",
)  # fmt: skip
TEXTS = ["12", "๑๒", "12\n", "né", "กรุงเทพ", "กขค", "ABC", "a b", "", "\n", "a", "xxy", "b\n\n", "ſ", "a-z"]


@every_engine
def test_a_pattern_means_what_python_says(engine: str) -> None:
    for pattern in PATTERNS:
        for check, search in (("str_matches", re.match), ("str_contains", re.search)):
            of = contract({"a": (str, {check: pattern})})
            broken = sum(search(pattern, text) is None for text in TEXTS)
            assert sum(counts(of, engine, column(*TEXTS)).values()) == broken, (check, pattern)
    flags = contract({"a": (str, {"str_matches": re.compile("abc$", re.IGNORECASE)})})
    assert counts(flags, engine, column("ABC", "abd")) == {"matches": 1}
