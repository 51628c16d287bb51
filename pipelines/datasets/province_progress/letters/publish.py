"""The letters of a campaign: a reminder to each province that is behind, the circular to all. Nothing is sent.

Here belongs which letters there are and how they come into their folder. What they say belongs in `wording`,
how they look in the templates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import campaigns as campaign_files
from pipelines.datasets.province_progress import progress
from pipelines.datasets.province_progress.choices import Only
from pipelines.datasets.province_progress.letters import wording
from pipelines.datasets.province_progress.letters.fields import CIRCULAR, REMINDER
from pipelines.datasets.province_progress.letters.wording import Occasion
from pipelines.datasets.province_progress.progress import Standing
from pipelines.home import Home
from pipelines.publishing import by_campaign
from pipelines.publishing.by_campaign import Made
from pipelines.publishing.catalogue import Published
from pipelines.publishing.letters import folder as letter_folder
from pipelines.publishing.letters import templates
from pipelines.publishing.letters.citations import cited_letters
from pipelines.publishing.letters.folder import INDEX, Written
from pipelines.publishing.letters.wording import qr_code
from warehouse import parts
from warehouse.connect import Warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CODE = (Path(__file__).parent, Path(letter_folder.__file__).parent)
"""Where the code and the templates of letters are."""
BEHIND = ("behind", "not_started", "overdue")
"""The statuses of mart.compliance that a reminder is for."""
COLUMNS = ("file", "kind", "province_code", "province_th", "province_en", "status", "total", "saved", "pending",
           "saved_percent", "rank", "days_left", "snapshot_id", "page")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of all letters; `plan` refuses what does not fit.

    Attributes:
        provinces: Codes of provinces; none means all.
        only: One kind of those behind; None means all kinds.
        dated: The letters' date.
        base_url: Where the site is published.
    """

    provinces: tuple[str, ...] = ()
    only: Only | None = None
    dated: date | None = None
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The letters that are to be written.

    Their occasion, the standings of all provinces in the order of the return, those that get a reminder, and those
    wanted that are not behind.
    """

    occasion: Occasion
    standings: tuple[Standing, ...]
    behind: tuple[Standing, ...]
    spared: tuple[Standing, ...]


class NoLetter(ValueError):
    """Letters that cannot be meant: the message says why."""


def plan(
    connection: DuckDBPyConnection, campaign: progress.Campaign, file: campaign_files.Campaign | None, wanted: Wanted
) -> Plan:
    """The letters of a campaign at its latest as-of date; `file` is the campaign's own, where it is still there.

    Raises `NoLetter` for a date before that of the figures.
    """
    country = progress.country(connection, campaign.campaign_id)[-1]
    if wanted.dated and wanted.dated < country.as_of:
        raise NoLetter(f"a letter of {wanted.dated} cannot have the figures of {country.as_of}")
    head = file.letterhead if file else campaign_files.Letterhead()
    occasion = Occasion(
        campaign,
        country,
        replace(head, base_url=wanted.base_url) if wanted.base_url else head,
        file.letters if file else (),
        cited_letters(connection, [campaign.campaign_id]),
        wanted.dated,
    )
    standings = tuple(progress.standings(connection, campaign.campaign_id, latest=True))
    wanted_standings = [s for s in standings if not wanted.provinces or s.province_code in wanted.provinces]
    behind = tuple(s for s in wanted_standings if s.status in BEHIND and wanted.only in (None, _kind(s)))
    spared = tuple(s for s in wanted_standings if wanted.provinces and s not in behind)
    return Plan(occasion, standings, behind, spared)


def write(home: Home, planned: Plan, advance: Callable[[int], None] = lambda done: None) -> Written:
    """Make the letters and put them into their folder in one step; `advance` is called with each letter made.

    The folder holds what is planned and nothing else. A letter that would be the same bytes stays the file that it
    is, and where all would, nothing is written. Raises `TemplateFault`, before anything is written.
    """
    campaign, as_of = planned.occasion.campaign.campaign_id, planned.occasion.country.as_of
    return letter_folder.write(home.letters / campaign / as_of.isoformat(), _letters(home, planned), advance)


def publish(home: Home, *, force: bool = False) -> Published:
    """Write the letters of every campaign at its latest as-of date, as `khrop letters` does without options.

    Those that are the same stay.

    Raises:
        TemplateFault: A template cannot be filled.
        WarehouseLocked: Another process holds the warehouse.
        FileNotFoundError: There is no warehouse.
    """
    files = campaign_files.load(home.root)
    with Warehouse(home.warehouse).reading() as connection:
        states, campaigns = parts.states(connection), {c.campaign_id: c for c in progress.campaigns(connection)}
        code, words = by_campaign.version(*CODE), by_campaign.contents(home.templates)

        def make(name: str) -> Made:
            planned = plan(connection, campaigns[name], files.get(name), Wanted())
            written = write(home, planned)
            figures = {"as_of": planned.occasion.country.as_of.isoformat(), "reminders": len(planned.behind)}
            return Made(written.folder, written.changed, figures)

        made_from = {name: (states[name], files.get(name), code, words) for name in campaigns}
        letters_by_campaign = by_campaign.make(home.letters, "letters", made_from, make, force=force)
    lines = [
        f"- {name}, as of {campaign_letters.figures['as_of']}: {campaign_letters.figures['reminders']} and the circular"
        for name, campaign_letters in letters_by_campaign.items()
    ]
    reminders = sum(campaign_letters.figures["reminders"] for campaign_letters in letters_by_campaign.values())
    changed = sum(campaign_letters.changed for campaign_letters in letters_by_campaign.values())
    return Published(home.letters, "\n".join(lines), {"reminders": reminders, "new_or_changed": changed}, changed > 0)


def file_name(standing: Standing) -> str:
    """`81-krabi.docx`."""
    return f"{letter_folder.stem(standing.province_code, standing.name_en)}.docx"


def _kind(standing: Standing) -> Only:
    return Only.behind if standing.saved else Only.not_started


def _letters(home: Home, planned: Plan) -> Iterator[tuple[str, bytes]]:
    """Each file's name and bytes, the index last. Both templates are checked before the first."""
    occasion = planned.occasion
    form = occasion.letterhead.form
    reminder, circular = (templates.load(kind, form, home.templates) for kind in (REMINDER, CIRCULAR))
    for standing in planned.behind:
        fields = wording.reminder(occasion, standing)
        yield file_name(standing), reminder.render(fields, qr_code(fields["page_url"]))
    fields = wording.circular(occasion, planned.standings)
    yield f"{CIRCULAR.name}.docx", circular.render(fields, qr_code(fields["page_url"]))
    yield INDEX, _index(occasion, planned.behind)


def _index(occasion: Occasion, behind: Iterable[Standing]) -> bytes:
    nation = occasion.country
    rows = [
        (file_name(s), REMINDER.name, s.province_code, s.name_th, s.name_en, s.status, s.total, s.saved, s.pending,
         s.saved_percent, s.rank, s.days_left, s.snapshot_id, occasion.page(s.province_code))
        for s in behind
    ]  # fmt: skip
    circular = (f"{CIRCULAR.name}.docx", CIRCULAR.name, "", "", "", "", nation.total, nation.saved, nation.pending,
                nation.saved_percent, "", occasion.days_left, "", occasion.page())  # fmt: skip
    return letter_folder.index(COLUMNS, [*rows, circular])
