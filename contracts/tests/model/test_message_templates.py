"""A column may have any name; what a message names is known when its contract is defined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pandera.typing import Series

from khrop import ContractOptions, check, rule
from khrop.model.message_templates import TemplateError, literal, parse, placeholder
from khrop.model.rule import RuleDefinitionError
from khrop.vocabulary import AddsUp, ByGroup, ForeignKey, NotLessThan, RatioRounded, UniqueKey, WholeNumbers

NAMES = [
    "Sepal.Length", "a:b", "a[0]", "{x}", "{", "}}", "a!r", "a b", "ยอดรวม", "select", "key", "name", "expected",
    "observed", "fact", "place", "column", "snapshot", "row", "row[a]", "a]}", "%s", "x}y", "0", "__class__",
]  # fmt: skip
WORDS = ("key", "name", "observed", "expected")


def contract(columns: dict[str, Any], rules: dict[str, Callable[..., Any]] | None = None, **options: Any) -> type:
    fields = {f"column_{n}": pa.Field(alias=name) for n, name in enumerate(columns)}
    kinds = {f"column_{n}": Series[kind] for n, kind in enumerate(columns.values())}
    attributes = {"__module__": __name__, "__annotations__": kinds, "__contract__": ContractOptions(**options)}
    return type("C", (pa.DataFrameModel,), {**attributes, **fields, **(rules or {})})


def made(what: Any, rule_id: str = "r", **texts: Any) -> Any:
    def build(cls: type, params: Any) -> Any:
        return what

    build.__doc__ = "What must hold."
    return rule(rule_id, **texts)(build)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_rule_takes_every_name(name: str) -> None:
    rules = {
        "whole": made(WholeNumbers({name: 0}), "whole"),
        "sum": made(AddsUp((name, "part"), "whole"), "sum"),
        "ratio": made(RatioRounded("part", name, "whole"), "ratio"),
        "grows": made(NotLessThan(name), "grows", scope="reference"),
        "there": made(ForeignKey((name,), "list"), "there", scope="reference"),
        "once": made(UniqueKey((name,)), "once", scope="group"),
        "few": made(ByGroup((name,), {"n": ("rows", "")}, nw.col("n") < 2), "few", scope="group"),
        "mine": made(nw.col(name) > 0, "mine", observed=placeholder(name), en=f"{{name}}: {placeholder(name)} is low"),
    }
    of = contract({name: int, "part": int, "whole": int, "id": str}, rules, key=("id",))
    frame = pd.DataFrame({name: [-1, -1], "part": [1, 1], "whole": [5, 5], "id": ["r1", "r2"]})
    then = frame.assign(**{name: [7, 7]})
    verdict = check(of, frame, previous=then, references={"list": frame.iloc[:0]})
    first = {v.rule_id: v for v in reversed(verdict.records)}
    assert {id_: v.observed for id_, v in first.items() if id_ not in ("sum", "ratio", "whole", "few")} == {
        "grows": "-1", "there": "-1", "once": "2", "mine": "-1",
    }  # fmt: skip
    assert first["whole"].observed == f"{name} -1"
    assert first["whole"].expected == f"{name} ≥ 0"
    assert first["whole"].column_name == first["grows"].column_name == first["there"].column_name == name
    assert first["sum"].observed == "-1 + 1 = 0"
    assert first["sum"].message_en == f"r1: {name} + part is not whole (-1 + 1 = 0, 5)"
    assert first["grows"].message_en == f"r1: {name} fell from 7 to -1"
    assert first["few"].key == "-1"
    assert first["mine"].message_en == "r1: -1 is low"


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), max_size=3, unique=True), st.text())
@example(["a", "a]} x"], "{")
def test_a_placeholder_names_its_column_and_a_literal_itself(names: list[str], text: str) -> None:
    for name in names:
        parts = parse(f"{literal(text)}{placeholder(name)}", tuple(names), WORDS)
        assert "".join(part for part in parts if isinstance(part, str)) == text
        assert [(part.name, part.is_word) for part in parts if not isinstance(part, str)] == [(name, False)]


@pytest.mark.parametrize(
    "template",
    ["{aa} is low", "{a", "a}", "{}", "{a.real}", "{a!x}", "{a:.2q}", "{a:{b}}", "{a:999d}", "{row[b]}", "{a:%Y}"],
)
@pytest.mark.parametrize("text", ["en", "th", "observed", "expected", "column"])
def test_what_a_template_cannot_name_is_refused_before_any_data_is_read(template: str, text: str) -> None:
    of = contract({"a": float}, {"r": made(nw.col("a") > 0, "low", **{text: template})})
    with pytest.raises(RuleDefinitionError, match=f"rule 'low', template '{text}': "):
        check(of, pd.DataFrame({"a": [1.0]}))


def test_a_message_of_a_group_is_checked_too() -> None:
    with pytest.raises(RuleDefinitionError, match="a message of ByGroup: {b}"):
        ByGroup(("a",), {"n": ("rows", "")}, nw.col("n") < 2, en="{b} has too many")


def test_a_group_rule_has_messages_of_its_own() -> None:
    texts = {"en": "{a} is there {observed} times, not {expected}", "th": "{key} ซ้ำ"}
    of = contract({"a": str}, {"once": made(UniqueKey(("a",)), "once", scope="group", **texts)})
    found = check(of, pd.DataFrame({"a": ["x", "x"]})).records[0]
    assert (found.message_en, found.message_th) == ("x is there 2 times, not 1", "x ซ้ำ")
    of = contract({"a": str, "b": str}, {"once": made(UniqueKey(("a", "b")), scope="group", en="{a} twice")})
    with pytest.raises(RuleDefinitionError, match="{a} names no column"):
        check(of, pd.DataFrame({"a": ["x"], "b": ["x"]}))


@pytest.mark.parametrize(
    ("kind", "value", "template", "text"),
    [
        (float, -1.0, "{a:.2f}", "-1.00"),
        (float, -1234.5, "{a:,.1f} {a!r} {{a}}", "-1,234.5 '-1234.5' {a}"),
        (int, -7, "{a:05d}", "-0007"),
        (Decimal, Decimal("-12"), "{a:.1f}", "-12.0"),
        (str, "x", "{a:>3}|{key:<2}|", "  x|  |"),
        (date, date(2024, 2, 29), "{a:%d/%m/%Y}", "29/02/2024"),
    ],
)
def test_a_format_is_that_of_python(kind: Any, value: Any, template: str, text: str) -> None:
    of = contract({"a": kind}, {"r": made(nw.col("a").is_null(), en=template)})
    assert [v.message_en for v in check(of, pd.DataFrame({"a": [value]})).records] == [text]


def test_a_format_that_the_type_of_a_column_lacks_is_refused() -> None:
    of = contract({"a": float}, {"r": made(nw.col("a") > 0, en="{a:d}")})
    with pytest.raises(RuleDefinitionError, match="cannot format number"):
        check(of, pd.DataFrame({"a": [1.0]}))


def test_a_null_is_a_dash_under_any_format() -> None:
    of = contract({"a": float}, {"r": made(nw.col("a") > 0, en="{a:.2f} is low")})
    frame = pd.DataFrame({"a": [None]}, dtype=float)
    assert "– is low" in [v.message_en for v in check(of, frame).records]


def test_a_name_with_a_dot_or_colon_is_the_column_where_there_is_one() -> None:
    of = contract({"a": int, "a.b": int, "a:d": int}, {"r": made(nw.col("a") > 5, en="{a.b} {a:d} {a:3d}")})
    assert check(of, pd.DataFrame({"a": [1], "a.b": [2], "a:d": [3]})).records[0].message_en == "2 3   1"


def test_a_word_that_the_rule_does_not_have_is_the_column_of_that_name() -> None:
    of = contract({"expected": int}, {"r": made(nw.col("expected") > 0, en="{expected}")})
    assert check(of, pd.DataFrame({"expected": [-3]})).records[0].message_en == "-3"


def test_any_fact_of_a_document_can_be_named() -> None:
    from khrop.vocabulary.claims import Equals

    texts = {"en": "{drafts} drafts: {drafts_printed} on {other_page}"}
    of = contract({"a": int}, {"r": made({"drafts": Equals("drafts", 0)}, scope="document", **texts)})
    frame = pd.DataFrame({"a": [1]})
    assert (
        check(of, frame, document={"drafts": 2, "drafts_printed": "ร่าง"}).records[0].message_en == "2 drafts: ร่าง on –"
    )


def test_a_brace_that_is_not_closed_is_named() -> None:
    with pytest.raises(TemplateError, match="is not closed in 'a {b'"):
        parse("a {b", ("b",), WORDS)
