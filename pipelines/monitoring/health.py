"""What is wrong now: outstanding violations by rule, conservation, overdue returns. Read from the warehouse alone.

Here belongs the evaluation of the present state, for checks, alerts and the sweep. Who is notified of it belongs in
`pipelines.monitoring.alerts`, how Dagster shows it in `pipelines.orchestration.checks`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from khrop.engine.compiling.compiled import built_rules
from khrop.model.rule import Severity, rule_ids
from pipelines.archive.store import Archive
from pipelines.campaigns import Campaign
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import datasets
from pipelines.datasets.value_kinds import BANGKOK
from pipelines.decisions.model import GUARD, MENDED
from pipelines.home import Home
from pipelines.intake.cell_places import READABLE
from warehouse.tables import Conservation, conservation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A return is outstanding while it represents its day: the current return, or a return set aside after which no accepted
# return has come. A corrected return so resolves the problem of the broken return. Where the day or campaign of the
# broken return is unknown, it is resolved by what was taken in later from the same place.
_OUTSTANDING = """
WITH outstanding AS (
    SELECT judged.snapshot_id, judged.judgement, judged.dataset
    FROM core.snapshot_judged AS judged
    LEFT JOIN core.snapshot_current AS current
        ON judged.campaign_id = current.campaign_id AND judged.as_of = current.as_of
    WHERE judged.snapshot_id = current.snapshot_id
       OR (judged.verdict IN ('quarantined', 'unreadable')
           AND (current.snapshot_id IS NULL OR current.ledger_line < judged.ledger_line)
           AND NOT (
               (judged.campaign_id IS NULL OR judged.as_of IS NULL)
               AND EXISTS (
                   SELECT 1
                   FROM raw.file AS broken
                   INNER JOIN raw.file AS sent_again
                       ON sent_again.source = broken.source AND sent_again.received_at > broken.received_at
                   INNER JOIN core.snapshot_judged AS later ON later.sha256 = sent_again.sha256
                   WHERE broken.sha256 = judged.sha256
                       AND later.verdict NOT IN ('quarantined', 'unreadable', 'withdrawn')
               )
           ))
)
SELECT outstanding.dataset, v.rule_id, v.snapshot_id, v.place, v.message_en,
    count(*) OVER (PARTITION BY outstanding.dataset, v.rule_id) AS violations,
    row_number() OVER (PARTITION BY v.rule_id, v.snapshot_id ORDER BY v.place, v.key) AS nth
