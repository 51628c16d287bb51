"""What browser tests share: Chromium, and the site of a home with a few returns, built once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import browser
from province_table import DATASETS, build_marts

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake import containers
from pipelines.intake.inbox import incoming
from pipelines.intake.take_in import take_in
from pipelines.publishing.site.build import build
from pipelines.publishing.suggested_repairs import suggester
from warehouse.connect import Warehouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RETURNS = Path(__file__).parents[2] / "returns"
SAMPLE = Path(__file__).parents[3] / "pipelines" / "sample" / "dla-2563-06-11.txt"
GIVEN = (
    SAMPLE,
    RETURNS / "synthetic" / "syn_2563-06-25.utf8-bom.csv",
    RETURNS / "synthetic" / "syn_2563-08-06.utf8-bom.csv",
    RETURNS / "defective" / "syn_bad_15_swapped_saved_pending.utf8-bom.csv",
)
Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; where it is not, this fails with the line that installs it."""
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the sample, two returns after it and one that was set aside, and its site."""
    home = Home(tmp_path_factory.mktemp("home"))
    containers.take(Archive(home.archive), [incoming(home, path) for path in GIVEN])
    warehouse = Warehouse(home.warehouse)
    with warehouse.writer():
        assert len([story for batch in take_in(home) for story in batch]) == len(GIVEN)
        with warehouse.writing() as connection:
            build_marts(connection)
        with warehouse.reading() as connection:
            build(connection, home, DATASETS, suggest=suggester(home, connection))
    return home


@pytest.fixture
def visit(chromium: Browser, built: Home) -> Iterator[Open]:
    """Open a page of the site from its file. The test fails where the page reported an error, or asked for anything
    but itself."""
    troubles: list[str] = []
    contexts = []

    def run(name: str, *, width: int = 1280, height: int = 900, javascript: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=javascript, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        page.on("request", lambda asked: None if asked.url.startswith("file:") else troubles.append(asked.url))
        page.goto(f"{(built.site / name.partition('#')[0]).as_uri()}{name[len(name.partition('#')[0]) :]}")
        return page

    yield run
    for context in contexts:
        context.close()
    assert [t for t in troubles if not t.endswith("data:,")] == []
