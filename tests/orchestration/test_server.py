"""The real web server and daemon: a file dropped into the inbox comes to stand in the tables by itself.

Two daemons, as where an old one was not stopped: a return is taken in once all the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from province_table import BUILT
from servers.dagster_server import Server, stop
from servers.postgres_server import free_port

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.orchestration import home_instance, launch

pytestmark = pytest.mark.slow


@pytest.fixture
def server(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """`dagster-webserver` and two of `dagster-daemon` on the test's home; nothing of them is left afterwards."""
    for name, value in home_instance.prepare(home).items():
        monkeypatch.setenv(name, value)
    # As `khrop dev` does: the two would make Dagster's tables at once, and spoil them.
    with home_instance.instance(home):
        pass
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    port = free_port()
    place = Path(sys.executable).parent
    daemon = [str(place / "dagster-daemon"), "run", "-m", launch.MODULE]
    commands = [
        [str(place / "dagster-webserver"), "-m", launch.MODULE, "-h", "127.0.0.1", "-p", str(port)],
        daemon,
        daemon,
    ]
    log = tmp_path / "servers.log"
    with log.open("wb") as output:
        processes = [
            subprocess.Popen(
                command, env=environment, stdout=output, stderr=output, start_new_session=True, cwd=tmp_path
            )
            for command in commands
        ]
    try:
        yield Server(port, processes, log)
    finally:
        stop(processes)


def exported_rows(home: Home) -> int:
    """Rows of the current state, as a reader finds them in the exports."""
    try:
        text = (home.exports / "core_province_progress_current.csv").read_text(encoding="utf-8")
    except FileNotFoundError:
        return 0
    return len(text.splitlines()) - 1


def set_aside(home: Home) -> int:
    """Returns that are set aside, as a reader finds them in the exports."""
    return (home.exports / "core_snapshot_judged.csv").read_text(encoding="utf-8").count("quarantined")


def test_a_return_dropped_into_the_inbox_comes_to_stand_in_the_tables(
    home: Home, server: Server, sample: Path, tmp_path: Path
) -> None:
    folder = home.inbox / "info-international-agreements"
    folder.mkdir(parents=True)
    server.wait(lambda: server.ask("{ version }"), "the web server answers")
    node = server.loaded()
    sensors = {s["name"]: s["sensorState"]["status"] for s in node["sensors"]}
    assert sensors == {"inbox": "RUNNING", "reports": "RUNNING"}
    # What is published is not of this test, and would go on when the servers are to end.
    server.stop_sensor(node, "reports")
    assert [(s["name"], s["scheduleState"]["status"]) for s in node["schedules"]] == [
        ("housekeeping", "RUNNING"),
        ("republish", "RUNNING"),
        ("sweep", "RUNNING"),
    ]

    def drop(content: bytes, name: str) -> None:
        whole = tmp_path / name
        whole.write_bytes(content)
        shutil.move(whole, folder / name)

    drop(sample.read_bytes(), "return.txt")
    server.wait(lambda: exported_rows(home) == 76 and server.succeeded(1)(), "the first return is taken in")
    runs = server.runs()
    assert {run["jobName"] for run in runs} == {"ingest"}
    shown = {tuple(m["assetKey"]["path"]) for run in runs for m in run["assetMaterializations"]}
    assert shown == {(name,) for name in ("intake", "returns", *BUILT, "exports")}
    national = (home.exports / "mart_national_trend.csv").read_bytes()

    broken = sample.read_text(encoding="utf-8").replace("จันทบุรี", "จันทบูรณ์")
    drop(broken.encode("utf-8"), "return.txt")
    server.wait(lambda: set_aside(home) == 1 and server.succeeded(2)(), "the broken one in its place is set aside")
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
    # Each of the daemons may ask for a run: which comes first takes the return in, the other finds nothing.
    runs = server.wait(server.succeeded(2), "all runs have ended")
    taken_in = [m["partition"] for run in runs for m in run["assetMaterializations"] if m["partition"]]
    assert len(taken_in) == len(set(taken_in)) == 2
    assert sorted(p.name for p in folder.iterdir()) == ["return.txt", "the same under another name.txt"]
