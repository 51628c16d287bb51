"""Some steps of `make torture`, which goes on for an hour: what is killed ends as what nothing disturbs."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest
from forked_commands import Commands
from torture import torture

pytestmark = pytest.mark.slow


def test_disturbed_steps_end_as_undisturbed_ones(
    tmp_path: Path, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Namespace(seed=1, first=0, times=12, minutes=0, kinds="kill,room,beside", keep=tmp_path)
    assert torture(commands, asked) == 0, capsys.readouterr().out
