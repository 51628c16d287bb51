"""The headers and footers of a worksheet, which are printed with its pages: the lines of text among their codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

CODE = re.compile(
    r'&(?:(?P<amp>&)|"[^"]*"|K[0-9A-Fa-f]{6}|K[0-9]{2}[+-][0-9]{3}|[0-9]{1,3}|(?P<side>[LCR])|(?P<field>[PNDTFAZG])|.)',
    re.DOTALL,
)
KINDS = {"oddHeader": "", "oddFooter": "", "evenHeader": "differentOddEven", "evenFooter": "differentOddEven",
         "firstHeader": "differentFirst", "firstFooter": "differentFirst"}  # fmt: skip
"""The parts, and the attribute without which a part is not printed."""
TRUE = {"1", "true"}
MOST_LINES = 50


def page_lines(element: etree._Element) -> list[str]:
    """Return the lines that are printed above and below the pages of a worksheet, each once.

    Args:
        element: The element `headerFooter`.
    """
    parts = []
    for part in element:
        needs = KINDS.get(str(part.tag).rpartition("}")[2])
        if needs is not None and (not needs or element.get(needs) in TRUE):
            parts.append(part.text or "")
    return of_parts(parts)


def of_parts(parts: Iterable[str]) -> list[str]:
    """Return the lines of headers and footers that are written with codes, each once.

    Args:
        parts: The headers and footers that are printed.
    """
    return distinct(line for part in parts for line in _lines(part))


def distinct(lines: Iterable[str]) -> list[str]:
    """Return the lines that say something beside what a page says of itself, each once.

    Args:
        lines: The lines, with … for what a page says of itself, such as its number.
    """
    return list(dict.fromkeys(line.strip() for line in lines if line.strip("… ")))[:MOST_LINES]


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a part, without its codes: left, middle and right apart; a field says nothing by itself."""
    plain = CODE.sub(lambda code: "&" if code["amp"] else "\n" if code["side"] else "…" if code["field"] else "", text)
    yield from plain.splitlines()
