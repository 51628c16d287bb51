"""Records as open-data portals serve them are read as a table with their names as headings."""

from __future__ import annotations

import json

import duckdb
import pytest

from pipelines.readers import Unreadable, read
from pipelines.readers.document import RawTable

RECORDS = [
    {"_id": 1, "จังหวัด": "กระบี่", "จำนวน อปท.": 62, "บันทึกแล้ว": 13, "ยังไม่บันทึก": 49, "ร้อยละ": 20.97},
    {"_id": 2, "จังหวัด": "ตรัง", "จำนวน อปท.": 100, "บันทึกแล้ว": 6, "ยังไม่บันทึก": 94, "ร้อยละ": 6.0},
]
TITLE = "ข้อมูล ณ วันที่ ๒๕ มิถุนายน ๒๕๖๓"


def figures(table: RawTable) -> list[list[str]]:
    return [[row.cells[name].read for name in ("province_th", "total", "saved", "saved_percent")] for row in table.rows]


def in_xml() -> str:
    rows = "".join(
        f"<row><province>{r['จังหวัด']}</province><total>{r['จำนวน อปท.']}</total><saved>{r['บันทึกแล้ว']}</saved>"
        f"<pending>{r['ยังไม่บันทึก']}</pending><percent>{r['ร้อยละ']}</percent></row>"
        for r in RECORDS
    )
    return f'<?xml version="1.0"?><data><title>{TITLE}</title><rows>{rows}</rows></data>'


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, ensure_ascii=False, indent=1),
        json.dumps({"result": {"fields": [{"id": "จังหวัด"}], "records": RECORDS, "title": TITLE}}),
        "\n".join(json.dumps(record) for record in RECORDS),
        in_xml(),
    ],
)
def test_records_are_rows_under_their_names(text: str) -> None:
    assert figures(read(text.encode())) == [["กระบี่", "62", "13", "20.97"], ["ตรัง", "100", "6", "6.0"]]


def test_a_text_beside_the_records_is_prose() -> None:
    table = read(json.dumps({"notes": TITLE, "records": RECORDS}).encode())
    assert [str(c.value) for c in table.claims if c.measure == "as_of"] == ["2020-06-25"]


def test_two_lists_that_could_be_the_table_are_both_read() -> None:
    before = [{**record, "บันทึกแล้ว": 1} for record in RECORDS]
    for lists in ({"previous": before, "records": RECORDS}, {"records": RECORDS, "previous": before}):
        assert len(read(json.dumps({"notes": TITLE, **lists}).encode()).rows) == 4


def test_records_of_xml_may_stand_beside_its_notes() -> None:
    text = in_xml().replace("<rows>", "").replace("</rows>", "")
    assert figures(read(text.encode())) == [["กระบี่", "62", "13", "20.97"], ["ตรัง", "100", "6", "6.0"]]


def test_parquet_is_read(tmp_path: object) -> None:
    import pandas as pd

    frame = pd.DataFrame(RECORDS)  # noqa: F841 - DuckDB reads it by its name
    path = f"{tmp_path}/a.parquet"
    duckdb.sql(f"COPY (SELECT * FROM frame) TO '{path}'")
    with open(path, "rb") as file:
        data = file.read()
    assert figures(read(data)) == [["กระบี่", "62", "13", "20.97"], ["ตรัง", "100", "6", "6.0"]]
    with pytest.raises(Unreadable, match="the Parquet is damaged"):
        read(data[:-20])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1', "the JSON is damaged"),
        ('{"a": "b"}', "no records"),
        ("<?xml version='1.0'?><a><b>1</b>", "the XML is damaged"),
        ("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'ก'>]><a><b>&x;</b></a>", "no records"),
        ('{"records": [{"ก": 1}]}', "no table"),
    ],
)
def test_what_holds_no_records_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(text.encode())


def test_more_records_than_a_return_has_are_refused() -> None:
    with pytest.raises(Unreadable, match="more than 20,000 records"):
        read(json.dumps([{"จังหวัด": "กระบี่"}] * 20_001).encode())


def claims_of(value: object) -> list[tuple[str, str, str]]:
    """Source, measure and value of what JSON says of its date and state."""
    table = read(json.dumps(value, ensure_ascii=False).encode())
    about = [claim for claim in table.claims if claim.source == "marking" or claim.measure == "as_of"]
    return [(claim.source, claim.measure, str(claim.value)) for claim in about]


