"""`khrop check FILE` reports a cell that cannot be read as that, once: its text, its place and what was expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from khrop.cli.app import app

CONTRACT = """
import datetime as dt
from typing import Annotated
import narwhals as nw
import pandas as pd, pandera.pandas as pa, khrop
import pandera
from pandera.typing import Series

Money = Annotated[pandera.engines.pandas_engine.Decimal, 28, 4, None]

class C(pa.DataFrameModel):
    "A nullable column of each type."
    id: Series[str]
    n: Series[int] = pa.Field(nullable=True, ge=0)
    x: Series[float] = pa.Field(nullable=True, ge=0)
    d: Series[dt.date] = pa.Field(nullable=True)
    t: Series[pd.Timestamp] = pa.Field(nullable=True)
    b: Series[bool] = pa.Field(nullable=True)
    e: Series[Money] = pa.Field(nullable=True, ge=0)
    __contract__ = khrop.ContractOptions(key=("id",))

class Zoned(pa.DataFrameModel):
    "Moments with their zone."
    t: Series["datetime64[ns, UTC]"]

class Unbounded(pa.DataFrameModel):
    "A number that may be infinite."
    x: Series[float] = pa.Field(le=float("inf"))

class Sum(pa.DataFrameModel):
    "No nulls, and rules across the columns."
    id: Series[str]
    a: Series[int] = pa.Field(ge=0, le=100)
    b: Series[int] = pa.Field(ge=0)
    c: Series[int] = pa.Field(ge=0, unique=True)
    __contract__ = khrop.ContractOptions(key=("id",))

    @khrop.rule("add-up")
    def add_up(cls, params):
        "a and b are c."
        return nw.col("a") + nw.col("b") == nw.col("c")

    @khrop.rule("small")
    def small(cls, params):
        "a is below 50 and b below 10."
        return (nw.col("a") < 50) & (nw.col("b") < 10)

class Daily(pa.DataFrameModel):
    "A snapshot a day."
    day: Series[dt.date]
    n: Series[int]
    __contract__ = khrop.ContractOptions(snapshot="day")

class Named(pa.DataFrameModel):
    "Names that a file may have."
    a: Series[int] = pa.Field(alias="จำนวน (แห่ง)")
    b: Series[int] = pa.Field(alias="net.total [THB]", nullable=True)
    c: Series[float] = pa.Field(alias="the rate", nullable=True)
    __contract__ = khrop.ContractOptions(names_th={"the rate": "อัตรา"})
