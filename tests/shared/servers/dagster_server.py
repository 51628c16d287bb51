"""Dagster's web server with the processes behind it: questions to it, and their end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

LONG = 240
"""Seconds after which something that is waited for is given up; what is waited for takes about ten."""
RUNS = """{ runsOrError { ... on Runs { results { runId status jobName
    assetMaterializations { partition assetKey { path } } } } } }"""
READY = """{ repositoriesOrError { ... on RepositoryConnection { nodes { location { name }
    sensors { name sensorState { id status } } schedules { name scheduleState { status } } } } } }"""


@dataclass(frozen=True)
class Server:
    """A running web server with its daemon."""

    port: int
    processes: list[subprocess.Popen[bytes]]
    log: Path

    def ask(self, query: str) -> Any:
        """The answer to a GraphQL query."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query}).encode(),
            {"Content-Type": "application/json"},
        )
        # Not through a proxy that the environment may name.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.load(answer)["data"]

    def runs(self) -> list[dict[str, Any]]:
        """All runs, the newest first."""
        found: list[dict[str, Any]] = self.ask(RUNS)["runsOrError"]["results"]
        return found

    def succeeded(self, count: int) -> Callable[[], Any]:
        """Whether there are so many runs and all succeeded: the runs."""
        return lambda: (runs := self.runs())[count - 1 :] and all(r["status"] == "SUCCESS" for r in runs) and runs

    def loaded(self) -> dict[str, Any]:
        """Wait for the code location: what it has."""
        (node,) = self.wait(lambda: self.ask(READY)["repositoriesOrError"]["nodes"], "the code location is loaded")
        assert isinstance(node, dict)
        return node

    def stop_sensor(self, node: dict[str, Any], name: str) -> None:
        """Stop a sensor of the code location."""
        (sensor,) = (s["sensorState"]["id"] for s in node["sensors"] if s["name"] == name)
        stopped = self.ask(f'mutation {{ stopSensor(id: "{sensor}") {{ __typename }} }}')
        assert stopped["stopSensor"]["__typename"] == "StopSensorMutationResult"

    def wait(self, what: Callable[[], Any], why: str) -> Any:
        """Wait until something holds; the last fault and the servers' log where it never does."""
        until, fault = time.monotonic() + LONG, None
        while time.monotonic() < until:
            assert all(process.poll() is None for process in self.processes), self.log.read_text()[-5000:]
            try:
                if found := what():
                    return found
            except OSError as error:
                fault = error
            time.sleep(0.3)
        pytest.fail(f"{why}: not within {LONG} s ({fault})\n{self.log.read_text()[-5000:]}")


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """End the servers as a person would, and whatever of theirs still lives by force; then none may be left."""
    children = [c for p in processes if p.poll() is None for c in psutil.Process(p.pid).children(recursive=True)]
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)
    _, alive = psutil.wait_procs(children, timeout=30)
    for child in alive:
        child.kill()
    assert alive == [], "the servers left processes behind"
