"""A few minutes of `make torture`: whatever befalls a command, run again it leaves the home as undisturbed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.xdist_group("torture")
def test_a_home_ends_as_undisturbed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, HERE / "torture.py", "--seed", "2563", "--times", "4", "--keep", tmp_path / "kept"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": f"{HERE}:{HERE.parent / 'shared'}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    assert "4 steps disturbed" in done.stdout
