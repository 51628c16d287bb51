"""The provinces of Thailand, and exact look-ups by code and name.

Here belong the committed table `provinces.csv` and exact look-ups in it. There is no fuzzy matching: a name that is not
in the table is unknown; `nearest` serves the message that reports it, never the data.

Sources of the table: codes TIS 1099, the same numbers as in ISO 3166-2:TH; English names as in ISO 3166-2 (Royal Thai
General System), Bangkok excepted; regions: the six geographic regions of the National Geographic Committee (1977),
younger provinces with the province they were split from; `ordinal`: the printed order of the return of 11 June 2563;
aliases: the two-letter abbreviations of official correspondence, and everyday names.
"""

import csv
import difflib
import functools
import re
from dataclasses import dataclass

from khrop.thai.digits import normalise
from khrop.thai.marks import skeleton

__all__ = ["Province", "all_provinces", "by_code", "by_skeleton", "expected_codes", "match", "nearest"]

# difflib takes quadratic time; the longest name has 15 characters, so nothing longer is similar.
_LONGEST_COMPARED = 60
_PREFIX = re.compile(r"(?:สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด|สถจ\.?|จังหวัด|จ\.) ?")
_CUT_SHORT = "ฯ"
_LEAST_STEM = 4


@dataclass(frozen=True, slots=True)
class Province:
    """A row of the table of provinces.

    Attributes:
        code: The two-digit TIS 1099 code as text.
        iso: The ISO 3166-2 code ("TH-48").
        name_th: The name in Thai.
        name_en: The name in English.
        region: north, northeast, central, east, west or south.
        in_return: False for Bangkok alone, which reports elsewhere.
        ordinal: The position in the printed return, 1 to 76; None for Bangkok.
        aliases: Other names in Thai.
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
    """Return all 77 provinces in the order of their codes."""
    import importlib.resources  # takes 14 ms, so not before the table is used

    table = importlib.resources.files("khrop.thai").joinpath("provinces.csv").read_text(encoding="utf-8")
    return tuple(_province(row) for row in csv.DictReader(table.splitlines()))


@functools.cache
def expected_codes() -> tuple[str, ...]:
    """Return the codes of the 76 provinces of a return, in the order in which it prints them."""
    placed = [(p.ordinal, p.code) for p in all_provinces() if p.ordinal is not None]
    return tuple(code for _, code in sorted(placed))


def by_code(code: str) -> Province:
    """Return the province with a TIS 1099 code.

    Args:
        code: Two digits as text.

    Returns:
        The province.

    Raises:
        KeyError: There is no province with this code.
    """
    return _by_code()[code]


def match(name: str) -> Province | None:
    """Find the province with a printed name.

    The name is normalised, a leading "จังหวัด", "จ." or "สถจ." is removed, and the rest must equal a name in Thai or
    English (in any case) or an alias, or be the beginning of a single name with the sign ฯ, which says that the rest
    is left out. A space inside a name is a difference.

    Args:
        name: The name as printed.

    Returns:
        The province; None where the name is unknown.

    Example:
        >>> from khrop import provinces
        >>> provinces.match("จังหวัดแพร่").code
        '54'
        >>> provinces.match("นครศรีฯ").code, provinces.match("krabi").code
        ('80', '81')
        >>> provinces.match("แพร") is None
        True
    """
    bare = _strip_prefix(name)
    return _by_name().get(bare.casefold()) or _cut_short(bare)


def _cut_short(name: str) -> Province | None:
    stem = name.removesuffix(_CUT_SHORT).rstrip()
    if stem == name or len(stem) < _LEAST_STEM:
        return None
    begun = [p for p in all_provinces() if p.name_th.startswith(stem)]
    return begun[0] if len(begun) == 1 else None


def by_skeleton(name: str) -> Province | None:
    """Find the province whose name has the same consonants, for text whose vowels and tone marks were lost.

    All 77 names differ in their consonants (a test checks it). Never use it for undamaged text: there a name that lacks
    a mark is misspelt, and unknown.

    Args:
        name: The name as the damaged text has it.

    Returns:
        The province; None where no name has these consonants.
    """
    consonants = skeleton(name)
    province = _by_consonants().get(consonants)
    if province is None and consonants.startswith("จ"):
        province = _by_consonants().get(consonants.removeprefix("จงหวด" if consonants.startswith("จงหวด") else "จ"))
    return province


def nearest(name: str, n: int = 3) -> list[Province]:
    """Return the provinces whose names are most similar to a name; for messages only.

    Args:
        name: The name as printed.
        n: The most provinces to return.

    Returns:
        Up to `n` provinces, the most similar first.

    Example:
        >>> from khrop import provinces
        >>> [province.name_th for province in provinces.nearest("แพร", n=1)]
        ['แพร่']
    """
    names = {p.name_th: p for p in all_provinces()}
    return [names[near] for near in difflib.get_close_matches(_strip_prefix(name)[:_LONGEST_COMPARED], names, n)]


def _strip_prefix(name: str) -> str:
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
    return {name.casefold(): p for p in all_provinces() for name in (p.name_th, p.name_en, *p.aliases)}


@functools.cache
def _by_consonants() -> dict[str, Province]:
    return {skeleton(p.name_th): p for p in all_provinces()}
