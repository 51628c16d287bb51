"""Comparing a return with the one before it: the contract's reference rules, run on what the warehouse holds.

When a return arrives late, or a newer revision replaces a return, the return after it has a new neighbour; so
comparisons are repeated for all days that a batch touched, and only for those. They are made for the current return of
a day alone: a superseded return has no neighbours, and its violations would otherwise depend on how many returns were
loaded at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.engine.check import check
from khrop.model.rule import rules_of
from khrop.model.violation import Violation
from pipelines.datasets.dataset import Dataset, DatasetFault
from pipelines.datasets.reference_files import frames
from pipelines.datasets.registry import installed
from warehouse.load import replace_comparisons

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOG = logging.getLogger("khrop.intake")

_NEIGHBOURS = """
WITH touched AS (SELECT unnest(?) AS campaign_id, CAST(unnest(?) AS DATE) AS as_of),
ordered AS (
    SELECT
        campaign_id, as_of, snapshot_id, judgement, dataset,
        lag(as_of) OVER before AS previous_as_of,
        lag(snapshot_id) OVER before AS previous_id,
        lag(judgement) OVER before AS previous_judgement
    FROM core.snapshot_current
    WHERE campaign_id IN (SELECT campaign_id FROM touched)
    WINDOW before AS (PARTITION BY campaign_id ORDER BY as_of)
)
-- The return after a touched date has a new neighbour even when that date has no current return any more.
SELECT DISTINCT ordered.snapshot_id, ordered.judgement, previous_id, previous_judgement, ordered.dataset
FROM ordered
INNER JOIN touched ON ordered.campaign_id = touched.campaign_id
    AND ordered.as_of >= touched.as_of
    AND (ordered.as_of = touched.as_of OR previous_as_of IS NULL OR previous_as_of <= touched.as_of)
"""

_SUPERSEDED = """
WITH touched AS (SELECT unnest(?) AS campaign_id, CAST(unnest(?) AS DATE) AS as_of)
SELECT DISTINCT judged.snapshot_id, judged.judgement
FROM core.violation AS violation
INNER JOIN core.snapshot_judged AS judged
    ON violation.snapshot_id = judged.snapshot_id AND violation.judgement = judged.judgement
INNER JOIN touched ON judged.campaign_id = touched.campaign_id AND judged.as_of = touched.as_of
WHERE violation.rule_id IN (SELECT unnest(?))
    AND judged.snapshot_id NOT IN (SELECT snapshot_id FROM core.snapshot_current)
"""


def reference_rules(datasets: Iterable[Dataset]) -> tuple[str, ...]:
    """Return the ids of the rules of datasets that compare with the previous return, each once."""
    return tuple(dict.fromkeys(r.id for d in datasets for r in rules_of(d.contract) if r.scope == "reference"))


def compare(
    connection: DuckDBPyConnection, days: Iterable[tuple[str, date]], datasets: Mapping[str, Dataset], home: Path
) -> dict[str, tuple[Violation, ...]]:
    """Evaluate the reference rules for the current returns of some days and for the returns right after them.

    Args:
        connection: The warehouse, for writing.
        days: Campaigns and as-of dates that changed.
        datasets: All datasets by name.
        home: The root of the home, for the reference frames that rules name.

    Returns:
        The violations by return; an empty tuple where all rules hold or there is no previous return.

    Raises:
        Exception: What the contract of an installed dataset raises; one of a home is logged and left out.
    """
    touched = sorted(set(days))
    if not touched:
        return {}
    keys: list[Any] = [[c for c, _ in touched], [str(d) for _, d in touched]]
    rules = reference_rules(datasets.values())
    pairs = connection.execute(_NEIGHBOURS, keys).fetchall()
    superseded = connection.execute(_SUPERSEDED, [*keys, list(rules)]).fetchall()
    violations: dict[str, tuple[Violation, ...]] = {name: () for name, *_ in (*pairs, *superseded)}
    for name, dataset in datasets.items():
        own_pairs = [pair for pair in pairs if pair[2] is not None and pair[4] == name]
        if own_pairs and reference_rules([dataset]):
            names = [snapshot for snapshot, *_ in own_pairs]
            now = _rows(connection, dataset, names, [judgement for _, judgement, *_ in own_pairs], names)
            before = _rows(connection, dataset, [p[2] for p in own_pairs], [p[3] for p in own_pairs], names)
            unstored = [column.name for column in dataset.columns if not column.stored]
            previous = before.drop(columns=["place", *unstored])
            violations |= _compared(dataset, now, previous, home)
    judgement = {name: j for name, j, *_ in (*pairs, *superseded)}
    if violations:
        replace_comparisons(connection, rules, {(n, judgement[n]): v for n, v in violations.items()})
    return violations


def _compared(dataset: Dataset, now: Any, previous: Any, home: Path) -> dict[str, tuple[Violation, ...]]:
    try:
        verdict = check(
            dataset.contract, now, previous=previous, references=_references(dataset, home), scopes=("reference",),
            limit=None,
        )  # fmt: skip
        return dict(verdict.by_snapshot())
    except Exception:
        if dataset.name in installed():
            raise
        # The code of a home's contract is not ours: its returns stay as they are without the comparison.
        LOG.exception("the contract of the dataset %s cannot be run: its returns are not compared", dataset.name)
        return {}


def _references(dataset: Dataset, home: Path) -> dict[str, Any]:
    """Return the frames that rules name; none where a frame cannot be read: a fault of the home, not of returns."""
    try:
        return frames(dataset, home)
    except DatasetFault as fault:
        LOG.error("%s; rules that need it are not run", fault)
        return {}


def _rows(
    connection: DuckDBPyConnection, dataset: Dataset, names: list[str], judgements: list[int], shown_as: list[str]
) -> Any:
    """Return the rows of some returns as a frame for the contract, under the names of the returns to compare with."""
    columns = ", ".join(f"progress.{column.name}" for column in dataset.stored if column.kind.name != "percent")
    rows = connection.execute(
        f"SELECT pair.as_name AS snapshot_id, {columns}, place FROM {dataset.table} AS progress"
        " INNER JOIN (SELECT unnest(?) AS snapshot_id, unnest(?) AS judgement, unnest(?) AS as_name) AS pair"
        " ON progress.snapshot_id = pair.snapshot_id AND progress.judgement = pair.judgement",
        [names, judgements, shown_as],
    ).df()
    for column in dataset.columns:
        if column.derived:
            source, value_of = column.derived
            rows[column.name] = rows[source].map(value_of)
    return rows
