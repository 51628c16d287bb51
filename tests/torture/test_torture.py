"""A short torture: steps of a home's life, killed, without room or doubled at moments of chance, end as undisturbed.

`make torture` does it for an hour, with more kinds. A failure names its seed and number, by which it can be had again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STEPS = 6


@pytest.mark.slow
def test_steps_that_are_disturbed_end_as_undisturbed(tmp_path: Path) -> None:
    path = os.pathsep.join(map(str, (HERE, HERE.parent / "shared")))
    done = subprocess.run(
        [
            sys.executable, str(HERE / "torture.py"), "--seed", "1", "--times", str(STEPS),
            "--kinds", "kill,room,beside", "--keep", str(tmp_path / "kept"),
        ],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{STEPS} steps disturbed" in done.stdout
