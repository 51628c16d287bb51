"""The frames beside a return that rules name: CSV files of a dataset, which a home may replace by its own."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pipelines.datasets.dataset import Dataset, DatasetFault

FOLDER = "references"


def frames(dataset: Dataset, home: Path) -> dict[str, Any]:
    """Return the reference frames of a dataset, by the names that its rules use for them.

    Args:
        dataset: The dataset.
        home: The root of the home, whose `references/<dataset>/<name>.csv` takes the place of the dataset's own file.

    Returns:
        pandas frames, all columns of texts.

    Raises:
        DatasetFault: Where a file cannot be read; the message names it.
    """
    return {name: _text_frame(file) for name, file in _files(dataset, home).items()}


def digest_of(dataset: Dataset, home: Path) -> str:
    """Return a hash of the files of the reference frames; takes what `frames` takes."""
    files = _files(dataset, home)
    content = (name.encode() + file.read_bytes() for name, file in sorted(files.items()) if file.is_file())
    return hashlib.sha256(b"\0".join(content)).hexdigest()


def _files(dataset: Dataset, home: Path) -> dict[str, Path]:
    files_of_home = {file.stem: file for file in sorted((home / FOLDER / dataset.name).glob("*.csv"))}
    return {**dataset.references, **files_of_home}


def _text_frame(file: Path) -> Any:
    import pandas as pd

    try:
        frame = pd.read_csv(file, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise DatasetFault(f"{file}: expected CSV in UTF-8 with a line of headings: {reason}") from error
    return frame.astype("str")
