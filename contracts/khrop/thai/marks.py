"""Thai text whose marks were lost or moved, as text layers of PDF files have it: what can still be said of it.

Consonants and digits come through where vowels and tone marks do not. Belongs here: the skeleton of a text (its
consonants), and putting known words back in place of what is left of them. Does not belong here: faults that do not
show in print (`thai.normalise`), and which words a document may hold.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from khrop.thai.digits import from_private_use, normalise

__all__ = ["Restored", "is_mangled", "restore", "skeleton"]

_CONSONANTS = "\u0e01-\u0e2e"
_DIGITS = "0-9\u0e50-\u0e59"
# What can stand only behind a consonant: SARA A, AA and AM, the marks above and below, and what marks became.
_DEPENDENT = "\u0e30-\u0e3a\u0e45\u0e47-\u0e4e"
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_LOST = "\ufffd\uf700-\uf71a\uf884-\uf89e"
_LEADING = "\u0e40-\u0e44"

_LINE_END = re.compile(r"\s*\n\s*")
_NOT_CONSONANTS = re.compile(f"[^{_CONSONANTS}]+")
_PARTED = re.compile(f"[ \u00a0]+(?=[{_DEPENDENT}])")
# A mark that was moved onto a figure says nothing of the figure.
_ON_FIGURES = re.compile(f"([{_DIGITS}]) ?[{_MARKS}]+")
_FAULTS = re.compile(
    # Private codes, what could not be decoded, a mark with nothing to stand on, and an AA beside what holds one.
    f"[{_LOST}]|(?:^|[^{_CONSONANTS}{_DEPENDENT}{_LEADING}])[{_DEPENDENT}]|\u0e33\u0e32|[{_LEADING}](?![{_CONSONANTS}])"
)


def skeleton(text: str) -> str:
    """The consonants ก to ฮ of a text and nothing else: "เพชรบูรณ์" -> "พชรบรณ"."""
    return _NOT_CONSONANTS.sub("", text)


def is_mangled(text: str) -> bool:
    """Whether a text shows that it lost or moved marks: no one types or prints what is found in it."""
    return bool(_FAULTS.search(text))


@dataclass(frozen=True, slots=True)
class Restored:
    """A text with known words put back, and those that had to be, in their order."""

    text: str
    words: tuple[str, ...]


def restore(text: str, phrases: Iterable[str], words: Iterable[str] = ()) -> Restored:
    """`text` with `phrases` and `words` spelt as they should be wherever their consonants stand in it.

    A phrase is found wherever its consonants follow one another with nothing but vowels, marks, spaces, full stops and
    line ends between them, so it should have enough consonants to be sure of: six or so. A word is found only where it
    stands by itself, between spaces, line ends, digits and punctuation. Longer ones are put back first. What is spelt
    right stays as it is, line ends included.
    """
    text = normalise(_PARTED.sub("", _ON_FIGURES.sub(r"\1", from_private_use(text)))).text
    put_back: list[str] = []

    def right(found: re.Match[str]) -> str:
        meant = spelt[skeleton(found[0])]
        if _LINE_END.sub("", found[0]) == meant:
            return found[0]
        put_back.append(meant)
        return meant

    for pattern, spelt in (_anywhere(tuple(phrases)), _alone(tuple(words))):
        if spelt:
            text = pattern.sub(right, text)
    return Restored(text, tuple(put_back))


@lru_cache(maxsize=32)
def _anywhere(phrases: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    ordered = sorted(phrases, key=lambda p: -len(skeleton(p)))
    return re.compile("|".join(map(_loosely, ordered))), {skeleton(p): p for p in phrases}


@lru_cache(maxsize=32)
def _alone(words: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    thai = f"{_CONSONANTS}{_DEPENDENT}{_LEADING}"
    either = "|".join(map(_loosely, sorted(words, key=lambda w: -len(skeleton(w)))))
    return re.compile(f"(?<![{thai}])(?:{either})(?![{thai}])"), {skeleton(w): w for w in words}


def _loosely(phrase: str) -> str:
    """A pattern for what may be left of a phrase. Bounded, so that time stays linear on a page of marks."""
    between = rf"[{_DEPENDENT}{_LEADING}{_LOST}.\s]{{0,6}}"
    before = f"[{_LEADING}]?" if phrase[0] not in _CONSONANT_SET else ""
    after = f"[{_DEPENDENT}{_LOST}]{{0,4}}"
    return before + between.join(skeleton(phrase)) + after


_CONSONANT_SET = frozenset(map(chr, range(0x0E01, 0x0E2F)))
