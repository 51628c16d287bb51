"""Colours, and whether text of a colour stands out from its ground, alike for all forms of document."""

from __future__ import annotations

import re

Colour = tuple[int, int, int]
"""Red, green and blue, each from 0 to 255."""
WHITE: Colour = (255, 255, 255)
UNKNOWN_GROUND: Colour = (128, 128, 128)
"""A ground whose colour is not known, such as one of a theme: neither black nor white text is lost on it."""
LEAST_CONTRAST = 1.35
"""The least ratio of luminances (WCAG) at which text is seen; the palest grey that offices print text in has 1.6."""
SMALLEST = 2.0
"""Points; smaller letters are dots."""
HEX = re.compile(r"#?(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")


def colour(text: str) -> Colour | None:
    """Return a colour written in hexadecimal digits, with or without a leading alpha; None for another text."""
    match = HEX.fullmatch(text.strip())
    return None if match is None else (int(match[1][:2], 16), int(match[1][2:4], 16), int(match[1][4:], 16))


def tinted(ground: bool, tint: float) -> Colour:
    """Return the colour of a theme for grounds (white) or for text (black), made darker or lighter.

    Args:
        ground: Whether it is the one for grounds.
        tint: From -1, black, to 1, white.
    """
    level = 255.0 if ground else 0.0
    shade = round(level * (1 + tint) if tint < 0 else level * (1 - tint) + 255 * tint)
    return (shade, shade, shade)


def unseen(ink: Colour | None, ground: Colour | None, points: float | None) -> bool:
    """Return whether text does not stand out from its ground.

    Args:
        ink: The text's colour; None for black.
        ground: The colour under it; None for white.
        points: The size of the letters; None for one that can be read.
    """
    if points is not None and points < SMALLEST:
        return True
    return ink is not None and contrast(ink, ground or WHITE) < LEAST_CONTRAST


def contrast(first: Colour, second: Colour) -> float:
    """Return the ratio of two colours' luminances, the lighter one's first (WCAG 2), from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
