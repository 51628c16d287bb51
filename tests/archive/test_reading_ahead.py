"""Reading ahead: so many at once and so many bytes, in order, and what nobody came to is let be."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.archive import reading_ahead
from pipelines.archive.ledger import Receipt
from pipelines.archive.places import BeingRead, Folder
from pipelines.archive.reading_ahead import AT_ONCE, BYTES


class Begun:
    """A place that notes which reads were begun, handed over and let be."""

    def __init__(self) -> None:
        self.begun, self.let_be = list[str](), list[str]()

    def begin(self, sha256: str) -> BeingRead:
        self.begun.append(sha256)
        place = self

        class Reading:
            def result(self) -> bytes:
                return sha256.encode()

            def cancel(self) -> None:
                place.let_be.append(sha256)

        return Reading()


def receipt(name: str, size: int = 6000) -> Receipt:
    return Receipt(name, f"{name}.csv", "text/plain", size, datetime(2026, 1, 1, tzinfo=UTC), "ingest")


def test_so_many_are_under_way_beside_the_one_that_is_judged() -> None:
    place, names = Begun(), [f"{n:02}" for n in range(3 * AT_ONCE)]
    for turn, present in enumerate(reading_ahead.in_order(place, map(receipt, names)), start=1):  # type: ignore[arg-type]
        assert present.result() == names[turn - 1].encode()
        assert place.begun == names[: turn + AT_ONCE]
    assert (place.begun, place.let_be) == (names, [])


def test_large_returns_are_read_one_at_a_time() -> None:
    place, names = Begun(), ["a", "b", "c"]
    sizes = {"a": BYTES, "b": 2 * BYTES, "c": 1}
    wanted = [receipt(name, sizes[name]) for name in names]
    seen = [list(place.begun) for _ in reading_ahead.in_order(place, wanted)]  # type: ignore[arg-type]
    assert seen == [["a", "b"], ["a", "b", "c"], ["a", "b", "c"]]


def test_what_nobody_came_to_is_let_be() -> None:
    place = Begun()
    reads = reading_ahead.in_order(place, map(receipt, "abc"))  # type: ignore[arg-type]
    next(reads)
    reads.close()
    assert place.let_be == ["b", "c"]


def test_a_file_of_the_home_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    reads = reading_ahead.in_order(Folder(tmp_path), map(receipt, ["aa1", "aa2"]))
    (tmp_path / "aa").mkdir()
    first = next(reads)
    (tmp_path / "aa" / "aa1").write_bytes(b"1")
    assert first.result() == b"1"
    with pytest.raises(Exception, match="No such file"):
        next(reads).result()
