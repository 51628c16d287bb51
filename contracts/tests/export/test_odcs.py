"""A contract in the Open Data Contract Standard: written for others, read back as the same contract."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from conformance_contract import Grant, QuarterlyGrant
from hypothesis import HealthCheck, given, reject, settings
from odcs_descriptions import descriptions
from odcs_documents import parsed
from pandera.typing import Series
from stock_contract import Stock

from khrop import ContractOptions, LocalAuthority, ProvinceProgress, check, rule
from khrop.description.description import NotExportable
from khrop.description.from_contract import describe
from khrop.description.plain import described, plain
from khrop.description.to_contract import contract_of
from khrop.export.odcs import from_odcs, to_odcs
from khrop.expressions.plain_formula import plain_literal
from khrop.model.document_rules import Part
from khrop.model.rule import Params, RuleDefinitionError
from khrop.vocabulary import AddsUp, UniqueKey

pytestmark = pytest.mark.odcs

SCHEMA = json.loads((Path(__file__).parent / "odcs" / "odcs-3.1.0.schema.json").read_text(encoding="utf-8"))


class Everything(pa.DataFrameModel):
    """Fields of every kind, with every check."""

    a: Series[int] = pa.Field(eq=1, ne=2, gt=0, ge=1, lt=9, le=8, isin=[1, 2], notin=[3], unique=True)
    b: Series[float] = pa.Field(in_range={"min_value": 0, "max_value": 1.5, "include_max": False}, raise_warning=True)
    c: Series[str] = pa.Field(
        str_startswith="ก'", str_endswith='"', str_matches=r"\w+: #", str_contains="[ก-ฮ]",
        str_length={"min_value": 1, "max_value": 5}, nullable=True, title="ชื่อ", description="yes: no",
    )  # fmt: skip
    d: Series[pd.Timestamp] = pa.Field(ge=pd.Timestamp("2020-06-11 12:30"))
    e: Series[date] = pa.Field(gt=date(2020, 6, 11), coerce=True)
    f: Series[pd.BooleanDtype] | None
    g: Series[Decimal] = pa.Field(isin=[Decimal("0.10"), Decimal(2)])
    h: Series[float] = pa.Field(alias="_ร้อยละ ที่บันทึก")

    class Config:
        unique = ["a", "c"]

    __contract__ = ContractOptions(
        version="1.2.3-rc.1", title_th="ทุกอย่าง", title_en="Everything", snapshot="c", key=("a", "c"), place="line",
        engines=("pandas", "polars"),
        params={"t": 0.5, "none": None, "day": date(2020, 6, 11), "exact": Decimal("0.10"), "many": ("x", 2)},
    )  # fmt: skip

    @rule("within", th="{name}: ไม่ตรง {observed}", en="off by {observed}", observed="{a}")
    def within(cls, params: Params) -> AddsUp:
        """a + b = h."""
        return AddsUp(("a", "b"), "_ร้อยละ ที่บันทึก", params["t"])


CONTRACTS = [ProvinceProgress, LocalAuthority, Grant, QuarterlyGrant, Stock, Everything]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_that_is_written_and_read_is_equal(contract: type) -> None:
    again = from_odcs(to_odcs(contract))
    assert describe(again) == describe(contract)
    assert to_odcs(again) == to_odcs(contract)
    assert described(plain(describe(contract))) == describe(contract)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_what_is_written_is_of_the_published_standard(contract: type) -> None:
    import jsonschema

    jsonschema.Draft201909Validator(SCHEMA).validate(parsed(to_odcs(contract)))


@given(descriptions())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_contract_that_is_data_is_written_and_read_as_it_is(description: Any) -> None:
    import jsonschema

    contract = contract_of(description)
    assert describe(contract) == description
    try:
        text = to_odcs(contract)
    except RuleDefinitionError:
        reject()  # what no engine can check has no export either
    assert describe(from_odcs(text)) == description
    jsonschema.Draft201909Validator(SCHEMA).validate(parsed(text))


def test_the_contract_that_is_read_judges_as_the_one_that_was_written(sample: Any) -> None:
    again = from_odcs(to_odcs(ProvinceProgress))
    broken = sample.row("กระบี่", saved=99).row("เลย", total=None).claim("table_total_saved", 1)
    for case in (sample, broken):
        given = {name: getattr(case, name) for name in ("claims", "document", "params")}
        expected = check(ProvinceProgress, case.frame, previous=sample.frame, **given)
        found = check(again, case.frame, previous=sample.frame, **given)
        assert (found.status, found.records, found.not_run) == (expected.status, expected.records, expected.not_run)


def test_a_person_can_read_it() -> None:
    text = to_odcs(ProvinceProgress)
    assert list(parsed(text)) == [
        "kind", "apiVersion", "id", "name", "version", "status", "description", "schema", "customProperties",
    ]  # fmt: skip
    assert "ร้อยละ {saved_percent} ไม่ตรงกับ" in text
    assert "&id" not in text
    entry = next(q for q in parsed(text)["schema"][0]["quality"] if q["name"] == "balance")
    assert (entry["type"], entry["severity"], entry["mustBe"]) == ("sql", "error", 0)


def test_its_queries_come_to_nothing_on_a_return_that_holds(sample: Any) -> None:
    import duckdb

    con = duckdb.connect()
    con.register("given", sample.frame.assign(snapshot_id="x"))
    con.register("previous", sample.frame.assign(snapshot_id="x", saved=0, pending=sample.frame["total"]))
    entries = [q for q in parsed(to_odcs(ProvinceProgress))["schema"][0]["quality"] if q["type"] == "sql"]
    counts = {q["name"]: con.execute(q["query"].replace("${table}", "given")).fetchone()[0] for q in entries}
    assert counts == dict.fromkeys(counts, 0)
    assert {"balance", "provinces-complete", "saved-never-decreases"} <= set(counts)


def test_code_cannot_be_exported() -> None:
    class Signed(Stock):
        """Somebody signed."""

        @rule("signed", scope="document", th="ไม่มี", en="nobody")
        def signed(cls, params: Params) -> dict[str, Part]:
            """Somebody signed."""
            return {"signature": Part(lambda known: bool(known.get("signature")))}

    with pytest.raises(NotExportable, match="'signed' of Signed is code"):
        to_odcs(Signed)


FOREIGN = """
apiVersion: v3.0.2
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
version: 1.1.0
status: active
schema:
- name: orders
  properties:
  - {name: order id, logicalType: string, primaryKey: true, logicalTypeOptions: {pattern: "^O-", maxLength: 6}}
  - name: amount
    logicalType: integer
    required: true
    logicalTypeOptions: {minimum: 0, exclusiveMaximum: 100}
  - name: status
    logicalType: string
    quality:
    - {metric: invalidValues, arguments: {validValues: [open, closed]}, mustBe: 0, severity: warning}
    - {metric: missingValues, arguments: {missingValues: ["", n/a]}, mustBe: 0, name: status given}
  - {name: placed, logicalType: date, logicalTypeOptions: {minimum: "2020-01-01"}}
  - {name: sent, logicalType: timestamp, unique: true, quality: [{metric: nullValues, mustBe: 0}]}
  quality:
  - {metric: rowCount, mustBeBetween: [2, 9], description: Some orders.}
  - {type: library, metric: duplicateValues, arguments: {properties: [status, amount]}, mustBeLessThan: 1}
