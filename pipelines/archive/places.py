"""Where the archive's bytes lie: a folder of the home, or a bucket.

When bytes are archived, and what the ledger says of them, belongs in `pipelines.archive.store`; the ledger of a home
whose bytes lie in a bucket belongs in `pipelines.archive.kept_ledger`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from pipelines.archive.copying import sync_folder
from pipelines.archive.kept_ledger import KeptLedger, LedgerFault
from pipelines.archive.ledger import Damaged
from warehouse.buckets import Bucket, Reading, StorageFault

OBJECT = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{62}")


class Stored(NamedTuple):
    """Archived bytes that are there.

    Attributes:
        where: Their path or URL.
        bytes: How many there are.
    """

    where: str
    bytes: int


class BeingRead(Protocol):
    """Archived bytes that are being read, or will be when they are asked for."""

    def result(self) -> bytes:
        """Return them, or raise as `Place.read` does."""
        ...

    def cancel(self) -> None:
        """Let it be: nobody asks for them."""
        ...


class Place(Protocol):
    """Where archived bytes lie, each once, under `<first two digits>/<hash>`, and where the ledger is kept as well."""

    def where(self, sha256: str) -> str:
        """Return the path or URL of the bytes of a hash, be they there or not."""
        ...

    def read(self, sha256: str) -> bytes:
        """Return the bytes under a hash, which may be others.

        Raises:
            Damaged: Where there are none.
            StorageFault: Where the place cannot be used.
        """
        ...

    def begin(self, sha256: str) -> BeingRead:
        """Begin to read the bytes under a hash, where that can be done beside something else."""
        ...

    def put(self, file: Path, sha256: str) -> None:
        """Put bytes under their hash, as a whole or not at all; damaged ones give way.

        Args:
            file: A file of them, on disk, in the home's folder of the archive; it may be moved.
            sha256: Their hash.

        Raises:
            OSError: Where they cannot be written, `StorageFault` among them.
        """
        ...

    def stored(self) -> dict[str, Stored]:
        """Return what is there, by the name of the file."""
        ...

    def is_ahead(self) -> bool:
        """Return whether the home has no ledger yet, and this may have one."""
        ...

    def join(self) -> None:
        """Bring the home's ledger up to the ledger that is kept here.

        Raises:
            StorageFault: Where they differ.
        """
        ...

    def record(self, number: int, text: bytes) -> None:
        """Keep lines that are about to be appended to the home's ledger.

        Args:
            number: The number of the first.
            text: The lines with their ends.

        Raises:
            StorageFault: Where they cannot be kept.
        """
        ...

    def faults(self) -> Iterator[LedgerFault]:
        """Yield how the ledger that is kept here and that of the home differ."""
        ...

    def waiting(self, names: set[str]) -> list[str]:
        """Return which of these files are not here and in the home's folder."""
        ...

    def upload(self, names: set[str]) -> None:
        """Bring here what the home alone has: of these files, and of the ledger."""
        ...


