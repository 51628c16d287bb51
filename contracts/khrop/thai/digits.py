"""Read Thai text as offices print it: digits, spelling faults that are invisible in print, numbers in cells.

Here belongs what applies to a string whatever it means. Dates belong in `khrop.thai.dates`, names of provinces in
`khrop.thai.provinces`; gaps that a PDF puts into words need the page and belong in its reader.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import is_normalized

__all__ = [
    "Normalised",
    "NotANumber",
    "from_private_use",
    "hundredths",
    "normalise",
    "parse_count",
    "parse_percent",
    "to_arabic",
    "to_thai",
]

_THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_TO_ARABIC = str.maketrans(_THAI_DIGITS, "0123456789")
_TO_THAI = str.maketrans("0123456789", _THAI_DIGITS)


def to_arabic(text: str) -> str:
    """Replace Thai digits by ASCII digits.

    Args:
        text: Any text.

    Returns:
        The text with ASCII digits; all else, and the length, is unchanged.

    Example:
        >>> from khrop.thai import to_arabic
        >>> to_arabic("ร้อยละ ๓.๗๒")
        'ร้อยละ 3.72'
    """
    return text.translate(_TO_ARABIC)


def to_thai(text: str) -> str:
    """Replace ASCII digits by Thai digits.

    Args:
        text: Any text.

    Returns:
        The text with Thai digits; all else, and the length, is unchanged.

    Example:
        >>> from khrop.thai import to_thai
        >>> to_thai("7,850 แห่ง")
        '๗,๘๕๐ แห่ง'
    """
    return text.translate(_TO_THAI)


# --- spelling ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in canonical spelling.

    Attributes:
        text: The text.
        notes: The ids of the corrections made, each once, in this order: `private-use`, `zero-width`, `space`,
            `sara-ae`, `mark-order`, `doubled-mark`, `sara-am`, `nfc`. Empty exactly when the input was canonical.
    """

    text: str
    notes: tuple[str, ...]


_TONES = "\u0e48-\u0e4b"
_VOWEL_MARKS = "\u0e31\u0e34-\u0e3a"
_OTHER_MARKS = "\u0e47\u0e4c-\u0e4e"
_MARKS = _VOWEL_MARKS + _TONES + _OTHER_MARKS
_NIKHAHIT, _SARA_AA, _SARA_AM, _SARA_E, _SARA_AE = "\u0e4d", "\u0e32", "\u0e33", "\u0e40", "\u0e41"
# Marks of direction among them: they are no part of a figure or name. U+202E stays: what follows it shows backwards.
_ZERO_WIDTH = "\u00ad\u061c\u200b-\u200f\u202a-\u202d\u2060\u2066-\u2069\ufeff"
# Every horizontal space except U+0020. Line ends are not spaces here: prose keeps its lines.
_ODD_SPACES = "\t\u000b\u000c\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

# Private codes of Thai glyphs, in the order of their codes: those of Windows fonts from F700, of Macintosh fonts from
# F884. Source: the tables of HarfBuzz's Thai shaper.
_WINDOWS = "ฐ" + "ิีึื" + "่้๊๋์" * 2 + "ญ" + "ัํ็" + "่้๊๋์" + "ฺุู"
_MACINTOSH = "ัิีึื็" + "่่่" + "้้้" + "๊๊๊" + "๋๋๋" + "์์์" + "ํ" + "ญ" + "ฺุู" + "ฐ"
_FROM_PRIVATE = {0xF700 + i: c for i, c in enumerate(_WINDOWS)} | {0xF884 + i: c for i, c in enumerate(_MACINTOSH)}


# Matches more than the faults: it may match a canonical text, it must never miss a fault. Each branch starts with a
# fixed set so that the scan over a canonical cell takes well under a microsecond.
_MAYBE_FAULTY = re.compile(
    f"[{_ZERO_WIDTH}{_ODD_SPACES}{_NIKHAHIT}\uf700-\uf71a\uf884-\uf89e]|  |{_SARA_E}{_SARA_E}|{_SARA_AM}[{_TONES}]"
    f"|[{_TONES}{_OTHER_MARKS}][{_MARKS}]|[{_VOWEL_MARKS}][{_VOWEL_MARKS}]"
)
_may_be_faulty = _MAYBE_FAULTY.search

