"""The data dictionary and the marts' lineage of the bundled datasets, made anew by `make pages`."""

from __future__ import annotations

from pathlib import Path

from province_table import ALL_TABLES

from warehouse import lineage
from warehouse.meaning import meaning_for

DICTIONARY = Path(__file__).parents[3] / "docs" / "reference" / "data-dictionary.md"

MEANING = meaning_for(ALL_TABLES)

if __name__ == "__main__":
    for tables in ALL_TABLES:
        lineage.write(tables)
    MEANING.write(DICTIONARY)
