"""The letters that provinces' pages link to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.datasets.province_progress import progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.home import Home


def letter_links(connection: DuckDBPyConnection, home: Home) -> dict[tuple[str, str], str]:
    """Return the way to each letter that exists, from the page of its province, by campaign and province code.

    Letters are `letters/<campaign>/<as-of date>/<province code>-<name>.docx`, known by the code.
    """
    links = {}
    for name, latest in sorted(progress.newest(connection).items()):
        for file in sorted((home.letters / name / latest.as_of.isoformat()).glob("*-*.docx")):
            address = Path(os.path.relpath(file, home.site / name / "province")).as_posix()
            links[name, file.name.partition("-")[0]] = address
    return links
