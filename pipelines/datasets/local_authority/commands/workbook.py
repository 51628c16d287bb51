"""`khrop officer-workbook`: the authorities of a province, to be filled in and taken in again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.exits import OK, JsonOption, WrongUse, guarded
from pipelines.datasets.local_authority.commands.who import province_codes


@guarded
def officer_workbook(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; by default into the home.", show_default=False)
    ] = None,
    province: Annotated[
        list[str] | None,
        typer.Option("--province", metavar="NAME|CODE", help="Of this province; may be given more than once."),
    ] = None,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="ID", help="Of this campaign; it may be left out where one is.")
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Write a workbook of a province's authorities; filled in, it is a return of a campaign of its own."""
    from pipelines import campaigns as campaign_files
    from pipelines.commands.status import open_warehouse
    from pipelines.commands.text import echo, json_line, short_path
    from pipelines.datasets.local_authority import officer_workbook as report
    from pipelines.datasets.local_authority.letters.publish import campaigns_with_registers
    from pipelines.datasets.local_authority.part_campaigns import part_of

    codes = province_codes(province or [])
    if not codes:
        raise WrongUse("whose workbook? Name a province: khrop officer-workbook --province กระบี่")
    if file and len(codes) > 1:
        raise WrongUse(f"one file has one province, and {len(codes)} are named")
    if file and file.suffix.lower() != ".xlsx":
        raise WrongUse(f"{file} does not end in .xlsx, so that no program would take it for a workbook")
    with open_warehouse(for_reports=True) as (home, connection):
        files = campaign_files.load(home.root)
        with_register = [name for name in campaigns_with_registers(connection) if name in files]
        # A part that came back is no campaign to make parts of.
        wholes = [name for name in with_register if not files[name].params.get("provinces")]
        if campaign is not None and campaign not in with_register:
            raise WrongUse(
                f"campaign {campaign!r} has no accepted register; those that have: {', '.join(with_register)}"
            )
        if campaign is None and len(wholes) != 1:
            raise WrongUse(f"choose with --campaign: {', '.join(wholes)}" if wholes else "no register is accepted yet")
        chosen = files[campaign or wholes[0]]
        for code in codes:
            try:
                workbook = report.make(connection, home, chosen, code, file)
            except LookupError:
                raise WrongUse(f"the newest register of {chosen.id} has no authority of the province {code}") from None
            if as_json:
                entry = {"campaign_id": part_of(chosen, code), "workbook": str(workbook.path)}
                echo(json_line({**entry, "authorities": workbook.authorities, "changed": workbook.changed}))
                continue
            rows = "1 authority" if workbook.authorities == 1 else f"{workbook.authorities:,} authorities"
            echo(f"{short_path(workbook.path.resolve())}: {rows}{'' if workbook.changed else ' (unchanged)'}")
            echo(f"  comes back as {part_of(chosen, code)} ({short_path(workbook.campaign_file)})")
    return OK
