"""A row is named by its own letters, never by its place."""

from __future__ import annotations

import pytest

from khrop.contracts.province_table import PRINTED_TABLE
from pipelines.readers.scans.row_names import names_of_rows, not_once

NAMES = PRINTED_TABLE.expected


def texts(**changed: str) -> list[tuple[str, ...]]:
    return [(changed.get(f"row{i}", name),) for i, name in enumerate(NAMES)]


def test_all_names_are_certain_where_they_are_read_well() -> None:
    found = names_of_rows(texts(), NAMES)
    assert [row.name for row in found] == list(NAMES)
    assert all(row.certain for row in found)


def test_a_name_that_lost_its_marks_is_certain() -> None:
    found = names_of_rows(texts(row5="จนทบร"), NAMES)
    assert NAMES[5] == "จันทบุรี"
    assert (found[5].name, found[5].certain) == ("จันทบุรี", True)


def test_rows_that_are_interchanged_are_named_as_they_are() -> None:
    a, b = NAMES.index("ระนอง"), NAMES.index("ระยอง")
    found = names_of_rows(texts(**{f"row{a}": "ระยอง", f"row{b}": "ระนอง"}), NAMES)
    assert (found[a].name, found[b].name) == ("ระยอง", "ระนอง")
    assert all(row.certain for row in found)


@pytest.mark.parametrize("other", ["ระยอง", "กระบี่", "กรุงเทพมหานคร", "", "รวมภาคใต้"])
def test_a_doubled_or_foreign_row_is_not_certain(other: str) -> None:
    at = NAMES.index("ระนอง")
    found = names_of_rows(texts(**{f"row{at}": other}), NAMES)
    assert not found[at].certain


def test_two_rows_that_are_read_alike_are_not_both_certain() -> None:
    a, b = NAMES.index("ระนอง"), NAMES.index("ระยอง")
    found = names_of_rows(texts(**{f"row{a}": "ระยอง", f"row{b}": "ระยอง"}), NAMES)
    assert not (found[a].certain and found[b].certain)


def test_one_row_too_many_is_not_certain() -> None:
    found = names_of_rows([*texts(), ("กระบี่",)], NAMES)
    assert not all(row.certain for row in found)


def test_two_readings_that_disagree_are_not_certain() -> None:
    at = NAMES.index("ระนอง")
    some = texts()
    some[at] = ("ระนอง", "ระยอง")
    assert not names_of_rows(some, NAMES)[at].certain


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (NAMES, ""),
        (NAMES[1:], "75 rows were found, 76 are expected; without กระบี่"),
        ((*NAMES[1:], NAMES[1]), "more than once กาญจนบุรี; without กระบี่"),
        ((*NAMES, NAMES[1]), "77 rows were found, 76 are expected; more than once กาญจนบุรี"),
    ],
)
def test_what_says_which_rows_are_missing_or_doubled(found: tuple[str, ...], wrong: str) -> None:
    assert not_once(found, NAMES) == wrong
