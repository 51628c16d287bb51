"""A contract as JSON Schema: of single rows it says what `check` says of fields."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from conformance_contract import Grant
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import Series

from khrop import ContractOptions, ProvinceProgress, check, rule
from khrop.export.json_schema import to_json_schema
from khrop.model.rule import Params
from khrop.vocabulary import WholeNumbers

pytestmark = pytest.mark.odcs


class Shop(pa.DataFrameModel):
    """A shop: fields with every check that JSON Schema can say."""

    code: Series[str] = pa.Field(str_matches=r"[A-Z]\d*$", str_length=(1, 3), description="a letter, digits")
    name: Series[str] = pa.Field(str_startswith="ร.", str_endswith="(1)", str_contains="ก", nullable=True)
    kind: Series[str] = pa.Field(isin=["a", "b"], nullable=True)
    size: Series[pd.Int64Dtype] = pa.Field(ge=0, lt=10, ne=5, notin=[7])
    share: Series[float] = pa.Field(in_range={"min_value": 0, "max_value": 1, "include_max": False}, nullable=True)
    rate: Series[float] = pa.Field(gt=0, le=2)
    one: Series[pd.Int64Dtype] = pa.Field(eq=1, nullable=True)
    open: Series[pd.BooleanDtype] = pa.Field(nullable=True)
    left: Series[pd.Int64Dtype] = pa.Field(nullable=True)
    rest: Series[pd.Int64Dtype] = pa.Field(nullable=True, ge=3)

    __contract__ = ContractOptions(version="1.0.0", key=("code",))

    @rule("whole-numbers")
    def whole_numbers(cls, params: Params) -> WholeNumbers:
        """left is whole, and small."""
        return WholeNumbers({"left": -1}, most=5)

    @rule("whole-or-null", skip_null=("rest",))
    def whole_or_null(cls, params: Params) -> WholeNumbers:
        """rest is whole, and small, where it is there."""
        return WholeNumbers({"rest": 0}, most=5)


NUMBERS = st.none() | st.integers(-2, 12) | st.sampled_from([0.5, 1.0, 2.5])
ROWS = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["A", "B1", "B12", "B123", "b", "", "A\n", None, "AA"]),
        "name": st.sampled_from([None, "ร.ก(1)", "ร.(1)", "xร.ก(1)", "ร.ก(1)x", "รxก(1)"]),
        "kind": st.sampled_from([None, "a", "b", "c", ""]),
        "size": NUMBERS, "share": NUMBERS, "rate": NUMBERS, "one": NUMBERS, "left": NUMBERS, "rest": NUMBERS,
        "open": st.sampled_from([None, True, False]),
    }
)  # fmt: skip
GOOD = {"code": "A", "name": "ร.ก(1)", "kind": "a", "size": 1, "share": 0.5, "rate": 1.5, "one": 1, "open": True,
        "left": 1, "rest": 3}  # fmt: skip


def frame_of(row: dict[str, Any]) -> pd.DataFrame:
    dtypes = {"code": "str", "name": "str", "kind": "str", "open": "boolean"}
    return pd.DataFrame({c: pd.Series([value], dtype=dtypes.get(c, "Float64")) for c, value in row.items()})


def valid(schema: dict[str, Any], rows: Any) -> bool:
    import jsonschema

    return jsonschema.Draft202012Validator(schema).is_valid(rows)


@given(ROWS, st.sets(st.sampled_from(sorted(GOOD))))
@settings(max_examples=100, deadline=None)
def test_a_row_is_valid_where_its_fields_hold(row: dict[str, Any], drawn: set[str]) -> None:
    mixed = {column: row[column] if column in drawn else good for column, good in GOOD.items()}
    schema = to_json_schema(Shop)
    assert schema["x-khrop-rules"] == []
    assert valid(schema, [mixed]) is (check(Shop, frame_of(mixed)).status == "accepted")


@pytest.mark.parametrize("contract", [Shop, ProvinceProgress, Grant])
def test_the_schema_is_one(contract: type) -> None:
    import jsonschema

    schema = to_json_schema(contract)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema == to_json_schema(contract)


def test_the_real_return_is_valid_and_broken_rows_are_not(sample: Any) -> None:
    schema = to_json_schema(ProvinceProgress)
    rows = sample.frame.to_dict("records")
    assert valid(schema, rows)
    for broken in ({"total": 0}, {"saved": -1}, {"pending": 2.5}, {"total": None}, {"saved_percent": "3.72"},
                   {"snapshot_id": None}, {"total": 10**9 + 1}):  # fmt: skip
        assert not valid(schema, [*rows, {**rows[0], **broken}])
    assert valid(schema, [{**rows[0], "ordinal": None, "remark": "columns of one's own may be there"}])
    assert not valid(schema, [{column: value for column, value in rows[0].items() if column != "saved"}])


def test_what_the_schema_does_not_say_is_listed() -> None:
    listed = {(rule["id"], rule["scope"]) for rule in to_json_schema(ProvinceProgress)["x-khrop-rules"]}
    assert {("balance", "row"), ("provinces-complete", "group"), ("percent-rounded", "document")} <= listed
    assert not {rule_id for rule_id, _ in listed} & {"counts-whole", "whole", "not-null"}


class Warned(pa.DataFrameModel):
    """Checks that warn, and checks of dates."""

    a: Series[int] = pa.Field(ge=3, raise_warning=True, unique=True)
    d: Series[pd.Timestamp] = pa.Field(ge=pd.Timestamp("2020-01-01"))
    x: Series[object]


def test_a_warning_and_a_limit_of_dates_are_listed_and_not_expressed() -> None:
    schema = to_json_schema(Warned)
    assert [rule["id"] for rule in schema["x-khrop-rules"]] == ["at-least", "unique-a", "at-least"]
    assert valid(schema, [{"a": 1, "d": "1999-01-01T00:00:00", "x": [1]}])
    assert not valid(schema, [{"a": 1, "d": "1999-01-01T00:00:00", "x": None}])
