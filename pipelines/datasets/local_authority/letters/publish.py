"""The letters of a register: from each province to those of its districts in which an authority has not saved.

Here belongs which letters there are and what they say. How they look belongs in the templates. Nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.contracts.local_authority import KINDS, STATUSES
from khrop.thai import provinces
from pipelines import campaigns as campaign_files
from pipelines.campaigns import Letterhead
from pipelines.datasets.local_authority.letters.fields import DISTRICT_LETTER
from pipelines.home import Home
from pipelines.publishing import by_campaign
from pipelines.publishing.by_campaign import Made
from pipelines.publishing.catalogue import Published
from pipelines.publishing.letters import folder as letter_folder
from pipelines.publishing.letters import merged_docx, templates, wording
from pipelines.publishing.letters.citations import cited_letters
from pipelines.publishing.letters.wording import count
from warehouse import parts
from warehouse.connect import Warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CODE = (Path(__file__).parent, Path(letter_folder.__file__).parent)
"""Where the code and the templates of letters are."""
COLUMNS = ("file", "kind", "province_code", "province_th", "district", "total", "saved", "in_progress", "not_started",
           "days_left", "snapshot_id", "page")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters are wanted.

    Attributes:
        provinces: To the districts of these alone, by code; of all, if there is none.
        district: To this district alone.
        each: Whether each district has a file of its own, instead of one for each province.
        dated: The letters' date.
        base_url: Where the site is published, in place of the campaign's.
    """

    provinces: tuple[str, ...] = ()
    district: str | None = None
    each: bool = False
    dated: date | None = None
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class District:
    """A district of a register.

    Attributes:
        province_code: Its province.
        name: Its name.
        number: Its place among the districts of the province, from 1.
        counts: Its authorities by status.
        behind: Those that have not saved: code, name, kind, status.
    """

    province_code: str
    name: str
    number: int
    counts: dict[str, int]
    behind: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The letters of a campaign.

    Attributes:
        campaign_id: The campaign.
        title_th: Its title.
        as_of: The day of its newest register.
        snapshot_id: That register.
        deadline: The campaign's deadline.
        department: Whose campaign it is; empty where that is not known.
        heads: The senders by province code; the campaign's own under the empty code.
        cited: The letters that opened the campaign, in words.
        districts: The districts that get a letter, by province and name.
        wanted: What is wanted.
    """

    campaign_id: str
    title_th: str
    as_of: date
    snapshot_id: str
    deadline: date
    department: str
    heads: dict[str, Letterhead]
    cited: str
    districts: tuple[District, ...]
    wanted: Wanted

    def page(self, code: str) -> str:
        """Return the address of a province's page of the register."""
        base = self.wanted.base_url or self.heads[""].base_url
        return wording.page_url(base, f"local_authority/{self.campaign_id}/{code}.html")

    def head(self, code: str) -> Letterhead:
        """Return the sender of a province's letters: what its own letterhead leaves out follows from its name."""
        letterhead, name = self.heads.get(code, Letterhead()), provinces.by_code(code).name_th
        return replace(
            letterhead,
            sender=letterhead.sender or f"จังหวัด{name}",
            office=letterhead.office or f"สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด{name}",
        )


class NoLetter(ValueError):
    """Letters that cannot be meant; the message says why."""


def campaigns_with_registers(connection: DuckDBPyConnection) -> list[str]:
    """Return the campaigns that have an accepted register, by id."""
    mart = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'mart' AND table_name = 'authority_current'"
    if connection.execute(mart).fetchone() is None:
        return []
    rows = connection.execute("SELECT DISTINCT campaign_id FROM mart.authority_current ORDER BY 1").fetchall()
    return [campaign_id for (campaign_id,) in rows]


def plan(
    connection: DuckDBPyConnection, campaign_id: str, files: dict[str, campaign_files.Campaign], wanted: Wanted
) -> Plan:
    """Return the letters of a campaign at its newest register.

    Args:
        connection: The warehouse, with marts.
        campaign_id: The campaign.
        files: All campaigns as their files have them.
        wanted: Which letters are wanted.

    Raises:
        NoLetter: For a date before that of the figures.
    """
    ((title_th, deadline, as_of, snapshot_id),) = connection.execute(
        "SELECT c.title_th, c.deadline, a.as_of, a.snapshot_id FROM core.campaign AS c INNER JOIN"
        " (SELECT DISTINCT campaign_id, as_of, snapshot_id FROM mart.authority_current) AS a USING (campaign_id)"
        " WHERE campaign_id = ?",
        [campaign_id],
    ).fetchall()
    if wanted.dated and wanted.dated < as_of:
        raise NoLetter(f"a letter of {wanted.dated} cannot have the figures of {as_of}")
    file = files.get(campaign_id)
    other = files.get(file.reconciles_with) if file else None
    involved = [entry for entry in (file, other) if entry]
    letters = next((entry.letters for entry in involved if entry.letters), ())
    return Plan(
        campaign_id, title_th, as_of, snapshot_id, deadline,
        next((entry.letterhead.sender for entry in involved if entry.letterhead.sender), ""),
        {"": file.letterhead if file else Letterhead(), **(file.letterheads if file else {})},
        wording.cited(letters, cited_letters(connection, [entry.id for entry in involved])),
        tuple(_districts(connection, campaign_id, wanted)),
        wanted,
    )  # fmt: skip


