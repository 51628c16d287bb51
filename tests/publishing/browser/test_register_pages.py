"""The register's pages in a browser, opened from their files: search, filters, the phone, and the way to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import registers

from khrop.thai import provinces
from pipelines.archive.store import Archive
from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.intake import containers
from pipelines.intake.inbox import incoming
from pipelines.intake.take_in import take_in
from pipelines.publishing.site.build import build
from pipelines.readers import read_here
from pipelines.readers.table_form import reading_for
from warehouse import reconciliation
from warehouse.connect import Warehouse
from warehouse.marts import build as build_mart

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
SAMPLE = Path(__file__).parents[3] / "pipelines" / "sample" / "dla-2563-06-11.txt"
DAY = date(2020, 6, 12)
FOLDER = f"local_authority/{registers.CAMPAIGN}"
CHIANG_MAI = f"{FOLDER}/50.html"
PHONE = 360
LARGEST = 300_000
"""Bytes of a page."""

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> list[registers.Authority]:
    """The bundled register, as it is made."""
    with reading_for([datasets()["province_progress"].form]):
        rows = read_here(SAMPLE.read_bytes()).rows
    figures = {}
    for row in rows:
        province = provinces.match(row.cells["province_th"].read)
        assert province is not None
        figures[province.code] = int(row.cells["total"].read), int(row.cells["saved"].read)
    return registers.sample(figures)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, register: list[registers.Authority]) -> Home:
    """A home with the sample and its register, and the site."""
    home = Home(tmp_path_factory.mktemp("home"))
    file = home.root / "register.csv"
    file.write_bytes(registers.csv_of(register, DAY))
    containers.take(Archive(home.archive), [incoming(home, path) for path in (SAMPLE, file)])
    warehouse, known = Warehouse(home.warehouse), datasets(home.root)
    with warehouse.writer():
        results = [result for batch in take_in(home) for result in batch]
        assert all(result.verdict.accepted for result in results)
        with warehouse.writing() as connection:
            for dataset in known.values():
                for mart in dataset.tables.mart_names:
                    build_mart(connection, dataset.tables, mart)
            reconciliation.build(connection, [dataset.tables for dataset in known.values()])
        with warehouse.reading() as connection:
            build(connection, home, known)
    return home


@pytest.mark.parametrize("name", ["local_authority/index.html", f"{FOLDER}/index.html", CHIANG_MAI])
def test_a_page_opens_on_a_phone_without_scrolling_sideways(visit: Visit, name: str) -> None:
    page = visit(name, width=PHONE, height=740)
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert "ไม่ใช่ข้อมูลจริง" in page.locator("main").inner_text()


def test_no_page_is_large(built: Home) -> None:
    sizes = {page.name: page.stat().st_size for page in (built.site / FOLDER).glob("*.html")}
    assert len(sizes) == 77
    assert max(sizes.values()) <= LARGEST


def test_authorities_are_found_by_name_and_filtered(visit: Visit, register: list[registers.Authority]) -> None:
    own = [a for a in register if a.province_code == "50"]
    page = visit(CHIANG_MAI)
    rows = page.locator("#authorities tbody tr:visible")
    assert rows.count() == len(own) == int(page.locator("[data-shown]").inner_text())
    page.get_by_label("สถานะ").select_option("not_started")
    assert rows.count() == sum(a.status == "not_started" for a in own)
    page.get_by_label("ประเภท").select_option("sao")
    assert rows.count() == sum(a.status == "not_started" and a.kind == "sao" for a in own)
    page.get_by_role("searchbox").fill("ไม่มีชื่อนี้")
    assert rows.count() == 0
    assert page.get_by_text("ไม่มี อปท. ที่ตรงกับเงื่อนไข").is_visible()


def test_a_difference_from_the_table_names_who_changed(visit: Visit, register: list[registers.Authority]) -> None:
    text = visit(CHIANG_MAI).locator("main").inner_text()
    late = [a.name for a in register if a.saved_on == DAY]
    assert len(late) == 3
    assert f"ที่เปลี่ยนระหว่างนั้น: {', '.join(late)}" in text
    assert "ต่างจากตารางรายจังหวัด: 2 (ไม่ทราบเหตุ: 0)" in visit(f"{FOLDER}/index.html").locator("main").inner_text()


def test_the_province_table_leads_to_its_authorities(visit: Visit, register: list[registers.Authority]) -> None:
    districts: dict[tuple[str, str], bool] = {}
    for a in register:
        key = (a.province_code, a.district)
        districts[key] = districts.get(key, False) or a.status == "saved"
    nothing = sum(not saved for saved in districts.values())
    page = visit("index.html")
    page.get_by_text(f"{nothing:,} จาก {len(districts):,} อำเภอยังไม่มี อปท. ใดบันทึก").click()
    assert page.url.split("#")[0].endswith(f"{FOLDER}/index.html")
    page = visit("info-international-agreements/province/50.html")
    page.get_by_text("รายชื่อ อปท. รายอำเภอ").click()
    assert page.url.split("#")[0].endswith(CHIANG_MAI)
