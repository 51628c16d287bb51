"""The site of a home brought up to date: what `khrop report` and the asset `site` do."""

from __future__ import annotations

from contextlib import nullcontext

from pipelines.datasets.province_progress.site.build import Built, Progress, build
from pipelines.datasets.province_progress.site.letter_links import letters_in
from pipelines.home import Home
from pipelines.publishing.catalogue import Published
from pipelines.publishing.suggested_repairs import suggester
from warehouse.connect import Warehouse


def publish(home: Home, *, force: bool = False) -> Published:
    """Build the site of a home; nothing is done where it is that of the tables, letters and code already. Raises
    `WarehouseLocked`, and FileNotFoundError without a warehouse.
    """
    built = bring_up_to_date(home, force=force)
    told = {"pages_written": built.written, "pages_kept": built.kept}
    preview = f"[{built.index}]({built.index.as_uri()}): {built.written} pages written, {built.kept} as they were"
    return Published(built.index, preview, told, changed=not built.current)


def bring_up_to_date(
    home: Home, *, force: bool = False, progress: Progress = lambda total, what: nullcontext(lambda done: None)
) -> Built:
    """The same, told as the builder tells it."""
    warehouse = Warehouse(home.warehouse)
    # As the writer: two builds at a time would each sweep away what the other has half done.
    with warehouse.writer(), warehouse.reading() as connection:
        return build(
            connection,
            home.site,
            letter=letters_in(home.letters),
            suggest=suggester(home, connection),
            force=force,
            shown=progress,
        )