class Folder:
    """The home's own folder. The ledger lies in it, and is kept nowhere else."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        self.folder = folder

    def __str__(self) -> str:
        """Return its path."""
        return str(self.folder)

    def path(self, sha256: str) -> Path:
        """Return where the bytes of a hash lie, or would lie."""
        return self.folder / sha256[:2] / sha256

    def where(self, sha256: str) -> str:
        """See `Place`."""
        return str(self.path(sha256))

    def read(self, sha256: str) -> bytes:
        """See `Place`."""
        try:
            return self.path(sha256).read_bytes()
        except OSError as error:
            raise Damaged(f"{self.path(sha256)}: {error.strerror}") from None

    def begin(self, sha256: str) -> BeingRead:
        """See `Place`: a file is read when it is asked for."""
        return _FileToRead(self, sha256)

    def put(self, file: Path, sha256: str) -> None:
        """See `Place`."""
        target = self.path(sha256)
        if not target.parent.is_dir():
            target.parent.mkdir()
            sync_folder(self.folder)
        os.replace(file, target)
        sync_folder(target.parent)

    def stored(self) -> dict[str, Stored]:
        """See `Place`."""
        files = sorted(self.folder.glob("[0-9a-f][0-9a-f]/*"))
        return {file.name: Stored(str(file), file.stat().st_size) for file in files}

    def is_ahead(self) -> bool:
        """See `Place`: there is one ledger."""
        return False

    def join(self) -> None:
        """See `Place`: there is one ledger."""

    def record(self, number: int, text: bytes) -> None:
        """See `Place`: there is one ledger."""

    def faults(self) -> Iterator[LedgerFault]:
        """See `Place`: there is one ledger."""
        return iter(())

    def waiting(self, names: set[str]) -> list[str]:
        """See `Place`: all is here."""
        return []

    def upload(self, names: set[str]) -> None:
        """See `Place`: all is here."""


class InBucket:
    """A bucket. The ledger lies in the home, and in the bucket as well."""

    def __init__(self, bucket: Bucket, home: Folder, ledger: Path) -> None:
        """Name the bucket, the home's folder of the archive, and the ledger in it."""
        self.bucket, self.home, self.ledger = bucket, home, KeptLedger(bucket, ledger)
        self.is_ahead, self.join = self.ledger.is_ahead, self.ledger.join
        self.record, self.faults = self.ledger.record, self.ledger.faults

    def __str__(self) -> str:
        """Return its URL."""
        return str(self.bucket)

    def where(self, sha256: str) -> str:
        """See `Place`."""
        return self.bucket.where(_key(sha256))

    def read(self, sha256: str) -> bytes:
        """See `Place`. Where no object is there and the ledger is another one, the bucket is not this archive's."""
        return self.begin(sha256).result()

    def begin(self, sha256: str) -> BeingRead:
        """See `Place`."""
        return _ObjectBeingRead(self, sha256, self.bucket.begin(_key(sha256)))

    def missing(self, sha256: str) -> StorageFault | Damaged:
        """Return why there is no object of a hash."""
        for fault in self.faults():
            return StorageFault(fault.text)
        return Damaged(f"{self.where(sha256)}: there is no such object")

    def put(self, file: Path, sha256: str) -> None:
        """See `Place`. What was written is read back; what is there already is compared, and stays if it is right."""
        if not self.bucket.create(_key(sha256), file):
            if self.bucket.sha256(_key(sha256)) == sha256:
                return
            self.bucket.replace(_key(sha256), file)
        if self.bucket.sha256(_key(sha256)) != sha256:
            raise StorageFault(f"{self.where(sha256)}: what was written reads back as other bytes; run this again")

    def stored(self) -> dict[str, Stored]:
        """See `Place`."""
        sizes = self.bucket.sizes().items()
        return {key[3:]: Stored(self.bucket.where(key), size) for key, size in sizes if OBJECT.fullmatch(key)}

    def waiting(self, names: set[str]) -> list[str]:
        """See `Place`."""
        there, here = self.stored(), self.home.stored()
        sizes = {name: (here[name].bytes, there[name].bytes if name in there else None) for name in names & here.keys()}
        return sorted(name for name, (inside, outside) in sizes.items() if inside != outside and self._whole(name))

    def upload(self, names: set[str]) -> None:
        """See `Place`."""
        for sha256 in self.waiting(names):
            self.put(self.home.path(sha256), sha256)
        self.ledger.upload()

    def _whole(self, sha256: str) -> bool:
        return hashlib.sha256(self.home.read(sha256)).hexdigest() == sha256


class _FileToRead:
    """A file of the home, see `BeingRead`."""

    def __init__(self, folder: Folder, sha256: str) -> None:
        self.folder, self.sha256 = folder, sha256

    def result(self) -> bytes:
        return self.folder.read(self.sha256)

    def cancel(self) -> None:
        """Nothing was begun."""


class _ObjectBeingRead:
    """An object of the bucket, see `BeingRead`."""

    def __init__(self, place: InBucket, sha256: str, reading: Reading) -> None:
        self.place, self.sha256, self.reading = place, sha256, reading
        self.cancel = reading.cancel

    def result(self) -> bytes:
        data = self.reading.result()
        if data is None:
            raise self.place.missing(self.sha256)
        return data


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
