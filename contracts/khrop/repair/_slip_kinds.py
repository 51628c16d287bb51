"""The kind of slip in a cell, from what is printed and what is proposed."""

from __future__ import annotations

from khrop.repair.figures import Figure, format_figure

KINDS = {
    "misread_digit": ("อ่านเลขผิดหนึ่งหลัก", "one digit misread"),
    "transposed": ("สลับเลขสองหลัก", "two digits transposed"),
    "dropped_digit": ("เลขหายหนึ่งหลัก", "a digit dropped"),
    "doubled_digit": ("เลขซ้ำหนึ่งหลัก", "a digit doubled"),
    "added_digit": ("เลขเกินหนึ่งหลัก", "an extra digit"),
    "misread": ("อ่านเลขผิด", "misread"),
    "columns_swapped": ("สลับคอลัมน์ในแถว", "columns swapped in the row"),
    "rows_interchanged": ("สลับค่ากับอีกแถวหนึ่ง", "interchanged with another row"),
    "shifted": ("ช่องในแถวเลื่อน", "cells of the row shifted"),
    "percent_truncated": ("ร้อยละถูกปัดเศษทิ้ง", "percent truncated instead of rounded"),
    "empty_cell": ("ช่องว่าง", "empty cell"),
    "row_missing": ("ไม่มีแถวนี้", "the row is missing"),
    "publisher_total": ("ยอดรวมที่ประกาศผิดเอง", "the publisher's own sum"),
}
"""Each kind of slip, in Thai and in English."""


def slip_kind(cell: Figure, value: int) -> str:
    """Return the kind of slip that turned a value into what is printed in one cell.

    Args:
        cell: What is printed.
        value: The true value: a count, or a ratio in hundredths.

    Returns:
        A key of `KINDS`. Slips that involve several cells are not known here.
    """
    if cell.empty:
        return "empty_cell"
    if cell.ratio and cell.value == value - 1:
        return "percent_truncated"
    printed = "".join(map(str, cell.digits))
    true = format_figure(value, cell.ratio).replace(".", "")
    if len(printed) == len(true):
        wrong = [place for place in range(len(true)) if printed[place] != true[place]]
        if len(wrong) == 1:
            return "misread_digit"
        neighbours = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return "transposed" if neighbours and sorted(printed) == sorted(true) else "misread"
    if len(printed) + 1 == len(true) and _extra_digit(true, printed):
        return "dropped_digit"
    if len(printed) == len(true) + 1 and (place := _extra_digit(printed, true)):
        twice = printed[place - 1] in printed[max(place - 2, 0) : place - 1] + printed[place : place + 1]
        return "doubled_digit" if twice else "added_digit"
    return "misread"


def _extra_digit(longer: str, shorter: str) -> int:
    """Return the place, from 1, of the first digit without which `longer` is `shorter`; 0 if there is none."""
    return next((i + 1 for i in range(len(longer)) if longer[:i] + longer[i + 1 :] == shorter), 0)
