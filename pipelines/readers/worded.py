"""Headings that are understood word by word.

A heading is a field's where all of its words are known and stand together as that field's do. Here belongs how a text
is cut into words and matched. Which words there are, and how they stand together, is data of a dataset. A regular
expression over Thai text, which has no spaces, would let a word pass that it does not know, or try the same letters in
every way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from khrop.thai.marks import skeleton

MOST_WORDS = 40


@dataclass(frozen=True)
class Vocabulary:
    """Words by their role, a letter each. The longest word counts, and after it the one that was named first."""

    words: Mapping[str, str]
    _by_length: Sequence[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note the lengths of words, the longest first."""
        object.__setattr__(self, "_by_length", sorted({len(word) for word in self.words}, reverse=True))

    @classmethod
    def of(cls, by_role: Mapping[str, Sequence[str]]) -> Vocabulary:
        """Return the vocabulary of some words, given by role."""
        return cls({word.casefold(): role for role, words in by_role.items() for word in words})

    def by_consonants(self) -> Vocabulary:
        """Return the same words as their consonants; what has none, such as a percent sign, is left out."""
        bare: dict[str, str] = {}
        for word, role in self.words.items():
            if consonants := skeleton(word):
                bare.setdefault(consonants, role)
        return Vocabulary(bare)

    def roles(self, text: str) -> str:
        """Return the roles of the words of a text in their order; empty where it holds anything else."""
        text = text.casefold()
        roles = ""
        at = 0
        while at < len(text):
            length = next((n for n in self._by_length if text[at : at + n] in self.words), 0)
            if not length or len(roles) == MOST_WORDS:
                return ""
            roles += self.words[text[at : at + length]]
            at += length
        return roles


@dataclass(frozen=True)
class Worded:
    """How the words of one field's headings stand together: a regular expression over the letters of their roles."""

    vocabulary: Vocabulary
    order: re.Pattern[str]

    def fullmatch(self, text: str) -> bool:
        """Return whether a text without spaces is such a heading."""
        roles = self.vocabulary.roles(text)
        return bool(roles) and self.order.fullmatch(roles) is not None
