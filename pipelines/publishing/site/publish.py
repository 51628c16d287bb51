"""The site of a home brought up to date: what `khrop report` and the asset `site` do."""

from __future__ import annotations

from contextlib import nullcontext

from pipelines.datasets.registry import datasets
from pipelines.home import Home
from pipelines.publishing.catalogue import Published
from pipelines.publishing.site.build import Built, Progress, build
from pipelines.publishing.suggested_repairs import suggester
from warehouse.connect import Warehouse


def publish(home: Home, *, force: bool = False) -> Published:
    """Build the site of a home; do nothing where it is that of the tables, letters and code already.

    Raises:
        WarehouseLocked: Where another process holds the warehouse.
        FileNotFoundError: Without a warehouse.
    """
    built = bring_up_to_date(home, force=force)
    figures = {"pages_written": built.written, "pages_kept": built.kept}
    preview = f"[{built.index}]({built.index.as_uri()}): {built.written} pages written, {built.kept} as they were"
    return Published(built.index, preview, figures, changed=not built.current)


def bring_up_to_date(
    home: Home, *, force: bool = False, progress: Progress = lambda total, what: nullcontext(lambda done: None)
) -> Built:
    """Build the site of a home, and return what was built. `progress` is called with each page."""
    warehouse = Warehouse(home.warehouse)
    # As the writer: two builds at a time would each sweep away what the other has half done.
    with warehouse.writer(), warehouse.reading() as connection:
        return build(
            connection,
            home,
            datasets(home.root),
            suggest=suggester(home, connection),
            force=force,
            shown=progress,
        )
