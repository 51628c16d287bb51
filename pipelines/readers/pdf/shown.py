"""What a person sees of the characters of a PDF page, and what the page holds beside that.

Here belongs what becomes of a character by the way it is seen: it is read, it is left out and its text reported, or
it is reported as a stamp or a watermark. How it is seen belongs in `pipelines.readers.pdf.visibility`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.readers.pdf.artefacts import LEAST_SPACE, without_copies, without_false_spaces, without_floating
from pipelines.readers.pdf.characters import (
    LOST,
    STEEP,
    Character,
    Matrix,
    Read,
    is_mark,
    moved,
    moved_box,
    read,
    turned,
)
from pipelines.readers.pdf.lines import lines_of
from pipelines.readers.pdf.objects import bounds, on_page, texts_in
from pipelines.readers.pdf.page_table import is_row
from pipelines.readers.pdf.struck import crossed, fragments, overprinted, struck_out
from pipelines.readers.pdf.visibility import Seen, View

if TYPE_CHECKING:
    from pipelines.readers.pdf.normalised import Notes
    from pipelines.readers.pdf.pictures import Drawing

LEAST_LETTERS = 20
"""A page with fewer letters and digits has no text layer worth the name."""
THINNEST = 0.15
"""Points; a letter that is squeezed to less cannot be read."""
UNDER = 0.3
"""Of a scan's text so much in parts of what shows lies under its picture."""
STAMP, ANNOTATION, WATERMARK, SIDEWAYS = "stamp", "annotation", "watermark", "sideways"
MOST_SPACES = 3
"""Places in the order of the text by which two signs of one text lie apart at most."""
UNSEEN, COVERED, STRUCK = "unseen_text", "covered_text", "struck_text"


class Characters(NamedTuple):
    """The characters of a page that a person sees, and what else it holds.

    Attributes:
        shown: The characters.
        notices: As (measure, text): what does not show, is covered or struck out, stamps, other annotations and
            watermarks.
        mangled: Whether its text layer gives marks a wrong text.
        upright: How it is to be turned for its lines to run from left to right.
        scanned: Whether it is a picture with a machine's reading of it as its text.
    """

    shown: list[Character]
    notices: list[tuple[str, str]]
    mangled: bool
    upright: Matrix
    scanned: bool


def of_page(page: Any, picture: Drawing, notes: Notes | None = None) -> Characters:
    """What a person sees of the characters of a page of pypdfium2.

    Args:
        page: The page; its text has other colours afterwards, so that it must not be saved.
        picture: The page as it is drawn in grey.
        notes: Its annotations, which are part of it.
    """
    every = list(read(page))
    view = _view(page, picture, every, notes)
    seen = _seen(page, view, every)
    of_notes = _notes(page, notes) if notes else {}
    if notes:
        of_page_notes = [sign for sign in every if sign.address in of_notes and seen[sign.order] is Seen.SHOWN]
        notes.refuse_other_values(of_page_notes)
    noted = {sign.order: notes.measure_at(*sign.at) for sign in every if notes and sign.address in of_notes}
    straight = [sign for sign in every if seen[sign.order] in (Seen.SHOWN, Seen.UNDER) and not _is_aslant(sign)]
    width, height = page.get_size()
    upright = _upright(Counter(_quarter(sign.runs) for sign in straight if sign.text.strip()), width, height)
    placed = [_placed(sign, upright, noted.get(sign.order, "")) for sign in straight]
    under = _under(placed, {order for order, how in seen.items() if how is Seen.UNDER})
    struck = struck_out(view.lines, [sign for sign in straight if sign.order not in under])
    if not view.is_scan:
        struck |= crossed(view.lines, straight, lines_of([c for c in placed if c.order not in under]))
    left_out = under | struck
    over_each_other = overprinted(
        [sign for sign in straight if sign.order not in left_out and not sign.clipped],
        lambda: lines_of([c for c in placed if c.order not in left_out]),
    )
    lost = {sign.order for sign in every if sign.clipped or seen[sign.order] in (Seen.UNSEEN, Seen.COVERED)}
    broken = over_each_other | fragments(every, lost | left_out | over_each_other)
    left = (c._replace(text=LOST) if c.order in broken else c for c in placed if c.order not in left_out)
    single = list(without_copies(left))
    whole = list(without_floating(single))
    spaced, stamps = _without_stamps(without_false_spaces(whole))
    where: dict[str, set[int]] = {
        UNSEEN: {order for order, how in seen.items() if how is Seen.UNSEEN},
        # What lies under a stamp in a row of figures is read, and reported.
        COVERED: {order for order, how in seen.items() if how in (Seen.COVERED, Seen.UNDER)},
        STRUCK: struck,
        STAMP: {order for order, measure in noted.items() if measure == STAMP},
        ANNOTATION: {order for order, measure in noted.items() if measure == ANNOTATION},
        WATERMARK: {sign.order for sign in every if seen[sign.order] is Seen.SHOWN and _is_aslant(sign)},
    }
    hidden = where[UNSEEN] | where[COVERED]
    twice = _Places(sign for sign in every if hidden and seen[sign.order] is Seen.SHOWN)
    notices = []
    for measure, orders in where.items():
        signs = [sign for sign in every if sign.order in orders] if orders else []
        signs = [sign for sign in signs if measure not in (UNSEEN, COVERED) or not twice.holds(sign)]
        if any(sign.text.isalnum() for sign in signs):
            notices.append((measure, _text(signs)))
    notices += [(SIDEWAYS, _text(run)) for run in _sideways(straight, {c.order for c in placed if c.turned})]
    notices += [
        (STAMP, note.text)
        for note in (notes.notes if notes else ())
        if note.measure == STAMP and not stamps and note.text
    ]
    return Characters(spaced, notices, whole != single, upright, _is_scanned(every, seen, view))


