"""Texts that look as rules say: how they begin and end, what pattern they have, how long they are.

Here belongs how texts are drawn. Which texts a contract wants is told by its constraints, see
`khrop.testing.constraints`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from hypothesis import strategies as st

from khrop.testing.constraints import Long, Looks

_PLAIN = st.characters(categories=("L", "Nd", "Pd", "Zs"), codec="utf-8")
_LONG = 8


def texts(constraints: Sequence[Looks | Long], without: Collection[Any] = ()) -> st.SearchStrategy[str]:
    """Texts that keep all of some constraints, and are none of those `without`."""
    looks = [c for c in constraints if isinstance(c, Looks)]
    least = max((c.least for c in constraints if isinstance(c, Long)), default=0)
    most = min((c.most for c in constraints if isinstance(c, Long) and c.most is not None), default=least + _LONG)
    if least > most:
        return st.nothing()
    made = _shaped(looks, least, most)
    if not (looks or without):
        return made
    return made.filter(
        lambda text: text not in without and least <= len(text) <= most and all(look.true(text) for look in looks)
    )


def _shaped(looks: Sequence[Looks], least: int, most: int) -> st.SearchStrategy[str]:
    held = {look.how: look.what for look in looks if look.holds}
    if (pattern := held.get("str.contains")) is not None:
        # ASCII, as engines differ in what a digit or a letter of other scripts is.
        literal = "".join(sorted({c for c in pattern if ord(c) > 126}))
        alphabet = st.characters(min_codepoint=32, max_codepoint=126, include_characters=literal)
        return st.from_regex(re.compile(pattern), fullmatch=True, alphabet=alphabet)
    start, end = held.get("str.starts_with", ""), held.get("str.ends_with", "")
    room = len(start) + len(end)
    middle = st.text(_PLAIN, min_size=max(least - room, 0), max_size=max(most - room, 0))
    return middle.map(lambda text: start + text + end) if room else middle
