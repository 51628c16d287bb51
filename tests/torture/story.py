"""What a home goes through, step by step, and the home after each step as it is when nothing disturbs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from forked_commands import KHROP, Commands, Ended
from home_state import state

from pipelines.home import Home

ROOT = Path(__file__).parents[2]
RETURNS = ROOT / "tests" / "returns"
LONGEST = 600
"""Seconds that a command may take; one that hangs is a finding."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command of the story.

    Attributes:
        name: A word for it.
        arguments: The command's arguments; `{given}` is the folder of files that are given.
    """

    name: str
    arguments: tuple[str, ...]


BY = ("--by", "torture", "--reason", "a step of the story")
STORY = (
    Step("first", ("ingest", "{given}/first")),
    Step("more", ("ingest", "{given}/more")),
    Step("withdraw", ("withdraw", "syn-2563-06-25-utf8-bom", *BY)),
    Step("take back", ("accept", "syn-2563-06-25-utf8-bom", *BY)),
    Step("repair", ("repair", "syn-bad-01-rowsum-off-utf8-bom", "--accept", *BY)),
    Step("late", ("ingest", "{given}/late")),
    Step("publish", ("publish",)),
    Step("recheck", ("recheck",)),
    Step("workbook", ("export", "--xlsx", "{given}/table.xlsx")),
    Step("rebuild", ("rebuild",)),
    Step("prune", ("prune", "--days", "0")),
)


def given(folder: Path) -> Path:
    """Write the files that the story's steps take in, and return their folder."""
    for name, files in {
        "first": ["../../pipelines/sample/dla-2563-06-11.txt", "synthetic/syn_2563-06-25.utf8-bom.csv"],
        "more": ["synthetic/syn_2563-08-20.page.html", "defective/syn_bad_01_rowsum_off.utf8-bom.csv",
                 "real/s0_2563-06-11.ps2pdf.pdf"],
        "late": ["synthetic/syn_2563-08-06.utf8-bom.csv"],
    }.items():  # fmt: skip
        (folder / name).mkdir(parents=True)
        for file in files:
            shutil.copy(RETURNS / file, folder / name)
    with zipfile.ZipFile(folder / "more" / "parts.zip", "w") as container:
        container.write(RETURNS / "synthetic" / "syn_2563-08-31.utf8-bom.csv", "syn_2563-08-31.csv")
        container.writestr("readme.bin", b"\0\1")
    return folder


def environment(home: Home) -> dict[str, str]:
    """The environment of a command for a home."""
    return {**os.environ, "KHROP_HOME": str(home.root), "PYTHONPATH": os.pathsep.join(sys.path)}


def arguments_of(step: Step, files: Path) -> list[str]:
    """The arguments of a step over the files that are given."""
    return [argument.format(given=files) for argument in step.arguments]


def command(commands: Commands, home: Home, step: Step, files: Path) -> Ended:
    """Run a step to its end."""
    return commands.khrop(*arguments_of(step, files), env=environment(home), timeout=LONGEST)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A step as it goes when nothing disturbs it.

    Attributes:
        before: The home that it begins with.
        state: The state of the home that it ends with.
        exit: Its exit code.
        seconds: How long it took, with its imports there.
        start: How much longer it takes where it is begun anew.
    """

    before: Home
    state: Mapping[str, Any] = field(repr=False)
    exit: int
    seconds: float
    start: float = 0.0

    @property
    def cold_seconds(self) -> float:
        """How long it takes where it is begun anew."""
        return self.seconds + self.start


def undisturbed(commands: Commands, folder: Path, files: Path) -> dict[Step, Undisturbed]:
    """Go through the story once, keeping the home before each step below a folder."""
    found = {}
    home = Home(folder / "whole")
    home.root.mkdir(parents=True)
    for number, step in enumerate(STORY):
        before = Home(folder / f"before-{number:02}")
        shutil.copytree(home.root, before.root, symlinks=True)
        begun = time.monotonic()
        done = command(commands, home, step, files)
        seconds = time.monotonic() - begun
        if done.returncode not in (0, 1):
            raise AssertionError(f"{step.name} itself ends with {done.returncode}: {done.stderr}")
        found[step] = Undisturbed(before, state(home), done.returncode, seconds)
    start = _start(found[STORY[-1]], STORY[-1], folder, files)
    return {step: replace(whole, start=start) for step, whole in found.items()}


def _start(whole: Undisturbed, step: Step, folder: Path, files: Path) -> float:
    """Return the seconds that a step takes longer where it is begun anew, with all of its imports."""
    home = Home(folder / "cold")
    shutil.copytree(whole.before.root, home.root, symlinks=True)
    begun = time.monotonic()
    subprocess.run([KHROP, *arguments_of(step, files)], env=environment(home), capture_output=True, check=False)
    seconds = time.monotonic() - begun - whole.seconds
    shutil.rmtree(home.root)
    return max(seconds, 0.0)
