"""What a report's files of each campaign were made from, so that those of the others are not made again."""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = ".made-from.json"


class ByCampaign:
    """The record in a report's folder: of each campaign a hash of what its files were made from, and their figures."""

    def __init__(self, folder: Path) -> None:
        """Read the record; one that cannot be read is empty.

        Args:
            folder: The folder of the report.
        """
        self.folder = folder
        try:
            record = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            record = {}
        self._record: dict[str, dict[str, Any]] = record if isinstance(record, dict) else {}

    def figures(self, campaign: str, made_from: object) -> Mapping[str, Any] | None:
        """Return the figures of a campaign's files; None where they are made from something else, or not made.

        Args:
            campaign: The campaign.
            made_from: What they are made from now; its `repr` changes with it.
        """
        kept = self._record.get(campaign, {})
        return kept["figures"] if kept.get("made_from") == _digest(made_from) else None

    def keep(self, campaign: str, made_from: object, figures: Mapping[str, Any]) -> None:
        """Record that a campaign's files are made.

        Args:
            campaign: The campaign.
            made_from: What they are made from.
            figures: Their figures, as JSON has them.
        """
        self._record[campaign] = {"made_from": _digest(made_from), "figures": dict(figures)}
        new = self.folder / f"{FILE}-{os.getpid()}"
        new.write_text(json.dumps(self._record, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(new, self.folder / FILE)


@functools.cache
def version(*folders: Path) -> str:
    """Return a hash of the code and templates in some folders and below them."""
    files = sorted(file for folder in folders for pattern in ("*.py", "*.docx") for file in folder.rglob(pattern))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _digest(made_from: object) -> str:
    return hashlib.sha256(repr(made_from).encode()).hexdigest()
