"""The rules of a table on a simulated page: whole, dashed, worn, pale, or only some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

BROKEN = ("dashed", "worn", "pale", "level", "upright", "unruled")
"""How rules are broken, faint or missing. `dashed`: each is a row of dashes; `worn`: each has lost stretches, and some
are lost as a whole; `pale`: lighter than a copier's dirt; `level`: there are no upright ones; `upright`: there are no
level ones but those above and below the headings and the last; `unruled`: there are none."""


@dataclass(frozen=True)
class Rules:
    """How rules are drawn: dots of their width, how light they are (0 is black), in which condition, of which seed."""

    width: int
    grey: float
    kind: str = ""
    seed: int = 0


def draw_rules(page: Image.Image, edges: Sequence[float], levels: Sequence[float], rules: Rules, scale: float) -> None:
    """Draw the rules at the edges of columns and at the levels of rows; `scale` is dots a unit of these."""
    rng = np.random.default_rng([rules.seed, len(levels)])
    draw = ImageDraw.Draw(page)
    drawn_levels = list(levels)
    if rules.kind == "upright":
        drawn_levels = [levels[0], *levels[1 : 1 + (len(levels) > 2)], levels[-1]]
    if rules.kind == "unruled":
        drawn_levels = []
    upright = edges if rules.kind not in ("level", "unruled") else ()
    lines = [((edges[0], y), (edges[-1], y)) for y in drawn_levels]
    lines += [((x, levels[0]), (x, levels[-1])) for x in upright]
    for (x0, y0), (x1, y1) in lines:
        length = max(x1 - x0, y1 - y0)
        for begin, end in _stretches(rng, rules.kind, length):
            points = [(p + (q - p) * part / length, r + (s - r) * part / length)
                      for part in (begin, end) for p, q, r, s in [(x0, x1, y0, y1)]]  # fmt: skip
            draw.line([(x * scale, y * scale) for x, y in points], fill=int(255 * rules.grey), width=rules.width)


def _stretches(rng: np.random.Generator, kind: str, length: float) -> Iterator[tuple[float, float]]:
    """The parts of a rule that are there."""
    if kind == "dashed":
        at = float(rng.uniform(0, 10))
        while at < length:
            end = at + float(rng.uniform(8, 40))
            yield at, min(end, length)
            at = end + float(rng.uniform(4, 24))
    elif kind == "worn":
        if rng.random() < 0.12:
            return
        lost = sorted(float(x) for x in rng.uniform(0, length, 2 * int(rng.integers(1, 4))))
        edges = [0.0, *lost, length]
        yield from zip(edges[::2], edges[1::2], strict=True)
    else:
        yield 0.0, length
