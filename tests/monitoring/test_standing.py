"""That no report waits is seen by files alone, and never when one may wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.monitoring import standing
from pipelines.monitoring.standing import Standing
from pipelines.publishing import kept_record
from warehouse.connect import Warehouse

SITE = Standing("site", "Site", "site/index.html", "", "", "", usable=True)
ABSENT = Standing("data_docs", "Data Docs", "", "", "a_module_that_is_not_there", "pip install it", usable=False)


@pytest.fixture
def published(home: Home, taken_in: Callable[..., Any], sample: Path) -> Home:
    """A home in which no report waits."""
    taken_in(sample)
    home.site.mkdir()
    (home.site / "index.html").touch()
    kept_record.write(home.root / kept_record.PUBLISHED, {"site": {"state": "1", "path": "site/index.html"}})
    standing.keep(home, standing.mark(home), [SITE, ABSENT])
    return home


def test_what_stands_is_as_it_was(published: Home) -> None:
    assert standing.unchanged(published) == [SITE, ABSENT]


def _warehouse(home: Home) -> None:
    with Warehouse(home.warehouse).writing() as connection:
        connection.execute("DELETE FROM core.violation")


def _page(home: Home) -> None:
    (home.site / "index.html").unlink()


def _record(home: Home) -> None:
    kept_record.write(home.root / kept_record.PUBLISHED, {})


def _own(home: Home) -> None:
    (home.root / standing.FILE).write_text('{"reports": [{"name": "site"}]}', encoding="utf-8")


@pytest.mark.parametrize("change", [_warehouse, _page, _record, _own])
def test_what_may_have_changed_is_looked_at(published: Home, change: Callable[[Home], None]) -> None:
    change(published)
    assert standing.unchanged(published) is None


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(replace(SITE, path=""), id="was never published"),
        pytest.param(replace(SITE, needs="a_module_that_is_not_there"), id="cannot be made any more"),
        pytest.param(replace(ABSENT, needs="json"), id="can be made now"),
    ],
)
def test_a_report_that_may_wait_is_looked_at(published: Home, report: Standing) -> None:
    standing.keep(published, standing.mark(published), [report])
    assert standing.unchanged(published) is None


def test_what_changes_while_the_reports_are_looked_at_is_not_recorded(published: Home) -> None:
    before = standing.mark(published)
    _warehouse(published)
    standing.keep(published, before, [SITE])
    assert standing.unchanged(published) is None
