"""The reports that are published from the marts: which there are, what each was made from, and which wait.

Here belongs what a report is to the rest: a module with `publish(home, *, force=False) -> Published`. Nothing of
Dagster here, and no report is imported before it is published. How one is made belongs in its own module.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

from pipelines.datasets import folder_contract, reference_files
from pipelines.datasets.dataset import Dataset, Report
from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.publishing import kept_record
from warehouse import exports
from warehouse.connect import Warehouse

SITE = Report(
    "site",
    "Site",
    "pipelines.publishing.site.publish",
    frozenset({"html"}),
    "**What people look at**: the table of each dataset and the quality of its returns, of the province table a map and"
    " a page a province; in Thai and English, offline, under `site/`. It links to the letters.",
)
"""The report that all datasets share."""


class TablesBehind(Exception):
    """The marts are behind what was loaded, so nothing is published from them."""

    def __init__(self) -> None:
        """Say what makes them anew."""
        super().__init__("the tables are behind what was loaded; khrop ingest makes them anew")


class NotInstalled(Exception):
    """What a report needs, an extra of the application, is not there; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of something that a report checks.

    Attributes:
        name: Its name, one of the report's `checks`.
        failure: What is wrong, in a sentence; empty where it passes.
        warning: Whether a failure is a warning alone.
        metadata: Plain figures of it.
        sample: What fails, as Markdown.
    """

    name: str
    failure: str = ""
    warning: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """What was published: the page or folder to open, a few lines of Markdown to show of it, and plain figures of it.

    `changed` is false where all was as it had to be; `checks` has a result for each that the report names.
    """

    path: Path
    preview: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = True
    checks: tuple[Checked, ...] = ()


class Publisher(Protocol):
    """What a report's module offers; that of a report that names its dataset is given it, too."""

    def publish(self, home: Home, *, force: bool = False, **of: str) -> Published:
        """Make the report of a home; with `force` also where nothing changed."""
        ...


def reports(datasets: Iterable[Dataset]) -> tuple[Report, ...]:
    """Return the reports of some datasets and the site of all, in the order in which they are made.

    Those that need an extra come last.
    """
    own = [report for dataset in datasets for report in dataset.all_reports]
    site = replace(SITE, after=tuple(report.name for report in own if report.on_the_site))
    return tuple(sorted((*own, site), key=lambda report: bool(report.needs)))


def usable(report: Report) -> bool:
    """Return whether what a report needs is installed; costs no import."""
    return not report.needs or importlib.util.find_spec(report.needs) is not None


def publish(report: Report, home: Home, *, force: bool = False) -> Published:
    """Publish a report, and keep which state of the tables it was made from.

    Raises:
        NotInstalled: Where what it needs is not installed.
        TablesBehind: Where the tables are behind what was loaded.
        SparkFault: Where it is made on Spark, which cannot be used.
        WarehouseLocked: Where another process holds the warehouse.
        FileNotFoundError: Without a warehouse.
    """
    if not usable(report):
        raise NotInstalled(f"{report.title} need {report.needs}, which is not installed: {report.install}")
    if behind(home, Warehouse(home.warehouse)):
        raise TablesBehind()
    state = _made_from(report, home)
    of = {"dataset": report.dataset} if report.dataset else {}
    done = cast(Publisher, importlib.import_module(report.module)).publish(home, force=force, **of)
    failures = "; ".join(checked.failure for checked in done.checks if checked.failure)
    made = {"state": state, "path": os.path.relpath(done.path, home.root), "failures": failures}
    _keep(home, report.name, {name: text for name, text in made.items() if text})
    return done


def report(home: Home, name: str) -> Report:
    """Return a report by its name."""
    return next(entry for entry in reports(datasets(home.root).values()) if entry.name == name)


def waiting(home: Home, warehouse: Warehouse) -> list[str]:
    """The reports that are behind the tables, by name; none while the tables are themselves behind what was loaded.

    Raises `WarehouseLocked`.
    """
    if not warehouse.path.exists() or behind(home, warehouse):
        return []
    made, known = kept(home), reports(datasets(home.root).values())
    return [entry.name for entry in known if usable(entry) and not _stands(home, made.get(entry.name), entry)]


def behind(home: Home, warehouse: Warehouse) -> bool:
    """Return whether the tables are behind what was loaded, so that nothing is to be made of them.

    Raises:
        WarehouseLocked: Another process holds the warehouse.
        FileNotFoundError: There is no warehouse.
    """
    with warehouse.reading() as connection:
        return present_state(home) != exports.state(connection)


def present_state(home: Home) -> str:
    """The state of the tables that reports are made from; empty where there are none."""
    return exports.exported_state(home.exports)


def stands(home: Home, report: Report) -> bool:
    """Return whether a report is there and is of the present tables."""
    return _stands(home, kept(home).get(report.name), report)


def _stands(home: Home, made: Mapping[str, str] | None, report: Report) -> bool:
    return made is not None and made["state"] == _made_from(report, home) and (home.root / made["path"]).exists()


def _made_from(report: Report, home: Home) -> str:
    """Return the state of what a report is made from: the tables, and of one that checks rows their contract, too."""
    state = present_state(home)
    if not report.dataset:
        return state
    dataset = datasets(home.root)[report.dataset]
    files = folder_contract.digest_of(Path(dataset.source)) + reference_files.digest_of(dataset, home.root)
    return f"{state} {dataset.version} {hashlib.sha256(files.encode()).hexdigest()[:16]}"


def kept(home: Home) -> dict[str, dict[str, str]]:
    """Of each report that was published, the state of the tables it was made from, and where it lies in the home.

    `failures` has what its checks found wrong, where they did.
    """
    return kept_record.read(home.root / kept_record.PUBLISHED, ("state", "path"))


def _keep(home: Home, name: str, made: dict[str, str]) -> None:
    kept_record.write(home.root / kept_record.PUBLISHED, {**kept(home), name: made})
