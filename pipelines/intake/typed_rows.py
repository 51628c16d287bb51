"""A RawTable to typed rows and facts: cells become the values of a dataset's columns, claims become facts.

What cannot be read becomes a null that keeps what was printed; whether that is allowed is for the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from khrop.thai.dates import find_dates
from pipelines.campaigns import Campaign, fitting
from pipelines.datasets.dataset import Dataset
from pipelines.readers import RawTable
from pipelines.readers.document import Claim, TableRow
from pipelines.returns import Hints, TypedReturn

BANGKOK = timezone(timedelta(hours=7))
DATES = (("letter", "letter_date"), ("document", "deadline"), ("document", "other_date"))


def typed(
    table: RawTable, dataset: Dataset, hints: Hints, received_at: datetime, campaigns: Mapping[str, Campaign]
) -> TypedReturn:
    """Return everything a document of a dataset says, with its type."""
    claims = table.claims
    own = {name: campaign for name, campaign in campaigns.items() if campaign.dataset == dataset.name}
    campaign, facts = _campaign(table, hints, own)
    as_of_facts = _as_of(claims, hints)
    facts |= as_of_facts
    facts["received_on"] = received_at.astimezone(BANGKOK).date()
    for source, measure in DATES:
        for name in (measure, f"{measure}_weekday"):
            if claim := _claim(claims, source, name):
                facts[name] = claim.value
                facts[f"{name}_printed"] = claim.printed
    rows = [_row(row, table.columns, dataset) for row in table.rows]
    return TypedReturn(dataset, rows, facts, claims, campaign, as_of_facts["as_of"])


def _campaign(
    table: RawTable, hints: Hints, campaigns: Mapping[str, Campaign]
) -> tuple[Campaign | None, dict[str, Any]]:
    """The one campaign that the sender or else the text names, and what to say where there is no such one."""
    text = " ".join(cell.read for cell in table.prose())
    named = fitting(text, campaigns.values())
    if hints.campaign is not None:
        hinted = campaigns.get(hints.campaign)
        # A text that names other campaigns alone contradicts the sender: both fit, and neither is taken.
        fit = [] if hinted is None else [hinted, *([] if hinted in named else named)]
    else:
        fit = named
    printed = ", ".join(c.id for c in fit) if fit else (hints.campaign or "")
    facts = {"campaigns_fit": len(fit), "campaign_printed": f"({printed})" if printed else ""}
    return (fit[0] if len(fit) == 1 else None), facts


def _as_of(claims: list[Claim], hints: Hints) -> dict[str, Any]:
    """The as-of date of the document or else of the sender; none where the two, or two places, disagree.

    Where the document leaves the century open and the sender names the date, the two must be one day.
    """
    claim = _claim(claims, "document", "as_of")
    weekday = _claim(claims, "document", "as_of_weekday")
    said = claim.value if claim and isinstance(claim.value, date) else None
    doubled = bool(claim and claim.value is None and " | " in claim.printed)
    if claim and hints.as_of and said is None and (found := find_dates(claim.printed, near=hints.as_of)):
        said = found[0].date
        doubled = doubled or said is None
    dates = {d for d in (said, hints.as_of) if d is not None}
    as_of = None if doubled or len(dates) != 1 else next(iter(dates))
    printed = " | ".join(p for p in (claim.printed if claim else "", str(hints.as_of or "")) if p)
    return {
        "as_of": as_of,
        "as_of_dates": max(len(dates), 2 if doubled else 0),
        "as_of_printed": printed,
        "as_of_weekday": weekday.value if weekday else None,
        "as_of_weekday_printed": weekday.printed if weekday else None,
    }


def _claim(claims: list[Claim], source: str, measure: str) -> Claim | None:
    return next((c for c in claims if c.source == source and c.measure == measure), None)


def _row(row: TableRow, columns: Mapping[str, int], dataset: Dataset) -> dict[str, Any]:
    values: dict[str, Any] = {"place": row.place}
    for column in dataset.columns:
        cell = row.cells.get(column.heading)
        values[column.name] = value = column.kind.parse(cell.read) if cell else None
        if column.kind.figure and column.heading in columns and value is None:
            values[f"{column.name}_printed"] = cell.printed.strip() if cell else ""
    return values
