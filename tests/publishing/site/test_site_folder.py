"""The site's folder: swapped in as a whole, unchanged pages the same files, a fault leaves the old site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.publishing.site import folder


def test_an_unchanged_page_is_the_same_file_and_a_changed_one_is_not(tmp_path: Path) -> None:
    site = tmp_path / "site"
    folder.write([("index.html", "one"), ("province/11.html", "same")], site, "a")
    before = (site / "province" / "11.html").stat()
    written = folder.write([("index.html", "two"), ("province/11.html", "same")], site, "b")
    after = (site / "province" / "11.html").stat()
    assert (written.new, written.kept) == (1, 1)
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (site / "index.html").read_text() == "two"
    assert folder.state_of(site) == "b"


def test_the_site_is_a_link_that_turns_and_a_reader_in_the_old_one_goes_on(tmp_path: Path) -> None:
    site = tmp_path / "site"
    folder.write([("index.html", "one")], site, "a")
    old = site.resolve()
    folder.write([("index.html", "two")], site, "b")
    assert site.is_symlink()
    assert site.resolve() != old
    assert (old / "index.html").read_text() == "one"
    folder.write([("index.html", "three")], site, "c")
    assert not old.exists(), "the state before the last goes"
    assert len([p for p in tmp_path.iterdir() if not p.is_symlink()]) == 2, "this one and the one before"


def test_a_page_that_is_no_more_goes(tmp_path: Path) -> None:
    site = tmp_path / "site"
    folder.write([("index.html", "one"), ("old.html", "x")], site, "a")
    folder.write([("index.html", "one")], site, "b")
    assert [p.name for p in sorted(site.glob("*.html"))] == ["index.html"]


def test_a_fault_on_the_way_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    site = tmp_path / "site"
    folder.write([("index.html", "one")], site, "a")

    def half() -> Iterator[tuple[str, str]]:
        yield "index.html", "two"
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        folder.write(half(), site, "b")
    assert (site / "index.html").read_text() == "one"
    assert folder.state_of(site) == "a"
    assert len([p for p in tmp_path.iterdir() if not p.is_symlink()]) == 1