_SPACE_RUN = re.compile(f"[ {_ODD_SPACES}]+")
# The look-behinds let a match start only where a run starts: time stays linear on a page of tone marks.
_TONES_THEN_VOWELS = re.compile(f"(?<![{_TONES}])[{_TONES}]+[{_VOWEL_MARKS}][{_TONES}{_VOWEL_MARKS}]*")
_AM_THEN_TONES = re.compile(f"(?<!{_SARA_AM}){_SARA_AM}+[{_TONES}][{_TONES}{_SARA_AM}]*")
_RING_THEN_AA = re.compile(f"(?<![{_TONES}{_NIKHAHIT}])[{_TONES}{_NIKHAHIT}]+[{_SARA_AA}{_SARA_AM}]")
_NOT_VOWELS = re.compile(f"[^{_VOWEL_MARKS}]+")
_NOT_TONES = re.compile(f"[^{_TONES}]+")
_ONLY_TONES = re.compile(f"[{_TONES}]+")
_ONLY_VOWELS = re.compile(f"[{_VOWEL_MARKS}]+")


def _vowels_first(run: re.Match[str]) -> str:
    # NFC would sort a foreign mark of a lower class than the tones' 107 before the moved tone, and so separate the
    # tone from its vowel. Such text has no Thai spelling to correct.
    if 0 < unicodedata.combining(run.string[run.end() : run.end() + 1] or " ") < 107:
        return run[0]
    return _NOT_VOWELS.sub("", run[0]) + _ONLY_VOWELS.sub("", run[0])


def _tones_first(run: re.Match[str]) -> str:
    return _NOT_TONES.sub("", run[0]) + _ONLY_TONES.sub("", run[0])


def _with_sara_am(run: re.Match[str]) -> str:
    return _NOT_TONES.sub("", run[0]) + _SARA_AM if _NIKHAHIT in run[0] else run[0]


def _replace(pattern: str, by: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)
    return lambda text: compiled.sub(by, text)


def _spaces(text: str) -> str:
    return _SPACE_RUN.sub(" ", text).strip()


def _mark_order(text: str) -> str:
    return _AM_THEN_TONES.sub(_tones_first, _TONES_THEN_VOWELS.sub(_vowels_first, text))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def from_private_use(text: str) -> str:
    """Replace the private codes of marks in old Thai fonts by the marks' own codes.

    Args:
        text: Any text.

    Returns:
        The text with Unicode marks; the length is unchanged.
    """
    return text.translate(_FROM_PRIVATE)


_PASSES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("private-use", from_private_use),
    ("zero-width", _replace(f"[{_ZERO_WIDTH}]+", "")),
    ("space", _spaces),
    ("sara-ae", _replace(_SARA_E + _SARA_E, _SARA_AE)),
    # NFC also sorts tones behind SARA U, but not behind the vowels above, so the order is set before it.
    ("mark-order", _mark_order),
    # Only marks that print on top of one another, where the eye cannot see the second.
    ("doubled-mark", _replace(f"([{_MARKS}])\\1+", r"\1")),
    # NFC never composes these two (U+0E33 has a compatibility decomposition only). SARA AM carries the ring
    # itself, so a ring before it prints twice in one place.
    ("sara-am", lambda text: _RING_THEN_AA.sub(_with_sara_am, text)),
    ("nfc", _nfc),
)


def normalise(text: str) -> Normalised:
    """Convert a text to the canonical spelling in which names and words are compared.

    Applies NFC and corrects the faults that are invisible in print: marks under the private codes of old fonts, SARA AM
    in two code points, SARA AE as two SARA E, tone marks in the wrong place, marks typed twice, zero-width characters.
    Odd spaces become plain spaces, runs of spaces a single space; the ends are stripped, line ends inside stay. No tone
    mark is lost except the second of two equal neighbours; a second call changes nothing.

    The order of marks is that of WTT 2.0: consonant, vowel above or below, tone, then SARA AM.

    Args:
        text: Any text.

    Returns:
        The text and the corrections made; a canonical text is returned unchanged, without notes.

    Example:
        >>> from khrop.thai import normalise
        >>> normalise("  จังหวัด  เเพร่ ")
        Normalised(text='จังหวัด แพร่', notes=('space', 'sara-ae'))
    """
    if text.strip() == text and not _may_be_faulty(text) and is_normalized("NFC", text):
        return Normalised(text, ())
    done: set[str] = set()
    before = None
    # A pass can create a fault for an earlier pass (a tone moved beside its double), so repeat until nothing changes.
    # Each pass shortens the text or removes inversions, so this terminates.
    while text != before:
        before = text
        for note, apply in _PASSES:
            changed = apply(text)
            if changed != text:
                done.add(note)
                text = changed
    return Normalised(text, tuple(note for note, _ in _PASSES if note in done))


