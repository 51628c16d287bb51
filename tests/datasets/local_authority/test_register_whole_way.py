"""The register goes the whole way: forms, mart, quarantine with cells, reconciliation with the province table, who."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import registers
from commands import command

from pipelines.datasets.registry import installed
from pipelines.definitions import definitions_of
from pipelines.home import Home
from pipelines.readers import read_here
from pipelines.readers.table_form import reading_for
from warehouse import reconciliation
from warehouse.connect import Warehouse

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "pipelines" / "sample" / "dla-2563-06-11.txt"
FIRST, SECOND = date(2020, 6, 11), date(2020, 6, 18)
KRABI = "81"


@dataclass(frozen=True)
class Place:
    """A home with the sample and registers of two days, and the way to run commands in it."""

    home: Home
    khrop: Callable[..., Any]
    register: list[registers.Authority]

    def ask(self, sql: str, *parameters: object) -> list[Any]:
        with Warehouse(self.home.warehouse).reading() as connection:
            return connection.execute(sql, list(parameters)).fetchall()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("register")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHROP_HOME", str(root / "home"))
        khrop = command()

        first = registers.register(registers.sample_figures(), FIRST)
        second = registers.later(first, SECOND)
        at = next(at for at, a in enumerate(second) if a.province_code == KRABI and a.status == "saved")
        spoilt = [*second]
        spoilt[at] = replace(spoilt[at], status="not_started")
        files = {
            "first.xlsx": registers.xlsx_of(first, FIRST),
            "second.csv": registers.csv_of(second, SECOND),
            "twice.csv": registers.csv_of([*second, second[7]], SECOND),
            "spoilt.csv": registers.csv_of(spoilt, SECOND).replace(
                "ยังไม่บันทึก,,".encode(), "ยังไม่บันทึก,เมื่อวาน,".encode(), 1
            ),
        }
        for name, data in files.items():
            (root / name).write_bytes(data)
        khrop("ingest", SAMPLE, *(root / name for name in files), code=1)
        yield Place(Home.current(), khrop, first)


def test_the_registers_are_in_the_tables_and_the_spoilt_is_set_aside(place: Place) -> None:
    verdicts = place.ask(
        "SELECT verdict, rows_read FROM core.snapshot_judged WHERE dataset = 'local_authority' ORDER BY as_of, 1"
    )
    assert verdicts == [
        ("accepted_with_warnings", 7850),
        ("accepted_with_warnings", 7850),
        ("quarantined", 7850),
        ("quarantined", 7851),
    ]
    rows = place.ask(
        "SELECT authority_code, name_th, kind, status, saved_on FROM core.local_authority_current"
        " WHERE as_of = ? ORDER BY authority_code LIMIT 3", FIRST,
    )  # fmt: skip
    own = sorted(place.register, key=lambda a: a.code)[:3]
    assert rows == [(a.code, a.name, a.kind, a.status, a.saved_on) for a in own]


def test_what_is_wrong_is_named_at_its_cell(place: Place) -> None:
    wrong = place.ask(
        "SELECT rule_id, column_name, observed, place FROM core.violation"
        " WHERE severity = 'error' AND snapshot_id LIKE 'spoilt-%' ORDER BY rule_id"
    )
    assert [(rule, column, observed) for rule, column, observed, _ in wrong] == [
        ("readable", "saved_on", "เมื่อวาน"), ("saved-on-present", "saved_on", "not_started"),
    ]  # fmt: skip
    assert all(at.endswith("C7") for *_, at in wrong)
    shown = place.khrop("show", "spoilt", code=1).stdout
    assert "status not_started, but a day of saving must be there" in shown
    assert "khrop repair" not in shown, "a register has no figures"


def test_rows_with_one_key_are_named_all(place: Place) -> None:
    ((at, th, en),) = place.ask(
        "SELECT place, message_th, message_en FROM core.violation WHERE rule_id = 'code-unique'"
    )
    first, last = 4 + 8, 4 + 7851
    assert at == f"text!R{first}C1"
    assert en.endswith(f"(line {first}, column 1 · line {last}, column 1)")
    assert th.endswith(f"(บรรทัดที่ {first} คอลัมน์ที่ 1 · บรรทัดที่ {last} คอลัมน์ที่ 1)")
    assert "No repair can be proposed." in place.khrop("repair", "twice", code=1).stdout


def test_a_figure_is_followed_back_to_its_cell(place: Place) -> None:
    authority = next(a for a in place.register if a.status == "saved")
    (name,) = place.ask(
        "SELECT snapshot_id FROM core.snapshot_current WHERE dataset = 'local_authority' AND as_of = ?", FIRST
    )[0]
    trail = json.loads(place.khrop("show", name, "--cell", f"{authority.code}:saved_on", "--json").stdout)
    assert (trail["value"], trail["printed"]) == (str(authority.saved_on), str(authority.saved_on))


def test_the_register_agrees_with_the_province_table_of_its_day(place: Place) -> None:
    ((compared, differing),) = place.ask(
        "SELECT count(*), count(*) FILTER (WHERE difference <> 0) FROM mart.reconciliation WHERE as_of = ?", FIRST
    )
    assert (compared, differing) == (3 * 76, 0)


def test_differences_of_another_day_are_explained_by_who_changed(place: Place) -> None:
    saved_since = {a.name for a in registers.later(place.register, SECOND) if a.saved_on == SECOND}
    with Warehouse(place.home.warehouse).reading() as connection:
        differences = reconciliation.differences(connection)
    assert differences
    assert all(d.as_of == SECOND and d.other_as_of == FIRST and d.explained for d in differences)
    assert {name for d in differences for name in d.explained_by} == saved_since
    assert {d.measure for d in differences} == {"saved", "pending"}


def test_the_ui_has_the_comparison_as_a_check(place: Place) -> None:
    with dg.DagsterInstance.from_config(str(place.home.dagster)) as instance:
        key = dg.AssetCheckKey(dg.AssetKey("reconciliation"), "datasets_agree")
        (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)
    assert record.status.value == "SUCCEEDED"
    graph = definitions_of(place.home.root).resolve_asset_graph()
    assert graph.get(dg.AssetKey("reconciliation")).parent_keys == {
        dg.AssetKey("local_authority"),
        dg.AssetKey("province_progress"),
    }


def test_the_marts_follow_the_registers(place: Place) -> None:
    second = registers.later(place.register, SECOND)
    changed = {a.code for a, b in zip(second, place.register, strict=True) if a.status != b.status}
    assert {code for (code,) in place.ask("SELECT authority_code FROM mart.authority_change")} == changed
    assert place.ask("SELECT count(*), any_value(as_of) FROM mart.authority_current") == [(7850, SECOND)]
    ((total, saved),) = place.ask("SELECT sum(total), sum(saved) FROM mart.district_progress WHERE is_latest")
    assert (total, saved) == (7850, sum(a.status == "saved" for a in second))
    ((until, left),) = place.ask(
        "SELECT saved_until, share_left FROM mart.pace WHERE grouping_by = 'all' ORDER BY days DESC LIMIT 1"
    )
    assert (until, round(left, 9)) == (saved, round(1 - saved / 7850, 9))
    waiting = dict(place.ask("SELECT authority_code, in_progress_since FROM mart.waiting"))
    since = {a.code: FIRST if b.status == "in_progress" else SECOND for a, b in zip(second, place.register, strict=True)
             if a.status == "in_progress"}  # fmt: skip
    assert waiting == since


def test_who_is_behind(place: Place) -> None:
    second = registers.later(place.register, SECOND)
    done = place.khrop("who", "--province", "Krabi", "--status", "not-started", "--json")
    listed = {row["authority_code"] for row in json.loads(done.stdout)["authorities"]}
    assert listed == {a.code for a in second if a.province_code == KRABI and a.status == "not_started"}
    text = place.khrop("who", "--province", "กระบี่").stdout
    behind = [a for a in second if a.province_code == KRABI and a.status != "saved"]
    assert text.splitlines()[0] == f"{registers.CAMPAIGN}, as of {SECOND}: {len(behind)} authorities"
    assert all(a.name in text for a in behind)
    assert "did you mean" in place.khrop("who", "--province", "กระบี", code=2).output


def test_the_page_of_quality_says_how_the_two_agree_and_statuses_in_words(place: Place) -> None:
    place.khrop("report")
    page = (place.home.site / "quality.html").read_text(encoding="utf-8")
    registers_of = {str(d.as_of): d for d in _comparisons(place)}
    assert len(registers_of) == 2
    first, second = registers_of[str(FIRST)], registers_of[str(SECOND)]
    assert f"all {first.figures} figures agree" in page
    assert f"{second.differing} of {second.figures} figures differ, 0 of them for no known reason" in page
    assert f"ต่างกัน {second.differing} จาก {second.figures} ตัวเลข ไม่ทราบสาเหตุ 0" in page
    wrong = page[page.index("saved-on-present") :]
    assert ">ยังไม่บันทึก<" in wrong[: wrong.index("</tr>")]


def _comparisons(place: Place) -> list[reconciliation.Comparison]:
    with Warehouse(place.home.warehouse).reading() as connection:
        return reconciliation.comparisons(connection)


def test_the_summary_says_how_the_two_agree(place: Place) -> None:
    text = place.khrop("summary").stdout
    assert "Compared with the province table:" in text
    assert "0 of them for no known reason" in text


@pytest.mark.parametrize("form", ["csv", "xlsx", "html", "json", "parquet"])
def test_every_form_of_an_export_is_read_alike(form: str) -> None:
    some = registers.register({"81": (62, 5), "82": (52, 0)}, FIRST)
    made = {"csv": registers.csv_of, "xlsx": registers.xlsx_of, "html": registers.html_of, "json": registers.json_of}
    data = made[form](some, FIRST) if form in made else registers.parquet_of(some)
    dataset = installed()["local_authority"]
    with reading_for([d.form for d in installed().values()]):
        table = read_here(data)
    assert table.dataset == "local_authority"
    names = ("authority_code", "name_th", "kind", "district", "province_code", "status", "saved_on", "code_district")
    rows = [
        tuple(dataset.by_name[n].parse(row.cells[dataset.by_name[n].heading].read) for n in names) for row in table.rows
    ]
    assert rows == [
        (a.code, a.name, a.kind, a.district, a.province_code, a.status, a.saved_on, a.code[3:5]) for a in some
    ]


def test_a_reference_of_the_home_that_cannot_be_read_is_a_fault_of_the_home(place: Place) -> None:
    folder = place.home.root / "references" / "local_authority"
    folder.mkdir(parents=True)
    file = folder / "authority_changes.csv"
    file.write_bytes(b"\xff\xfe\x00")
    try:
        assert "authority_changes.csv: expected CSV in UTF-8" in place.khrop("status").output
    finally:
        file.unlink()


def test_the_bundled_register_is_made_and_says_so() -> None:
    with reading_for([d.form for d in installed().values()]):
        table = read_here((SAMPLE.parent / "register-synthetic-2563-06-12.xlsx").read_bytes())
    parse = installed()["local_authority"].by_name["saved_on"].parse
    read = [{name: cell.read for name, cell in row.cells.items() if cell.read} for row in table.rows]
    read = [row | {"saved_on": parse(row["saved_on"])} if "saved_on" in row else row for row in read]
    made = registers.cells(registers.sample(registers.sample_figures()))
    assert [list(row.values()) for row in read] == [[cell for cell in cells if cell] for cells in made]
    assert any("ไม่ใช่ข้อมูลจริง" in cell.read for cell in table.prose())
