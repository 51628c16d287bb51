"""Cells of a scan that a person is to confirm, and the page to do so against their pictures.

The reader of scans says which cells are not certain (`pipelines.readers.scans`); until each of them is confirmed by a
correction, the return is set aside. Here belongs how they are listed and shown; a correction is made by `khrop repair`.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from khrop.thai.digits import to_arabic
from pipelines.datasets.kinds import doubt_key
from pipelines.decisions.proposals import cell_of
from pipelines.readers.document import where_th
from pipelines.returns import Judgement

TEMPLATE = Path(__file__).parent / "templates" / "confirm.html"
READING = re.compile(r"(\S+) \(([0-9]+)%\)")
"""A reading with its probability, in what a cell may say."""


@dataclass(frozen=True, slots=True)
class UncertainCell:
    """A cell whose reading is not certain.

    Attributes:
        row: The name of its row.
        column: Its column.
        title_th: The Thai title of the column.
        printed: The likeliest reading.
        may_be: The likeliest readings with their probabilities, in words.
        place: Where it stands.
        picture: Its picture, as PNG; empty where there is none.
    """

    row: str
    column: str
    title_th: str
    printed: str
    may_be: str
    place: str
    picture: bytes

    @property
    def readings(self) -> list[str]:
        """The likeliest readings, best first."""
        return [found[1] for found in READING.finditer(self.may_be)]


def uncertain_cells(judgement: Judgement) -> list[UncertainCell]:
    """Return the cells of a return that are still to be confirmed, in the order of the document."""
    dataset = judgement.dataset
    if dataset is None:
        return []
    found = []
    for values in judgement.rows:
        for column in dataset.columns:
            if may_be := values.get(doubt_key(column.name)):
                name = str(values.get(dataset.label) or "")
                printed, place = cell_of(judgement, name, column.heading)
                picture = judgement.pictures.get(place, b"")
                found.append(UncertainCell(name, column.name, column.title_th, printed, may_be, place, picture))
    return found


def page_of(judgement: Judgement) -> str:
    """Return a self-contained page on which a person confirms the cells of a return; it ends in a command line."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    cells = [
        {
            "row": cell.row, "column": cell.column, "title": cell.title_th, "words": where_th(cell.place),
            "picture": base64.b64encode(cell.picture).decode(),
            "readings": [{"shown": text, "value": to_arabic(text).replace(",", "")} for text in cell.readings],
        }
        for cell in uncertain_cells(judgement)
    ]  # fmt: skip
    return environment.get_template(TEMPLATE.name).render(name=judgement.of.snapshot_id, cells=cells)
