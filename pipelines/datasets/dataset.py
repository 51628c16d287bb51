"""A kind of return: `Dataset`, all that the application knows about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.model.rule import options_of
from pipelines.datasets.value_kinds import Kind
from pipelines.readers.table_form import TableForm
from warehouse.datasets import DUCKDB, SPARK, DatasetTables, StoredColumn
from warehouse.reconciliation import Reconciliation

if TYPE_CHECKING:
    from khrop.repair import Shape


class DatasetFault(ValueError):
    """A dataset that cannot be used; the message names the file, the place in it, and what was expected."""


@dataclass(frozen=True)
class Column:
    """A column of a dataset's table.

    Attributes:
        name: Its name in the contract, the warehouse and the exports.
        kind: The kind of its values.
        meaning: What it means, in English: the comment in the warehouse and in Dagster.
        title_th: Its name in a Thai sentence or page.
        title_en: The same in English.
        field: The column whose heading its cells are under, where that is not its own.
        part: The first and the last character of its cells' text that are its own, from 1; None for all of it.
        required: Whether an accepted row must have a value.
        derived: For a column that is not stored: the stored column that it follows from, and the function.
        meaning_set_aside: What it means in the table of rows that were set aside, where that differs.
    """

    name: str
    kind: Kind
    meaning: str
    title_th: str
    title_en: str
    field: str = ""
    part: tuple[int, int] | None = None
    required: bool = True
    derived: tuple[str, Callable[[Any], Any]] | None = None
    meaning_set_aside: str = ""

    @property
    def heading(self) -> str:
        """The column whose heading its cells are under."""
        return self.field or self.name

    def parse(self, text: str) -> Any:
        """Return the value of a cell's text; None where it is none."""
        if self.part is not None:
            first, last = self.part
            text = text[first - 1 : last]
        return self.kind.parse(text)

    @property
    def stored(self) -> bool:
        """Whether the table of accepted rows holds it."""
        return self.derived is None


@dataclass(frozen=True)
class Report:
    """A report that is published from the marts.

    Attributes:
        name: Its name, and that of its asset.
        title: Its name for people.
        module: The module with `publish(home, *, force=False) -> Published`, imported when the report is made.
        kinds: Its kinds in the Dagster UI.
        description: Its description in the UI.
        needs: A module of an extra that it needs, if any.
        install: How to install that extra.
        after: Reports that it links to, which are made first.
        on_the_site: Whether the site links to it, and is made after it.
        dataset: The dataset that its module is asked for, where one module makes a report of each dataset.
        checks: What its publishing checks, each with its description in the UI.
    """

    name: str
    title: str
    module: str
    kinds: frozenset[str]
    description: str
    needs: str = ""
    install: str = ""
    after: tuple[str, ...] = ()
    on_the_site: bool = False
    dataset: str = ""
    checks: Mapping[str, str] = field(default_factory=dict)


CONTRACT_HOLDS, MARTS_BUILD = "contract_holds", "marts_build"
"""What the report of a dataset whose marts Spark makes checks."""


def marts_on_spark(name: str, title: str) -> Report:
    """Return the report of a dataset whose marts are made on Spark.

    Args:
        name: The name of the dataset.
        title: Its title in English.
    """
    return Report(
        f"{name}_on_spark",
        f"{title} on Spark",
        "pipelines.publishing.spark.publish",
        frozenset({"spark", "parquet"}),
        f"**The loaded rows of `{name}` against its contract, and its marts, on Spark** (`KHROP_SPARK` names the"
        f" session): campaign by campaign, of which only those that changed are read again. Parquet under"
        f" `spark/{name}/marts/`.",
        needs="pyspark",
        install="pip install 'khrop-pipelines[spark]'",
        dataset=name,
        checks={
            CONTRACT_HOLDS: "The loaded rows break no rule of the contract, as it is now, that they did not break when"
            " they were taken in.",
            MARTS_BUILD: "The SQL of every mart can be run on Spark.",
        },
    )


