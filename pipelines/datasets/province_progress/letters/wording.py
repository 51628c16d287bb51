"""The Thai of the letters of the province table, for the fields of their templates.

Here belong the words of a letter, made without the warehouse. Which provinces get a letter belongs in `publish`, what
letters of any dataset say in `pipelines.publishing.letters.wording`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from khrop.thai.digits import to_thai
from pipelines.campaigns import Letterhead
from pipelines.datasets.province_progress.progress import Campaign, Country, Standing
from pipelines.publishing.letters import wording
from pipelines.publishing.letters.wording import count, percent

BLOCK, BLOCKS = "█", 20


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all letters of a campaign and as-of date share.

    `letters` are the numbers of those that opened the campaign, `dates` their dates by number without spaces; `dated`
    is the letters' own date, if it is known.
    """

    campaign: Campaign
    country: Country
    letterhead: Letterhead
    letters: Sequence[str] = ()
    dates: Mapping[str, date] | None = None
    dated: date | None = None

    @property
    def days_left(self) -> int:
        """Days from the as-of date to the deadline."""
        return (self.campaign.deadline - self.country.as_of).days

    def page(self, code: str | None = None) -> str:
        """The address of a province's page, or of the campaign's own; a relative path where the site has none."""
        inside = f"province/{code}.html" if code else "index.html"
        return wording.page_url(self.letterhead.base_url, f"{self.campaign.campaign_id}/{inside}")


def shared(occasion: Occasion, code: str | None = None) -> dict[str, Any]:
    """The fields that a reminder and the circular have in common."""
    nation, campaign = occasion.country, occasion.campaign
    return {
        **wording.letterhead(occasion.letterhead, occasion.dated),
        **wording.occasion(
            campaign.title_th, nation.as_of, campaign.deadline, occasion.dated,
            wording.cited(occasion.letters, occasion.dates or {}), occasion.page(code),
        ),
        "nation_total": count(nation.total),
        "nation_saved": count(nation.saved),
        "nation_pending": count(nation.pending),
        "nation_saved_percent": percent(nation.saved, nation.total),
        "nation_pending_percent": percent(nation.pending, nation.total),
        "provinces": count(nation.provinces),
    }  # fmt: skip


def reminder(occasion: Occasion, standing: Standing) -> dict[str, Any]:
    """The fields of the reminder to one province."""
    return {
        **shared(occasion, standing.province_code),
        "province": standing.name_th,
        "province_code": to_thai(standing.province_code),
        "total": count(standing.total),
        "saved": count(standing.saved),
        "pending": count(standing.pending),
        "saved_percent": percent(standing.saved, standing.total),
        "pending_percent": percent(standing.pending, standing.total),
        "rank": count(standing.rank),
        "needed_per_day": needed(standing.pending, standing.days_left),
        "time_left": time_left(standing),
    }


def circular(occasion: Occasion, standings: Sequence[Standing]) -> dict[str, Any]:
    """The fields of the circular, with the whole table."""
    pending = occasion.country.pending
    fields = shared(occasion)
    if pending:
        finding = f"ปรากฏว่ายังมีองค์กรปกครองส่วนท้องถิ่นที่อยู่ระหว่างบันทึกข้อมูลหรือยังไม่บันทึกข้อมูล จำนวน {count(pending)} แห่ง"
        request = (
            " ทั้งนี้ ขอให้สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดตรวจสอบและติดตามการบันทึกข้อมูลดังกล่าว"
            f"ขององค์กรปกครองส่วนท้องถิ่น{fields['finish_by']}"
        )
    else:
        finding, request = "ปรากฏว่าองค์กรปกครองส่วนท้องถิ่นบันทึกข้อมูลเรียบร้อยแล้วครบทุกแห่ง", ""
    return {
        **fields,
        "finding": finding,
        "request": request,
        "rows": [_row(number, standing) for number, standing in enumerate(standings, 1)],
    }


def time_left(standing: Standing) -> str:
    """How long there is, and what is needed a day; past the deadline, what is still open."""
    if standing.days_left > 0:
        return (
            f"นับจากวันดังกล่าวคงเหลือระยะเวลาอีก {count(standing.days_left)} วันจะครบกำหนด"
            f" จึงต้องบันทึกข้อมูลเพิ่มเติมเฉลี่ยไม่น้อยกว่าวันละ {needed(standing.pending, standing.days_left)} แห่ง"
        )
    past = f"ได้พ้นกำหนดมาแล้ว {count(-standing.days_left)} วัน" if standing.days_left else "ครบกำหนดแล้ว"
    return f"ซึ่ง ณ วันดังกล่าว{past} แต่ยังมีองค์กรปกครองส่วนท้องถิ่นที่ต้องบันทึกข้อมูลอีก {count(standing.pending)} แห่ง"


def needed(pending: int, days_left: int) -> str:
    """What must be saved a day, with two places, rounded up so that it is enough; empty where no day is left."""
    if days_left <= 0:
        return ""
    hundredths = -(-100 * pending // days_left)
    return to_thai(f"{hundredths // 100:,}.{hundredths % 100:02}")


def _row(number: int, standing: Standing) -> dict[str, str]:
    green = (2 * BLOCKS * standing.saved + standing.total) // (2 * standing.total)
    return {
        "ordinal": count(standing.ordinal or number),
        "province": standing.name_th,
        "total": count(standing.total),
        "saved": count(standing.saved),
        "pending": count(standing.pending),
        "saved_percent": percent(standing.saved, standing.total),
        "green": BLOCK * green,
        "red": BLOCK * (BLOCKS - green),
    }
