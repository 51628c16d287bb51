"""A RawTable to typed rows and facts: cells become the values of a dataset's columns, claims become facts.

What cannot be read becomes a null that keeps what was printed; whether that is allowed is for the contract.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from khrop.thai.dates import find_dates
from pipelines.campaigns import Campaign, fitting, other_year
from pipelines.datasets.dataset import Dataset
from pipelines.datasets.value_kinds import BANGKOK, doubt_key, moment_key, moment_of
from pipelines.intake import document_facts
from pipelines.readers import RawTable
from pipelines.readers.document import Claim, TableRow
from pipelines.returns import Hints, TypedReturn

LATE = timedelta(days=90)
"""A campaign's last returns come within a quarter of its end."""
DATES = (("letter", "letter_date"), ("document", "deadline"), ("document", "other_date"))


OTHERS = {
    "as_of": "ถ้อยคำอื่น, not worded as an as-of date", "previous": "ครั้งก่อน, previous", "next": "ครั้งต่อไป, next",
    "deadline": "กำหนดส่ง, deadline", "number of authorities": "ของจำนวน อปท., number of authorities",
    "denied": "ไม่ใช้, denied", "printing": "วันที่พิมพ์, printing",
    "period": "ช่วงเวลา, period", "letter": "วันที่ของหนังสือ, letter", "plan": "ของแผนหรือเป้าหมาย, plan",
    "list": "ของรายชื่อ, list", "baseline": "ของข้อมูลฐาน, baseline", "qualified": "มีคำอื่นกำกับ, qualified by other words",
}  # fmt: skip
"""What dates that were not taken are of."""
CITES = re.compile(r"(?:ตาม|อ้างถึง|อ้างอิง)\s*(?:ถึง)?\s*หนังสือ|ลงวันที่")
"""Words of a paragraph that speaks of another letter."""


def typed(
    table: RawTable, dataset: Dataset, hints: Hints, received_at: datetime, campaigns: Mapping[str, Campaign]
) -> TypedReturn:
    """Return everything a document of a dataset says, with its type."""
    claims = table.claims
    own_campaigns = {name: campaign for name, campaign in campaigns.items() if campaign.dataset == dataset.name}
    campaign, facts = _campaign(table, hints, own_campaigns)
    as_of_facts = _as_of(claims, hints)
    facts |= as_of_facts
    facts["received_at"] = received_at.astimezone(BANGKOK).replace(tzinfo=None)
    facts["received_on"] = facts["received_at"].date()
    if campaign and (as_of := as_of_facts["as_of"]):
        opened, over = campaign.opened_on, (campaign.closed_on or campaign.deadline) + LATE
        outside = max((opened - as_of).days, (as_of - over).days, 0)
        facts |= {"campaign_opened_on": opened, "campaign_over_on": over, "days_outside_campaign": outside}
    facts |= document_facts.of(claims)
    for source, measure in DATES:
        for name in (measure, f"{measure}_weekday"):
            if claim := _claim(claims, source, name):
                facts[name] = claim.value
                facts[f"{name}_printed"] = claim.printed
    rows = [_row(row, table, dataset) for row in table.rows]
    return TypedReturn(dataset, rows, facts, claims, campaign, as_of_facts["as_of"])


def _campaign(
    table: RawTable, hints: Hints, campaigns: Mapping[str, Campaign]
) -> tuple[Campaign | None, dict[str, Any]]:
    """The one campaign that the sender or else the text names, and what to say where there is no such one."""
    # A letter that is cited names its own campaign, which the table need not be of.
    texts = [cell.read for cell in table.prose() if not CITES.search(cell.read)]
    lines = [line for text in texts for line in text.splitlines()]
    named = fitting(" ".join(texts), campaigns.values())
    if hints.campaign is not None:
        hinted = campaigns.get(hints.campaign)
        # A text that names other campaigns alone contradicts the sender: both fit, and neither is taken.
        fit = [] if hinted is None else [hinted, *([] if hinted in named else named)]
    else:
        fit = named
    printed = ", ".join(c.id for c in fit) if fit else (hints.campaign or "")
    if len(fit) == 1 and (title := other_year(lines, fit[0])):
        printed, fit = f"{fit[0].id}: {title}", []
    facts = {"campaigns_fit": len(fit), "campaign_printed": f"({printed})" if printed else ""}
    return (fit[0] if len(fit) == 1 else None), facts


def _as_of(claims: list[Claim], hints: Hints) -> dict[str, Any]:
    """The as-of date of the document or else of the sender; none where the two, or two places, disagree.

    Where the document leaves the century, or the order of day and month, open and the sender names the date, that must
    be one of the days it can mean.
    """
    claim = _claim(claims, "document", "as_of")
    weekday = _claim(claims, "document", "as_of_weekday")
    stated = claim.value if claim and isinstance(claim.value, date) else None
    doubled = bool(claim and claim.value is None and " | " in claim.printed)
    if claim and hints.as_of and stated is None and not doubled:
        stated = hints.as_of if hints.as_of in _readings(claim.printed, hints.as_of) else None
        doubled = stated is None and bool(find_dates(claim.printed, near=hints.as_of))
    rivals = [c for c in claims if c.source == "rival" and c.measure == "as_of" and c.value != stated] if claim else []
    dates = {d for d in (stated, hints.as_of) if d is not None}
    many = doubled or bool(rivals)
    as_of = None if many or len(dates) != 1 else next(iter(dates))
    named = dict.fromkeys([claim.printed if claim else "", *(c.printed for c in rivals), str(hints.as_of or "")])
    return {
        "as_of": as_of,
        "as_of_dates": max(len(dates), 2 if many else 0),
        "as_of_printed": " | ".join(p for p in named if p) or _rejected(claims),
        "as_of_weekday": weekday.value if weekday else None,
        "as_of_weekday_printed": weekday.printed if weekday else None,
    }


def _readings(printed: str, near: date) -> set[date]:
    """The days that a printed date can mean, a year or an order that it leaves open settled by a day near it."""
    dates = find_dates(printed, near=near)
    days = {f.date for f in dates[:1] if f.date}
    return days | {d.replace(month=d.day, day=d.month) for d in days if d.day <= 12}


def _rejected(claims: list[Claim]) -> str:
    """The dates that are there and were not taken, for a person to choose from."""
    others = [c for c in claims if c.source in ("rival", "rejected")]
    return ", ".join(dict.fromkeys(f"{c.printed} ({OTHERS.get(c.measure, c.measure)})" for c in others))


def _claim(claims: list[Claim], source: str, measure: str) -> Claim | None:
    return next((c for c in claims if c.source == source and c.measure == measure), None)


def _row(row: TableRow, table: RawTable, dataset: Dataset) -> dict[str, Any]:
    values: dict[str, Any] = {"place": row.place}
    for column in dataset.columns:
        cell = row.cells.get(column.heading)
        values[column.name] = value = column.parse(cell.read) if cell else None
        if cell and table.doubts and (doubt := table.doubts.get(cell.place)) is not None:
            values[doubt_key(column.name)] = doubt
        if value is None and column.heading in table.columns and column.kind.parsed:
            values[f"{column.name}_printed"] = cell.printed.strip() if cell else ""
        elif cell and isinstance(value, date):
            values[moment_key(column.name)] = moment_of(cell.read)
    return values
