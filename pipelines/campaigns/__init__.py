"""Campaigns are data: a TOML file for each, here or under $KHROP_HOME/campaigns. A new campaign needs no code.

Here belong reading these files and recognising the campaign of a return.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from khrop.model.rule import options_of
from khrop.thai.digits import normalise
from khrop.thai.marks import is_mangled, restore
from khrop.thai.provinces import all_provinces
from pipelines.toml_table import TomlTable

BUNDLED = Path(__file__).parent
SPACES = re.compile(r"\s+")
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
YEAR = re.compile(
    r"(?:ประจำ)?ปี(?:งบประมาณ)?\s*(?:พ\.?\s?ศ\.?\s*)?(?P<year>[0-9๐-๙]{4})(?![0-9๐-๙])"
    r"(?:\s*(?:[-–—]|ถึง|และ)\s*(?:ปี)?\s*(?:พ\.?\s?ศ\.?\s*)?(?P<last>[0-9๐-๙]{4})(?![0-9๐-๙]))?"
)
TITLED = re.compile(r"\W*(?:ตาราง|รายงาน|สรุป|ผลการ|ความก้าวหน้า)")
LONGEST_TITLE, OCTOBER = 200, 10
NOT_CONSONANTS = re.compile(r"[0-9A-Za-z๐-๙]")
"""In what two phrases with the same consonants may differ: the number of a round, a year."""
FOLDER = "campaigns"
"""Of a home: its own campaigns."""
DEFAULT_DATASET = "province_progress"
"""The dataset of a campaign whose file names none."""
OF_DATASET = "campaign.toml"
"""The campaign that a dataset's folder may carry."""
STAMPED, EXTERNAL = "stamped", "external"
"""The forms of a letter: with the office's stamp in place of a signature (หนังสือประทับตรา), and signed (หนังสือภายนอก)."""
ADDRESS = "an address like https://example.go.th/khrop"


class CampaignFault(ValueError):
    """A campaign file that cannot be used; the message names the file, the key and what was expected."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The sender of a campaign's letters; a field that is empty becomes a dotted blank in a letter.

    Attributes:
        sender: The department.
        office: The office, in one or several lines.
        phone: Its telephone number.
        fax: Its fax number.
        number: The number of the letters, as far as it is fixed.
        signer: Who signs.
        signer_title: The signer's position.
        base_url: Where the site is published, for the QR codes.
        form: The form of the letters, `stamped` or `external`.
    """

    sender: str = ""
    office: str = ""
    phone: str = ""
    fax: str = ""
    number: str = ""
    signer: str = ""
    signer_title: str = ""
    base_url: str = ""
    form: str = STAMPED


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign; the fields are those of its TOML file.

    Attributes:
        id: Its name, and that of its inbox folder.
        title_th: Its title in Thai.
        title_en: The same in English.
        known_by: Phrases of which one is in the text of its returns.
        opened_on: Its first day.
        deadline: The day by which all authorities are to be done.
        closed_on: The day after which no return is due, if any.
        every_days: Days within which a next return is due.
        tolerance: How far a percent may be from its ratio, in percent points.
        authorities: The number of authorities, if known.
        letters: The numbers of the letters that opened it.
        letterhead: The sender of its own letters.
        letterheads: Others that write letters of it, by the code of their province.
        dataset: The name of its dataset.
        params: Parameters of the dataset's contract, by name.
        synthetic: Whether its returns are made up: it is listed only where there are some.
        reconciles_with: The campaign whose returns count the same, of the dataset that this one's reconciles with.
    """

    id: str
    title_th: str
    title_en: str
    known_by: tuple[str, ...]
    opened_on: date
    deadline: date
    closed_on: date | None
    every_days: int
    tolerance: Decimal
    authorities: int | None
    letters: tuple[str, ...]
    letterhead: Letterhead = Letterhead()
    letterheads: Mapping[str, Letterhead] = field(default_factory=dict)
    dataset: str = DEFAULT_DATASET
    params: Mapping[str, Any] = field(default_factory=dict)
    reconciles_with: str = ""
    synthetic: bool = False

    def params_of(self, contract: type) -> dict[str, Any]:
        """Return the parameters of a contract that this campaign sets, by name."""
        values = {"tolerance": float(self.tolerance), "authorities": self.authorities, **self.params}
        return {name: value for name, value in values.items() if name in (options_of(contract).params or {})}


def load(home: Path | None = None) -> dict[str, Campaign]:
    """Return all campaigns by id.

    These are the bundled campaigns, those of a home's datasets, then those of the home, each of which may replace an
    earlier campaign of its id. A campaign in a dataset's folder that cannot be used is left out: see `of_datasets`.

    Args:
        home: The root of the home; without it the bundled campaigns alone are returned.

    Raises:
        CampaignFault: Where a file of the home's campaigns cannot be used.
    """
    by_id: dict[str, Campaign] = {}
    of_home = {c.id: c for _, c in of_datasets(home) if isinstance(c, Campaign)} if home else {}
    for folder in (BUNDLED, *([home / FOLDER] if home else [])):
        files: dict[str, Path] = {}
        for file in sorted(folder.glob("*.toml")):
            campaign = parse(file)
            if campaign.id in files:
                raise CampaignFault(f"{file}: id {campaign.id!r} is that of {files[campaign.id]} too")
            files[campaign.id] = file
            by_id[campaign.id] = campaign
        by_id |= {name: campaign for name, campaign in of_home.items() if folder == BUNDLED}
    return by_id


def of_datasets(home: Path) -> list[tuple[Path, Campaign | CampaignFault]]:
    """Return the campaigns in the folders of a home's datasets, each with its file, or why it cannot be used."""
    result: list[tuple[Path, Campaign | CampaignFault]] = []
    by_id: dict[str, Path] = {}
    for file in sorted(home.glob(f"datasets/[!._]*/{OF_DATASET}")):
        try:
            campaign = parse(file, file.parent.name)
            if by_id.setdefault(campaign.id, file) != file:
                raise CampaignFault(f"{file}: id {campaign.id!r} is that of {by_id[campaign.id]} too")
            result.append((file, campaign))
        except CampaignFault as fault:
            result.append((file, fault))
    return result


