"""Print numbers by the format codes of workbooks, with Thai digits, percents, and dates of both calendars.

Here belongs the language of format codes. What is read in a printed number's stead belongs in
`pipelines.readers.workbooks.typed_cells`. Codes in the words of other locales, and fractions, print as General.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from khrop.thai.digits import to_thai

Kind = Literal["general", "number", "percent", "date", "time"]
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General)'
    r"|(?P<ampm>AM/PM|A/P)|(?P<power>E[+-])|(?P<date>y+|m+|d+|h+|s+|b+|e+|g+)|(?P<at>@)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
WHITES = {"white", "color2", "color 2"}
"""Names of white: what a code prints in it is not seen on the ground that cells have."""
ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
CONDITION = re.compile(r"(?P<sign><=|>=|<>|<|>|=)(?P<than>-?[0-9.]{1,30})")
LOCALE = re.compile(r"\$(?P<shown>[^-]*)(?:-(?P<locale>[0-9A-Fa-f]{1,8}))?")
THAI, THAI_DIGITS, BUDDHIST = 0x041E, 0x0D, 0x07
"""In a code's locale, 0xDDCCLLLL: the language, the digits, the calendar."""
SHOWN = ("at", "general", "literal", "sign")
"""Kinds of the parts of a code that show something of a text."""
LONGEST_CODE = 255
"""Characters of the longest code; a longer one prints as General."""

BUILT_IN: dict[int, str] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"฿"#,##0', 6: '"฿"#,##0', 7: '"฿"#,##0.00',
    8: '"฿"#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "d/m/yyyy",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "d/m/yyyy h:mm", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 41: '#,##0;-#,##0;"-"', 42: '"฿"#,##0;-"฿"#,##0;"฿"-', 43: '#,##0.00;-#,##0.00;"-"',
    44: '"฿"#,##0.00;-"฿"#,##0.00;"฿"-', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    # Those of Thai, ECMA-376 part 1, 18.8.30.
    59: "t0", 60: "t0.00", 61: "t#,##0", 62: "t#,##0.00", 67: "t0%", 68: "t0.00%", 69: "t# ?/?", 70: "t# ??/??",
    71: "[$-41E]d/m/bbbb", 72: "[$-41E]d-mmm-bb", 73: "[$-41E]d-mmm", 74: "[$-41E]mmm-bb", 75: "h:mm", 76: "h:mm:ss",
    77: "[$-41E]d/m/bbbb h:mm", 78: "mm:ss", 79: "[h]:mm:ss", 80: "mm:ss.0", 81: "d/m/bb",
}  # fmt: skip
"""The formats that have a number and no code. Where the code is the locale's, it is that of a Thai office, with
Gregorian years, whose range shows the calendar."""

