"""Comparing a return with the one before it: the contract's reference rules, run on what the warehouse holds.

When a return arrives late, or a newer revision takes a return's place, the return after it has a new neighbour;
so comparisons are made anew for all that a batch touched, and only for those. They are made for the return that
stands for its day alone: what a newer revision took the place of no longer has neighbours, and what its
violations are would else hang on how many returns were loaded at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from khrop import check
from khrop.model.rule import rules_of
from khrop.model.verdict import Violation
from pipelines.intake.judging import CONTRACT
from warehouse.load import replace_comparisons

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REFERENCE_RULES = tuple(dict.fromkeys(r.id for r in rules_of(CONTRACT) if r.scope == "reference"))

_NEIGHBOURS = """
WITH touched AS (SELECT unnest(?) AS campaign_id, CAST(unnest(?) AS DATE) AS as_of),
ordered AS (
    SELECT
        campaign_id, as_of, snapshot_id, judgement,
        lag(as_of) OVER before AS previous_as_of,
        lag(snapshot_id) OVER before AS previous_id,
        lag(judgement) OVER before AS previous_judgement
    FROM core.snapshot_current
    WHERE campaign_id IN (SELECT campaign_id FROM touched)
    WINDOW before AS (PARTITION BY campaign_id ORDER BY as_of)
)
-- The return after a touched date has a new neighbour even when that date has no current return any more.
SELECT DISTINCT ordered.snapshot_id, ordered.judgement, previous_id, previous_judgement
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

_ROWS = """
SELECT pair.as_name AS snapshot_id, province_code, names.name_th AS province_th, total, saved, pending, place
FROM core.province_progress AS progress
INNER JOIN (SELECT unnest(?) AS snapshot_id, unnest(?) AS judgement, unnest(?) AS as_name) AS pair
    ON progress.snapshot_id = pair.snapshot_id AND progress.judgement = pair.judgement
INNER JOIN core.province AS names USING (province_code)
"""


def compare(connection: DuckDBPyConnection, days: Iterable[tuple[str, date]]) -> dict[str, tuple[Violation, ...]]:
    """Judge the reference rules anew for the current returns of these days and for those right after them.

    The violations by return; an empty tuple where all holds or there is nothing to compare with.
    """
    touched = sorted(set(days))
    if not touched:
        return {}
    asked: list[Any] = [[c for c, _ in touched], [str(d) for _, d in touched]]
    pairs = connection.execute(_NEIGHBOURS, asked).fetchall()
    superseded = connection.execute(_SUPERSEDED, [*asked, list(REFERENCE_RULES)]).fetchall()
    found: dict[str, tuple[Violation, ...]] = {name: () for name, *_ in (*pairs, *superseded)}
    with_previous = [p for p in pairs if p[2] is not None]
    if with_previous:
        names = [name for name, _, _, _ in with_previous]
        now = connection.execute(_ROWS, [names, [j for _, j, _, _ in with_previous], names]).df()
        before = connection.execute(
            _ROWS, [[p for _, _, p, _ in with_previous], [j for _, _, _, j in with_previous], names]
        ).df()
        previous = before.drop(columns=["place", "province_th"])
        verdict = check(CONTRACT, now, previous=previous, scopes=("reference",), limit=None)
        found |= verdict.by_snapshot()
    judgement = {name: j for name, j, *_ in (*pairs, *superseded)}
    if found:
        replace_comparisons(connection, REFERENCE_RULES, {(n, judgement[n]): v for n, v in found.items()})
    return found
