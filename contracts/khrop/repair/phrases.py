"""Words for what is wrong with a cell, in Thai and in English.

Here belongs the name of a slip, told from what is printed and what is proposed, and how a value is printed.
"""

from __future__ import annotations

from khrop.repair.figures import Figure, plain
from khrop.thai.digits import to_thai

KINDS = {
    "misread_digit": ("อ่านเลขผิดหนึ่งหลัก", "one digit misread"),
    "transposed": ("สลับเลขสองหลัก", "two digits transposed"),
    "dropped_digit": ("เลขหายหนึ่งหลัก", "a digit dropped"),
    "doubled_digit": ("เลขซ้ำหนึ่งหลัก", "a digit doubled"),
    "added_digit": ("เลขเกินหนึ่งหลัก", "a digit too many"),
    "misread": ("อ่านเลขผิด", "misread"),
    "columns_swapped": ("สลับคอลัมน์ในแถว", "columns swapped in the row"),
    "rows_interchanged": ("สลับค่ากับอีกแถวหนึ่ง", "interchanged with another row"),
    "shifted": ("ช่องในแถวเลื่อน", "cells of the row shifted"),
    "percent_truncated": ("ร้อยละถูกปัดเศษทิ้ง", "percent cut off instead of rounded"),
    "empty_cell": ("ช่องว่าง", "empty cell"),
    "row_missing": ("ไม่มีแถวนี้", "the row is absent"),
    "publisher_total": ("ยอดรวมที่ประกาศผิดเอง", "the publisher's own sum"),
}
"""Each kind of slip in a cell."""


SAID = {
    "table_total": ("แถวรวม", "the totals row"),
    "prose": ("ข้อความ", "the prose"),
    "total": ("ทั้งหมด", "total"),
    "saved": ("บันทึกแล้ว", "saved"),
    "pending": ("ยังไม่บันทึก", "pending"),
    "percent": ("ร้อยละ", "percent"),
    "saved_percent": ("ร้อยละที่บันทึกแล้ว", "saved_percent"),
    "pending_percent": ("ร้อยละที่ยังไม่บันทึก", "pending_percent"),
}
"""What a person calls the columns of a province return, and what is said of the whole. Others go by their names."""


def called(name: str) -> tuple[str, str]:
    """A row or column as a person calls it, in Thai and in English."""
    return SAID.get(name, (name, name))


def slip(cell: Figure, value: int) -> str:
    """The kind of slip that made `value` what is printed in one cell."""
    if cell.empty:
        return "empty_cell"
    if cell.ratio and cell.value == value - 1:
        return "percent_truncated"
    printed = "".join(map(str, cell.digits))
    true = plain(value, cell.ratio).replace(".", "")
    if len(printed) == len(true):
        apart = [place for place in range(len(true)) if printed[place] != true[place]]
        if len(apart) == 1:
            return "misread_digit"
        turned = len(apart) == 2 and apart[1] == apart[0] + 1
        return "transposed" if turned and sorted(printed) == sorted(true) else "misread"
    if len(printed) + 1 == len(true) and _without_one(true, printed):
        return "dropped_digit"
    if len(printed) == len(true) + 1 and (place := _without_one(printed, true)):
        twice = printed[place - 1] in printed[max(place - 2, 0) : place - 1] + printed[place : place + 1]
        return "doubled_digit" if twice else "added_digit"
    return "misread"


def _without_one(longer: str, shorter: str) -> int:
    """The place, counted from 1, of a digit without which `longer` is `shorter`; 0 where there is none."""
    return next((i + 1 for i in range(len(longer)) if longer[:i] + longer[i + 1 :] == shorter), 0)


def shown(value: int, ratio: bool, thai: bool, grouped: bool) -> str:
    """A value as the table would print it."""
    text = plain(value, ratio)
    if grouped and not ratio:
        text = f"{value:,}"
    return to_thai(text) if thai else text
