"""What all reports read of the warehouse: a campaign, its returns that count, where each province stands.

Here belongs the asking. How it is shown belongs in the report's own file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as its file has it; `days` are all between opening and deadline."""

    campaign_id: str
    title_th: str
    title_en: str
    opened_on: date
    deadline: date
    closed_on: date | None
    tolerance: Decimal

    @property
    def days(self) -> int:
        """Days from the opening to the deadline."""
        return (self.deadline - self.opened_on).days


@dataclass(frozen=True, slots=True)
class Country:
    """The whole country at one as-of date (mart.national_trend).

    Percents are points; deltas are against the return before, None for the first.
    """

    as_of: date
    provinces: int
    total: int
    saved: int
    pending: int
    saved_percent: Decimal
    saved_delta: int | None
    saved_per_day: float | None
    provinces_complete: int
    provinces_not_started: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A province at one as-of date (mart.province_trend and mart.compliance).

    `status` is complete, on_track, behind, not_started or overdue; `gap_points` is against the straight line;
    `ordinal` the place in the printed return.
    """

    as_of: date
    province_code: str
    name_th: str
    name_en: str
    region: str
    ordinal: int | None
    total: int
    saved: int
    pending: int
    saved_percent: Decimal
    expected_percent: Decimal
    gap_points: Decimal
    rank: int
    status: str
    days_left: int
    required_per_day: float | None
    projected_completion: date | None
    saved_delta: int | None
    saved_per_day: float | None
    place: str
    snapshot_id: str


def campaigns(connection: DuckDBPyConnection) -> list[Campaign]:
    """The campaigns that have an accepted return, by id."""
    return [
        Campaign(*row)
        for row in connection.execute(
            "SELECT campaign_id, title_th, title_en, opened_on, deadline, closed_on, tolerance FROM core.campaign"
            " WHERE campaign_id IN (SELECT campaign_id FROM mart.national_trend) ORDER BY campaign_id"
        ).fetchall()
    ]


_COUNTRY = (
    "as_of, provinces, total, saved, pending, saved_percent, saved_delta, saved_per_day, provinces_complete,"
    " provinces_not_started"
)


def country(connection: DuckDBPyConnection, campaign_id: str) -> list[Country]:
    """The country at each as-of date of a campaign, the oldest first."""
    return [
        Country(*row)
        for row in connection.execute(
            f"SELECT {_COUNTRY} FROM mart.national_trend WHERE campaign_id = ? ORDER BY as_of", [campaign_id]
        ).fetchall()
    ]


def newest(connection: DuckDBPyConnection) -> dict[str, Country]:
    """The country at the latest as-of date of each campaign, by campaign."""
    rows = connection.execute(
        f"SELECT campaign_id, {_COUNTRY} FROM mart.national_trend"
        " QUALIFY as_of = max(as_of) OVER (PARTITION BY campaign_id)"
    ).fetchall()
    return {campaign: Country(*values) for campaign, *values in rows}


def standings(connection: DuckDBPyConnection, campaign_id: str, *, latest: bool = False) -> list[Standing]:
    """Every province at each as-of date of a campaign (or at the latest alone), by date and place in the return."""
    return [
        Standing(*row)
        for row in connection.execute(
            "SELECT t.as_of, t.province_code, p.name_th, p.name_en, p.region, o.ordinal, t.total, t.saved, t.pending,"
            " t.saved_percent, c.expected_percent, c.gap_points, c.rank, c.status, c.days_left, c.required_per_day,"
            " c.projected_completion, t.saved_delta, t.saved_per_day, o.place, o.snapshot_id"
            " FROM mart.province_trend AS t"
            " INNER JOIN mart.compliance AS c USING (campaign_id, province_code, as_of)"
            " INNER JOIN core.province AS p USING (province_code)"
            " INNER JOIN core.province_progress_current AS o USING (campaign_id, province_code, as_of)"
            " WHERE t.campaign_id = ? AND (c.is_latest OR NOT ?)"
            " ORDER BY t.as_of, o.ordinal, t.province_code",
            [campaign_id, latest],
        ).fetchall()
    ]


@dataclass(frozen=True, slots=True)
class Source:
    """The return that counts at an as-of date, and the file that it is.

    `letter_no` is the number of the document's own letter, where it has one.
    """

    snapshot_id: str
    as_of: date
    revision: int
    verdict: str
    file: str
    sha256: str
    received_at: datetime
    contract_version: str
    reader_version: str
    letter_no: str | None


def source(connection: DuckDBPyConnection, campaign_id: str, as_of: date) -> Source:
    """The return that counts of a campaign at an as-of date. Raises `LookupError` where there is none."""
    row = connection.execute(
        "SELECT s.snapshot_id, s.as_of, s.revision, s.verdict, f.name, s.sha256, s.received_at, s.contract_version,"
        " s.reader_version, (SELECT max(c.value) FROM core.claim AS c WHERE c.snapshot_id = s.snapshot_id"
        "  AND c.judgement = s.judgement AND c.source = 'letter' AND c.measure = 'letter_no')"
        " FROM core.snapshot_current AS s INNER JOIN raw.file AS f USING (sha256)"
        " WHERE s.campaign_id = ? AND s.as_of = ?",
        [campaign_id, as_of],
    ).fetchone()
    if row is None:
        raise LookupError(f"{campaign_id} has no accepted return as of {as_of}")
    return Source(*row)


def printed_percents(connection: DuckDBPyConnection, campaign_id: str, as_of: date) -> dict[str, Decimal]:
    """The percents saved that the return of an as-of date printed, by province code; they may be a hundredth off."""
    return dict(
        connection.execute(
            "SELECT province_code, saved_percent FROM core.province_progress_current"
            " WHERE campaign_id = ? AND as_of = ? ORDER BY province_code",
            [campaign_id, as_of],
        ).fetchall()
    )
