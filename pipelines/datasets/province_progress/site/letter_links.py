"""Which letter is a province's: what a page may link to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipelines.datasets.province_progress.progress import Standing
from pipelines.datasets.province_progress.site.build import LetterOf


def letters_in(letters: Path) -> LetterOf:
    """The letters below a folder, `<campaign>/<as-of date>/<province code>-<name>.docx`, known by the code."""
    found: dict[Path, dict[str, Path]] = {}

    def letter(campaign_id: str, as_of: date, one: Standing) -> Path | None:
        folder = letters / campaign_id / as_of.isoformat()
        if folder not in found:
            found[folder] = {file.name.partition("-")[0]: file for file in sorted(folder.glob("*-*.docx"))}
        return found[folder].get(one.province_code)

    return letter
