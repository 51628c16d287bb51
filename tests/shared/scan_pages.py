"""Scans of the province table, made with their truth: two pages drawn in a font, then spoilt as paper and scanners do.

Each is made of a seed. The truth is what is printed, whatever rules of the contract it breaks.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from digit_training.fonts import Face
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from scan_rules import BROKEN, Rules, draw_rules

from khrop.expressions.percents import rounded
from khrop.thai.digits import to_arabic, to_thai
from pipelines.readers.document import RawTable

HEADINGS = {
    "ordinal": "ลำดับ",
    "province": "จังหวัด",
    "total": "จำนวน อปท.|(แห่ง)",
    "saved": "บันทึกข้อมูล|เรียบร้อยแล้ว|(แห่ง)",
    "pending": "อยู่ระหว่างบันทึก|ข้อมูล/ยังไม่บันทึก|ข้อมูล (แห่ง)",
    "percent": "ร้อยละของ|อปท. ที่บันทึก|ข้อมูล เรียบร้อย|แล้ว",
}
WIDTHS = {"ordinal": 64, "province": 190, "total": 130, "saved": 150, "pending": 190, "percent": 150, "bar": 140}
ROW, HEAD, LEFT, TOP = 32, 118, 104, 150
FIRST = 43
"""Rows on the first page."""
KINDS = (
    "clean", "noise", "turned", "perspective", "light", "faint", "stamp", "jpeg", "fax", "missing", "doubled",
    "interchanged", "swapped", "slip", "alike", "ascii", "unheaded", "sideways", *BROKEN,
)  # fmt: skip
"""The adversities; `alike`: digits of rows where nothing is saved are drawn half as others, alike in both columns;
`unheaded`: the second page has no headings; `sideways`: each page lies on a side or on its head; `scan_rules.BROKEN`:
rules that are broken, faint or missing."""


@dataclass
class Sheet:
    """A table as printed: rows of (ordinal, province, total, saved, pending, percent in hundredths), and its totals."""

    rows: list[list[object]]
    totals: list[int]
    columns: list[str] = field(default_factory=lambda: list(HEADINGS))


@dataclass(frozen=True)
class Scan:
    """A scan: its condition, the PDF, and what is printed."""

    kind: str
    dots: int
    pdf: bytes
    sheet: Sheet


def sheet_of(rng: np.random.Generator, wholes: list[tuple[str, int]]) -> Sheet:
    """A table that holds, with so many authorities in each province."""
    share = float(rng.choice([0.03, 0.1, 0.4, 0.8]))
    none = float(rng.choice([0.05, 0.2, 0.4]))
    rows: list[list[object]] = []
    for number, (name, total) in enumerate(wholes, 1):
        saved = 0 if rng.random() < none else int(rng.binomial(total, share))
        rows.append([number, name, total, saved, total - saved, rounded(saved, total)])
    sheet = Sheet(rows, [])
    sheet.totals = totals_of(rows)
    return sheet


def totals_of(rows: list[list[object]]) -> list[int]:
    """The grand total of rows."""
    total, saved, pending = (sum(int(str(row[i])) for row in rows) for i in (2, 3, 4))
    return [total, saved, pending, rounded(saved, total)]


def altered(rng: np.random.Generator, kinds: Sequence[str], sheet: Sheet) -> Sheet:
    """A table with the adversity that is in what is printed."""
    rows = [list(row) for row in sheet.rows]
    i, j = (int(x) for x in rng.choice(len(rows), 2, replace=False))
    if "missing" in kinds:
        del rows[i]
    elif "doubled" in kinds:
        rows[i][1:] = rows[j][1:]
    elif "interchanged" in kinds:
        rows[i][1:], rows[j][1:] = rows[j][1:], rows[i][1:]
    elif "slip" in kinds:
        column = int(rng.choice([2, 3, 4, 5]))
        rows[i][column] = max(0, int(str(rows[i][column])) + int(rng.choice([-10, -1, 1, 2, 10])))
    made = replace(sheet, rows=rows)
    if {"missing", "doubled"} & set(kinds) and rng.random() < 0.5:
        made.totals = totals_of(rows)
    if "swapped" in kinds:
        columns = list(sheet.columns)
        places = rng.permutation([2, 3, 4, 5])
        made = replace(made, columns=[*columns[:2], *(columns[p] for p in places)])
    return made


class Printer:
    """Draws the pages of a table in one font."""

    def __init__(self, face: Face, bold: Face, dots: int, thai: bool, headed: bool = True) -> None:
        """Draw in a face at so many dots per inch; `headed` False leaves the headings of later pages out."""
        self.scale = dots / 150
        size = self.scale * 20
        self.plain = [ImageFont.truetype(str(path), size) for path in (face.thai, face.latin)]
        self.bold = [ImageFont.truetype(str(path), size * 0.9) for path in (bold.thai, bold.latin)]
        # Faces differ in the size of their letters: all are drawn so that a digit has the same height.
        box = self.plain[0].getbbox("๑")
        size *= 13.5 * self.scale / max(box[3] - box[1], 1)
        size = min(size, self.scale * 26)
        self.plain = [ImageFont.truetype(str(path), size) for path in (face.thai, face.latin)]
        self.bold = [ImageFont.truetype(str(path), size * 0.85) for path in (bold.thai, bold.latin)]
        self.thai = thai
        self.headed = headed

    def text(
        self,
        page: Image.Image,
        x: float,
        y: float,
        text: str,
        *,
        bold: bool = False,
        middle: bool = True,
        most: float = 0,
    ) -> None:
        """Draw a text around a place, in the runs that each file of the face has."""
        fonts = self.bold if bold else self.plain
        runs: list[tuple[bool, str]] = []
        for sign in text:
            latin = not "\u0e01" <= sign <= "\u0e5b"
            if runs and runs[-1][0] == latin:
                runs[-1] = (latin, runs[-1][1] + sign)
            else:
                runs.append((latin, sign))
        length = sum(fonts[latin].getlength(run) for latin, run in runs)
        if most and length > most * self.scale:
            fonts = [font.font_variant(size=font.size * most * self.scale / length) for font in fonts]
        at = x * self.scale
        if middle:
            at -= sum(fonts[latin].getlength(run) for latin, run in runs) / 2
        base = y * self.scale + 6.5 * self.scale
        draw = ImageDraw.Draw(page)
        for latin, run in runs:
            draw.text((at, base), run, font=fonts[latin], fill=0, anchor="ls")
            at += fonts[latin].getlength(run)

    def figure(self, value: int, percent: bool = False, grouped: bool = False) -> str:
        """A figure in the digits of the table."""
        text = f"{value // 100}.{value % 100:02}" if percent else f"{value:,}" if grouped else str(value)
        return to_thai(text) if self.thai else text

    def pages(self, sheet: Sheet, rules: Rules, as_of: str) -> list[Image.Image]:
        """The pages of a table, in grey."""
        parts = [sheet.rows[:FIRST], sheet.rows[FIRST:]]
        return [self._page(sheet, part, n, rules, as_of) for n, part in enumerate(parts)]

    def _page(self, sheet: Sheet, rows: list[list[object]], number: int, rules: Rules, as_of: str) -> Image.Image:
        s = self.scale
        page = Image.new("L", (round(1240 * s), round(1754 * s)), 255)
        edges = np.cumsum([LEFT, *(WIDTHS[c] for c in (*sheet.columns, "bar"))])
        middles = dict(zip([*sheet.columns, "bar"], (edges[:-1] + edges[1:]) / 2, strict=True))
        y = TOP if number == 0 else 70
        if number == 0:
            self.text(page, 620, 80, "ตารางแสดงการบันทึกข้อมูลในระบบฐานข้อมูล", bold=True)
        head = HEAD if number == 0 or self.headed else 0
        levels = [y, y + head] if head else [y]
        for column in (*sheet.columns, "bar") if head else ():
            words = HEADINGS.get(column, "แถบสีแสดงการ|เปรียบเทียบ|สถานะ").split("|")
            for line, word in enumerate(words):
                most = WIDTHS[column] - 8 if rules.kind else 0
                self.text(page, middles[column], y + 18 + 27 * line, word, bold=True, most=most)
        y += head
        draw = ImageDraw.Draw(page)
        for ordinal, name, *figures in rows:
            values = dict(zip(("total", "saved", "pending", "percent"), figures, strict=True))
            self.text(page, middles["ordinal"], y + 16, self.figure(int(str(ordinal))))
            place = edges[sheet.columns.index("province")] + 8
            self.text(page, place, y + 16, str(name), middle=False, most=WIDTHS["province"] - 14)
            for column, value in values.items():
                self.text(page, middles[column], y + 16, self.figure(int(str(value)), column == "percent"))
            draw.rectangle([(edges[6] + 10) * s, (y + 5) * s, (edges[7] - 8) * s, (y + ROW - 4) * s], fill=85)
            y += ROW
            levels.append(y)
        if number:
            self.text(page, middles["ordinal"], y + 16, "รวม", bold=True)
            for column, value in zip(("total", "saved", "pending", "percent"), sheet.totals, strict=True):
                text = self.figure(value, column == "percent", grouped=True)
                self.text(page, middles[column], y + 16, text, bold=True)
            y += ROW
            levels.append(y)
        draw_rules(page, [float(edge) for edge in edges], levels, rules, s)
        if number and as_of:
            self.text(page, LEFT + 10, y + 30, as_of, middle=False)
        return page


def scan(
    seed: int,
    kind: str,
    dots: int,
    faces: list[Face],
    wholes: list[tuple[str, int]],
    as_of: str = "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
) -> Scan:
    """A scan of one kind or of some (`unruled+turned`), made of a seed, in one of the faces."""
    kinds = kind.split("+")
    rng = np.random.default_rng(seed)
    face = faces[int(rng.integers(len(faces)))]
    bolder = [f for f in faces if f.thai.parent == face.thai.parent and ("700" in f.thai.name or "Bold" in f.thai.name)]
    sheet = altered(rng, kinds, sheet_of(rng, wholes))
    printer = Printer(
        face, bolder[0] if bolder else face, dots, thai="ascii" not in kinds, headed="unheaded" not in kinds
    )
    width = max(1, round(dots / 150 * float(rng.choice([1, 1.6]))))
    grey = _of_first(kinds, {"faint": 0.55, "pale": 0.8}, 0.1)
    broken = next((kind for kind in kinds if kind in BROKEN), "")
    drawn = printer.pages(sheet, Rules(width, grey, broken, seed), as_of)
    if "alike" in kinds:
        _alike(rng, printer, sheet, drawn)
    pages = [_spoilt(rng, kinds, page, dots) for page in drawn]
    if "sideways" in kinds:
        pages = [page.rotate(int(rng.choice([90, 180, 270])), expand=True) for page in pages]
    buffer = io.BytesIO()
    quality = int(rng.integers(25, 45)) if "jpeg" in kinds else int(rng.integers(70, 92))
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=dots, quality=quality)
    return Scan(kind, dots, buffer.getvalue(), sheet)


def _alike(rng: np.random.Generator, printer: Printer, sheet: Sheet, pages: list[Image.Image]) -> None:
    """Draw another digit, half as dark, over the same digit of total and pending in rows where nothing is saved."""
    s = printer.scale
    edges = np.cumsum([LEFT, *(WIDTHS[c] for c in (*sheet.columns, "bar"))])
    empty = [i for i, row in enumerate(sheet.rows) if row[3] == 0]
    for i in map(int, rng.permutation(empty)[: int(rng.integers(2, 5))]):
        text = printer.figure(int(str(sheet.rows[i][2])))
        at = int(rng.integers(len(text)))
        other = str(rng.choice([d for d in ("๐๑๒๓๔๕๖๗๘๙" if printer.thai else "0123456789") if d != text[at]]))
        page, row = pages[i >= FIRST], i - (FIRST if i >= FIRST else 0)
        y = (TOP if i < FIRST else 70) + HEAD + ROW * row + 16
        strength = float(rng.uniform(0.35, 0.65))
        for column in (2, 4):
            clean = page.copy()
            box = [int(v * s) for v in (edges[column] + 3, y - 13, edges[column + 1] - 3, y + 13)]
            clean.paste(255, box)
            printer.text(clean, (edges[column] + edges[column + 1]) / 2, y, text[:at] + other + text[at + 1 :])
            page.paste(Image.blend(page, clean, strength).crop(box), box[:2])


def _of_first(kinds: Sequence[str], values: Mapping[str, float], usual: float) -> float:
    return next((values[kind] for kind in kinds if kind in values), usual)


def _spoilt(rng: np.random.Generator, kinds: Sequence[str], page: Image.Image, dots: int) -> Image.Image:
    width, height = page.size
    s = dots / 150
    if "stamp" in kinds:
        page = _stamped(rng, page, s)
    if {"turned", "noise", "jpeg", "light", *BROKEN} & set(kinds):
        most = 3.5 if "turned" in kinds else 0.8
        page = page.rotate(float(rng.uniform(-most, most)), Image.Resampling.BICUBIC, fillcolor=255)
    if "perspective" in kinds:
        moved = rng.uniform(0, 0.03, 8) * np.array([width, height] * 4)
        x0, y0, x1, y1, x2, y2, x3, y3 = moved
        quad = (-x0, -y0, -x1, height + y1, width + x2, height + y2, width + x3, -y3)
        page = page.transform(page.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor=255)
    page = page.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 0.75)) * s))
    grey = np.asarray(page, np.float32)
    dark = float(rng.uniform(0.0, 0.25))
    grey = 255 * dark + grey * (1 - dark)
    if {"light", "perspective"} & set(kinds):
        y, x = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]]
        slope = rng.uniform(-0.3, 0.3, 2)
        grey = grey * (0.8 + slope[0] * (x / width - 0.5) + slope[1] * (y / height - 0.5))
    level = _of_first(kinds, {"noise": 32, "jpeg": 12, "alike": 6, "clean": 3}, 9)
    grey = grey + rng.normal(0, level * float(rng.uniform(0.6, 1.2)), grey.shape)
    if "fax" in kinds:
        small = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).resize(
            (round(width * 204 / dots), round(height * 98 / dots)), Image.Resampling.BOX
        )
        bits = np.where(np.asarray(small) < 150, 0, 255).astype(np.uint8)
        return Image.fromarray(bits).resize((width, height), Image.Resampling.NEAREST)
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def _stamped(rng: np.random.Generator, page: Image.Image, s: float) -> Image.Image:
    mark = Image.new("L", page.size, 255)
    draw = ImageDraw.Draw(mark)
    for _ in range(int(rng.integers(1, 3))):
        x, y, r = rng.uniform(350, 950) * s, rng.uniform(350, 1300) * s, rng.uniform(50, 90) * s
        grey = int(rng.integers(40, 150))
        draw.ellipse([x - r, y - r, x + r, y + r], outline=grey, width=round(3 * s))
        draw.line(
            [(x - r * 1.5, y + r * 0.4), (x, y - r * 0.2), (x + r * 1.6, y + r * 0.5)], fill=grey, width=round(3 * s)
        )
    return Image.fromarray(np.minimum(np.asarray(page), np.asarray(mark)))


def compared(sheet: Sheet, table: RawTable) -> tuple[int, int]:
    """How many figures and how many provinces differ from what is printed, those in doubt left out."""
    rows = table.rows
    figures = abs(len(rows) - len(sheet.rows)) * 4
    provinces = abs(len(rows) - len(sheet.rows))
    fields: tuple[tuple[str, Callable[[str], int]], ...] = (
        ("ordinal", int), ("total", int), ("saved", int), ("pending", int),
        ("saved_percent", lambda text: round(float(text) * 100)),
    )  # fmt: skip
    for row, (ordinal, name, *printed) in zip(rows, sheet.rows, strict=False):
        provinces += row.cells["province_th"].read != name
        for (name_of, value), want in zip(fields, (ordinal, *printed), strict=True):
            # Numbers of rows are read where their heading is.
            if (name_of != "ordinal" or name_of in row.cells) and row.cells[name_of].place not in table.doubts:
                figures += value(to_arabic(row.cells[name_of].read).replace(",", "")) != want
    for row in table.totals:
        for (name_of, value), want in zip(fields[1:], sheet.totals, strict=True):
            figures += value(to_arabic(row.cells[name_of].read).replace(",", "")) != want
    return figures, provinces
