"""The exports in a bucket: a version is a folder of its own, `current.json` names the one that counts.

The files of a new version are there before `current.json` names it, and the version before stays for those who still
read it. How exports are made belongs in `warehouse.exports`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from warehouse.buckets import Bucket, StorageFault

CURRENT = "current.json"
VERSION = re.compile(r"(\d{8}T\d{12}Z-[0-9a-f]{16})/.+")
MEND = "khrop export writes them again"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A version of the exports in a bucket, as `current.json` has it.

    Attributes:
        version: The folder of its files.
        state: The state that it was made from (see `warehouse.exports.state`).
        files: By path within the folder, the number of bytes and their SHA-256.
        before: The version before it, which is kept; empty where there is none.
    """

    version: str
    state: str
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    before: str = ""

    @classmethod
    def read(cls, bucket: Bucket) -> Manifest | None:
        """Return the manifest in a bucket; None where there is none that can be read.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        try:
            loaded = cls(**json.loads(bucket.read(CURRENT) or b""))
            return cls(
                loaded.version,
                loaded.state,
                {name: (*file,) for name, file in loaded.files.items()},
                loaded.before,
            )
        except (ValueError, TypeError, AttributeError):
            return None

    def key(self, name: str) -> str:
        """Return the key of a file."""
        return f"{self.version}/{name}"


def publish(bucket: Bucket, folder: Path, state: str, *, whole: bool = False) -> None:
    """Copy a version of the exports into a bucket; what did not change is copied within it.

    Args:
        bucket: The bucket.
        folder: The folder of the version.
        state: The state that it was made from.
        whole: Upload every file, whatever the version before has.

    Raises:
        StorageFault: Where the bucket cannot be used, or has not what was written; the version before still counts.
    """
    before, sizes = Manifest.read(bucket) or Manifest("", ""), bucket.sizes()
    version = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{state}"
    new = Manifest(version, state, _files(folder), before.version)
    unchanged = {
        name
        for name, file in new.files.items()
        if not whole and before.files.get(name) == file and sizes.get(before.key(name)) == file[0]
    }
    bucket.copy({new.key(name): before.key(name) for name in unchanged})
    bucket.upload({new.key(name): folder / name for name in new.files.keys() - unchanged})
    for fault in _absent(bucket, new):
        raise StorageFault(fault)
    bucket.replace(CURRENT, json.dumps(asdict(new)).encode())
    # Only what is named as a version: others may keep files beside.
    old = (key for key in sizes if (match := VERSION.fullmatch(key)) and match[1] not in (new.version, new.before))
    bucket.delete(old)


def faults(bucket: Bucket, state: str, *, whole: bool = False) -> Iterator[str]:
    """Yield what is wrong with the exports in a bucket.

    Args:
        bucket: The bucket.
        state: The state of the home's exports.
        whole: Read every file and compare its hash, not only its size.

    Raises:
        StorageFault: Where the bucket cannot be used.
    """
    current = Manifest.read(bucket)
    if current is None or current.state != state:
        yield f"{bucket.where(CURRENT)} does not name the exports that the home has: {MEND}"
        return
    yield from (absent := list(_absent(bucket, current)))
    for name, (_, sha256) in current.files.items() if whole and not absent else ():
        if bucket.sha256(current.key(name)) != sha256:
            yield f"{bucket.where(current.key(name))} has other bytes than were written: {MEND}"


def _absent(bucket: Bucket, manifest: Manifest) -> Iterator[str]:
    """Yield the files of a version that are missing or have another size."""
    sizes = bucket.sizes(manifest.version)
    for name, (size, _) in manifest.files.items():
        if (size_there := sizes.get(manifest.key(name))) != size:
            what = "is missing" if size_there is None else f"has {size_there:,} bytes, expected {size:,}"
            yield f"{bucket.where(manifest.key(name))} {what}: {MEND}"


def _files(folder: Path) -> dict[str, tuple[int, str]]:
    """Return the files of a version, without those that begin with a dot."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith("."):
            with open(path, "rb") as file:
                files[name] = (path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
    return files
