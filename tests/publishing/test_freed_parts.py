"""A report that is made part by part holds one part: what each leaves in cycles is gone before the next is begun."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from pipelines.publishing import by_campaign
from pipelines.publishing.by_campaign import Made
from pipelines.publishing.freed_parts import part_by_part
from pipelines.publishing.site import folder
from pipelines.publishing.site.folder import Group


class Cycle:
    """What only the collector frees, as a workbook and a page are."""

    def __init__(self) -> None:
        self.own = self


class Left:
    """What parts left behind, and how much of it is still there when each part is begun."""

    def __init__(self) -> None:
        self.there, self.all = list[int](), list[weakref.ref[Cycle]]()

    def part(self) -> None:
        self.there.append(sum(one() is not None for one in self.all))
        self.all.append(weakref.ref(Cycle()))


@pytest.fixture
def left() -> Iterator[Left]:
    """No collection comes by itself, as after an import that nothing follows."""
    gc.disable()
    try:
        yield Left()
    finally:
        gc.enable()


def test_each_part_is_freed(left: Left) -> None:
    with part_by_part() as freed:
        for _ in range(3):
            left.part()
            freed()
    assert left.there == [0, 0, 0]
    assert gc.get_freeze_count() == 0


def test_a_fault_leaves_the_collector_as_it_was(left: Left) -> None:
    with pytest.raises(OSError, match="full"), part_by_part():
        raise OSError("the disk is full")
    assert gc.get_freeze_count() == 0


def test_files_of_campaigns(left: Left, tmp_path: Path) -> None:
    def make(campaign: str) -> Made:
        left.part()
        (tmp_path / campaign).write_text(campaign, encoding="utf-8")
        return Made(tmp_path / campaign, 1)

    by_campaign.make(tmp_path, "workbook", {"a": 1, "b": 1, "c": 1}, make)
    assert left.there == [0, 0, 0]


def test_groups_of_pages(left: Left, tmp_path: Path) -> None:
    def pages(name: str) -> Iterable[tuple[str, str]]:
        left.part()
        yield f"{name}.html", name

    folder.write([Group(name, name, lambda name=name: pages(name)) for name in "abc"], tmp_path / "site", "state")  # type: ignore[misc]
    assert left.there == [0, 0, 0]
