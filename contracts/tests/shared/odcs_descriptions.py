"""Descriptions of contracts as Hypothesis draws them: any names, any of Pandera's checks, any formula of numbers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from khrop.description.description import Description, FieldDescription, RuleDescription
from khrop.expressions.formula import Call, Column, Constant, Formula
from khrop.model.rule import ENGINES, ContractOptions, Param
from khrop.vocabulary import AddsUp, ContainsExactly, LinearSequence, PartWhole, RatioWithin, UniqueKey, WholeNumbers

LETTERS = st.characters(categories=["L", "M", "N", "P", "S", "Zs"])
TEXTS = st.text(LETTERS, max_size=12)
NAMES = st.text(LETTERS, min_size=1, max_size=10) | st.sampled_from(
    ["_id", "validate", "no", "on", "1", "null", "~", "จำนวน"]
)
VALUES = st.integers(0, 9) | st.floats(0, 1) | TEXTS | st.dates() | st.booleans() | st.decimals(allow_nan=False)
METADATA = st.dictionaries(TEXTS, st.integers() | TEXTS | st.lists(TEXTS), min_size=1, max_size=2)
CONFIGS = {
    "strict": st.just(True), "metadata": METADATA, "title": TEXTS.filter(bool),
    **dict.fromkeys(("ordered", "coerce", "unique_column_names"), st.just(True)),
}  # fmt: skip
"""Options of Pandera's `Config`, each other than its default."""
PARAMS = st.dictionaries(st.sampled_from(["other", "most"]), VALUES) | st.just({"tolerance": 0.5})


