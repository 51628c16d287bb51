"""The site as a whole: what is read of the warehouse becomes pages, and the pages a folder."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipelines.publishing.column_names import Names
from pipelines.publishing.site import folder, quality_rows
from pipelines.publishing.site.cell_pictures import pictured
from pipelines.publishing.site.dataset_pages import DatasetPages
from pipelines.publishing.site.folder import Group
from pipelines.publishing.site.quality import Quality
from pipelines.publishing.site.templating import FONT_FILES
from warehouse import exports, parts
from warehouse.datasets import known

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.datasets.dataset import Dataset
    from pipelines.home import Home
    from pipelines.publishing.suggested_repairs import Suggestion

MADE_BY = ("*.py", "*.csv", "templates/*.html", "assets/*.*", "assets/fonts/*.*")
SUGGESTED = 20
"""Quarantined returns, the newest, for which a repair is proposed."""
Suggest = Callable[[Sequence[str]], Mapping[str, "Suggestion"]]
"""Proposed repairs of some returns, by name."""
Progress = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
Page = tuple[str, str]
"""A page's path within the site, and its text."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a page's navigation: address within the site, title, and the `here` of the page that it leads to."""

    address: str
    title_th: str
    title_en: str
    here: str


@dataclass(frozen=True, slots=True)
class Detail:
    """A page with what stands behind a figure: its address within the site, and what to call it."""

    address: str
    title_th: str
    title_en: str


@dataclass(frozen=True)
class Shared:
    """What the pages of all datasets share.

    Attributes:
        returns: All returns by name, the newest first.
        quality_of: The page of quality that a return stands on, by name.
        states: What the rows of each campaign are made from (see `warehouse.parts`).
        links: The end of each page's navigation: the other datasets with a page, and quality.
        details: Pages with what stands behind the figures of a campaign and key; of the whole campaign under no key.
    """

    returns: Mapping[str, dict[str, Any]]
    quality_of: Mapping[str, str]
    states: Mapping[str, str]
    links: tuple[Link, ...]
    details: Mapping[tuple[str, str], Detail]

    def made_from(self, campaign: str, *beside: object) -> str:
        """Return what the pages of a campaign are made from: its rows, the links of its pages, and what else they show.

        Args:
            campaign: The campaign.
            beside: What else they show.
        """
        return repr((self.states.get(campaign), self.links, self._pages_of_returns.get(campaign, ()), *beside))

    @functools.cached_property
    def _pages_of_returns(self) -> Mapping[str | None, list[tuple[str, str]]]:
        """The page of quality of each return, by campaign."""
        pages: dict[str | None, list[tuple[str, str]]] = {}
        for name, entry in self.returns.items():
            pages.setdefault(entry["campaign_id"], []).append((name, self.quality_of[name]))
        return pages


class OwnPages(Protocol):
    """Pages that a dataset makes itself; those of the default dataset have the site's first (`index.html`)."""

    @property
    def details(self) -> Mapping[tuple[str, str], Detail]:
        """Pages of its own behind the figures of other datasets, by campaign and key there."""

    @property
    def links(self) -> tuple[Link, ...]:
        """The beginning of the navigation of pages that are not its own."""

    @property
    def size(self) -> int:
        """Pages in all."""

    def groups(self, shared: Shared) -> Iterator[Group]:
        """Return every page, those of a campaign as a group."""


class OwnSite(Protocol):
    """The module `Dataset.site`."""

    def state(self, connection: DuckDBPyConnection, home: Home) -> str:
        """Return what its pages are made from beside the warehouse, as a text that changes with it."""

    def pages_of(self, connection: DuckDBPyConnection, home: Home) -> OwnPages:
        """Read what its pages show."""


@dataclass(frozen=True, slots=True)
class Built:
    """The result of building a site.

    `index` is its first page. Pages are written anew or taken over as they were; both are 0 where the site was that of
    this state already (`current`).
    """

    index: Path
    written: int
    kept: int
    current: bool


