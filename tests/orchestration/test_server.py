"""The real web server and daemon: a file dropped into the inbox comes to stand in the tables by itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from province_table import BUILT

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.orchestration import launch

pytestmark = pytest.mark.slow

LONG = 240
"""Seconds after which something that is waited for is given up; what is waited for takes about ten."""
RUNS = """{ runsOrError { ... on Runs { results { runId status jobName
    assetMaterializations { partition assetKey { path } } } } } }"""


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


@pytest.fixture
def server(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """`dagster-webserver` and `dagster-daemon` on the test's home; nothing of them is left afterwards."""
    for name, value in launch.prepare(home).items():
        monkeypatch.setenv(name, value)
    with launch.instance(home):  # as `khrop dev` does: the two would make Dagster's tables at once, and spoil them
        pass
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = Path(sys.executable).parent
    commands = [
        [str(place / "dagster-webserver"), "-m", launch.MODULE, "-h", "127.0.0.1", "-p", str(port)],
        [str(place / "dagster-daemon"), "run", "-m", launch.MODULE],
    ]
    log = tmp_path / "servers.log"
    with log.open("wb") as said:
        processes = [
            subprocess.Popen(command, env=environment, stdout=said, stderr=said, start_new_session=True, cwd=tmp_path)
            for command in commands
        ]
    try:
        yield Server(port, processes, log)
    finally:
        stop(processes)


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


def exported_rows(home: Home) -> int:
    """Rows of the current state, as a reader finds them in the exports."""
    try:
        text = (home.exports / "core_province_progress_current.csv").read_text(encoding="utf-8")
    except FileNotFoundError:
        return 0
    return len(text.splitlines()) - 1


def test_a_return_dropped_into_the_inbox_comes_to_stand_in_the_tables(
    home: Home, server: Server, sample: Path, tmp_path: Path
) -> None:
    folder = home.inbox / "info-international-agreements"
    folder.mkdir(parents=True)
    server.wait(lambda: server.ask("{ version }"), "the web server answers")
    ready = """{ repositoriesOrError { ... on RepositoryConnection { nodes {
        sensors { name sensorState { id status } } schedules { name scheduleState { status } } } } } }"""
    (node,) = server.wait(lambda: server.ask(ready)["repositoriesOrError"]["nodes"], "the code location is loaded")
    sensors = {s["name"]: s["sensorState"] for s in node["sensors"]}
    assert {name: state["status"] for name, state in sensors.items()} == {"inbox": "RUNNING", "reports": "RUNNING"}
    # What is published is not of this test, and would go on when the servers are to end.
    stopped = server.ask(f'mutation {{ stopSensor(id: "{sensors["reports"]["id"]}") {{ __typename }} }}')
    assert stopped["stopSensor"]["__typename"] == "StopSensorMutationResult"
    assert [(s["name"], s["scheduleState"]["status"]) for s in node["schedules"]] == [
        ("housekeeping", "RUNNING"),
        ("republish", "RUNNING"),
        ("sweep", "RUNNING"),
    ]

    def drop(content: bytes, name: str) -> None:
        whole = tmp_path / name
        whole.write_bytes(content)
        shutil.move(whole, folder / name)

    def succeeded(count: int) -> Callable[[], Any]:
        return lambda: (runs := server.runs())[count - 1 :] and all(r["status"] == "SUCCESS" for r in runs) and runs

    drop(sample.read_bytes(), "return.txt")
    (run,) = server.wait(succeeded(1), "the first return is taken in")
    assert run["jobName"] == "ingest"
    shown = {tuple(m["assetKey"]["path"]) for m in run["assetMaterializations"]}
    assert shown == {(name,) for name in ("intake", "returns", *BUILT, "exports")}
    assert exported_rows(home) == 76
    national = (home.exports / "mart_national_trend.csv").read_bytes()

    broken = sample.read_text(encoding="utf-8").replace("จันทบุรี", "จันทบูรณ์")
    drop(broken.encode("utf-8"), "return.txt")
    server.wait(succeeded(2), "the broken one in its place is set aside")
    judged = (home.exports / "core_snapshot_judged.csv").read_text(encoding="utf-8")
    assert judged.count("quarantined") == 1
    assert (home.exports / "mart_national_trend.csv").read_bytes() == national
    assert exported_rows(home) == 76

    archive = Archive(home.archive)
    drop(sample.read_bytes(), "the same under another name.txt")
    server.wait(lambda: len(archive.receipts()) == 3, "the copy is seen")
    assert [r.again for r in archive.receipts()] == [False, False, True]
    ticks = """{ sensorOrError(sensorSelector: {sensorName: "inbox", repositoryName: "__repository__",
        repositoryLocationName: "pipelines.definitions"}) { ... on Sensor { sensorState { ticks(limit: 1) {
        status skipReason } } } } }"""
    quiet = [{"status": "SKIPPED", "skipReason": "nothing new"}]
    server.wait(lambda: server.ask(ticks)["sensorOrError"]["sensorState"]["ticks"] == quiet, "there is nothing to do")
    assert len(server.runs()) == 2
    assert sorted(p.name for p in folder.iterdir()) == ["return.txt", "the same under another name.txt"]
