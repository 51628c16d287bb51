"""The two scales of the map's tiles, and which ink lies upon which step."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.publishing.site.palette import COLOURS, TEXT

PROGRESS = (
    ("#ffffff", "ink"),
    ("#e2efed", "ink"),
    ("#b7dad5", "ink"),
    ("#82bfb7", "ink"),
    ("#2c7a73", "paper"),
    ("#175d57", "paper"),
    ("#0a3d39", "paper"),
)
"""Nothing saved, five steps of the scale, complete: the tile's ground and its ink."""
GAP = (
    ("#8a3b12", "paper"),
    ("#e3ab82", "ink"),
    ("#f6e0d0", "ink"),
    ("#d8e8f2", "ink"),
    ("#8fbfdb", "ink"),
    ("#1d5f8a", "paper"),
)
"""Three steps behind the straight line, the furthest first, and three ahead of it."""


def pairs() -> Iterator[tuple[str, str, float]]:
    """Return each ink, the ground that it lies upon, and the least contrast between them."""
    for ground, ink in (*PROGRESS, *GAP):
        yield COLOURS[ink], ground, TEXT


def css() -> str:
    """Return the steps of both scales as classes."""
    lines = [f".p{i}{{--p:{ground};--pi:var(--{ink})}}" for i, (ground, ink) in enumerate(PROGRESS)]
    lines += [f".g{i}{{--g:{ground};--gi:var(--{ink})}}" for i, (ground, ink) in enumerate(GAP)]
    return "\n".join(lines)
