"""A third dataset goes the whole way with nothing but its folder: inbox, mart, quarantine, repair, trail, exports,
pages."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import waste_plans
from commands import command
from site_pages import Element, page

from pipelines.datasets import registry
from pipelines.definitions import definitions_of
from pipelines.home import Home
from pipelines.intake import inbox
from pipelines.orchestration import home_instance
from warehouse import tables
from warehouse.connect import Warehouse

FIRST, SECOND = date(2020, 6, 11), date(2020, 6, 25)
Run = Callable[..., Any]


@dataclass(frozen=True)
class Place:
    """A home with the dataset's folder, and the way to run commands in it."""

    home: Home
    khrop: Run

    def ask(self, sql: str, *parameters: object) -> list[Any]:
        with Warehouse(self.home.warehouse).reading() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def lines(self, *arguments: object) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.khrop(*arguments, "--json").stdout.splitlines()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Three returns were taken in from the inbox: CSV, XLSX, and a spoilt CSV of the second day."""
    root = tmp_path_factory.mktemp("waste") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHROP_HOME", str(root))
        patch.setattr(inbox, "SETTLED", 0.0)
        khrop = command(None)

        waste_plans.install(root)
        folder = root / "inbox" / waste_plans.CAMPAIGN
        folder.mkdir(parents=True)
        (folder / "first.csv").write_bytes(waste_plans.csv_of(waste_plans.with_totals(waste_plans.rows()), FIRST))
        second = waste_plans.with_totals(waste_plans.rows(1))
        (folder / "second.xlsx").write_bytes(waste_plans.xlsx_of(second, SECOND))
        spoilt = [list(row) for row in second]
        spoilt[3][3] = "5"  # six plans of คลองท่อม are approved
        (folder / "spoilt.csv").write_bytes(waste_plans.csv_of(spoilt, SECOND))
        found = Place(Home.current(), khrop)
        khrop("ingest", root / "inbox", code=1)
        yield found


def returned(place: Place, name: str) -> str:
    ((found,),) = place.ask("SELECT snapshot_id FROM core.snapshot_judged WHERE starts_with(snapshot_id, ?)", name)
    return str(found)


def test_a_csv_and_a_workbook_are_accepted_and_a_spoilt_copy_is_not(place: Place) -> None:
    assert place.ask(
        "SELECT campaign_id, as_of, verdict, dataset, rows_read FROM core.snapshot_judged ORDER BY as_of, verdict"
    ) == [
        (waste_plans.CAMPAIGN, FIRST, "accepted", "waste_plans", 16),
        (waste_plans.CAMPAIGN, SECOND, "accepted", "waste_plans", 16),
        (waste_plans.CAMPAIGN, SECOND, "quarantined", "waste_plans", 16),
    ]


def test_its_table_holds_texts_counts_percents_days_and_decimals(place: Place) -> None:
    rows = place.ask(
        "SELECT ordinal, district, plans_total, approved, in_review, not_sent, CAST(approved_percent AS VARCHAR),"
        " updated_on, CAST(tonnes AS VARCHAR) FROM core.waste_plans_current WHERE as_of = ? ORDER BY ordinal LIMIT 2",
        FIRST,
    )
    assert rows == [
        (1, "เมืองกระบี่", 11, 2, 9, 0, "18.18", date(2020, 6, 1), "1200.50"),
        (2, "เขาพนม", 19, 3, 15, 1, "15.79", date(2020, 6, 1), "1201.50"),
    ]
    of_both_forms = place.ask(
        "SELECT count(DISTINCT district), sum(plans_total), sum(tonnes) FROM core.waste_plans_current GROUP BY as_of"
    )
    assert len(set(of_both_forms)) == 1


def test_its_mart_and_exports_are_built(place: Place) -> None:
    mart = place.ask("SELECT as_of, districts, plans_total, approved FROM mart.waste_plan_trend ORDER BY as_of")
    assert mart == [(FIRST, 16, 469, 62), (SECOND, 16, 469, 78)]
    with open(place.home.exports / "mart_waste_plan_trend.csv", encoding="utf-8") as file:
        assert [row["approved"] for row in csv.DictReader(file)] == ["62", "78"]
    for table in ("core_waste_plans_current", "core_waste_plans_set_aside"):
        assert list((place.home.exports / f"{table}.parquet").glob("*.parquet"))


def test_what_is_wrong_is_named_at_the_cell_and_the_rows_are_set_aside(place: Place) -> None:
    spoilt = returned(place, "spoilt")
    found = place.ask(
        "SELECT rule_id, key, column_name, observed, place FROM core.violation WHERE snapshot_id = ? ORDER BY ALL",
        spoilt,
    )
    assert ("parts-add-up", "คลองท่อม", "approved", "5 + 29 + 0 = 34", "text!R8C4") in found
    assert {rule for rule, *_ in found} == {"parts-add-up", "percent-within", "percent-rounded", "totals-match"}
    in_thai = dict(place.ask("SELECT rule_id, message_th FROM core.violation WHERE snapshot_id = ?", spoilt))
    assert in_thai["parts-add-up"] == (
        "คลองท่อม: เห็นชอบแล้ว + อยู่ระหว่างพิจารณา + ยังไม่ส่ง ไม่เท่ากับ แผนทั้งหมด (5 + 29 + 0 = 34, 35)"
    )
    assert in_thai["totals-match"].startswith("ยอดรวม เห็นชอบแล้ว")
    ((rows, ours),) = place.ask(
        "SELECT count(*), count(*) FILTER (WHERE snapshot_id = ?) FROM core.waste_plans_set_aside", spoilt
    )
    assert (rows, ours) == (16, 16)
    with Warehouse(place.home.warehouse).reading() as connection:
        assert all(item.holds for item in tables.conservation(connection, 3))


def test_the_trail_of_a_figure_ends_at_the_bytes(place: Place) -> None:
    (step,) = place.lines("show", returned(place, "second"), "--cell", "คลองท่อม:approved")
    assert (step["district"], step["value"], step["table"]) == ("คลองท่อม", "6", "core.waste_plans")
    assert step["words"] == "sheet Sheet, cell D8 (approved)"
    (total,) = place.lines("show", returned(place, "first"), "--cell", "รวม:plans_total")
    assert (total["value"], total["place"]) == ("469", "text!R21C3")
    refused = place.khrop("show", returned(place, "first"), "--cell", "นครพนม:approved", code=2)
    assert "there is no row 'นครพนม'" in refused.output


@pytest.fixture(scope="module")
def pages(place: Place) -> dict[str, Element]:
    """Its pages, by name: of the table and of quality."""
    place.khrop("report", code=0)
    return {name: page(place.home.site / "waste_plans" / name) for name in ("index.html", "quality.html")}


def test_its_page_shows_the_table_of_the_newest_accepted_return(place: Place, pages: dict[str, Element]) -> None:
    index = pages["index.html"]
    assert index.find("h1")[0].text == "แผนจัดการขยะรายอำเภอWaste plans by district"
    (table,) = index.find("table")
    heads = [head.find("span", class_="th")[0].text for head in table.find("th", scope="col")]
    assert heads[:2] + heads[-2:] == ["ลำดับ", "อำเภอ", "วันที่ปรับปรุง", "ปริมาณขยะ"]
    rows = [
        [cell.text for cell in row.children if isinstance(cell, Element)] for row in table.find("tbody")[0].find("tr")
    ]
    assert len(rows) == 16
    assert rows[3][1:6] == ["คลองท่อม", "35", "6", "29", "0"]
    assert rows[0][7:] == ["1 มิ.ย. 25631 Jun 2020", "1,200.50"]
    shown = place.ask("SELECT CAST(sum(approved) AS INTEGER) FROM core.waste_plans_current WHERE as_of = ?", SECOND)
    assert shown == [(sum(int(row[3]) for row in rows),)]
    assert "second.xlsx" in index.text
    exported = [link.attributes["href"] for link in index.find("a") if link.text in ("CSV", "Parquet")]
    assert "../../exports/mart_waste_plan_trend.csv" in exported
    for link in exported:
        assert (place.home.site / "waste_plans" / link).resolve().exists(), link


def test_its_page_of_quality_shows_the_cell_and_the_rows_that_were_set_aside(
    place: Place, pages: dict[str, Element]
) -> None:
    quality = pages["quality.html"]
    assert len(quality.find("article")) == 3
    (spoilt,) = quality.find("article", id=returned(place, "spoilt"))
    failing_rows = [
        [c.text for c in row.children if isinstance(c, Element)] for row in spoilt.find("tr", class_="v-error")
    ]
    (row,) = (cells for cells in failing_rows if "parts-add-up" in cells[0])
    assert row[1] == "คลองท่อม"
    assert "บรรทัดที่ 8 คอลัมน์ที่ 4" in row[2]
    assert "เห็นชอบแล้ว" in row[2]
    assert row[3] == "5 + 29 + 0 = 34"
    (aside,) = spoilt.find("details", class_="aside")
    assert "1 จากof 16" in aside.find("summary")[0].text
    assert [str(cell.children[0]).strip() for cell in aside.find("td", class_="wrong")] == ["5", "17.14"]
    assert "one plausible repair" in spoilt.text


def test_the_first_page_of_the_site_and_quality_lead_to_its_pages(place: Place, pages: dict[str, Element]) -> None:
    for name in ("index.html", "quality.html"):
        links = page(place.home.site / name).find("nav")[0].find("a")
        assert "waste_plans/index.html" in [link.attributes["href"] for link in links]
    assert returned(place, "spoilt") in (place.home.site / "quality.html").read_text(encoding="utf-8")
    assert str(place.home.site / "waste_plans" / "index.html") in place.khrop("status", code=0).output


def test_its_repair_is_proposed_and_can_be_accepted(place: Place) -> None:
    spoilt = returned(place, "spoilt")
    (report,) = place.lines("repair", spoilt)
    assert report["status"] == "repaired"
    assert "คลองท่อม ช่องเห็นชอบแล้ว" in report["repairs"][0]["reason_th"]
    (repair,) = report["repairs"]
    assert (repair["row"], repair["column"], repair["printed"], repair["proposed"]) == ("คลองท่อม", "approved", "5", "6")
    accepted = place.khrop("repair", spoilt, "--accept", "--by", "who signs", "--reason", "a test", code=0)
    # Once corrected, it says what the workbook of that day says.
    assert "unchanged" in accepted.output


def test_status_and_summary_know_it(place: Place) -> None:
    (status,) = place.lines("status")
    assert waste_plans.CAMPAIGN in [campaign["campaign_id"] for campaign in status["campaigns"]]
    assert "Waste plans by district" in place.khrop("summary", code=0).output


def test_dagster_has_its_assets_and_checks(place: Place) -> None:
    definitions = definitions_of(place.home.root)
    graph = definitions.resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert {"waste_plans", "waste_plan_trend", "province_progress", "site"} <= keys
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph.asset_check_keys}
    ours = {"parts_add_up", "approved_never_decreases", "campaign_known", "key_unique", "at_least", "not_null"}
    assert ours - {"key_unique"} <= {name for asset, name in checks if asset == "waste_plans"}
    # The contract tells its rows apart by a rule of its own.
    assert ("waste_plans", "key_unique") not in checks
    with home_instance.instance(place.home) as instance:
        key = dg.AssetCheckKey(dg.AssetKey("intake"), "datasets_usable")
        (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
        assert record.status.value == "SUCCEEDED"


def test_nothing_outside_its_folder_knows_it() -> None:
    root = Path(__file__).parents[3]
    for folder in ("pipelines", "warehouse", "contracts/khrop"):
        for file in (root / folder).rglob("*"):
            if file.suffix in (".py", ".sql", ".toml"):
                assert "waste_plan" not in file.read_text(encoding="utf-8"), file


def test_the_dataset_is_the_same_object_until_a_file_changes(tmp_path: Path) -> None:
    folder = waste_plans.install(tmp_path)
    first = registry.datasets(tmp_path)["waste_plans"]
    assert registry.datasets(tmp_path)["waste_plans"] is first
    before = registry.mark(tmp_path)
    file = folder / "dataset.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("Waste plans by", "The waste plans by"), encoding="utf-8")
    assert registry.mark(tmp_path) != before
    assert registry.datasets(tmp_path)["waste_plans"].title_en == "The waste plans by district"
