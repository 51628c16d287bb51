"""The provinces of Thailand, and which one a printed name means.

Belongs here: the committed table `provinces.csv` and exact look-ups in it. Does not belong here: guessing. A
name that is not in the table is unknown; `nearest` serves the message that says so, never the data.

Sources of the table: codes TIS 1099, the same numbers as in ISO 3166-2:TH; English names as in ISO 3166-2
(Royal Thai General System), Bangkok excepted; regions: the six geographic regions of the National Geographic
Committee (1977), younger provinces with the one they were split from; `ordinal`: the printed order of the
return of 11 June 2563; aliases: the two-letter abbreviations of official correspondence, and everyday names.
"""

import csv
import difflib
import functools
import re
from dataclasses import dataclass

from khrop.thai.digits import normalise
from khrop.thai.marks import skeleton

__all__ = ["Province", "all_provinces", "by_code", "by_skeleton", "expected_codes", "match", "nearest"]

# difflib takes quadratic time; the longest name has 15 characters, so nothing longer is near.
_LONGEST_COMPARED = 60
_PREFIX = re.compile(r"(?:จังหวัด|จ\.) ?")


@dataclass(frozen=True, slots=True)
class Province:
    """One row of the table.

    `code` is the two-digit TIS 1099 code as text, `iso` the ISO 3166-2 code ("TH-48"), `region` one of north,
    northeast, central, east, west, south. `in_return` is False for Bangkok alone, which reports elsewhere;
    `ordinal` is the place in the printed return, 1 to 76, None for Bangkok.
    """

    code: str
    iso: str
    name_th: str
    name_en: str
    region: str
    in_return: bool
    ordinal: int | None
    aliases: tuple[str, ...]


@functools.cache
def all_provinces() -> tuple[Province, ...]:
    """All 77, by code."""
    import importlib.resources  # 14 ms, only once a table is wanted

    table = importlib.resources.files("khrop.thai").joinpath("provinces.csv").read_text(encoding="utf-8")
    return tuple(_province(row) for row in csv.DictReader(table.splitlines()))


@functools.cache
def expected_codes() -> tuple[str, ...]:
    """The codes of the 76 provinces of a return, in the order in which it prints them."""
    placed = [(p.ordinal, p.code) for p in all_provinces() if p.ordinal is not None]
    return tuple(code for _, code in sorted(placed))


def by_code(code: str) -> Province:
    """The province with this TIS 1099 code; KeyError if there is none."""
    return _by_code()[code]


def match(name: str) -> Province | None:
    """The province that `name` names, or None.

    The name is normalised, one leading "จังหวัด" or "จ." is taken off, and the rest must equal a name or an
    alias. A space inside a name is a difference.
    """
    return _by_name().get(_bare(name))


def by_skeleton(name: str) -> Province | None:
    """The province whose name has the consonants of `name`, or None: for text whose vowels and tone marks were lost.

    All 77 differ in their consonants (a test says so). Never for text that came in whole: there a name that lacks a
    mark is misspelt, and unknown.
    """
    consonants = skeleton(name)
    found = _by_consonants().get(consonants)
    if found is None and consonants.startswith("จ"):
        found = _by_consonants().get(consonants.removeprefix("จงหวด" if consonants.startswith("จงหวด") else "จ"))
    return found


def nearest(name: str, n: int = 3) -> list[Province]:
    """Up to `n` provinces whose names look like `name`, the likest first; for messages only."""
    names = {p.name_th: p for p in all_provinces()}
    return [names[near] for near in difflib.get_close_matches(_bare(name)[:_LONGEST_COMPARED], names, n)]


def _bare(name: str) -> str:
    text = normalise(name).text
    prefix = _PREFIX.match(text)
    return text[prefix.end() :] if prefix else text


def _province(row: dict[str, str]) -> Province:
    return Province(
        code=row["code"],
        iso=row["iso"],
        name_th=row["name_th"],
        name_en=row["name_en"],
        region=row["region"],
        in_return=row["in_return"] == "true",
        ordinal=int(row["ordinal"]) if row["ordinal"] else None,
        aliases=tuple(row["aliases"].split("|")) if row["aliases"] else (),
    )


@functools.cache
def _by_code() -> dict[str, Province]:
    return {p.code: p for p in all_provinces()}


@functools.cache
def _by_name() -> dict[str, Province]:
    return {name: p for p in all_provinces() for name in (p.name_th, *p.aliases)}


@functools.cache
def _by_consonants() -> dict[str, Province]:
    return {skeleton(p.name_th): p for p in all_provinces()}
