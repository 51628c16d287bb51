"""Headings and dates in many words: a known wording is understood, an unknown qualifier makes it something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest
from look_alikes.words import OTHER_DATES, OWN_DATES, QUALIFIERS, SYNONYMS, qualified, worded

from pipelines.datasets.province_progress.form import FORM
from pipelines.readers.document import Cell
from pipelines.readers.headings import field_of
from pipelines.readers.statements import as_of
from pipelines.readers.table_form import reading_for

DAY = date(2020, 7, 9)


@pytest.fixture(autouse=True)
def _of_provinces() -> Iterator[None]:
    with reading_for([FORM]):
        yield


def dates(text: str) -> dict[str, list[object]]:
    """The dates that a line gives, by the source of the claim."""
    found: dict[str, list[object]] = {}
    for claim in as_of.claims(Cell("text", 1, 1, text, text, "")):
        found.setdefault(claim.source, []).append(claim.value)
    return found


@pytest.mark.parametrize("field", SYNONYMS)
def test_each_known_heading_is_its_field(field: str) -> None:
    assert {heading: field_of(heading) for heading in SYNONYMS[field]} == dict.fromkeys(SYNONYMS[field], field)


@pytest.mark.parametrize("qualifier", QUALIFIERS)
def test_a_heading_with_an_unknown_word_is_no_field(qualifier: str) -> None:
    ways = [way for known in SYNONYMS.values() for heading in known for way in qualified(heading, qualifier)]
    assert [way for way in ways if field_of(way)] == []


@pytest.mark.parametrize("given_to", OTHER_DATES)
def test_a_date_that_is_given_to_something_else_is_no_as_of_date(given_to: str) -> None:
    lines = [worded(wording, DAY, Random(n)) for wording in OTHER_DATES[given_to] for n in range(6)]
    assert [line for line in lines if DAY in dates(line).get("document", [])] == []


@pytest.mark.parametrize("wording", OWN_DATES)
def test_a_date_that_is_given_to_nothing_else_is_the_as_of_date(wording: str) -> None:
    lines = {worded(wording, DAY, Random(n)) for n in range(6)}
    assert [line for line in lines if DAY not in dates(line).get("document", [])] == []