@st.composite
def descriptions(draw: st.DrawFn) -> Description:
    names = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    numbers, texts = names[: len(names) // 2 + 1], names[len(names) // 2 + 1 :]
    fields = [draw(_number(name)) for name in numbers] + [draw(_text(name)) for name in texts]
    params = draw(st.none() | PARAMS)
    rules = draw(st.lists(_whats(tuple(numbers), tuple(names), params or {}), max_size=4))
    return Description(
        name=draw(NAMES.filter(str.isprintable)),
        summary=draw(TEXTS).strip(),
        options=ContractOptions(
            version=draw(st.sampled_from(["1.0.0", "0.12.3-rc.1"])), title_th=draw(TEXTS), title_en=draw(TEXTS),
            snapshot=draw(st.none() | st.sampled_from(names)), key=tuple(draw(st.permutations(names))[:1]),
            place=draw(st.none() | NAMES), params=params,
            engines=draw(st.sampled_from([ENGINES, ("pandas", "duckdb")])),
        ),
        fields=tuple(fields),
        unique=tuple(names[:2]) if draw(st.booleans()) else (),
        rules=tuple(draw(_rule(n, what)) for n, what in enumerate(rules)),
        config=draw(st.fixed_dictionaries({}, optional=CONFIGS)),
    )  # fmt: skip


@st.composite
def _number(draw: st.DrawFn, name: str) -> FieldDescription:
    # Pandera makes Int64 of an int64 that is nullable and coerced, so here are none.
    kind, dtype = draw(st.sampled_from([("integer", "Int64"), ("integer", "Int32"), ("number", "float64")]))
    held = st.integers(-1000, 1000)
    checks: list[Any] = [
        ("greater_than_or_equal_to", (("min_value", draw(held)),)), ("less_than", (("max_value", draw(held)),)),
        ("not_equal_to", (("value", draw(held)),)),
        ("isin", (("allowed_values", tuple(draw(st.lists(held, min_size=1, max_size=3)))),)),
        ("in_range", (("min_value", draw(held)), ("max_value", 2000), ("include_min", draw(st.booleans())),
                      ("include_max", draw(st.booleans())))),
    ]  # fmt: skip
    return draw(_field(name, kind, dtype, checks))


@st.composite
def _text(draw: st.DrawFn, name: str) -> FieldDescription:
    kind, dtype = draw(
        st.sampled_from([("text", "str"), ("boolean", "boolean"), ("moment", "datetime64[ns]"), ("date", "date")])
    )
    texts = st.text(LETTERS, min_size=1, max_size=4)
    checks: list[Any] = [
        ("str_startswith", (("string", draw(texts)),)), ("str_endswith", (("string", draw(texts)),)),
        ("notin", (("forbidden_values", tuple(draw(st.lists(texts, min_size=1, max_size=3)))),)),
        ("str_matches", (("pattern", draw(st.sampled_from([r"^\d+$", "[ก-ฮ]+", '"'])),),)),
        ("str_length", (("min_value", draw(st.integers(0, 3))), ("max_value", 9), ("exact_value", None))),
    ]  # fmt: skip
    return draw(_field(name, kind, dtype, checks if kind == "text" else []))


@st.composite
def _field(draw: st.DrawFn, name: str, kind: Any, dtype: str, checks: list[Any]) -> FieldDescription:
    chosen = draw(st.lists(st.sampled_from(checks), unique_by=lambda c: c[0], max_size=3)) if checks else []
    # Pandera keeps checks in the order of its own arguments.
    order = ["not_equal_to", "greater_than_or_equal_to", "less_than", "in_range", "isin", "notin", "str_endswith",
             "str_matches", "str_length", "str_startswith"]  # fmt: skip
    chosen.sort(key=lambda c: order.index(c[0]))
    severity = draw(st.sampled_from(["error", "warning"])) if chosen else "error"
    return FieldDescription(
        name=name, kind=kind, dtype=dtype, required=draw(st.booleans()), nullable=draw(st.booleans()),
        unique=draw(st.booleans()), coerce=draw(st.booleans()), title=draw(TEXTS), description=draw(TEXTS),
        checks=tuple(chosen), severity=severity, ignore_na=not chosen or draw(st.booleans()),
        metadata=draw(st.none() | METADATA),
    )  # fmt: skip


def formulas(columns: tuple[str, ...]) -> st.SearchStrategy[Formula]:
    """Formulas of numbers, true or false."""
    leaves: st.SearchStrategy[Formula] = st.builds(Column, st.sampled_from(columns))
    numbers = st.recursive(leaves, lambda inner: _reckoned(inner), max_leaves=5)
    constant = st.builds(Constant, st.integers(-99, 99) | st.floats(-9, 9))
    compared = st.sampled_from(["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"])
    truth = st.builds(lambda name, a, b: Call(name, (a, b)), compared, numbers, numbers | constant)
    return st.recursive(
        truth,
        lambda inner: (
            st.builds(lambda n, a, b: Call(n, (a, b)), st.sampled_from(["__and__", "__or__"]), inner, inner)
            | st.builds(lambda a: Call("__invert__", (a,)), inner)
        ),
        max_leaves=3,
    )


def _reckoned(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    two = st.sampled_from(["__add__", "__sub__", "__mul__", "__truediv__"])
    return st.builds(lambda n, a, b: Call(n, (a, b)), two, inner, inner) | st.builds(
        lambda a, d: Call("round", (a,), (("decimals", d),)), inner, st.integers(0, 3)
    )


def _whats(numbers: tuple[str, ...], names: tuple[str, ...], params: dict[str, Any]) -> st.SearchStrategy[Any]:
    column, name = st.sampled_from(numbers), st.sampled_from(names)
    tolerance: st.SearchStrategy[Any] = st.floats(0, 1)
    if "tolerance" in params:
        tolerance |= st.just(Param("tolerance"))
    return st.one_of(
        formulas(numbers),
        st.builds(WholeNumbers, st.dictionaries(column, st.integers(-5, 5), min_size=1), st.integers(6, 99)),
        st.builds(lambda a, b, t: AddsUp((a, b), a, t), column, column, st.floats(0, 1)),
        st.builds(RatioWithin, column, column, column, tolerance),
        st.builds(lambda c: UniqueKey((c,)), name),
        st.builds(LinearSequence, column, st.integers(-2, 2)),
        st.builds(lambda c, held: ContainsExactly(c, tuple(held)), name, st.lists(TEXTS, min_size=1, max_size=3)),
        st.builds(lambda c, label, t: PartWhole((c,), label, t), column, name, TEXTS),
    )


@st.composite
def _rule(draw: st.DrawFn, n: int, what: Any) -> RuleDescription:
    grouped = isinstance(what, (UniqueKey, LinearSequence, ContainsExactly, PartWhole))
    template = TEXTS.map(lambda text: text.replace("{", "{{").replace("}", "}}") + "{name}")
    return RuleDescription(
        id=f"rule {n} {draw(TEXTS)}", method=f"rule_{n}", scope="group" if grouped else "row",
        severity=draw(st.sampled_from(["error", "warning"])), summary=f"{n}: " + draw(TEXTS).strip() + ".", what=what,
        th=draw(template), en=draw(template), observed=draw(template),
    )  # fmt: skip
