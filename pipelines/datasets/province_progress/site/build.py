"""The site as a whole: what is read of the warehouse becomes pages, and the pages a folder."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.datasets.province_progress import progress
from pipelines.datasets.province_progress.progress import Standing
from pipelines.datasets.province_progress.site import charts, folder, source_rows, sources
from pipelines.datasets.province_progress.site.labels import both_dates
from pipelines.datasets.province_progress.site.tiles import tiles
from pipelines.datasets.province_progress.site.views import View, beside

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.publishing.suggested_repairs import Suggestion

HERE = Path(__file__).parent
PARTS = ("*.py", "*.csv", "templates/*.html", "assets/*")
A_PAGE = 200
"""Returns on a page of quality; counted from the oldest, so that a full page stays as it is."""
SUGGESTED = 20
"""Quarantined returns, the newest, for which a repair is proposed."""
LetterOf = Callable[[str, date, Standing], Path | None]
"""The letter to a province, by campaign, as-of date and standing; None where there is none."""
Suggest = Callable[[Sequence[str]], Mapping[str, "Suggestion"]]
"""Proposed repairs of some returns, by name."""
Progress = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
Page = tuple[str, str]
"""A page's path within the site, and its text."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of building a site: `index` is its first page; pages written anew and taken over as they were, both
    0 where the site was that of this state already (`current`).
    """

    index: Path
    written: int
    kept: int
    current: bool


def build(
    connection: DuckDBPyConnection,
    site: Path,
    *,
    letter: LetterOf = lambda campaign_id, as_of, standing: None,
    suggest: Suggest = lambda names: {},
    force: bool = False,
    shown: Progress = lambda total, what: nullcontext(lambda done: None),
) -> Built:
    """Make the site of a warehouse in the folder `site` (which becomes a link, see `warehouse.tables.swap`).

    Nothing is done where the site there is of the same state: warehouse, letters and this code; `force` does it all
    the same. Letters are linked where they exist, and the links are relative, so home and site can move together.
    """
    views = {c.campaign_id: c for c in progress.campaigns(connection)}
    links = _links(connection, views, site, letter)
    state = hashlib.sha256(repr((progress.state(connection), version(), sorted(links.items()))).encode()).hexdigest()
    if not force and folder.state_of(site) == state:
        return Built(site / "index.html", 0, 0, True)
    made = Site(connection, links, suggest)
    with shown(made.size, "pages") as advance:
        written = folder.write(_told(made.pages(), advance), site, state)
    return Built(site / "index.html", written.new, written.kept, False)


@functools.cache
def version() -> str:
    """What the pages look like: a hash of the code, templates and assets that make them."""
    files = sorted(file for part in PARTS for file in HERE.glob(part))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _links(
    connection: DuckDBPyConnection, campaigns: Mapping[str, progress.Campaign], site: Path, letter: LetterOf
) -> dict[tuple[str, str], str]:
    """The letters that exist, by campaign and province code, as their page links to them."""
    found = {}
    for name in campaigns:
        page = site / base_of(name) / "province"
        for one in progress.standings(connection, name, latest=True):
            file = letter(name, one.as_of, one)
            if file is not None and file.is_file():
                found[name, one.province_code] = Path(os.path.relpath(file, page)).as_posix()
    return found


def base_of(campaign_id: str) -> str:
    """The folder of a campaign's pages. It stays the same when another campaign comes: letters bear its address."""
    return f"{campaign_id}/"


def _told(pages: Iterator[Page], advance: Callable[[int], None]) -> Iterator[Page]:
    for page in pages:
        yield page
        advance(1)


