"""Pictures of signs as a scan of a table shows them, with their classes, made from fonts."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from digit_training.fonts import Face
from pipelines.readers.scans.digit_network import HEIGHT, MARK, MINUS, PERCENT, REJECT, SIDE

Floats = NDArray[np.float32]
BIG = 64
"""Points at which signs are drawn before they are scaled."""
THAI, ASCII = "๐๑๒๓๔๕๖๗๘๙", "0123456789"
NEITHER = "?"
"""A digit that is drawn half as another."""
CLASS = {s: i for i, s in enumerate(THAI + ASCII)} | {".": MARK, ",": MARK, "-": MINUS, "%": PERCENT, NEITHER: REJECT}


class Drawn:
    """The signs of a face, each as a mask at one size."""

    def __init__(self, face: Face) -> None:
        """Draw all signs of a face."""
        self.face = face
        fonts = [ImageFont.truetype(str(path), BIG) for path in (face.thai, face.latin)]
        self.masks = {}
        for sign in CLASS:
            if sign == NEITHER:
                continue
            font = fonts[sign not in THAI]
            left, top, right, bottom = font.getbbox(sign, anchor="ls")
            picture = Image.new("L", (right - left + 2, bottom - top + 2), 0)
            ImageDraw.Draw(picture).text((1 - left, 1 - top), sign, font=font, fill=255, anchor="ls")
            advance = font.getlength(sign)
            self.masks[sign] = (np.asarray(picture, np.float32) / 255, left, top, advance)
        self.heights = {
            script: float(np.median([self.masks[s][0].shape[0] - 2 for s in script])) for script in (THAI, ASCII)
        }

    @property
    def whole(self) -> bool:
        """Whether the face has digits of its own, all different."""
        return all(len({self.masks[s][0].tobytes() for s in script}) == 10 for script in (THAI, ASCII))


def _text(rng: np.random.Generator, script: str) -> str:
    digit = lambda n: "".join(rng.choice(list(script), n))  # noqa: E731
    kind = rng.random()
    if kind < 0.55:
        return digit(int(rng.integers(1, 4)))
    if kind < 0.62:
        return digit(1) + "," + digit(3)
    if kind < 0.9:
        return digit(int(rng.integers(1, 3))) + "." + digit(2)
    if kind < 0.95:
        return digit(int(rng.integers(1, 3))) + "%"
    return "-" if rng.random() < 0.7 else "-" + digit(2)


def strip(rng: np.random.Generator, face: Drawn) -> tuple[Floats, list[tuple[str, float, float]], float, float]:
    """A figure as scanned: ink, the signs with their spans, the middle of its line and the height of its digits."""
    script = THAI if rng.random() < 0.75 else ASCII
    text = _text(rng, script)
    tracking = rng.normal(0, 1.2) if rng.random() < 0.7 else rng.uniform(0, 6)
    margin, base = 40, 120
    width = int(sum(face.masks[s][3] + 6 for s in text)) + 2 * margin + 20
    page = np.zeros((190, width), np.float32)
    x, places, middles = float(margin), [], []
    half = int(rng.integers(len(text))) if rng.random() < 0.1 else -1
    for place, sign in enumerate(text):
        mask, left, top, advance = face.masks[sign]
        if place == half and sign in script:
            sign, mask, top = _between(rng, face, sign, str(rng.choice(list(script))))
        at, up = max(int(round(x + left)) - 1, 0), base + top - 1
        h, w = mask.shape
        page[up : up + h, at : at + w] = np.maximum(page[up : up + h, at : at + w], mask)
        places.append((sign, at + 1.0, at + w - 1.0))
        if sign in script and place != half:
            middles.append(up + h / 2)
        x += advance + tracking
    middle = float(np.median(middles)) if middles else base - face.heights[script] / 2
    high = face.heights[script]
    if rng.random() < 0.25:  # what is left of a rule
        y = int(rng.choice([base + rng.integers(12, 40), base - high - rng.integers(12, 40)]))
        page[max(y, 0) : y + int(rng.integers(1, 5)), int(rng.integers(0, width // 2)) :] = rng.uniform(0.4, 1)
    size = float(np.exp(rng.uniform(np.log(9), np.log(34))))
    factor = size / high
    angle = rng.normal(0, 0.8)
    if abs(angle) > 0.3:
        page = ndimage.rotate(page, angle, reshape=False, order=1)
    if rng.random() < 0.5:
        page = _stroke(rng, page)
    page = ndimage.gaussian_filter(page, 0.45 / factor * rng.uniform(0.5, 1.9))
    squeeze = 0.5 if rng.random() < 0.06 and size > 14 else 1.0  # fax
    page = ndimage.zoom(page, (factor * squeeze, factor * float(np.exp(rng.normal(0, 0.05)))), order=1)
    page = _scanned(rng, page)
    goal = HEIGHT * float(np.exp(rng.normal(0, 0.06)))
    page = ndimage.zoom(page, (goal / high / factor / squeeze, goal / high / factor), order=1)
    ratio = page.shape[1] / width
    spans = [(s, a * ratio, b * ratio) for s, a, b in places]
    return np.clip(page, 0, 1), spans, middle * page.shape[0] / 190, goal


def _between(rng: np.random.Generator, face: Drawn, sign: str, other: str) -> tuple[str, Floats, int]:
    """A digit with a part of another in its place: which of the two it is, if it is one, its mask and its top."""
    own, rival = face.masks[sign], face.masks[other]
    top = min(own[2], rival[2])
    size = (max(m.shape[0] + t for m, _, t, _ in (own, rival)) - top, max(own[0].shape[1], rival[0].shape[1]))
    part = float(rng.uniform(0.15, 0.5))
    drawn = np.zeros(size, np.float32)
    for (mask, _, up, _), share in ((own, 1 - part), (rival, part)):
        at = (size[1] - mask.shape[1]) // 2
        drawn[up - top : up - top + mask.shape[0], at : at + mask.shape[1]] += share * mask
    return NEITHER if part > 0.35 and other != sign else sign, drawn, top


def _stroke(rng: np.random.Generator, page: Floats) -> Floats:
    """Fatter or thinner strokes, as toner and thresholds make them."""
    size = int(rng.integers(2, 5))
    change = ndimage.grey_dilation if rng.random() < 0.6 else ndimage.grey_erosion
    part = rng.uniform(0.3, 1.0)
    result: Floats = (1 - part) * page + part * change(page, size=(size, size))
    return result


def _scanned(rng: np.random.Generator, ink: Floats) -> Floats:
    dark = rng.uniform(0.55, 1.0)
    paper = 1 - ink * dark
    noise = rng.choice([0.0, 0.03, 0.08, 0.14], p=[0.25, 0.3, 0.3, 0.15])
    if noise:
        grain = rng.normal(0, noise, paper.shape)
        paper = paper + (ndimage.gaussian_filter(grain, 0.6) * 2 if rng.random() < 0.4 else grain)
    if rng.random() < 0.3:
        buffer = io.BytesIO()
        picture = Image.fromarray((np.clip(paper, 0, 1) * 255).astype(np.uint8))
        picture.save(buffer, "JPEG", quality=int(rng.integers(25, 90)))
        paper = np.asarray(Image.open(buffer), np.float32) / 255
    if rng.random() < 0.12:
        paper = (paper > 1 - dark * rng.uniform(0.3, 0.65)).astype(np.float32)
        dark = 1.0
    if rng.random() < 0.1:  # pepper
        paper = np.where(rng.random(paper.shape) < 0.01, 1 - dark, paper)
    return np.clip((1 - paper) / (dark * rng.uniform(0.85, 1.1)), 0, 1).astype(np.float32)


def pieces(rng: np.random.Generator, face: Drawn, show: object) -> list[tuple[Floats, int]]:
    """The signs of one figure, and some pieces that are none, as `show` (`signs.shown`) shows them to the network."""
    ink, spans, middle, _ = strip(rng, face)
    made: list[tuple[Floats, int]] = []

    def add(a: float, b: float, kind: int) -> None:
        jitter = rng.normal(0, 0.6, 2)
        up = middle + rng.normal(0, 1.0)
        made.append((show(ink, int(round(a + jitter[0])), int(round(b + jitter[1])), up), kind))  # type: ignore[operator]

    for place, (sign, a, b) in enumerate(spans):
        add(a, b, CLASS[sign])
        if rng.random() < 0.2 and b - a > 6:
            cut = a + (b - a) * rng.uniform(0.3, 0.7)
            some = (a, cut) if rng.random() < 0.5 else (cut, b)
            add(*some, REJECT)
        if place + 1 < len(spans):
            _, c, d = spans[place + 1]
            if rng.random() < 0.3:
                add(a, d, REJECT)
            elif rng.random() < 0.15 and d - c > 6:
                add(a, c + (d - c) * rng.uniform(0.35, 0.7), REJECT)
            elif rng.random() < 0.2 and b - a > 6:
                end = d if rng.random() < 0.7 else c + (d - c) * rng.uniform(0.35, 0.7)
                add(a + (b - a) * rng.uniform(0.3, 0.7), end, REJECT)
    if rng.random() < 0.15:
        add(spans[-1][2] + 5, spans[-1][2] + rng.uniform(8, 24), REJECT)
    return made


def many(seed: int, number: int, faces: list[Drawn], show: object) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """So many pictures in bytes, shape (number, SIDE, SIDE), and their classes."""
    rng = np.random.default_rng(seed)
    pictures, kinds = np.empty((number, SIDE, SIDE), np.uint8), np.empty(number, np.uint8)
    done = 0
    while done < number:
        for picture, kind in pieces(rng, faces[int(rng.integers(len(faces)))], show)[: number - done]:
            pictures[done], kinds[done] = picture * 255, kind
            done += 1
    return pictures, kinds
