"""A PDF as every engine is to see it: pages no larger than what is shown, and annotations drawn into them.

A viewer shows a page cut to its crop box and with its annotations upon it, where an engine for text reads the sheet
beneath. What kinds of annotations there are belongs here, what is read of them in `pipelines.readers.pdf.characters`.
"""

from __future__ import annotations

import ctypes
import io
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from pipelines.readers.document import NeedsReadingByEye
from pipelines.readers.pdf.objects import texts_in
from pipelines.readers.pdf.pictures import DOTS, drawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.readers.pdf.characters import Read
    from pipelines.readers.pdf.pictures import Drawing

UNPRINTED = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP)
"""Annotations that draw nothing of their own."""
STAMPS = (pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WATERMARK)
WITH_TEXT = {pdfium.FPDF_ANNOT_FREETEXT: b"Contents", pdfium.FPDF_ANNOT_WIDGET: b"V"}
"""Annotations whose text some viewers show even where the document does not say how, and where it stands."""
DRAWN_BY_VIEWERS = (
    pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_POLYLINE, pdfium.FPDF_ANNOT_REDACT
)  # fmt: skip
"""Annotations that some viewers draw, and others do not, where the document does not say how: they may strike a figure
out or cover it."""
UNSEEN_FLAGS = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
VIEWERS_DIFFER = "an annotation that viewers show in their own ways"
MOST_ANNOTATIONS = 2_000
LEVELS, MOST_DOTS = 60, 20
"""Levels of grey, of 255, and the number of dots from which two drawings of a page are different."""
ROUNDING = 0.01
MADE_BY, CAPITAL = re.compile(r"^#?(?:SB|SH|DS|D(?=[A-Z]))?"), re.compile(r"(?<=[a-z])(?=[A-Z])")
"""What viewers put before the name of a stamp of theirs, and where one of its words begins."""


class Note(NamedTuple):
    """An annotation with a text.

    Attributes:
        measure: `stamp` or `annotation`.
        box: In the units of the page.
        text: What it says where its look has no text.
        value: What the field of a form holds, which some viewers show in the place of how it looks.
    """

    measure: str
    box: tuple[float, float, float, float]
    text: str
    value: str = ""


class Notes(NamedTuple):
    """The annotations of a page that became part of it, which are its objects from `first` on; how it was drawn."""

    number: int
    first: int
    notes: tuple[Note, ...]
    before: Drawing

    def measure_at(self, x: float, y: float) -> str:
        """What the annotation is that holds a point."""
        over = [note for note in self.notes if note.box[0] <= x <= note.box[2] and note.box[1] <= y <= note.box[3]]
        return over[-1].measure if over else "annotation"

    def refuse_other_values(self, signs: Sequence[Read]) -> None:
        """Compare what the fields of a form hold with how they look.

        Args:
            signs: What a person sees of the annotations.

        Raises:
            NeedsReadingByEye: A field holds figures and shows others: some viewers show the one, some the other.
        """
        for note in self.notes:
            left, bottom, right, top = note.box
            shown = "".join(s.text for s in signs if left <= s.at[0] <= right and bottom <= s.at[1] <= top)
            if _digits(note.value) and _digits(note.value) != _digits(shown):
                reason = "the field of a form that holds another text than it shows"
                raise NeedsReadingByEye.on([self.number], reason, "ช่องกรอกแบบฟอร์มแสดงข้อความไม่ตรงกับค่าที่เก็บไว้")

    def alter(self, picture: Drawing) -> bool:
        """Whether a page is drawn otherwise since its annotations became part of it."""
        return int((np.abs(self.before.astype(np.int16) - picture) > LEVELS).sum()) > MOST_DOTS


def settle(pdf: Any, data: bytes, *, stamps: bool = True) -> tuple[bytes, dict[int, Notes]]:
    """Return a PDF whose pages end where they are shown to end and have annotations with text as part of them.

    Args:
        pdf: The opened document; it is changed.
        data: Its bytes.
        stamps: Whether stamps become part of a page, too.

    Returns:
        The bytes, as they are or of a copy; the annotations by the index of their page.

    Raises:
        NeedsReadingByEye: An annotation has a text that viewers do not show alike.
    """
    larger = [page for page in pdf if _is_larger(page, data)]
    for page in larger:
        box = page.get_bbox()
        page.set_mediabox(*box)
        page.set_cropbox(*box)
    notes: dict[int, Notes] = {}
    for index, page in enumerate(pdf):
        if page_notes := _with_annotations(page, index + 1, stamps):
            notes[index] = page_notes
    if not larger and not notes:
        return data, notes
    with io.BytesIO() as copy:
        pdf.save(copy)
        return copy.getvalue(), notes


