"""The datasets that there are: those of installed distributions (entry point `khrop.datasets`), and those of a home."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path

from pipelines.campaigns import DEFAULT_DATASET
from pipelines.datasets.dataset import Dataset

GROUP = "khrop.datasets"


class DatasetFault(ValueError):
    """A dataset that cannot be used; the message names the file, the place in it, and what was expected."""


@lru_cache(maxsize=1)
def installed() -> dict[str, Dataset]:
    """Return the datasets of installed distributions by name."""
    loaded: dict[str, Dataset] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name != DEFAULT_DATASET, point.name)):
        dataset = point.load()
        if not isinstance(dataset, Dataset):
            raise DatasetFault(f"the entry point {GROUP}: {point.name} ({point.value}) is no Dataset")
        loaded.setdefault(dataset.name, dataset)
    return loaded


def datasets(home: Path | None = None) -> dict[str, Dataset]:
    """Return all datasets by name."""
    return dict(installed())
