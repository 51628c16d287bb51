"""Rules about the document of a return, whatever its table: campaign, dates, marks, what is hidden.

Here belongs what holds for any kind of return; the facts that these rules compare are those of its document. What must
hold in a table belongs in the table's own contract.
"""

from __future__ import annotations

import pandera.pandas as pa

from khrop.engine.compiling.pandera_bridge import rule
from khrop.model.document_rules import FactRule
from khrop.model.rule import Params
from khrop.vocabulary.claims import Equals, NotAfter, OnWeekday, Said


class ReturnDocument(pa.DataFrameModel):
    """The base of contracts of returns: it has no column, and the rules about a document alone."""

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
        expected="a final return",
        th="เอกสารระบุว่าเป็นร่าง แผน ตัวอย่าง หรือข้อมูลเบื้องต้น: {observed}",
        en="the document is marked as a draft, a plan, an example or preliminary: {observed}",
    )
    def final(cls, params: Params) -> dict[str, FactRule]:
        """Nothing on the document says that it is a draft, a plan, an example or preliminary."""
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
        "uncorrected",
        scope="document",
        severity="warning",
        observed="{corrections_printed}",
        expected="figures that the document does not correct",
        th="เอกสารแก้ไขตัวเลขของตนเอง: {observed}",
        en="the document corrects its own figures: {observed}",
    )
    def uncorrected(cls, params: Params) -> dict[str, FactRule]:
        """No note of the document says that a figure of it should be another."""
        return {"corrections": Equals("corrections", 0)}

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