Token = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a code between semicolons: for positive numbers, negative ones, zero, or text.

    Attributes:
        tokens: The parts in order, each with its kind: digit, sign, literal, date, elapsed, ampm, power, general, at.
        condition: A comparison that a number must satisfy, where the code has one.
        kind: What the section prints.
        thai_digits: Whether digits are Thai.
        thai_words: Whether names of months and days are Thai.
        buddhist: Whether years are Buddhist.
        white: Whether it prints in white.
    """

    tokens: tuple[Token, ...]
    condition: tuple[str, Decimal] | None
    kind: Kind
    thai_digits: bool
    thai_words: bool
    buddhist: bool
    white: bool = False


@lru_cache(maxsize=1 << 10)
def sections(code: str) -> tuple[Section, ...]:
    """Return the sections of a format code, at most four; General for no code or one that is too long."""
    if not code or len(code) > LONGEST_CODE:
        code = "General"
    parts: list[list[re.Match[str]]] = [[]]
    for token in TOKEN.finditer(code):
        if token["sign"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(_section(part) for part in parts[:4])


def section_for(code: str, value: Decimal) -> tuple[Section, bool]:
    """Return the section of a code that prints a number.

    Args:
        code: The format code.
        value: The number.

    Returns:
        The section, and whether a minus sign stands before what it prints.
    """
    every = sections(code)
    numeric = every[:3]
    if any(s.condition for s in numeric):
        for at, section in enumerate(numeric):
            # A part without a condition of its own is for whatever is left.
            if section.condition is None or _fulfils(value, *section.condition):
                return section, value < 0 and at == 0
        return numeric[-1], value < 0
    if value < 0 and len(every) > 1:
        return every[1], False
    if value == 0 and len(every) > 2:
        return every[2], False
    return every[0], value < 0


@lru_cache(maxsize=1 << 10)
def text_template(code: str) -> str:
    """Return what a format code prints of a text, in which `@` stands for the text itself.

    A fourth part is for texts; so is the last of fewer where it has a place for one. Otherwise a text prints as it is.
    """
    every = sections(code)
    if len(every) < 4 and not any(kind == "at" for kind, _ in every[-1].tokens):
        return "@"
    if every[-1].white:
        return ""
    parts = ("@" if kind in ("at", "general") else text for kind, text in every[-1].tokens if kind in SHOWN)
    return "".join(parts).strip()


def general(value: Decimal) -> str:
    """Return a number as General prints it in a cell that is wide enough: at most eleven characters."""
    size = abs(value)
    if size and (size >= Decimal(10**11) or size < Decimal("1E-9")):
        return _power(
            value, [("digit", "0"), ("sign", "."), *[("digit", "#")] * 5, ("power", "E+"), *[("digit", "0")] * 2]
        )
    whole = len(str(int(size)))
    return plain(_rounded(value, max(0, 10 - whole)))


def plain(value: Decimal) -> str:
    """Return a number in digits, without a power or trailing zeros: 62, 4.83870967741935, 0.00001."""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def number(value: Decimal, section: Section, signed: bool) -> str:
    """Return a number as a section prints it.

    Args:
        value: The number.
        section: The section of its code, as `section_for` returns it.
        signed: Whether a minus sign stands before it.
    """
    if section.white:
        return ""
    tokens = list(section.tokens)
    if section.kind == "general" or any(kind == "sign" and text == "/" for kind, text in tokens):
        text = "".join(general(abs(value)) if k == "general" else t for k, t in tokens if k in ("general", "literal"))
        text = text if any(k == "general" for k, _ in tokens) else general(abs(value))
    elif any(kind == "power" for kind, _ in tokens):
        text = _power(abs(value), tokens)
    else:
        text = _fixed(abs(value), tokens)
    if signed and any(digit in text for digit in "123456789"):
        text = f"-{text}"
    return (to_thai(text) if section.thai_digits else text).strip()


def _section(tokens: Sequence[re.Match[str]]) -> Section:
    parsed: list[Token] = []
    condition = None
    digits = language = calendar = 0
    native = thai_sign = white = False
    for token in tokens:
        bracket = token["bracket"]
        if bracket is None:
            if token["sign"] in ("t", "T") and not thai_sign and not any(k in ("digit", "date") for k, _ in parsed):
                thai_sign = True
            else:
                parsed += _token(token)
        elif locale_match := LOCALE.fullmatch(bracket):
            if locale_match["shown"]:
                parsed.append(("literal", locale_match["shown"]))
            locale = int(locale_match["locale"] or "0", 16)
            digits, calendar, language = locale >> 24, locale >> 16 & 0x7F, locale & 0xFFFF
        elif comparison := CONDITION.fullmatch(bracket):
            condition = _condition(comparison)
        elif ELAPSED.fullmatch(bracket):
            parsed.append(("elapsed", bracket.lower()))
        elif bracket.lower() in WHITES:
            white = True
        else:
            native = native or bracket.upper().startswith(("DBNUM", "NATNUM"))
    date_parts = [text for kind, text in parsed if kind == "date"]
    buddhist = calendar == BUDDHIST or any(text[0] == "b" for text in date_parts)
    return Section(
        tokens=tuple(parsed),
        condition=condition,
        kind=_kind(parsed, date_parts),
        thai_digits=digits == THAI_DIGITS or thai_sign or (native and language == THAI),
        thai_words=language == THAI or buddhist,
        buddhist=buddhist,
        white=white,
    )


def _token(token: re.Match[str]) -> list[Token]:
    group, text = token.lastgroup, token[0]
    if group in ("quoted", "escaped"):
        return [("literal", token[group])]
    if group is None:
        # A space as wide as a character, or one that fills the cell.
        return [("literal", " ")] if text[0] == "_" else []
    if group == "sign":
        return [("digit" if text in "0#?" else "sign", text)]
    return [(group, text.lower() if group == "date" else text)]


def _kind(tokens: list[Token], date_parts: list[str]) -> Kind:
    if any(text[0] in "ydbe" for text in date_parts) or (date_parts and set("".join(date_parts)) == {"m"}):
        return "date"
    if date_parts or any(kind == "elapsed" for kind, _ in tokens):
        return "time"
    if not any(kind in ("digit", "sign") for kind, _ in tokens) and any(k in ("general", "at") for k, _ in tokens):
        return "general"
    return "percent" if ("sign", "%") in tokens else "number"


def _condition(comparison: re.Match[str]) -> tuple[str, Decimal] | None:
    try:
        return comparison["sign"], Decimal(comparison["than"])
    except ArithmeticError:
        return None


def _fulfils(value: Decimal, sign: str, than: Decimal) -> bool:
    return {
        "<": value < than, "<=": value <= than, ">": value > than, ">=": value >= than,
        "=": value == than, "<>": value != than,
    }[sign]  # fmt: skip


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if value.as_tuple().exponent else value


def _fixed(value: Decimal, tokens: list[Token]) -> str:
    """Put a number's digits into the places of the code, from the point outwards, without a power."""
    places = [at for at, (kind, _) in enumerate(tokens) if kind == "digit"]
    if not places:
        return "".join(text for kind, text in tokens if kind in ("literal", "sign"))
    point = next((at for at, token in enumerate(tokens) if token == ("sign", ".")), len(tokens))
    before = [at for at in places if at < point]
    after = [at for at in places if at > point]
    commas = [at for at, token in enumerate(tokens) if token == ("sign", ",")]
    last = before[-1] if before else -1
    thousands = bool(before) and any(before[0] < at < last for at in commas)
    scale = sum(last < at < point or at > (after or [len(tokens)])[-1] for at in commas) if before or after else 0
    value = value.scaleb(2 * sum(token == ("sign", "%") for token in tokens) - 3 * scale)
    whole, _, part = format(_exactly(value, len(after)), "f").partition(".")
    text_at = dict.fromkeys(commas, "")
    text_at |= _whole("" if whole == "0" else whole, before, tokens, thousands)
    text_at |= _part(part, after, tokens)
    return "".join(
        text_at.get(at, text) for at, (kind, text) in enumerate(tokens) if kind in ("literal", "sign", "digit")
    )