"""


@pytest.fixture
def checked(tmp_path: Path) -> Any:
    (tmp_path / "c.py").write_text(CONTRACT, encoding="utf-8")

    def check(text: str, name: str = "C", *options: str) -> dict[str, Any]:
        (tmp_path / "f.csv").write_text(text, encoding="utf-8")
        arguments = ["check", str(tmp_path / "f.csv"), "--contract", f"{tmp_path / 'c.py'}:{name}", *options]
        result = CliRunner().invoke(app, [*arguments, "--json"])
        assert result.exit_code in (0, 1), result.output
        output: dict[str, Any] = json.loads(result.stdout)
        assert (result.exit_code, output["status"]) in ((0, "accepted"), (1, "quarantined"), (1, "unreadable"))
        assert sum(output["counts"].values()) == len(output["violations"])
        assert set(output["counts"]) == set(output["severities"])
        return output

    return check


def cells(output: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(v["rule_id"], v["place"], v["observed"]) for v in output["violations"]]


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("n", "abc", "a whole number"),
        ("n", "12%", "a whole number"),
        ("n", "1_000", "a whole number"),
        ("n", "1 000", "a whole number"),
        ("n", '"1,23"', "a whole number"),
        ("n", "๒3", "a whole number"),
        ("n", "nan", "a whole number"),
        ("n", "9007199254740993.5", "a whole number"),
        ("x", "$5", "a number"),
        ("x", "inf", "a number"),
        ("x", "-Infinity", "a number"),
        ("x", "NaN", "a number"),
        ("x", "1e999", "a number"),
        ("x", '"12,5"', "a number"),
        ("e", "1.2.3", "a number"),
        ("d", "31/01/2024", "a date"),
        ("d", "2024-02-30", "a date"),
        ("d", "2024-01-31T12:00", "a date"),
        ("t", "yesterday", "a moment"),
        ("t", "2024-01-31T25:00", "a moment"),
        ("b", "maybe", "true or false"),
        ("b", "2", "true or false"),
    ],
)
def test_a_cell_that_cannot_be_read_is_one_violation_that_says_so(
    checked: Any, column: str, text: str, expected: str
) -> None:
    output = checked(f"id,{column}\nfirst,\nrow,{text}\n", "C")
    required = [c for c in "nxdtbe" if c != column]
    (violation,) = [v for v in output["violations"] if v["column_name"] not in required]
    shown = text.strip('"')
    assert (violation["rule_id"], violation["severity"], violation["key"]) == ("readable", "error", "row")
    assert (violation["place"], violation["observed"]) == ("f.csv!R3C2", shown)
    assert violation["expected"].startswith(expected)
    for part in (shown, "row 3", "column 2", expected):
        assert part in violation["message_en"]
    for part in (shown, "แถว 3", "คอลัมน์ 2"):
        assert part in violation["message_th"]


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("n", "9223372036854775808 340282366920938463463374607431768211457 +1 1e3 2.0 007 ๗๘๕๐ 0"),
        ("x", "+1 1e3 .5 5. 1e-05 ๓.๗๒ 3.72% 18446744073709551617"),
        ("e", "0.1 12345678901234567890.12 1e3 ๓.๗๒"),
        ("d", "2024-01-31 20240131 2024-01-31T00:00:00 0001-01-01 9999-12-31"),
        ("t", "2024-01-31 2024-01-31T09:30 2024-01-31T09:30:00.5 9999-12-31T23:59:59"),
        ("b", "true FALSE 1 0 True"),
    ],
)
def test_a_cell_that_can_be_read_is_no_violation(checked: Any, column: str, texts: str) -> None:
    head = "id,n,x,d,t,b,e\n"
    at = head.strip().split(",").index(column)
    rows = "".join("r" + "," * at + f" {text} " + "," * (6 - at) + "\n" for text in texts.split())
    assert checked(head + rows)["violations"] == []


def test_moments_with_a_time_zone_are_read(checked: Any) -> None:
    text = "t\n2024-01-31T09:30:00+07:00\n2024-01-31T09:30Z\n2024-01-31T09:30:00.123456-05:30\n"
    assert checked(text, "Zoned")["violations"] == []


def test_integers_are_exact_at_any_size(checked: Any) -> None:
    output = checked("id,a,b,c\nr,9223372036854775808,1,9223372036854775808\n", "Sum")
    assert set(output["counts"]) == {"at-most", "add-up", "small"}
    output = checked("id,a,b,c\nr,0,18446744073709551617,18446744073709551617\n", "Sum")
    assert set(output["counts"]) == {"small"}


def test_thousands_are_read_where_the_comma_can_mean_nothing_else(checked: Any) -> None:
    quoted = 'id,n,x,d,t,b,e\nr,"1,234","1,234.5",,,,"1,234,567"\nr,"๑,๒๓๔","1,234",,,,\n'
    assert checked(quoted)["violations"] == []
    rows = "id;n;x;d;t;b;e\nr;1,234;1,234;;;;1,234.5\n"
    (violation,) = checked(rows)["violations"]
    assert (violation["place"], violation["observed"]) == ("f.csv!R2C3", "1,234")
    assert "--decimal" in violation["message_en"]
    assert checked(rows, "C", "--decimal", ".")["violations"] == []
    comma = checked("id;n;x;d;t;b;e\nr;1.234;1.234,5;;;;12,5\nr;1,5;1,234.5;;;;\n", "C", "--decimal", ",")
    assert [(v["rule_id"], v["observed"]) for v in comma["violations"]] == [("readable", "1,234.5"), ("whole", "1.5")]


def test_an_infinite_number_is_read_where_the_field_names_one(checked: Any) -> None:
    assert checked("x\ninf\n-Infinity\n", "Unbounded")["violations"] == []
    assert cells(checked("x\nnan\n", "Unbounded")) == [("readable", "f.csv!R2C1", "nan")]


def test_moments_with_and_without_a_zone_do_not_mix(checked: Any) -> None:
    naive, zoned = "r,2024-01-01T00:00", "r,2024-01-01T00:00Z"
    head = "id,t,n,x,d,b,e\n"
    rows = lambda *moments: head + "".join(f"{moment},,,,,\n" for moment in moments)  # noqa: E731
    assert cells(checked(rows(zoned, naive, naive))) == [("readable", "f.csv!R2C2", "2024-01-01T00:00Z")]
    violation = checked(rows(zoned, naive, zoned))["violations"][0]
    assert violation["rule_id"] == "readable"
    assert (violation["place"], violation["observed"]) == ("f.csv!R3C2", "2024-01-01T00:00")
    assert "time zone" in violation["expected"]


def test_a_column_of_moments_with_a_zone_takes_no_other(checked: Any) -> None:
    assert cells(checked("t\n2024-01-01T00:00\n2024-01-01T00:00\n2024-01-01T00:00Z\n", "Zoned")) == [
        ("readable", "f.csv!R2C1", "2024-01-01T00:00"),
        ("readable", "f.csv!R3C1", "2024-01-01T00:00"),
    ]


def test_no_other_rule_repeats_an_unreadable_cell(checked: Any) -> None:
    output = checked("id,a,b,c\nr,abc,1,2\ns,1,x,y\n", "Sum")
    assert cells(output) == [
        ("readable", "f.csv!R2C2", "abc"),
        ("readable", "f.csv!R3C3", "x"),
        ("readable", "f.csv!R3C4", "y"),
    ]
    assert output["counts"] == {"readable": 3}


def test_what_an_unreadable_cell_does_not_cause_is_reported(checked: Any) -> None:
    output = checked("id,a,b,c\nr,abc,-1,7\ns,,x,7\nt,abc,11,8\nu,200,1,z\n", "Sum")
    others = {(v["rule_id"], v["place"]) for v in output["violations"] if v["rule_id"] != "readable"}
    assert ("add-up", "f.csv!R3C2") in others, "a is empty"
    assert {(rule, place) for rule, place in others if place != "f.csv!R3C2"} == {
        ("at-least", "f.csv!R2C3"),  # b is -1
        ("unique-c", ""),  # two rows have 7
        ("small", "f.csv!R4C3"),  # whatever a is, b is not below 10
        ("at-most", "f.csv!R5C2"),
        ("small", "f.csv!R5C2"),
    }
    assert output["counts"]["readable"] == 4


def test_counts_are_exact_whatever_the_limit(checked: Any, tmp_path: Path) -> None:
    text = "id,a,b,c\n" + "".join(f"r,{'abc' if i % 2 else 200},1,{i}\n" for i in range(100))
    assert checked(text, "Sum")["counts"]["readable"] == 50
    arguments = ["check", str(tmp_path / "f.csv"), "--contract", f"{tmp_path / 'c.py'}:Sum", "--limit", "10"]
    output = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)
    assert output["counts"] == {"readable": 50, "at-most": 50, "add-up": 50, "small": 50}
    assert len(output["violations"]) == 40
    printed = CliRunner().invoke(app, arguments).stdout
    assert "error readable: 50\n  row 3, column 2 (a): observed abc, expected a whole number" in printed
    assert "… and 47 more (--json has 10)" in printed


def test_a_snapshot_that_cannot_be_read_is_reported_at_its_cell(checked: Any) -> None:
    output = checked("day,n\n2024-01-01,1\n2024-02-30,x\n", "Daily")
    assert cells(output) == [("readable", "f.csv!R3C1", "2024-02-30"), ("readable", "f.csv!R3C2", "x")]
    assert set(checked("day,n\n2024-01-01,1\n,2\n", "Daily")["counts"]) == {"columns"}


def test_any_name_of_a_column_is_right(checked: Any) -> None:
    head = '"จำนวน (แห่ง)",net.total [THB],the rate\n'
    assert checked(head + "1,2,3\n", "Named")["violations"] == [], "accepted"
    output = checked(head + "a,b,c\n", "Named")
    assert [v["column_name"] for v in output["violations"]] == ["จำนวน (แห่ง)", "net.total [THB]", "the rate"]
    assert output["counts"] == {"readable": 3}
    assert "อัตรา" in output["violations"][2]["message_th"]


def test_a_file_with_a_column_of_printed_texts_keeps_it(checked: Any) -> None:
    output = checked("id,a,b,c,a_printed\nr,abc,1,2,mine\n", "Sum")
    assert cells(output) == [("readable", "f.csv!R2C2", "abc")]


def test_two_columns_of_one_name_fail_where_the_contract_reads_it(checked: Any) -> None:
    output = checked("id,a,b,c,a\nr,1,1,2,1\n", "Sum")
    assert "columns 2 and 5 of the heading are both 'a'" in output["violations"][0]["message_en"]
    assert checked("id,note,a,b,c,note\nr,x,1,1,2,y\n", "Sum")["violations"] == []
