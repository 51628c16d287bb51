"""What a person sees of a page of a PDF is what is read of it, however a document hides the rest."""

from __future__ import annotations

from typing import Any

import pytest
from read_pdfs import characters_of
from written_pdfs import HEADINGS, HEIGHT, LEFTS, Written, page, written

from pipelines.readers.document import Document, NeedsReadingByEye
from pipelines.readers.pdf import read
from pipelines.readers.pdf.lines import text_of

ROWS = (
    ("๑", "กระบี่", "๖๒", "๓", "๕๙", "๔.๘๔"),
    ("๒", "ตรัง", "๑๐๐", "๖", "๙๔", "๖.๐๐"),
    ("๓", "น่าน", "๑๐๐", "๘๔", "๑๖", "๘๔.๐๐"),
)
FONTS = "/Font<</F 3 0 R/W 4 0 R>>"
OLD, NEW = "วันที่ ๑๑", "วันที่ ๒๕"
PICTURE = "BI /W 1 /H 1 /CS /G /BPC 8 /F /AHx ID {grey}> EI"


def notices(sheet: Written, **options: Any) -> dict[str, str]:
    return dict(characters_of(sheet, **options).notices)


def text(sheet: Written, **options: Any) -> str:
    return text_of(characters_of(sheet, **options).shown)


def lines(document: Document) -> list[str]:
    return [cell for sheet in document.sheets for _, cells in sheet.rows for cell in cells if cell]


def stream(content: str, head: str = "") -> str:
    return f"<<{head}/Length {len(content)}>>\nstream\n{content}\nendstream"


def drawing(sheet: Written) -> str:
    return "\n".join(sheet.content)


def form(sheet: Written, box: tuple[float, float, float, float], more: str = "") -> str:
    """A form: what is written on a page, cut to a box (x0, top, x1, bottom)."""
    x0, top, x1, bottom = box
    head = f"/Type/XObject/Subtype/Form/BBox[{x0} {HEIGHT - bottom} {x1} {HEIGHT - top}]/Resources<<{FONTS}>>{more}"
    return stream(drawing(sheet), head)


def picture(x0: float, top: float, x1: float, bottom: float, grey: str = "ff") -> str:
    return f"q {x1 - x0} 0 0 {bottom - top} {x0} {HEIGHT - bottom} cm {PICTURE.format(grey=grey)} Q"


def annotated(kind: str, box: tuple[float, float, float, float], content: str | None, more: str = "") -> Written:
    """A page with the old date, a box upon it as an annotation, and the table."""
    x0, top, x1, bottom = box
    rect = f"[{x0} {HEIGHT - bottom} {x1} {HEIGHT - top}]"
    look = "/AP<</N 1000 0 R>>" if content is not None else ""
    sheet = page(f"/Resources<<{FONTS}>>/Annots[<</Type/Annot/Subtype/{kind}/Rect{rect}/F 4{look}{more}>>]")
    return sheet.text(150, 60, OLD).ruled(100, HEADINGS, *ROWS)


def look(content: Written, box: tuple[float, float, float, float]) -> dict[int, str]:
    return {1000: form(content, box)}


# --- the edges of a page ----------------------------------------------------------------------------------


def test_what_lies_outside_the_crop_box_is_not_seen() -> None:
    sheet = page("/CropBox[200 0 595 842]").text(250, 100, NEW).text(100, 100, OLD)
    found = characters_of(sheet)
    assert text_of(found.shown) == NEW
    assert found.shown[0].x == pytest.approx(50)
    assert found.notices == [("unseen_text", OLD)]


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("turn", [0, 90])
def test_of_two_pages_on_a_sheet_that_is_cut_to_one_that_one_is_read(half: int, turn: int) -> None:
    wide = page(f"/CropBox[{595 * half} 0 {595 + 595 * half} 842]/Rotate {turn}")
    for i, rows in enumerate((ROWS, tuple((*row[:2], "๙", "๙", "๙", "๙.๐๐") for row in ROWS))):
        wide.ruled(100, HEADINGS, *rows, lefts=[x + 595 * i for x in LEFTS], right=555 + 595 * i)
    document = read(written(wide, mediabox=(0, 0, 1190, 842)))
    assert ("๖๒" in lines(document)) is (half == 0)
    assert ("๙.๐๐" in lines(document)) is (half == 1)
    assert not any(sheet.meant for sheet in document.sheets)


# --- covered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grey", [0.0, 0.5, 1.0])
def test_what_a_box_is_drawn_over_is_covered_and_what_is_drawn_over_a_box_is_seen(grey: float) -> None:
    covered = page().text(100, 100, NEW).text(100, 200, OLD).box(90, 185, 200, 205, grey)
    assert text(covered) == NEW
    assert notices(covered) == {"covered_text": OLD}
    on_it = page().box(90, 185, 200, 205, grey).text(100, 200, NEW, grey=0 if grey else 1)
    assert text(on_it) == NEW


