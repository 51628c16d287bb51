"""The marts of a dataset as Parquet, made on Spark: a new version of their folder replaces the old one in one step.

A mart is a folder of Parquet files, as an exported one is. Of a dataset with `marts_by_campaign` the files of a
campaign begin with its name, and those of campaigns that did not change are links to the version before.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pipelines.publishing import kept_record
from warehouse import exports as exporting
from warehouse import parts
from warehouse.datasets import DatasetTables
from warehouse.folders import swap
from warehouse.on_spark import MartFrames, NotExported
from warehouse.spark_session import SparkFault, errors, readable

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOG = logging.getLogger("khrop.spark")
INDEX = ".made_from.json"
"""In the folder: what each mart was made from."""
NO_PARTS = exporting.NO_CAMPAIGN
"""The file of a mart that is made as a whole, or has no row."""
PARTITION = "khrop_part"
"""The column by which Spark writes a folder for each campaign."""


@dataclass(frozen=True, slots=True)
class MadeMart:
    """A mart that was made, or could not be.

    Attributes:
        name: Its name.
        rows: The number of its rows.
        campaigns: The campaigns of which it was made anew; None where as a whole.
        seconds: How long that took.
        failure: Why it could not be made; the version before stays then.
    """

    name: str
    rows: int = 0
    campaigns: tuple[str, ...] | None = None
    seconds: float = 0.0
    failure: str = ""

    @property
    def changed(self) -> bool:
        """Whether any of it was made now."""
        return not self.failure and self.campaigns != ()

    def shown(self) -> str:
        """Return of which campaigns it was made now, for people."""
        return "" if self.failure else "all" if self.campaigns is None else f"{len(self.campaigns):,}"


def make(
    session: SparkSession, tables: DatasetTables, exports: Path, folder: Path, *, force: bool = False
) -> list[MadeMart]:
    """Make the marts of a dataset.

    Args:
        session: The session.
        tables: The tables of the dataset.
        exports: The folder of a version of the exports.
        folder: The folder of the marts, which is or becomes a link.
        force: Whether campaigns that did not change are made again.

    Returns:
        The marts, in the order of their files.

    Raises:
        SparkFault: Where the session cannot write to the folder.
        pyspark.errors.PySparkException: Where the session fails, and not a mart.
    """
    new = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    making = _Making(session, tables, exports, folder.resolve(), new, force)
    marts = [making.mart(name) for name in tables.written_marts]
    kept_record.write(new / INDEX, making.index)
    swap(new, folder)
    return marts


class _Making:
    """Making a version of the marts beside the one before."""

    def __init__(
        self, session: SparkSession, tables: DatasetTables, exports: Path, old: Path, new: Path, force: bool
    ) -> None:
        self.session, self.tables, self.exports, self.old, self.new = session, tables, exports, old, new
        self.before = {} if force else kept_record.read(old / INDEX)
        self.index: dict[str, dict[str, Any]] = {}
        exported = exporting.parts_of(exports, f"{tables.table}_current")
        self.states = {name: part.state for name, part in exported.items()} if tables.marts_by_campaign else {}
        # The files of a campaign are of one task, whatever order the SQL gives all rows.
        self.ordered = not tables.marts_by_campaign
        self.whole = MartFrames(session, readable(exports), tables, ordered=self.ordered)
        self.some: dict[tuple[str, ...], MartFrames] = {}

    def mart(self, name: str) -> MadeMart:
        """Make a mart, or take over what there is where that fails."""
        from sqlglot.errors import SqlglotError

        sql = hashlib.sha256(self.tables.sql_of(name).encode()).hexdigest()
        entry = self.before.get(name, {})
        campaigns = self._changed(entry) if entry.get("sql") == sql and self._old(name).is_dir() else None
        begun = time.perf_counter()
        try:
            self._write(name, campaigns)
        except SqlglotError as error:
            failure = f"it has no counterpart in Spark: {_line(error)}"
        except NotExported as error:
            failure = str(error)
        except errors() as error:
            self.session.sql("SELECT 1").collect()  # raises where it is the session that fails
            failure = f"Spark refuses it: {_line(error)}"
        else:
            self.index[name] = {"sql": sql, "states": self.states}
            of = None if campaigns is None else tuple(campaigns)
            mart = MadeMart(name, self._rows(name), of, time.perf_counter() - begun)
            LOG.info("mart.%s: %s rows in %.1f s", name, f"{mart.rows:,}", mart.seconds)
            return mart
        shutil.rmtree(self._new(name), ignore_errors=True)
        # What it was made from is not kept: the next time it is made as a whole.
        for file in self._old(name).glob("*.parquet"):
            self._new(name).mkdir(exist_ok=True)
            exporting.link(file, self._new(name) / file.name)
        return MadeMart(name, failure=failure)

    def _changed(self, entry: Mapping[str, Any]) -> list[str] | None:
        """Return the campaigns that changed since a mart was made; None where it is made as a whole."""
        if not self.states:
            return None
        changed = parts.changed(entry.get("states", {}), self.states)
        return changed if 2 * len(changed) <= len(self.states) else None

    def _write(self, name: str, campaigns: Sequence[str] | None) -> None:
        """Write a mart, as a whole or of some campaigns, with links to the files of the others."""
        from pyspark.sql import functions

        folder = self._new(name)
        folder.mkdir()
        if campaigns is None:
            frame = self.whole.frame(name)
            self._parquet(frame, folder)
        else:
            for file in self._old(name).glob("*.parquet"):
                if _campaign_of(file) not in campaigns:
                    exporting.link(file, folder / file.name)
            frame = self._of(campaigns).frame(name)
            if campaigns:
                named = functions.coalesce(functions.col(parts.CAMPAIGN), functions.lit("")).isin(*campaigns)
                self._parquet(frame.where(named), folder)
        if not any(folder.iterdir()):  # by campaign Spark writes no file where there is no row
            self._parquet(frame.limit(0), folder, empty=True)

    def _of(self, campaigns: Sequence[str]) -> MartFrames:
        """Return the marts over the files of some campaigns alone."""
        key = tuple(campaigns)
        if key not in self.some:
            names = [campaign or exporting.NO_CAMPAIGN for campaign in campaigns]
            read = {
                table.stem: [n for n in names if (table / f"{n}.parquet").exists()] or [exporting.NO_CAMPAIGN]
                for table in self.exports.glob("*.parquet")
                if table.is_dir()
            }
            self.some[key] = MartFrames(self.session, readable(self.exports), self.tables, read, ordered=self.ordered)
        return self.some[key]

    def _parquet(self, frame: DataFrame, folder: Path, *, empty: bool = False) -> None:
        """Write rows into a folder, in files that begin with the name of their campaign where marts are by campaign."""
        from pyspark.sql import functions

        written = self.new / ".writing"
        shutil.rmtree(written, ignore_errors=True)
        if self.tables.marts_by_campaign and not empty:
            named = functions.coalesce(functions.col(parts.CAMPAIGN), functions.lit(exporting.NO_CAMPAIGN))
            rows = frame.withColumn(PARTITION, named).repartition(functions.col(PARTITION))
            rows.write.partitionBy(PARTITION).parquet(f"file:{written}")
        else:
            frame.write.parquet(f"file:{written}")
        if not (written / "_SUCCESS").exists():
            raise SparkFault(f"it did not write to {folder}: the server must have the home under the same path")
        for place in sorted({file.parent for file in written.rglob("*.parquet")}):
            name = unquote(place.name.partition("=")[2]) or NO_PARTS
            for number, file in enumerate(sorted(place.glob("*.parquet")), 1):
                os.replace(file, folder / f"{name}{f'_{number}' if number > 1 else ''}.parquet")
        shutil.rmtree(written)

    def _rows(self, name: str) -> int:
        from pyarrow import parquet

        return sum(parquet.read_metadata(file).num_rows for file in self._new(name).glob("*.parquet"))

    def _new(self, name: str) -> Path:
        return self.new / f"mart_{name}.parquet"

    def _old(self, name: str) -> Path:
        return self.old / f"mart_{name}.parquet"


def _campaign_of(file: Path) -> str:
    """Return the campaign of a file; no campaign has an underscore in its name."""
    campaign = file.stem.partition("_")[0]
    return "" if file.stem.startswith(exporting.NO_CAMPAIGN) else campaign


def _line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
