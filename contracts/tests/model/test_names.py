"""Columns and facts have Thai names in Thai messages, where the contract gives them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from khrop import ContractOptions, check, rule
from khrop.model.names import END, START, marked, name_th
from khrop.vocabulary import AddsUp

NAMES = {"plans": "แผนทั้งหมด", "sent": "ส่งแล้ว"}


class Plans(pa.DataFrameModel):
    """Plans by place."""

    place_name: Series[str]
    plans: Series[int] = pa.Field(ge=1)
    sent: Series[int]
    late: Series[int]

    __contract__ = ContractOptions(version="1.0.0", key=("place_name",), names_th=NAMES)

    @rule("adds-up", columns=("plans", "sent", "late"))
    def adds_up(cls: type, params: Any) -> AddsUp:
        """sent + late = plans."""
        return AddsUp(("sent", "late"), "plans")


def test_a_thai_message_has_thai_names_and_all_else_those_of_the_contract() -> None:
    frame = pd.DataFrame({"place_name": ["A", "B"], "plans": [3, 0], "sent": [1, 0], "late": [1, 0]})
    found = {violation.rule_id: violation for violation in check(Plans, frame).records}
    assert found["adds-up"].message_th == "A: ส่งแล้ว + late ไม่เท่ากับ แผนทั้งหมด (1 + 1 = 2, 3)"
    assert found["adds-up"].message_en == "A: sent + late is not plans (1 + 1 = 2, 3)"
    assert found["at-least"].message_th == "B: แผนทั้งหมด ต้องไม่น้อยกว่า 1 (0)"
    for violation in found.values():
        assert not {START, END} & set("".join(violation.as_dict().values()))


def test_claims_and_facts_of_any_document_have_names() -> None:
    assert name_th("prose_plans", NAMES) == "แผนทั้งหมด ข้อความในหนังสือ"
    assert name_th("letter_date", {}) == "วันที่ของหนังสือ"
    assert name_th("odd", NAMES) == "odd"
    assert marked("odd") == f"{START}odd{END}"
