"""`khrop dev`: the Dagster UI with daemon, sensor and schedule, on this machine alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.exits import guarded
from pipelines.commands.text import echo


@guarded
def dev(
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1.", min=1, max=65535)] = 3000,
) -> int:
    """Open the Dagster UI on 127.0.0.1, with daemon, sensor and schedule ready."""
    from pipelines.home import Home
    from pipelines.orchestration import home_instance, launch, run_processes

    home = Home.current()
    environment = {**os.environ, **home_instance.prepare(home), "PYTHONWARNINGS": "ignore"}
    with home_instance.instance(home) as instance:
        run_processes.fail_dead_runs(instance)
    program = Path(sys.executable).with_name("dagster")
    echo(f"Dagster UI on http://127.0.0.1:{port} · put returns into {home.inbox}/<campaign>/ · Ctrl-C ends it")
    sys.stdout.flush()
    arguments = ["dagster", "dev", "-m", launch.MODULE, "-h", "127.0.0.1", "-p", str(port)]
    os.execve(program, arguments, environment)
