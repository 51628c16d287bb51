"""The contract of the province return: 76 provinces, each with its authorities, saved, pending and percent.

Here belong the columns and what must hold among them, with an id, a severity and words for each. How rules are
run belongs in `khrop.engine`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pandera.pandas as pa
from pandera.typing import Series

from khrop import provinces
from khrop.engine import Part
from khrop.rules import ContractOptions, Params, rule
from khrop.vocabulary import ContainsExactly, LinearSequence, NotAllSame, SumsMatch

COUNTS = ("total", "saved", "pending")
LARGEST_COUNT = 10**9
"""No count of authorities comes near it; beyond it the sums of products below would leave 64 bits."""

col = nw.col


def hundredths(column: str) -> nw.Expr:
    """A percent in whole hundredths of a point, the only form in which percents are compared."""
    return (col(column) * 100).round().cast(nw.Int64)


def rounded_half_up(percent: str, part: str, whole: str) -> nw.Expr:
    """percent, in hundredths, = (20000·part + whole) // (2·whole), written without a division."""
    doubled = hundredths(percent) * 2 * col(whole)
    exact = col(part) * 20000 + col(whole)
    return (doubled <= exact) & (exact < doubled + col(whole) * 2)


def within(percent: str, part: str, whole: str, tolerance: float) -> nw.Expr:
    """abs(percent − 100·part/whole) ≤ tolerance points, in whole numbers."""
    allowed = round(tolerance * 100)
    return (hundredths(percent) * col(whole) - col(part) * 10000).abs() <= col(whole) * allowed


def percent_of(part: str, whole: str) -> Any:
    """What a percent should say, from the texts of a failing row: half up, two places."""

    def text(row: Mapping[str, str]) -> str:
        try:
            p, w = int(row[part]), int(row[whole])
        except (KeyError, ValueError):
            return ""
        return f"{(20000 * p + w) // (2 * w) / 100:.2f}" if w > 0 else ""

    return text


def _plus(row: Mapping[str, str]) -> str:
    return f"{row['saved']} + {row['pending']} = {int(row['saved']) + int(row['pending'])}" if _counted(row) else ""


def _counted(row: Mapping[str, str]) -> bool:
    return all(row.get(name, "").lstrip("-").isdigit() for name in ("saved", "pending"))


def _nearest(printed: str) -> list[str]:
    return [province.name_th for province in provinces.nearest(printed)]