def _is_larger(page: Any, data: bytes) -> bool:
    """Whether the sheet of a page is larger than what is shown of it."""
    sheet, cut = page.get_mediabox(fallback_ok=False), page.get_cropbox(fallback_ok=False)
    if sheet is None:
        # It has its boxes from the folder that it is in, perhaps both.
        return cut is not None or b"/CropBox" in data
    return any(abs(a - b) > ROUNDING for a, b in zip(sheet, page.get_bbox(), strict=True))


def _with_annotations(page: Any, number: int, stamps: bool) -> Notes | None:
    """Make the annotations of a page part of it, if any has a text."""
    count = pdfium.FPDFPage_GetAnnotCount(page)
    notes = [note for i in range(min(count, MOST_ANNOTATIONS)) if (note := _note(page, i, number, stamps))]
    if not notes:
        return None
    done = Notes(number, pdfium.FPDFPage_CountObjects(page), tuple(notes), drawn(page, DOTS, grayscale=True))
    # Without a box of its own it would be cut to what is drawn on it.
    page.set_mediabox(*page.get_bbox())
    pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
    return done


def _note(page: Any, index: int, number: int, stamps: bool) -> Note | None:
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    try:
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        if kind in UNPRINTED or pdfium.FPDFAnnot_GetFlags(annotation) & UNSEEN_FLAGS:
            return None
        if pdfium.FPDFAnnot_HasKey(annotation, b"OC") and not _draws(page, annotation):
            # It is on a layer that is off, which is not asked for where annotations become part of a page.
            pdfium.FPDFAnnot_SetFlags(annotation, pdfium.FPDF_ANNOT_FLAG_HIDDEN)
            return None
        if kind in STAMPS and not stamps:
            pdfium.FPDFAnnot_SetFlags(annotation, pdfium.FPDF_ANNOT_FLAG_HIDDEN)
            return None
        objects = [
            pdfium.FPDFAnnot_GetObject(annotation, i) for i in range(pdfium.FPDFAnnot_GetObjectCount(annotation))
        ]
        text = string_of(annotation, WITH_TEXT.get(kind, b"Contents"))
        ticked = kind == pdfium.FPDF_ANNOT_WIDGET and string_of(annotation, b"FT") not in ("Tx", "Ch")
        if kind in WITH_TEXT and text.strip() and not ticked and not pdfium.FPDFAnnot_HasKey(annotation, b"AP"):
            raise NeedsReadingByEye.on([number], VIEWERS_DIFFER, "ข้อความประกอบที่แต่ละโปรแกรมแสดงต่างกัน")
        if kind in DRAWN_BY_VIEWERS and not pdfium.FPDFAnnot_HasKey(annotation, b"AP"):
            raise NeedsReadingByEye.on([number], VIEWERS_DIFFER, "ข้อความประกอบที่แต่ละโปรแกรมแสดงต่างกัน")
        text = text or (stamp_name(string_of(annotation, b"Name")) if kind in STAMPS else "")
        value = text if kind == pdfium.FPDF_ANNOT_WIDGET and string_of(annotation, b"FT") == "Tx" else ""
        if kind in STAMPS or any(True for element in objects for _ in texts_in(element)):
            return Note("stamp" if kind in STAMPS else "annotation", _rectangle(annotation), text, value)
        return None
    finally:
        pdfium.FPDFPage_CloseAnnot(annotation)


def stamp_name(name: str) -> str:
    """What a stamp says that is known by its name alone, as a viewer writes it: `NotApproved`, `SBDraft`."""
    return CAPITAL.sub(" ", MADE_BY.sub("", name)).strip()


def _digits(text: str) -> list[int]:
    return [int(sign) for sign in text if sign.isdecimal()]


def _draws(page: Any, annotation: Any) -> bool:
    """Whether a page looks otherwise without an annotation."""
    flags = pdfium.FPDFAnnot_GetFlags(annotation)
    with_annotation = drawn(page, DOTS, grayscale=True)
    pdfium.FPDFAnnot_SetFlags(annotation, flags | pdfium.FPDF_ANNOT_FLAG_HIDDEN)
    without_annotation = drawn(page, DOTS, grayscale=True)
    pdfium.FPDFAnnot_SetFlags(annotation, flags)
    return not np.array_equal(with_annotation, without_annotation)


def _rectangle(annotation: Any) -> tuple[float, float, float, float]:
    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, box)
    return min(box.left, box.right), min(box.bottom, box.top), max(box.left, box.right), max(box.bottom, box.top)


def string_of(annotation: Any, key: bytes) -> str:
    """Return a string or a name in the dictionary of an annotation; empty where there is none."""
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
