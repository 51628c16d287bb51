"""Every page of the province table, rendered one after the other from what was read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.datasets.province_progress import progress
from pipelines.datasets.province_progress.dataset import DATASET
from pipelines.datasets.province_progress.progress import Standing
from pipelines.datasets.province_progress.site import charts, labels, scales, source_rows, sources
from pipelines.datasets.province_progress.site.chart_process import Drawing
from pipelines.datasets.province_progress.site.tiles import abbreviation, tiles
from pipelines.datasets.province_progress.site.views import View, beside, listed
from pipelines.publishing.column_names import Names
from pipelines.publishing.site import quality_rows
from pipelines.publishing.site.build import Detail, Link, Page, Shared
from pipelines.publishing.site.folder import Group
from pipelines.publishing.site.labels import both_dates
from pipelines.publishing.site.templating import Look, squeezed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HERE = Path(__file__).parent


def _style() -> str:
    """The two scales, the places of the map's tiles, and what is written by hand."""
    rows, cols = {t.row for t in tiles()}, {t.col for t in tiles()}
    places = [f".r{n}{{grid-row:{n + 1}}}" for n in sorted(rows)] + [f".c{n}{{grid-column:{n + 1}}}" for n in cols]
    written = (HERE / "assets" / "province.css").read_text(encoding="utf-8")
    return "\n".join([scales.css(), "".join(places), squeezed(written)])


LOOK = Look(
    HERE / "templates",
    _style(),
    {
        **{name: getattr(labels, name) for name in ("STATUS", "SIGN", "REGION", "rate", "days_left")},
        "order": {name: i for i, name in enumerate(labels.STATUS)},
        "abbreviation": abbreviation,
        "FIGURES": sources.FIGURES,
        # A bound of the map's scale, without idle places: 2.5, 20.
        "step": lambda value: f"{value.normalize():f}",
        "names": Names([DATASET]),
    },
)


def base_of(campaign_id: str) -> str:
    """Return the folder of a campaign's pages.

    It stays the same when another campaign comes: letters bear its address.
    """
    return f"{campaign_id}/"


