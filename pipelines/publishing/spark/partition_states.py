"""The state of each campaign of a dataset, kept beside what it was measured of.

Here belongs when a campaign is read again, and what of its exported rows the contract sees. What the states add up to
belongs in `pipelines.publishing.spark.partition_checks`.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import khrop
from khrop.engine.compiling.declared import columns_of
from khrop.model.rule import rules_of
from pipelines.campaigns import Campaign
from pipelines.datasets import folder_contract, reference_files
from pipelines.datasets.dataset import Dataset, DatasetFault
from pipelines.datasets.registry import installed
from pipelines.home import Home
from pipelines.publishing import kept_record
from warehouse import exports as exporting
from warehouse.spark_session import SparkFault, is_remote, readable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import DataFrame, SparkSession

LOG = logging.getLogger("khrop.spark")
FOLDER = "states"
INDEX = ".measured.json"
"""In the folder of the states: what each was measured of."""
LIMIT = 20
"""Violations of a rule that are fetched of a campaign; all are counted."""


class States:
    """The kept states of a dataset's campaigns.

    Attributes:
        read: How many campaigns were read since.
        faults: Why some could not be, or not with all rules.
    """

    def __init__(self, session: SparkSession, dataset: Dataset, home: Home, force: bool) -> None:
        """Take what is kept in a home.

        Args:
            session: The session.
            dataset: The dataset.
            home: The home.
            force: Whether all campaigns are read again.
        """
        self.session, self.dataset, self.force = session, dataset, force
        self.folder = home.spark / dataset.name / FOLDER
        self.index: dict[str, dict[str, Any]] = kept_record.read(self.folder / INDEX)
        self.read = 0
        self.faults: list[str] = []
        # Beside what a state itself names: functions in rules count there by their names alone.
        self.made_from = " ".join(
            (folder_contract.digest_of(Path(dataset.source)), reference_files.digest_of(dataset, home.root), str(LIMIT))
        )
        self.references = self._references(home)

    def measured(
        self, connection: DuckDBPyConnection, exports: Path, campaigns: Mapping[str, Campaign]
    ) -> Iterator[tuple[str, khrop.State]]:
        """Yield the campaigns that have rows, each with its state, read where it has to be.

        Args:
            connection: DuckDB, for what Parquet files say of themselves.
            exports: The folder of a version of the exports.
            campaigns: All campaigns by id.

        Yields:
            The campaign, empty for rows without one, and its state; one that cannot be read is a fault.

        Raises:
            SparkFault: Where the session does not see the exports.
            pyspark.errors.PySparkException: Where Spark fails.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        table = f"{self.dataset.table}_current"
        parts = {name: part for name, part in exporting.parts_of(exports, table).items() if part.rows}
        for gone in self.index.keys() - parts.keys():
            (self.folder / f"{gone or exporting.NO_CAMPAIGN}.json").unlink(missing_ok=True)
            del self.index[gone]
        for campaign in sorted(parts):
            definition = campaigns.get(campaign)
            params = definition.params_of(self.dataset.contract) if definition else {}
            name = campaign or exporting.NO_CAMPAIGN
            file = exports / f"{table.replace('.', '_')}.parquet" / f"{name}.parquet"
            state = self._kept(campaign, file, params)
            if state is None:
                state = self._measure(connection, campaign, file, params)
            if state is not None:
                yield campaign, state

    def _kept(self, campaign: str, file: Path, params: Mapping[str, Any]) -> khrop.State | None:
        """Return the state of a campaign; None where it has to be read."""
        entry = self.index.get(campaign, {})
        if self.force or entry.get("made_from") != self.made_from:
            return None
        seen = _seen(file)
        if (entry.get("bytes"), entry.get("mtime_ns")) != seen:
            # A file that was written again may hold the same rows.
            if entry.get("bytes") != seen[0] or entry.get("sha256") != _sha256(file):
                return None
            self._keep(campaign, {**entry, "mtime_ns": seen[1]})
        try:
            text = self._file(campaign).read_text(encoding="utf-8")
            return khrop.State.from_json(text, self.dataset.contract, params)
        except (OSError, ValueError, KeyError):  # gone, damaged, or of other rules
            return None

    def _measure(
        self, connection: DuckDBPyConnection, campaign: str, file: Path, params: Mapping[str, Any]
    ) -> khrop.State | None:
        """Read a campaign and keep its state; None where the contract of a home cannot be run on it."""
        from pyspark.errors import PySparkException

        begun = time.perf_counter()
        frame = self._frame(connection, file)
        try:
            state = khrop.measure(self.dataset.contract, frame, references=self.references, params=params, limit=LIMIT)
        except PySparkException:
            raise
        except Exception as error:
            if self.dataset.name in installed():
                raise
            # The code of a home's contract is not ours.
            place = folder_contract.at_fault(Path(self.dataset.source) / folder_contract.PYTHON, error)
            what = f"{type(error).__name__}: {' '.join(str(error).split())}"
            self.faults.append(f"the contract cannot be run on Spark over {file.name} ({place}): {what}")
            return None
        self.read += 1
        name = campaign or exporting.NO_CAMPAIGN
        LOG.info("campaign %s: %s rows read in %.1f s", name, f"{state.rows:,}", time.perf_counter() - begun)
        kept_record.replace(self._file(campaign), state.to_json())
        size, mtime = _seen(file)
        entry = {"bytes": size, "mtime_ns": mtime, "sha256": _sha256(file), "made_from": self.made_from}
        self._keep(campaign, entry)
        return state

    def _frame(self, connection: DuckDBPyConnection, file: Path) -> DataFrame:
        """Return the rows of a campaign with the columns that the contract is checked with at intake."""
        from pyspark.errors import AnalysisException
        from pyspark.sql import functions

        try:
            rows = self.session.read.parquet(readable(file))
        except AnalysisException as error:
            if is_remote() and error.getCondition() == "PATH_NOT_FOUND":
                raise SparkFault(f"it does not see {file}: the server must have the home under the same path") from None
            raise
        declared = columns_of(self.dataset.contract)
        empty = _without_values(connection, file)
        columns = [functions.col("snapshot_id"), functions.col("place")]
        for column in self.dataset.columns:
            if column.derived is not None:
                source, value_of = column.derived
                values = [row[0] for row in rows.select(source).distinct().collect() if row[0] is not None]
                pairs = [functions.lit(text) for value in values for text in (value, value_of(value))]
                derived_values = (
                    functions.create_map(*pairs) if pairs else functions.lit(None).cast("map<string, string>")
                )
                columns.append(functions.try_element_at(derived_values, functions.col(source)).alias(column.name))
            # A column that no heading named is absent at intake.
            elif column.name not in empty or column.name not in declared or declared[column.name].required:
                columns.append(functions.col(column.name))
        return rows.select(*columns)

    def _references(self, home: Home) -> dict[str, DataFrame]:
        """Return the frames that rules name; none where one cannot be read."""
        from pyspark.sql.types import StringType, StructField, StructType

        if not any(rule.scope == "reference" for rule in rules_of(self.dataset.contract)):
            return {}
        try:
            given = reference_files.frames(self.dataset, home.root)
        except DatasetFault as fault:
            self.faults.append(f"{fault}; rules that need it are not run")
            return {}
        return {
            name: self.session.createDataFrame(
                [tuple(map(str, row)) for row in frame.itertuples(index=False)],
                StructType([StructField(str(column), StringType()) for column in frame.columns]),
            )
            for name, frame in given.items()
        }

    def _file(self, campaign: str) -> Path:
        return self.folder / f"{campaign or exporting.NO_CAMPAIGN}.json"

    def _keep(self, campaign: str, entry: dict[str, Any]) -> None:
        """Keep what a state was measured of: after each campaign, so that a killed run is gone on with."""
        self.index[campaign] = entry
        kept_record.write(self.folder / INDEX, self.index)


def _without_values(connection: DuckDBPyConnection, file: Path) -> frozenset[str]:
    """Return the columns of a Parquet file of which no row has a value."""
    rows = connection.execute(
        "SELECT path_in_schema FROM parquet_metadata(?) GROUP BY path_in_schema"
        " HAVING bool_and(coalesce(stats_null_count = num_values, false))",
        [str(file)],
    ).fetchall()
    return frozenset(name for (name,) in rows)


def _seen(file: Path) -> tuple[int, int]:
    stat = file.stat()
    return stat.st_size, stat.st_mtime_ns


def _sha256(file: Path) -> str:
    with open(file, "rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()
