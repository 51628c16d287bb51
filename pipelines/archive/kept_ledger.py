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

        Where nothing changed since the last time, this is one request.

        Raises:
            StorageFault: Where the home has lines that are not in the bucket, or the two are of different archives.
        """
        own = ledger.whole(self.path)
        if self._mark() == self._marked(own):
            newer = b""
            while more := self.bucket.read(_key((own + newer).count(b"\n") + 1)):
                newer += more
        else:
            kept = self._kept()
            if fault := self._fault(own, kept):
                raise StorageFault(fault.text)
            newer = kept[len(own) :]
        if newer:
            ledger.take_over(self.path, newer)
        self._set_mark(own + newer)

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
        self._set_mark(ledger.whole(self.path) + text)

    def faults(self) -> Iterator[LedgerFault]:
        """Yield how the two ledgers differ.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        own = ledger.whole(self.path)
        try:
            kept = self._kept()
        except Gap as reason:
            yield LedgerFault(str(reason), mendable=False)
            return
        if fault := self._fault(own, kept):
            yield fault
        elif lines := kept[len(own) :].count(b"\n"):
            yield LedgerFault(
                f"{self.path} lacks {lines} lines that {self.bucket.where(FOLDER)} has: khrop doctor --mend, or the"
                " next return, takes them over"
            )

    def upload(self) -> None:
        """Write the lines that the home alone has into the bucket, as one object."""
        own, kept = ledger.whole(self.path), self._kept()
        if own.startswith(kept) and own != kept:
            self.record(kept.count(b"\n") + 1, own[len(kept) :])

    def _kept(self) -> bytes:
        """Return the ledger in the bucket."""
        texts, whole = self.bucket.read_all(self.bucket.sizes(FOLDER)), b""
        for key, text in sorted(texts.items()):
            if key != _key(whole.count(b"\n") + 1):
                raise Gap(
                    f"{self.bucket.where(key)}: the lines before it are missing or doubled: put the objects of"
                    f" {self.bucket.where(FOLDER)} back from a backup"
                )
            whole += text
        return whole

    def _fault(self, own: bytes, kept: bytes) -> LedgerFault | None:
        """Return why the home's ledger is no beginning of that in the bucket; None where it is."""
        if kept.startswith(own):
            return None
        if own.startswith(kept):
            lines = own[len(kept) :].count(b"\n")
            return LedgerFault(
                f"{self.bucket.where(FOLDER)} lacks {lines} lines of {self.path}: if storage.toml is right, khrop"
                " doctor --mend uploads what the home has"
            )
        return LedgerFault(
            f"{self.bucket.where(FOLDER)} and {self.path} differ: one was altered, or they are of two archives; correct"
            " storage.toml, or put the damaged one back from a backup",
            mendable=False,
        )

    def _mark(self) -> str:
        try:
            return (self.path.parent / MARK).read_text(encoding="utf-8")
        except OSError:
            return ""

    def _marked(self, own: bytes) -> str:
        return json.dumps({"url": self.bucket.url, "lines": own.count(b"\n"), "head": chain.last(own)})

    def _set_mark(self, own: bytes) -> None:
        temporary = self.path.parent / f"{MARK}.new"
        temporary.write_text(self._marked(own), encoding="utf-8")
        os.replace(temporary, self.path.parent / MARK)


def _key(number: int) -> str:
    return f"{FOLDER}/{number:09}.jsonl"
