"""How each report stands, and that all stand as they last did, seen without importing the datasets that they are of.

A timer runs `khrop publish` every few minutes, mostly for nothing.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from pipelines.home import Home
from pipelines.monitoring import settled
from pipelines.publishing import kept_record

FILE = "standing.json"
"""In the home: the mark of the last time that no report waited, and how they stood."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a report stands.

    Attributes:
        name: The report's name.
        title: Its name for people.
        path: Where it lies in the home; empty where it was never published.
        failures: What its checks found wrong.
        needs: A module that it needs, if any.
        install: How to install what has that.
        usable: Whether the module is there.
    """

    name: str
    title: str
    path: str
    failures: str
    needs: str
    install: str
    usable: bool

    def holds(self, home: Home) -> bool:
        """Return whether the report is still there, or still cannot be made."""
        usable = not self.needs or importlib.util.find_spec(self.needs) is not None
        return usable == self.usable and (not usable or bool(self.path) and (home.root / self.path).exists())


def standings(home: Home) -> list[Standing]:
    """Return how each report stands, in the order in which they are made.

    Args:
        home: The home.
    """
    from pipelines.datasets.registry import datasets
    from pipelines.publishing import catalogue

    made, found = catalogue.kept(home), []
    for entry in catalogue.reports(datasets(home.root).values()):
        of = made.get(entry.name, {})
        path, failures = of.get("path", ""), of.get("failures", "")
        usable = catalogue.usable(entry)
        found.append(Standing(entry.name, entry.title, path, failures, entry.needs, entry.install, usable))
    return found


def mark(home: Home) -> str:
    """Return a value that differs whenever a report may wait.

    Args:
        home: The home.
    """
    return settled.mark(home, home.root / kept_record.PUBLISHED)


def unchanged(home: Home) -> list[Standing] | None:
    """Return how the reports stand where none waits; None where one may.

    Args:
        home: The home.
    """
    try:
        record = json.loads((home.root / FILE).read_text(encoding="utf-8"))
        reports = [Standing(**entry) for entry in record["reports"]]
        return reports if record["mark"] == mark(home) and all(report.holds(home) for report in reports) else None
    except (OSError, ValueError, TypeError, KeyError):  # not there, or not as it is written
        return None


def keep(home: Home, before: str, reports: Sequence[Standing]) -> None:
    """Record how the reports stand, unless something changed while that was seen.

    Args:
        home: The home.
        before: The mark before it was seen.
        reports: The reports, of which none waits.
    """
    if mark(home) == before:
        with suppress(OSError):  # it is made to save time alone
            kept_record.replace(
                home.root / FILE, json.dumps({"mark": before, "reports": [asdict(report) for report in reports]})
            )
