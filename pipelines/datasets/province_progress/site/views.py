"""What a campaign's pages show, from what `progress` read of the warehouse: standings put side by side.

Every count of days is from the as-of date. Here belongs arithmetic; words and markup belong elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from pipelines.datasets.province_progress import progress
from pipelines.datasets.province_progress.progress import Campaign, Country, Standing
from pipelines.datasets.province_progress.site.sources import AgainstTheLine

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST, BESIDE = 5, 3
"""Provinces named among those that gained most; neighbours in rank on either side."""
STEPS = (Decimal("0.1"), Decimal("0.2"), Decimal("0.5"), *map(Decimal, (1, 2, 3, 4, 5, 10, 20)))


@dataclass(frozen=True, slots=True)
class Changes:
    """What came since the return before: who gained most, began, completed, fell back.

    `since` is its as-of date, None at the first return.
    """

    since: date | None
    gained: list[Standing]
    started: list[Standing]
    completed: list[Standing]
    fell: list[Standing]


@dataclass(frozen=True, slots=True)
class Scale:
    """How the map's tiles are coloured: by steps from `low` on, as wide as the figures need; in percent points."""

    step: Decimal
    low: Decimal = Decimal(0)

    def progress(self, standing: Standing) -> int:
        """0 nothing saved, 1 to 5 on the scale, 6 complete."""
        if standing.pending == 0:
            return 6
        return 0 if standing.saved == 0 else 1 + min(4, int((standing.saved_percent - self.low) / self.step))

    def gap(self, standing: Standing) -> int:
        """0 to 2 behind the straight line, the furthest first; 3 to 5 ahead of it."""
        steps = min(2, int(abs(standing.gap_points) / self.step))
        return 2 - steps if standing.gap_points < 0 else 3 + steps


@dataclass(frozen=True, slots=True)
class View:
    """A campaign as its pages show it.

    `now` are the provinces at the latest as-of date in the printed order, `then` those of the return before by code,
    `history` each province's standings by code, the oldest first, `line` the country against the straight line by
    as-of date.
    """

    campaign: Campaign
    country: list[Country]
    now: list[Standing]
    then: dict[str, Standing]
    history: dict[str, list[Standing]]
    line: Mapping[date, AgainstTheLine]

    @classmethod
    def of(
        cls,
        campaign: Campaign,
        country: list[Country],
        standings: Iterable[Standing],
        line: Mapping[date, AgainstTheLine],
    ) -> View:
        """Put together what was read; `country` and `standings` are not empty."""
        history: dict[str, list[Standing]] = {}
        for standing in standings:
            history.setdefault(standing.province_code, []).append(standing)
        days = [c.as_of for c in country]
        at = {day: {c: s for c, many in history.items() for s in many[-2:] if s.as_of == day} for day in days[-2:]}
        then = at[days[-2]] if len(days) > 1 else {}
        return cls(campaign, country, list(at[days[-1]].values()), then, history, line)

    @property
    def as_of(self) -> date:
        """The latest as-of date."""
        return self.country[-1].as_of

    @property
    def total(self) -> Country:
        """The country now."""
        return self.country[-1]

    @property
    def against(self) -> AgainstTheLine:
        """The country against the line now."""
        return self.line[self.as_of]

    @property
    def days_left(self) -> int:
        """Days from the as-of date to the deadline."""
        return self.against.days_left

    @property
    def snapshot_id(self) -> str:
        """The return that counts now."""
        return self.now[0].snapshot_id

    def pace(self, saved: int, day: date) -> float | None:
        """Authorities a day since the opening; None on the opening day."""
        days = (day - self.campaign.opened_on).days
        return saved / days if days > 0 else None

    def changes(self) -> Changes:
        """What came since the return before."""
        since = self.country[-2].as_of if len(self.country) > 1 else None
        pairs = [(self.then[s.province_code], s) for s in self.now if s.province_code in self.then]
        gained = sorted((s for s in self.now if (s.saved_delta or 0) > 0), key=lambda s: -(s.saved_delta or 0))
        return Changes(
            since,
            gained[:MOST],
            [s for before, s in pairs if before.saved == 0 < s.saved],
            [s for before, s in pairs if before.pending > 0 == s.pending],
            sorted((s for s in self.now if (s.saved_delta or 0) < 0), key=lambda s: s.saved_delta or 0),
        )

    def by_rank(self) -> list[Standing]:
        """The provinces of now, the first in rank first."""
        return sorted(self.now, key=lambda s: (s.rank, -s.total, s.province_code))

    def progress_scale(self) -> Scale:
        """Five steps between the last and the first of the provinces that began and are not complete."""
        begun = [s.saved_percent for s in self.now if s.saved and s.pending]
        least, most = min(begun, default=Decimal(0)), max(begun, default=Decimal(0))
        for step in STEPS:
            low = least // step * step
            if low + 5 * step >= most:
                return Scale(step, low)
        return Scale(STEPS[-1])

    def gap_scale(self) -> Scale:
        """Three steps on either side of the straight line, the outermost open."""
        most = max(abs(s.gap_points) for s in self.now)
        return Scale(next((step for step in STEPS if 3 * step >= most), STEPS[-1]))


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign in the list of all, with the country at its latest as-of date."""

    campaign: Campaign
    total: Country
    days_left: int

    @property
    def as_of(self) -> date:
        """The latest as-of date."""
        return self.total.as_of


def listed(connection: DuckDBPyConnection) -> list[Listed]:
    """Return the campaigns that have an accepted return, by id."""
    newest = progress.newest(connection)
    return [
        Listed(campaign, country, (campaign.deadline - country.as_of).days)
        for campaign in progress.campaigns(connection)
        if (country := newest.get(campaign.campaign_id))
    ]


def beside(ranked: Sequence[Standing], code: str) -> list[Standing]:
    """A province and its neighbours in rank, `BESIDE` on either side where there are as many."""
    at = next(i for i, s in enumerate(ranked) if s.province_code == code)
    start = max(0, min(at - BESIDE, len(ranked) - 2 * BESIDE - 1))
    return list(ranked[start : start + 2 * BESIDE + 1])
