"""The ledger of a home whose archive lies in a bucket: it is in the home as ever, and in the bucket, where it counts.

An object holds the lines of one write, `ledger/<number of its first line>.jsonl`, and never changes. It is written
before the home's ledger, so that what the home has is in the bucket, and a command that was killed between the two
leaves lines in the bucket that the next takes over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipelines.archive import chain, ledger
from warehouse.buckets import Bucket, StorageFault

FOLDER = "ledger"
MARK = ".bucket"
"""The file beside the home's ledger that says which ledger is known to be in which bucket."""


class Gap(StorageFault):
    """Lines that are missing from the ledger in a bucket, or are there twice."""


class LedgerFault(NamedTuple):
    """How the two ledgers differ.

    Attributes:
        text: A sentence, with what mends it.
        mendable: Whether `khrop doctor --mend` does.
    """

    text: str
    mendable: bool = True


class KeptLedger:
    """The ledger in a bucket, beside that of the home."""

    def __init__(self, bucket: Bucket, path: Path) -> None:
        """Name both.

        Args:
            bucket: The bucket of the archive.
            path: The home's ledger, which need not exist.
        """
        self.bucket, self.path = bucket, path

    def is_ahead(self) -> bool:
        """Return whether the home has no ledger yet, and the bucket may have one."""
        return not self.path.exists()

    def join(self) -> None:
        """Take over the lines that the home's ledger has not; the caller holds the lock of the archive.

        Where nothing changed since the last time, only the last object is read, and looked for the next.

        Raises:
            StorageFault: Where the home has lines that are not in the bucket, or the two are of different archives.
        """
        home_bytes = ledger.whole(self.path)
        if self._is_known(home_bytes) and self.bucket.read(_key(_lines(home_bytes) + 1)) is None:
            return
        objects = self._kept()
        if fault := self._fault(home_bytes, b"".join(objects.values())):
            raise StorageFault(fault.text)
        if newer := b"".join(objects.values())[len(home_bytes) :]:
            ledger.take_over(self.path, newer, len(home_bytes))
        if objects:
            self._mark(*objects.popitem())

    def record(self, number: int, text: bytes) -> None:
        """Write lines into the bucket, before they are appended to the home's ledger.

        Args:
            number: The number of the first.
            text: The lines with their ends.

        Raises:
            StorageFault: Where the bucket cannot be used, or another home has written the same lines.
        """
        key = _key(number)
        created = self.bucket.create(key, text)
        if self.bucket.read(key) != text:
            why = "it reads back as other bytes" if created else "another home writes to this archive at the same time"
            raise StorageFault(f"{self.bucket.where(key)}: {why}; nothing was recorded, run this again")
        self._mark(key, text)

    def faults(self) -> Iterator[LedgerFault]:
        """Yield how the two ledgers differ.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        home_bytes = ledger.whole(self.path)
        try:
            kept_bytes = b"".join(self._kept().values())
        except Gap as reason:
            yield LedgerFault(str(reason), mendable=False)
            return
        if fault := self._fault(home_bytes, kept_bytes):
            yield fault
        elif lines := _lines(kept_bytes[len(home_bytes) :]):
            yield LedgerFault(
                f"{self.path} lacks {lines} lines that {self.bucket.where(FOLDER)} has: khrop doctor --mend, or the"
                " next return, takes them over"
            )

    def upload(self) -> None:
        """Write the lines that the home alone has into the bucket, as one object."""
        home_bytes, kept_bytes = ledger.whole(self.path), b"".join(self._kept().values())
        if home_bytes.startswith(kept_bytes) and home_bytes != kept_bytes:
            self.record(_lines(kept_bytes) + 1, home_bytes[len(kept_bytes) :])

    def _kept(self) -> dict[str, bytes]:
        """Return the objects of the ledger in the bucket, in order."""
        objects, lines = dict(sorted(self.bucket.read_all(self.bucket.sizes(FOLDER)).items())), 0
        for key, text in objects.items():
            if key != _key(lines + 1):
                raise Gap(
                    f"{self.bucket.where(key)}: the lines before it are missing or doubled: put the objects of"
                    f" {self.bucket.where(FOLDER)} back from a backup"
                )
            lines += _lines(text)
        return objects

    def _fault(self, home_bytes: bytes, kept_bytes: bytes) -> LedgerFault | None:
        """Return why the home's ledger is no beginning of that in the bucket; None where it is."""
        if kept_bytes.startswith(home_bytes):
            return None
        if home_bytes.startswith(kept_bytes):
            lines = _lines(home_bytes[len(kept_bytes) :])
            return LedgerFault(
                f"{self.bucket.where(FOLDER)} lacks {lines} lines of {self.path}: if storage.toml is right, khrop"
                " doctor --mend uploads what the home has"
            )
        return LedgerFault(
            f"{self.bucket.where(FOLDER)} and {self.path} differ: one was altered, or they are of two archives; correct"
            " storage.toml, or put the damaged one back from a backup",
            mendable=False,
        )

    def _is_known(self, home_bytes: bytes) -> bool:
        """Return whether the home's ledger is that of the mark, and its last object is in the bucket."""
        try:
            mark = json.loads((self.path.parent / MARK).read_text(encoding="utf-8"))
            if mark["url"] != self.bucket.url or mark["head"] != chain.last(home_bytes):
                return False
            last = self.bucket.read(str(mark["last"]))
        except (OSError, ValueError, TypeError, KeyError) as error:
            if isinstance(error, StorageFault):
                raise
            return False
        return last is not None and home_bytes.endswith(last)

    def _mark(self, last: str, text: bytes) -> None:
        """Record that the bucket has the home's ledger, up to and with the lines of its last object."""
        temporary = self.path.parent / f"{MARK}.new"
        mark = {"url": self.bucket.url, "head": chain.last(text), "last": last}
        temporary.write_text(json.dumps(mark), encoding="utf-8")
        os.replace(temporary, self.path.parent / MARK)


def _lines(text: bytes) -> int:
    return text.count(b"\n")


def _key(number: int) -> str:
    return f"{FOLDER}/{number:09}.jsonl"
