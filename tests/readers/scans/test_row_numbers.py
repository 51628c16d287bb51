"""A number that is neither the place of its row nor of a count that begins again is for a person."""

from __future__ import annotations

import pytest

from khrop.thai.digits import to_thai
from pipelines.readers.scans.digit_readings import Read, Reading
from pipelines.readers.scans.row_numbers import numbers


def cell(number: int | None, probability: float = -0.001) -> Read:
    return Read((Reading(to_thai(str(number)), probability, ()),)) if number else Read(())


@pytest.mark.parametrize(
    ("printed", "in_doubt"),
    [
        ([1, 2, 3, 4], []),
        ([1, 2, 3, 1, 2, 3, 4], []),
        ([1, 2, 32, 33, 34, 6], [3, 4, 5]),
        ([1, 2, None, 4], [3]),
        ([1, 2, 3, 1, 2], [4, 5]),
        ([1, 2, 3, 1, 2, 3, 6], [7]),
    ],
)
def test_numbers_follow_one_another_or_begin_again(printed: list[int | None], in_doubt: list[int]) -> None:
    found = numbers([cell(number) for number in printed])
    assert [place for place, number in enumerate(found, 1) if not number.certain] == in_doubt
    assert [number.text for number in found] == [to_thai(str(number or "")) for number in printed]


def test_a_number_of_another_count_is_read_with_certainty_only() -> None:
    found = numbers([cell(1), cell(2), cell(1), cell(2, probability=-0.5), cell(3)])
    assert [number.certain for number in found] == [True, True, False, False, False]


def test_a_number_of_which_every_reading_is_unlikely_is_in_doubt() -> None:
    found = numbers([cell(1), cell(2), cell(7, probability=-11.5), cell(4)])
    assert [number.certain for number in found] == [True, True, False, True]
    assert found[2].text == to_thai("7")