def _view(page: Any, picture: Drawing, every: Sequence[Read], notes: Notes | None) -> View:
    heights: dict[int, float] = {}
    for sign in every:
        x0, top, x1, bottom = sign.box
        if sign.address:
            heights.setdefault(sign.address, 0.0)
            if sign.text.isalnum():
                heights[sign.address] = max(heights[sign.address], x1 - x0, bottom - top)
    marks = {sign.address for sign in every if sign.address and _is_aslant(sign) and not sign.blank}
    forms = list(on_page(page))[notes.first :] if notes else []
    return View(page, picture, heights, marks, [form for form in forms if notes and _is_stamp(form, notes)])


def _is_stamp(form: Any, notes: Notes) -> bool:
    left, bottom, right, top = bounds(form)
    return notes.measure_at((left + right) / 2, (bottom + top) / 2) == STAMP


def _seen(page: Any, view: View, every: Sequence[Read]) -> dict[int, Seen]:
    """How each character is seen, by its order. A space is seen with the letters of its text."""
    width, height = page.get_size()
    seen: dict[int, Seen] = {}
    texts: dict[int, set[Seen]] = defaultdict(set)
    for sign in every:
        if sign.blank:
            continue
        how = Seen.SHOWN
        inside = 0 <= (sign.box[0] + sign.box[2]) / 2 <= width and 0 <= sign.origin[1] <= height
        thinnest = min(sign.box[2] - sign.box[0], sign.box[3] - sign.box[1])
        if not inside or (sign.text.isalnum() and 0 < thinnest < THINNEST):
            how = Seen.UNSEEN
        elif sign.address:
            how = view.seen(sign.address, sign.box, sign.size)
            if sign.clipped and how is Seen.UNSEEN:
                # Of a heading it is read: an office program cuts off the lines that its row is too low for.
                how = Seen.SHOWN
        seen[sign.order] = how
        texts[sign.address].add(how)
    before = Seen.SHOWN
    for sign, after in zip(every, _after(every, seen), strict=True):
        if sign.made_up:
            # It fills a gap between two letters.
            seen[sign.order] = after if before is Seen.SHOWN else before
        elif sign.blank:
            ways = texts.get(sign.address, {Seen.SHOWN})
            seen[sign.order] = next((how for how in (Seen.SHOWN, Seen.UNDER) if how in ways), Seen.UNSEEN)
        elif is_mark(sign.text):
            # It may be smaller than a dot, or cut off at the top of a page: it is seen with its letter.
            seen[sign.order] = before
        else:
            before = seen[sign.order]
    return seen


def _after(every: Sequence[Read], seen: dict[int, Seen]) -> list[Seen]:
    """How the next letter after each character is seen."""
    after: list[Seen] = []
    how = Seen.SHOWN
    for sign in reversed(every):
        after.append(how)
        how = how if sign.blank else seen[sign.order]
    return after[::-1]


def _notes(page: Any, notes: Notes) -> set[int]:
    return {address for form in list(on_page(page))[notes.first :] for address in texts_in(form)}


def _is_aslant(sign: Read) -> bool:
    return min(map(abs, sign.runs)) > STEEP


