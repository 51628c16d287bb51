"""The data dictionary and the marts' lineage of the bundled datasets, made anew by `make pages`."""

from __future__ import annotations

from pathlib import Path

from province_table import MEANING, TABLES

from warehouse import lineage

DICTIONARY = Path(__file__).parents[2] / "docs" / "reference" / "data-dictionary.md"

if __name__ == "__main__":
    lineage.write(TABLES)
    MEANING.write(DICTIONARY)
