"""Which code page a text is in that is not UTF-8: Thai or Western, where its letters stand together as they do there.

Every byte is a letter in some code page, so decoding proves nothing: é of Windows-1252 is a Thai tone mark in cp874.
Here belongs what speaks for a code page. How bytes are read belongs in `khrop.files.csv_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

THAI, WESTERN = "cp874", "cp1252"
_SHARE = 10
"""A text may have one odd word in so many."""
_RUN = re.compile(r"[^\x00-\x7f]+")
_LATIN = re.compile("[A-Za-z]")
_THAI_LETTERS = re.compile(r"[\u0e01-\u0e3a\u0e40-\u0e4e]+")
# Without ฃ, ฅ and yamakkan, which no text of today has.
_THAI_WORD = re.compile(r"(?:[เ-ไ]{0,2}[กขคฆ-ฮ][ัิ-ฺ็-ํ]{0,3}[ะาำๅ]{0,2}[ๆฯ]*)+|[ๆฯ]")
_THAI_NUMBER = re.compile("[๐-๙]+(?:[.,/:-][๐-๙]+)*")
_HIGH = "À-ÖØ-öø-ÿŠŒŽšœžŸ"
_SMALL = "a-zß-öø-ÿšœž"
_WESTERN_WORD = re.compile(f"[A-Za-z{_HIGH}]+")
_ODD_WORD = re.compile(
    # A capital with a mark within a word, ÿ at its begin, a chain of letters with marks.
    f"[{_SMALL}][À-ÖØ-ÞŠŒŽŸ]|(?:^|[A-Z])ÿ|[Þþ]$|[ðþÐÞ]{{2}}|[{_HIGH}]{{3}}(?<![äöüõ]{{3}})"
)
_HAS_HIGH = re.compile(f"[{_HIGH}]")
_ODD_SIGN = re.compile(
    # A sign within a word or beside a letter with a mark, an opening quote behind one, signs that no text has.
    f"[A-Za-z{_HIGH}][¡-¶¸-¿€‚-‰‹“”•˜™›×÷](?=[A-Za-z{_HIGH}])|[{_HIGH}][¡-©¬-¶¸-º¼-¿×÷]|[¢-©¬-¶¸-º¼-¾×÷][{_HIGH}]"
    f"|[A-Za-z{_HIGH}][‚„ƒ†‡ˆ‹]|[£¥¢][A-Za-z{_HIGH}]|[¨¯´¸¬¦¤ˆ˜ƒ‡]"
)
_SIGN = re.compile(
    # A sign within a word, an opening quote or a lone accent behind one, signs that no text has.
    f"[A-Za-z{_HIGH}][¡-¶¸-¿€‚-‰‹“”•˜™›×÷](?=[A-Za-z{_HIGH}])|(?<=[A-Za-z{_HIGH}])[‚„ƒ†‡ˆ‹¡¿]|[¨¯´¸¬¦¤ˆ˜ƒ‡]|[£¥¢](?=[A-Za-z{_HIGH}])"
)
_SIGN = re.compile("[°€£§½¼¾²³µ©®™“”‘’–—…•«»·±×]")


def is_thai(lines: Iterable[str]) -> bool:
    """Return whether a text that was decoded as cp874 is Thai: its letters form syllables, none lone in a Latin word.

    Args:
        lines: Pieces of the text.

    Returns:
        Whether it is Thai.
    """
    words = numbers = odd = 0
    for text in lines:
        for run in _RUN.finditer(text):
            start, end = run.span()
            beside = bool(_LATIN.match(text[start - 1 : start]) or _LATIN.match(text[end : end + 1]))
            letters = _THAI_LETTERS.findall(run[0])
            if any(not _THAI_WORD.fullmatch(word) for word in letters) or (beside and len(run[0]) == 1):
                odd += 1
            elif any(len(word) > (3 if beside else 1) for word in letters):
                words += 1
            elif not letters and not beside and _THAI_NUMBER.fullmatch(run[0]):
                numbers += 1
    return odd * _SHARE <= words if words else bool(numbers and not odd)


def is_western(lines: Iterable[str]) -> bool:
    """Return whether a text that was decoded as Windows-1252 is one of a Western language.

    Args:
        lines: Pieces of the text.

    Returns:
        Whether its letters with marks stand in words, and its signs where such signs stand.
    """
    good = odd = 0
    for text in lines:
        for word in _WESTERN_WORD.findall(text):
            if _ODD_WORD.search(word):
                odd += 1
            elif _HAS_HIGH.search(word):
                good += 1
        odd += len(_ODD_SIGN.findall(text))
        good += len(_SIGN.findall(text))
    return bool(good) and odd * _SHARE <= good
