"""Every page of the register, rendered one after the other from what was read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khrop.contracts.local_authority import KINDS, STATUSES
from khrop.thai import provinces
from pipelines.publishing.column_names import Both
from pipelines.publishing.site import quality_rows
from pipelines.publishing.site.build import Detail, Link, Page, Shared
from pipelines.publishing.site.folder import Group
from pipelines.publishing.site.templating import Look
from warehouse import reconciliation

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAME = "local_authority"
KIND: dict[str, Both] = {name: (th, name.replace("_", " ")) for name, th in KINDS.items()}
STATUS: dict[str, Both] = {name: (th, name.replace("_", " ")) for name, th in STATUSES.items()}
MEASURE: dict[str, Both] = {
    "total": ("อปท. ทั้งหมด", "authorities"),
    "saved": ("บันทึกแล้ว", "saved"),
    "pending": ("ยังไม่บันทึก", "pending"),
}
LOOK = Look(Path(__file__).parent / "templates", words={"KIND": KIND, "STATUS": STATUS, "MEASURE": MEASURE})
_DISTRICTS = (
    "SELECT campaign_id, province_code, district, total, saved, in_progress, not_started FROM mart.district_progress"
    " WHERE is_latest ORDER BY campaign_id, province_code, district"
)


class RegisterPages:
    """The pages of the newest register of each campaign, in the folder `local_authority`.

    Args:
        connection: The warehouse.
    """

    def __init__(self, connection: DuckDBPyConnection) -> None:
        """Read the campaigns, their districts, and what they are compared with."""
        self.connection = connection
        all_campaigns = quality_rows.campaigns(connection, NAME)
        self.campaigns = [campaign for campaign in all_campaigns if campaign["snapshot_id"]]
        self.districts: dict[str, list[dict[str, Any]]] = {c["campaign_id"]: [] for c in self.campaigns}
        for district in quality_rows.dicts(connection, _DISTRICTS) if self.campaigns else ():
            self.districts[district["campaign_id"]].append(district)
        self.beside = dict(
            connection.execute(
                "SELECT campaign_id, reconciles_with FROM core.campaign WHERE reconciles_with <> ''"
            ).fetchall()
        )

    @property
    def links(self) -> tuple[Link, ...]:
        """The register's entry in the navigation; none before there is a register."""
        register_links = (Link(f"{NAME}/index.html", "ทะเบียน อปท.", "Register", NAME),)
        return register_links if self.campaigns else ()

    @property
    def details(self) -> Mapping[tuple[str, str], Detail]:
        """Pages behind the figures of the campaigns that registers are compared with, and of each province."""
        details: dict[tuple[str, str], Detail] = {}
        for campaign, other in self.beside.items():
            if districts := self.districts.get(campaign):
                nothing, count = _nothing(districts), len(districts)
                details[other, ""] = Detail(
                    f"{NAME}/{campaign}/index.html",
                    f"{nothing:,} จาก {count:,} อำเภอยังไม่มี อปท. ใดบันทึก",
                    f"in {nothing:,} of {count:,} districts nothing is saved",
                )
                for code in {district["province_code"] for district in districts}:
                    details[other, code] = Detail(
                        f"{NAME}/{campaign}/{code}.html", "รายชื่อ อปท. รายอำเภอ", "Authorities by district"
                    )
        return details

    @property
    def size(self) -> int:
        """Pages in all."""
        return bool(self.campaigns) + sum(
            1 + len({district["province_code"] for district in districts}) for districts in self.districts.values()
        )

    def groups(self, shared: Shared) -> Iterator[Group]:
        """Return every page: the list of campaigns, and of each its provinces as a group."""
        links = (*self.links, *shared.links)
        if self.campaigns:
            figures = {name: _sums(districts) for name, districts in self.districts.items()}
            values = {"links": links, "campaigns": self.campaigns, "figures": figures}
            yield Group(NAME, repr(values), partial(_list, values))
        for campaign in self.campaigns:
            name = campaign["campaign_id"]
            other = self.beside.get(name, "")
            made_from = shared.made_from(name, links, campaign, other, shared.states.get(other))
            yield Group(f"{NAME} {name}", made_from, partial(self._campaign, campaign, links, shared))

    def _campaign(self, campaign: dict[str, Any], links: Sequence[Link], shared: Shared) -> Iterator[Page]:
        name = campaign["campaign_id"]
        differences: dict[str, list[reconciliation.Difference]] = {}
        for difference in reconciliation.differences(self.connection, name):
            if difference.as_of == campaign["as_of"]:
                differences.setdefault(difference.key, []).append(difference)
        context = {
            "links": links, "here": "", "campaign": campaign, "quality_of": shared.quality_of,
            "other": self.beside.get(name, ""),
        }  # fmt: skip
        by_province = {
            code: list(rows)
            for code, rows in groupby(self.districts[name], key=lambda district: district["province_code"])
        }
        listed = [
            (provinces.by_code(code), _sums(rows), len(rows), _nothing(rows)) for code, rows in by_province.items()
        ]
        yield LOOK.render(
            "register", f"{NAME}/{name}/index.html", **context, listed=listed, differences=differences,
            total=_sums(self.districts[name]), districts=len(self.districts[name]),
            nothing=_nothing(self.districts[name]),
        )  # fmt: skip
        for code, rows in by_province.items():
            authorities = quality_rows.dicts(
                self.connection,
                "SELECT authority_code, name_th, kind, district, status, saved_on, recorded_by, note"
                " FROM core.local_authority WHERE snapshot_id = ? AND judgement = ? AND province_code = ?"
                " ORDER BY district, kind, authority_code",
                [campaign["snapshot_id"], campaign["judgement"], code],
            )
            yield LOOK.render(
                "authorities", f"{NAME}/{name}/{code}.html", **context, province=provinces.by_code(code),
                districts=rows, total=_sums(rows), authorities=authorities, differences=differences.get(code, []),
            )  # fmt: skip


def _list(values: Mapping[str, Any]) -> list[Page]:
    return [LOOK.render("registers", f"{NAME}/index.html", **values, here=NAME)]


def _sums(districts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {name: sum(d[name] for d in districts) for name in ("total", "saved", "in_progress", "not_started")}


def _nothing(districts: Sequence[Mapping[str, Any]]) -> int:
    return sum(district["saved"] == 0 for district in districts)
