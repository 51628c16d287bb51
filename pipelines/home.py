"""The folder KHROP_HOME, which holds all state of an installation. Two homes share nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "KHROP_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of a home; none is created before it is needed.

    Attributes:
        root: The folder that holds them.
    """

    root: Path

    @classmethod
    def current(cls) -> Home:
        """Return the home that the environment names, or else `./data`."""
        return cls(Path(os.environ.get(VARIABLE) or "data").expanduser().resolve())

    @property
    def inbox(self) -> Path:
        """Where returns are put, in a folder for each campaign; never altered."""
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        """The bytes of all returns under their hashes, and the ledger."""
        return self.root / "archive"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.root / "warehouse.duckdb"

    @property
    def exports(self) -> Path:
        """The marts and the current state as Parquet and CSV; a link, replaced as a whole."""
        return self.root / "exports"

    @property
    def pages(self) -> Path:
        """Pictures of pages that a person has to read, in a folder for each return."""
        return self.root / "pages"

    @property
    def letters(self) -> Path:
        """Letters, by campaign and as-of date."""
        return self.root / "letters"

    @property
    def workbook(self) -> Path:
        """A workbook for each campaign."""
        return self.root / "workbook"

    @property
    def templates(self) -> Path:
        """The home's own templates of letters."""
        return self.root / "templates"

    @property
    def data_docs(self) -> Path:
        """The pages of Great Expectations."""
        return self.root / "data-docs"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def alerts(self) -> Path:
        """What alerts were sent to whom."""
        return self.root / "alerts.json"

    @property
    def signers(self) -> Path:
        """Who may decide, with their public keys; where it is missing, decisions need no signature."""
        return self.root / "signers"

    @property
    def spark(self) -> Path:
        """What is made on Spark, in a folder for each dataset."""
        return self.root / "spark"

    @property
    def site(self) -> Path:
        """The site; a link, replaced as a whole."""
        return self.root / "site"
