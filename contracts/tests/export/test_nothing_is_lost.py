"""An export keeps all that Pandera's fields and options say, or is refused with the name of what it cannot hold."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import narwhals as nw
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pandera.engines import pandas_engine
from pandera.typing import Index, Series
from small_models import model, typed
from typer.testing import CliRunner

from khrop import ContractOptions, check, rule
from khrop.cli import app
from khrop.description.description import NotExportable
from khrop.description.from_contract import describe
from khrop.description.to_contract import contract_of
from khrop.diff.differences import compare
from khrop.export.json_schema import to_json_schema
from khrop.export.markdown import to_markdown
from khrop.export.odcs import from_odcs, to_odcs
from khrop.export.sql import to_sql
from khrop.model.rule import Params, RuleDefinitionError

pytestmark = pytest.mark.odcs

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1))
HUNDREDTHS = st.decimals(-99, 99, places=2)
KINDS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    *[(kind, st.integers(0, 99)) for kind in (int, np.int8, np.uint64, pd.Int64Dtype, pd.UInt16Dtype)],
    *[(kind, st.floats(-9, 9)) for kind in (float, np.float32, pd.Float64Dtype)],
    *[(kind, st.text("abกขี", min_size=1, max_size=3)) for kind in (str, pd.StringDtype)],
    *[(kind, st.booleans()) for kind in (bool, pd.BooleanDtype)],
    (date, st.dates(date(2000, 1, 1), date(2030, 1, 1))),
    (pd.Timestamp, MOMENTS | MOMENTS.map(pd.Timestamp)),
    (Annotated[pandas_engine.Decimal, 12, 2, None], HUNDREDTHS),
]
PATTERNS = st.sampled_from(["^a", "[ก-ฮ]+$", r"\d"])
OF_TEXTS: dict[str, st.SearchStrategy[Any]] = {
    "str_length": st.sampled_from([(1, 3), {"min_value": 1}, {"max_value": 2}, {"min_value": 0, "max_value": 9}]),
    "str_matches": PATTERNS, "str_contains": PATTERNS, "str_startswith": st.text("ab", min_size=1),
    "str_endswith": st.text("ab", min_size=1),
}  # fmt: skip
METADATA = st.none() | st.just({"pii": True, "tags": ["a", "ข"], "more": {"n": 1}})
TEXTS = st.none() | st.sampled_from(["a title", "ชื่อ: ก"])


@st.composite
def fields(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """The type of a column and the arguments of its `pa.Field`."""
    kind, values = draw(st.sampled_from(KINDS))
    lists = st.lists(values, min_size=1, max_size=3)
    limits: dict[str, st.SearchStrategy[Any]] = {
        **dict.fromkeys(("eq", "ne"), values), **dict.fromkeys(("isin", "notin"), lists),
        **(OF_TEXTS if kind in (str, pd.StringDtype) else {}),
    }  # fmt: skip
    if kind not in (bool, pd.BooleanDtype):
        limits |= dict.fromkeys(("ge", "gt", "le", "lt"), values)
        limits["in_range"] = st.tuples(values, values).map(lambda ends: (min(ends), max(ends)))
    names = draw(st.lists(st.sampled_from(sorted(limits)), max_size=2, unique=True))
    options: dict[str, st.SearchStrategy[Any]] = {
        **dict.fromkeys(("nullable", "unique", "coerce"), st.booleans()),
        "default": st.sampled_from([False] * 9 + [True]).flatmap(lambda has: values if has else st.none()),
        "ignore_na": st.sampled_from([True] * 9 + [False]), "raise_warning": st.booleans() if names else st.just(False),
        "title": TEXTS, "description": TEXTS, "metadata": METADATA,
    }  # fmt: skip
    arguments = {name: draw(limits[name]) for name in names} | {name: draw(held) for name, held in options.items()}
    return Series[kind] | None if draw(st.booleans()) else Series[kind], arguments


CONFIG: dict[str, st.SearchStrategy[Any]] = {
    "strict": st.sampled_from([False, True, False, True, "filter"]),
    "title": TEXTS, "description": TEXTS, "metadata": METADATA,
    **dict.fromkeys(("ordered", "coerce", "unique_column_names"), st.booleans()),
    **dict.fromkeys(("add_missing_columns", "drop_invalid_rows"), st.sampled_from([False] * 9 + [True])),
}  # fmt: skip
NAMES = st.sampled_from(["a", "b.c", "ยอด รวม", "key", "select", "{x}", "_id", "validate", "a:b"])


@st.composite
def models(draw: st.DrawFn) -> type:
    """A contract of any fields and options."""
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    drawn = [draw(fields()) for _ in names]
    made = {
        f"column_{n}": pa.Field(alias=name, **of) for n, (name, (_, of)) in enumerate(zip(names, drawn, strict=True))
    }
    kinds = {f"column_{n}": kind for n, (kind, _) in enumerate(drawn)}
    config = type(
        "Config", (), {name: draw(held) for name, held in CONFIG.items()} | {"unique": draw(st.just(names[:1]))}
    )
    return model(kinds, Config=config, **made)


def of_pandera(contract: Any) -> list[Any]:
    """All that Pandera's schema says, as values that can be compared."""
    schema, config = contract.to_schema(), contract.__config__
    names = ("nullable", "unique", "coerce", "required", "title", "description", "default", "metadata")
    columns = [
        (name, str(c.dtype), [getattr(c, of) for of in names], list(map(of_check, c.checks)))
        for name, c in schema.columns.items()
    ]
    return [columns, schema.unique, *(getattr(config, name) for name in CONFIG)]


