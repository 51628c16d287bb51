"""Letters on a page, read by Tesseract where it is installed: headings, names, and the words around a table.

Its Thai model knows few Thai digits, so that no figure is taken from it. It gets one picture with all lines of a
page, each of which is known by its height.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipelines.readers.document import NeedsReadingByEye
from pipelines.readers.scans.ink import PRINTED, Ink

SECONDS = 25
LETTER = 3
"""The distance of two texts that differ in a letter."""
_MARKS = frozenset("ัิีึืฺุู็่้๊๋์ํ๎")
_GAP = 26
"""Dots between two lines."""


def missing() -> NeedsReadingByEye | None:
    """Return why pictures of pages are not read here, if they are not."""
    if shutil.which("tesseract") and "tha" in _languages():
        return None
    return NeedsReadingByEye.on(
        [1],
        "no text layer, and Tesseract with its Thai data is not installed (Debian: tesseract-ocr, tesseract-ocr-tha)",
        "ไม่มีชั้นข้อความ และเครื่องนี้ไม่มี Tesseract ภาษาไทย",
    )


def _languages() -> list[str]:
    try:
        listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return listed.stdout.decode("ascii", "replace").split()


def texts_of(lines: Sequence[Ink], enlarged: float = 1.5) -> list[str]:
    """Return the text of each picture of one line or a few; empty where nothing is read."""
    if not lines:
        return []
    width = max(line.shape[1] for line in lines) + 2 * _GAP
    strips, edges, at = [], [], _GAP
    for line in lines:
        strip = np.zeros((line.shape[0] + _GAP, width), np.float32)
        strip[: line.shape[0], _GAP : _GAP + line.shape[1]] = line
        strips.append(strip)
        edges.append(at)
        at += strip.shape[0]
    page = np.vstack([np.zeros((_GAP, width), np.float32), *strips])
    picture = Image.fromarray(((1 - page) * 255).astype(np.uint8))
    picture = picture.resize((int(width * enlarged), int(page.shape[0] * enlarged)), Image.Resampling.BICUBIC)
    texts: list[list[str]] = [[] for _ in lines]
    for middle, text in _words(picture):
        place = int(np.searchsorted(edges, middle / enlarged, side="right")) - 1
        texts[max(place, 0)].append(text)
    return ["".join(words) for words in texts]


def text_of_line(line: Ink, enlarged: float) -> str:
    """Return the text of a picture that is one line, read without looking for words and lines in it."""
    columns = np.flatnonzero((line > PRINTED).sum(axis=0) > 1)
    if not len(columns):
        return ""
    page = np.pad(line[:, columns[0] : columns[-1] + 1], 16)
    picture = Image.fromarray(((1 - page) * 255).astype(np.uint8))
    size = (int(page.shape[1] * enlarged), int(page.shape[0] * enlarged))
    return "".join(text for _, text in _words(picture.resize(size, Image.Resampling.BICUBIC), "13"))


def _words(picture: Image.Image, layout: str = "6") -> list[tuple[float, str]]:
    """The words of a picture in their order, each with the row of its middle; a block of lines, or (13) one."""
    buffer = io.BytesIO()
    picture.save(buffer, "PPM")
    command = ["tesseract", "stdin", "stdout", "-l", "tha", "--psm", layout, "--dpi", "300"]
    command += ["-c", "tessedit_create_tsv=1"]
    try:
        done = subprocess.run(
            command,
            input=buffer.getvalue(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError):
        return []
    words = []
    for row in done.stdout.decode("utf-8", "replace").splitlines()[1:]:
        parts = row.split("\t")
        if len(parts) == 12 and parts[0] == "5" and parts[11].strip():
            text = parts[11].strip().replace("\u0e4d\u0e32", "\u0e33")
            words.append((float(parts[7]) + float(parts[9]) / 2, text))
    return words


def plain(text: str) -> str:
    """Return a text as it is compared: letters and marks alone, the parts of SARA AM apart."""
    parts = unicodedata.normalize("NFKD", text).replace("เเ", "แ")
    return "".join(c for c in parts if "\u0e01" <= c <= "\u0e4e" and c != "\u0e3f" or c.isascii() and c.isalpha())


def distance(a: str, b: str) -> int:
    """Return how much two texts differ: 3 for each letter that is another, more or less, 1 for each mark.

    Marks above and below are small, and are lost first.
    """
    return int(distances(a, [b])[0])


def distances(a: str, others: Sequence[str], usual: frozenset[tuple[str, str]] = frozenset()) -> NDArray[np.int64]:
    """Return how much a text differs from others, as `distance` does.

    Args:
        a: What is read.
        others: What it may be.
        usual: Signs that are often read as others in the document, (as read, as they are): 1 for each.

    Returns:
        Shape (others,).
    """
    codes = np.zeros((len(others), max(map(len, others), default=0)), np.int64)
    costs = np.zeros_like(codes)
    for at, other in enumerate(others):
        codes[at, : len(other)] = list(map(ord, other))
        costs[at, : len(other)] = [1 if c in _MARKS else LETTER for c in other]
    # What it costs that all signs up to one are missing in `a`: the prices along a row differ by it.
    added = np.concatenate([np.zeros((len(others), 1), np.int64), costs.cumsum(axis=1)], axis=1)
    before = added
    for x in a:
        cost = 1 if x in _MARKS else LETTER
        price = np.maximum(costs, cost)
        for y in (y for misread, y in usual if misread == x):
            price[codes == ord(y)] = 1
        price[codes == ord(x)] = 0
        row = before + cost
        row[:, 1:] = np.minimum(row[:, 1:], before[:, :-1] + price)
        before = added + np.minimum.accumulate(row - added, axis=1)
    result: NDArray[np.int64] = before[np.arange(len(others)), list(map(len, others))]
    return result
