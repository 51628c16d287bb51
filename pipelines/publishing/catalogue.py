"""The reports that are published from the marts: which there are, what each was made from, and which wait.

Here belongs what a report is to the rest: a module with `publish(home, *, force=False) -> Published`. Nothing of
Dagster here, and no report is imported before it is published. How one is made belongs in its own module.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from pipelines.home import Home
from warehouse import tables
from warehouse.connect import Warehouse

LEDGER = "published.json"


class TablesBehind(Exception):
    """The marts are behind what was loaded, so nothing is published from them."""

    def __init__(self) -> None:
        super().__init__("the tables are behind what was loaded; khrop ingest makes them anew")


class NotInstalled(Exception):
    """What a report needs, an extra of the application, is not there; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Published:
    """What was published: the page or folder to open, a few lines of Markdown to show of it, and plain figures of it.
    `changed` is false where all was as it had to be."""

    path: Path
    preview: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = True


class Publisher(Protocol):
    """What a report's module offers."""

    def publish(self, home: Home, *, force: bool = False) -> Published: ...


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its name (that of its asset, too), its module, and what the UI says of it. `needs` is a module that
    it cannot be made without, and `install` how to get that; `after` are reports that it links to."""

    name: str
    title: str
    module: str
    kinds: frozenset[str]
    description: str
    needs: str = ""
    install: str = ""
    after: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether what it needs is installed; costs no import."""
        return not self.needs or importlib.util.find_spec(self.needs) is not None

    def publish(self, home: Home, *, force: bool = False) -> Published:
        """Publish it, and keep which state of the tables it was made from. Raises what the report raises,
        `NotInstalled`, `TablesBehind`, `WarehouseLocked`, and FileNotFoundError without a warehouse."""
        if not self.usable:
            raise NotInstalled(f"{self.title} need {self.needs}, which is not installed: {self.install}")
        if behind(home, Warehouse(home.warehouse)):
            raise TablesBehind()
        state = present_state(home)
        done = cast(Publisher, importlib.import_module(self.module)).publish(home, force=force)
        _keep(home, self.name, {"state": state, "path": os.path.relpath(done.path, home.root)})
        return done


REPORTS: tuple[Report, ...] = (
    Report(
        "letters",
        "Letters",
        "pipelines.publishing.letters.publish",
        frozenset({"docx"}),
        "**A reminder to each province that is behind, and the circular to all**, as Thai official letters under"
        " `letters/`, by campaign and as-of date. Nothing is sent.",
    ),
    Report(
        "workbook",
        "Workbook",
        "pipelines.publishing.workbook_export",
        frozenset({"excel"}),
        "**The return's own table, which is itself a return, and the marts**, a workbook a campaign under `workbook/`.",
    ),
    Report(
        "site",
        "Site",
        "pipelines.publishing.site.publish",
        frozenset({"html"}),
        "**What people look at**: overview with a map of the provinces, the table, a page a province, quality; in Thai"
        " and English, offline, under `site/`. It links to the letters.",
        after=("letters",),
    ),
    Report(
        "data_docs",
        "Data Docs",
        "pipelines.publishing.data_docs.publish",
        frozenset({"greatexpectations", "html"}),
        "**Each return in the tables against its contract**, by Great Expectations: what holds, what is a warning, and"
        " how it differs from the returns before (volume, freshness, daily gain). Static pages under `data-docs/`.",
        needs="great_expectations",
        install="pip install 'khrop-pipelines[gx]'",
    ),
)


def report(name: str) -> Report:
    """A report by its name."""
    return next(one for one in REPORTS if one.name == name)


def waiting(home: Home, warehouse: Warehouse) -> list[str]:
    """The reports that are behind the tables, by name; none while the tables are themselves behind what was loaded.

    Raises `WarehouseLocked`.
    """
    if not warehouse.path.exists() or behind(home, warehouse):
        return []
    made, state = kept(home), present_state(home)
    return [one.name for one in REPORTS if one.usable and not _stands(home, made.get(one.name), state)]


def behind(home: Home, warehouse: Warehouse) -> bool:
    """Whether the tables are behind what was loaded, so that nothing is to be made of them. Raises `WarehouseLocked`,
    and FileNotFoundError without a warehouse."""
    with warehouse.reading() as connection:
        return present_state(home) != tables.state(connection)


def present_state(home: Home) -> str:
    """The state of the tables that reports are made from; empty where there are none."""
    return tables.exported_state(home.exports)


def _stands(home: Home, made: Mapping[str, str] | None, state: str) -> bool:
    return made is not None and made["state"] == state and (home.root / made["path"]).exists()


def kept(home: Home) -> dict[str, dict[str, str]]:
    """Of each report that was published, the state of the tables it was made from, and where it lies in the home."""
    try:
        told = json.loads((home.root / LEDGER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: one for name, one in told.items() if {"state", "path"} <= set(one)}


def _keep(home: Home, name: str, made: dict[str, str]) -> None:
    path = home.root / LEDGER
    new = path.with_name(f".{LEDGER}-{os.getpid()}")
    new.write_text(json.dumps({**kept(home), name: made}, indent=1, sort_keys=True), encoding="utf-8")
    os.replace(new, path)
