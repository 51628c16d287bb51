"""Look-alikes as PDFs: text that is white, clipped, covered or outside the page, and fonts whose text lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from written_pdfs import HEIGHT, Written, page, written

from khrop.thai.dates import format_long
from khrop.thai.digits import to_thai
from look_alikes.returns import HEADINGS, OTHER_TITLE, TITLE, Case, Return

PITCH = 9.0
TOP = 60.0
LEFTS = (40.0, 80.0, 190.0, 270.0, 350.0, 450.0)


def _laid(chance: Random, seen: Return) -> tuple[Written, str]:
    """A page with the table, with lines or without, its digits Thai or not."""
    ruled, thai = chance.random() < 0.7, chance.random() < 0.3
    rows = [tuple(map(to_thai, row)) for row in seen.rows] if thai else seen.rows
    return _printed(seen._replace(rows=rows), ruled=ruled), f"{ruled}{thai}"


def _printed(seen: Return, *, headings: Sequence[str] = HEADINGS, ruled: bool = True) -> Written:
    sheet = page().text(40, 25, seen.title, 7)
    rows = [headings, *seen.rows]
    for n, row in enumerate(rows):
        sheet.row(TOP + n * PITCH, row, LEFTS, 5 if n else 4)
    if not ruled:
        return sheet
    edges = [TOP + n * PITCH + 2.5 for n in range(-1, len(rows))]
    for y in edges:
        sheet.line(LEFTS[0] - 4, y, 560, y)
    for x in (*(left - 4 for left in LEFTS), 560.0):
        sheet.line(x, edges[0], x, edges[-1])
    return sheet


LAYERED = (
    "/Resources<</Font<</F 3 0 R/W 4 0 R>>/Properties<</L 1000 0 R>>/ExtGState<</Z 1001 0 R>>/XObject<</I 1002 0 R"
    "/X 1003 0 R>>>>"
)
"""What pages with layers, transparency, pictures and forms refer to."""
OFF = "/OCProperties<</OCGs[1000 0 R]/D<</OFF[1000 0 R]>>>>"


def _more(form: str = "", box: str = "0 0 595 842") -> dict[int, str]:
    return {
        1000: "<</Type/OCG/Name(old)>>",
        1001: "<</Type/ExtGState/ca 0/CA 0>>",
        1002: "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceRGB/BitsPerComponent 8"
        "/Filter/ASCIIHexDecode/Length 7>>\nstream\nffffff>\nendstream",
        1003: f"<</Type/XObject/Subtype/Form/BBox[{box}]/Resources<</Font<</F 3 0 R>>>>/Length {len(form)}>>\nstream\n"
        f"{form}\nendstream",
    }


def _elsewhere(chance: Random, sheet: Written, x: float, base: float, text: str, size: float) -> tuple[str, bytes]:
    """A text on a layer that is off, wholly transparent, under a picture, or outside a form's box: how, and the PDF."""
    how = chance.choice(["layer", "transparent", "picture", "form"])
    operators = page().text(x, base, text, size).content[0]
    wide = len(text) * size
    sheet.head = LAYERED
    more = _more()
    if how == "layer":
        sheet.content.append(f"/OC /L BDC {operators} EMC")
    elif how == "transparent":
        sheet.content.append(f"q /Z gs {operators} Q")
    elif how == "picture":
        sheet.content.append(f"{operators} q {wide} 0 0 {2 * size} {x - 2} {HEIGHT - base - size / 2} cm /I Do Q")
    else:
        more = _more(operators, "0 400 595 410")
        sheet.content.append("/X Do")
    return how, written(sheet, more=more, catalog=OFF if how == "layer" else "")


