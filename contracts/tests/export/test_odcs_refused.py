"""A document of the Open Data Contract Standard that loses rules, is mangled or hostile is refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odcs_documents import changed
from stock_contract import Stock

from khrop.description.from_contract import describe
from khrop.export.odcs import from_odcs, load, to_odcs

pytestmark = pytest.mark.odcs


def test_no_rule_that_cannot_be_kept_is_left_out() -> None:
    def more(document: Any) -> None:
        document["schema"][0]["quality"] += [
            {"name": "prose", "type": "text", "description": "It is fine."},
            {"name": "theirs", "type": "sql", "query": "SELECT 1", "mustBe": 1},
            {"type": "custom", "engine": "soda", "implementation": "x"},
        ]
        document["schema"][0]["properties"][1]["quality"] = [{"metric": "nullValues", "mustBeLessThan": 5}]

    with pytest.raises(ValueError, match="none is left out silently") as refused:
        from_odcs(changed(Stock, more))
    for reason in ("quality[1] 'prose' (prose)", "'theirs' (SQL of others)", "quality[3] (of type custom)",
                 "properties[1].quality[0] (it lets some rows be wrong)"):  # fmt: skip
        assert reason in str(refused.value)


def own(document: Any) -> Any:
    return document["schema"][0]["quality"][0]["customProperties"][0]["value"]


def quality(document: Any) -> Any:
    return document["schema"][0]["quality"][0]


def column(document: Any, n: int = 1) -> Any:
    return document["schema"][0]["properties"][n]


MANGLED: list[tuple[Any, str]] = [
    (lambda d: d.update(version="1.0"), "version: '1.0' is no semantic version"),
    (lambda d: d.update(version=1.0), "version: there must be a text, not 1.0"),
    (lambda d: d.pop("kind"), "kind: a contract is of the kind DataContract, not nothing"),
    (lambda d: d.update(apiVersion="v2.2.2"), "apiVersion: v3 of the standard"),
    (lambda d: d.update(schema=[]), "schema: a contract is of one table; here are 0"),
    (lambda d: d.update(schema={}), "schema: there must be a list"),
    (lambda d: d["schema"][0].pop("name"), r"schema\[0\].name: there must be a text, not nothing"),
    (lambda d: d["schema"][0].update(properties=None), "a table has columns"),
    (lambda d: column(d).update(name="item"), "column 'item' stands here twice"),
    (lambda d: column(d).update(physicalType="int65"), "there is no type 'int65'"),
    (lambda d: column(d).update(physicalType="float64"), "column 'received' would become another: kind"),
    (lambda d: column(d).update(logicalTypeOptions={"minimum": 5}), r"minimum.: 5}, the rest nothing"),
    (lambda d: column(d).update(required="perhaps"), r"properties\[1\].required: there must be true or false"),
    (lambda d: column(d).update(required=1), r"properties\[1\].required: there must be true or false"),
    (lambda d: column(d).update(properties=[]), "cannot be checked"),
    (lambda d: quality(d).update(severity="fatal"), r"quality\[0\]: .*'severity' is 'fatal', not one of error"),
    (lambda d: quality(d).update(name=None), r"quality\[0\].name: there must be a text"),
    (lambda d: quality(d).update(customProperties="x"), "customProperties: there must be a list"),
    (lambda d: own(d).pop("method"), "RuleDescription lacks 'method'"),
    (lambda d: own(d).update(method="validate"), "'validate' cannot be the name of a rule's method"),
    (lambda d: own(d).update(method="__init_subclass__"), "cannot be the name of a rule's method"),
    (lambda d: own(d).update(novel=1), "RuleDescription has no 'novel'"),
    (lambda d: own(d).update(columns="received"), "'columns' is 'received', not a list"),
    (lambda d: own(d).update(columns=["absent"]), "'left-over' cannot be run: .*absent"),
    (lambda d: own(d).update(th="{item.__class__}"), "{item.__class__} names no column"),
    (lambda d: own(d).update(th="{item:>99999999999}"), "or has no format of Python's"),
    (lambda d: own(d).update(what=None), "what must hold is no rule"),
    (lambda d: own(d).update(what={"rule": "Fancy"}), r"quality\[0\]: no rule is called 'Fancy'; there are AddsUp"),
    (lambda d: own(d).update(what={"rule": "AddsUp", "whole": "left"}), "AddsUp lacks 'parts'"),
    (lambda d: own(d).update(what={"rule": "AddsUp", "parts": 3, "whole": "left"}), "'parts' is 3, not a list"),
    (lambda d: own(d).update(what={"rule": "AddsUp", "parts": ["sold"], "whole": {"param": "x"}}), "cannot be run"),
    (lambda d: own(d).update(what={"formula": {"call": "pipe", "args": [{"column": "left"}]}}), "no formula calls"),
    (lambda d: own(d).update(what={"formula": {"call": "sum", "args": [{"column": "left"}]}}), "cannot be run"),
    (lambda d: own(d).update(what={"formula": {"call": "abs", "args": [{"column": "left"}, 2]}}), "cannot be run"),
    (lambda d: own(d).update(what={"formula": {"call": "abs", "args": []}}), "cannot be run"),
    (lambda d: own(d).update(what={"formula": {"call": "is_in", "args": [3]}}), "cannot be run"),
    (lambda d: d["schema"][0]["quality"].append(quality(d)), "two rules have the method 'left_over'"),
    (lambda d: d["customProperties"][2]["value"].update(engines=["fortran"]), "no engine is called 'fortran'"),
    (lambda d: d["customProperties"][2]["value"].update(key=3), "key: there must be a list"),
    (lambda d: d["customProperties"][2].update(value=3), "there must be a mapping, not 3"),
]


@pytest.mark.parametrize(("change", "message"), MANGLED)
def test_what_is_mangled_is_reported_with_its_place(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_odcs(changed(Stock, change))


@pytest.mark.parametrize("call", [
    "__init__.__globals__.__getitem__", "__class__", "__reduce__", "str.__class__", "str.x.y", "map_batches", "_nodes",
    "", ".", "dt.", "name.map",
])  # fmt: skip
def test_a_formula_calls_nothing_but_methods_of_formulas(call: str) -> None:
    made = {"formula": {"call": call, "args": [{"column": "left"}, "os"]}}
    with pytest.raises(ValueError, match="no formula calls"):
        from_odcs(changed(Stock, lambda d: own(d).update(what=made)))


BOMB = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "line 7, column .*unfolds to more than"),
        ("a: &a [*a]", "line 1, column 4: it contains itself"),
        ("[" * 5000, "nested more than"),
        ("a: [" * 200 + "]" * 200, "line 1, column .*"),
        ("kind: !!python/object/apply:os.system ['false']", "line 1, column 7: could not determine a constructor"),
        ("kind: [\n  x: }", "line 2"),
        ("kind: x\nkind: y", "line 2, column 1: 'kind' stands here twice"),
        ("a: 2020-13-45", "month must be in"),
        ("a: !!bool perhaps", "not of the type"),
        ("a: !!timestamp x", "not of the type"),
        ("? [a]\n: b", "a key is a text"),
        ("\x00", "no YAML"),
        ("--- a\n--- b", "line 2"),
        ("", "there must be a mapping, not nothing"),
        ("just a text", "there must be a mapping"),
        ("[1, 2]", "there must be a mapping"),
    ],
)  # fmt: skip
def test_hostile_yaml_is_refused_and_does_nothing(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_odcs(text)


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match="."):
        from_odcs(text)


def test_a_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "stock.odcs.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"stock\.odcs\.yaml: it is no text in UTF-8"):
        load(path)
    path.write_text("kind: Other", encoding="utf-8")
    with pytest.raises(ValueError, match=r"stock\.odcs\.yaml: kind: "):
        load(path)
    path.write_text(to_odcs(Stock), encoding="utf-8-sig")
    assert describe(load(path)) == describe(Stock)
