"""What a report keeps of its parts beside them, as JSON: a record by name for each, replaced in one step."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

PUBLISHED = "published.json"
"""In the home: what each report was made from."""


def read(file: Path, keys: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """Return the records by name; a file or a record that is not as it is written counts as not there.

    Args:
        file: The file, which need not exist.
        keys: What each record has.
    """
    try:
        records = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    entries = records.items() if isinstance(records, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict) and set(keys) <= set(entry)}


def write(file: Path, records: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the records by name."""
    replace(file, json.dumps(records, ensure_ascii=False, indent=1, sort_keys=True))


def replace(file: Path, text: str) -> None:
    """Write a file in one step: whoever reads it sees the old text or the new."""
    new = file.with_name(f".{file.name}-{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    os.replace(new, file)
