"""The report of a dataset on Spark: the contract over the exported rows, campaign by campaign, then the marts."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pipelines import campaigns
from pipelines.datasets.dataset import CONTRACT_HOLDS, MARTS_BUILD, Dataset
from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.publishing.catalogue import Checked, Published
from pipelines.publishing.spark import mart_folders, partition_checks
from pipelines.publishing.spark.mart_folders import MadeMart
from pipelines.publishing.spark.partition_checks import RowsChecked
from warehouse.spark_session import session, shown

MARTS = "marts"
"""The folder of the marts in that of the dataset, replaced as a whole."""
LOG = "spark.log"
"""What Spark itself wrote the last time that it ran in a process of ours."""


def publish(home: Home, *, force: bool = False, dataset: str = "") -> Published:
    """Check the exported rows of a dataset on Spark, and make its marts there.

    Args:
        home: The home.
        force: Whether campaigns that did not change are read again.
        dataset: The name of the dataset.

    Returns:
        The folder of the marts, figures of both, and the results of both checks.

    Raises:
        SparkFault: Where Spark cannot be used; the marts that there were stay.
    """
    definition = datasets(home.root)[dataset]
    folder = home.spark / dataset
    # One version, whatever is exported meanwhile: it stays until the next but one.
    exports = home.exports.resolve()
    begun = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    with session(home.spark / LOG) as opened:
        rows = partition_checks.check(opened, definition, home, exports, campaigns.load(home.root), force=force)
        checked = time.perf_counter()
        marts = mart_folders.make(opened, definition.tables, exports, folder / MARTS, force=force)
    ended = time.perf_counter()
    figures = {
        "spark": shown(),
        "dagster/row_count": rows.rows,
        "partitions_checked": rows.measured,
        "partitions_kept": rows.kept,
        "violations": sum(rule.found for rule in rows.rules),
        "rules_not_run": ", ".join(rows.not_run),
        "seconds_of_checks": round(checked - begun, 2),
        "seconds_of_marts": round(ended - checked, 2),
    }
    return Published(
        folder / MARTS,
        preview=_preview(definition, rows, marts),
        metadata=figures,
        changed=bool(rows.measured) or any(mart.changed for mart in marts),
        checks=(_contract_holds(definition, rows), _marts_build(definition, marts)),
    )


def _contract_holds(dataset: Dataset, rows: RowsChecked) -> Checked:
    broken = [rule for rule in rows.rules if rule.new]
    listed = ", ".join(f"{rule.rule_id} ({rule.new:,})" for rule in broken)
    failure = rows.fault
    if broken:
        name = f"{dataset.contract.__name__} {dataset.version}"
        text = f"loaded rows of {dataset.name} break the contract {name}: {listed}; khrop recheck judges them anew"
        failure = f"{failure}; {text}" if failure else text
    return Checked(
        CONTRACT_HOLDS,
        failure,
        warning=not rows.fault and all(rule.severity == "warning" for rule in broken),
        metadata={"rows": rows.rows, "violations": sum(r.found for r in rows.rules), "new": sum(r.new for r in broken)},
        sample=rows.sample(),
    )


def _marts_build(dataset: Dataset, marts: list[MadeMart]) -> Checked:
    failures = [f"{os.fspath(_file(dataset, mart.name))}: {mart.failure}" for mart in marts if mart.failure]
    return Checked(MARTS_BUILD, "; ".join(failures), metadata={"marts": len(marts), "failed": len(failures)})


def _file(dataset: Dataset, mart: str) -> Path:
    assert dataset.marts is not None
    return dataset.marts / f"{mart}.sql"


def _preview(dataset: Dataset, rows: RowsChecked, marts: list[MadeMart]) -> str:
    """Return what was checked and made, as Markdown."""
    lines = [
        f"{rows.rows:,} rows of {rows.measured + rows.kept:,} campaigns, {rows.measured:,} of them read now.",
        "",
        "| mart | rows | campaigns made now | seconds |",
        "| --- | --- | --- | --- |",
        *(
            f"| `{m.name}` | {'failed' if m.failure else f'{m.rows:,}'} | {m.shown()} | {m.seconds:.1f} |"
            for m in marts
        ),
    ]
    if rows.rules:
        lines += ["", "| rule | severity | violations | known when it was taken in |", "| --- | --- | --- | --- |"]
        lines += [f"| `{r.rule_id}` | {r.severity} | {r.found:,} | {r.intake_count:,} |" for r in rows.rules]
    return "\n".join(lines)
