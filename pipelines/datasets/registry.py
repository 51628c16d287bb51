"""The datasets: those of installed distributions (entry point `khrop.datasets`) and those of a home.

A dataset of a home is a folder, `$KHROP_HOME/datasets/NAME`. A folder with a mistake is left out and its fault is
recorded; it never stops the others. Folders are read again when a file in them changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from threading import Lock

from pipelines import campaigns
from pipelines.datasets import reference_files
from pipelines.datasets.dataset import Dataset, DatasetFault
from warehouse.connect import SCHEMA

__all__ = ["DatasetFault", "datasets", "faults", "installed", "mark"]

GROUP = "khrop.datasets"
FOLDER = "datasets"
ASSETS = ("intake", "returns", "exports", "site", "reconciliation")
"""Assets that belong to no dataset, whose names no dataset and no mart may have."""

Mark = tuple[tuple[str, int, int], ...]
"""The files of a folder, each with its size and time."""


@dataclass(frozen=True)
class _Known:
    """A home's folders as they were last read."""

    marks: Mapping[Path, Mark] = field(default_factory=dict)
    loaded: Mapping[Path, Dataset | DatasetFault] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    faults: tuple[DatasetFault, ...] = ()


_known: dict[Path, _Known] = {}
_lock = Lock()


@lru_cache(maxsize=1)
def installed() -> dict[str, Dataset]:
    """Return the datasets of installed distributions by name, the default dataset first.

    Raises:
        DatasetFault: Where an entry point is no `Dataset`.
    """
    loaded: dict[str, Dataset] = {}
    first = campaigns.DEFAULT_DATASET
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name != first, point.name)):
        dataset = point.load()
        if not isinstance(dataset, Dataset):
            raise DatasetFault(f"the entry point {GROUP}: {point.name} ({point.value}) is no Dataset")
        loaded.setdefault(dataset.name, dataset)
    return loaded


def datasets(home: Path | None = None) -> dict[str, Dataset]:
    """Return all datasets by name.

    Args:
        home: The root of a home, whose usable datasets come after those of installed distributions.
    """
    of_home = _of_home(home).datasets if home else {}
    return {**installed(), **of_home}


def faults(home: Path) -> tuple[DatasetFault, ...]:
    """Return why folders of a home's datasets, or campaigns in them, cannot be used; empty where all can."""
    wrong = [fault for _, fault in campaigns.of_datasets(home) if isinstance(fault, campaigns.CampaignFault)]
    return (*_of_home(home).faults, *(DatasetFault(str(fault)) for fault in wrong), *_wrong_references(home))


def _wrong_references(home: Path) -> Iterator[DatasetFault]:
    """Yield why reference frames that a home has cannot be read; those of installed datasets need no look."""
    of_home = _of_home(home).datasets
    named = {folder.name for folder in home.glob(f"{reference_files.FOLDER}/*/")}
    by_name = {**installed(), **of_home} if named else of_home
    for name in sorted(named - set(by_name)):
        names = ", ".join(by_name)
        yield DatasetFault(
            f"{home / reference_files.FOLDER / name}: there is no dataset of this name; there are {names}"
        )
    for dataset in (dataset for name, dataset in by_name.items() if name in named or name in of_home):
        try:
            reference_files.frames(dataset, home)
        except DatasetFault as fault:
            yield fault


def mark(home: Path) -> tuple[tuple[str, Mark], ...]:
    """Return a value that differs whenever a file of the home's datasets has changed."""
    return tuple((folder.name, _mark(folder)) for folder in _folders(home))


def _folders(home: Path) -> list[Path]:
    within = home / FOLDER
    hidden = (".", "_")
    return sorted(f for f in within.glob("*") if f.is_dir() and not f.name.startswith(hidden))


def _mark(folder: Path) -> Mark:
    files = []
    for path in sorted((*folder.glob("*"), *folder.glob("marts/*"))):
        try:
            stat = path.stat()
        except OSError:  # deleted since it was listed
            continue
        if not path.is_dir() and not path.name.startswith("."):
            files.append((str(path.relative_to(folder)), stat.st_size, stat.st_mtime_ns))
    return tuple(files)


