"""A server of Spark Connect, in a process of its own: its session and one of Spark itself do not stand in the same."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_SERVER = """
import json, socket, sys
from pyspark.sql import SparkSession
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
options = {**json.loads(sys.argv[1]), "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
           "spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port)}
session = SparkSession.builder.master("local[1]").config(map=options).getOrCreate()
print(port, flush=True)
sys.stdin.read()
session.stop()
"""


@contextmanager
def server(options: Mapping[str, str]) -> Iterator[str]:
    """The URL of a server with some options of Spark."""
    command = [sys.executable, "-W", "ignore", "-c", _SERVER, json.dumps(dict(options))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"sc://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.communicate()
