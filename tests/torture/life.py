"""A home that lives for months: returns on time, late, defective and doubled, decisions on them, reports, housekeeping.

Each command may be disturbed, and the next goes on in the same home, so that what one disturbance leaves behind meets
the others. What the home holds at the end of each month is what it holds where nothing is disturbed.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from forked_commands import Commands
from home_state import differences, state
from story import Step, Undisturbed, command
from written_returns import written_return

from pipelines.home import Home

CAMPAIGN = "two-years"
OPENED = date(2020, 1, 6)
FORTNIGHT = timedelta(days=14)
TITLE = "การสำรวจทุกสองสัปดาห์"
DECIDED = ("--by", "torture", "--reason", "a step of the life")
RECEIVED = re.compile(r"(<span [^>]*>[^<]*</span>){2} \d\d:\d\dZ")
ARTICLE = re.compile(r"<article.*?</article>\s*", re.DOTALL)
Befallen = Callable[[Home, Step, Undisturbed], list[str]]
"""Runs a step to its end, whatever befalls it, and returns what is wrong."""


@dataclass(frozen=True, slots=True)
class Month:
    """What is done in a month.

    Attributes:
        number: Which it is, from 0.
        steps: The commands in their order.
    """

    number: int
    steps: tuple[Step, ...]


def months(count: int, files: Path) -> list[Month]:
    """Write the returns of some months below a folder, and return what is done with them.

    Args:
        count: How many months.
        files: The folder; steps name it `{given}`.
    """
    return [Month(number, tuple(_steps(number, files))) for number in range(count)]


def campaign(home: Home, count: int) -> None:
    """Give a home the campaign that the returns are of.

    Args:
        home: The home.
        count: How many months it lasts.
    """
    (home.root / "campaigns").mkdir(parents=True)
    text = (
        f'id = "{CAMPAIGN}"\ntitle_th = "{TITLE}"\ntitle_en = "A return a fortnight"\nknown_by = ["{TITLE}"]\n'
        f"opened_on = {OPENED}\ndeadline = {OPENED + 2 * count * FORTNIGHT}\nevery_days = 14\n"
    )
    (home.root / "campaigns" / f"{CAMPAIGN}.toml").write_text(text, encoding="utf-8")


def _steps(number: int, files: Path) -> Iterator[Step]:
    folder, named = files / f"month-{number:02}", f"m{number:02}"
    folder.mkdir(parents=True)
    first, second = (OPENED + (2 * number + half) * FORTNIGHT for half in (0, 1))
    (folder / f"{named}a.csv").write_text(_written(first), encoding="utf-8")
    if number % 4 != 1:
        (folder / f"{named}b.csv").write_text(_written(second), encoding="utf-8")
    if number % 4 == 2:  # the one that was left out comes a month late
        (folder / f"{named}late.csv").write_text(_written(first - FORTNIGHT), encoding="utf-8")
    if number % 3 == 2:  # the same return twice
        shutil.copy(folder / f"{named}a.csv", folder / f"{named}again.csv")
    if number % 3 == 0:  # a revision with a slip in a cell: it is set aside
        (folder / f"{named}slip.csv").write_text(_slipped(_written(second, seed=1)), encoding="utf-8")
    yield Step(f"ingest {number}", ("ingest", f"{{given}}/month-{number:02}"))
    if number % 6 == 0:
        yield Step(f"repair {number}", ("repair", f"{named}slip", "--accept", *DECIDED))
    if number % 5 == 3:
        yield Step(f"withdraw {number}", ("withdraw", f"{named}a", *DECIDED))
    if number % 10 == 8:
        yield Step(f"accept {number}", ("accept", f"{named}a", *DECIDED))
    yield Step(f"publish {number}", ("publish",))
    if number % 6 == 5:
        yield Step(f"prune {number}", ("prune", "--days", "0"))
    if number % 12 == 7:
        yield Step(f"recheck {number}", ("recheck",))
    if number % 12 == 11:
        yield Step(f"rebuild {number}", ("rebuild",))


def _written(as_of: date, seed: int = 0) -> str:
    return written_return(as_of, seed, title=TITLE, opened=OPENED, deadline=OPENED + 60 * FORTNIGHT)


def _slipped(text: str) -> str:
    """Return a return in which the first province has saved a hundred more than it can have."""
    lines = text.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "กระบี่" in line)
    cells = lines[at].split(",")
    cells[3] = "๑" + cells[3].rjust(2, "๐")
    lines[at] = ",".join(cells)
    return "".join(lines)


def undisturbed(commands: Commands, all_months: list[Month], home: Home, files: Path) -> dict[Step, Undisturbed]:
    """Live once with nothing that disturbs, and return how each step went; the home of each month is kept beside it."""
    lived = {}
    for month in all_months:
        for step in month.steps:
            begun = time.monotonic()
            done = command(commands, home, step, files)
            seconds = time.monotonic() - begun
            if done.returncode not in (0, 1):
                raise AssertionError(f"{step.name} itself ends with {done.returncode}: {done.stderr}")
            lived[step] = Undisturbed(home, {}, done.returncode, seconds)
        lived[step] = replace(lived[step], state=at_the_end(home))
        shutil.copytree(home.root, home.root.with_name(f"home-{month.number:02}"), symlinks=True)
    return lived


def at_the_end(home: Home) -> dict[str, Any]:
    """Return what a home holds, but for the moments at which returns came.

    The page of quality shows them, and has the newest first and opened, by a clock that may have been off.
    """
    found = state(home)
    site = {name: of for name, of in found["site"].items() if not name.startswith(".")}
    if "quality.html" in site:
        text = (home.site / "quality.html").read_text(encoding="utf-8").replace("<details open>", "<details>")
        page = RECEIVED.sub("", text)
        site["quality.html"] = ARTICLE.sub("", page), sorted(ARTICLE.findall(page))
    return found | {"site": site}


def disturbed(
    all_months: list[Month], home: Home, lived: dict[Step, Undisturbed], befall: Befallen
) -> Iterator[tuple[str, list[str]]]:
    """Live with disturbances, and yield each step by name with what is wrong; at the end of a month also with the home.

    Args:
        all_months: The life.
        home: A home of its own.
        lived: How it goes undisturbed.
        befall: Runs a step.
    """
    for month in all_months:
        for step in month.steps:
            whole = lived[step]
            wrong = befall(home, step, whole)
            if whole.state and not wrong:
                wrong = list(differences(at_the_end(home), whole.state))
            yield step.name, wrong