def parse(file: Path, dataset: str = DEFAULT_DATASET) -> Campaign:
    """Return the campaign of a file.

    Args:
        file: A TOML file.
        dataset: Its dataset, where it names none.

    Raises:
        CampaignFault: Where it cannot be used.
    """
    table = TomlTable.read(file, CampaignFault)
    table.only(Campaign.__dataclass_fields__, "a campaign")
    campaign = Campaign(
        id=table.value("id", str),
        title_th=table.value("title_th", str),
        title_en=table.value("title_en", str),
        known_by=tuple(normalise(text).text for text in table.texts("known_by", [])),
        opened_on=table.value("opened_on", date),
        deadline=table.value("deadline", date),
        closed_on=table.value("closed_on", date) if "closed_on" in table.values else None,
        every_days=table.value("every_days", int),
        tolerance=Decimal(str(table.value("tolerance", (int, float), 0.01))),
        authorities=table.value("authorities", int) if "authorities" in table.values else None,
        letters=tuple(table.texts("letters", [])),
        letterhead=_letterhead(table.table("letterhead")),
        letterheads=_letterheads(table.table("letterheads")),
        dataset=table.value("dataset", str, dataset),
        params=_params(table),
        reconciles_with=table.value("reconciles_with", str, ""),
        synthetic=table.value("synthetic", bool, False),
    )
    if not ID.fullmatch(campaign.id):
        raise CampaignFault(f"{file}: id {campaign.id!r} must be lower-case letters, digits and hyphens")
    if campaign.deadline <= campaign.opened_on:
        raise CampaignFault(f"{file}: the deadline {campaign.deadline} must be after opened_on {campaign.opened_on}")
    if campaign.closed_on is not None and campaign.closed_on < campaign.opened_on:
        raise CampaignFault(f"{file}: closed_on {campaign.closed_on} is before opened_on {campaign.opened_on}")
    if not (campaign.tolerance.is_finite() and 0 <= campaign.tolerance < 100):
        raise CampaignFault(f"{file}: tolerance is {campaign.tolerance}, expected percent points from 0 to below 100")
    for key in ("every_days", "authorities"):
        value = getattr(campaign, key)
        if value is not None and value < 1:
            raise CampaignFault(f"{file}: {key} is {value}, expected at least 1")
    return campaign