class ProvinceProgress(pa.DataFrameModel):
    """A row a province: local authorities in all, those whose data are saved, those pending, percent saved."""

    snapshot_id: Series[str] | None = pa.Field(nullable=False, coerce=True)
    ordinal: Series[pa.Int64] = pa.Field(nullable=True, coerce=True, description="the row's printed number, 1…76")
    province_code: Series[str] = pa.Field(nullable=True, coerce=True, description="two digits, TIS 1099")
    province_th: Series[str] | None = pa.Field(nullable=True, coerce=True, description="the name as read")
    total: Series[pa.Int64] = pa.Field(coerce=True, description="authorities in all")
    saved: Series[pa.Int64] = pa.Field(coerce=True, description="authorities whose data are saved")
    pending: Series[pa.Int64] = pa.Field(coerce=True, description="authorities whose data are not")
    saved_percent: Series[float] = pa.Field(coerce=True, description="percent saved, points, two places")

    __contract__ = ContractOptions(
        version="1.0.0",
        title_th="ความคืบหน้ารายจังหวัด",
        title_en="Progress by province",
        snapshot="snapshot_id",
        key=("province_code", "province_th"),
        place="place",
        params={"tolerance": 0.01, "authorities": None},
    )

    @rule(
        "counts-whole",
        columns=COUNTS,
        observed="total {total}, saved {saved}, pending {pending}",
        expected="total ≥ 1, saved ≥ 0, pending ≥ 0",
        th="{province_th}: จำนวนต้องเป็นจำนวนเต็ม ไม่ว่าง ไม่ติดลบ และมี อปท. อย่างน้อย ๑ แห่ง ({observed})",
        en="{province_th}: counts must be whole, present and not negative, total at least 1 ({observed})",
    )
    def counts_whole(cls, params: Params) -> nw.Expr:
        """total ≥ 1; saved, pending ≥ 0; whole numbers."""
        whole = [(col(c) == col(c).round(0)) & (col(c) < LARGEST_COUNT) for c in COUNTS]
        return nw.all_horizontal(*whole, col("total") >= 1, col("saved") >= 0, col("pending") >= 0, ignore_nulls=False)

    @rule(
        "balance",
        columns=COUNTS,
        skip_null=True,
        observed=_plus,
        expected="{total}",
        th="{province_th}: บันทึกแล้ว {saved} รวมกับยังไม่บันทึก {pending} ไม่เท่ากับทั้งหมด {total}",
        en="{province_th}: saved {saved} + pending {pending} is not the total {total}",
    )
    def balance(cls, params: Params) -> nw.Expr:
        """saved + pending = total."""
        return col("saved") + col("pending") == col("total")

    @rule(
        "percent-within-tolerance",
        columns=("saved_percent", "saved", "total"),
        observed="{saved_percent}",
        expected=percent_of("saved", "total"),
        th="{province_th}: ร้อยละ {saved_percent} ไม่ตรงกับ {saved} จาก {total} ({expected})",
        en="{province_th}: {saved_percent} percent is not {saved} of {total} ({expected})",
    )
    def percent_within_tolerance(cls, params: Params) -> nw.Expr:
        """abs(percent − 100·saved/total) ≤ the campaign's tolerance."""
        return within("saved_percent", "saved", "total", float(params["tolerance"]))

    @rule(
        "percent-rounded",
        severity="warning",
        columns=("saved_percent", "saved", "total"),
        skip_null=True,
        observed="{saved_percent}",
        expected=percent_of("saved", "total"),
        th="{province_th}: ร้อยละ {saved_percent} ไม่ได้ปัดเศษตามปกติ {saved} จาก {total} คือ {expected}",
        en="{province_th}: {saved_percent} is not rounded half up: {saved} of {total} is {expected}",
    )
    def percent_rounded(cls, params: Params) -> nw.Expr:
        """percent, in hundredths, is rounded half up."""
        return rounded_half_up("saved_percent", "saved", "total")

    @rule(
        "percent-rounded",
        scope="document",
        severity="warning",
        th="ร้อยละ {observed} ({fact}) ไม่ได้ปัดเศษตามปกติ ที่ถูกคือ {expected}",
        en="{fact} says {observed}, which is not rounded half up: {expected}",
    )
    def claimed_percent_rounded(cls, params: Params) -> dict[str, Part]:
        """The percents that the totals row and the prose claim are rounded half up."""
        parts = {}
        for source, measure in (("table_total", "saved"), ("prose", "saved"), ("prose", "pending")):
            fact, part, whole = (f"{source}_{m}" for m in (f"{measure}_percent", measure, "total"))
            exact = (col(part) * 20000 + col(whole)) / (col(whole) * 2)
            parts[fact] = Part(
                rounded_half_up(fact, part, whole), needs=(fact, part, whole), expected=exact.floor() / 100
            )
        return parts

    @rule("provinces-complete", scope="group", columns=("province_code",))
    def provinces_complete(cls, params: Params) -> ContainsExactly:
        """Exactly the 76 provinces, each once."""
        return ContainsExactly(
            "province_code",
            provinces.expected_codes(),
            {p.code: (p.name_th, p.name_en) for p in provinces.all_provinces()},
            printed="province_th",
            near=_nearest,
        )

    @rule("ordinals-in-sequence", scope="group", severity="warning", columns=("ordinal",))
    def ordinals_in_sequence(cls, params: Params) -> LinearSequence:
        """The rows are numbered from 1, no gap, no double."""
        return LinearSequence("ordinal")

    @rule(
        "totals-match",
        scope="group",
        columns=COUNTS,
        needs=tuple(f"table_total_{c}" for c in (*COUNTS, "saved_percent")),
    )
    def totals_match(cls, params: Params) -> SumsMatch:
        """Each grand total is the sum of its column; the overall percent follows from them."""
        tolerance = round(float(params["tolerance"]) * 100)
        return SumsMatch(COUNTS, "table_total_", ("saved", "total", "saved_percent"), tolerance)

    @rule(
        "claims-match",
        scope="document",
        severity="warning",
        th="ข้อความระบุ {observed} แต่ตารางระบุ {expected} ({fact})",
        en="{fact}: the prose says {observed}, the table {expected}",
    )
    def claims_match(cls, params: Params) -> dict[str, Part]:
        """Each figure in the prose is the table's."""
        parts = {}
        for measure in (*COUNTS, "saved_percent"):
            prose, table = f"prose_{measure}", f"table_total_{measure}"
            same = hundredths(prose) == hundredths(table) if measure == "saved_percent" else col(prose) == col(table)
            parts[prose] = Part(same, needs=(prose, table), expected=col(table))
        return parts

    @rule(
        "claims-add-up",
        scope="document",
        severity="warning",
        th="ตัวเลขในข้อความไม่สอดคล้องกัน: {fact} ระบุ {observed} ควรเป็น {expected}",
        en="the prose does not add up: {fact} says {observed}, expected {expected}",
    )
    def claims_add_up(cls, params: Params) -> dict[str, Part]:
        """In the prose saved + pending = total, and the two percents make 100 within a hundredth."""
        counts = ("prose_saved", "prose_pending", "prose_total")
        percents = ("prose_saved_percent", "prose_pending_percent")
        whole = hundredths(percents[0]) + hundredths(percents[1])
        return {
            "prose_total": Part(
                col(counts[0]) + col(counts[1]) == col(counts[2]),
                needs=counts,
                expected=col(counts[0]) + col(counts[1]),
            ),
            "prose_pending_percent": Part((whole - 10000).abs() <= 1, needs=percents, expected=100 - col(percents[0])),
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
    def campaign_known(cls, params: Params) -> dict[str, Part]:
        """The return belongs to one known campaign."""
        return {"campaign": Part(col("campaigns_fit") == 1, needs=("campaigns_fit",))}

    @rule(
        "as-of-present",
        scope="document",
        columns=("as_of_dates", "as_of_printed"),
        observed="{as_of_printed}",
        expected="one as-of date, like ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
        th="ต้องมีวันที่ของข้อมูลหนึ่งวันเท่านั้น พบ “{observed}”",
        en="there must be one as-of date; found “{observed}” (give it with --as-of if the document has none)",
    )
    def as_of_present(cls, params: Params) -> dict[str, Part]:
        """An as-of date, one only."""
        return {"as_of": Part(~col("as_of").is_null() & (col("as_of_dates").fill_null(1) == 1))}

    @rule(
        "as-of-not-after-letter",
        scope="document",
        th="วันที่ของข้อมูล {as_of} อยู่หลังวันที่ {expected} ({fact})",
        en="the as-of date {as_of} is later than {expected} ({fact})",
        observed="{as_of}",
    )
    def as_of_not_after_letter(cls, params: Params) -> dict[str, Part]:
        """The as-of date is not after the document's own letter, nor after the day it was received."""
        return {
            fact: Part(col("as_of") <= col(fact), needs=("as_of", fact), expected=col(fact))
            for fact in ("letter_date", "received_on")
        }

    @rule(
        "weekday-matches",
        scope="document",
        severity="warning",
        th="วันในสัปดาห์ที่ระบุไม่ตรงกับวันที่ {observed}",
        en="the weekday named is not that of {observed}",
        expected="the weekday of the date",
    )
    def weekday_matches(cls, params: Params) -> dict[str, Part]:
        """A weekday named with a date is that date's weekday (1 Monday … 7 Sunday)."""
        return {
            fact: Part(col(fact).dt.weekday() == col(f"{fact}_weekday"), needs=(fact, f"{fact}_weekday"))
            for fact in ("as_of", "letter_date", "deadline")
        }

    @rule(
        "universe-matches-campaign",
        scope="document",
        severity="warning",
        needs=("authorities",),
        th="ยอดรวม อปท. {observed} แห่ง ไม่เท่ากับจำนวนของรายการนี้ {expected} แห่ง",
        en="the grand total is {observed} authorities, the campaign has {expected}",
    )
    def universe_matches_campaign(cls, params: Params) -> dict[str, Part]:
        """The grand total is the campaign's number of authorities."""
        fact = "table_total_total"
        return {fact: Part(col(fact) == col("authorities"), needs=(fact,), expected=col("authorities"))}

    @rule(
        "universe-stable",
        scope="reference",
        severity="warning",
        columns=("total",),
        observed="{total}",
        expected="{previous_total}",
        th="{province_th}: จำนวน อปท. เปลี่ยนจาก {previous_total} เป็น {total}",
        en="{province_th}: the number of authorities went from {previous_total} to {total}",
    )
    def universe_stable(cls, params: Params) -> nw.Expr:
        """A province's total is the previous return's."""
        return col("total") == col("previous_total")

    @rule(
        "saved-never-decreases",
        scope="reference",
        severity="warning",
        columns=("saved",),
        observed="{saved}",
        expected="≥ {previous_saved}",
        th="{province_th}: จำนวนที่บันทึกแล้วลดลงจาก {previous_saved} เหลือ {saved}",
        en="{province_th}: saved fell from {previous_saved} to {saved}",
    )
    def saved_never_decreases(cls, params: Params) -> nw.Expr:
        """saved is not less than the previous return's."""
        return col("saved") >= col("previous_saved")

    @rule("not-a-stale-copy", scope="reference", severity="warning", columns=COUNTS)
    def not_a_stale_copy(cls, params: Params) -> NotAllSame:
        """Not all figures are the same as the previous return's under a later as-of date."""
        return NotAllSame(COUNTS)
