"""The rows of a province's trail as markup.

They are put together here and not in the template: a campaign of a hundred returns has 7,600 of them, alike but for a
few figures, and Jinja2 took two thirds of the time of the whole site over them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from pipelines.datasets.province_progress.progress import Standing
from pipelines.datasets.province_progress.site.sources import FIGURES, Cells
from pipelines.publishing.site.labels import place, points, short_date, signed

Rows = Callable[[Sequence[Standing], str], Markup]
"""From a province's standings, the oldest first, and the way from its page to the site's root, to its rows."""


def of(cells: Cells, files: Mapping[str, Mapping[str, Any]], quality_of: Mapping[str, str]) -> Rows:
    """Return what makes the rows of a campaign's provinces, the newest first.

    Each figure has what is printed and its cell, each row its place, the file and the first digits of its hash.
    `files` are the returns by name.
    """
    ends: dict[tuple[str, str], str] = {}

    def end(name: str, root: str) -> str:
        if (name, root) not in ends:
            file, at = files[name], f"{root}{quality_of[name]}#{name}"
            ends[name, root] = (
                f'<td class="file"><a href="{escape(at)}">{escape(file["file"])}</a>'
                f' <code title="SHA-256 {escape(file["sha256"])}">{escape(file["sha256"][:12])}</code></td></tr>'
            )
        return ends[name, root]

    def row(standing: Standing, root: str) -> str:
        printed = cells.get((standing.as_of, standing.province_code), {})
        parts = [f'<tr><th scope="row">{short_date(standing.as_of)}</th>']
        for name, figure in zip(FIGURES, _figures(standing), strict=True):
            cell = printed.get(name)
            printed_cell = (
                f'<small class="cell">{escape(cell.printed)} <span>{cell.code}</span></small>' if cell else ""
            )
            parts.append(f'<td class="num">{figure}{printed_cell}</td>')
        side = "bad" if standing.gap_points < 0 else "good"
        parts.append(f'<td class="num"><span class="{side}">{signed(standing.gap_points)}</span></td>')
        parts.append(f"<td>{place(standing.place)}</td>{end(standing.snapshot_id, root)}")
        return "".join(parts)

    return lambda history, root: Markup("\n".join(row(standing, root) for standing in reversed(history)))


def _figures(standing: Standing) -> tuple[str, ...]:
    return f"{standing.total:,}", f"{standing.saved:,}", f"{standing.pending:,}", points(standing.saved_percent)