def fitting(text: str, campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Return the campaigns that a text names by a phrase of `known_by`.

    Spaces do not count; where the text lost its marks, consonants are enough. A phrase that is part of another that the
    text has names nothing: the longer one is of a part of the campaign.

    Args:
        text: The text of a document.
        campaigns: The campaigns to look for.
    """
    bare, mangled = SPACES.sub("", text), is_mangled(text)
    named = [(c, [p for p in c.known_by if _names(text, bare, p, mangled)]) for c in campaigns]
    phrases = {phrase for _, phrases_of in named for phrase in phrases_of}
    return [c for c, phrases_of in named if any(not _within_another(phrase, phrases) for phrase in phrases_of)]


def other_year(lines: Iterable[str], campaign: Campaign) -> str:
    """Return the title of another year among the lines of a document; empty where none is, or one is of its own years.

    A title is a short line that names the campaign, or begins as titles do and stands above such a line, or the year
    alone. A year is a calendar year or a budget year, from October of the year before. Returns of a campaign that no
    phrase names may be about any year.

    Args:
        lines: Lines outside the table.
        campaign: The campaign that the document names.
    """
    if not campaign.known_by:
        return ""
    first, last = campaign.opened_on, campaign.closed_on or campaign.deadline
    own = range(first.year, last.year + (last.month >= OCTOBER) + 1)
    other, every = "", list(lines)
    for line, after in pairwise([*every, ""]):
        match = YEAR.search(line) if len(line) <= LONGEST_TITLE else None
        named = f"{line} {after}" if TITLED.match(line) and len(after) <= LONGEST_TITLE else line
        if match and (YEAR.fullmatch(line.strip(" ()")) or fitting(named, [campaign])):
            begin = _gregorian(match["year"])
            if any(year in own for year in range(begin, _gregorian(match["last"] or match["year"]) + 1)):
                return ""
            other = other or line.strip()
    return other


def _gregorian(year: str) -> int:
    """Return a year that is written in four digits as the Gregorian one: from 2400 on it is Buddhist."""
    number = int(year)
    return number - 543 if number >= 2400 else number


def _within_another(phrase: str, phrases: Iterable[str]) -> bool:
    """Return whether another of the phrases has this one in it, and so names its campaign more closely."""
    bare = SPACES.sub("", phrase)
    return any(bare in longer and bare != longer for longer in (SPACES.sub("", other) for other in phrases))


def _names(text: str, bare: str, phrase: str, mangled: bool) -> bool:
    if SPACES.sub("", phrase) in bare:
        return True
    return mangled and not NOT_CONSONANTS.search(phrase) and phrase in restore(text, (phrase,)).text


def _letterhead(table: TomlTable) -> Letterhead:
    table.only(Letterhead.__dataclass_fields__, "a letterhead")
    texts = {key: normalise(table.value(key, str)).text for key in table.values}
    if "base_url" in texts and not is_address(texts["base_url"]):
        raise table.mistake("base_url", f"is {texts['base_url']!r}, expected {ADDRESS}")
    if texts.get("form", STAMPED) not in (STAMPED, EXTERNAL):
        raise table.mistake("form", f"is {texts['form']!r}, expected {STAMPED} or {EXTERNAL}")
    return Letterhead(**texts)


def _letterheads(table: TomlTable) -> dict[str, Letterhead]:
    codes = {province.code for province in all_provinces()}
    for code in table.values:
        if code not in codes:
            raise table.mistake(code, "is no code of a province, like 81 for กระบี่ (TIS 1099)")
    return {code: _letterhead(table.table(code)) for code in table.values}


def _params(table: TomlTable) -> dict[str, Any]:
    params = table.values.get("params", {})
    if not isinstance(params, dict) or any(isinstance(value, (dict, list)) for value in params.values()):
        raise table.wrong("params", "a table [params] of single values")
    return params


def is_address(text: str) -> bool:
    """Return whether a text is an http or https address that those of pages can begin with: no query, no fragment."""
    return bool(re.fullmatch(r"https?://[^\s?#/]+[^\s?#]*", text))
