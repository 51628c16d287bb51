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
from hypothesis import strategies as st
from odcs_descriptions import descriptions
from pandera.typing import Series
from stock_contract import Stock

from khrop import ContractOptions, LocalAuthority, ProvinceProgress, check, rule
from khrop.description.description import NotExportable
from khrop.description.from_contract import describe
from khrop.description.plain import described, plain
from khrop.description.to_contract import contract_of
from khrop.export.odcs import from_odcs, load, to_odcs
from khrop.expressions.plain_formula import plain_literal
from khrop.model.document_rules import Part
from khrop.model.rule import Params, RuleDefinitionError
from khrop.vocabulary import AddsUp, UniqueKey

pytestmark = pytest.mark.odcs

SCHEMA = json.loads((Path(__file__).parent / "odcs" / "odcs-3.1.0.schema.json").read_text(encoding="utf-8"))


def parsed(text: str) -> Any:
    import yaml

    return yaml.safe_load(text)


def written(document: Any) -> str:
    import yaml

    return str(yaml.safe_dump(document, allow_unicode=True))


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


def changed(contract: type, change: Any) -> str:
    document = parsed(to_odcs(contract))
    change(document)
    return written(document)


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
