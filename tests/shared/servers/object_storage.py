"""An S3 server of the tests' own (moto's), and a connection to it that breaks."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

import pytest

VARIABLES = {"AWS_ACCESS_KEY_ID": "khrop", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
_numbers = count(1)


@contextmanager
def server() -> Iterator[str]:
    """A server on a port of 127.0.0.1: its address."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        running.stop()


def use(address: str, patch: pytest.MonkeyPatch) -> None:
    """Let this process, and those that it starts, use a server."""
    import s3fs

    for name, value in {**VARIABLES, "AWS_ENDPOINT_URL": address}.items():
        patch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()


class ABucket:
    """A bucket of a test, seen past Khrop."""

    def __init__(self, address: str) -> None:
        """Make it."""
        import boto3

        keys = {"aws_access_key_id": "khrop", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        self.name = f"khrop-{next(_numbers)}"
        self.client: Any = boto3.client("s3", endpoint_url=address, **keys)
        self.client.create_bucket(Bucket=self.name)

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        """All objects by key."""
        listed = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix).get("Contents", [])
        return {
            item["Key"]: self.client.get_object(Bucket=self.name, Key=item["Key"])["Body"].read() for item in listed
        }

    def written(self) -> dict[str, Any]:
        """When each object was written."""
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {item["Key"]: item["LastModified"] for item in listed}

    def put(self, key: str, data: bytes) -> None:
        """Write an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def delete(self, *keys: str) -> None:
        """Delete objects."""
        for key in keys:
            self.client.delete_object(Bucket=self.name, Key=key)


@contextmanager
def breaking(address: str, after: int) -> Iterator[str]:
    """A way to a server on which each connection breaks after so many bytes from this side: its address."""

    def serve(near: socket.socket, far: socket.socket) -> None:
        back = threading.Thread(target=_forward, args=(far, near), daemon=True)
        back.start()
        _forward(near, far, after)
        back.join()
        near.close()
        far.close()

    with _listening(address, serve) as own:
        yield own


@contextmanager
def held_back(address: str, count: int) -> Iterator[str]:
    """A way to a server that lets no request through before so many connections are open at once: its address."""
    lock, all_there, pairs, waiting = threading.Lock(), threading.Event(), list[Any](), list[threading.Thread]()

    def both(near: socket.socket, far: socket.socket) -> None:
        with near, far:
            all_there.wait()
            back = threading.Thread(target=_forward, args=(far, near), daemon=True)
            back.start()
            _forward(near, far)
            back.join()

    def serve(near: socket.socket, far: socket.socket) -> None:
        with lock:
            pairs.append((near, far))
            waiting.append(threading.Thread(target=both, args=(near, far), daemon=True))
            waiting[-1].start()
            if len(pairs) == count:
                all_there.set()

    with _listening(address, serve) as own:
        try:
            yield own
        finally:
            for side in (side for pair in pairs for side in pair):
                with suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)
            all_there.set()
            for thread in waiting:
                thread.join()


def _forward(source: socket.socket, target: socket.socket, left: float = float("inf")) -> None:
    """Carry bytes from one side to the other until it ends, or so many are through."""
    with suppress(OSError):
        while left > 0 and (data := source.recv(int(min(left, 1 << 16)))):
            target.sendall(data)
            left -= len(data)
    for side in (source, target):
        with suppress(OSError):
            side.shutdown(socket.SHUT_RDWR)


@contextmanager
def _listening(address: str, serve: Callable[[socket.socket, socket.socket], None]) -> Iterator[str]:
    """A port of 127.0.0.1 of which each connection is served with one to a server: its address."""
    host, port = address.removeprefix("http://").split(":")
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            serve(near, socket.create_connection((host, int(port))))

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.close()
