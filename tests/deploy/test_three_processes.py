"""Code location, web server and daemon as compose.yaml starts them, over a real Postgres and a home of their own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployment import DEPLOY, compose, stages, variables, without
from servers.dagster_server import LONG, Server, stop
from servers.postgres_server import free_port, postgres

from pipelines.home import Home
from pipelines.orchestration import launch

pytestmark = pytest.mark.slow


@pytest.fixture
def server(home: Home, tmp_path: Path) -> Iterator[Server]:
    """The services of compose.yaml in its order, each after those it waits for are healthy by their own checks.

    Their command lines, variables and checks are those of the files; replaced are addresses, ports and folders.
    """
    services, log = compose()["services"], tmp_path / "servers.log"
    code, web = free_port(), free_port()
    processes: list[subprocess.Popen[bytes]] = []
    with postgres() as address, log.open("wb") as output:
        there = address.rpartition("@")[2]
        replaced = {
            "@postgres:5432/khrop": f"@{there}/postgres",
            "/srv/khrop": str(home.root),
            "/opt/khrop": str(tmp_path),
            "0.0.0.0": "127.0.0.1",
            "4000": str(code),
            "3000": str(web),
        }

        def here(text: str) -> str:
            for written, ours in replaced.items():
                text = text.replace(written, ours)
            return text

        workspace = here((DEPLOY / "workspace.yaml").read_text(encoding="utf-8")).replace(
            "host: code", "host: 127.0.0.1"
        )
        (tmp_path / "workspace.yaml").write_text(workspace, encoding="utf-8")
        of_image = {name: here(value) for name, value in variables(stages()[-1]).items()}
        of_image["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

        def environment(name: str) -> dict[str, str]:
            own = {key: here(without(str(value))) for key, value in services[name]["environment"].items()}
            return os.environ | of_image | own

        def start(name: str) -> None:
            command = [here(word) for word in services[name]["command"]]
            processes.append(
                subprocess.Popen(
                    command, env=environment(name), stdout=output, stderr=output, start_new_session=True, cwd=tmp_path
                )
            )

        def healthy(name: str) -> None:
            check = [here(word) for word in services[name]["healthcheck"]["test"][1:]]
            until = time.monotonic() + LONG
            while subprocess.run(check, env=environment(name), capture_output=True).returncode:
                assert all(process.poll() is None for process in processes), log.read_text()[-5000:]
                assert time.monotonic() < until, f"{shlex.join(check)} fails\n{log.read_text()[-5000:]}"
                time.sleep(2)  # a check imports Dagster

        try:
            start("code")
            healthy("code")
            for name in ("web", "daemon"):  # both wait for `code` alone
                start(name)
            for name in ("web", "daemon"):
                healthy(name)
            yield Server(web, processes, log)
        finally:
            stop(processes)


def test_a_return_in_the_inbox_is_taken_in_by_a_run_of_the_code_location(
    home: Home, server: Server, sample: Path
) -> None:
    node = server.loaded()
    assert node["location"]["name"] == launch.MODULE
    assert {s["name"]: s["sensorState"]["status"] for s in node["sensors"]} == {
        "inbox": "RUNNING",
        "reports": "RUNNING",
    }
    server.stop_sensor(node, "reports")  # what is published is not of this test
    folder = home.inbox / "info-international-agreements"
    folder.mkdir(parents=True)
    (folder / "return.txt").write_bytes(sample.read_bytes())
    (run,) = server.wait(server.succeeded(1), "the return is taken in")
    assert run["jobName"] == "ingest"
    assert ("exports",) in {tuple(m["assetKey"]["path"]) for m in run["assetMaterializations"]}
    assert len((home.exports / "core_province_progress_current.csv").read_text(encoding="utf-8").splitlines()) == 77
    assert not (home.dagster / "history").exists(), "runs and events are in Postgres alone"
