"""The site in a browser, opened from files: what a person sees and does, on a screen, a phone, a keyboard, paper."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import first_paint
from page_checks import FAINT, NAMELESS, WIDER

from pipelines.home import Home
from warehouse.connect import Warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CAMPAIGN = "info-international-agreements"
TABLE, PROVINCE = f"{CAMPAIGN}/table.html", f"{CAMPAIGN}/province/90.html"
PAGES = ("index.html", TABLE, PROVINCE, "quality.html")
Visit = Callable[..., "Page"]

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_word_on_the_console_and_everything_has_a_name(
    visit: Visit, name: str, language: str
) -> None:
    page = visit(f"{name}#lang={language}")
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(FAINT) == []
    assert page.evaluate("document.documentElement.lang") == language


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_phone_needs_no_scrolling_sideways(visit: Visit, name: str, language: str) -> None:
    page = visit(f"{name}#lang={language}", width=360, height=740)
    assert page.evaluate(WIDER) == 0


def test_the_figures_are_those_of_the_warehouse(visit: Visit, built: Home) -> None:
    page = visit(f"{TABLE}#lang=en")
    shown = page.locator("#return tbody tr").evaluate_all(
        "rows => rows.map(r => ['total','saved','pending','saved_percent','gap_points','rank']"
        ".map(k => r.querySelector(`[data-key=${k}]`).innerText.replace('−', '-').replace(',', '').replace('+', '')))"
    )
    with Warehouse(built.warehouse).reading() as connection:
        stored = connection.execute(
            "SELECT t.total, t.saved, t.pending, t.saved_percent, c.gap_points, c.rank FROM mart.province_trend AS t"
            " INNER JOIN mart.compliance AS c USING (campaign_id, province_code, as_of)"
            " INNER JOIN core.province_progress_current AS o USING (campaign_id, province_code, as_of)"
            " WHERE c.is_latest ORDER BY o.ordinal"
        ).fetchall()
    assert shown == [[str(v) for v in row] for row in stored]


def test_the_language_switches_and_is_kept_from_page_to_page(visit: Visit) -> None:
    page = visit("index.html")
    heading = page.locator("h1")
    assert heading.inner_text().startswith("การบันทึกข้อมูล")
    assert page.locator(".asof").inner_text() == "ข้อมูล ณ วันที่ 6 สิงหาคม 2563"
    page.get_by_role("button", name="English").click()
    assert heading.inner_text().startswith("International cooperation")
    assert page.locator(".asof").inner_text() == "As of 6 August 2020"
    assert page.title().startswith("International")
    assert page.url.endswith("#lang=en")
    assert page.get_by_role("button", name="English").get_attribute("aria-pressed") == "true"
    page.get_by_role("link", name="The table").click()
    page.wait_for_url("**/table.html#lang=en")
    assert page.locator("h1").inner_text() == "The table of the return"
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.locator("h1").inner_text() == "The table of the return"
    page.get_by_role("button", name="ไทย").click()
    assert page.locator("h1").inner_text() == "ตารางรายจังหวัด"
    assert page.locator("#region option").first.inner_text() == "ทุกภาค"


def test_a_click_on_a_heading_sorts_and_says_so(visit: Visit) -> None:
    page = visit(f"{TABLE}#lang=en")

    def column(key: str) -> list[str]:
        cells: Any = page.locator(f"#return tbody [data-key={key}]")
        return list(cells.evaluate_all("cells => cells.map(c => c.dataset.v)"))

    heading = page.locator("th", has=page.locator("[data-sort=saved_percent]"))
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert column("saved_percent") == sorted(column("saved_percent"), key=float)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert column("saved_percent") == sorted(column("saved_percent"), key=float, reverse=True)
    assert page.locator("[aria-sort=ascending]").count() == 0
    page.get_by_role("button", name="Province").click()
    names = page.locator("#return tbody th").all_inner_texts()
    assert names == sorted(names)
    assert names[0] == "Amnat Charoen"
    page.get_by_role("button", name="Projected finish").click()
    finish = column("projected_completion")
    days = [int(day) for day in finish if day]
    assert days == sorted(days)
    assert not any(finish[len(days) :]), "what has no finish comes last"


def test_the_table_is_sorted_and_left_by_keyboard_alone(visit: Visit) -> None:
    page = visit(f"{TABLE}#lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("[data-sort=rank]").focus()
    page.keyboard.press("Enter")
    assert page.locator("#return tbody tr [data-key=rank]").first.inner_text() == "1"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.locator("#return tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/province/*")


def test_the_table_is_searched_and_narrowed_to_a_region(visit: Visit) -> None:
    page = visit(f"{TABLE}#lang=en")
    rows = page.locator("#return tbody tr:visible")
    page.get_by_label("Find a province").fill("ubon")
    assert rows.locator("th").all_inner_texts() == ["Ubon Ratchathani"]
    page.get_by_label("Find a province").fill("สงขลา")
    assert rows.locator("th").all_inner_texts() == ["Songkhla"]
    page.get_by_label("Find a province").fill("")
    page.get_by_label("Region").select_option("south")
    assert rows.count() == 14
    assert page.locator("#shown").inner_text() == "14 provinces"
    page.get_by_label("Find a province").fill("nowhere")
    assert rows.count() == 0
    assert page.locator("#nothing").is_visible()


def test_the_digits_of_the_table_are_thai_on_demand(visit: Visit) -> None:
    page = visit(TABLE)
    total = page.locator("#return tfoot [data-key=total]")
    assert total.inner_text() == "7,850"
    page.locator("#digits").click()
    assert total.inner_text() == "๗,๘๕๐"
    page.locator("[data-sort=rank]").click()
    assert page.locator("#return tbody [data-key=rank]").first.inner_text() == "๑"
    page.locator("#digits").click()
    assert total.inner_text() == "7,850"


def test_the_map_is_coloured_by_progress_or_by_gap_and_says_both_in_figures(visit: Visit) -> None:
    page = visit("index.html#lang=en")
    tiles = page.locator("#map a.tile")
    assert tiles.count() == 76
    one = page.locator("#map a[data-code='90']")
    before = one.evaluate("e => getComputedStyle(e).backgroundColor")
    percent = one.locator(".np")
    assert percent.is_visible()
    assert not one.locator(".ng").is_visible()
    page.get_by_role("radio", name="Gap to the line").focus()
    page.keyboard.press("Space")
    assert one.locator(".ng").is_visible()
    assert not percent.is_visible()
    assert one.evaluate("e => getComputedStyle(e).backgroundColor") != before
    page.mouse.move(0, 0)
    assert "Songkhla" in one.locator(".card").inner_text()
    one.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/province/90.html#lang=en")
    assert page.locator("h1").inner_text() == "Songkhla"


def test_a_figure_leads_to_its_return_and_the_return_is_opened(visit: Visit) -> None:
    page = visit(f"{PROVINCE}#lang=en")
    page.locator("#trail a").first.click()
    page.wait_for_url("**/quality.html#*")
    target = page.locator("article:focus")
    assert "syn_2563-08-06" in target.inner_text()
    assert "counts now" in target.inner_text()
    assert target.locator("details").first.get_attribute("open") is not None
    assert "lang=en" in page.url


def test_without_javascript_all_is_there_in_thai(visit: Visit) -> None:
    page = visit(TABLE, javascript=False)
    assert page.locator("#return tbody tr").count() == 76
    assert page.locator("#return tbody th").first.inner_text() == "กระบี่"
    assert not page.locator(".tools").is_visible()
    assert not page.locator(".lang").is_visible()


@pytest.mark.parametrize(("name", "most"), [("index.html", 3), (TABLE, 4), (PROVINCE, 3)])
def test_a_page_prints_on_a4(visit: Visit, name: str, most: int) -> None:
    import pypdfium2

    page = visit(name)
    with pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True))) as pdf:
        sizes = {tuple(round(side) for side in sheet.get_size()) for sheet in pdf}
        assert sizes == {(842, 595) if name == TABLE else (595, 842)}
        assert len(pdf) <= most


def test_the_first_paint_of_the_front_page_takes_less_than_a_second(
    chromium: Browser, built: Home, record_property: Callable[[str, object], None]
) -> None:
    took = min(first_paint(chromium, Path(built.site) / "index.html") for _ in range(3))
    record_property("first_paint_ms", took)
    assert took < 1000
