"""`khrop officer-workbook`: a province's authorities go out, are filled in, and come back as a return."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import registers
from commands import command
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.campaigns import Campaign, fitting, load
from pipelines.home import Home
from warehouse.connect import Warehouse

DAY, LATER = date(2020, 6, 11), date(2020, 6, 19)
KRABI = "81"
STATUS, SAVED_ON, RECORDED_BY = 6, 7, 8


@dataclass(frozen=True)
class Place:
    """A home with a register, and the way to run commands in it."""

    home: Home
    root: Path
    khrop: Callable[..., Any]
    register: list[registers.Authority]

    def workbook(self) -> tuple[openpyxl.Workbook, Worksheet]:
        """The workbook of Krabi, as it is handed out."""
        self.khrop("officer-workbook", "--province", "กระบี่")
        book = openpyxl.load_workbook(self.home.workbook / registers.CAMPAIGN / "81-krabi.xlsx")
        return book, book.active

    def back(self, book: openpyxl.Workbook, name: str, *, code: int = 0) -> str:
        """Send a workbook back; what `khrop ingest` says."""
        book.save(self.root / name)
        return self.khrop("ingest", self.root / name, code=code).stdout

    def ask(self, sql: str) -> list[Any]:
        with Warehouse(self.home.warehouse).reading() as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("workbook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHROP_HOME", str(root / "home"))
        khrop = command()

        made = registers.register(registers.sample_figures(), DAY)
        (root / "register.csv").write_bytes(registers.csv_of(made, DAY))
        khrop("ingest", root / "register.csv")
        yield Place(Home.current(), root, khrop, made)


def rows_of(sheet: Worksheet) -> list[int]:
    """The rows of the table."""
    return [row for row in range(5, sheet.max_row + 1) if sheet.cell(row, 1).value and sheet.cell(row, 2).value]


def test_it_has_the_province_s_authorities_with_filters_and_lists(place: Place) -> None:
    _, sheet = place.workbook()
    own = [a for a in place.register if a.province_code == KRABI]
    cells = {
        sheet.cell(row, 1).value: (sheet.cell(row, 2).value, sheet.cell(row, STATUS).value) for row in rows_of(sheet)
    }
    wanted = {cells[0]: (cells[1], cells[5]) for cells in registers.cells(own)}
    assert cells == wanted
    assert sheet.auto_filter.ref == f"A4:I{4 + len(own)}"
    lists = {str(v.sqref).split(":")[0]: v for v in sheet.data_validations.dataValidation}
    assert lists["F5"].formula1 == '"บันทึกแล้ว,อยู่ระหว่างบันทึก,ยังไม่บันทึก"'
    assert {v.type for v in lists.values()} == {"list", "date"}
    assert sheet.freeze_panes == "C5"
    assert "unchanged" in place.khrop("officer-workbook", "--province", KRABI).stdout


def test_filled_in_it_is_accepted_with_what_was_filled_in(place: Place) -> None:
    book, sheet = place.workbook()
    sheet["A3"] = "ข้อมูล ณ วันที่ ๑๙ มิถุนายน ๒๕๖๓"
    saved = [row for row in rows_of(sheet) if sheet.cell(row, STATUS).value == "อยู่ระหว่างบันทึก"][:3]
    for row in saved:
        sheet.cell(row, STATUS).value = "บันทึกแล้ว"
        sheet.cell(row, SAVED_ON).value = date(2020, 6, 18)
        sheet.cell(row, RECORDED_BY).value = "เจ้าหน้าที่ ๑"
    codes = {sheet.cell(row, 1).value for row in saved}
    assert place.back(book, "back.xlsx").startswith("accepted  as of 2020-06-19  62 rows  no warnings")
    now = place.ask(
        "SELECT authority_code, saved_on, recorded_by FROM mart.authority_current"
        f" WHERE campaign_id = '{registers.CAMPAIGN}-81' AND status = 'saved' AND saved_on = DATE '2020-06-18'"
    )
    before = {a.code for a in place.register if a.province_code == KRABI and a.saved_on == date(2020, 6, 18)}
    assert {(code, day, by) for code, day, by in now if code not in before} == {
        (code, date(2020, 6, 18), "เจ้าหน้าที่ ๑") for code in codes
    }
    ((rows,),) = place.ask(f"SELECT count(*) FROM mart.authority_current WHERE campaign_id = '{registers.CAMPAIGN}'")
    assert rows == 7850, "the register of the whole country is as it was"


def test_who_is_behind_is_of_the_whole_register_where_there_is_one(place: Place) -> None:
    part, whole = f"{registers.CAMPAIGN}-81", registers.CAMPAIGN
    book, sheet = place.workbook()
    sheet["A3"] = "ข้อมูล ณ วันที่ ๑๙ มิถุนายน ๒๕๖๓"
    place.back(book, "back.xlsx")
    named = place.khrop("who", "--province", "กระบี่").stdout
    assert f"{whole}, as of" in named
    assert part not in named
    assert f"{part}, as of 2020-06-19" in place.khrop("who", "--campaign", part).stdout


def test_what_is_filled_in_wrongly_is_named_at_its_cell(place: Place) -> None:
    book, sheet = place.workbook()
    at = next(row for row in rows_of(sheet) if sheet.cell(row, STATUS).value == "ยังไม่บันทึก")
    sheet.cell(at, STATUS).value = "บันทึกแล้ว"
    new = rows_of(sheet)[-1] + 1
    for column, value in enumerate(
        ("59201001", "องค์การบริหารส่วนตำบลใหม่", "องค์การบริหารส่วนตำบล", "เมืองตรัง", "ตรัง", "ยังไม่บันทึก"), 1
    ):
        sheet.cell(new, column).value = value
    assert place.back(book, "wrong.xlsx", code=1).startswith("quarantined")
    wrong = place.ask(
        "SELECT rule_id, place FROM core.violation WHERE severity = 'error' AND snapshot_id LIKE 'wrong-%' ORDER BY 1"
    )
    assert {("saved-on-present", f"sheet ทะเบียน!R{at}C7"), ("province-expected", f"sheet ทะเบียน!R{new}C5")} == set(
        wrong
    )


def test_the_campaign_of_what_comes_back_is_a_file_that_may_be_changed(place: Place) -> None:
    place.workbook()
    part, whole = (load(place.home.root)[name] for name in (f"{registers.CAMPAIGN}-81", registers.CAMPAIGN))
    assert (part.deadline, part.synthetic, part.params["provinces"]) == (whole.deadline, True, KRABI)
    file = place.home.root / "campaigns" / f"{registers.CAMPAIGN}-81.toml"
    changed = file.read_text(encoding="utf-8").replace("every_days = 104", "every_days = 14")
    file.write_text(changed, encoding="utf-8")
    place.workbook()
    assert file.read_text(encoding="utf-8") == changed


def test_a_longer_phrase_names_a_part_of_a_campaign(place: Place) -> None:
    place.workbook()
    known: list[Campaign] = list(load(place.home.root).values())
    assert [c.id for c in fitting("ทะเบียนสังเคราะห์ จังหวัดกระบี่", known)] == [f"{registers.CAMPAIGN}-81"]
    assert [c.id for c in fitting("ทะเบียนสังเคราะห์ ทุกจังหวัด", known)] == [registers.CAMPAIGN]


def test_for_machines_and_what_cannot_be_meant(place: Place) -> None:
    file = place.root / "ตรัง.xlsx"
    (line,) = place.khrop("officer-workbook", file, "--province", "ตรัง", "--json").stdout.splitlines()
    assert json.loads(line) == {
        "campaign_id": f"{registers.CAMPAIGN}-92", "workbook": str(file), "authorities": 100, "changed": True
    }  # fmt: skip
    assert "Name a province" in place.khrop("officer-workbook", code=2).stderr
    assert (
        "one file has one province"
        in place.khrop("officer-workbook", file, "--province", "81", "--province", "92", code=2).stderr
    )
    assert "no authority of the province 10" in place.khrop("officer-workbook", "--province", "10", code=2).stderr
