"""`khrop letters`, `khrop export`: letters and workbooks, made from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.exits import OK, JsonOption, WrongUse, guarded, no_warehouse
from pipelines.commands.letter_templates import (
    BaseUrlOption,
    CopyTemplatesOption,
    DateOption,
    FieldsOption,
    address_of,
    copy_bundled,
    list_fields,
)
from pipelines.commands.text import echo, json_line
from pipelines.datasets.province_progress.choices import Digits, Only

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines import campaigns as campaign_files
    from pipelines.datasets.province_progress import progress
    from pipelines.datasets.province_progress.letters.publish import Plan, Wanted
    from pipelines.home import Home
    from pipelines.publishing.letters.folder import Written


CampaignOption = Annotated[
    str | None, typer.Option("--campaign", metavar="ID", help="Of this campaign alone; of all, if it is not given.")
]


@guarded
def letters(
    campaign: CampaignOption = None,
    province: Annotated[
        list[str] | None,
        typer.Option("--province", metavar="NAME|CODE", help="To this province; may be given more than once."),
    ] = None,
    only: Annotated[
        Only | None, typer.Option("--only", help="To those that saved some, or to those that saved nothing.")
    ] = None,
    dated: DateOption = None,
    base_url: BaseUrlOption = None,
    fields: FieldsOption = False,
    copy_templates: CopyTemplatesOption = False,
    as_json: JsonOption = False,
) -> int:
    """Write a reminder to each province that is behind, and the circular to all. Nothing is sent."""
    from pipelines.datasets.province_progress.letters.fields import KINDS

    if fields:
        return list_fields(KINDS, as_json)
    if copy_templates:
        return copy_bundled(KINDS, as_json)
    from pipelines.commands.runs import progress
    from pipelines.datasets.province_progress.letters import publish as report

    wanted = report.Wanted(_codes(province or []), only, dated.date() if dated else None, address_of(base_url))
    with _marts(campaign) as (home, connection, chosen):
        plans = [_planned(connection, entry, file, wanted) for entry, file in chosen]
    total = sum(len(plan.behind) + 2 for plan in plans)
    with progress(total, "writing letters") as advance:
        results = [report.write(home, plan, advance) for plan in plans]
    for plan, done in zip(plans, results, strict=True):
        _print_letters(plan, done, as_json)
    return OK


@guarded
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="With --xlsx: where to; by default into the home.")
    ] = None,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Write a workbook for each campaign.")] = False,
    campaign: CampaignOption = None,
    digits: Annotated[Digits, typer.Option("--digits", help="The digits that the workbook shows.")] = Digits.thai,
    as_json: JsonOption = False,
) -> int:
    """Write the exports again, or with --xlsx a workbook with the return's own table and the marts."""
    if not xlsx:
        if file or campaign or digits is not Digits.thai:
            raise WrongUse("a file, a campaign and digits are for a workbook: khrop export --xlsx")
        return _export_tables(as_json)
    from pipelines.commands.text import short_path
    from pipelines.datasets.province_progress import workbook_export
    from pipelines.publishing.workbooks.file import write

    if file and file.suffix.lower() != ".xlsx":
        raise WrongUse(f"{file} does not end in .xlsx, so that no program would take it for a workbook")
    with _marts(campaign) as (home, connection, chosen):
        if file and len(chosen) > 1:
            names = ", ".join(entry.campaign_id for entry, _ in chosen)
            raise WrongUse(f"one file holds one campaign, and there are {len(chosen)}: choose with --campaign: {names}")
        workbooks = [
            (entry.campaign_id, workbook_export.build(connection, entry, head, digits)) for entry, head in chosen
        ]
    for campaign_id, data in workbooks:
        path = file or home.workbook / f"{campaign_id}.xlsx"
        changed = write(path, data)
        if as_json:
            echo(json_line({"campaign_id": campaign_id, "workbook": str(path), "changed": changed}))
        else:
            echo(f"{campaign_id}: {short_path(path.resolve())}{'' if changed else ' (unchanged)'}")
    return OK


