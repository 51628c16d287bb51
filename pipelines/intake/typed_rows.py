"""A RawTable to typed rows and facts: digits, dates and names become numbers, dates and province codes.

What cannot be read becomes a null that keeps what was printed; whether that is allowed is for the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from khrop.thai import provinces
from khrop.thai.dates import find_dates
from khrop.thai.digits import NotANumber, parse_count, parse_percent
from pipelines.campaigns import Campaign, fitting
from pipelines.readers import RawTable
from pipelines.readers.document import Claim, TableRow

BANGKOK = timezone(timedelta(hours=7))
COUNTS = ("ordinal", "total", "saved", "pending")
DATES = (("letter", "letter_date"), ("document", "deadline"), ("document", "other_date"))
HUNDREDTH = Decimal("0.01")
KNOWN_FIGURES = 1 << 12
"""The same figures fill the cells of all returns; so many are read once."""
LARGEST_PERCENT = Decimal(10**9)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the sender named: by option, or by the inbox folder."""

    campaign: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """The rows and facts of one document. `rows` have the contract's columns, percents as Decimal points;
    `facts` are what its document rules read; `as_of` and `campaign` are None where they cannot be told."""

    rows: list[dict[str, Any]]
    facts: dict[str, Any]
    claims: list[Claim]
    campaign: Campaign | None
    as_of: date | None


def typed(table: RawTable, hints: Hints, received_at: datetime, campaigns: dict[str, Campaign]) -> Typed:
    """Everything a document says, with its type."""
    claims = table.claims
    campaign, facts = _campaign(table, hints, campaigns)
    as_of_facts = _as_of(claims, hints)
    facts |= as_of_facts
    facts["received_on"] = received_at.astimezone(BANGKOK).date()
    for source, measure in DATES:
        for name in (measure, f"{measure}_weekday"):
            if claim := _claim(claims, source, name):
                facts[name] = claim.value
                facts[f"{name}_printed"] = claim.printed
    rows = [_row(row, table.columns) for row in table.rows]
    return Typed(rows, facts, claims, campaign, as_of_facts["as_of"])


def _campaign(table: RawTable, hints: Hints, campaigns: dict[str, Campaign]) -> tuple[Campaign | None, dict[str, Any]]:
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


def _row(row: TableRow, columns: dict[str, int]) -> dict[str, Any]:
    typed: dict[str, Any] = {"place": row.place}
    for name in COUNTS:
        typed[name] = _count(row.cells[name].read) if name in row.cells else None
    percent = row.cells.get("saved_percent")
    typed["saved_percent"] = _percent(percent.read) if percent else None
    for name in (*COUNTS[1:], "saved_percent"):
        if name in columns and typed[name] is None:
            typed[f"{name}_printed"] = row.cells[name].printed.strip() if name in row.cells else ""
    cell = row.cells.get("province_th")
    province = provinces.match(cell.read) if cell else None
    typed["province_code"] = province.code if province else None
    typed["province_th"] = province.name_th if province else (cell.read if cell else None)
    return typed


@lru_cache(maxsize=KNOWN_FIGURES)
def _count(text: str) -> int | None:
    try:
        return parse_count(text)
    except NotANumber:
        return None


@lru_cache(maxsize=KNOWN_FIGURES)
def _percent(text: str) -> Decimal | None:
    """The percent to two places, half up; what was printed stays in the cell."""
    try:
        percent = parse_percent(text)
    except NotANumber:
        return None
    if abs(percent) >= LARGEST_PERCENT:
        return None
    # Adding nothing takes the sign off a zero.
    return percent.quantize(HUNDREDTH, ROUND_HALF_UP) + 0