AS_OF = ("document", "as_of", "2020-06-25")


@pytest.mark.parametrize(
    ("beside", "claims"),
    [
        ({"note": TITLE}, [AS_OF]),
        ({"ข้อมูล ณ วันที่": "25 มิถุนายน 2563"}, [AS_OF]),
        ({"ข้อมูล ณ วันที่": "2563-06-25"}, [AS_OF]),
        ({"asOf": "2020-06-25"}, [AS_OF]),
        ({"note": TITLE, "as_of_date": "2020-05-11"}, [("document", "as_of", "None")]),
        ({"note": TITLE, "last_updated": "2020-06-30"}, [AS_OF]),
        ({"note": TITLE, "status": "draft"}, [AS_OF, ("marking", "draft", "None")]),
        ({"note": TITLE, "is_draft": True}, [AS_OF, ("marking", "draft", "None")]),
        ({"note": TITLE, "is_draft": False}, [AS_OF]),
        ({"note": TITLE, "previous": "https://example.go.th/?page=1"}, [AS_OF]),
        ({"previous": {"note": TITLE}}, [AS_OF, ("marking", "previous", "None")]),
    ],
)
def test_a_text_is_read_with_the_name_under_which_it_stands(
    beside: dict[str, object], claims: list[tuple[str, str, str]]
) -> None:
    assert sorted(claims_of({**beside, "records": RECORDS})) == sorted(claims)


def test_the_name_of_the_records_says_what_they_are() -> None:
    assert ("marking", "previous", "None") in claims_of({"note": TITLE, "ครั้งก่อน": RECORDS})


@pytest.mark.parametrize("name", ["total", "summary", "รวม"])
def test_an_object_with_the_sums_of_the_records_is_the_grand_total(name: str) -> None:
    sums = {"จำนวน อปท.": 162, "บันทึกแล้ว": 19, "ยังไม่บันทึก": 143, "ร้อยละ": 11.73}
    table = read(json.dumps({"records": RECORDS, name: sums}).encode())
    assert [row.cells["total"].read for row in table.totals] == ["162"]
    assert len(table.rows) == 2


def test_a_name_that_stands_twice_with_different_values_is_refused() -> None:
    text = json.dumps({"note": TITLE, "records": RECORDS}, ensure_ascii=False)
    with pytest.raises(Unreadable, match="บันทึกแล้ว stands twice"):
        read(text.replace('"บันทึกแล้ว": 13', '"บันทึกแล้ว": 12, "บันทึกแล้ว": 13').encode())
    assert len(read(text.replace('"บันทึกแล้ว": 13', '"บันทึกแล้ว": 13, "บันทึกแล้ว": 13').encode()).rows) == 2


@pytest.mark.parametrize(
    ("before", "behind", "claim"),
    [
        ("<data>", '<data as_of="2020-05-11">', ("as_of", None)),
        ("<data>", '<data status="draft">', ("draft", None)),
        ("<rows>", '<rows period="previous">', ("previous", None)),
    ],
)
def test_attributes_of_xml_are_read(before: str, behind: str, claim: tuple[str, object]) -> None:
    assert claim in [(c.measure, c.value) for c in read(in_xml().replace(before, behind).encode()).claims]


def test_records_of_xml_may_be_written_in_attributes() -> None:
    rows = "".join(
        f'<row province="{r["จังหวัด"]}" total="{r["จำนวน อปท."]}" saved="{r["บันทึกแล้ว"]}" '
        f'pending="{r["ยังไม่บันทึก"]}" percent="{r["ร้อยละ"]}"/>'
        for r in RECORDS
    )
    assert figures(read(f'<?xml version="1.0"?><data>{rows}</data>'.encode())) == [
        ["กระบี่", "62", "13", "20.97"],
        ["ตรัง", "100", "6", "6.0"],
    ]


def test_a_figure_of_xml_with_a_unit_is_no_figure() -> None:
    table = read(in_xml().replace("<total>62", '<total unit="thousand">62').encode())
    assert table.rows[0].cells["total"].read != "62"
    assert read(in_xml().replace("<total>62", '<total type="integer">62').encode()).rows[0].cells["total"].read == "62"
