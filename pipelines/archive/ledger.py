"""The archive's ledger: a line of JSON for each time that bytes came in, or that a person decided about them.

Where the bytes lie belongs in `pipelines.archive.store`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from pipelines.archive import chain
from pipelines.archive.copying import sync_folder

NAME_LENGTH = 40
"""Characters of a file name in the name of a return."""
ENDING = re.compile(r"(?<=.)\.[0-9a-z]{1,5}$")
HASH = re.compile(rb'\{"sha256": "([0-9a-f]{64})", .*\}')
SLUG = re.compile(r"[^0-9a-z\u0e00-\u0e7f]+")


class Damaged(Exception):
    """An archived file whose bytes no longer have its hash, or a ledger that cannot be read."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One line of the ledger: these bytes came under this name, or a person decided about them.

    Attributes:
        sha256: The hash of the bytes.
        name: The name of the file, in NFC.
        media_type: The media type of the bytes.
        bytes: How many there are.
        received_at: When the line was written.
        source: Where they came from: a place in the inbox, a path, a command.
        campaign: The campaign that the sender named, if any.
        as_of: The as-of date that the sender named, if any.
        again: Whether the ledger named the bytes before.
        decision: What a person decided (see `pipelines.returns.Decision`); None where bytes came.
        parent: The hash of the container that they came in (see `pipelines.intake.containers`), if any.
        signature: The signature of the decision, if it is signed (see `pipelines.decisions.signatures`).
        previous: The hash of the line before (see `pipelines.archive.chain`), once it is written.
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
    signature: str | None = None
    previous: str | None = field(default=None, compare=False)

    def to_json(self) -> str:
        """Return the line, without its end."""
        data = asdict(self)
        for optional in ("decision", "parent", "signature", "previous"):
            if data[optional] is None:
                del data[optional]
        data["received_at"] = self.received_at.isoformat()
        data["as_of"] = self.as_of.isoformat() if self.as_of else None
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> Receipt:
        """Return the receipt of a line.

        Raises:
            ValueError: Where the line is no JSON, or has no valid date.
            TypeError: Where a field is missing or unknown.
            KeyError: Where it has no time.
        """
        data = json.loads(line)
        data["received_at"] = datetime.fromisoformat(data["received_at"])
        data["as_of"] = date.fromisoformat(data["as_of"]) if data.get("as_of") else None
        return cls(**data)

    @property
    def origin(self) -> tuple[str, str, str, str | None]:
        """What two receipts share when the same file came twice: hash, name, source and container."""
        return (self.sha256, self.name, self.source, self.parent)


def return_name(name: str, sha256: str) -> str:
    """Return the name of a return: a slug of the file name and the first 12 digits of the hash.

    Thai letters with their marks stay; the result has no character that a file system or Dagster refuses.

    Args:
        name: The file name.
        sha256: The hash of the bytes.
    """
    stem = unicodedata.normalize("NFC", name).rsplit("/", 1)[-1].lower()
    # An ending is Latin: the dots of มิ.ย. and of ๐๘๑๐.๒ belong to the name.
    stem = ENDING.sub("", stem)
    slug = SLUG.sub("-", stem).strip("-")[:NAME_LENGTH].strip("-")
    return f"{slug or 'return'}-{sha256[:12]}"


def read(path: Path) -> list[Receipt]:
    """Return the receipts of a ledger from its beginning; a last line that a crash cut short is skipped.

    Args:
        path: The ledger, which need not exist.

    Raises:
        Damaged: Where a line is no receipt.
    """
    text = whole(path)
    with _lock:
        read_before = _read.get(path)
        if read_before is None or not read_before.begins(text):
            read_before = _read[path] = _Read()
        read_before.go_on(path, text)
        return list(read_before.receipts)


@dataclass(slots=True)
class _Read:
    """What this process has read of a ledger, which grows: its receipts, its length in bytes, and their hash.

    A command reads the ledger several times, and to read ten thousand lines takes longer than to hash them.
    """

    receipts: list[Receipt] = field(default_factory=list)
    length: int = 0
    digest: bytes = b""

    def begins(self, text: bytes) -> bool:
        """Return whether a ledger begins with what was read."""
        return len(text) >= self.length and _digest(text[: self.length]) == self.digest

    def go_on(self, path: Path, text: bytes) -> None:
        """Read the rest of a ledger.

        Raises:
            Damaged: Where a line is no receipt; what stood before stays read.
        """
        # Not splitlines(): a file name may hold a character that Unicode counts as the end of a line.
        lines = text[self.length :].split(b"\n")[:-1]
        count_before = len(self.receipts)
        self.receipts += [_receipt(path, number, line) for number, line in enumerate(lines, start=count_before + 1)]
        self.length, self.digest = len(text), _digest(text)


