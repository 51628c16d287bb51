"""What a dataset declares of another that counts the same: which columns, which measures, which days.

How the two are compared is in `warehouse.reconciliation`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.datasets.dataset import Column
from pipelines.toml_table import TomlTable
from warehouse.reconciliation import Reconciliation

KEY = "reconciles_with"
KEYS = ("dataset", "by", "measures", "within_days", "changed_on")
WITHIN_DAYS = 7


def declared(toml: TomlTable, columns: Mapping[str, Column], key: tuple[str, ...], label: str) -> Reconciliation | None:
    """Return what a dataset's file declares, None where it declares nothing.

    Args:
        toml: The file.
        columns: The dataset's columns by name.
        key: The columns that name a row.
        label: The column by which people name a row.

    Raises:
        DatasetFault: Where the table has a mistake.
    """
    if KEY not in toml.values:
        return None
    entry = toml.table(KEY)
    entry.only(KEYS, "a reconciliation")
    measures = entry.table("measures")
    if not measures.values:
        raise entry.mistake(
            "measures", "is empty; expected a column of the other dataset and the SQL of its count here"
        )
    by = entry.value("by", str).strip()
    changed_on = entry.value("changed_on", str, "").strip()
    for name, column, kind in (("by", by, ""), ("changed_on", changed_on, "date")):
        if column and (column not in columns or (kind and columns[column].kind.name != kind)):
            raise entry.wrong(name, f"a {kind or 'stored'} column of this dataset")
    within = entry.value("within_days", int, WITHIN_DAYS)
    if within < 0:
        raise entry.wrong("within_days", "a number of days, 0 or more")
    return Reconciliation(
        dataset=entry.value("dataset", str).strip(),
        by=by,
        measures=tuple((name, measures.value(name, str).strip()) for name in measures.values),
        within_days=within,
        changed_on=changed_on,
        key=key,
        label=label,
        by_province=columns[by].kind.name == "province_code",
    )