def write(home: Home, planned: Plan, advance: Callable[[int], None] = lambda done: None) -> letter_folder.Written:
    """Make the letters and put them into their folder, which then holds them and nothing else.

    Args:
        home: The home.
        planned: The letters.
        advance: Called with the number of letters made.

    Raises:
        TemplateFault: Where the template cannot be used; the folder stays as it was.
    """
    folder = home.letters / planned.campaign_id / planned.as_of.isoformat()
    return letter_folder.write(folder, _letters(home, planned, advance))


def publish(home: Home, *, force: bool = False) -> Published:
    """Write the letters of every register, a file for each province, as `khrop district-letters` does.

    Args:
        home: The home.
        force: Make all letters, also of registers that did not change; those that are the same stay.

    Returns:
        The folder, and how many letters it has.

    Raises:
        TemplateFault: Where the template cannot be used.
        WarehouseLocked: Where another process holds the warehouse.
        FileNotFoundError: Without a warehouse.
    """
    files = campaign_files.load(home.root)
    with Warehouse(home.warehouse).reading() as connection:
        states, code, words = parts.states(connection), by_campaign.version(*CODE), by_campaign.contents(home.templates)

        def make(name: str) -> Made:
            planned = plan(connection, name, files, Wanted())
            written = write(home, planned)
            figures = {"as_of": planned.as_of.isoformat(), "letters": len(planned.districts)}
            return Made(written.folder, written.changed, figures)

        made_from = {}
        for name in campaigns_with_registers(connection):
            other = files[name].reconciles_with if name in files else ""
            campaigns = [(states.get(campaign_id), files.get(campaign_id)) for campaign_id in (name, other)]
            made_from[name] = (campaigns, code, words)
        letters_by_campaign = by_campaign.make(home.letters, "district-letters", made_from, make, force=force)
    lines = [
        f"- {name}, as of {campaign_letters.figures['as_of']}: to {campaign_letters.figures['letters']} districts"
        for name, campaign_letters in letters_by_campaign.items()
    ]
    letters = sum(campaign_letters.figures["letters"] for campaign_letters in letters_by_campaign.values())
    changed = sum(campaign_letters.changed for campaign_letters in letters_by_campaign.values())
    preview = "\n".join(lines) or "There is no register."
    return Published(home.letters, preview, {"letters": letters, "new_or_changed": changed}, changed > 0)


def fields_of(planned: Plan, district: District) -> dict[str, Any]:
    """Return the values of the fields of the letter to a district."""
    code, counts = district.province_code, district.counts
    pending = len(district.behind)
    return {
        **wording.letterhead(planned.head(code), planned.wanted.dated),
        **wording.occasion(
            planned.title_th, planned.as_of, planned.deadline, planned.wanted.dated, planned.cited, planned.page(code)
        ),
        "department": planned.department or wording.BLANK,
        "province": provinces.by_code(code).name_th,
        "district": district.name.removeprefix("อำเภอ"),
        "total": count(sum(counts.values())),
        **{status: count(counts.get(status, 0)) for status in STATUSES},
        "pending": count(pending),
        "rows": [
            {"ordinal": count(at), "code": code_of, "authority": name, "kind": KINDS[kind], "status": STATUSES[status]}
            for at, (code_of, name, kind, status) in enumerate(district.behind, 1)
        ],
    }


def _districts(connection: DuckDBPyConnection, campaign_id: str, wanted: Wanted) -> Iterator[District]:
    rows = connection.execute(
        "SELECT province_code, district, authority_code, name_th, kind, status FROM mart.authority_current"
        " WHERE campaign_id = ? ORDER BY province_code, district, list_position(?, kind), authority_code",
        [campaign_id, list(KINDS)],
    ).fetchall()
    for code, of_province in groupby(rows, key=lambda row: row[0]):
        if wanted.provinces and code not in wanted.provinces:
            continue
        for number, (name, grouped) in enumerate(groupby(of_province, key=lambda row: row[1]), 1):
            authorities = list(grouped)
            counts = {status: sum(row[-1] == status for row in authorities) for status in STATUSES}
            behind = tuple(row[2:] for row in authorities if row[-1] != "saved")
            if behind and wanted.district in (None, name, name.removeprefix("อำเภอ")):
                yield District(code, name, number, counts, behind)


def _letters(home: Home, planned: Plan, advance: Callable[[int], None]) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and bytes, the index last."""
    form = planned.heads[""].form
    template = templates.load(DISTRICT_LETTER, form, home.templates)
    named: list[tuple[str, District]] = []
    for code, grouped in groupby(planned.districts, key=lambda district: district.province_code):
        districts_of_province, stem = list(grouped), letter_folder.stem(code, provinces.by_code(code).name_en)
        qr_code = wording.qr_code(planned.page(code))
        files: list[tuple[str, Sequence[District]]] = (
            [(f"{stem}-{district.number:02d}.docx", [district]) for district in districts_of_province]
            if planned.wanted.each
            else [(f"{stem}.docx", districts_of_province)]
        )
        for name, districts in files:
            fields = [fields_of(planned, district) for district in districts]
            yield name, merged_docx.merged(template, fields, qr_code)
            named += [(name, district) for district in districts]
            advance(len(districts))
    yield letter_folder.INDEX, letter_folder.index(COLUMNS, [_row(planned, name, each) for name, each in named])


def _row(planned: Plan, name: str, district: District) -> tuple[Any, ...]:
    code, counts = district.province_code, district.counts
    return (
        name, DISTRICT_LETTER.name, code, provinces.by_code(code).name_th, district.name, sum(counts.values()),
        *(counts[status] for status in STATUSES), (planned.deadline - planned.as_of).days, planned.snapshot_id,
        planned.page(code),
    )  # fmt: skip