def test_a_picture_covers_what_was_drawn_before_it() -> None:
    sheet = page().text(100, 100, NEW).text(100, 200, OLD)
    sheet.content.append(picture(90, 185, 200, 205))
    assert text(sheet) == NEW
    assert notices(sheet) == {"covered_text": OLD}


def test_a_solid_sign_covers_what_it_is_printed_over() -> None:
    sheet = page().text(100, 100, NEW).text(101, 200, "๑๑", 8).text(99, 204, "ก", 30)
    assert notices(sheet) == {"covered_text": "๑๑"}


@pytest.mark.parametrize(("state", "shown"), [("/ca .4", True), ("/ca .97", False), ("/BM/Multiply", True)])
def test_what_can_be_seen_through_a_box_is_seen(state: str, shown: bool) -> None:
    sheet = page(f"/Resources<<{FONTS}/ExtGState<</G<<{state}>>>>>>").text(100, 200, NEW)
    sheet.content.append("q /G gs")
    sheet.box(90, 185, 200, 205, 0.9).content.append("Q")
    assert text(sheet) == (NEW if shown else "")


def test_what_a_strip_covers_by_more_than_half_is_not_read() -> None:
    sheet = page().text(100, 200, "๑๒๓").box(90, 193.5, 200, 199, 1)
    assert text(sheet) == ""
    assert text(page().text(100, 200, "๑๒๓").box(90, 193.5, 200, 195, 1)) == "๑๒๓"


# --- pale, small, clear -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("grey", "shown"), [(0.0, True), (0.5, True), (0.75, True), (0.93, False), (1.0, False)])
def test_pale_text_on_paper_is_not_seen(grey: float, shown: bool) -> None:
    assert text(page().text(100, 200, NEW, grey=grey)) == (NEW if shown else "")


@pytest.mark.parametrize(("ground", "grey", "shown"), [(0.2, 1.0, True), (0.2, 0.22, False), (0.9, 0.0, True)])
def test_text_is_seen_by_its_contrast_to_what_is_behind_it(ground: float, grey: float, shown: bool) -> None:
    sheet = page().box(90, 180, 300, 210, ground).text(100, 200, NEW, grey=grey)
    assert text(sheet) == (NEW if shown else "")


@pytest.mark.parametrize(("size", "shown"), [(0.5, False), (1.5, False), (4, True)])
def test_text_too_small_to_be_read_is_not_read(size: float, shown: bool) -> None:
    assert text(page().text(100, 200, "๑๒๓๔", size)) == ("๑๒๓๔" if shown else "")
    scaled = (size / 10, 0, 0, size / 10)
    assert text(page().text(100, 200, "๑๒๓๔", 10, runs=scaled)) == ("๑๒๓๔" if shown else "")


def test_text_squeezed_to_nothing_is_not_read() -> None:
    assert text(page().text(100, 100, NEW).text(100, 200, "๑๒๓๔", runs=(0.02, 0, 0, 1))) == NEW


@pytest.mark.parametrize(("alpha", "shown"), [(0, False), (0.05, False), (0.6, True)])
def test_transparent_text_is_not_seen_in_a_form_either(alpha: float, shown: bool) -> None:
    sheet = page(f"/Resources<<{FONTS}/ExtGState<</G<</ca {alpha}>>>>/XObject<</X 1000 0 R>>>>")
    sheet.content.append("q /G gs")
    sheet.text(100, 200, NEW).content.append("Q")
    assert text(sheet) == (NEW if shown else "")
    in_form = page(sheet.head)
    in_form.content.append("q /G gs /X Do Q")
    group = form(page().text(100, 200, NEW), (0, 0, 595, 842), "/Group<</S/Transparency>>")
    assert text(in_form, more={1000: group}) == (NEW if shown else "")


def test_white_text_at_the_place_of_black_text_is_not_read_with_it() -> None:
    under = page().text(100, 200, OLD, grey=1).text(101.5, 200.8, NEW)
    assert text(under) == NEW
    over = page().text(100, 200, NEW).text(130, 200, "๙", grey=1)
    assert "๙" not in text(over)


