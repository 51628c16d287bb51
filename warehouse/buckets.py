"""A prefix of a bucket on an S3 API: objects are written, read, listed and deleted whole; a failure is one sentence.

What lies there belongs in `pipelines.archive.places` and `warehouse.export_copies`. An object appears whole or not at
all: a PUT is atomic, and an upload in parts is completed or aborted.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import Context
from functools import cached_property
from pathlib import Path
from typing import Any

CONNECT, READ = 10, 60
"""Seconds that a request may take to connect, and between two parts of an answer."""
ATTEMPTS = 3
ABSENT = "NoSuchBucket"
NO_CREDENTIALS = ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "ProfileNotFound")


class StorageFault(OSError):
    """Object storage that cannot be used; the message names the URL, the reason, and what to do."""


class Bucket:
    """A prefix of a bucket. Keys are relative to it."""

    def __init__(self, url: str) -> None:
        """Name the prefix; nothing is opened before it is used.

        Args:
            url: `s3://BUCKET/PREFIX`. Endpoint, region and credentials are those of the environment (`AWS_…`).
        """
        self.url = url.rstrip("/")

    def __str__(self) -> str:
        """Return its URL."""
        return self.url

    def where(self, key: str) -> str:
        """Return the URL of a key."""
        return f"{self.url}/{key}"

    def read(self, key: str) -> bytes | None:
        """Return an object; None where there is none.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        return self.begin(key).result()

    def begin(self, key: str) -> Reading:
        """Begin to read an object.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        with self._explained():
            # With a context of its own, as in `_do`.
            reading = self._files._cat_file(self._path(key))
            return Reading(self, Context().run(asyncio.run_coroutine_threadsafe, reading, self._files.loop))

    def sha256(self, key: str) -> str | None:
        """Return the SHA-256 of an object, read in pieces; None where there is none.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        with self._explained():
            try:
                return str(Context().run(self._digest, key))
            except FileNotFoundError as error:
                if _code(error) == ABSENT:
                    raise
                return None

    def read_all(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return objects by key, read side by side.

        Raises:
            StorageFault: Where one is missing, or the bucket cannot be used.
        """
        paths = {self._path(key): key for key in keys}
        with self._explained():
            return {paths[path]: data for path, data in self._do("cat", list(paths)).items()} if paths else {}

    def create(self, key: str, source: bytes | Path) -> bool:
        """Write an object, and return whether there was none; one that is there stays as it is.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        with self._explained():
            try:
                self._write(key, source, mode="create")
            except FileExistsError:
                return False
            return True

    def replace(self, key: str, source: bytes | Path) -> None:
        """Write an object, in the place of one that is there.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        with self._explained():
            self._write(key, source)

    def upload(self, files: Mapping[str, Path]) -> None:
        """Write files under keys, side by side.

        Raises:
            StorageFault: Where the bucket cannot be used; some may be there.
        """
        with self._explained():
            if files:
                self._do("put", [str(file) for file in files.values()], [self._path(key) for key in files])

    def copy(self, sources: Mapping[str, str]) -> None:
        """Copy objects within the bucket, side by side; their bytes do not leave it.

        Args:
            sources: The key of each copy, with the key of what is copied.

        Raises:
            StorageFault: Where one is missing, or the bucket cannot be used; some copies may be there.
        """
        with self._explained():
            if sources:
                self._do("copy", [self._path(key) for key in sources.values()], [self._path(key) for key in sources])

    def sizes(self, folder: str = "") -> dict[str, int]:
        """Return the objects below a folder, or all, with their sizes in bytes, by key in order.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        with self._explained():
            entries = self._do("find", self._path(folder).rstrip("/"), detail=True)
        start = len(self._path(""))
        return {path[start:]: int(entry["size"]) for path, entry in sorted(entries.items())}

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        paths = [self._path(key) for key in keys]
        with self._explained():
            if paths:
                self._do("rm", paths)

    @cached_property
    def _files(self) -> Any:
        import s3fs

        # What is listed must be what is there now: no cache. Left alone, a host that does not answer takes minutes.
        retries = {"mode": "standard", "max_attempts": ATTEMPTS}
        times = {"connect_timeout": CONNECT, "read_timeout": READ}
        return s3fs.S3FileSystem(use_listings_cache=False, config_kwargs={"retries": retries, **times})

    def _do(self, method: str, *arguments: Any, **options: Any) -> Any:
        # The thread of s3fs keeps the context variables of its callers: with those of a Dagster run, the warehouse.
        return Context().run(lambda: getattr(self._files, method)(*arguments, **options))

    def _digest(self, key: str) -> str:
        with self._files.open(self._path(key), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _path(self, key: str) -> str:
        return f"{self.url.partition('://')[2]}/{key}"

    def _write(self, key: str, source: bytes | Path, **options: Any) -> None:
        if isinstance(source, bytes):
            self._do("pipe_file", self._path(key), source, **options)
        else:
            self._do("put_file", str(source), self._path(key), **options)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn whatever s3fs and its layers raise into one sentence."""
        try:
            yield
        except Exception as error:
            # Dagster shows the last cause of an error, which must be this sentence.
            raise StorageFault(f"{self.url}: {_reason(error, self._path('').partition('/')[0])}") from None


class Reading:
    """An object that is being read, beside others and whatever else is done."""

    def __init__(self, bucket: Bucket, future: Future[bytes]) -> None:
        """Name the bucket and what will have the bytes."""
        self._bucket, self._future = bucket, future

    def result(self) -> bytes | None:
        """Wait for the object and return it; None where there is none.

        Raises:
            StorageFault: Where the bucket cannot be used.
        """
        with self._bucket._explained():
            try:
                return self._future.result()
            except FileNotFoundError as error:
                if _code(error) == ABSENT:
                    raise
                return None

    def cancel(self) -> None:
        """Let it be: nobody waits for it."""
        self._future.cancel()


def _reason(error: Exception, name: str) -> str:
    """Return why a bucket cannot be used, and what to do."""
    first = " ".join((str(error) or type(error).__name__).split())
    if isinstance(error, FileNotFoundError) and _code(error) != ABSENT:
        return f"an object is missing ({first}); khrop verify compares what is there"
    if isinstance(error, FileNotFoundError):
        return f"there is no bucket {name}: make it, or correct storage.toml in the home"
    if type(error).__name__ in NO_CREDENTIALS:
        return f"no credentials ({first}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role"
    if isinstance(error, PermissionError):
        return f"access is refused ({first}): the key must be allowed to list, read, write and delete objects there"
    return f"it cannot be used ({first}); see the network and AWS_ENDPOINT_URL, then run this again"


def _code(error: Exception) -> str:
    """Return the S3 API's code of an error; empty where it has none."""
    response = getattr(error.__cause__, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
