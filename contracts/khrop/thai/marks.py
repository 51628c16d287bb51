"""Restore Thai text whose marks were lost or moved, as in the text layers of PDF files.

Consonants and digits survive where vowels and tone marks do not. Here belong the skeleton of a text (its consonants)
and the restoration of known words from what is left of them. Faults that are invisible in print belong in
`khrop.thai.normalise`; which words a document may hold belongs in its reader.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from khrop.thai.digits import from_private_use, normalise

__all__ = ["Restored", "is_mangled", "restore", "skeleton"]

_CONSONANTS = "\u0e01-\u0e2e"
_DIGITS = "0-9\u0e50-\u0e59"
# Characters that stand only behind a consonant: SARA A, AA and AM, the marks above and below.
_DEPENDENT = "\u0e30-\u0e3a\u0e45\u0e47-\u0e4e"
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_LOST = "\ufffd\uf700-\uf71a\uf884-\uf89e"
_LEADING = "\u0e40-\u0e44"

_LINE_END = re.compile(r"\s*\n\s*")
_NOT_CONSONANTS = re.compile(f"[^{_CONSONANTS}]+")
_GAP_BEFORE_MARK = re.compile(f"[ \u00a0]+(?=[{_DEPENDENT}])")
# A mark that was moved onto a digit does not change the digit.
_MARK_ON_DIGIT = re.compile(f"([{_DIGITS}]) ?[{_MARKS}]+")
_FAULTS = re.compile(
    # Private or undecodable codes, a mark without a consonant, AA after AM, a leading vowel without a consonant.
    f"[{_LOST}]|(?:^|[^{_CONSONANTS}{_DEPENDENT}{_LEADING}])[{_DEPENDENT}]|\u0e33\u0e32|[{_LEADING}](?![{_CONSONANTS}])"
)


def skeleton(text: str) -> str:
    """Keep the consonants ก to ฮ of a text and nothing else: "เพชรบูรณ์" -> "พชรบรณ".

    Args:
        text: Any text.

    Returns:
        The consonants in their order.
    """
    return _NOT_CONSONANTS.sub("", text)


def is_mangled(text: str) -> bool:
    """Check whether a text has lost or moved marks.

    Args:
        text: Any text.

    Returns:
        Whether the text holds a sequence that nobody types or prints.
    """
    return bool(_FAULTS.search(text))


@dataclass(frozen=True, slots=True)
class Restored:
    """A text with known words restored.

    Attributes:
        text: The restored text.
        words: The words that were restored, in their order.
    """

    text: str
    words: tuple[str, ...]


def restore(text: str, phrases: Iterable[str], words: Iterable[str] = ()) -> Restored:
    """Restore the spelling of known phrases and words wherever a text has their consonants.

    A phrase is matched wherever its consonants follow each other with nothing but vowels, marks, spaces, full stops and
    line ends between them, so it should have enough consonants to be unambiguous: six or so. A word is matched only
    where it stands between spaces, line ends, digits and punctuation. Longer ones are restored first. Correct spelling
    stays unchanged, line ends included.

    Args:
        text: The text with lost or moved marks.
        phrases: Phrases as they should be spelt.
        words: Single words as they should be spelt.

    Returns:
        The text and the words that were restored.
    """
    text = normalise(_GAP_BEFORE_MARK.sub("", _MARK_ON_DIGIT.sub(r"\1", from_private_use(text)))).text
    restored: list[str] = []

    def correct(match: re.Match[str]) -> str:
        spelling = spellings[skeleton(match[0])]
        if _LINE_END.sub("", match[0]) == spelling:
            return match[0]
        restored.append(spelling)
        return spelling

    for pattern, spellings in (_compile_phrases(tuple(phrases)), _compile_words(tuple(words))):
        if spellings:
            text = pattern.sub(correct, text)
    return Restored(text, tuple(restored))


@lru_cache(maxsize=32)
def _compile_phrases(phrases: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    ordered = sorted(phrases, key=lambda p: -len(skeleton(p)))
    return re.compile("|".join(map(_match_loosely, ordered))), {skeleton(p): p for p in phrases}


@lru_cache(maxsize=32)
def _compile_words(words: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    thai = f"{_CONSONANTS}{_DEPENDENT}{_LEADING}"
    either = "|".join(map(_match_loosely, sorted(words, key=lambda w: -len(skeleton(w)))))
    return re.compile(f"(?<![{thai}])(?:{either})(?![{thai}])"), {skeleton(w): w for w in words}


def _match_loosely(phrase: str) -> str:
    """Build a pattern for what may be left of a phrase. Bounded, so that time stays linear on a page of marks."""
    between = rf"[{_DEPENDENT}{_LEADING}{_LOST}.\s]{{0,6}}"
    before = f"[{_LEADING}]?" if phrase[0] not in _CONSONANT_SET else ""
    after = f"[{_DEPENDENT}{_LOST}]{{0,4}}"
    return before + between.join(skeleton(phrase)) + after


_CONSONANT_SET = frozenset(map(chr, range(0x0E01, 0x0E2F)))