team: {name: sales}
slaProperties: [{property: latency, value: 4, unit: d}]
"""


def orders(**changed: list[Any]) -> pd.DataFrame:
    held: dict[str, Any] = {
        "order id": ["O-1", "O-2", "O-3"], "amount": [0, 50, 99], "status": ["open", "closed", "closed"],
        "placed": [date(2020, 1, 1), date(2020, 1, 2), date(2021, 1, 1)],
        "sent": pd.to_datetime(["2020-01-03", "2020-01-04", "2020-01-05"]),
    }  # fmt: skip
    return pd.DataFrame({**held, **changed})


def test_a_contract_of_others_is_checked_as_it_means() -> None:
    contract = from_odcs(FOREIGN)
    assert check(contract, orders()).records == ()
    broken = orders(**{
        "order id": ["O-1", "O-1", "X-3456789"], "amount": [-1, 100, 50], "status": ["n/a", "ajar", None],
        "placed": [date(2019, 1, 1)] * 3, "sent": pd.to_datetime(["2020-01-03", None, "2020-01-03"]),
    })  # fmt: skip
    counts = {rule: n for rule, n in check(contract, broken).counts().items() if n}
    assert counts == {
        "contains": 1, "length": 1, "unique-order id": 1, "at-least": 4, "below": 1, "invalid-values-status": 2,
        "status given": 2, "null-values-sent": 1, "unique-sent": 1, "duplicate-values-status-amount": 1,
    }  # fmt: skip
    assert check(contract, orders(status=["open", "ajar", "closed"])).status == "accepted_with_warnings"
    assert check(contract, orders().head(1)).counts()["row-count"] == 1


def test_a_contract_of_others_can_be_written_and_is_equal() -> None:
    contract = from_odcs(FOREIGN)
    assert describe(from_odcs(to_odcs(contract))) == describe(contract)


def test_a_contract_is_found_by_the_path_of_its_export(tmp_path: Path) -> None:
    from khrop.cli.lookup import load_contract

    path = tmp_path / "stock.yaml"
    path.write_text(to_odcs(Stock), encoding="utf-8")
    assert describe(load_contract(str(path))) == describe(Stock)


def test_moments_are_kept() -> None:
    assert plain_literal(datetime(2020, 6, 11, 12, 30)) == {"datetime": "2020-06-11T12:30:00"}


def test_the_rules_of_a_field_are_counted_alike() -> None:
    frame = pd.DataFrame({"code": ["A1", "A1", "x", None], "kind": "road", "district": "ปาย", "ordinal": [1, 2, 3, 4],
                          "budget": [-1, 0, 1, 2], "spent": 0, "left": 0, "share": 101.0, "open": True})  # fmt: skip
    frame["open"] = frame["open"].astype("boolean")
    again = from_odcs(to_odcs(Grant))
    assert Counter(check(again, frame).counts()) == Counter(check(Grant, frame).counts())


def test_a_key_of_one_name_is_kept() -> None:
    class Keyed(pa.DataFrameModel):
        """A key."""

        a: Series[int]

        @rule("once", scope="group", columns=("a",))
        def once(cls, params: Params) -> UniqueKey:
            """Each a is there once."""
            return UniqueKey(("a",))

    assert describe(from_odcs(to_odcs(Keyed))) == describe(Keyed)
