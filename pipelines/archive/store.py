"""The archive: every byte that came in, once, under its hash, beside the ledger of how and when it came.

The archive alone is enough to rebuild the warehouse. Here belong storing and verifying bytes; reading documents belongs
in `pipelines.readers`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipelines import storage
from pipelines.archive import ledger, reading_ahead
from pipelines.archive.copying import NotTaken, copy_settled, seal
from pipelines.archive.ledger import Additions, Damaged, Receipt
from pipelines.archive.media_types import media_type_of
from pipelines.archive.places import BeingRead, Folder, InBucket, Place
from pipelines.home import Home
from warehouse.buckets import Bucket

LEDGER = "receipts.jsonl"
INCOMING = ".incoming"
"""The file that bytes are written into before they get their name."""

Opener = Callable[[Path], Iterable[tuple[str, bytes]]]
"""Returns the parts of a container, each with its name; nothing where a file is none."""


class DecidedMeanwhile(Exception):
    """Another decision about the same bytes was written since they were looked at; the message is their name."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to be archived.

    Attributes:
        path: The file.
        source: Where it came from, for the ledger.
        campaign: The campaign that the sender named, if any.
        as_of: The as-of date that the sender named, if any.
    """

    path: Path
    source: str
    campaign: str | None = None
    as_of: date | None = None


class Archive:
    """The archive of a home: `receipts.jsonl` in its folder for the ledger, the bytes in that folder or in a bucket."""

    def __init__(self, folder: Path, bucket: Bucket | None = None) -> None:
        """Name the home's folder of the archive, which is created when something is archived.

        Args:
            folder: The folder.
            bucket: Where the bytes lie; None where in the folder.
        """
        self.folder = folder
        self.ledger = folder / LEDGER
        home_folder = Folder(folder)
        self.place: Place = InBucket(bucket, home_folder, self.ledger) if bucket else home_folder

    @classmethod
    def of(cls, home: Home) -> Archive:
        """Return the archive of a home.

        Raises:
            WrongUse: Where its `storage.toml` cannot be used.
        """
        return cls(home.archive, storage.read(home).archive)

    def path(self, sha256: str) -> Path:
        """Return where the bytes of a hash lie in the folder, or would lie."""
        return Folder(self.folder).path(sha256)

    def receipts(self) -> list[Receipt]:
        """Return the ledger from its beginning; a home without one takes over what its bucket has.

        Raises:
            Damaged: Where a line is no receipt.
            StorageFault: Where the bucket cannot be used, and the home has no ledger.
        """
        if self.place.is_ahead():
            with self._locked():
                pass
        return ledger.read(self.ledger)

    def read(self, sha256: str) -> bytes:
        """Return archived bytes.

        Raises:
            Damaged: Where they are missing or no longer have this hash.
            StorageFault: Where the bucket cannot be used.
        """
        return self._right(sha256, self.place.read(sha256))

    def read_each(self, receipts: Sequence[Receipt]) -> Iterator[Callable[[], bytes]]:
        """Yield for each receipt what returns its archived bytes, or raises as `read` does, in their order.

        Where they lie in a bucket, some of the next are being read meanwhile (`pipelines.archive.reading_ahead`).

        Args:
            receipts: What is wanted.
        """
        for receipt, present in zip(receipts, reading_ahead.in_order(self.place, receipts), strict=True):
            yield partial(self._finished, receipt.sha256, present)

    def _finished(self, sha256: str, present: BeingRead) -> bytes:
        return self._right(sha256, present.result())

    def _right(self, sha256: str, data: bytes) -> bytes:
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(f"{self.place.where(sha256)}: the bytes no longer have this hash")
        return data

    def holds(self, sha256: str) -> bool:
        """Return whether the bytes are there and have this hash."""
        try:
            self.read(sha256)
        except Damaged:
            return False
        return True

    def take(
        self,
        files: Iterable[Incoming],
        refused: dict[Path, NotTaken] | None = None,
        opener: Opener | None = None,
    ) -> list[Receipt]:
        """Archive files: the bytes first, then one write to the ledger, so that what the ledger names is always there.

        Args:
            files: The files.
            refused: Receives the files that cannot be read, with the reasons.
            opener: Opens containers; their parts are archived after them, with the container as parent and its hints.

        Returns:
            A receipt for each file and part, in order; where the ledger has one of the same bytes, name, source and
            hints already, that receipt.

        Raises:
            NotTaken: Where a file cannot be read and `refused` is None.
            OSError: Where the archive itself cannot be written.
        """
        with self._locked():
            taken_receipts: list[Receipt] = []
            additions = Additions(self.ledger)
            for file in files:
                try:
                    receipt, parts = self._copy(file, additions, opener)
                except NotTaken as reason:
                    if refused is None:
                        raise
                    refused[file.path] = reason
                    continue
                taken_receipts.append(additions.add(receipt))
                taken_receipts += self._write_parts(receipt, parts, additions)
            self._append(additions.new)
            return taken_receipts

    def complete(self, container: Receipt, opener: Opener) -> list[Receipt]:
        """Archive the parts of an archived container that the ledger does not name.

        Args:
            container: A receipt of the container.
            opener: Opens it.

        Returns:
            The new receipts.
        """
        with self._locked():
            additions = Additions(self.ledger)
            with self._temporary() as temporary:
                temporary.write_bytes(self.read(container.sha256))
                parts = list(opener(temporary))
            self._write_parts(container, parts, additions)
            self._append(additions.new)
            return additions.new

    def record_decision(
        self,
        first: Receipt,
        source: str,
        decision: Mapping[str, Any],
        sign: Callable[[Receipt], str | None] | None = None,
        *,
        known: int | None = None,
    ) -> Receipt:
        """Append to the ledger what a person decided.

        Args:
            first: The first receipt of the bytes.
            source: The command.
            decision: The decision as plain values.
            sign: Returns the signature of the line, or None.
            known: How many decisions about the bytes this one was made in view of; None for any.

        Returns:
            The new receipt.

        Raises:
            DecidedMeanwhile: Where the ledger has more.
        """
        line = replace(
            first, received_at=datetime.now(UTC), source=source, campaign=None, as_of=None, again=True,
            decision=decision, parent=None, signature=None,
        )  # fmt: skip
        if sign:
            line = replace(line, signature=sign(line))
        with self._locked():
            if known is not None and decisions_about(first.sha256, ledger.read(self.ledger)) != known:
                raise DecidedMeanwhile(first.name)
            self._append([line])
        return line

    def mend_ledger(self) -> None:
        """Remove a last line that was cut short, as the next that is written would do."""
        with self._locked(), open(self.ledger, "ab") as file:
            file.truncate(file.tell() - ledger.torn(self.ledger))
            os.fsync(file.fileno())

    def strays(self) -> list[str]:
        """Return the archived files that the ledger does not name: a crash came before their line was written."""
        named = {r.sha256 for r in self.receipts()}
        return sorted(stored.where for name, stored in self.place.stored().items() if name not in named)

    def join(self) -> None:
        """Bring the home and the bucket of its archive together: each gets what the other alone has.

        Raises:
            StorageFault: Where their ledgers differ, or the bucket cannot be used.
        """
        with self._lock():
            self.place.upload({receipt.sha256 for receipt in ledger.read(self.ledger)})
            self.place.join()

    def _append(self, receipts: Sequence[Receipt]) -> None:
        ledger.append(self.ledger, receipts, self.place.record)

    def _copy(
        self, file: Incoming, additions: Additions, opener: Opener | None
    ) -> tuple[Receipt, list[tuple[str, bytes]]]:
        """Archive a file, and return its receipt and what it holds."""
        with self._temporary() as temporary:
            sha256, size, head = copy_settled(file.path, temporary)
            parts = list(opener(temporary)) if opener else []
            if not additions.knows(sha256) or not self.holds(sha256):
                self.place.put(temporary, sha256)
        receipt = Receipt(
            sha256,
            unicodedata.normalize("NFC", _text(file.path.name)),
            media_type_of(head),
            size,
            datetime.now(UTC),
            _text(file.source),
            file.campaign,
            file.as_of,
            again=additions.knows(sha256),
        )
        return receipt, parts

    def _write_parts(
        self, container: Receipt, parts: Iterable[tuple[str, bytes]], additions: Additions
    ) -> list[Receipt]:
        return [additions.add(self._write_part(container, name, data, additions)) for name, data in parts]

    def _write_part(self, container: Receipt, name: str, data: bytes, additions: Additions) -> Receipt:
        sha256 = hashlib.sha256(data).hexdigest()
        if not additions.knows(sha256) or not self.holds(sha256):
            with self._temporary() as temporary:
                with open(temporary, "wb") as write:
                    write.write(data)
                    seal(write)
                self.place.put(temporary, sha256)
        return replace(
            container,
            sha256=sha256,
            name=name,
            media_type=media_type_of(data[:512]),
            bytes=len(data),
            received_at=datetime.now(UTC),
            source=f"{container.source}!{name}",
            again=additions.knows(sha256),
            decision=None,
            signature=None,
            parent=container.sha256,
        )

    @contextmanager
    def _temporary(self) -> Iterator[Path]:
        temporary = self.folder / INCOMING  # one name is enough under the lock, so a killed run leaves one file
        temporary.unlink(missing_ok=True)
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the archive, with all lines in the home's ledger that its bucket has."""
        with self._lock():
            self.place.join()
            yield

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def decisions_about(sha256: str, receipts: Iterable[Receipt]) -> int:
    """Return how many decisions about some bytes a ledger has.

    Args:
        sha256: The bytes.
        receipts: The ledger.
    """
    return sum(receipt.sha256 == sha256 and receipt.decision is not None for receipt in receipts)


def _text(name: str) -> str:
    """Return a file name as text: bytes that are no UTF-8 become escapes, since they could not be written elsewhere."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