# --- numbers ----------------------------------------------------------------------------------------------

_MAX_DIGITS = 18  # fits a signed 64-bit integer, the widest that the warehouse stores
_INTEGER = r"-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)"
_COUNT = re.compile(_INTEGER)
_PERCENT = re.compile(rf"({_INTEGER}(?:\.[0-9]+)?) ?%?")
_HAS_THAI_DIGIT = re.compile(f"[{_THAI_DIGITS}]")
_HAS_ARABIC_DIGIT = re.compile("[0-9]")


class NotANumber(ValueError):
    """A text that is not a number as offices print it.

    Attributes:
        text: The text as given.
        expected: What was expected, in English.
    """

    def __init__(self, text: str, expected: str) -> None:
        """Create the error from a text and what was expected."""
        super().__init__(text, expected)
        self.text = text
        self.expected = expected

    def __str__(self) -> str:
        """Return the message, with at most 60 characters of the text."""
        excerpt = self.text if len(self.text) <= 60 else self.text[:60] + "…"
        return f"{excerpt!r} is not a number as printed: expected {self.expected}"


def parse_count(text: str) -> int:
    """Parse a whole number as printed: "๗,๘๕๐", "7850", "-3".

    Accepts Thai or ASCII digits (never both in one number), commas only between thousands, spaces around the number. A
    leading "-" is accepted so that a rule can report that the count is negative.

    Args:
        text: The number as printed.

    Returns:
        The number.

    Raises:
        NotANumber: The text has decimals, an exponent, another script's digits or more than 18 digits, or is empty:
            whether a number may be absent is for the caller to decide.

    Example:
        >>> from khrop.thai import parse_count
        >>> parse_count("๗,๘๕๐")
        7850
        >>> parse_count("๗,๘x๐")
        Traceback (most recent call last):
        ...
        khrop.thai.digits.NotANumber: '๗,๘x๐' is not a number as printed: expected a whole number such as ๗,๘๕๐ or 7,850
    """
    figure = _one_script(text)
    if not _COUNT.fullmatch(figure):
        raise NotANumber(text, "a whole number such as ๗,๘๕๐ or 7,850")
    return int(_within_size(text, figure))


def parse_percent(text: str) -> Decimal:
    """Parse percent points as printed: "๓.๗๒", "3.72 %".

    As `parse_count`, with an optional fraction and an optional "%"; 18 digits in all. The range is not checked: 104.2
    is a number, and whether it is plausible is for a rule.

    Args:
        text: The percent as printed.

    Returns:
        Percent points with the decimals that were printed: `Decimal("3.72")` is 3.72 percent.

    Raises:
        NotANumber: The text is not such a number.

    Example:
        >>> from khrop.thai import parse_percent
        >>> parse_percent("๓.๗๒ %")
        Decimal('3.72')
    """
    match = _PERCENT.fullmatch(_one_script(text))
    if not match:
        raise NotANumber(text, "a percentage such as ๓.๗๒ or 3.72%")
    return Decimal(_within_size(text, match[1]))


def hundredths(percent: Decimal) -> int:
    """Convert percent points to whole hundredths of a point, rounded half up: Decimal("3.715") -> 372.

    Exact for any precision. Half up means towards +infinity, as in `(20000·saved + total) // (2·total)`.

    Args:
        percent: Percent points.

    Returns:
        Hundredths of a point.

    Raises:
        ValueError: The percent is NaN.
        OverflowError: The percent is infinite.
    """
    numerator, denominator = percent.as_integer_ratio()
    return (200 * numerator + denominator) // (2 * denominator)


def _one_script(text: str) -> str:
    if _HAS_THAI_DIGIT.search(text):
        if _HAS_ARABIC_DIGIT.search(text):
            raise NotANumber(text, "Thai digits or Arabic digits, not both in one number")
        text = to_arabic(text)
    return text.strip()


def _within_size(text: str, figure: str) -> str:
    plain = figure.replace(",", "")
    if len(plain.lstrip("-").replace(".", "")) > _MAX_DIGITS:
        raise NotANumber(text, f"at most {_MAX_DIGITS} digits: too large")
    return plain
