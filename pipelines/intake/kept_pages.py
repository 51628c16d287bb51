"""Pages of scans as pictures, for a person to read or compare: KHROP_HOME/pages/<return>/page-1.png.

They are drawn from the archived bytes and can be drawn again at any time.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from pipelines.archive.ledger import Damaged
from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.readers import Unreadable, process
from pipelines.readers.document import PLACE, SCAN

RETURNS = f"""
SELECT snapshot_id FROM core.snapshot_judged WHERE verdict = 'quarantined' AND rows_read = 0
UNION
SELECT c.snapshot_id FROM core.claim AS c INNER JOIN core.snapshot_judged AS s USING (snapshot_id, judgement)
WHERE c.source = 'file' AND c.measure = '{SCAN}'
"""
"""SQL of the returns whose pages are kept: nothing could be read of them, or they were read from pictures."""
LOG = logging.getLogger("khrop.pages")


def keep(home: Home, archive: Archive, name: str, sha256: str) -> Path | None:
    """Draw the pages of a return, unless that was done.

    Args:
        home: The home.
        archive: Its archive.
        name: The return.
        sha256: The hash of its bytes.

    Returns:
        The folder of the pictures; None where they cannot be drawn, which is logged.

    Raises:
        ReaderKilled: Where the process that draws them was killed.
    """
    folder = home.pages / name
    if folder.is_dir():
        return folder
    unfinished = home.pages / f".{name}.{os.getpid()}"
    try:
        drawn = process.pictures(archive.read(sha256))
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for page, picture in drawn:
            (unfinished / f"page-{page}.png").write_bytes(picture)
        os.replace(unfinished, folder)
    except (Unreadable, Damaged, OSError) as reason:
        shutil.rmtree(unfinished, ignore_errors=True)
        LOG.error("%s: its pages could not be kept as pictures: %s", name, reason)
        return None
    return folder


def of(home: Home, name: str) -> list[Path]:
    """Return the pictures of a return's pages, in the order of the pages; empty where none were drawn."""
    return sorted((home.pages / name).glob("page-*.png"), key=lambda path: int(path.stem.rpartition("-")[2]))


def at(home: Home, name: str, place: str) -> Path | None:
    """Return the picture of the page of a return on which a place is; None where none was drawn."""
    match = PLACE.fullmatch(place)
    page = match["sheet"].removeprefix("page ") if match else ""
    file = home.pages / name / f"page-{page}.png"
    return file if page.isdecimal() and file.is_file() else None
