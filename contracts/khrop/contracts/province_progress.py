"""The contract of the province return: 76 provinces, each with its authorities, saved, pending and percent.

Here belong the columns and what must hold among them, with an id, a severity and messages for each. Rules are run in
`khrop.engine.check`.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from khrop.contracts.province_table import PRINTED_TABLE
from khrop.engine.pandera_bridge import rule
from khrop.model.document_rules import FactRule
from khrop.model.rule import ContractOptions, Params
from khrop.thai import provinces
from khrop.vocabulary import (
    AddsUp,
    ContainsExactly,
    LinearSequence,
    NotAllSame,
    NotLessThan,
    RatioRounded,
    RatioWithin,
    SameAs,
    SumsMatch,
    WholeNumbers,
)
from khrop.vocabulary.claims import Equals, NotAfter, OnWeekday, RestOfHundred, RoundedPercent, Said, SameFigure, SumOf

MINIMA = {"total": 1, "saved": 0, "pending": 0}
"""The least value of each count."""
COUNTS = tuple(MINIMA)
"""The columns of counts."""


class ProvinceProgress(pa.DataFrameModel):
    """A row for each province: local authorities in all, those whose data are saved, those pending, percent saved.

    A return has 76 rows; `saved_percent` is in percent points with two places. Parameters: `tolerance` (points, 0.01)
    and `authorities` (the campaign's number of authorities; None where it is unknown).

    Example:
        >>> import datetime
        >>> import pandas as pd
        >>> import khrop
        >>> from khrop import provinces
        >>> counts = {"total": 40, "saved": 10, "pending": 30, "saved_percent": 25.0}
        >>> codes = provinces.expected_codes()
        >>> frame = pd.DataFrame({"ordinal": range(1, 77), "province_code": codes, **counts})
        >>> document = {"as_of": datetime.date(2020, 6, 11), "as_of_dates": 1, "campaigns_fit": 1}
        >>> khrop.check(khrop.ProvinceProgress, frame, document=document).status
        'accepted'
        >>> frame.loc[0, "pending"] = 31
        >>> khrop.check(khrop.ProvinceProgress, frame, document=document).counts()
        {'balance': 1}
        >>> len(khrop.ProvinceProgress.validate(frame.assign(pending=30)))
        76
    """

    snapshot_id: Series[str] | None = pa.Field(nullable=False, coerce=True)
    ordinal: Series[pd.Int64Dtype] = pa.Field(nullable=True, coerce=True, description="the row's printed number, 1…76")
    province_code: Series[str] = pa.Field(nullable=True, coerce=True, description="two digits, TIS 1099")
    province_th: Series[str] | None = pa.Field(nullable=True, coerce=True, description="the name as read")
    # pandas' nullable integers: coercion to NumPy's would silently truncate 2.5 to 2.
    total: Series[pd.Int64Dtype] = pa.Field(coerce=True, description="authorities in all")
    saved: Series[pd.Int64Dtype] = pa.Field(coerce=True, description="authorities whose data are saved")
    pending: Series[pd.Int64Dtype] = pa.Field(coerce=True, description="authorities whose data are not")
    saved_percent: Series[float] = pa.Field(coerce=True, description="percent saved, points, two places")

    __contract__ = ContractOptions(
        version="1.1.0",
        title_th="ความคืบหน้ารายจังหวัด",
        title_en="Progress by province",
        snapshot="snapshot_id",
        key=("province_code",),
        label="province_th",
        place="place",
        params={"tolerance": 0.01, "authorities": None},
        derived={"province_code": ("province_th", "thai-province-code")},
        names_th={
            "ordinal": "ลำดับ",
            "province_code": "รหัสจังหวัด",
            "province_th": "จังหวัด",
            "total": "อปท. ทั้งหมด",
            "saved": "บันทึกแล้ว",
            "pending": "ยังไม่บันทึก",
            "saved_percent": "ร้อยละที่บันทึกแล้ว",
            "pending_percent": "ร้อยละที่ยังไม่บันทึก",
        },
    )

    __shape__ = PRINTED_TABLE

    @rule(
        "counts-whole",
        columns=COUNTS,
        th="{name}: จำนวนต้องเป็นจำนวนเต็ม ไม่ว่าง ไม่ติดลบ และมี อปท. อย่างน้อย ๑ แห่ง ({observed})",
        en="{name}: counts must be whole, present and not negative, total at least 1 ({observed})",
    )
    def counts_whole(cls, params: Params) -> WholeNumbers:
        """Counts are whole numbers: total ≥ 1, saved ≥ 0, pending ≥ 0."""
        return WholeNumbers(MINIMA)

    @rule(
        "balance",
        columns=COUNTS,
        skip_null=COUNTS,
        column="total",
        th="{name}: บันทึกแล้ว {saved} รวมกับยังไม่บันทึก {pending} ไม่เท่ากับทั้งหมด {total}",
        en="{name}: saved {saved} + pending {pending} is not the total {total}",
    )
    def balance(cls, params: Params) -> AddsUp:
        """The parts add up: saved + pending = total."""
        return AddsUp(("saved", "pending"), "total")

    @rule(
        "percent-within-tolerance",
        columns=("saved_percent", "saved", "total"),
        skip_null=("saved", "total"),
        th="{name}: ร้อยละ {saved_percent} ไม่ตรงกับ {saved} จาก {total} ({expected})",
        en="{name}: {saved_percent} percent is not {saved} of {total} ({expected})",
    )
    def percent_within_tolerance(cls, params: Params) -> RatioWithin:
        """The percent is within the campaign's tolerance of 100·saved/total."""
        return RatioWithin("saved_percent", "saved", "total", params["tolerance"])

    @rule(
        "percent-rounded",
        severity="warning",
        columns=("saved_percent", "saved", "total"),
        skip_null=("saved_percent", "saved", "total"),
        th="{name}: ร้อยละ {saved_percent} ไม่ได้ปัดเศษตามปกติ {saved} จาก {total} คือ {expected}",
        en="{name}: {saved_percent} is not rounded half up: {saved} of {total} is {expected}",
    )
    def percent_rounded(cls, params: Params) -> RatioRounded:
        """The percent, in hundredths, is rounded half up."""
        return RatioRounded("saved_percent", "saved", "total")

    @rule(
        "percent-to-hundredths",
        scope="document",
        severity="warning",
        observed="{worked_out}",
        expected="0",
        th="ร้อยละ {observed} ช่องพิมพ์ทศนิยมไม่ถึงสองตำแหน่ง จึงคำนวณใหม่จากจำนวน",
        en="{observed} percents are printed with fewer than two decimals and were worked out from the counts",
    )
    def percent_to_hundredths(cls, params: Params) -> dict[str, FactRule]:
        """Percents are printed with two decimals."""
        return {"worked_out": Equals("worked_out", 0)}

    @rule(
        "percent-rounded",
        scope="document",
        severity="warning",
        th="ร้อยละ {observed} ({fact}) ไม่ได้ปัดเศษตามปกติ ที่ถูกคือ {expected}",
        en="{fact} says {observed}, which is not rounded half up: {expected}",
    )
    def claimed_percent_rounded(cls, params: Params) -> dict[str, FactRule]:
        """The percents that the totals row and the prose claim are rounded half up."""
        claimed = (("table_total", "saved"), ("prose", "saved"), ("prose", "pending"))
        return {
            f"{source}_{m}_percent": RoundedPercent(f"{source}_{m}_percent", f"{source}_{m}", f"{source}_total")
            for source, m in claimed
        }

    @rule("provinces-complete", scope="group", columns=("province_code",))
    def provinces_complete(cls, params: Params) -> ContainsExactly:
        """Exactly the 76 provinces, each once."""
        return ContainsExactly(
            "province_code",
            provinces.expected_codes(),
            {p.code: (p.name_th, p.name_en) for p in provinces.all_provinces()},
            printed="province_th",
        )

    @rule("ordinals-in-sequence", scope="group", severity="warning", columns=("ordinal",))
    def ordinals_in_sequence(cls, params: Params) -> LinearSequence:
        """The rows are numbered from 1, without gap or duplicate."""
        return LinearSequence("ordinal")

    @rule(
        "totals-match",
        scope="group",
        columns=COUNTS,
        needs=tuple(f"table_total_{c}" for c in (*COUNTS, "saved_percent")),
    )
    def totals_match(cls, params: Params) -> SumsMatch:
        """Each grand total is the sum of its column; the overall percent follows from them."""
        return SumsMatch(COUNTS, "table_total_", ("saved", "total", "saved_percent"), params["tolerance"])

    @rule(
        "claims-match",
        scope="document",
        severity="warning",
        th="ข้อความระบุ {observed} แต่ตารางระบุ {expected} ({fact})",
        en="{fact}: the prose says {observed}, the table {expected}",
    )
    def claims_match(cls, params: Params) -> dict[str, FactRule]:
        """Each figure in the prose is the table's: its grand total, or the sum of its rows where it has none."""
        measures = (*COUNTS, "saved_percent")
        return {f"prose_{m}": SameFigure(f"prose_{m}", (f"table_total_{m}", f"rows_{m}")) for m in measures}

    @rule(
        "claims-add-up",
        scope="document",
        severity="warning",
        th="ตัวเลขในข้อความไม่สอดคล้องกัน: {fact} ระบุ {observed} ควรเป็น {expected}",
        en="the prose does not add up: {fact} says {observed}, expected {expected}",
    )
    def claims_add_up(cls, params: Params) -> dict[str, FactRule]:
        """In the prose saved + pending = total, and the two percents make 100 within a hundredth."""
        return {
            "prose_total": SumOf("prose_total", ("prose_saved", "prose_pending")),
            "prose_pending_percent": RestOfHundred("prose_pending_percent", "prose_saved_percent"),
        }

    @rule(
        "campaign-known",
        scope="document",
        observed="{campaigns_fit}",
        expected="1",
        th="ต้องเป็นของรายการเดียวที่รู้จัก แต่เข้าเกณฑ์ {observed} รายการ {campaign_printed}",
        en="the return must belong to one known campaign; {observed} fit {campaign_printed}"
        " (name it with --campaign, or put the file into the campaign's inbox folder)",
    )
    def campaign_known(cls, params: Params) -> dict[str, FactRule]:
        """The return belongs to one known campaign."""
        return {"campaign": Equals("campaigns_fit", 1)}

    @rule(
        "as-of-present",
        scope="document",
        observed="{as_of_printed}",
        expected="one as-of date, like ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        th="ต้องมีวันที่ของข้อมูลหนึ่งวันเท่านั้น พบ “{observed}”",
        en="there must be one as-of date; found “{observed}” (give it with --as-of if the document has none)",
    )
    def as_of_present(cls, params: Params) -> dict[str, FactRule]:
        """There is a single as-of date."""
        return {"as_of": Said("as_of", "as_of_dates")}

    @rule(
        "as-of-not-after-letter",
        scope="document",
        th="วันที่ของข้อมูล {as_of} อยู่หลังวันที่ {expected} ({fact})",
        en="the as-of date {as_of} is later than {expected} ({fact})",
        observed="{as_of}",
    )
    def as_of_not_after_letter(cls, params: Params) -> dict[str, FactRule]:
        """The as-of date is not after the document's own letter, nor after the day it was received."""
        return {fact: NotAfter("as_of", fact) for fact in ("letter_date", "received_on")}

    @rule(
        "as-of-within-campaign",
        scope="document",
        observed="{as_of}",
        expected="{campaign_opened_on} … {campaign_over_on}",
        th="วันที่ของข้อมูล {as_of} อยู่นอกช่วงเวลาของรายการ ({campaign_opened_on} ถึง {campaign_over_on})",
        en="the as-of date {as_of} is outside the campaign's time ({campaign_opened_on} to {campaign_over_on})",
    )
    def as_of_within_campaign(cls, params: Params) -> dict[str, FactRule]:
        """The as-of date is not before the campaign opened, and not long after it closed."""
        return {"campaign": Equals("days_outside_campaign", 0)}

    @rule(
        "as-of-worded",
        scope="document",
        severity="warning",
        observed="{unusual_dates_printed}",
        expected="a day, a Thai month and a year of four digits",
        th="วันที่ของข้อมูลพิมพ์ไม่ครบรูปแบบปกติ: {observed}",
        en="the as-of date is not printed in full: {observed}",
    )
    def as_of_worded(cls, params: Params) -> dict[str, FactRule]:
        """The as-of date has a Thai month and a year of four digits."""
        return {"unusual_dates": Equals("unusual_dates", 0)}

    @rule(
        "in-force",
        scope="document",
        observed="{cancellations_printed}",
        expected="a return that is in force",
        th="เอกสารระบุว่ายกเลิก หรือเป็นข้อมูลครั้งก่อน: {observed}",
        en="the document is marked as cancelled, or as a previous return: {observed}",
    )
    def in_force(cls, params: Params) -> dict[str, FactRule]:
        """Nothing on the document says that it was cancelled, or is of a previous time."""
        return {"cancellations": Equals("cancellations", 0)}

    @rule(
        "final",
        scope="document",
        severity="warning",
        observed="{drafts_printed}",
        expected="a return, no draft, plan or example",
        th="เอกสารระบุว่าเป็นร่าง แผน หรือตัวอย่าง: {observed}",
        en="the document is marked as a draft, a plan or an example: {observed}",
    )
    def final(cls, params: Params) -> dict[str, FactRule]:
        """Nothing on the document says that it is a draft, a plan or an example."""
        return {"drafts": Equals("drafts", 0)}

    @rule(
        "all-visible",
        scope="document",
        severity="warning",
        observed="{hidden_printed}",
        expected="nothing hidden, struck out, deleted or covered",
        th="เอกสารมีส่วนที่ซ่อน ขีดฆ่า หรือถูกปิดทับ: {observed}",
        en="parts of the document are hidden, struck out, deleted or covered: {observed}",
    )
    def all_visible(cls, params: Params) -> dict[str, FactRule]:
        """What was read is all that the document holds: no part of it is hidden, struck out or covered."""
        return {"hidden_parts": Equals("hidden_parts", 0)}

    @rule(
        "message-agrees",
        scope="document",
        severity="warning",
        observed="{corrections_beside_printed}",
        expected="a message that corrects nothing",
        th="ข้อความในอีเมลที่นำส่งแก้ไขรายงานที่แนบ: {observed}",
        en="the message that it came in corrects it: {observed}",
    )
    def message_agrees(cls, params: Params) -> dict[str, FactRule]:
        """The message that a return came in does not say that it is wrong."""
        return {"corrections_beside": Equals("corrections_beside", 0)}

    @rule(
        "values-fixed",
        scope="document",
        severity="warning",
        observed="{changing_printed}",
        expected="values that stay as they are",
        th="เอกสารมีค่าที่เปลี่ยนไปเมื่อเปิดดู: {observed}",
        en="parts of the document change when it is opened: {observed}",
    )
    def values_fixed(cls, params: Params) -> dict[str, FactRule]:
        """No value depends on the day on which the document is opened."""
        return {"changing_parts": Equals("changing_parts", 0)}

    @rule(
        "weekday-matches",
        scope="document",
        severity="warning",
        th="วันในสัปดาห์ที่ระบุไม่ตรงกับวันที่ {observed} ซึ่งเป็น{expected} ({fact})",
        en="{fact}: the weekday named is not that of {observed}, which is {expected}",
    )
    def weekday_matches(cls, params: Params) -> dict[str, FactRule]:
        """A weekday printed with a date is that date's weekday."""
        return {fact: OnWeekday(fact, f"{fact}_weekday") for fact in ("as_of", "letter_date", "deadline", "other_date")}

    @rule(
        "universe-matches-campaign",
        scope="document",
        severity="warning",
        needs=("authorities",),
        th="ยอดรวม อปท. {observed} แห่ง ไม่เท่ากับจำนวนของรายการนี้ {expected} แห่ง",
        en="the grand total is {observed} authorities, the campaign has {expected}",
    )
    def universe_matches_campaign(cls, params: Params) -> dict[str, FactRule]:
        """The grand total is the campaign's number of authorities."""
        return {"table_total_total": SameFigure("table_total_total", ("authorities",))}

    @rule(
        "universe-stable",
        scope="reference",
        severity="warning",
        columns=("total",),
        th="{name}: จำนวน อปท. เปลี่ยนจาก {previous_total} เป็น {total}",
        en="{name}: the number of authorities went from {previous_total} to {total}",
    )
    def universe_stable(cls, params: Params) -> SameAs:
        """A province's total is the previous return's."""
        return SameAs("total")

    @rule(
        "saved-never-decreases",
        scope="reference",
        severity="warning",
        columns=("saved",),
        th="{name}: จำนวนที่บันทึกแล้วลดลงจาก {previous_saved} เหลือ {saved}",
        en="{name}: saved fell from {previous_saved} to {saved}",
    )
    def saved_never_decreases(cls, params: Params) -> NotLessThan:
        """A province's saved is not less than the previous return's."""
        return NotLessThan("saved")

    @rule("not-a-stale-copy", scope="reference", severity="warning", columns=COUNTS)
    def not_a_stale_copy(cls, params: Params) -> NotAllSame:
        """Not all figures are the same as the previous return's under a later as-of date."""
        return NotAllSame(COUNTS)
