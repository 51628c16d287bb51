"""Every table and column says what it means, and the page that lists them is the one that the SQL makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_writers.dataset_pages import ALL_TABLES
from page_writers.dataset_pages import MEANING as meaning
from province_table import EXPORTED

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "data-dictionary.md"


def test_the_page_is_the_one_that_the_sql_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == meaning.dictionary(), "run make docs"


@pytest.mark.parametrize("table", meaning.table_names())
def test_every_table_and_every_column_has_a_meaning(table: str) -> None:
    assert meaning.of(table)
    assert [name for name, _, text in meaning.columns_of(table) if not text] == []
    assert meaning.columns_of(table)


def test_the_dictionary_knows_what_is_exported_and_the_macro() -> None:
    assert set(EXPORTED) <= set(meaning.table_names())
    marts = {f"mart.{name}" for tables in ALL_TABLES for name in tables.mart_names}
    assert {*marts, "mart.reconciliation"} <= set(meaning.table_names())
    assert [call for call, text in meaning.macros() if text] == [
        "core.local_authority_as_known(moment)", "core.province_progress_as_known(moment)",
    ]  # fmt: skip


def test_no_meaning_breaks_the_markdown_table() -> None:
    for line in meaning.dictionary().splitlines():
        assert not line.startswith("|") or line.count("|") == 4


def test_writing_makes_the_page(tmp_path: Path) -> None:
    meaning.write(tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == meaning.dictionary()