FROM core.violation AS v
INNER JOIN outstanding ON v.snapshot_id = outstanding.snapshot_id AND v.judgement = outstanding.judgement
QUALIFY nth = 1
ORDER BY outstanding.dataset, v.rule_id, v.snapshot_id
"""


@dataclass(frozen=True, slots=True)
class RuleViolations:
    """A rule's outstanding violations in the returns of a dataset.

    Attributes:
        rule_id: The rule.
        severity: Its severity.
        violations: How many there are.
        firsts: Of each return the first violation, as (return, place, message).
        dataset: The dataset; None for returns that no table was read from.
    """

    rule_id: str
    severity: Severity
    violations: int = 0
    firsts: tuple[tuple[str, str, str], ...] = ()
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A campaign whose next return is late.

    Attributes:
        campaign_id: The campaign.
        last_as_of: The as-of date of its last accepted return; None where it has none.
        due: The day by which the next return was due.
    """

    campaign_id: str
    last_as_of: date | None
    due: date


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The present state of a home.

    Attributes:
        rules: Every rule of every dataset, with its outstanding violations.
        conservation: Whether all returns and rows are accounted for.
        overdue: The campaigns whose next return is late.
        counts: The number of returns by verdict.
    """

    rules: tuple[RuleViolations, ...]
    conservation: tuple[Conservation, ...]
    overdue: tuple[Overdue, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


SHARED: Mapping[str, Severity] = {"columns": "error", READABLE: "error", GUARD: "error", MENDED: "warning"}
"""The rules that a return of any dataset can break beside those of its contract."""


def severities(dataset: Dataset | None = None) -> dict[str, Severity]:
    """Return every rule that a return of a dataset can break.

    Args:
        dataset: The dataset; None for documents that no table can be read from.

    Returns:
        The severity by rule id, in the order of the contract.
    """
    if dataset is None:
        return {READABLE: "error"}
    # Its own rules first, then those that follow from its columns.
    columns = {built.rule.id: built.rule.severity for built in built_rules(dataset.contract, None)}
    return {**SHARED, **rule_ids(dataset.contract), **columns}


def health_report(
    home: Home,
    connection: DuckDBPyConnection,
    campaigns: Mapping[str, Campaign],
    today: datetime,
    expected: Collection[str] = (),
    evaluated: Iterable[Dataset] | None = None,
) -> HealthReport:
    """Return what is wrong in a home now.

    Args:
        home: The home.
        connection: Its warehouse.
        campaigns: All campaigns by id.
        today: The clock, which only overdue returns depend on.
        expected: The hashes that must have been judged: what the archive held when a run began, not what came since.
        evaluated: The datasets whose rules are evaluated; all that the home has now where none are given.
    """
    firsts: dict[tuple[str | None, str], list[tuple[str, str, str]]] = {}
    counts: dict[tuple[str | None, str], int] = {}
    for dataset, rule_id, name, place, message, violations, _ in connection.execute(_OUTSTANDING).fetchall():
        firsts.setdefault((dataset, rule_id), []).append((name, place, message))
        counts[dataset, rule_id] = violations
    rules: dict[tuple[str | None, str], Severity] = {}
    for source in (None, *(datasets(home.root).values() if evaluated is None else evaluated)):
        name = source.name if source else None
        rules |= {(name, rule_id): severity for rule_id, severity in severities(source).items()}
    violated = tuple(
        RuleViolations(
            rule_id, severity, counts.get((dataset, rule_id), 0), tuple(firsts.get((dataset, rule_id), ())), dataset
        )
        for (dataset, rule_id), severity in rules.items()
    )
    conserved = conservation(connection, len(_accountable(home, connection, expected)))
    verdicts = connection.execute(
        "SELECT verdict, count(*) FROM core.snapshot_judged GROUP BY verdict ORDER BY ALL"
    ).fetchall()
    return HealthReport(violated, conserved, overdue(connection, campaigns, today), dict(verdicts))


def archived(home: Home) -> set[str]:
    """Return the hashes of everything that the archive holds now."""
    return {receipt.sha256 for receipt in Archive.of(home).receipts()}


def _accountable(home: Home, connection: DuckDBPyConnection, expected: Collection[str]) -> set[str]:
    """Return what is expected, and what was judged besides as far as the archive has it.

    Files come in while a run goes on; those that it did not see belong to the next run.
    """
    judged = {row[0] for row in connection.execute("SELECT DISTINCT sha256 FROM core.snapshot").fetchall()}
    return set(expected) | (judged & archived(home))


def overdue(connection: DuckDBPyConnection, campaigns: Mapping[str, Campaign], today: datetime) -> tuple[Overdue, ...]:
    """Return the open campaigns whose next return is late.

    It is due `every_days` after the last as-of date, or after the opening. A closed campaign is never overdue, nor
    one of made-up data.

    Args:
        connection: The warehouse.
        campaigns: All campaigns by id.
        today: The clock; the day is that of Bangkok.
    """
    last = dict(
        connection.execute("SELECT campaign_id, max(as_of) FROM core.snapshot_current GROUP BY campaign_id").fetchall()
    )
    day = today.astimezone(BANGKOK).date()
    late = []
    for campaign in campaigns.values():
        if campaign.synthetic or (campaign.closed_on is not None and day > campaign.closed_on):
            continue
        last_as_of = last.get(campaign.id)
        due_on = date.fromordinal((last_as_of or campaign.opened_on).toordinal() + campaign.every_days)
        if day > due_on:
            late.append(Overdue(campaign.id, last_as_of, due_on))
    return tuple(late)
