"""Debian's Chromium, driven by Playwright: for the browser tests, the screenshots and the bench. Playwright's own
browser is not fetched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "the browser tests need Chromium and a Thai font; on Debian: sudo apt-get install chromium fonts-thai-tlwg"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
  for (const entry of list.getEntriesByName("first-contentful-paint")) resolve(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""
"""Awaited in the page, not polled by a string of code: the site's policy forbids that."""


def chromium() -> Path:
    """Where Chromium is. Raises `FileNotFoundError` with the line that installs it where it is not."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise FileNotFoundError(INSTALL)
    return Path(found)


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            yield opened
        finally:
            opened.close()


def first_paint(opened: Browser, file: Path) -> float:
    """Milliseconds from the start of the navigation to the first contentful paint of a page, in a tab of its own."""
    page = opened.new_page()
    try:
        page.goto(file.absolute().as_uri())
        return float(page.evaluate(PAINTED))
    finally:
        page.close()
