"""What a cell may say, in words for a person; and that a cell in doubt stays so whatever is known of it."""

from __future__ import annotations

import pytest

from pipelines.readers.candidate import Candidate, in_words
from pipelines.readers.document import Document, Meant, Sheet
from pipelines.readers.layout import cut

ROWS = [
    ["ลำดับ", "จังหวัด", "จำนวน อปท. (แห่ง)", "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)", "ยังไม่บันทึกข้อมูล (แห่ง)", "ร้อยละ"],
    ["๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"],
]


@pytest.mark.parametrize(
    ("probability", "percent"),
    [(1.0, ">99%"), (0.9954, ">99%"), (0.994, "99%"), (0.25, "25%"), (0.006, "1%"), (0.004, "<1%"), (0.0, "<1%")],
)
def test_what_is_not_certain_is_never_shown_as_certain(probability: float, percent: str) -> None:
    assert Candidate("๖๐", probability).percent == percent


def test_candidates_are_one_line_of_words() -> None:
    assert in_words([Candidate("๖๐", 0.97), Candidate("๖๑", 0.02)]) == "๖๐ (97%) / ๖๑ (2%)"
    assert in_words([]) == "?"


@pytest.mark.parametrize("doubt", [(), (Candidate("๖๒", 0.7), Candidate("๖๘", 0.2))])
def test_a_cell_in_doubt_stays_so_whatever_it_may_say(doubt: tuple[Candidate, ...]) -> None:
    meant = {(2, 3): Meant(doubt=doubt, picture=b"png")}
    table = cut(Document("picture", "", [Sheet("page 1", list(enumerate(ROWS, 1)), meant)]))
    assert table.doubts == {"page 1!R2C3": doubt}
    assert table.pictures == {"page 1!R2C3": b"png"}