def _unseen(chance: Random, sheet: Written, x: float, base: float, text: str, size: float) -> str:
    """Print a text that does not show."""
    how = chance.choice(["white", "pale", "tiny", "mode", "clip", "covered", "outside", "struck"])
    wide = len(text) * size
    if how in ("white", "pale"):
        sheet.text(x, base, text, size, grey=1 if how == "white" else 0.96)
    elif how == "tiny":
        sheet.text(x, base, text, 0.6)
    elif how == "mode":
        sheet.text(x, base, text, size, mode=chance.choice([3, 7]))
    elif how == "clip":
        sheet.text(x, base, text, size, clip=(x, base + 20, x + wide, base + 30))
    elif how == "outside":
        sheet.text(-wide - 20, base, text, size)
    else:
        sheet.text(x, base, text, size)
        if how == "covered":
            sheet.box(x - 2, base - size, x + wide, base + 0.4 * size, chance.choice([0, 0.5, 1]))
        else:
            sheet.line(x - 1, base - 0.3 * size, x + wide * 0.55, base - 0.3 * size)
    return how


def pdf_date(chance: Random, seen: Return, other: Return) -> Case:
    sheet, layout = _laid(chance, seen)
    day = format_long(seen.as_of)
    own = chance.choice([seen.line, f"ณ วันที่ {day}", f"ตัดยอดวันที่ {day}", f"({seen.line})"])
    size, x = chance.choice([5, 6, 7, 8]), chance.choice([40, 60, 120, 200])
    top, foot = chance.choice([(38, 790), (790, 38), (800, 45)])
    sheet.text(x, foot, own, size)
    if chance.random() < 0.35:
        how, data = _elsewhere(chance, sheet, x, top, other.line, size)
    else:
        how = _unseen(chance, sheet, x, top, other.line, size)
        data = written(sheet)
    return Case(data, seen, f"pdf-date {how} {own} {size} {x} {top} {layout}")


def pdf_cells(chance: Random, seen: Return, other: Return) -> Case:
    """Figures of the other return beside or over those of some rows."""
    sheet, layout = _laid(chance, seen)
    hows = set()
    field = chance.choice([2, 3, 4, 5])
    beside = chance.choice([14, 22, 30])
    for number in chance.sample(range(76), 4):
        base = TOP + (number + 1) * PITCH
        hows.add(_unseen(chance, sheet, LEFTS[field] + beside, base, other.rows[number][field], 5))
    sheet.text(40, 790, seen.line, 7)
    return Case(written(sheet), seen, f"pdf-cells {field} {beside} {sorted(hows)} {layout}")


def pdf_campaign(chance: Random, seen: Return, other: Return) -> Case:
    """The campaign's title where a person does not see it, over a table of another."""
    sheet, layout = _laid(chance, seen._replace(title=OTHER_TITLE))
    x, base, size = chance.choice([40, 80, 160]), chance.choice([38, 805]), chance.choice([5, 6, 7])
    sheet.text(40, 790, seen.line, 7)
    if chance.random() < 0.5:
        how, data = _elsewhere(chance, sheet, x, base, TITLE, size)
    else:
        how = _unseen(chance, sheet, x, base, TITLE, size)
        data = written(sheet)
    # What is struck out is still to be seen: both titles are.
    return Case(data, None, f"pdf-campaign {how} {x} {base} {size} {layout}")


def pdf_exchanged(chance: Random, seen: Return, other: Return) -> Case:
    """The date in a font whose map to Unicode exchanges digits, so that its text is another date."""
    seen = seen._replace(
        as_of=date(2020, chance.choice([6, 7]), chance.choice([1, 4, 7, 8, 9, 10, 11, 14, 17, 18, 19]))
    )
    day = format_long(seen.as_of).split()[0]
    # The year keeps its digits.
    own = day[-1]
    its = chance.choice([digit for digit in "๐๑๔๗๘๙" if digit != own and day.replace(own, digit) != "๐"])
    cut, size = chance.choice(["Regular", "Bold", "Italic"]), chance.choice([6, 9, 14])
    sheet = _printed(seen).text(40, 45, "ข้อมูล ณ วันที่ ", size)
    sheet.text(40 + 8 * size, 45, format_long(seen.as_of), size, font="W")
    data = written(sheet, wrong={own: its, its: own}, outlines=cut)
    return Case(data, seen, f"pdf-exchanged {own}{its} {cut} {size}")
