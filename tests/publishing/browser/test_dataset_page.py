"""The page of a dataset that only its folder knows, in a browser, opened from its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import waste_plans

from pipelines.archive.store import Archive
from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.intake import containers
from pipelines.intake.inbox import incoming
from pipelines.intake.take_in import take_in
from pipelines.publishing.site.build import build
from pipelines.publishing.suggested_repairs import suggester
from warehouse.connect import Warehouse
from warehouse.exports import export
from warehouse.marts import build as build_mart

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
TABLE, QUALITY = "waste_plans/index.html", "waste_plans/quality.html"
PHONE = 360

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the dataset's folder, a return that was accepted and one that was not, and its site."""
    home = Home(tmp_path_factory.mktemp("home"))
    waste_plans.install(home.root)
    files = []
    spoilt = waste_plans.with_totals(waste_plans.rows())
    spoilt[3][3] = "4"
    for name, table in (("first.csv", waste_plans.with_totals(waste_plans.rows())), ("spoilt.csv", spoilt)):
        file = home.root / name
        file.write_bytes(waste_plans.csv_of(table))
        files.append(incoming(home, file))
    containers.take(Archive(home.archive), files)
    warehouse, known = Warehouse(home.warehouse), datasets(home.root)
    with warehouse.writer():
        assert len([story for batch in take_in(home) for story in batch]) == 2
        with warehouse.writing() as connection:
            for dataset in known.values():
                for mart in dataset.tables.mart_names:
                    build_mart(connection, dataset.tables, mart)
            export(connection, home.exports)
        with warehouse.reading() as connection:
            build(connection, home, known, suggest=suggester(home, connection))
    return home


@pytest.mark.parametrize("name", [TABLE, QUALITY])
def test_a_page_opens_on_a_phone_without_scrolling_sideways(visit: Visit, name: str) -> None:
    page = visit(name, width=PHONE, height=740)
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    body = page.locator("body").evaluate("e => [getComputedStyle(e).fontSize, getComputedStyle(e).fontFamily]")
    assert body[0] == "16px"
    assert body[1].startswith('"Khrop Sarabun"')
    loaded = page.evaluate("async () => { await document.fonts.ready; return [...document.fonts].map(f => f.status) }")
    assert "loaded" in loaded
    assert "error" not in loaded


def test_its_table_is_searched_and_sorted(visit: Visit) -> None:
    page = visit(TABLE)
    rows = page.locator("table.return tbody tr:visible")
    assert rows.count() == 16
    page.get_by_role("button", name="แผนทั้งหมด").click()
    page.get_by_role("button", name="แผนทั้งหมด").click()
    figures = [int(text) for text in page.locator("table.return tbody td:nth-child(3)").all_inner_texts()]
    assert figures == sorted(figures, reverse=True)
    page.get_by_role("searchbox").fill("คลองท่อม")
    assert rows.count() == 1
    assert page.locator("[data-shown]").inner_text() == "1"
    page.get_by_role("button", name="เลขไทย").click()
    assert "๔" in rows.first.inner_text()


def test_the_figure_that_is_wrong_is_marked(visit: Visit) -> None:
    page = visit(QUALITY)
    page.get_by_text("แถวที่กักไว้และผิดกฎ").click()
    assert page.locator("td.wrong").first.inner_text().startswith("4")
