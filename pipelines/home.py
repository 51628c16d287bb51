"""Where everything of one installation lies: the folder KHROP_HOME and what is in it. Two homes never touch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "KHROP_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of one home; none is made before it is needed."""

    root: Path

    @classmethod
    def current(cls) -> Home:
        """The home that the environment names, or ./data."""
        return cls(Path(os.environ.get(VARIABLE) or "data").expanduser().resolve())

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def pages(self) -> Path:
        return self.root / "pages"

    @property
    def letters(self) -> Path:
        return self.root / "letters"

    @property
    def workbook(self) -> Path:
        return self.root / "workbook"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def data_docs(self) -> Path:
        return self.root / "data-docs"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def site(self) -> Path:
        return self.root / "site"