_read: dict[Path, _Read] = {}
_lock = Lock()


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _receipt(path: Path, number: int, line: bytes) -> Receipt:
    try:
        return Receipt.from_json(line.decode("utf-8"))
    except (ValueError, TypeError, KeyError):
        raise Damaged(
            f"{path}, line {number}, is no receipt: put the ledger back from a backup; nothing is read or written until"
            " it is whole"
        ) from None


def append(
    path: Path, receipts: Sequence[Receipt], record: Callable[[int, bytes], None] = lambda number, text: None
) -> None:
    """Append receipts in one write, on disk before it returns; a last line that was cut short is removed first.

    Args:
        path: The ledger, created where it does not exist.
        receipts: The receipts; nothing is written where there are none.
        record: Keeps the lines elsewhere, before they are appended: the number of the first, and the lines.

    Raises:
        OSError: Where it cannot be written.
    """
    if not receipts:
        return
    existing = whole(path)
    head = chain.last(existing)
    lines = chain.chained([replace(r, previous=None).to_json() for r in receipts], head)
    text = "".join(f"{line}\n" for line in lines).encode("utf-8")
    record(existing.count(b"\n") + 1, text)
    take_over(path, text, len(existing))


def take_over(path: Path, text: bytes, at: int) -> None:
    """Append lines that are written already, on disk before it returns; a last line that was cut short is removed.

    Args:
        path: The ledger, created where it does not exist.
        text: The lines with their ends.
        at: The bytes of its whole lines.

    Raises:
        OSError: Where it cannot be written.
    """
    created = not path.exists()
    with open(path, "ab") as ledger:
        ledger.truncate(at)
        ledger.write(text)
        ledger.flush()
        os.fsync(ledger.fileno())
    if created:
        sync_folder(path.parent)


def whole(path: Path) -> bytes:
    """Return the whole lines of a ledger, which need not exist."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return b""
    return text[: text.rfind(b"\n") + 1]


def torn(path: Path) -> int:
    """Return how many bytes stand behind the last whole line of a ledger: a crash cut short what they belong to."""
    return path.stat().st_size - len(whole(path)) if path.exists() else 0


class Additions:
    """What is to be appended to a ledger: each receipt once.

    Of what the ledger has only the lines are parsed that are of the same bytes as what is added.
    """

    def __init__(self, path: Path) -> None:
        """Begin with nothing to append.

        Args:
            path: The ledger, which need not exist.

        Raises:
            Damaged: Where a line is no receipt, as far as that is seen without parsing it.
        """
        self.new: list[Receipt] = []
        self._path = path
        self._lines = _lines_by_hash(path)
        # The last receipt of the same bytes from the same source: hints A, then B, then A again are three receipts.
        self._last: dict[tuple[str, str, str, str | None], Receipt] = {}

    def knows(self, sha256: str) -> bool:
        """Return whether the ledger, or what is to be appended, has bytes of this hash."""
        return sha256 in self._lines

    def add(self, receipt: Receipt) -> Receipt:
        """Return the receipt that the ledger has of the same file and hints, or this one, which is then appended.

        Raises:
            Damaged: Where a line of the same bytes is no receipt.
        """
        for number, line in self._lines.pop(receipt.sha256, ()):
            receipt_before = _receipt(self._path, number, line)
            self._last[receipt_before.origin] = receipt_before
        self._lines[receipt.sha256] = []
        last = self._last.get(receipt.origin)
        if last and (last.campaign, last.as_of) == (receipt.campaign, receipt.as_of):
            return last
        self._last[receipt.origin] = receipt
        self.new.append(receipt)
        return receipt


def _lines_by_hash(path: Path) -> dict[str, list[tuple[int, bytes]]]:
    """Return the lines of a ledger with their numbers, by the hash of the bytes that they are of."""
    lines = whole(path).split(b"\n")[:-1]
    lines_by_hash: dict[str, list[tuple[int, bytes]]] = {}
    for number, line in enumerate(lines, start=1):
        # As `Receipt.to_json` writes it; a line that is written in another way is parsed.
        match = HASH.fullmatch(line)
        sha256 = match[1].decode() if match else _receipt(path, number, line).sha256
        lines_by_hash.setdefault(sha256, []).append((number, line))
    return lines_by_hash
