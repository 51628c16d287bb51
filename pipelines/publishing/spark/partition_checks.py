"""The contract of a dataset over its exported rows on Spark, a campaign at a time.

A campaign's state (see `khrop.measure`) is kept in `states/<campaign>.json`, so that one whose file and contract are
what they were is not read again. Every snapshot is of one campaign, and every campaign has parameters of its own: each
state is judged with its campaign's, and the sum is what a check of all rows at once would find.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import khrop
from khrop.model.terminal_text import markdown_text
from khrop.model.violation import Violation
from pipelines.campaigns import Campaign
from pipelines.datasets.dataset import Dataset
from pipelines.home import Home
from pipelines.publishing.spark.partition_states import States
from warehouse import exports as exporting

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyspark.sql import SparkSession

SHOWN = 20
"""Violations in the sample."""


@dataclass(frozen=True, slots=True)
class RuleFailures:
    """The violations of a rule.

    Attributes:
        rule_id: The rule.
        severity: Its severity.
        found: How many there are.
        intake_count: How many of the same returns were known when they were taken in.
    """

    rule_id: str
    severity: str
    found: int
    intake_count: int

    @property
    def new(self) -> int:
        """How many were not known."""
        return max(self.found - self.intake_count, 0)


@dataclass(frozen=True, slots=True)
class RowsChecked:
    """What the contract finds in the exported rows.

    Attributes:
        rows: The number of rows.
        measured: How many campaigns were read now.
        kept: How many were not, as neither they nor the contract changed.
        rules: The rules with violations, those with the most new ones first.
        violations: Some violations, of rules with new ones first.
        not_run: The rules that exported rows do not decide.
        fault: Why campaigns could not be checked; empty where all were.
    """

    rows: int
    measured: int
    kept: int
    rules: tuple[RuleFailures, ...]
    violations: tuple[Violation, ...]
    not_run: tuple[str, ...]
    fault: str = ""

    def sample(self) -> str:
        """Return some violations as a Markdown table; empty where there are none."""
        if not self.violations:
            return ""
        lines = [
            f"| `{v.rule_id}` | `{v.snapshot}` | {markdown_text(v.place)} | {markdown_text(v.message_en)} |"
            for v in self.violations
        ]
        return "\n".join(["| rule | return | place | what |", "| --- | --- | --- | --- |", *lines])


def check(
    session: SparkSession,
    dataset: Dataset,
    home: Home,
    exports: Path,
    campaigns: Mapping[str, Campaign],
    *,
    force: bool = False,
) -> RowsChecked:
    """Check the exported rows of a dataset.

    Args:
        session: The session.
        dataset: The dataset.
        home: The home.
        exports: The folder of a version of the exports.
        campaigns: All campaigns by id.
        force: Whether campaigns that did not change are read again.

    Returns:
        What the contract finds.

    Raises:
        SparkFault: Where the session cannot read the exports.
        pyspark.errors.PySparkException: Where Spark fails.
    """
    import duckdb

    states = States(session, dataset, home, force)
    with duckdb.connect() as connection:
        judged = [
            (khrop.judge(state), _intake_counts(connection, exports, campaign, state.snapshots))
            for campaign, state in states.measured(connection, exports, campaigns)
        ]
    found: dict[str, int] = {}
    intake_counts: dict[str, int] = {}
    severities: dict[str, str] = {}
    for verdict, of_intake in judged:
        severities |= {violation.rule_id: violation.severity for violation in verdict.records}
        for rule_id, count in verdict.counts().items():
            found[rule_id] = found.get(rule_id, 0) + count
            # One that is known in another campaign does not excuse this one.
            intake_counts[rule_id] = intake_counts.get(rule_id, 0) + min(count, of_intake.get(rule_id, 0))
    rules = [RuleFailures(name, severities[name], count, intake_counts[name]) for name, count in found.items()]
    order = {rule.rule_id: (not rule.new, rule.rule_id) for rule in rules}
    violations = sorted((v for verdict, _ in judged for v in verdict.records), key=lambda v: order[v.rule_id])
    return RowsChecked(
        sum(verdict.rows or 0 for verdict, _ in judged),
        states.read,
        len(judged) - states.read,
        tuple(sorted(rules, key=lambda rule: (-rule.new, rule.rule_id))),
        tuple(violations[:SHOWN]),
        tuple(sorted({not_run.rule_id for verdict, _ in judged for not_run in verdict.not_run})),
        "; ".join(states.faults),
    )


def _intake_counts(
    connection: DuckDBPyConnection, exports: Path, campaign: str, snapshots: tuple[str, ...]
) -> dict[str, int]:
    """Return how many violations of each rule were known of some returns when they were last judged."""
    violations, judged = (
        str(exports / f"{table.replace('.', '_')}.parquet" / f"{campaign or exporting.NO_CAMPAIGN}.parquet")
        for table in (exporting.VIOLATIONS, "core.snapshot_judged")
    )
    rows = connection.execute(
        "SELECT v.rule_id, count(*) FROM read_parquet(?) AS v INNER JOIN read_parquet(?) AS s"
        " ON v.snapshot_id = s.snapshot_id AND v.judgement = s.judgement WHERE list_contains(?, v.snapshot_id)"
        " GROUP BY v.rule_id",
        [violations, judged, list(snapshots)],
    ).fetchall()
    return dict(rows)
