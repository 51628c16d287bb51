"""The Thai of the letters: figures, dates and sentences as an office words them, for the fields of the templates.

Here belongs how it is said, pure and without the warehouse. Which provinces get a letter belongs in `letters`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from khrop.thai.dates import format_long
from khrop.thai.digits import to_thai
from pipelines.campaigns import Letterhead
from pipelines.datasets.province_progress.progress import Campaign, Country, Standing

BLANK = "." * 24
"""What nobody knows is left to be filled in by hand."""
BLOCK, BLOCKS = "█", 20
SITE = "site"


@dataclass(frozen=True, slots=True)
class Occasion:
    """What all letters of a campaign and as-of date share. `letters` are the numbers of those that opened the
    campaign, `dates` when they are of, by number without spaces; `dated` is the letters' own date, if it is known.
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

    @property
    def late(self) -> bool:
        """Whether there is no time left at the date of the letter, or of the figures where it has none."""
        return max(self.country.as_of, self.dated or self.country.as_of) >= self.campaign.deadline

    def page(self, code: str | None = None) -> str:
        """The address of a province's page, or of the campaign's own; a relative path where the site has none."""
        inside = f"province/{code}.html" if code else "index.html"
        return f"{self.letterhead.base_url.rstrip('/') or SITE}/{self.campaign.campaign_id}/{inside}"


def shared(occasion: Occasion) -> dict[str, Any]:
    """The fields that a reminder and the circular have in common."""
    head, nation = occasion.letterhead, occasion.country
    told = {
        name: to_thai(getattr(head, name)) or BLANK
        for name in ("number", "sender", "office", "phone", "fax", "signer", "signer_title")
    }
    deadline = format_long(occasion.campaign.deadline, weekday=True)
    return {
        **told,
        "date": format_long(occasion.dated) if occasion.dated else BLANK,
        "campaign": to_thai(occasion.campaign.title_th),
        "cited": cited(occasion),
        "as_of": format_long(nation.as_of),
        "deadline": deadline,
        "days_left": to_thai(str(occasion.days_left)),
        "finish_by": "ให้แล้วเสร็จโดยด่วน" if occasion.late else f"ให้แล้วเสร็จภายใน{deadline}",
        "nation_total": count(nation.total),
        "nation_saved": count(nation.saved),
        "nation_pending": count(nation.pending),
        "nation_saved_percent": percent(nation.saved, nation.total),
        "nation_pending_percent": percent(nation.pending, nation.total),
        "provinces": count(nation.provinces),
    }


def reminder(occasion: Occasion, standing: Standing) -> dict[str, Any]:
    """The fields of the reminder to one province."""
    return {
        **shared(occasion),
        "page_url": occasion.page(standing.province_code),
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
        "page_url": occasion.page(),
        "finding": finding,
        "request": request,
        "rows": [_row(number, standing) for number, standing in enumerate(standings, 1)],
    }


def cited(occasion: Occasion) -> str:
    """The letters that opened the campaign, each with its date, or a blank where no return tells it."""
    dates = occasion.dates or {}
    told = []
    for number in occasion.letters:
        dated = dates.get(re.sub(r"\s", "", number))
        told.append(f"ที่ {to_thai(number)} ลงวันที่ {format_long(dated) if dated else BLANK}")
    return " และ".join(told)


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


def count(number: int) -> str:
    """A whole number as the department prints it: ๗,๘๕๐."""
    return to_thai(f"{number:,}")


def percent(part: int, whole: int) -> str:
    """100·part/whole with two places, half up, in Thai digits."""
    hundredths = (20000 * part + whole) // (2 * whole)
    return to_thai(f"{hundredths // 100}.{hundredths % 100:02}")


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
