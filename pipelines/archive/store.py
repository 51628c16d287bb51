"""The archive: every byte that came in, once, under its hash, and a ledger of how and when it came.

The archive alone is enough to make the warehouse anew. Here belong keeping, finding and proving bytes; reading
them belongs in `pipelines.readers`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.archive.copying import NotTaken, copy_settled

INCOMING = ".incoming"
NAME_LENGTH = 40
ENDING = re.compile(r"(?<=.)\.[0-9a-z]{1,5}$")
SLUG = re.compile(r"[^0-9a-z\u0e00-\u0e7f]+")

Opener = Callable[[Path], Iterable[tuple[str, bytes]]]
"""What finds the parts of a container: each with its name; nothing where a file is none."""


class Damaged(Exception):
    """An archived file whose bytes are no longer those of its name."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of the ledger: these bytes came under this name. `campaign` and `as_of` are what the sender
    named, if anything; `again` is true where the bytes were there already; `parent` is the hash of the container that
    they came in (see `pipelines.intake.containers`). Or, with a `decision`: a person decided this of them (see
    `pipelines.decisions.model`).
    """

    sha256: str
    name: str
    media_type: str
    bytes: int
    received_at: datetime
    source: str
    campaign: str | None = None
    as_of: date | None = None
    again: bool = False
    decision: Mapping[str, Any] | None = None
    parent: str | None = None

    def to_json(self) -> str:
        data = asdict(self)
        for seldom in ("decision", "parent"):
            if data[seldom] is None:
                del data[seldom]
        data["received_at"] = self.received_at.isoformat()
        data["as_of"] = self.as_of.isoformat() if self.as_of else None
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Receipt:
        data = json.loads(line)
        data["received_at"] = datetime.fromisoformat(data["received_at"])
        data["as_of"] = date.fromisoformat(data["as_of"]) if data.get("as_of") else None
        return cls(**data)


def return_name(name: str, sha256: str) -> str:
    """The name of a return: a slug of the file name and the first 12 digits of the hash.

    Thai letters with their marks stay; the result holds no sign that a file system or Dagster would mind.
    """
    stem = unicodedata.normalize("NFC", name).rsplit("/", 1)[-1].lower()
    # An ending is Latin: the dots of มิ.ย. and of ๐๘๑๐.๒ belong to the name.
    stem = ENDING.sub("", stem)
    slug = SLUG.sub("-", stem).strip("-")[:NAME_LENGTH].strip("-")
    return f"{slug or 'return'}-{sha256[:12]}"


class Archive:
    """The archive of one home: `<first two digits>/<hash>` for the bytes, `receipts.jsonl` for the ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = folder / "receipts.jsonl"

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def receipts(self) -> list[Receipt]:
        """The ledger from its beginning. A last line cut short by a crash is as if it had not been begun."""
        try:
            text = self.ledger.read_bytes()
        except FileNotFoundError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        # Not splitlines(): a file name may hold a sign that Unicode counts as the end of a line.
        return [self._receipt(number, line) for number, line in enumerate(whole.split(b"\n")[:-1], start=1)]

    def _receipt(self, number: int, line: bytes) -> Receipt:
        try:
            return Receipt.from_json(line.decode("utf-8"))
        except (ValueError, TypeError, KeyError):
            raise Damaged(
                f"{self.ledger}, line {number}, is no receipt: put the ledger back from a backup; nothing is read or"
                " written until it is whole"
            ) from None

    def read(self, sha256: str) -> bytes:
        """The archived bytes. Raises `Damaged` where they are gone or no longer have this hash."""
        try:
            data = self.path(sha256).read_bytes()
        except OSError as error:
            raise Damaged(f"{self.path(sha256)}: {error.strerror}") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(f"{self.path(sha256)}: the bytes no longer have this hash")
        return data

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are there, and whole."""
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
        """Keep some files: bytes first, then one write to the ledger for all, so that what the ledger names is
        always there. What the ledger already says (same bytes, name, source, hints) is returned as it stands
        there and not written again. A file that cannot be had is put into `refused`, and raised as `NotTaken`
        where there is none; a fault of the archive itself is an `OSError`.

        What an `opener` finds in a file is kept behind it, with the file as its parent and the file's hints.
        """
        with self._locked():
            kept: list[Receipt] = []
            writing = _Writing(self.receipts())
            for file in files:
                try:
                    receipt = self._keep(file, writing.first)
                except NotTaken as reason:
                    if refused is None:
                        raise
                    refused[file.path] = reason
                    continue
                kept.append(writing.say(receipt))
                kept += self._parts(receipt, opener, writing) if opener else ()
            self._write(writing.new)
            return kept

    def complete(self, container: Receipt, opener: Opener) -> list[Receipt]:
        """Keep what an opener finds in a file that is there: the receipts of what the ledger did not name."""
        with self._locked():
            writing = _Writing(self.receipts())
            self._parts(container, opener, writing)
            self._write(writing.new)
            return writing.new

    def note(self, first: Receipt, source: str, decision: Mapping[str, Any]) -> Receipt:
        """Write to the ledger what a person decided of bytes that it names."""
        line = replace(
            first, received_at=datetime.now(UTC), source=source, campaign=None, as_of=None, again=True,
            decision=decision, parent=None,
        )  # fmt: skip
        with self._locked():
            self._write([line])
        return line

    def _keep(self, file: Incoming, first: dict[str, Receipt]) -> Receipt:
        temporary = self.folder / INCOMING  # one name is enough under the lock, so a killed run leaves one file
        temporary.unlink(missing_ok=True)
        try:
            sha256, size, head = copy_settled(file.path, temporary)
            if sha256 not in first or not self.holds(sha256):
                self._settle(temporary, sha256)
        finally:
            temporary.unlink(missing_ok=True)
        return Receipt(
            sha256,
            unicodedata.normalize("NFC", _text(file.path.name)),
            media_type(head),
            size,
            datetime.now(UTC),
            _text(file.source),
            file.campaign,
            file.as_of,
            again=sha256 in first,
        )

    def _parts(self, container: Receipt, opener: Opener, writing: _Writing) -> list[Receipt]:
        """Keep what is in a container; the receipts as the ledger has them or will have them."""
        return [
            writing.say(self._keep_part(container, name, data, writing.first))
            for name, data in opener(self.path(container.sha256))
        ]

    def _keep_part(self, container: Receipt, name: str, data: bytes, first: dict[str, Receipt]) -> Receipt:
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 not in first or not self.holds(sha256):
            temporary = self.folder / INCOMING
            temporary.unlink(missing_ok=True)
            try:
                with open(temporary, "wb") as write:
                    write.write(data)
                    write.flush()
                    os.fchmod(write.fileno(), 0o444)
                    os.fsync(write.fileno())
                self._settle(temporary, sha256)
            finally:
                temporary.unlink(missing_ok=True)
        return replace(
            container,
            sha256=sha256,
            name=name,
            media_type=media_type(data[:512]),
            bytes=len(data),
            received_at=datetime.now(UTC),
            source=f"{container.source}!{name}",
            again=sha256 in first,
            decision=None,
            parent=container.sha256,
        )

    def _settle(self, temporary: Path, sha256: str) -> None:
        """Put bytes that are on disk under their hash."""
        target = self.path(sha256)
        if not target.parent.is_dir():
            target.parent.mkdir()
            _sync_folder(self.folder)
        os.replace(temporary, target)
        _sync_folder(target.parent)

    def _write(self, receipts: list[Receipt]) -> None:
        if not receipts:
            return
        begun = not self.ledger.exists()
        with open(self.ledger, "ab+") as ledger:
            if size := ledger.tell():
                ledger.seek(size - 1)
                if ledger.read(1) != b"\n":
                    ledger.seek(0)
                    ledger.truncate(ledger.read().rfind(b"\n") + 1)
            ledger.write("".join(f"{r.to_json()}\n" for r in receipts).encode("utf-8"))
            ledger.flush()
            os.fsync(ledger.fileno())
        if begun:
            _sync_folder(self.folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def strays(self) -> list[Path]:
        """Files in the archive that the ledger does not name: left by a crash before their line was written."""
        named = {r.sha256 for r in self.receipts()}
        return sorted(p for p in self.folder.glob("[0-9a-f][0-9a-f]/*") if p.name not in named)


class _Writing:
    """What the ledger says, and what is to be written to it: each thing once."""

    def __init__(self, known: list[Receipt]) -> None:
        self.first = {r.sha256: r for r in reversed(known)}
        self.new: list[Receipt] = []
        # The last word on the same bytes from the same place: told A, then B, then A again is news.
        self._said = {_place(r): r for r in known}

    def say(self, receipt: Receipt) -> Receipt:
        """The receipt as the ledger has it already, or else this one, which is then written."""
        last = self._said.get(_place(receipt))
        if last and (last.campaign, last.as_of) == (receipt.campaign, receipt.as_of):
            return last
        self.first.setdefault(receipt.sha256, receipt)
        self._said[_place(receipt)] = receipt
        self.new.append(receipt)
        return receipt


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file to be taken in, with where it came from and what the sender named."""

    path: Path
    source: str
    campaign: str | None = None
    as_of: date | None = None


def media_type(head: bytes) -> str:
    """The media type that the first bytes tell; text where they tell nothing else."""
    for magic, name in (
        (b"%PDF", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\xff\xfe", "text/plain; charset=utf-16"),
        (b"\xfe\xff", "text/plain; charset=utf-16"),
    ):
        if head.startswith(magic):
            return name
    return "application/octet-stream" if b"\x00" in head else "text/plain"


def _place(receipt: Receipt) -> tuple[str, str, str, str | None]:
    return (receipt.sha256, receipt.name, receipt.source, receipt.parent)


def _text(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 are shown as such (they could not be written anywhere else)."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
