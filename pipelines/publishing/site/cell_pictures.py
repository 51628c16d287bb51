"""The uncertain cells of scans as a page of quality shows them: a picture of each beside its readings.

The pictures stand in the page itself, so there is a most of them: what a page then lacks is on the page that
`khrop repair --html` writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.decisions.uncertain import UncertainCell, address_of
from pipelines.intake.doubts import waiting_cells

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_BYTES = 256 << 10
"""Of all pictures of a page, those of the newest returns first; a cell has three to four thousand."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """An uncertain cell, and the address of its picture; empty where the page has no room for it."""

    cell: UncertainCell
    address: str


def pictured(connection: DuckDBPyConnection, names: Sequence[str]) -> dict[str, list[Pictured]]:
    """Return the uncertain cells of the returns of a page.

    Args:
        connection: The warehouse.
        names: The returns, in the order of the page.

    Returns:
        The cells by return; nothing of returns without any.
    """
    left, shown = MOST_BYTES, dict[str, list[Pictured]]()
    waiting = waiting_cells(connection, names)
    for name in names:
        for cell in waiting.get(name, ()):
            left -= len(cell.picture)
            shown.setdefault(name, []).append(Pictured(cell, address_of(cell.picture) if left >= 0 else ""))
    return shown
