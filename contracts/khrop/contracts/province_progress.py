"""The contract of the province return: 76 provinces, each with its authorities, saved, pending and percent.

Here belong the columns and what must hold among them, with an id, a severity and messages for each. Rules are run in
`khrop.engine.check`; those about the document alone are in `khrop.contracts.return_document`.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from khrop.contracts.province_table import PRINTED_TABLE
from khrop.contracts.return_document import ReturnDocument
from khrop.engine.compiling.pandera_bridge import rule
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
from khrop.vocabulary.claims import Equals, RestOfHundred, RoundedPercent, SameFigure, SumOf

MINIMA = {"total": 1, "saved": 0, "pending": 0}
"""The least value of each count."""
COUNTS = tuple(MINIMA)
"""The columns of counts."""


class ProvinceFigures(pa.DataFrameModel):
    """The columns of the province return, and what must hold among its figures."""

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
        version="1.2.0",
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


class ProvinceProgress(ReturnDocument, ProvinceFigures):
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
