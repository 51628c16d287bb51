"""Pages kept as pictures, for the person who reads what no reader can: KHROP_HOME/pages/<return>/page-1.png.

They are made of the archived bytes and can be made again at any time.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

from pipelines.archive.store import Archive, Damaged
from pipelines.home import Home
from pipelines.readers import Unreadable, process

LOG = logging.getLogger("khrop.pages")


def keep(home: Home, archive: Archive, name: str, sha256: str) -> Path | None:
    """The folder of a return's pictures, made unless it is there; None where they cannot be drawn, which is logged."""
    folder = home.pages / name
    if folder.is_dir():
        return folder
    unready = home.pages / f".{name}.{os.getpid()}"
    try:
        drawn = process.pictures(archive.read(sha256))
        shutil.rmtree(unready, ignore_errors=True)
        unready.mkdir(parents=True)
        for page, picture in drawn:
            (unready / f"page-{page}.png").write_bytes(picture)
        os.replace(unready, folder)
    except (Unreadable, Damaged, OSError) as reason:
        shutil.rmtree(unready, ignore_errors=True)
        LOG.error("%s: its pages could not be kept as pictures: %s", name, reason)
        return None
    return folder


def of(home: Home, name: str) -> list[Path]:
    """The pictures of a return's pages, in their order; empty where none are kept."""
    return sorted((home.pages / name).glob("page-*.png"), key=lambda path: int(path.stem.rpartition("-")[2]))
