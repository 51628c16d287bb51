"""Returns as each program makes them, held against their truth: every figure, name, total, claim and date."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from held_returns import Entry, entries, held

from khrop.thai import provinces

RETURNS = Path(__file__).parents[2] / "returns"
ENTRIES = list(entries(RETURNS / "producers" / "MANIFEST.json", RETURNS))
READ = [e for e in ENTRIES if e.verdict == "accepted*"]
NOT_READ = [e for e in ENTRIES if e.verdict != "accepted*"]
LARGEST, ALL_RETURNS = 100_000, 6_000_000
"""Bytes of one of these files, and of all returns that the tests hold."""


def named(some: list[Entry]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", some, ids=[e.path.name for e in some])


def test_the_returns_are_of_every_program_and_small() -> None:
    producers = " ".join(e.producer for e in ENTRIES)
    for program in (
        "LibreOffice Writer", "LibreOffice Calc", "Chromium", "WeasyPrint", "wkhtmltopdf", "typst", "cairo",
        "Ghostscript",
    ):  # fmt: skip
        assert program in producers
    forms = Counter(e.path.suffix for e in ENTRIES)
    assert set(forms) == {".pdf", ".xls", ".xlsx", ".ods", ".docx", ".html", ".txt"}
    sizes = [e.path.stat().st_size for e in ENTRIES]
    assert max(sizes) <= LARGEST
    assert sum(path.stat().st_size for path in RETURNS.rglob("*") if path.is_file()) <= ALL_RETURNS
    assert {e.path for e in ENTRIES} == {p for p in (RETURNS / "producers").iterdir() if p.suffix != ".json"}


@named(READ)
def test_a_return_is_read_as_it_is_printed_and_accepted(entry: Entry) -> None:
    found = held(entry)
    assert found.wrong == []
    assert (found.right, found.named) == (76, 76)
    assert [row["province_code"] for row in found.judgement.rows] == list(provinces.expected_codes())
    assert found.as_intended, [v.message_en for v in found.judgement.violations if v.severity == "error"]


@named(NOT_READ)
def test_what_cannot_be_read_is_set_aside_with_a_reason_and_no_figure_of_it_is_wrong(entry: Entry) -> None:
    found = held(entry)
    assert found.as_intended
    assert not found.judgement.accepted
    assert any(v.severity == "error" and v.message_th and v.message_en for v in found.judgement.violations)
