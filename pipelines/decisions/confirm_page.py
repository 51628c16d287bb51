"""The page on which a person confirms the uncertain cells of a scan, each against its picture."""

from __future__ import annotations

from pathlib import Path

from khrop.thai.digits import to_arabic
from pipelines.decisions.uncertain import address_of, uncertain_cells
from pipelines.readers.document import where_th
from pipelines.returns import Judgement

TEMPLATE = Path(__file__).parent / "templates" / "confirm.html"


def page_of(judgement: Judgement) -> str:
    """Return a self-contained page on which a person confirms the cells of a return; it ends in a command line."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    columns = judgement.dataset.by_name if judgement.dataset else {}
    cells = [
        {
            "row": cell.row, "column": cell.column, "title": columns[cell.column].title_th,
            "words": where_th(cell.place), "picture": address_of(cell.picture),
            "readings": [
                {"shown": text, "value": to_arabic(text).replace(",", "")} for text, _ in cell.candidates
            ],
        }
        for cell in uncertain_cells(judgement)
    ]  # fmt: skip
    return environment.get_template(TEMPLATE.name).render(name=judgement.return_.snapshot_id, cells=cells)