def build(
    connection: DuckDBPyConnection,
    home: Home,
    datasets: Mapping[str, Dataset],
    *,
    suggest: Suggest = lambda names: {},
    force: bool = False,
    shown: Progress = lambda total, what: nullcontext(lambda done: None),
) -> Built:
    """Make the site of a warehouse in the home's folder `site`, a link (see `warehouse.folders.swap`).

    Nothing is done where the site there is of the same state: warehouse, datasets, what their own pages link to, and
    this code; `force` does it all the same. Links out of the site are relative, so home and site can move together.
    """
    site = home.site
    own = {name: import_module(d.site) for name, d in datasets.items() if d.site}
    code = [version(tuple(Path(module.__file__ or "").parent for module in own.values()))]
    code += [repr((d.name, d.title_th, d.title_en, [(c.title_th, c.title_en) for c in d.columns]))
             for d in datasets.values()]  # fmt: skip
    made_from = [exports.state(connection), *code, *(module.state(connection, home) for module in own.values())]
    state = hashlib.sha256("\n".join(made_from).encode()).hexdigest()
    if not force and folder.state_of(site) == state:
        return Built(site / "index.html", 0, 0, True)
    made = _Site(connection, home, datasets, {name: module.pages_of(connection, home) for name, module in own.items()})
    with shown(made.size, "pages") as advance:
        groups = (replace(group, made_from="\n".join([*code, group.made_from])) for group in made.groups(suggest))
        written = folder.write(groups, site, state, FONT_FILES, advance)
    return Built(site / "index.html", written.new, written.kept, False)


@functools.cache
def version(own: tuple[Path, ...]) -> str:
    """Return a hash of the code, templates and assets that make the pages.

    They are here and in the folders of datasets with their own pages.
    """
    files = sorted(
        file for where in (Path(__file__).parent, *own) for pattern in MADE_BY for file in where.glob(pattern)
    )
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


class _Site:
    """All that the pages show, read once, and the pages made of it one after the other."""

    def __init__(
        self, connection: DuckDBPyConnection, home: Home, datasets: Mapping[str, Dataset], own: Mapping[str, OwnPages]
    ) -> None:
        self.own = tuple(own.values())
        self.returns, self.states = quality_rows.returns(connection), parts.states(connection)
        names = {name: Names([dataset]) for name, dataset in datasets.items()}
        decisions = quality_rows.decisions(connection)
        all_names = Names(datasets.values())
        self.quality = Quality(
            "",
            self.returns,
            decisions,
            lambda entry: names.get(entry["dataset"], all_names),
            functools.partial(quality_rows.violations, connection),
            functools.partial(pictured, connection),
        )
        self.others = [
            DatasetPages(connection, home, dataset, names[name], self.returns, decisions)
            for name, dataset in datasets.items()
            if name not in own and name in {d.dataset for d in known(connection)}
        ]

    @property
    def size(self) -> int:
        """Pages in all."""
        return self.quality.size + sum(site.size for site in self.own) + sum(site.size for site in self.others)

    def groups(self, suggest: Suggest) -> Iterator[Group]:
        """Return every page, in groups."""
        quarantined = [name for name, entry in self.returns.items() if entry["verdict"] == "quarantined"]
        suggestions = suggest(quarantined[:SUGGESTED]) if quarantined else {}
        links = (
            *(Link(f"{d.name}/index.html", d.dataset.title_th, d.dataset.title_en, d.name) for d in self.others),
            Link("quality.html", "คุณภาพข้อมูล", "Quality", "quality"),
        )
        details = {key: detail for made in self.own for key, detail in made.details.items()}
        for made in self.own:
            beside = tuple(link for other in self.own if other is not made for link in other.links)
            shared = Shared(self.returns, self.quality.page_of, self.states, (*beside, *links), details)
            yield from made.groups(shared)
        links = (*(link for made in self.own for link in made.links), *links)
        yield from self.quality.groups(links, suggestions)
        for other in self.others:
            yield from other.groups(links, suggestions, self.states)