class Site:
    """All that the pages show, read once, and the pages made of it one after the other."""

    def __init__(
        self, connection: DuckDBPyConnection, letters: Mapping[tuple[str, str], str], suggest: Suggest
    ) -> None:
        self.letters = letters
        self.views = [
            View.of(c, progress.country(connection, c.campaign_id), progress.standings(connection, c.campaign_id))
            for c in progress.campaigns(connection)
        ]
        self.cells = {v.campaign.campaign_id: sources.cells(connection, v.campaign.campaign_id) for v in self.views}
        self.returns = {r["snapshot_id"]: _counted(r) for r in progress.returns(connection)}
        self.decisions = sources.decisions(connection)
        self.waiting = sources.campaigns_waiting(connection)
        quarantined = [name for name, r in self.returns.items() if r["verdict"] == "quarantined"]
        self.suggestions = suggest(quarantined[:SUGGESTED]) if quarantined else {}
        self.parts = _parts(list(self.returns))
        self.quality_of = {name: part for part, names in self.parts.items() for name in names}

    @property
    def size(self) -> int:
        """Pages in all."""
        return len(self.parts) + 1 + sum(len(v.now) + 2 for v in self.views)

    def pages(self) -> Iterator[Page]:
        """Every page, rendered."""
        many = len(self.views) > 1
        if not self.views:
            yield self._page("index.html", "empty", here="front", waiting=self.waiting)
        if many:
            yield self._page("index.html", "campaigns", here="campaigns", views=self.views, waiting=self.waiting)
        for view in self.views:
            yield from self._campaign(view)
        yield from self._quality()

    def _page(self, name: str, template: str, *, base: str | None = None, **told: Any) -> Page:
        from pipelines.datasets.province_progress.site.templating import render

        root, many = "../" * name.count("/"), len(self.views) > 1
        return name, render(template, root=root, base=base, many=many, quality_of=self.quality_of, **told)

    def _campaign(self, view: View) -> Iterator[Page]:
        base = base_of(view.campaign.campaign_id)
        frame = charts.Frame.of(view.campaign, [c.as_of for c in view.country])
        template = charts.template(frame)
        line = charts.filled(template, frame, [frame.point(c.as_of, c.saved_percent) for c in view.country])
        # Where there is one campaign its front page is that of the site, too.
        for name in (f"{base}index.html", *(["index.html"] if len(self.views) == 1 else [])):
            yield self._page(
                name,
                "front",
                base=base,
                here="front",
                view=view,
                changes=view.changes(),
                tiles=tiles(),
                standing={s.province_code: s for s in view.now},
                progress_scale=view.progress_scale(),
                gap_scale=view.gap_scale(),
                warnings=self.returns[view.snapshot_id]["violations"],
                chart=charts.titled(line, "national", *_said(view, "ทั้งประเทศ", "the country", view.total)),
            )
        yield self._page(f"{base}table.html", "table", base=base, here="table", view=view)
        yield from self._provinces(view, base, frame, template)

    def _provinces(self, view: View, base: str, frame: charts.Frame, template: str) -> Iterator[Page]:
        name, ranked = view.campaign.campaign_id, view.by_rank()
        rows = source_rows.of(self.cells[name], self.returns, self.quality_of)
        for one in view.now:
            code = one.province_code
            history = view.history[code]
            line = charts.filled(template, frame, [frame.point(s.as_of, s.saved_percent) for s in history])
            yield self._page(
                f"{base}province/{code}.html",
                "province",
                base=base,
                here="province",
                view=view,
                one=one,
                beside=beside(ranked, code),
                region=[s for s in ranked if s.region == one.region],
                chart=charts.titled(line, "line", *_said(view, one.name_th, one.name_en, one)),
                letter=self.letters.get((name, code)),
                trail=rows(history, "../" * f"{base}province/".count("/")),
            )

    def _quality(self) -> Iterator[Page]:
        base = base_of(self.views[0].campaign.campaign_id) if len(self.views) == 1 else None
        counts: dict[str, int] = {}
        for one in self.returns.values():
            counts[one["verdict"]] = counts.get(one["verdict"], 0) + 1
        ends, last = [], len(self.returns)
        for name, names in self.parts.items():
            ends.append((name, last - len(names) + 1, last))
            last -= len(names)
        for page, names in self.parts.items():
            yield self._page(
                page,
                "quality",
                base=base,
                here="quality",
                page=page,
                returns=[self.returns[name] for name in names],
                counts=sorted(counts.items()),
                parts_of=ends,
                decisions=self.decisions,
                suggestions=self.suggestions,
                current={s.snapshot_id for v in self.views for many in v.history.values() for s in many},
            )


def _counted(one: dict[str, Any]) -> dict[str, Any]:
    errors = sum(v["severity"] == "error" for v in one["violations"])
    return {**one, "errors": errors, "warnings": len(one["violations"]) - errors}


def _parts(names: list[str]) -> dict[str, list[str]]:
    """The pages of quality, the newest first, each with its returns, the newest first. Full pages are counted from the
    oldest return; the newest, which grows, is quality.html.
    """
    rest = len(names) % A_PAGE or min(A_PAGE, len(names))
    parts = {"quality.html": names[:rest]}
    older = [names[start : start + A_PAGE] for start in range(rest, len(names), A_PAGE)]
    for i, some in enumerate(older):
        parts[f"quality-{len(older) - i}.html"] = some
    return parts


def _said(view: View, th: str, en: str, now: Standing | progress.Country) -> tuple[tuple[str, str], tuple[str, str]]:
    """A chart's title and description."""
    day_th, day_en = both_dates(now.as_of)
    figure, line, n = f"{now.saved_percent:.2f}", f"{view.expected(now.as_of):.2f}", len(view.country)
    return (
        (f"ร้อยละที่บันทึกแล้วของ{th} ตามเวลา", f"Percent saved through time: {en}"),
        (
            f"ณ วันที่ {day_th} บันทึกแล้วร้อยละ {figure} เส้นเป้าหมายอยู่ที่ร้อยละ {line} จากรายงาน {n} ฉบับ"
            " ตัวเลขทั้งหมดอยู่ในตารางของหน้านี้",
            f"As of {day_en}, {figure} percent is saved, the straight line is at {line}; returns: {n}."
            " All figures stand in the table on this page.",
        ),
    )
