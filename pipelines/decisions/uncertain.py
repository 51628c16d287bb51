"""Cells of a scan whose reading is not certain: what each may say, and its picture.

The reader of scans says which cells these are (`pipelines.readers.scans`); until each of them is confirmed by a
correction, the return is set aside. Here belongs what is known of them; what the warehouse keeps of it is read in
`pipelines.intake.doubts`. A correction is made by `khrop repair`, with the page of `pipelines.decisions.confirm_page`.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from khrop.model.terminal_text import markdown_text
from pipelines.datasets.value_kinds import doubt_key
from pipelines.decisions.proposals import cell_of
from pipelines.readers.candidate import Candidate
from pipelines.readers.document import where
from pipelines.returns import Judgement

MOST_IN_MARKDOWN = 64 << 10
"""Characters of the pictures in Markdown, which Dagster keeps with an event: those of a dozen cells and more."""


@dataclass(frozen=True, slots=True)
class UncertainCell:
    """A cell whose reading is not certain.

    Attributes:
        row: The name of its row.
        column: Its column.
        printed: The reading that it stands with.
        candidates: What it may say, the likeliest first.
        place: Where it stands.
        picture: Its picture, as PNG.
    """

    row: str
    column: str
    printed: str
    candidates: tuple[Candidate, ...]
    place: str
    picture: bytes

    @property
    def reading(self) -> Candidate | None:
        """The candidate that it stands with; None where it stands with none."""
        return next((candidate for candidate in self.candidates if candidate.text == self.printed), None)

    @property
    def rivals(self) -> tuple[Candidate, ...]:
        """The other candidates, the likeliest first."""
        return tuple(candidate for candidate in self.candidates if candidate.text != self.printed)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it, without its picture."""
        return {
            "row": self.row, "column": self.column, "printed": self.printed,
            "may_be": plain(self.candidates), "place": self.place,
        }  # fmt: skip


def plain(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    """Return candidates as JSON has them: text and probability of each."""
    return [{"text": candidate.text, "probability": round(candidate.probability, 4)} for candidate in candidates]


def address_of(png: bytes) -> str:
    """Return a picture as the address that a page shows it by, without a file; empty where there is none."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def uncertain_cells(judgement: Judgement) -> list[UncertainCell]:
    """Return the cells of a return that are still to be confirmed, in the order of the document."""
    dataset = judgement.dataset
    if dataset is None:
        return []
    cells = []
    for values in judgement.rows:
        for column in dataset.columns:
            if (candidates := values.get(doubt_key(column.name))) is not None:
                name = str(values.get(dataset.label) or "")
                printed, place = cell_of(judgement, name, column.heading)
                cells.append(
                    UncertainCell(name, column.name, printed, candidates, place, judgement.pictures.get(place, b""))
                )
    return cells


def as_markdown(name: str, cells: Sequence[UncertainCell]) -> str:
    """Return the cells of a return as Markdown: a table with the picture of each, its reading and its rivals.

    Args:
        name: The return.
        cells: Its cells; those for whose pictures there is no room (`MOST_IN_MARKDOWN`) stand without.
    """
    lines = ["| row | column | picture | reading | or it may be | place |", "| --- | --- | --- | --- | --- | --- |"]
    left = MOST_IN_MARKDOWN
    for cell in cells:
        picture = address_of(cell.picture)
        left -= len(picture)
        picture_text = f"![{markdown_text(f'{cell.row} {cell.column}')}]({picture})" if picture and left >= 0 else ""
        reading = _odds(cell.reading) if cell.reading else markdown_text(cell.printed)
        rivals = " · ".join(map(_odds, cell.rivals))
        texts = (markdown_text(cell.row), cell.column, picture_text, reading, rivals, markdown_text(where(cell.place)))
        lines.append(f"| {' | '.join(texts)} |")
    lines += ["", f"All other cells are certain. `khrop repair {name} --html FILE` writes a page to confirm these on."]
    if left < 0:
        lines.append("It has the pictures for which there is no room here, too.")
    return "\n".join(lines)


def _odds(candidate: Candidate) -> str:
    return markdown_text(f"{candidate.text} ({candidate.percent})")
