"""The pages of the province table: overview with a map, the table of the return, a page a province.

Here belong the pages that know its columns; the site as a whole, and what knows no column, is in
`pipelines.publishing.site`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.datasets.province_progress.site.pages import ProvincePages
    from pipelines.home import Home


def state(connection: DuckDBPyConnection, home: Home) -> str:
    """Return what the pages are made from beside the warehouse: the letters that they link to."""
    from pipelines.datasets.province_progress.site.letter_links import letter_links

    return repr(sorted(letter_links(connection, home).items()))


def pages_of(connection: DuckDBPyConnection, home: Home) -> ProvincePages:
    """Read what the pages show."""
    from pipelines.datasets.province_progress.site.letter_links import letter_links
    from pipelines.datasets.province_progress.site.pages import ProvincePages

    return ProvincePages(connection, letter_links(connection, home))