# --- layers, forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [True, False])
def test_a_layer_that_is_off_is_not_read(off: bool) -> None:
    layers = f"/OCProperties<</OCGs[1001 0 R]/D<</Order[1001 0 R]{'/OFF[1001 0 R]' if off else ''}>>>>"
    group = "<</Type/OCG/Name(old)>>"
    sheet = page(f"/Resources<<{FONTS}/Properties<</L 1001 0 R>>/XObject<</X 1000 0 R>>>>").text(100, 100, NEW)
    sheet.content.append("/OC /L BDC")
    sheet.text(100, 200, OLD).content.append("EMC /X Do")
    more = {1000: form(page().text(100, 300, "ฉบับเก่า"), (0, 0, 595, 842), "/OC 1001 0 R"), 1001: group}
    found = characters_of(sheet, more=more, catalog=layers)
    assert text_of(found.shown) == (NEW if off else f"{NEW}\n{OLD}\nฉบับเก่า")
    assert found.notices == ([("unseen_text", f"{OLD} ฉบับเก่า")] if off else [])


def test_what_lies_outside_the_box_of_its_form_is_not_seen() -> None:
    sheet = page(f"/Resources<<{FONTS}/XObject<</X 1000 0 R>>>>")
    sheet.content.append("/X Do")
    inner = page().text(100, 100, NEW).text(100, 200, OLD)
    found = characters_of(sheet, more={1000: form(inner, (90, 80, 300, 150))})
    assert text_of(found.shown) == NEW
    assert found.notices == [("unseen_text", OLD)]


# --- struck out -------------------------------------------------------------------------------------------


def test_a_line_through_a_text_strikes_it_out() -> None:
    sheet = page().text(100, 100, NEW).text(100, 200, OLD).line(99, 197, 131, 197)
    assert text(sheet) == NEW
    assert notices(sheet) == {"struck_text": OLD}
    bar = page().text(100, 200, OLD).box(99, 196.5, 131, 197.5)
    assert notices(bar) == {"struck_text": OLD}


def test_a_line_below_a_text_or_over_it_and_the_rules_of_a_table_strike_nothing_out() -> None:
    assert text(page().text(100, 200, NEW).line(99, 202, 131, 202)) == NEW
    assert text(page().text(100, 200, NEW).line(99, 192, 131, 192)) == NEW
    crossed = page().text(100, 200, NEW).line(50, 197, 400, 197).line(50, 180, 50, 230).line(400, 180, 400, 230)
    assert text(crossed) == NEW


def test_a_line_through_a_long_text_strikes_it_out_though_it_goes_on() -> None:
    title = "การจัดทำความตกลงความร่วมมือระหว่างประเทศ"
    width = 0.5 * 8 * len(title)
    assert notices(page().text(100, 200, title, 8).line(99, 197.6, 100 + 1.3 * width, 197.6)) == {"struck_text": title}
    # A rule that is set too high goes through the headings of several cells.
    rule = page().line(40, 197.6, 560, 197.6)
    for x, words in ((50, "ร้อยละของ อปท. ที่"), (250, "แถบสีแสดงการ"), (450, "เปรียบเทียบ")):
        rule.text(x, 200, words, 8)
    assert notices(rule) == {}


def test_a_row_of_figures_that_a_line_goes_through_is_struck_out() -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS).line(30, 137, 570, 137)
    assert "ตรัง" not in text(sheet)
    assert "น่าน" in text(sheet)


# --- annotations ------------------------------------------------------------------------------------------

OVER = (140, 45, 300, 65)
"""Over the date of the page."""


def test_a_text_annotation_is_read_in_the_place_of_what_it_lies_over() -> None:
    content = page().box(*OVER, 1).text(152, 61, NEW)
    document = read(written(annotated("FreeText", OVER, ""), more=look(content, OVER)))
    assert NEW in lines(document)
    assert OLD not in lines(document)
    assert {c.measure: c.printed for c in document.claims} == {"covered_text": OLD, "annotation": NEW}


def test_a_stamp_over_a_table_is_distinguished_and_the_rows_under_it_are_read() -> None:
    box = (150, 110, 400, 150)
    content = page().box(*box, 1).text(160, 140, "ร่าง", 20)
    document = read(written(annotated("Stamp", box, ""), more=look(content, box)))
    assert {"กระบี่", "๖๒", "๙๔"} <= set(lines(document))
    claims = {c.measure: c.printed for c in document.claims}
    assert claims["stamp"] == "ร่าง"
    assert "ตรัง" not in lines(document) or "covered_text" in claims


def test_a_stamp_over_a_date_covers_it() -> None:
    content = page().box(*OVER, 1).text(150, 60, "ยกเลิก")
    document = read(written(annotated("Stamp", OVER, ""), more=look(content, OVER)))
    assert OLD not in lines(document)


