"""Folders that are replaced as a whole, so that their readers see one state."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def swap(new: Path, folder: Path) -> None:
    """Replace a folder by a new one in one step.

    `folder` becomes a link to a versioned folder, and the link is replaced. The version before stays for readers that
    still have it open; older ones, and what a killed run left, are deleted.

    Args:
        new: A folder beside `folder`, named `.<its name>-…`.
        folder: The folder to be replaced.
    """
    before = folder.readlink().name if folder.is_symlink() else ""
    version = folder.with_name(f".{folder.name}-{new.stat().st_mtime_ns}")
    os.replace(new, version)
    link = folder.with_name(f".{folder.name}-link-{os.getpid()}")
    link.unlink(missing_ok=True)
    link.symlink_to(version.name)
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    os.replace(link, folder)
    for old in folder.parent.glob(f".{folder.name}-*"):
        if old.is_symlink():
            old.unlink()
        elif old.name not in (version.name, before):
            shutil.rmtree(old, ignore_errors=True)
