"""Dagster's command `dg` knows the project by `[tool.dg]`, without a setting in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def dg(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `dg` at the top of the tree, with nothing of Dagster in the environment but the refusal of its telemetry."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAGSTER_")}
    environment |= {"HOME": str(home), "KHROP_HOME": str(home / "khrop"), "DAGSTER_DISABLE_TELEMETRY": "1"}
    program = Path(sys.executable).with_name("dg")
    return subprocess.run([program, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)


def test_the_definitions_load(tmp_path: Path) -> None:
    checked = dg(tmp_path, "check", "defs")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "All definitions loaded successfully." in checked.stdout + checked.stderr


def test_the_definitions_are_listed(tmp_path: Path) -> None:
    listed = dg(tmp_path, "list", "defs", "--json")
    assert listed.returncode == 0, listed.stderr
    found = json.loads(listed.stdout)
    assert {"intake", "returns", "exports"} <= {asset["asset_key"] for asset in found["assets"]}
    assert {"ingest", "recheck", "publish"} <= {job["name"] for job in found["jobs"]}