@pytest.mark.parametrize("flags", [2, 32])
def test_an_annotation_that_is_not_shown_changes_nothing(flags: int) -> None:
    content = page().box(*OVER, 1).text(150, 60, NEW)
    sheet = annotated("FreeText", OVER, "")
    sheet.head = sheet.head.replace("/F 4", f"/F {flags}")
    document = read(written(sheet, more=look(content, OVER)))
    assert OLD in lines(document)
    assert document.claims == ()


def test_a_field_of_a_form_is_read_as_it_is_shown() -> None:
    box = (140, 70, 300, 85)
    sheet = annotated("Widget", box, "", "/FT/Tx/T(date)/V(x)")
    fields = "/AcroForm<</Fields[]/DA(/F 10 Tf 0 g)>>"
    document = read(written(sheet, more=look(page().text(150, 82, NEW), box), catalog=fields))
    assert any(NEW in line for line in lines(document))


def test_a_highlight_hides_nothing_and_an_opaque_square_does() -> None:
    x0, top, x1, bottom = OVER
    quads = f"/QuadPoints[{x0} {HEIGHT - top} {x1} {HEIGHT - top} {x0} {HEIGHT - bottom} {x1} {HEIGHT - bottom}]"
    assert OLD in lines(read(written(annotated("Highlight", OVER, None, f"/C[1 1 0]{quads}"))))
    square = written(annotated("Square", OVER, ""), more=look(page().box(*OVER, 0), OVER))
    assert OLD not in lines(read(square))


def test_an_annotation_that_strikes_a_text_out_is_followed() -> None:
    box = (148, 54, 182, 60)
    x0, top, x1, bottom = box
    quads = f"/QuadPoints[{x0} {HEIGHT - top} {x1} {HEIGHT - top} {x0} {HEIGHT - bottom} {x1} {HEIGHT - bottom}]"
    document = read(written(annotated("StrikeOut", box, None, f"/C[1 0 0]{quads}")))
    assert OLD not in lines(document)
    assert [c.measure for c in document.claims] == ["struck_text"]


def test_a_box_to_tick_and_a_note_beside_the_text_change_nothing() -> None:
    box = annotated("Widget", OVER, None, "/FT/Btn/T(done)/V/Off/AS/Off")
    assert OLD in lines(read(written(box, catalog="/AcroForm<</Fields[]>>")))
    assert OLD in lines(read(written(annotated("Link", OVER, None, "/Contents(to the site)"))))


def test_an_annotation_with_a_text_and_no_look_needs_reading_by_eye() -> None:
    with pytest.raises(NeedsReadingByEye, match="in their own ways"):
        read(written(annotated("FreeText", OVER, None, "/Contents(as of 25)")))


# --- scans, watermarks, lost signs ------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0, 3])
@pytest.mark.parametrize("first", [True, False])
def test_the_text_layer_of_a_scan_needs_reading_by_eye(mode: int, first: bool) -> None:
    sheet = page().ruled(100, HEADINGS, *ROWS) if mode == 0 else page()
    for i, row in enumerate(ROWS if mode else ()):
        for x, cell in zip(LEFTS, row, strict=True):
            sheet.text(x, 100 + 20 * i, cell, mode=mode)
    scan = picture(0, 0, 595, 842)
    sheet.content = [*sheet.content, scan] if first or not mode else [scan, *sheet.content]
    with pytest.raises(NeedsReadingByEye, match="under a picture"):
        read(written(sheet.text(30, 830, "scanned by an application", 6)))


def test_a_picture_behind_the_text_of_a_page_is_paper() -> None:
    sheet = page()
    sheet.content.append(picture(0, 0, 595, 842, "f0"))
    document = read(written(sheet.text(150, 60, NEW).ruled(100, HEADINGS, *ROWS)))
    assert {NEW, "กระบี่", "๔.๘๔"} <= set(lines(document))
    assert document.claims == ()


@pytest.mark.parametrize("below", [True, False])
def test_a_watermark_hides_no_figure_of_a_table_and_is_reported(below: bool) -> None:
    sheet, mark = (
        page().ruled(100, HEADINGS, *ROWS),
        page().text(150, 160, "ร่าง", 60, runs=(0.9, 0.4, -0.4, 0.9), grey=0.8),
    )
    sheet.content = [*mark.content, *sheet.content] if below else [*sheet.content, *mark.content]
    document = read(written(sheet))
    assert {cell for row in ROWS for cell in row} <= set(lines(document))
    assert ("watermark", "ร่าง") in [(c.measure, c.printed) for c in document.claims]


@pytest.mark.parametrize("lost", ["\u200b", " ", "\u00ad", "\ufeff"])
def test_a_sign_that_is_mapped_to_nothing_is_lost_and_its_place_is_kept(lost: str) -> None:
    assert text(page().text(100, 200, "มี.ค.", font="W"), wrong={"ี": lost}) == "ม\ufffd.ค."
