"""The tile map: every province once, regions of one piece, and the colours of the site, which can be distinguished."""

from __future__ import annotations

from itertools import pairwise

import pytest

from khrop.thai import provinces
from pipelines.datasets.province_progress.site import scales
from pipelines.datasets.province_progress.site.tiles import Tile, tiles
from pipelines.publishing.site import palette

PLACED = {(tile.row, tile.col): tile for tile in tiles()}
REGIONS = sorted({tile.region for tile in tiles()})


def of(code: str) -> Tile:
    return next(tile for tile in tiles() if tile.province_code == code)


def test_every_province_has_one_tile_and_no_two_share_one() -> None:
    codes = [tile.province_code for tile in tiles()]
    assert sorted(codes) == sorted(p.code for p in provinces.all_provinces())
    assert len(PLACED) == len(codes)
    assert {tile.province_code for tile in tiles() if tile.in_return} == set(provinces.expected_codes())


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_is_of_one_piece(region: str) -> None:
    todo = {place for place, tile in PLACED.items() if tile.region == region}
    reached = [todo.pop()]
    while reached:
        row, col = reached.pop()
        beside = {(row + 1, col), (row - 1, col), (row, col + 1), (row, col - 1)} & todo
        todo -= beside
        reached += beside
    assert not todo


def test_the_country_lies_as_on_a_map() -> None:
    assert min(tiles(), key=lambda t: t.row).name_en == "Chiang Rai"
    assert max(tiles(), key=lambda t: (t.row, t.col)).name_en == "Narathiwat"
    assert max(tiles(), key=lambda t: (t.col, t.row)).name_en == "Ubon Ratchathani"
    assert of("58").col == of("83").col == 0, "Mae Hong Son and Phuket lie furthest west"
    for north, south in pairwise(("57", "54", "65", "60", "16", "14", "10", "86", "84", "80", "90", "95")):
        assert of(north).row < of(south).row, (north, south)
    assert (9, 1) not in PLACED, "the Gulf is open between the west and the mouths of the rivers"


def test_a_tile_bears_the_two_letters_of_its_province() -> None:
    assert of("81").abbreviation == "กบ"
    assert len({tile.abbreviation for tile in tiles()}) == 77


def test_every_colour_stands_out_from_what_it_lies_upon() -> None:
    assert [pair for pair in (*palette.pairs(), *scales.pairs()) if palette.contrast(*pair[:2]) < pair[2]] == []
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