class ProvincePages:
    """The pages of the province table.

    Args:
        connection: The warehouse.
        letters: The ways to the letters by campaign and province code.
    """

    def __init__(self, connection: DuckDBPyConnection, letters: Mapping[tuple[str, str], str]) -> None:
        """Look up the campaigns that have returns; `letters` are paths by campaign and province."""
        self.connection, self.letters = connection, letters
        self.listed = listed(connection)
        self.waiting = quality_rows.waiting(connection, DATASET.name)

    @property
    def links(self) -> tuple[Link, ...]:
        """The navigation of pages that are of no campaign."""
        only = base_of(self.listed[0].campaign.campaign_id) if len(self.listed) == 1 else None
        return self._links(only)

    @property
    def details(self) -> Mapping[tuple[str, str], Detail]:
        """Pages behind figures of other datasets: none, as it is the sum of others."""
        return {}

    def _links(self, base: str | None) -> tuple[Link, ...]:
        campaigns = (Link("index.html", "โครงการ", "Campaigns", "campaigns"),) if len(self.listed) > 1 else ()
        if base is None:
            return campaigns
        return (
            *campaigns,
            Link(f"{base}index.html", "ภาพรวม", "Overview", "front"),
            Link(f"{base}table.html", "ตารางรายจังหวัด", "The table", "table"),
        )

    @property
    def size(self) -> int:
        """Pages in all."""
        return 1 + sum(campaign.total.provinces + 2 for campaign in self.listed)

    def groups(self, shared: Shared) -> Iterator[Group]:
        """Return every page, each campaign's as a group; the site's first is that of the only one, or a list of all."""
        if len(self.listed) != 1:
            made_from = repr((self.links, shared.links, self.listed, self.waiting))
            yield Group("campaigns", made_from, partial(self._list, shared))
        with Drawing() as drawing:
            for entry in self.listed:
                name = entry.campaign.campaign_id
                parts = (
                    [item for item in items.items() if item[0][0] == name] for items in (self.letters, shared.details)
                )
                made_from = shared.made_from(name, len(self.listed) == 1, *parts)
                pages = partial(self._campaign, entry.campaign, shared, drawing.svg)
                yield Group(f"campaign {name}", made_from, pages)

    def _list(self, shared: Shared) -> Iterator[Page]:
        template, page_key = ("campaigns", "campaigns") if self.listed else ("empty", "front")
        links = (*self.links, *shared.links)
        yield LOOK.render(template, "index.html", links=links, here=page_key, listed=self.listed, waiting=self.waiting)

    def _campaign(self, campaign: progress.Campaign, shared: Shared, draw: charts.Draw) -> Iterator[Page]:
        name, base = campaign.campaign_id, base_of(campaign.campaign_id)
        view = View.of(
            campaign,
            progress.country(self.connection, name),
            progress.standings(self.connection, name),
            sources.against_the_line(self.connection, name),
        )
        frame = charts.Frame.of(view.campaign, [c.as_of for c in view.country])
        template = charts.template(frame, draw)
        line = charts.filled(template, frame, [frame.point(c.as_of, c.saved_percent) for c in view.country])
        context = {"base": base, "links": (*self._links(base), *shared.links), "view": view}
        (warnings,) = quality_rows.violations(self.connection, [view.snapshot_id]).values()
        # Where there is one campaign its front page is that of the site, too.
        for name in (f"{base}index.html", *(["index.html"] if len(self.listed) == 1 else [])):
            yield LOOK.render(
                "front",
                name,
                **context,
                here="front",
                changes=view.changes(),
                tiles=tiles(),
                standing_by_code={s.province_code: s for s in view.now},
                progress_scale=view.progress_scale(),
                gap_scale=view.gap_scale(),
                detail=shared.details.get((view.campaign.campaign_id, "")),
                warnings=warnings,
                quality_of=shared.quality_of,
                chart=charts.titled(line, "national", *_chart_texts(view, "ทั้งประเทศ", "the country", view.total)),
            )
        yield LOOK.render("table", f"{base}table.html", **context, here="table")
        yield from self._provinces(view, shared, context, frame, template)

    def _provinces(
        self, view: View, shared: Shared, context: Mapping[str, Any], frame: charts.Frame, template: str
    ) -> Iterator[Page]:
        name, base, ranked = view.campaign.campaign_id, context["base"], view.by_rank()
        rows = source_rows.of(sources.cells(self.connection, name), shared.returns, shared.quality_of)
        for standing in view.now:
            code = standing.province_code
            history = view.history[code]
            line = charts.filled(template, frame, [frame.point(s.as_of, s.saved_percent) for s in history])
            yield LOOK.render(
                "province",
                f"{base}province/{code}.html",
                **context,
                here="province",
                standing=standing,
                beside=beside(ranked, code),
                region=[s for s in ranked if s.region == standing.region],
                chart=charts.titled(line, "line", *_chart_texts(view, standing.name_th, standing.name_en, standing)),
                letter=self.letters.get((name, code)),
                detail=shared.details.get((name, code)),
                trail=rows(history, "../" * f"{base}province/".count("/")),
            )


def _chart_texts(
    view: View, th: str, en: str, now: Standing | progress.Country
) -> tuple[tuple[str, str], tuple[str, str]]:
    """A chart's title and description."""
    day_th, day_en = both_dates(now.as_of)
    figure, line, n = f"{now.saved_percent:.2f}", f"{view.line[now.as_of].expected_percent:.2f}", len(view.country)
    return (
        (f"ร้อยละที่บันทึกแล้วของ{th} ตามเวลา", f"Percent saved through time: {en}"),
        (
            f"ณ วันที่ {day_th} บันทึกแล้วร้อยละ {figure} เส้นเป้าหมายอยู่ที่ร้อยละ {line} จากรายงาน {n} ฉบับ"
            " ตัวเลขทั้งหมดอยู่ในตารางของหน้านี้",
            f"As of {day_en}, {figure} percent is saved, the straight line is at {line}; returns: {n}."
            " All figures stand in the table on this page.",
        ),
    )