def of_check(check_: Any) -> tuple[Any, ...]:
    """A check of Pandera's, with its lists as tuples and without the arguments that it has not."""
    held = {n: tuple(v) if isinstance(v, list) else v for n, v in check_.statistics.items() if v is not None}
    return check_.name, held, check_.ignore_na, check_.raise_warning


@given(models())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_contract_of_fields_is_read_back_as_it_is(contract: type) -> None:
    try:
        text = to_odcs(contract)
    except RuleDefinitionError:
        event("no engine checks it")
        assert describe(contract_of(describe(contract))) == describe(contract)
        return
    again = from_odcs(text)
    assert compare(describe(contract), describe(again)) == ()
    assert describe(contract) == describe(again)
    assert of_pandera(contract) == of_pandera(again)
    to_json_schema(contract), to_sql(contract), to_markdown(contract)


class WithIndex(pa.DataFrameModel):
    """An index beside the columns."""

    i: Index[int]
    a: Series[int]


class WithParser(pa.DataFrameModel):
    """A parser of a column, and one of the frame."""

    a: Series[int]

    @pa.parser("a")
    def doubled(cls, series: Any) -> Any:
        return series * 2


REFUSED: list[tuple[type, str]] = [
    (typed(pd.Timedelta, ge=pd.Timedelta(1)), "'a': greater_than_or_equal_to has a limit of Timedelta"),
    (typed(pd.Timestamp, ge=pd.Timestamp(1)), "'a': greater_than_or_equal_to has a limit of Timestamp"),
    (typed(int, metadata={"x": {1, 2}}), "'a': its metadata"),
    (
        typed(pd.ArrowDtype, dtype_kwargs={"pyarrow_dtype": __import__("pyarrow").decimal128(9, 2)}),
        "'a': the type decimal128",
    ),
    (WithIndex, "an Index has no form as data"),
    (WithParser, "a parser of 'a' is code"),
    (model({"a": Series[int]}, a=pa.Field(alias="a_.*", regex=True)), "'a_.*' stands for columns by a pattern"),
]


