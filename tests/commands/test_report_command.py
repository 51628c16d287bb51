"""`khrop report`: builds the site of the home, says where, and does nothing where nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from site_pages import page
from typer.testing import Result

from pipelines.home import Home
from warehouse import exports
from warehouse.connect import Warehouse

Run = Callable[..., Result]


def test_without_a_warehouse_it_says_how_to_make_one(run: Run, home: Home) -> None:
    result = run("report")
    assert result.exit_code == 2
    assert result.stderr == f"khrop: there is no warehouse in {home.root} yet; khrop ingest makes one\n"
    assert not home.root.exists()


def test_it_says_where_the_site_is_and_what_it_did(run: Run, home: Home, taken_in: Any, sample: Path) -> None:
    taken_in(sample)
    index = home.site / "index.html"
    assert run("report").stdout == f"Site:      {index}  (80 pages written, 0 as they were)\n"
    assert index.is_file()
    assert run("report").stdout == f"Site:      {index}  (nothing changed)\n"
    assert run("report", "--force").stdout == f"Site:      {index}  (0 pages written, 80 as they were)\n"
    report = json.loads(run("report", "--json").stdout)
    assert report == {"index": str(index), "written": 0, "kept": 0, "current": True}


def test_a_letter_in_the_home_is_linked(run: Run, home: Home, taken_in: Any, sample: Path) -> None:
    taken_in(sample)
    letters = home.letters / "info-international-agreements" / "2020-06-11"
    letters.mkdir(parents=True)
    (letters / "90-songkhla.docx").write_bytes(b"")
    run("report")
    (link,) = page(home.site / "info-international-agreements" / "province" / "90.html").find("a", class_="button")
    assert (home.site / "province" / link.attributes["href"]).parent.name == "2020-06-11"


def test_tables_that_are_behind_are_not_shown(run: Run, home: Home, taken_in: Any, sample: Path, write: Any) -> None:
    taken_in(sample)
    run("report")
    taken_in(write("later.csv", date(2020, 7, 9)))
    (home.exports / exports.STATE).write_text("before", encoding="ascii")
    result = run("report")
    assert result.exit_code == 2
    assert "the tables are behind what was loaded; khrop ingest makes them anew" in result.stderr
    assert "11 June 2020" in (home.site / "index.html").read_text(encoding="utf-8")


def test_a_warehouse_that_is_being_written_is_waited_for_and_named(
    run: Run, home: Home, taken_in: Any, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import warehouse.connect as connecting

    taken_in(sample)
    monkeypatch.setattr(connecting, "_flock", lambda fd: False)
    monkeypatch.setattr(connecting.Warehouse.__init__, "__kwdefaults__", {"patience": 0.05})
    result = run("report")
    assert result.exit_code == 3
    assert f"the warehouse {Warehouse(home.warehouse).path} is held by" in result.stderr
