"""The register's contract: a whole register is accepted, and each rule fails where what it is about is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest

import khrop
from khrop.contracts.local_authority import KINDS, STATUSES, LocalAuthority, known_counts

DOCUMENT = {"as_of": date(2020, 6, 11), "campaign_opened_on": date(2020, 5, 19)}


@cache
def _rows() -> pd.DataFrame:
    made = []
    for code, kind, number in known_counts():
        for at in range(number):
            district = 0 if kind == "pao" else at % 9
            authority = f"{list(KINDS).index(kind) + 1}{code}{district:02d}{at:03d}"
            made.append((authority, f"{KINDS[kind]}ที่ {at}", kind, f"อำเภอที่ {district}", code))
    frame = pd.DataFrame(made, columns=["authority_code", "name_th", "kind", "district", "province_code"])
    frame["status"] = [list(STATUSES)[at % 3] for at in range(len(frame))]
    frame["saved_on"] = pd.Series(pd.NaT, frame.index).mask(frame["status"] == "saved", pd.Timestamp("2020-06-09"))
    for column, part in {"code_kind": slice(0, 1), "code_province": slice(1, 3), "code_district": slice(3, 5)}.items():
        frame[column] = frame["authority_code"].str[part]
    return frame.assign(note=pd.array([None] * len(frame), dtype="str"))


def register() -> pd.DataFrame:
    """A register of all authorities, as the department counted them."""
    return _rows().copy()


def changes(*codes: str) -> dict[str, Any]:
    return {"authority_changes": pd.DataFrame({"authority_code": pd.array(codes, dtype="str")})}


def test_the_counts_are_those_of_the_department() -> None:
    assert sum(number for *_, number in known_counts()) == 7850
    assert sum(kind == "pao" for _, kind, _ in known_counts()) == 76


def test_a_whole_register_is_accepted() -> None:
    verdict = khrop.check(LocalAuthority, register(), document=DOCUMENT, previous=register(), references=changes())
    assert (verdict.status, verdict.not_run) == ("accepted", ())


Change = Callable[[pd.DataFrame], pd.DataFrame]


def put(row: int, **values: Any) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        for column, value in values.items():
            frame.loc[row, column] = value
        return frame

    return change


def without(row: int) -> Change:
    return lambda frame: frame.drop(index=row)


# Row 0 is the provincial organisation of Samut Prakan; saved, in progress and not started take turns.
BROKEN: dict[str, tuple[Change, dict[str, int]]] = {
    "an unknown kind": (put(5, kind="อบต"), {"one-of": 1, "counts-as-known": 2, "code-kind": 1}),
    "an unknown status": (put(4, status="done"), {"one-of": 1}),
    "saved without a day": (put(3, saved_on=pd.NaT), {"saved-on-present": 1}),
    "a day without being saved": (put(4, saved_on=pd.Timestamp("2020-06-09")), {"saved-on-present": 1}),
    "saved before the campaign": (put(3, saved_on=pd.Timestamp("2020-05-18")), {"saved-on-within": 1}),
    "saved after the day": (put(3, saved_on=pd.Timestamp("2020-06-12")), {"saved-on-within": 1}),
    "saved at a later hour of the next day": (
        put(3, saved_on=pd.Timestamp("2020-06-12 00:01")),
        {"saved-on-within": 1},
    ),
    "saved at the last hour of the day": (put(3, saved_on=pd.Timestamp("2020-06-11 23:59")), {}),
    "a code twice": (lambda frame: put(5, authority_code=frame.loc[4, "authority_code"])(frame), {"code-unique": 1}),
    "a code of another province": (put(5, code_province="99"), {"code-province": 1}),
    "a code's district under two names": (put(5, district="อื่น"), {"code-district": 1}),
    "a name twice": (
        lambda frame: put(25, **frame.loc[24, ["name_th", "district", "kind", "code_district"]])(frame),
        {"names-unique": 1},
    ),
    "no provincial organisation": (without(0), {"provincial-organisation-once": 1, "counts-as-known": 1}),
    "an authority fewer": (without(5), {"counts-as-known": 1}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_each_rule_fails_where_its_matter_is_changed(case: str) -> None:
    change, expected = BROKEN[case]
    frame = change(register())
    assert khrop.check(LocalAuthority, frame, document=DOCUMENT).counts() == expected


def test_an_official_reads_kinds_statuses_and_provinces_by_their_names() -> None:
    frame = put(4, status="done")(without(5)(register()))
    status, count = (v for v in khrop.check(LocalAuthority, frame, document=DOCUMENT).records)
    assert "อยู่ระหว่างบันทึก, ยังไม่บันทึก, บันทึกแล้ว" in status.message_th
    assert "จังหวัดสมุทรปราการ" in count.message_th
    assert not {"sao", "11", "pao"} & set(count.message_th.replace(",", " ").replace(":", " ").split())


def test_nothing_was_saved_after_the_reception() -> None:
    frame = put(3, saved_on=pd.Timestamp("2020-06-11 12:01"))(register())
    received = DOCUMENT | {"received_at": datetime(2020, 6, 11, 12, 0)}
    (violation,) = khrop.check(LocalAuthority, frame, document=received).records
    assert (violation.rule_id, violation.severity) == ("saved-on-before-reception", "warning")
    assert khrop.check(LocalAuthority, register(), document=received).status == "accepted"


def test_a_status_goes_back_only_with_a_note() -> None:
    now = register()
    put(0, status="not_started", saved_on=pd.NaT)(now)
    put(3, status="in_progress", saved_on=pd.NaT, note="บันทึกผิดแห่ง")(now)
    put(5, status="saved", saved_on=pd.Timestamp("2020-06-10"))(now)
    (violation,) = khrop.check(
        LocalAuthority, now, document=DOCUMENT, previous=register(), references=changes()
    ).records
    assert (violation.rule_id, violation.severity) == ("status-kept", "warning")
    assert violation.message_th == f"{_rows().loc[0, 'name_th']}: สถานะถอยกลับจากครั้งก่อนโดยไม่มีหมายเหตุ"


def test_authorities_come_and_go_only_by_a_known_change() -> None:
    now = register()
    put(4, authority_code="41100999")(now)
    verdict = khrop.check(LocalAuthority, now, document=DOCUMENT, previous=register(), references=changes())
    assert {v.key for v in verdict.records if v.rule_id == "authorities-kept"} == {
        "41100999", _rows().loc[4, "authority_code"],
    }  # fmt: skip
    known = changes("41100999", str(_rows().loc[4, "authority_code"]))
    assert (
        khrop.check(LocalAuthority, now, document=DOCUMENT, previous=register(), references=known).status == "accepted"
    )


def test_a_campaign_may_leave_the_known_counts_aside() -> None:
    frame = without(5)(register())
    assert khrop.check(LocalAuthority, frame, document=DOCUMENT, params={"counts": False}).counts() == {}


def test_the_code_s_parts_may_be_left_out() -> None:
    frame = register().drop(columns=["code_kind", "code_province", "code_district"])
    verdict = khrop.check(LocalAuthority, frame, document=DOCUMENT)
    assert (verdict.status, {n.rule_id for n in verdict.not_run if n.rule_id.startswith("code-")}) == (
        "accepted", {"code-kind", "code-province", "code-district"},
    )  # fmt: skip