@contextmanager
def _marts(
    campaign: str | None,
) -> Iterator[tuple[Home, DuckDBPyConnection, list[tuple[progress.Campaign, campaign_files.Campaign | None]]]]:
    """Yield the home, its warehouse and the chosen campaigns, each with its file.

    Raises:
        WrongUse: Where there is no warehouse, or no accepted return of the campaign.
        TablesBehind: Where the tables are behind what was loaded.
    """
    from pipelines import campaigns as campaign_files
    from pipelines.commands.status import open_warehouse
    from pipelines.datasets.province_progress import progress

    with open_warehouse(for_reports=True) as (home, connection):
        files = campaign_files.load(home.root)
        by_id = {campaign.campaign_id: campaign for campaign in progress.campaigns(connection)}
        if campaign is not None and campaign not in by_id:
            names = ", ".join(by_id) or "none has"
            raise WrongUse(f"campaign {campaign!r} has no accepted return; those that have: {names}")
        if not by_id:
            raise WrongUse("no return is accepted yet; khrop status shows what came in")
        chosen = [by_id[campaign]] if campaign else list(by_id.values())
        yield home, connection, [(campaign, files.get(campaign.campaign_id)) for campaign in chosen]


def _planned(
    connection: DuckDBPyConnection, campaign: progress.Campaign, file: campaign_files.Campaign | None, wanted: Wanted
) -> Plan:
    from pipelines.datasets.province_progress.letters import publish as report

    try:
        return report.plan(connection, campaign, file, wanted)
    except report.NoLetter as fault:
        raise WrongUse(str(fault)) from None


def _codes(names: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of provinces given by code, or by name in Thai or English."""
    from khrop.thai import provinces

    in_returns = [p for p in provinces.all_provinces() if p.in_return]
    codes = {name: p.code for p in in_returns for name in (p.code, p.name_en.casefold())}
    result = []
    for name in names:
        match = provinces.match(name)
        code = codes.get(name.casefold()) or (match.code if match and match.code in codes else "")
        if not code:
            near = ", ".join(p.name_th for p in provinces.nearest(name) if p.in_return)
            raise WrongUse(f"no province of the return is called {name!r}{f'; near it: {near}' if near else ''}")
        result.append(code)
    return tuple(result)


def _print_letters(plan: Plan, done: Written, as_json: bool) -> None:
    from pipelines.commands.text import plural, short_path

    campaign, as_of = plan.occasion.campaign.campaign_id, plan.occasion.country.as_of
    if as_json:
        entry: dict[str, Any] = {
            "campaign_id": campaign,
            "as_of": as_of.isoformat(),
            "folder": str(done.folder),
            "reminders": len(plan.behind),
            "changed": done.changed,
            "files": list(done.files),
            "not_behind": [standing.province_code for standing in plan.spared],
        }
        echo(json_line(entry))
        return
    changed = f"{done.changed} new or changed" if done.changed else "all as they were"
    echo(f"{campaign}, as of {as_of}: {plural(len(plan.behind), 'reminder')} and the circular, {changed}")
    if plan.spared:
        echo(f"  no reminder to {', '.join(f'{s.name_th} ({s.status})' for s in plan.spared)}")
    echo(f"  {short_path(done.folder)}")


def _export_tables(as_json: bool) -> int:
    from pipelines import storage
    from pipelines.commands.status import open_warehouse
    from pipelines.commands.text import plural, short_path
    from pipelines.home import Home
    from warehouse import exports
    from warehouse.connect import Warehouse

    if not Home.current().warehouse.exists():
        raise no_warehouse(Home.current())
    with Warehouse(Home.current().warehouse).writer(), open_warehouse(for_reports=True) as (home, connection):
        bucket = storage.read(home).exports
        written = exports.export(connection, home.exports, whole=True, bucket=bucket)
    if as_json:
        echo(json_line({"exports": str(home.exports), "rows": written}))
    else:
        echo(f"{plural(2 * len(written), 'file')} in {short_path(home.exports)}")
    return OK
