"""`khrop who`: the authorities behind the figures of a province, by status."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from pipelines.commands.exits import OK, JsonOption, WrongUse, guarded


class Status(StrEnum):
    """How far an authority is, as the option has it."""

    SAVED = "saved"
    IN_PROGRESS = "in-progress"
    NOT_STARTED = "not-started"


@guarded
def who(
    province: Annotated[
        list[str] | None,
        typer.Option("--province", metavar="NAME|CODE", help="Of this province; may be given more than once."),
    ] = None,
    district: Annotated[str | None, typer.Option("--district", metavar="NAME", help="Of this district alone.")] = None,
    status: Annotated[
        list[Status] | None, typer.Option("--status", help="With this status; by default all that are not saved.")
    ] = None,
    campaign: Annotated[
        str | None,
        typer.Option("--campaign", metavar="ID", help="Of this campaign; by default of all whole registers."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """List the local authorities that have not saved their data, by the newest register."""
    from khrop.thai import provinces
    from pipelines import campaigns as campaign_files
    from pipelines.commands.status import fetch_dicts, open_warehouse
    from pipelines.commands.text import echo, json_line, printable, table
    from pipelines.datasets.local_authority.part_campaigns import without_parts

    codes = list(province_codes(province or []))
    statuses = [str(s).replace("-", "_") for s in status or (Status.IN_PROGRESS, Status.NOT_STARTED)]
    with open_warehouse() as (home, connection):
        names = [row[0] for row in connection.execute(_CAMPAIGNS).fetchall()]
        if campaign is not None and campaign not in names:
            raise WrongUse(f"no register of the campaign {campaign!r} is in the tables; there are: {_listed(names)}")
        chosen = [campaign] if campaign else without_parts(names, campaign_files.load(home.root))
        rows = fetch_dicts(connection, _QUERY, [statuses, codes or None, codes, district, chosen])
    if not names:
        echo("khrop: no register of local authorities is in the tables yet; khrop ingest takes one in", err=True)
    if district is not None and not rows:
        echo(f"khrop: no such authority in a district {printable(district)!r}", err=True)
    if as_json:
        echo(json_line({"authorities": rows}))
        return OK
    by_campaign: dict[tuple[str, Any], list[dict[str, Any]]] = {}
    for row in rows:
        by_campaign.setdefault((row["campaign_id"], row["as_of"]), []).append(row)
    for (name, as_of), authorities in by_campaign.items():
        echo(f"{name}, as of {as_of}: {len(authorities):,} {'authority' if len(authorities) == 1 else 'authorities'}")
        cells = [
            (r["authority_code"], printable(r["name_th"]), printable(r["district"]),
             provinces.by_code(r["province_code"]).name_th, r["status"].replace("_", " "))
            for r in authorities
        ]  # fmt: skip
        echo("\n".join(table(cells, indent="  ")))
    return OK


_NEWEST = (
    "SELECT * FROM core.local_authority_current QUALIFY as_of = max(as_of) OVER (PARTITION BY campaign_id)"
)  # fmt: skip
_CAMPAIGNS = f"SELECT DISTINCT campaign_id FROM ({_NEWEST}) ORDER BY 1"
_QUERY = (
    "SELECT campaign_id, as_of, authority_code, name_th, kind, district, province_code, status, saved_on, recorded_by"
    f" FROM ({_NEWEST}) WHERE list_contains(?, status) AND (? IS NULL OR list_contains(?, province_code))"
    " AND coalesce(district = ?, TRUE) AND list_contains(?, campaign_id)"
    " ORDER BY campaign_id, province_code, district, kind, authority_code"
)


def province_codes(names: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of provinces that a person names: in Thai or English, or by code.

    Raises:
        WrongUse: Where there is no such province.
    """
    return tuple(map(_code, names))


def _code(name: str) -> str:
    from khrop.thai import provinces

    province_matched = provinces.match(name) or next(
        (p for p in provinces.all_provinces() if name in (p.code, p.iso) or name.casefold() == p.name_en.casefold()),
        None,
    )
    if province_matched is None:
        near = ", ".join(p.name_th for p in provinces.nearest(name))
        raise WrongUse(f"there is no province {name!r}{f'; did you mean {near}' if near else ''}")
    return province_matched.code


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"
