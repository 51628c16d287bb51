"""The colours of the site, and which lie upon which: what a test holds against WCAG AA.

No colour says anything alone: beside each stands a figure, a sign or a pattern.
"""

from __future__ import annotations

from collections.abc import Iterator

COLOURS = {
    "paper": "#ffffff",
    "wash": "#f5f4f0",
    "ink": "#1c2733",
    "soft": "#55606b",
    "line": "#d5d2c8",
    "edge": "#7c868f",
    "accent": "#0b5a6f",
    "focus": "#b3261e",
    "saved": "#1f7a4d",
    "pending": "#bf3b30",
    "good": "#14653d",
    "bad": "#a3271d",
    "warn": "#7a4a00",
    "warn-wash": "#fdf3dc",
    "bad-wash": "#fbe9e7",
    "good-wash": "#e6f3ec",
    "own": "#0b5a6f",
    "straight": "#6b747d",
    "ahead": "#a2541a",
}
TEXT, GRAPHIC = 4.5, 3.0
"""The least contrast that WCAG AA asks of text, and of what else is to be seen."""
_PAIRS = (
    ("ink", "paper", TEXT), ("ink", "wash", TEXT), ("soft", "paper", TEXT), ("soft", "wash", TEXT),
    ("accent", "paper", TEXT), ("accent", "wash", TEXT), ("paper", "accent", TEXT),
    ("good", "paper", TEXT), ("good", "good-wash", TEXT), ("bad", "paper", TEXT), ("bad", "bad-wash", TEXT),
    ("warn", "paper", TEXT), ("warn", "warn-wash", TEXT), ("ink", "warn-wash", TEXT), ("ink", "bad-wash", TEXT),
    ("good", "wash", TEXT), ("bad", "wash", TEXT), ("warn", "wash", TEXT), ("soft", "bad-wash", TEXT),
    ("soft", "warn-wash", TEXT),
    ("saved", "paper", GRAPHIC), ("pending", "paper", GRAPHIC), ("saved", "wash", GRAPHIC),
    ("pending", "wash", GRAPHIC),
    ("focus", "paper", GRAPHIC), ("focus", "wash", GRAPHIC), ("edge", "paper", GRAPHIC), ("edge", "wash", GRAPHIC),
    ("own", "paper", GRAPHIC), ("straight", "paper", GRAPHIC), ("ahead", "paper", GRAPHIC),
)  # fmt: skip


def pairs() -> Iterator[tuple[str, str, float]]:
    """Return what lies upon what: the upper colour, the lower, and the least contrast between them."""
    for upper, lower, least in _PAIRS:
        yield COLOURS[upper], COLOURS[lower], least


def contrast(colour: str, other: str) -> float:
    """The contrast of two colours (`#rrggbb`) as WCAG 2 reckons it, from 1 to 21."""
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def css() -> str:
    """Return the colours as custom properties."""
    return f":root{{{''.join(f'--{name}:{value};' for name, value in COLOURS.items())}}}"


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
