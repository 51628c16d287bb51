"""The pages of a dataset that has none of its own: its table as of the newest return, and the quality of its returns.

All that stands on them follows from the dataset: titles, columns and their kinds. Nothing here knows a column.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.publishing.site import labels, quality_rows
from pipelines.publishing.site.cell_pictures import pictured
from pipelines.publishing.site.folder import Group
from pipelines.publishing.site.quality import Quality
from pipelines.publishing.site.templating import Look
from pipelines.readers.document import PLACE, row_place
from warehouse import exports
from warehouse.datasets import SPARK

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.datasets.dataset import Column, Dataset
    from pipelines.home import Home
    from pipelines.publishing.column_names import Names
    from pipelines.publishing.suggested_repairs import Suggestion

MOST_ROWS = 2000
"""Rows on a dataset's page; all of them are in the export that it links to."""
MOST_ASIDE = 50
"""Rows of a return that was set aside on the page of quality, those with a violation alone."""
LOOK = Look()
CLASSES = {"text": "", "province": "", "province_code": "", "date": "day"}
"""The classes of the columns that are no numbers, by kind."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: what is shown, and by what the column is sorted (empty where nothing stands)."""

    shown: Any
    value: str = ""
    wrong: bool = False


class DatasetPages:
    """The pages of a dataset in the folder of its name.

    Args:
        connection: The warehouse.
        home: The home, for the way to its exports.
        dataset: The dataset.
        names: The names of its columns.
        all_returns: The returns of all datasets by name, the newest first.
        decisions: The decisions on returns by name.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        home: Home,
        dataset: Dataset,
        names: Names,
        all_returns: Mapping[str, dict[str, Any]],
        decisions: Mapping[str, Any],
    ) -> None:
        """Look up the returns of a dataset."""
        self.connection, self.home, self.dataset = connection, home, dataset
        self.name = dataset.name
        self.returns = {name: entry for name, entry in all_returns.items() if entry["dataset"] == dataset.name}
        title = (dataset.title_th, dataset.title_en)
        violations, uncertain = partial(quality_rows.violations, connection), partial(pictured, connection)
        own = f"{self.name}/"
        self.quality = Quality(
            own, self.returns, decisions, lambda entry: names, violations, uncertain, self.aside, title
        )

    @property
    def size(self) -> int:
        """Pages in all."""
        return 1 + self.quality.size

    def groups(
        self, links: Sequence[Any], suggestions: Mapping[str, Suggestion], states: Mapping[str, str]
    ) -> Iterator[Group]:
        """Return the page of the table, and those of quality."""
        campaigns = quality_rows.campaigns(self.connection, self.name)
        own = [(campaign, states.get(campaign["campaign_id"])) for campaign in campaigns]
        newest = next(iter(self.returns.values()), None)
        made_from = repr((links, own, newest, self.quality.page_of, self._exports(), self.dataset.engine))
        yield Group(self.name, made_from, partial(self._table, links, campaigns, newest))
        yield from self.quality.groups(links, suggestions)

    def _table(
        self, links: Sequence[Any], campaigns: Sequence[dict[str, Any]], newest: dict[str, Any] | None
    ) -> Iterator[tuple[str, str]]:
        left, shown = MOST_ROWS, []
        for campaign in campaigns:
            entry = self.returns.get(campaign["snapshot_id"])
            rows = self._rows(self.dataset.table, entry, self.dataset.stored, left) if entry else []
            left -= len(rows)
            shown.append({**campaign, "current": entry, "rows": [self._cells(row) for row in rows]})
        yield LOOK.render(
            "dataset",
            f"{self.name}/index.html",
            links=links,
            here=self.name,
            dataset=self.dataset,
            columns=[(column, CLASSES.get(column.kind.name, "num")) for column in self.dataset.columns],
            newest=newest,
            campaigns=shown,
            page_of={name: page.removeprefix(f"{self.name}/") for name, page in self.quality.page_of.items()},
            exports=self._exports(),
            on_spark=self.dataset.engine == SPARK and bool(self.dataset.tables.written_marts),
        )

    def aside(self, entry: dict[str, Any]) -> dict[str, Any] | None:
        """Return the rows of a return that were set aside and break a rule, with the cells that do.

        None where there are none.
        """
        if not entry["rows_set_aside"] or entry["dataset"] != self.name:
            return None
        columns = self.dataset.columns
        wrong: dict[str, set[str]] = {}
        for violation in entry["violations"]:
            if at := PLACE.fullmatch(violation["place"]):
                wrong.setdefault(row_place(at["sheet"], int(at["row"])), set()).add(violation["column_name"])
        rows = [row for row in self._rows(self.dataset.set_aside_table, entry, columns, -1) if row["place"] in wrong]
        table = [self._cells(row, wrong[row["place"]]) for row in rows[:MOST_ASIDE]]
        export = self._exported(self.dataset.set_aside_table)
        return {"columns": columns, "rows": table, "all": len(rows), "export": export}

    def _rows(self, table: str, entry: dict[str, Any], columns: Sequence[Column], most: int) -> list[dict[str, Any]]:
        names = [column.name for column in columns]
        return quality_rows.rows(self.connection, table, entry, names, most if most >= 0 else entry["rows_read"])

    def _cells(self, row: Mapping[str, Any], wrong: set[str] = frozenset()) -> list[Cell]:  # type: ignore[assignment]
        cells = []
        for column in self.dataset.columns:
            if column.name in row or column.derived is None:
                value = row.get(column.name)
            else:
                source, derive = column.derived
                value = None if row.get(source) is None else derive(row[source])
            cells.append(_cell(value, column.kind.name, column.name in wrong))
        return cells

    def _exported(self, table: str, ending: str = "csv") -> str:
        """The way from the dataset's pages to an export, as links have it."""
        file = self.home.exports / f"{table.replace('.', '_')}.{ending}"
        return Path(os.path.relpath(file, self.home.site / self.name)).as_posix()

    def _exports(self) -> list[tuple[str, str, str]]:
        """Of each table of the dataset that is exported: its name, and its CSV and Parquet files."""
        own = (f"{self.dataset.table}_current", *(f"mart.{mart}" for mart in self.dataset.tables.mart_names),
               self.dataset.set_aside_table)  # fmt: skip
        there = exports.exported(self.connection)
        return [(name, self._exported(name), self._exported(name, "parquet")) for name in own if name in there]


def _cell(value: Any, kind: str, wrong: bool) -> Cell:
    """A value as a page shows it: by the kind of its column."""
    if value is None:
        return Cell(labels.NOTHING, "", wrong)
    if isinstance(value, date):
        return Cell(labels.short_date(value), value.isoformat(), wrong)
    if kind in ("percent", "decimal"):
        return Cell(f"{Decimal(value):,.2f}", str(value), wrong)
    return Cell(f"{value:,}" if kind == "count" else str(value), str(value), wrong)