def _exactly(value: Decimal, places: int) -> Decimal:
    # A number of fifteen digits with a high power has more than the default 28.
    unit = Decimal(1).scaleb(-places)
    try:
        return value.quantize(unit, ROUND_HALF_UP)
    except ArithmeticError:
        return value


def _whole(digits: str, places: list[int], tokens: list[Token], thousands: bool) -> dict[int, str]:
    text_at = {}
    left = digits
    count = 0
    for at in reversed(places):
        first = at == places[0]
        place_digits, left = (left, "") if first else (left[-1:], left[:-1])
        if len(place_digits) < 1:
            place_digits = {"0": "0", "?": " "}.get(tokens[at][1], "")
        text = ""
        for digit in reversed(place_digits):
            text = digit + ("," if thousands and count and count % 3 == 0 and digit != " " else "") + text
            count += 1
        text_at[at] = text
    return text_at


def _part(digits: str, places: list[int], tokens: list[Token]) -> dict[int, str]:
    text_at = {at: digits[n : n + 1] or "0" for n, at in enumerate(places)}
    for at in reversed(places):
        if text_at[at] != "0" or tokens[at][1] == "0":
            break
        text_at[at] = " " if tokens[at][1] == "?" else ""
    return text_at


def _power(value: Decimal, tokens: list[Token]) -> str:
    at = next(n for n, (kind, _) in enumerate(tokens) if kind == "power")
    head, tail = tokens[:at], tokens[at + 1 :]
    point = next((n for n, token in enumerate(head) if token == ("sign", ".")), len(head))
    before = max(1, sum(kind == "digit" for kind, _ in head[:point]))
    after = sum(kind == "digit" for kind, _ in head[point:])
    power = value.adjusted() // before * before if value else 0
    figure = _exactly(value.scaleb(-power), after)
    if figure.adjusted() >= before and value:
        power += before
        figure = _exactly(value.scaleb(-power), after)
    wide = sum(kind == "digit" for kind, _ in tail)
    sign = "-" if power < 0 else "+" if tokens[at][1].endswith("+") else ""
    less = "-" if figure < 0 else ""
    return f"{less}{_fixed(abs(figure), head)}E{sign}{abs(power):0{max(wide, 1)}d}"