def _placed(sign: Read, upright: Matrix, noted: str) -> Character:
    x, base = moved(upright, *sign.origin)
    across = _quarter(turned(upright, sign.runs)) == (1, 0)
    box = moved_box(upright, sign.box)
    return Character(sign.text, x, base, box, sign.size, sign.order, sign.clipped, not across, sign.made_up, noted)


def _under(placed: Sequence[Character], under: set[int]) -> set[int]:
    """What lies under a stamp or a watermark and is not read.

    All but the rows of a table, whose figures prove each other.
    """
    if not under:
        return set()
    rows = [line for line in lines_of(placed) if is_row(line)]
    return under - {c.order for line in rows for segment in line.segments for c in segment.characters}


def _without_stamps(characters: list[Character]) -> tuple[list[Character], list[Character]]:
    """The characters without those of stamps that lie over the text, which are no part of it; and those of stamps."""
    stamps = [c for c in characters if c.noted == STAMP]
    if not stamps:
        return characters, stamps
    x0, top = min(c.box[0] for c in stamps), min(c.box[1] for c in stamps)
    x1, bottom = max(c.box[2] for c in stamps), max(c.box[3] for c in stamps)
    others = [c for c in characters if c.noted != STAMP]
    over = any(x0 < c.middle < x1 and c.box[1] < bottom and c.box[3] > top and c.text.strip() for c in others)
    return (others if over else characters), stamps


class _Places:
    """Characters by what and where they are: what was printed twice in one place is seen if one of the two is."""

    def __init__(self, characters: Iterable[Read]) -> None:
        self._places = {(sign.text, round(sign.origin[0]), round(sign.origin[1])) for sign in characters}

    def holds(self, sign: Read) -> bool:
        x, y = round(sign.origin[0]), round(sign.origin[1])
        return any((sign.text, x + dx, y + dy) in self._places for dx in (-1, 0, 1) for dy in (-1, 0, 1))


def _sideways(straight: Sequence[Read], turned_orders: Collection[int]) -> list[list[Read]]:
    """What runs up, down or upside down on a page, text by text."""
    runs: list[list[Read]] = []
    height = 0.0
    for sign in straight:
        if sign.order not in turned_orders or sign.blank:
            continue
        before, height = height, sign.origin[0 if abs(sign.runs[0]) < abs(sign.runs[1]) else 1]
        if not runs or sign.order - runs[-1][-1].order > MOST_SPACES or abs(height - before) > sign.size / 2:
            runs.append([])
        runs[-1].append(sign)
    return [run for run in runs if any(sign.text.isalpha() for sign in run)]


def _text(signs: Sequence[Read]) -> str:
    """Characters as a text, with a space where they stand apart."""
    parts: list[str] = []
    before: Read | None = None
    for sign in signs:
        if is_mark(sign.text) or sign.blank:
            parts.append(sign.text)
            continue
        if before and (
            abs(before.origin[1] - sign.origin[1]) > sign.size or sign.box[0] - before.box[2] > LEAST_SPACE * sign.size
        ):
            parts.append(" ")
        parts.append(sign.text)
        before = sign
    return " ".join("".join(parts).split())


def _is_scanned(every: Sequence[Read], seen: dict[int, Seen], view: View) -> bool:
    """Whether a page is a picture with the text that a machine read from it underneath."""
    if not view.is_scan:
        return False
    hidden = [sign for sign in every if not sign.blank and seen[sign.order] in (Seen.UNSEEN, Seen.COVERED)]
    under = sum(view.is_pictured(sign.box) for sign in hidden)
    return under >= max(LEAST_LETTERS, UNDER * sum(not sign.blank for sign in every))


def _upright(quarters: Counter[tuple[int, int]], width: float, height: float) -> Matrix:
    """How to turn a page whose text runs up, down or upside down, as most of it does."""
    most = quarters.most_common(1)[0][0] if quarters else (1, 0)
    return {
        (1, 0): (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        (0, -1): (0.0, 1.0, -1.0, 0.0, height, 0.0),
        (0, 1): (0.0, -1.0, 1.0, 0.0, 0.0, width),
        (-1, 0): (-1.0, 0.0, 0.0, -1.0, width, height),
    }[most]


def _quarter(runs: tuple[float, float]) -> tuple[int, int]:
    """The nearest of right, down, left and up."""
    across, down = runs
    return ((across > 0) - (across < 0), 0) if abs(across) >= abs(down) else (0, (down > 0) - (down < 0))