def _of_home(home: Path) -> _Known:
    marks = {folder: _mark(folder) for folder in _folders(home)}
    with _lock:
        before = _known.get(home, _Known())
        if before.marks != marks:
            loaded = {
                folder: before.loaded[folder] if before.marks.get(folder) == mark else _load(folder)
                for folder, mark in marks.items()
            }
            usable, wrong = _together(loaded.values())
            before = _known[home] = _Known(marks, loaded, usable, tuple(wrong))
        return before


def _load(folder: Path) -> Dataset | DatasetFault:
    from pipelines.datasets import dataset_folder as folders

    try:
        return folders.load(folder)
    except DatasetFault as fault:
        return fault


def _together(loaded: Iterable[Dataset | DatasetFault]) -> tuple[dict[str, Dataset], list[DatasetFault]]:
    """Return the datasets that can be used together with those installed, and what is wrong with the others."""
    usable: dict[str, Dataset] = {}
    wrong: list[DatasetFault] = []
    for dataset in loaded:
        try:
            if isinstance(dataset, DatasetFault):
                raise dataset
            _refuse_taken_names(dataset, {**installed(), **usable})
            usable[dataset.name] = dataset
        except DatasetFault as fault:
            wrong.append(fault)
    wrong += _unusable_tables(usable)
    return usable, wrong


@lru_cache(maxsize=1)
def _tables_of_the_schema() -> frozenset[str]:
    """Return the names in `core` that belong to no dataset."""
    statement = re.compile(r"CREATE (?:OR REPLACE )?(?:TABLE|VIEW|MACRO) core\.(\w+)")
    return frozenset(
        name for file in SCHEMA.glob("*.sql") for name in statement.findall(file.read_text(encoding="utf-8"))
    ) | {"set_aside"}


def taken_by(name: str, others: Mapping[str, Dataset]) -> str:
    """Return what has a name already.

    Args:
        name: A name for a dataset or a mart.
        others: The other datasets, by name.

    Returns:
        What has the name, for a message; empty where it is free.
    """
    holders = dict.fromkeys(_tables_of_the_schema(), "a table of all datasets") | dict.fromkeys(ASSETS, "an asset")
    for other in others.values():
        holders |= dict.fromkeys(other.tables.written_marts, f"a mart of {other.name}")
        holders |= {report.name: f"a report of {other.name}" for report in other.all_reports}
        holders |= {
            f"{other.name}{ending}": f"a table of {other.name}" for ending in ("", "_current", "_set_aside", "_change")
        }
    return holders.get(name, "")


def _refuse_taken_names(dataset: Dataset, others: Mapping[str, Dataset]) -> None:
    if holder := taken_by(dataset.name, others):
        raise DatasetFault(f"{dataset.source}: {dataset.name} is {holder}; give the folder another name")
    for mart in dataset.tables.written_marts:
        if holder := "the dataset itself" if mart == dataset.name else taken_by(mart, others):
            raise DatasetFault(f"{dataset.source}/marts/{mart}.sql: {mart} is {holder}; give the file another name")


def _unusable_tables(usable: dict[str, Dataset]) -> list[DatasetFault]:
    """Create the tables and marts of datasets in an empty database; those that fail are removed from `usable`."""
    if not usable:
        return []
    import duckdb

    from warehouse.connect import migrate
    from warehouse.dataset_tables import ensure
    from warehouse.marts import build as build_mart
    from warehouse.parts import CAMPAIGN
    from warehouse.tables import refresh_reference

    connection = duckdb.connect(":memory:")
    migrate(connection)
    refresh_reference(connection, (), [dataset.tables for dataset in installed().values()])
    wrong = []
    for name, dataset in list(usable.items()):
        file = f"{dataset.source}/dataset.toml: columns"
        try:
            ensure(connection, [dataset.tables])
            for mart in dataset.tables.written_marts:  # in DuckDB's dialect, whatever makes them
                file = f"{dataset.source}/marts/{mart}.sql"
                build_mart(connection, dataset.tables, mart)
                if dataset.marts_by_campaign:
                    connection.execute(f"SELECT {CAMPAIGN} FROM mart.{mart}")
        except duckdb.Error as error:
            wrong.append(DatasetFault(f"{file}: DuckDB refuses it: {' '.join(str(error).split())}"))
            del usable[name]
    connection.close()
    return wrong
