"""`khrop district-letters`: letters from each province to its districts, made from the tables."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.exits import OK, JsonOption, WrongUse, guarded
from pipelines.commands.letter_templates import (
    BaseUrlOption,
    CopyTemplatesOption,
    DateOption,
    FieldsOption,
    address_of,
    copy_bundled,
    list_fields,
)
from pipelines.datasets.local_authority.commands.who import province_codes


@guarded
def district_letters(
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", metavar="ID", help="Of this campaign; by default of all whole registers."),
    ] = None,
    province: Annotated[
        list[str] | None,
        typer.Option("--province", metavar="NAME|CODE", help="Of this province; may be given more than once."),
    ] = None,
    district: Annotated[str | None, typer.Option("--district", metavar="NAME", help="To this district alone.")] = None,
    each: Annotated[bool, typer.Option("--each", help="A file for each district, not for each province.")] = False,
    dated: DateOption = None,
    base_url: BaseUrlOption = None,
    fields: FieldsOption = False,
    copy_templates: CopyTemplatesOption = False,
    as_json: JsonOption = False,
) -> int:
    """Write a letter to each district in which an authority has not saved, with their list. Nothing is sent."""
    from pipelines import campaigns as campaign_files
    from pipelines.commands.runs import progress
    from pipelines.commands.status import open_warehouse
    from pipelines.commands.text import echo, json_line, plural, printable, short_path
    from pipelines.datasets.local_authority.letters import publish as report
    from pipelines.datasets.local_authority.letters.fields import DISTRICT_LETTER
    from pipelines.datasets.local_authority.part_campaigns import without_parts

    if fields:
        return list_fields([DISTRICT_LETTER], as_json)
    if copy_templates:
        return copy_bundled([DISTRICT_LETTER], as_json)
    day = dated.date() if dated else None
    wanted = report.Wanted(province_codes(province or []), district, each, day, address_of(base_url))
    with open_warehouse(for_reports=True) as (home, connection):
        files = campaign_files.load(home.root)
        with_register = report.campaigns_with_registers(connection)
        if campaign is not None and campaign not in with_register:
            raise WrongUse(
                f"campaign {campaign!r} has no accepted register; those that have: {', '.join(with_register)}"
            )
        if not with_register:
            raise WrongUse("no register is accepted yet; khrop status shows what came in")
        try:
            chosen = [campaign] if campaign else without_parts(with_register, files)
            plans = [report.plan(connection, name, files, wanted) for name in chosen]
        except report.NoLetter as fault:
            raise WrongUse(str(fault)) from None
    if district is not None and not any(plan.districts for plan in plans):
        raise WrongUse(f"no authority that has not saved is in a district {printable(district)!r}")
    with progress(sum(len(plan.districts) for plan in plans), "writing letters") as advance:
        results = [report.write(home, plan, advance) for plan in plans]
    for plan, done in zip(plans, results, strict=True):
        letters = len(plan.districts)
        if as_json:
            entry = {"campaign_id": plan.campaign_id, "as_of": plan.as_of.isoformat(), "folder": str(done.folder)}
            echo(json_line({**entry, "letters": letters, "changed": done.changed, "files": list(done.files)}))
            continue
        changed = f"{done.changed} new or changed" if done.changed else "all as they were"
        files_made = f"{plural(len(done.files) - 1, 'file')} and index.csv"
        echo(f"{plan.campaign_id}, as of {plan.as_of}: {plural(letters, 'letter')} in {files_made}, {changed}")
        echo(f"  {short_path(done.folder)}")
    return OK
