"""What is wrong now: outstanding violations a rule, conservation, overdue returns. Read from the warehouse alone.

Here belongs the judging of the present state, for checks, alerts and the sweep. Who is told of it belongs in
`pipelines.monitoring.alerts`, how Dagster shows it in `pipelines.orchestration.checks`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from khrop.engine.compiled import built_rules
from khrop.model.rule import Severity, rule_ids
from pipelines.archive.store import Archive
from pipelines.campaigns import Campaign
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.registry import datasets
from pipelines.decisions.model import GUARD, MENDED
from pipelines.home import Home
from pipelines.intake.judging import READABLE
from pipelines.intake.typed_rows import BANGKOK
from warehouse.tables import Conservation, conservation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A return counts while it is what stands for its day: the current one, or one set aside that nothing accepted
# has come after. A mended return so takes the trouble of the broken one away. Where the broken one's day or campaign
# is not known, it is mended by what was taken in later from the same place.
_OUTSTANDING = """
WITH standing AS (
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
                   INNER JOIN raw.file AS mended
                       ON mended.source = broken.source AND mended.received_at > broken.received_at
                   INNER JOIN core.snapshot_judged AS later ON later.sha256 = mended.sha256
                   WHERE broken.sha256 = judged.sha256
                       AND later.verdict NOT IN ('quarantined', 'unreadable', 'withdrawn')
               )
           ))
)
SELECT standing.dataset, v.rule_id, v.snapshot_id, v.place, v.message_en,
    count(*) OVER (PARTITION BY standing.dataset, v.rule_id) AS violations,
    row_number() OVER (PARTITION BY v.rule_id, v.snapshot_id ORDER BY v.place, v.key) AS nth
FROM core.violation AS v
INNER JOIN standing ON v.snapshot_id = standing.snapshot_id AND v.judgement = standing.judgement
QUALIFY nth = 1
ORDER BY standing.dataset, v.rule_id, v.snapshot_id
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule's outstanding violations: how many, and of each return the first (return, place, message).

    `dataset` is that of the returns; None for those that no table was read from.
    """

    rule_id: str
    severity: Severity
    violations: int = 0
    firsts: tuple[tuple[str, str, str], ...] = ()
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A campaign whose next return is late: the last as-of date (None: none yet), and by when it was due."""

    campaign_id: str
    last_as_of: date | None
    due: date


@dataclass(frozen=True, slots=True)
class Troubles:
    """The present state: each rule with what is outstanding, conservation, what is overdue."""

    rules: tuple[Broken, ...]
    conservation: tuple[Conservation, ...]
    overdue: tuple[Overdue, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


SHARED: Mapping[str, Severity] = {"columns": "error", GUARD: "error", MENDED: "warning"}
"""The rules that a return of any dataset can break beside those of its contract."""


def severities(dataset: Dataset | None = None) -> dict[str, Severity]:
    """Return every rule that a return of a dataset can break, with its severity, in the order of its contract.

    Without a dataset these are the rules of documents that no table can be read from.
    """
    if dataset is None:
        return {READABLE: "error"}
    # Its own rules first, then those that follow from its columns.
    columns = {one.rule.id: one.rule.severity for one in built_rules(dataset.contract, None)}
    return {**SHARED, **rule_ids(dataset.contract), **columns}


def troubles(
    home: Home,
    connection: DuckDBPyConnection,
    campaigns: Mapping[str, Campaign],
    today: datetime,
    expected: Collection[str] = (),
    known: Iterable[Dataset] | None = None,
) -> Troubles:
    """Return what is wrong in a home now.

    Args:
        home: The home.
        connection: Its warehouse.
        campaigns: All campaigns by id.
        today: The clock, which only overdue returns look at.
        expected: The hashes that must have been judged: what the archive held when a run began, not what came since.
        known: The datasets whose rules are looked at; all that the home has now where none are given.
    """
    firsts: dict[tuple[str | None, str], list[tuple[str, str, str]]] = {}
    counts: dict[tuple[str | None, str], int] = {}
    for dataset, rule_id, name, place, message, violations, _ in connection.execute(_OUTSTANDING).fetchall():
        firsts.setdefault((dataset, rule_id), []).append((name, place, message))
        counts[dataset, rule_id] = violations
    rules: dict[tuple[str | None, str], Severity] = {}
    for one in (None, *(datasets(home.root).values() if known is None else known)):
        name = one.name if one else None
        rules |= {(name, rule_id): severity for rule_id, severity in severities(one).items()}
    broken = tuple(
        Broken(rule_id, severity, counts.get((dataset, rule_id), 0), tuple(firsts.get((dataset, rule_id), ())), dataset)
        for (dataset, rule_id), severity in rules.items()
    )
    kept = conservation(connection, len(_accountable(home, connection, expected)))
    verdicts = connection.execute(
        "SELECT verdict, count(*) FROM core.snapshot_judged GROUP BY verdict ORDER BY ALL"
    ).fetchall()
    return Troubles(broken, kept, overdue(connection, campaigns, today), dict(verdicts))


def archived(home: Home) -> set[str]:
    """The hashes of all that has come in until now."""
    return {receipt.sha256 for receipt in Archive(home.archive).receipts()}


def _accountable(home: Home, connection: DuckDBPyConnection, expected: Collection[str]) -> set[str]:
    """What is expected, and what was judged beside it as far as the archive knows it: files come in while a run
    goes on, and those that it did not see are the next one's.
    """
    judged = {row[0] for row in connection.execute("SELECT DISTINCT sha256 FROM core.snapshot").fetchall()}
    return set(expected) | (judged & archived(home))


def overdue(connection: DuckDBPyConnection, campaigns: Mapping[str, Campaign], today: datetime) -> tuple[Overdue, ...]:
    """The open campaigns whose next return should have come: `every_days` after the last as-of date, or after
    the opening. A closed campaign is never overdue.
    """
    last = dict(
        connection.execute("SELECT campaign_id, max(as_of) FROM core.snapshot_current GROUP BY campaign_id").fetchall()
    )
    day = today.astimezone(BANGKOK).date()
    late = []
    for campaign in campaigns.values():
        if campaign.closed_on is not None and day > campaign.closed_on:
            continue
        begun = last.get(campaign.id)
        due = date.fromordinal((begun or campaign.opened_on).toordinal() + campaign.every_days)
        if day > due:
            late.append(Overdue(campaign.id, begun, due))
    return tuple(late)
