"""The site's folder: swapped in as a whole, unchanged pages the same files, a fault leaves the old site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from pipelines.publishing.site import folder
from pipelines.publishing.site.folder import Group


def write(pages: Iterable[tuple[str, str]], site: Path, state: str) -> folder.Written:
    """Write pages as one group, made from the state."""
    return folder.write([Group("all", state, lambda: pages)], site, state)


def test_an_unchanged_page_is_the_same_file_and_a_changed_one_is_not(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write([("index.html", "one"), ("province/11.html", "same")], site, "a")
    before = (site / "province" / "11.html").stat()
    written = write([("index.html", "two"), ("province/11.html", "same")], site, "b")
    after = (site / "province" / "11.html").stat()
    assert (written.new, written.kept) == (1, 1)
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (site / "index.html").read_text() == "two"
    assert folder.state_of(site) == "b"


def test_the_site_is_a_link_that_turns_and_a_reader_in_the_old_one_goes_on(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write([("index.html", "one")], site, "a")
    old = site.resolve()
    write([("index.html", "two")], site, "b")
    assert site.is_symlink()
    assert site.resolve() != old
    assert (old / "index.html").read_text() == "one"
    write([("index.html", "three")], site, "c")
    assert not old.exists(), "the state before the last goes"
    assert len([p for p in tmp_path.iterdir() if not p.is_symlink()]) == 2, "this one and the one before"


def test_a_page_that_is_no_more_goes(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write([("index.html", "one"), ("old.html", "x")], site, "a")
    write([("index.html", "one")], site, "b")
    assert [p.name for p in sorted(site.glob("*.html"))] == ["index.html"]


def test_a_fault_on_the_way_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write([("index.html", "one")], site, "a")

    def half() -> Iterator[tuple[str, str]]:
        yield "index.html", "two"
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        write(half(), site, "b")
    assert (site / "index.html").read_text() == "one"
    assert folder.state_of(site) == "a"
    assert len([p for p in tmp_path.iterdir() if not p.is_symlink()]) == 1


def test_a_group_that_is_made_from_the_same_is_not_made_again(tmp_path: Path) -> None:
    site, made = tmp_path / "site", list[str]()

    def group(name: str, made_from: str) -> Group:
        def pages() -> Iterator[tuple[str, str]]:
            made.append(name)
            yield f"{name}/index.html", made_from
            yield f"{name}/11.html", made_from

        return Group(name, made_from, pages)

    folder.write([group("one", "1"), group("two", "1")], site, "a")
    before = (site / "one" / "11.html").stat().st_ino
    written = folder.write([group("one", "1"), group("two", "2")], site, "b")
    assert made == ["one", "two", "two"]
    assert (written.new, written.kept) == (2, 2)
    assert (site / "one" / "11.html").stat().st_ino == before
    assert (site / "two" / "11.html").read_text() == "2"


def test_a_group_whose_page_was_removed_is_made_again(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write([("index.html", "one"), ("province/11.html", "same")], site, "a")
    assert folder.state_of(site) == "a"
    (site / "province" / "11.html").unlink()
    assert folder.state_of(site) == ""  # so that the site is made again
    write([("index.html", "one"), ("province/11.html", "same")], site, "a")
    assert (site / "province" / "11.html").read_text() == "same"


def test_an_index_of_groups_that_cannot_be_read_makes_all_pages_anew(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for damaged in ("{", "[]", '{"all": 1}'):
        write([("index.html", "one")], site, "a")
        (site / folder.INDEX).write_text(damaged, encoding="utf-8")
        write([("index.html", "two")], site, "a")
        assert (site / "index.html").read_text() == "two"
