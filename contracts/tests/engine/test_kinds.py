"""What a contract says of numbers, nulls, types, moments, names and patterns means the same on every engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Annotated, Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow as pya
import pytest
from every_engine import every_engine, frame_of
from pandera.typing import Index, Series

import khrop
from khrop.vocabulary import (
    AddsUp,
    ByGroup,
    ContainsExactly,
    ForeignKey,
    LinearSequence,
    NotLessThan,
    PartWhole,
    SumsMatch,
    UniqueKey,
)

# Ibis 12 asks DuckDB 2 so.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def contract(fields: Mapping[str, Any], config: Mapping[str, Any] | None = None, **body: Any) -> type:
    """A contract of fields by the names of their columns, each a type or a type and a field."""
    annotations, attributes = {}, dict(body)
    for n, (name, of) in enumerate(fields.items()):
        dtype, field = of if isinstance(of, tuple) else (of, {})
        annotations[f"f{n}"] = Series[dtype]  # type: ignore[valid-type]
        attributes[f"f{n}"] = pa.Field(alias=name, **field)
    extra = {"Config": type("Config", (), dict(config))} if config else {}
    return type(
        "C", (pa.DataFrameModel,), {"__annotations__": annotations, "__module__": __name__, **attributes, **extra}
    )


def rule(built: Any, rule_id: str = "r", **more: Any) -> Any:
    def method(cls: type, params: Any) -> Any:
        """It holds."""
        return built

    return khrop.rule(rule_id, **more)(method)


def column(*values: Any, type: Any = None, name: str = "a") -> pya.Table:
    return pya.table({name: pya.array(list(values), type)})


def counts(of: type, engine: str, table: pya.Table, **more: Any) -> dict[str, int]:
    others = {key: frame_of(engine, value) if isinstance(value, pya.Table) else value for key, value in more.items()}
    return khrop.check(of, frame_of(engine, table), **others).counts()


CENTS, WIDE = pya.decimal128(10, 2), pya.decimal128(38, 0)
BIG = 9007199254740993


@every_engine
@pytest.mark.parametrize(
    ("values", "type", "held"),
    [
        (["0.10", "0.20", "0.30"], CENTS, True),
        (["0.10", "0.20", "0.31"], CENTS, False),
        (["-0.10", "0.20", "0.10"], CENTS, True),
        ([str(BIG), "0", str(BIG - 1)], WIDE, False),
        ([str(BIG), "0", str(BIG)], WIDE, True),
        ([str(10**30), "1", str(10**30 + 1)], WIDE, True),
        ([str(10**30), "1", str(10**30 + 2)], WIDE, False),
        (
            ["123456789012345678901234567890.12", "0.01", "123456789012345678901234567890.13"],
            pya.decimal128(38, 2),
            True,
        ),
        (
            ["123456789012345678901234567890.12", "0.01", "123456789012345678901234567890.14"],
            pya.decimal128(38, 2),
            False,
        ),
    ],
)
def test_decimals_add_up_exactly(engine: str, values: list[str], type: Any, held: bool) -> None:
    of = contract({"a": float, "b": float, "c": float}, r=rule(AddsUp(("a", "b"), "c")))
    table = pya.table({name: pya.array([D(v)], type) for name, v in zip("abc", values, strict=True)})
    assert counts(of, engine, table) == ({} if held else {"r": 1})


@every_engine
def test_columns_of_different_scales_compare_by_value(engine: str) -> None:
    of = contract({"a": float, "b": float}, r=rule(nw.col("a") * 2 == nw.col("b")))
    table = pya.table(
        {"a": pya.array([D("1.25"), D("1.25")], CENTS), "b": pya.array([D("2.500"), D("2.501")], pya.decimal128(9, 3))}
    )
    assert counts(of, engine, table) == {"r": 1}


@every_engine
def test_a_number_of_a_rule_beside_decimals_is_read_as_it_is_written(engine: str) -> None:
    table = column(D("0.10"), D("0.30"), None, type=CENTS)
    for limits, broken in (
        ({"eq": D("0.1")}, {"equal": 1}), ({"eq": 0.1}, {"equal": 1}), ({"ge": D("0.2")}, {"at-least": 1}),
        ({"isin": [D("0.1"), D("0.2")]}, {"one-of": 1}), ({"isin": [0.3, 7]}, {"one-of": 1}),
        ({"notin": [D("0.10")]}, {"none-of": 1}),
        ({"in_range": {"min_value": 0.1, "max_value": 0.29}}, {"in-range": 1}),
        ({"ne": D("0.3")}, {"not-equal": 1}),
    ):  # fmt: skip
        assert counts(contract({"a": (float, {"nullable": True, **limits})}), engine, table) == broken, limits


@every_engine
def test_keys_of_decimals_are_exact(engine: str) -> None:
    of = contract({"a": float}, r=rule(UniqueKey(("a",)), scope="group"))
    assert counts(of, engine, column(D(BIG), D(BIG - 1), type=WIDE)) == {}
    assert counts(of, engine, column(D(10**30), D(10**30 + 1), type=WIDE)) == {}
    assert counts(of, engine, column(D(10**30), D(10**30), type=WIDE)) == {"r": 1}
    assert counts(of, engine, column(D("0.10"), D("0.11"), D("0.10"), type=CENTS)) == {"r": 1}


@every_engine
def test_sums_of_decimals_are_exact(engine: str) -> None:
    of = contract({"a": float}, r=rule(SumsMatch(("a",), "table_total_"), scope="group", needs=("table_total_a",)))
    table = column(*[D("0.10")] * 3, type=CENTS)
    for value, broken in ((0.3, {}), (D("0.30"), {}), (0.31, {"r": 1})):
        claims = [{"source": "table_total", "measure": "a", "value": value, "place": ""}]
        assert counts(of, engine, table, claims=claims) == broken
    parts = pya.table({"kind": ["whole", "x", "y"], "a": pya.array([D("0.30"), D("0.10"), D("0.20")], CENTS)})
    of = contract({"kind": str, "a": float}, r=rule(PartWhole(("a",), "kind", "whole"), scope="group"))
    assert counts(of, engine, parts) == {}


@every_engine
def test_figures_of_groups_of_decimals(engine: str) -> None:
    keeps = (nw.col("most") <= 0.2) & (nw.col("sum") == D("0.30"))
    of = contract(
        {"k": str, "a": float},
        r=rule(ByGroup(("k",), {"most": ("max", "a"), "sum": ("sum", "a")}, keeps), scope="group"),
    )
    table = pya.table({"k": ["x", "x", "y"], "a": pya.array([D("0.10"), D("0.20"), D("0.30")], CENTS)})
    verdict = khrop.check(of, frame_of(engine, table))
    assert [v.key for v in verdict.records] == ["y"]
    assert "0.3" in verdict.records[0].observed


@every_engine
def test_a_decimal_is_shown_and_returned_as_it_is(engine: str) -> None:
    verdict = khrop.check(
        contract({"a": (float, {"ge": 1})}), frame_of(engine, column(D("0.10"), D("1.20"), type=CENTS))
    )
    assert [v.observed for v in verdict.records] == ["0.1"]
    assert nw.from_native(verdict.valid).lazy().collect()["a"].to_list() == [D("1.20")]


@every_engine
def test_the_digits_of_a_decimal_type_hold(engine: str) -> None:
    of = contract({"a": Annotated[pa.Decimal, 5, 2, None]})
    table = column(D("1.550"), D("1.555"), D("12345.000"), D("-999.990"), type=pya.decimal128(12, 3))
    assert counts(of, engine, table) == {"digits": 2}


@every_engine
def test_narrow_integers_hold_their_range(engine: str) -> None:
    table = column(-129, -1, 0, 127, 128, 255, 256, 70000)
    for dtype, broken in ((pa.Int8, 5), (pa.UInt8, 4), (pa.Int16, 1), (pa.UInt16, 3), (pa.UInt32, 2)):
        assert counts(contract({"a": dtype}), engine, table) == {"in-type": broken}, dtype


@every_engine
def test_a_whole_number_is_finite(engine: str) -> None:
    table = column(1.0, float("inf"), float("-inf"), 1.5)
    assert counts(contract({"a": int}), engine, table) == {"whole": 3}


@every_engine
def test_integers_are_compared_with_larger_ones_than_any_column_holds(engine: str) -> None:
    table = column(1, -(2**62))
    for limits, broken in (
        ({"le": 2**70}, {}), ({"ge": -(2**70)}, {}), ({"ge": 2**70}, {"at-least": 2}), ({"lt": -(2**70)}, {"below": 2}),
        ({"ne": 2**70}, {}), ({"eq": 2**70}, {"equal": 2}), ({"isin": [1, 2**70]}, {"one-of": 1}),
        ({"in_range": {"min_value": -(2**70), "max_value": 2**70}}, {}),
    ):  # fmt: skip
        assert counts(contract({"a": (int, limits)}), engine, table) == broken, limits


@every_engine
def test_numbers_are_looked_up_by_value(engine: str) -> None:
    floats = column(1.0, 3.0, None)
    assert counts(contract({"a": (float, {"nullable": True, "isin": [1, 2]})}), engine, floats) == {"one-of": 1}
    assert counts(contract({"a": (int, {"nullable": True, "isin": [1, 2]})}), engine, floats) == {"one-of": 1}
    assert counts(contract({"a": (int, {"isin": [1.0, 2.5]})}), engine, column(1, 3)) == {"one-of": 1}
    assert counts(contract({"a": (int, {"nullable": True, "notin": [1]})}), engine, floats) == {"none-of": 1}


@every_engine
def test_a_group_can_be_a_snapshot(engine: str) -> None:
    options = khrop.ContractOptions(snapshot="invoice")
    mains = rule(ByGroup(("invoice",), {"mains": ("sum", "main")}, nw.col("mains") == 1), "mains", scope="group")
    twice = rule(UniqueKey(("invoice", "main")), "twice", scope="group")
    of = contract({"invoice": str, "main": int}, __contract__=options, mains=mains, twice=twice)
    table = pya.table({"invoice": ["A", "A", "B"], "main": [0, 0, 1]})
    assert counts(of, engine, table) == {"mains": 1, "twice": 1}


@every_engine
def test_zero_is_one_key_whatever_its_sign(engine: str) -> None:
    table = column(0.0, -0.0, 1.0)
    assert counts(contract({"a": float}, r=rule(UniqueKey(("a",)), scope="group")), engine, table) == {"r": 1}
    assert counts(contract({"a": (float, {"unique": True})}), engine, table) == {"unique-a": 1}
    different = rule(ByGroup((), {"n": ("different", "a")}, nw.col("n") == 2), scope="group")
    assert counts(contract({"a": float}, r=different), engine, table) == {}


@every_engine
def test_a_division_is_the_same(engine: str) -> None:
    tenth = contract({"a": int, "b": float}, r=rule(nw.col("a") / 10 == nw.col("b")))
    table = pya.table({"a": [7, 3, 6, 9, 1], "b": [0.7, 0.3, 0.6, 0.9, 0.1]})
    assert counts(tenth, engine, table) == {}
    rounded = contract({"a": float}, r=rule(nw.col("a").round(2) == nw.col("a")))
    assert counts(rounded, engine, column(*[n / 100 for n in range(1, 400, 7)])) == {}


# Nulls and keys


@every_engine
def test_a_null_is_one_violation(engine: str) -> None:
    of = contract({"a": (int, {"ge": 0, "le": 5, "isin": [1, 2]}), "b": (str, {"str_matches": "x", "str_length": 1})})
    table = pya.table({"a": pya.array([None, 1]), "b": pya.array(["x", None])})
    assert counts(of, engine, table) == {"not-null": 2}


@every_engine
def test_a_check_that_does_not_ignore_nulls_fails_them(engine: str) -> None:
    of = contract({"a": (int, {"nullable": True, "ge": 0, "ignore_na": False})})
    assert counts(of, engine, column(None, 1)) == {"at-least": 1}


@every_engine
def test_a_null_is_a_value_of_a_unique_column(engine: str) -> None:
    of = contract({"a": (str, {"nullable": True, "unique": True})})
    assert counts(of, engine, column("x", None)) == {}
    assert counts(of, engine, column("x", None, None)) == {"unique-a": 1}
    assert counts(contract({"a": (str, {"unique": True})}), engine, column("x", None, None)) == {"not-null": 2}
    pair = contract({"a": str, "b": (str, {"nullable": True})}, {"unique": ["a", "b"]})
    table = pya.table({"a": ["x", "x", "y"], "b": pya.array([None, "1", "1"])})
    assert counts(pair, engine, table) == {}
    verdict = khrop.check(pair, frame_of(engine, pya.table({"a": ["x", "x", "y"], "b": pya.array([None, None, "1"])})))
    assert verdict.counts() == {"unique-key": 1}
    assert nw.from_native(verdict.valid).lazy().collect()["a"].to_list() == ["y"]


@every_engine
def test_skip_null_is_for_every_kind_of_rule(engine: str) -> None:
    table = pya.table({"k": pya.array(["A", None, "B"]), "n": pya.array([1, None, 2]), "v": pya.array([3, 1, 2])})
    for built, needs in (
        (UniqueKey(("k",)), {}), (ContainsExactly("k", ("A", "B")), {}), (LinearSequence("n"), {}),
        (ForeignKey(("k",), "known"), {"scope": "reference"}),
        (PartWhole(("v",), "k", "A", part=("B",), tolerance=1), {}),
    ):  # fmt: skip
        fields = {"k": (str, {"nullable": True}), "n": (int, {"nullable": True}), "v": int}
        options = khrop.ContractOptions(key=("k",))
        of = contract(fields, __contract__=options, r=rule(built, skip_null=("k", "n"), **{"scope": "group", **needs}))
        references = {"known": frame_of(engine, pya.table({"k": ["A", "B"]}))}
        verdict = khrop.check(of, frame_of(engine, table), references=references)
        assert (built, verdict.counts()) == (built, {})


@every_engine
def test_rows_are_compared_by_the_whole_key(engine: str) -> None:
    options = khrop.ContractOptions(key=("who", "day"))
    of = contract(
        {"who": str, "day": date, "n": int}, __contract__=options, r=rule(NotLessThan("n"), scope="reference")
    )
    now = pya.table({"who": ["a", "a"], "day": [date(2021, 4, 1), date(2021, 4, 2)], "n": [5, 12]})
    assert counts(of, engine, now, previous=now) == {}
    verdict = khrop.check(
        of, frame_of(engine, now), previous=frame_of(engine, now.set_column(2, "n", pya.array([6, 12])))
    )
    assert [(v.key, v.observed, v.expected) for v in verdict.records] == [("a, 2021-04-01", "5", "≥ 6")]


@every_engine
def test_keys_of_other_types_have_one_outcome(engine: str) -> None:
    options = khrop.ContractOptions(key=("a",))
    of = contract({"a": int}, __contract__=options, r=rule(ForeignKey(("a",), "known"), scope="reference"))
    table = column(1, 3)
    for known, broken in ((column(1, 2), 1), (column(1.0, 3.0), 0), (column(D("1.00"), D("2.50"), type=CENTS), 1)):
        references = {"known": frame_of(engine, known)}
        verdict = khrop.check(of, frame_of(engine, table), references=references)
        assert verdict.counts() == ({"r": broken} if broken else {})
    with pytest.raises(ValueError, match="make them of one type"):
        khrop.check(of, frame_of(engine, table), references={"known": frame_of(engine, column("1", "3"))}).counts()


# Types


@every_engine
def test_texts_are_texts_in_categories_too(engine: str) -> None:
    table = column("x", "zz", None).append_column("b", pya.array(["x", "zz", None]).dictionary_encode())
    table = table.select(["b"]).rename_columns(["a"]) if engine != "pyspark" else table.select(["a"])
    for limits, broken in (
        ({"str_matches": "x$"}, "matches"), ({"str_length": {"max_value": 1}}, "length"), ({"isin": ["x"]}, "one-of"),
        ({"str_startswith": "x"}, "starts-with"), ({"ne": "zz"}, "not-equal"),
    ):  # fmt: skip
        assert counts(contract({"a": (str, {"nullable": True, **limits})}), engine, table) == {broken: 1}
    unique = contract({"a": (str, {"nullable": True, "unique": True})})
    assert counts(unique, engine, table) == {}
    categories = contract({"a": (Annotated[pd.CategoricalDtype, ["x", "y"], False], {"nullable": True})})
    assert counts(categories, engine, table) == {"one-of": 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"a": pd.Timedelta}, {"a": list[int]}, {"a": complex}, {"a": (int, {"isin": ["1"]})},
        {"a": (str, {"isin": []})},
        {"a": (str, {"ge": 1})}, {"a": (int, {"str_matches": "x"})}, {"a": (date, {"ge": "2020-01-01"})},
        {"a": (pd.Timestamp, {"ge": pd.Timestamp("2020-01-01", tz="UTC")})}, {"a": (int, {"default": 0})},
        {"a": (str, {"str_matches": "(?!x)"})}, {"a": (str, {"str_contains": r"(a)\1"})},
        {"a": (bool, {"isin": [1]})}, {"^a": (int, {"regex": True})},
    ],
)  # fmt: skip
def test_what_no_engine_or_not_every_engine_can_do_is_refused(fields: Mapping[str, Any]) -> None:
    with pytest.raises(khrop.RuleDefinitionError):
        khrop.check(contract(fields), pd.DataFrame({"a": []}))


def test_a_field_whose_limits_would_be_lost_is_refused() -> None:
    class Alias(pa.DataFrameModel):
        a: Series[int] = pa.Field(alias="x", ge=0)
        b: Series[int] = pa.Field(alias="x", le=5)

    for of in (Alias, contract({"a": int}, {"unique": ["a", "absent"]})):
        with pytest.raises(khrop.RuleDefinitionError):
            khrop.check(of, pd.DataFrame({"x": [1], "a": [1]}))


def test_what_pandera_would_change_is_refused() -> None:
    class Indexed(pa.DataFrameModel):
        i: Index[int]
        a: Series[int]

    class Parsed(pa.DataFrameModel):
        a: Series[int]

        @pa.parser("a")
        def absolute(cls, series: Any) -> Any:
            return series.abs()

    refused = [Indexed, Parsed, *(contract({"a": int}, {name: value}) for name, value in (
        ("strict", "filter"), ("add_missing_columns", True), ("drop_invalid_rows", True)))]  # fmt: skip
    for of in refused:
        with pytest.raises(khrop.RuleDefinitionError):
            khrop.check(of, pd.DataFrame({"a": [1]}))


@every_engine
def test_strict_and_ordered(engine: str) -> None:
    fields = {"a": int, "b": int}
    extra = pya.table({"a": [1], "b": [2], "x": [3]})
    turned = pya.table({"b": [1], "a": [2]})
    assert counts(contract(fields), engine, extra) == {}
    assert counts(contract(fields, {"strict": True}), engine, extra) == {"columns": 1}
    assert counts(contract(fields, {"ordered": True}), engine, extra) == {}
    assert counts(contract(fields, {"ordered": True}), engine, turned) == {"columns": 1}


def test_doubled_names() -> None:
    two = pd.DataFrame([[1, 2, 3], [-1, 2, 3]], columns=["a", "x", "x"])
    for frame in (two, pya.Table.from_arrays([pya.array([1, -1])] * 3, names=["a", "x", "x"])):
        verdict = khrop.check(contract({"a": (int, {"ge": 0})}), frame)
        assert verdict.counts() == {"at-least": 1}
        assert nw.from_native(verdict.valid)["a"].to_list() == [1]
        assert khrop.check(contract({"x": int}), frame).counts() == {"columns": 1}
        assert khrop.check(contract({"a": int}, {"unique_column_names": True}), frame).counts() == {"columns": 1}


# Moments


HOURS = [datetime(2024, 1, 1, h) for h in (11, 12, 13)]


@every_engine
def test_moments_are_compared_to_the_second(engine: str) -> None:
    noon = datetime(2024, 1, 1, 12)
    table = pya.table({"s": ["a", "b", "c"], "at": pya.array(HOURS, pya.timestamp("us"))})
    of = contract(
        {"s": str, "at": (pd.Timestamp, {"ge": pd.Timestamp(noon), "isin": [pd.Timestamp(h) for h in HOURS[:2]]})},
        r=rule(nw.col("at") != noon),
        g=rule(ByGroup(("s",), {"last": ("max", "at")}, nw.col("last") > noon), "g", scope="group"),
    )  # fmt: skip
    verdict = khrop.check(of, frame_of(engine, table))
    assert verdict.counts() == {"at-least": 1, "one-of": 1, "r": 1, "g": 2}
    assert verdict.records[0].observed == "2024-01-01 11:00:00"


@every_engine
def test_snapshots_of_moments(engine: str) -> None:
    options = khrop.ContractOptions(key=("s",), snapshot="at")
    of = contract(
        {"at": pd.Timestamp, "s": str, "n": (int, {"ge": 0})},
        __contract__=options,
        r=rule(UniqueKey(("s",)), scope="group"),
    )
    table = pya.table({"at": pya.array([*HOURS, HOURS[2]], pya.timestamp("us")), "s": ["s"] * 4, "n": [1, 1, 1, 1]})
    verdict = khrop.check(of, frame_of(engine, table))
    assert [(v.snapshot, v.rule_id) for v in verdict.records] == [("2024-01-01 13:00:00", "r")]
    assert verdict.snapshots == tuple(f"2024-01-01 {h}:00:00" for h in (11, 12, 13))
    assert nw.from_native(verdict.valid).lazy().collect()["s"].to_list() == ["s", "s"]


@every_engine
def test_a_time_zone_is_part_of_the_type(engine: str) -> None:
    zoned = contract({"a": Annotated[pd.DatetimeTZDtype, "us", "UTC"]})
    naive = contract({"a": pd.Timestamp})
    table = column(*HOURS, type=pya.timestamp("us", "UTC"))
    if engine != "pyspark":  # whose usual type of moments is read on the clock of its session
        assert counts(naive, engine, table) == {"columns": 1}
        assert counts(zoned, engine, column(*HOURS, type=pya.timestamp("us"))) == {"columns": 1}
    assert counts(naive, engine, column(*HOURS, type=pya.timestamp("us"))) == {}
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    limited = contract({"a": (Annotated[pd.DatetimeTZDtype, "us", "UTC"], {"ge": pd.Timestamp(noon)})})
    verdict = khrop.check(limited, frame_of(engine, table))
    assert [(v.rule_id, v.observed) for v in verdict.records] == [("at-least", "2024-01-01 11:00:00+00:00")]


# Names and patterns


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
