"""Where each province lies on the tile map: one tile a province, laid out so that the country is recognised.

The layout is this project's own and stands in `tiles.csv`: neighbours lie side by side where the grid lets them, each
region is of one piece, and the seas stay open. Bangkok, which reports elsewhere, has a tile without a figure.
"""

from __future__ import annotations

import csv
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from khrop.thai import provinces

LAYOUT = Path(__file__).parent / "tiles.csv"
_ABBREVIATION = re.compile(r"[ก-ฮ]{2}")


@dataclass(frozen=True, slots=True)
class Tile:
    """A province's place on the grid; `row` and `col` count from 0 at the top left."""

    province_code: str
    row: int
    col: int
    abbreviation: str
    name_th: str
    name_en: str
    region: str
    in_return: bool


@functools.cache
def tiles() -> tuple[Tile, ...]:
    """All 77 tiles, from the top left, row by row: the order in which they are read out."""
    with LAYOUT.open(encoding="utf-8", newline="") as file:
        placed = [(int(line["row"]), int(line["col"]), line["province_code"]) for line in csv.DictReader(file)]
    return tuple(_tile(code, row, col) for row, col, code in sorted(placed))


def abbreviation(code: str) -> str:
    """The two letters by which a province is known officially: "กบ" for Krabi."""
    return next(name for name in provinces.by_code(code).aliases if _ABBREVIATION.fullmatch(name))


def _tile(code: str, row: int, col: int) -> Tile:
    p = provinces.by_code(code)
    return Tile(code, row, col, abbreviation(code), p.name_th, p.name_en, p.region, p.in_return)