@dataclass(frozen=True, eq=False)
class Dataset:
    """A kind of return.

    Attributes:
        name: Its name: of its folder, its core table and its group in Dagster.
        title_th: Its title in Thai.
        title_en: The same in English.
        contract: The contract that its rows are checked against.
        form: The form of its table, by which readers recognise and cut it.
        columns: Its columns, in the order of the table.
        key: The columns that name a row.
        label: The column by which people name a row.
        marts: The folder of its marts' SQL; None where it has no marts.
        marts_by_campaign: Whether a campaign's rows in them are made of its returns alone.
        by_change: Whether its returns are stored as changes of the return before: for those that repeat most of it.
        shape: Returns the shape that `khrop.repair` needs, if any.
        engine: On what its marts are made, `duckdb` or `spark`.
        reports: The reports of this dataset, beside that of marts on Spark (`all_reports` has it, too).
        set_aside: The table of its rows that were set aside; empty for `core.<name>_set_aside`.
        summary: The module with its part of `khrop status` and `khrop summary`, if any: `facts`, `status_line`,
            `ranking`, `no_ranking`, `summary_lines`.
        site: The module of its own pages of the site, if any (`pipelines.publishing.site.build.OwnSite`); the others
            have pages made from their columns.
        reconciles_with: How it is compared with another dataset that counts the same, if it is.
        references: CSV files of further frames that its rules name, by their names there; a home may have its own (see
            `pipelines.datasets.reference_files`).
        source: Where it is defined, for messages.
    """

    name: str
    title_th: str
    title_en: str
    contract: type
    form: TableForm
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    label: str
    marts: Path | None = None
    marts_by_campaign: bool = False
    by_change: bool = False
    shape: Callable[[], Shape] | None = None
    engine: str = DUCKDB
    reports: tuple[Report, ...] = ()
    set_aside: str = ""
    summary: str = ""
    site: str = ""
    reconciles_with: Reconciliation | None = None
    references: Mapping[str, Path] = field(default_factory=dict)
    source: str = ""

    @property
    def table(self) -> str:
        """The table of its accepted rows."""
        return f"core.{self.name}"

    @property
    def set_aside_table(self) -> str:
        """The table of its rows that were set aside."""
        return self.set_aside or f"core.{self.name}_set_aside"

    @cached_property
    def all_reports(self) -> tuple[Report, ...]:
        """The reports of this dataset, the last that of marts on Spark where they are made there."""
        on_spark = (marts_on_spark(self.name, self.title_en),) if self.engine == SPARK else ()
        return (*self.reports, *on_spark)

    @property
    def version(self) -> str:
        """The version of its contract."""
        return options_of(self.contract).version

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Its columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def stored(self) -> tuple[Column, ...]:
        """The columns of the table of accepted rows."""
        return tuple(column for column in self.columns if column.stored)

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The columns by which an unchanged return is recognised: all stored columns but the ordinals."""
        return tuple(column.name for column in self.stored if column.kind.name != "ordinal")

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The columns that hold figures."""
        return tuple(column.name for column in self.columns if column.kind.figure)

    @cached_property
    def tables(self) -> DatasetTables:
        """Its tables in the warehouse; the columns that name a row come first."""
        named = (*self.key, self.label)
        columns = tuple(
            StoredColumn(
                c.name,
                c.kind.sql if c.stored else "",
                c.kind.sql_set_aside,
                c.required,
                c.meaning,
                c.meaning_set_aside or c.meaning,
            )
            for c in sorted(self.columns, key=lambda c: c.name not in named)
        )
        return DatasetTables(
            self.name, self.title_th, self.title_en, self.table, self.set_aside_table, columns, self.marts,
            self.marts_by_campaign, self.by_change, self.reconciles_with, self.engine,
        )  # fmt: skip