@pytest.mark.parametrize(("contract", "reason"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_has_no_form_is_refused_by_name(contract: type, reason: str) -> None:
    with pytest.raises((NotExportable, RuleDefinitionError)) as refused:
        to_odcs(contract)
    assert isinstance(refused.value, RuleDefinitionError) or reason in str(refused.value)
    with pytest.raises(NotExportable, match=re.escape(reason)):
        describe(contract)


@pytest.mark.parametrize("form", ["odcs", "json-schema", "sql", "markdown"])
@pytest.mark.parametrize("what", ["Parsed", "Indexed"])
def test_a_refusal_is_wrong_use_in_every_form(form: str, what: str, tmp_path: Any) -> None:
    path = tmp_path / "lossy.py"
    path.write_text(
        "import pandera.pandas as pa\nfrom pandera.typing import Index, Series\n"
        "class Parsed(pa.DataFrameModel):\n    a: Series[int]\n"
        "    @pa.parser('a')\n    def p(cls, s):\n        return s\n"
        "class Indexed(pa.DataFrameModel):\n    i: Index[int]\n    a: Series[int]\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(app.app, ["contract", "export", f"{path}:{what}", "--to", form])
    assert result.exit_code == 2, result.output
    shown = CliRunner().invoke(app.app, ["contract", "show", f"{path}:{what}"])
    assert shown.exit_code == 2 or "not shown" in shown.output


def test_flags_categories_zones_and_digits_are_kept() -> None:
    at = datetime.fromisoformat("2024-01-01T10:00:00.000001+07:00")
    contract = model(
        {
            "a": Series[str], "b": Series[Annotated[pd.CategoricalDtype, ["low", "high"], True]],
            "c": Series[Annotated[pd.DatetimeTZDtype, "ns", "Asia/Bangkok"]], "n": Series[str],
            "d": Series[Annotated[pandas_engine.Decimal, 30, 10, None]],
        },
        a=pa.Field(str_matches=re.compile("abc$", re.IGNORECASE | re.DOTALL)), c=pa.Field(ge=at),
        n=pa.Field(str_length=3), d=pa.Field(le=Decimal("12345678901234567890.0123456789")),
    )  # fmt: skip
    of = describe(contract)
    assert describe(contract_of(of)) == of
    a, b, c, n, d = of.fields
    assert a.checks == (("str_matches", (("pattern", "(?is)abc$"),)),)
    assert (b.categories, b.ordered) == (("low", "high"), True)
    assert c.checks == (("greater_than_or_equal_to", (("min_value", at),)),)
    assert n.checks == (("str_length", (("min_value", None), ("max_value", None), ("exact_value", 3))),)
    assert (d.dtype, d.checks[0][1][0][1]) == ("Decimal(30, 10)", Decimal("12345678901234567890.0123456789"))


def test_a_page_and_a_comparison_show_moments_with_their_time_and_numbers_with_their_digits() -> None:
    noon, evening = (typed(pd.Timestamp, ge=pd.Timestamp(f"2024-01-01 {hour}:00")) for hour in (12, 18))
    assert "≥ 2024-01-01 12:00:00" in to_markdown(noon)
    (change,) = compare(describe(noon), describe(evening))
    assert change.en == "column a: least went from 2024-01-01 12:00:00 to 2024-01-01 18:00:00"
    assert "≥ 0.30000000000000004" in to_markdown(typed(float, ge=0.1 + 0.2))
    assert "12.50" in to_markdown(typed(Annotated[pandas_engine.Decimal, 9, 2, None], ge=Decimal("12.50")))


def test_sql_has_the_types_of_decimals_and_moments() -> None:
    sql = to_sql(
        model(
            {
                "d": Series[Annotated[pandas_engine.Decimal, 9, 2, None]], "t": Series[pd.Timestamp],
                "z": Series[Annotated[pd.DatetimeTZDtype, "ns", "Asia/Bangkok"]],
            },
            Config=type("Config", (), {"coerce": True, "strict": True}),
        )
    )  # fmt: skip
    assert '"d" DECIMAL(9, 2) NOT NULL' in sql
    assert '"t" TIMESTAMP NOT NULL' in sql
    assert '"z" TIMESTAMP WITH TIME ZONE NOT NULL' in sql
    assert "-- not in SQL: coerce = True" in sql
    assert "strict" not in sql


def test_json_schema_closes_a_strict_contract_and_lists_what_it_cannot_say() -> None:
    schema = to_json_schema(
        model(
            {"a": Series[str]}, a=pa.Field(str_matches="(?i)abc", coerce=True),
            Config=type("Config", (), {"strict": True, "ordered": True}),
        )
    )  # fmt: skip
    assert schema["items"]["additionalProperties"] is False
    assert schema["x-khrop-options"] == {"ordered": True}
    assert schema["items"]["properties"]["a"] == {
        "x-khrop-options": {"coerce": True},
        "type": "string",
    }
    assert [listed["id"] for listed in schema["x-khrop-rules"]] == ["matches"]


def test_a_null_that_lets_a_row_pass_is_no_schema_of_the_other_columns() -> None:
    from khrop.vocabulary import WholeNumbers

    class Skipping(pa.DataFrameModel):
        """A rule that skips rows."""

        a: Series[pd.Int64Dtype] = pa.Field(nullable=True)
        b: Series[pd.Int64Dtype] = pa.Field(nullable=True)

        @rule("whole", skip_null=("b",))
        def whole(cls, params: Params) -> WholeNumbers:
            """a and b are whole."""
            return WholeNumbers({"a": 0, "b": 0})

    schema = to_json_schema(Skipping)
    assert "minimum" not in schema["items"]["properties"]["a"]
    assert "whole" in [listed["id"] for listed in schema["x-khrop-rules"]]


class Room(pa.DataFrameModel):
    """A parameter within an expression."""

    n: Series[int]

    __contract__ = ContractOptions(version="1.0.0", key=("n",), params={"most": 10, "tight": False})

    @rule("room")
    def room(cls, params: Params) -> nw.Expr:
        """No more than there is room for."""
        return nw.col("n") <= params["most"]

    @rule("half")
    def half(cls, params: Params) -> nw.Expr:
        """Half of it at least."""
        return nw.col("n") >= params["most"] / 2

    @rule("choice")
    def choice(cls, params: Params) -> nw.Expr:
        """Tight or not."""
        return nw.col("n") < 7 if params["tight"] else nw.col("n") < 70


def test_a_parameter_in_an_expression_stays_a_parameter() -> None:
    again = from_odcs(to_odcs(Room))
    assert describe(again) == describe(Room)
    frame = pd.DataFrame({"n": [20]})
    for contract in (Room, again):
        assert check(contract, frame).counts() == {"room": 1}
        assert check(contract, frame, params={"most": 30}).counts().keys() <= {"half"}
