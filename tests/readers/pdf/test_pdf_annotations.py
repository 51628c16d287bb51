"""What annotations say beside a page is reported, and a page whose annotations viewers show unlike is for a person."""

from __future__ import annotations

import pytest
from written_pdfs import HEADINGS, HEIGHT, page, written

from pipelines.readers.document import NeedsReadingByEye
from pipelines.readers.pdf import read
from pipelines.readers.pdf.normalised import stamp_name

ROWS = (
    ("๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"),
    ("๒", "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐"),
    ("๓", "น่าน", "๑๐๐", "๘๔", "๑๖", "๘๔.๐๐"),
)
BOX = (140.0, 45.0, 300.0, 65.0)
FONTS = "/Resources<</Font<</F 3 0 R/W 4 0 R>>>>"


def annotated(kind: str, more: str = "", looks: str = "", catalog: str = "") -> list[tuple[str, str]]:
    """What is reported of a page with a date and an annotation over it; `looks` is the text that it shows."""
    x0, top, x1, bottom = BOX
    rect = f"{x0} {HEIGHT - bottom} {x1} {HEIGHT - top}"
    objects = {}
    if looks:
        content = "\n".join(page().box(*BOX, 1).text(150, 60, looks).content)
        head = f"/Type/XObject/Subtype/Form/BBox[{rect}]{FONTS}/Length {len(content)}"
        objects[1000] = f"<<{head}>>\nstream\n{content}\nendstream"
        more += "/AP<</N 1000 0 R>>"
    flags = "" if "/F " in more else "/F 4"
    sheet = page(f"{FONTS}/Annots[<</Type/Annot/Subtype/{kind}/Rect[{rect}]{flags}{more}>>]")
    sheet.text(150, 60, "วันที่ ๑๑").ruled(100, HEADINGS, *ROWS)
    return [(c.measure, c.printed) for c in read(written(sheet, more=objects, catalog=catalog)).claims]


def utf16(text: str) -> str:
    return f"<{(chr(0xFEFF) + text).encode('utf-16-be').hex()}>"


@pytest.mark.parametrize("kind", ["Highlight", "Underline", "Caret"])
def test_a_remark_beside_the_page_is_reported(kind: str) -> None:
    remark = "วันที่ผิด ต้องเป็น ๒๕"
    quads = "/QuadPoints[140 797 300 797 140 777 300 777]/C[1 1 0]"
    assert annotated(kind, f"/Contents{utf16(remark)}{quads}") == [("annotation", remark)]
    assert annotated(kind, f"/Contents{utf16(remark)}{quads}/F 2") == []
    assert annotated(kind, quads) == []


@pytest.mark.parametrize(("kind", "measure"), [("Stamp", "stamp"), ("FreeText", "unseen_text")])
def test_what_is_seen_on_paper_alone_is_reported(kind: str, measure: str) -> None:
    assert annotated(kind, f"/F 36/Contents{utf16('ร่าง')}", "ร่าง") == [(measure, "ร่าง")]


def test_a_stamp_is_known_by_its_name_where_nothing_else_says_what_it_is() -> None:
    assert annotated("Stamp", "/Name/Draft") == [("stamp", "Draft")]
    assert [stamp_name(name) for name in ("NotApproved", "SBDraft", "#DApproved", "SHSignHere", "Draft")] == [
        "Not Approved", "Draft", "Approved", "Sign Here", "Draft",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["Line", "PolyLine", "Polygon", "Redact"])
def test_an_annotation_that_only_some_viewers_draw_needs_reading_by_eye(kind: str) -> None:
    with pytest.raises(NeedsReadingByEye, match="in their own ways"):
        annotated(kind, "/L[140 785 300 785]/Vertices[140 785 300 785]")


def test_a_field_that_holds_other_figures_than_it_shows_needs_reading_by_eye() -> None:
    form = "/AcroForm<</Fields[]/DA(/F 10 Tf 0 g)>>"
    assert ("annotation", "วันที่ ๒๕") in annotated("Widget", f"/FT/Tx/T(d)/V{utf16('วันที่ 25')}", "วันที่ ๒๕", form)
    with pytest.raises(NeedsReadingByEye, match="another text than it shows"):
        annotated("Widget", f"/FT/Tx/T(d)/V{utf16('วันที่ ๑๑')}", "วันที่ ๒๕", form)
