"""The figure behind a shown number, as spreadsheets write it beside the text of a cell in a web page."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from khrop.thai.digits import NotANumber, parse_percent

ATTRIBUTES = ("x:num", "sdval")
"""Excel's and LibreOffice's; without a value, x:num says that the shown text is the number."""
LONGEST = 30
LARGEST = Decimal(10**12)


def behind(shown: str, attributes: Mapping[str, str]) -> str | None:
    """The unrounded figure, where the shown one is that figure rounded half up ("3.72" of 3.7197), and differs.

    A shown percent is a hundred times its figure. Where the two do not agree, what is printed counts.
    """
    full_figure = next((attributes[name] for name in ATTRIBUTES if attributes.get(name)), "").strip()
    if not full_figure or len(full_figure) > LONGEST or not shown.strip():
        return None
    try:
        figure, printed = Decimal(full_figure), parse_percent(shown.strip())
    except (InvalidOperation, NotANumber):
        return None
    if not figure.is_finite() or abs(figure) > LARGEST:
        return None
    if shown.strip().endswith("%"):
        figure *= 100
    if figure == printed or figure.quantize(printed, ROUND_HALF_UP) != printed:
        return None
    return f"{figure.normalize():f}"
