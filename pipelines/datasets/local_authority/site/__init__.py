"""The pages of the register: a campaign's provinces, and of each province its districts and authorities."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.datasets.local_authority.site.pages import RegisterPages
    from pipelines.home import Home


def state(connection: DuckDBPyConnection, home: Home) -> str:
    """Return what the pages are made from beside the warehouse: nothing."""
    return ""


def pages_of(connection: DuckDBPyConnection, home: Home) -> RegisterPages:
    """Read what the pages show."""
    from pipelines.datasets.local_authority.site.pages import RegisterPages

    return RegisterPages(connection)
