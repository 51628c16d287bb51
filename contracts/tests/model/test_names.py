"""Columns and facts have Thai names in Thai messages, where the contract gives them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from khrop import ContractOptions, check, rule
from khrop.model.names import END, START, marked, name_th
from khrop.vocabulary import AddsUp, GroupCounts

NAMES = {"plans": "แผนทั้งหมด", "sent": "ส่งแล้ว", "step=drawn up": "ร่าง", "step=sent": "ส่งแล้ว"}
STEPS = ["drawn up", "sent", "other"]


class Plans(pa.DataFrameModel):
    """Plans by place."""

    place_name: Series[str]
    plans: Series[int] = pa.Field(ge=1)
    sent: Series[int]
    late: Series[int]
    step: Series[str] | None = pa.Field(isin=STEPS)

    __contract__ = ContractOptions(version="1.0.0", key=("place_name",), names_th=NAMES)

    @rule("adds-up", columns=("plans", "sent", "late"))
    def adds_up(cls: type, params: Any) -> AddsUp:
        """sent + late = plans."""
        return AddsUp(("sent", "late"), "plans")

    @rule("as-many", scope="group", columns=("step",))
    def as_many(cls: type, params: Any) -> GroupCounts:
        """One plan is sent, another one is not."""
        return GroupCounts(("step",), (("sent", 1), ("other", 1)), others=False)


def test_a_thai_message_has_thai_names_and_all_else_those_of_the_contract() -> None:
    frame = pd.DataFrame({"place_name": ["A", "B"], "plans": [3, 0], "sent": [1, 0], "late": [1, 0]})
    found = {violation.rule_id: violation for violation in check(Plans, frame, scopes=("row",)).records}
    assert found["adds-up"].message_th == "A: ส่งแล้ว + late ไม่เท่ากับ แผนทั้งหมด (1 + 1 = 2, 3)"
    assert found["adds-up"].message_en == "A: sent + late is not plans (1 + 1 = 2, 3)"
    assert found["at-least"].message_th == "B: แผนทั้งหมด ต้องไม่น้อยกว่า 1 (0)"
    for violation in found.values():
        assert not {START, END} & set("".join(violation.as_dict().values()))


def test_a_column_s_values_have_thai_names_too() -> None:
    frame = pd.DataFrame({"place_name": ["A", "B"], "plans": 1, "sent": 1, "late": 0, "step": ["sent", "sunk"]})
    one_of, more, none = (
        check(Plans, frame.assign(step=["sent", "sunk"])).records[0],
        *[v for v in check(Plans, frame.assign(step="sent")).records if v.rule_id == "as-many"],
    )
    assert one_of.message_th == "B: step ต้องเป็นค่าใดค่าหนึ่งใน ร่าง, other, ส่งแล้ว (sunk)"
    assert one_of.message_en == "B: step must be one of drawn up, other, sent (sunk)"
    assert (more.message_th, more.message_en) == ("ส่งแล้ว: มี 2 แถว ต้องมี 1 แถว", "sent: 2 row(s), expected 1")
    assert none.message_th == "other: มี 0 แถว ต้องมี 1 แถว", "a value without a name goes by itself"


def test_claims_and_facts_of_any_document_have_names() -> None:
    assert name_th("prose_plans", NAMES) == "แผนทั้งหมด ข้อความในหนังสือ"
    assert name_th("letter_date", {}) == "วันที่ของหนังสือ"
    assert name_th("odd", NAMES) == "odd"
    assert marked("odd") == f"{START}odd{END}"
