"""The steps that make the image, run without Docker: the Dockerfile's own commands in folders of the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from deployment import ROOT, in_context, stages, variables

ABSENT = ["pyspark", "polars", "pytest", "sphinx", "jax"]
PRESENT = ["dagster_postgres", "dagster_webserver", "great_expectations", "duckdb"]


def copy(sources: list[str], target: str, folder: Path) -> None:
    """Copy what the builder is sent of the tree into a folder, under its own names, as the Dockerfile's COPY does."""
    assert target == "./" or [target] == sources, "copied under its own name"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *sources]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for source in sources:
        assert any(name == source or name.startswith(f"{source}/") for name in names), f"{source} is not in the tree"
    for name in filter(in_context, names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)


def uv() -> str:
    """The uv that made the environment of the tests."""
    found = shutil.which("uv") or ROOT / ".tools" / "bin" / "uv"
    assert Path(found).exists(), "make puts uv into .tools"
    return str(found)


@pytest.mark.slow
def test_the_steps_of_the_image_make_the_application_and_no_more(tmp_path: Path) -> None:
    build, final = stages()
    made, source, programs = tmp_path / "khrop", tmp_path / "src", tmp_path / "bin"

    def here(text: str) -> str:
        return text.replace("/opt/khrop", str(made)).replace("/src", str(source))

    for folder in (source, programs):
        folder.mkdir()
    (programs / "uv").symlink_to(uv())
    path = f"{programs}:{sys.base_prefix}/bin:/usr/bin:/bin"
    outside = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment = outside | {name: here(value) for name, value in variables(build).items()} | {"PATH": path}
    # What only takes time here: the image is compiled, and keeps no link into uv's cache.
    environment |= {"UV_COMPILE_BYTECODE": "0", "UV_LINK_MODE": "hardlink"}

    for word, rest in build:
        if word == "COPY":
            *sources, target = rest.split()
            copy(sources, target, source)
        elif word == "RUN" and not rest.startswith("pip install"):  # uv is here
            faults = []
            for more in ({"UV_OFFLINE": "1"}, {}):  # what uv has it does not ask for again
                command = ["sh", "-c", here(rest)]
                done = subprocess.run(command, cwd=source, env=environment | more, capture_output=True, text=True)
                if done.returncode == 0:
                    break
                faults.append(done.stderr)
            assert len(faults) < 2, "\n".join([rest, *faults])

    def run(*command: str) -> str:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=outside | {"PATH": f"{made}/bin:{path}"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert run("khrop", "--version").startswith("khrop ")
    seen = "from importlib.util import find_spec; import sys; print(*(bool(find_spec(n)) for n in sys.argv[1:]))"
    assert run("python", "-c", seen, *PRESENT, *ABSENT).split() == ["True"] * len(PRESENT) + ["False"] * len(ABSENT)
    where = "from pipelines.orchestration.home_instance import template; print(template())"
    assert run("python", "-c", where) == str(next(made.glob("lib/*/site-packages/pipelines/dagster.yaml")))
    for program in ("dagster", "dagster-webserver", "dagster-daemon"):
        assert (made / "bin" / program).exists(), "compose starts it"
    copied = [rest for word, rest in final if word == "COPY"]
    assert copied == ["--from=build /opt/khrop /opt/khrop", "deploy/workspace.yaml /opt/khrop/workspace.yaml"]
    assert in_context("deploy/workspace.yaml")
