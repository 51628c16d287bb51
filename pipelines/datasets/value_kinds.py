"""The kinds of values that columns hold: how a cell is parsed, and how the value is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Literal

from khrop.thai import provinces
from khrop.thai.dates import find_dates
from khrop.thai.digits import NotANumber, parse_count, parse_percent, to_arabic

HUNDREDTH = Decimal("0.01")
LARGEST = Decimal(10**9)
"""Figures from here on are not read."""
REMEMBERED = 1 << 12
"""Texts of cells that are cached: the same figures are in all returns."""
BANGKOK = timezone(timedelta(hours=7))
_HOUR = re.compile(
    r"(?:(?:T|,?\s{0,8}(?:เวลา)?\s{0,8})([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"\s?(?:น\.?|นาฬิกา)?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
"""What follows a date that has an hour; nothing, where it has none."""
Held = Literal["integer", "float", "text", "date"]
"""How a pandas frame holds values."""


@dataclass(frozen=True)
class Kind:
    """The kind of a column's values.

    Attributes:
        name: Its name in a dataset's files.
        parse: Returns the value of a cell's text; None where it is none.
        sql: Type in the table of accepted rows.
        sql_set_aside: Type in the table of rows that were set aside, wide enough for any figure that was read.
        stored_as: How a frame holds it.
        expected: The kind for messages: expected …
        figure: Whether it is a figure, which prose and totals may repeat.
        most: The largest figure, either sign, that the table of accepted rows holds; None where it is no figure.
        resolve: Returns the value that rows have, by any name of it (a code, an English name); None where unknown.
        nearest: Returns the values that an unknown name may mean.
        words: The Thai words of values that are listed.
    """

    name: str
    parse: Callable[[str], Any]
    sql: str
    sql_set_aside: str
    stored_as: Held
    expected: str = "a text"
    figure: bool = False
    most: float | None = None
    resolve: Callable[[str], str | None] = lambda text: None
    nearest: Callable[[str], Sequence[str]] = lambda text: ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def parsed(self) -> bool:
        """Whether a text can fail to be a value of this kind, other than as a number of a row."""
        return self.figure or self.stored_as == "date"

    def array(self, values: Sequence[Any]) -> Any:
        """Return values as a column of a pandas frame.

        Args:
            values: Values of this kind, None where there is none.
        """
        import pandas as pd

        if self.stored_as == "integer":
            return pd.array(values, dtype="Int64" if None in values else "int64")
        if self.stored_as == "float":
            return pd.array([float("nan") if v is None else float(v) for v in values], dtype="float64")
        if self.stored_as == "date":
            return pd.array(pd.to_datetime(list(values)).as_unit("s"))
        return pd.array(values, dtype="str")


@lru_cache(maxsize=REMEMBERED)
def _count(text: str) -> int | None:
    try:
        return parse_count(text)
    except NotANumber:
        return None


@lru_cache(maxsize=REMEMBERED)
def _hundredths(text: str) -> Decimal | None:
    """Return a figure to two places, half up; what was printed stays in the cell."""
    try:
        figure = parse_percent(text)
    except NotANumber:
        return None
    if abs(figure) >= LARGEST:
        return None
    # Adding 0 turns -0 into 0.
    return figure.quantize(HUNDREDTH, ROUND_HALF_UP) + 0


def _text(text: str) -> str | None:
    return text or None


@lru_cache(maxsize=REMEMBERED)
def moment_of(text: str) -> datetime | None:
    """Return the moment that a cell names, on the clock of Thailand; midnight where it names a day alone.

    Args:
        text: A date, and after it the hour, if any: "๑๑ มิถุนายน ๒๕๖๓ เวลา ๑๔.๓๒ น.", "2020-06-11T07:32:00Z".

    Returns:
        The moment without an offset; None where the text is no date, or has more in it.
    """
    text = text.strip()
    dates = find_dates(text)
    if len(dates) != 1 or dates[0].date is None or dates[0].start:
        return None
    hour = _HOUR.fullmatch(to_arabic(text[dates[0].end :]))
    if hour is None:
        return None
    try:
        hours, minutes, seconds = (int(part or 0) for part in hour.group(1, 2, 3))
        moment = datetime.combine(dates[0].date, time(hours, minutes, seconds))
        if offset := hour["offset"]:
            zoned = datetime.fromisoformat(f"{moment.isoformat()}{offset}")
            moment = zoned.astimezone(BANGKOK).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment


def moment_key(column: str) -> str:
    """Return where a typed row has the moment of a date, for the contract; no column has such a name."""
    return f"{column} moment"


def doubt_key(column: str) -> str:
    """Return where a typed row has what a cell of a picture may say (`Candidate`s), if that is not certain."""
    return f"{column} doubt"


def _date(text: str) -> date | None:
    moment = moment_of(text)
    return moment.date() if moment else None


COUNT = Kind("count", _count, "INTEGER", "BIGINT", "integer", "a whole number", True, 2**31 - 1)
ORDINAL = Kind("ordinal", _count, "INTEGER", "BIGINT", "integer", "a whole number", most=2**31 - 1)
PERCENT = Kind("percent", _hundredths, "DECIMAL(5,2)", "DECIMAL(18,2)", "float", "a percent", True, 999.99)
DECIMAL = Kind("decimal", _hundredths, "DECIMAL(18,2)", "DECIMAL(18,2)", "float", "a number", True, 999_999_999.99)
TEXT = Kind("text", _text, "VARCHAR", "VARCHAR", "text")
DATE = Kind("date", _date, "DATE", "DATE", "date", "a date like ๑๑ มิถุนายน ๒๕๖๓")


def _province_code(text: str) -> str | None:
    province = provinces.match(text)
    return province.code if province else None


def _province_name(text: str) -> str:
    province = provinces.match(text)
    return province.name_th if province else text


def province_of_code(code: str) -> str:
    """Return the Thai name of a province by its code; raises KeyError where there is none."""
    return provinces.by_code(code).name_th


PROVINCE_CODE = Kind("province_code", _province_code, "VARCHAR", "VARCHAR", "text", "a province")


def _province_named(text: str) -> str | None:
    matched = provinces.match(text) or next(
        (p for p in provinces.all_provinces() if text in (p.code, p.name_en, p.iso)), None
    )
    return matched.name_th if matched else None


def _nearest_provinces(text: str) -> list[str]:
    return [province.name_th for province in provinces.nearest(text)]


PROVINCE_NAME = Kind(
    "province", _province_name, "VARCHAR", "VARCHAR", "text", "a province",
    resolve=_province_named, nearest=_nearest_provinces,
)  # fmt: skip

CHOICE = "choice"
"""The name of the kinds of columns whose values are listed in the dataset's file."""


def choice_of(texts: Mapping[str, Sequence[str]]) -> Kind:
    """Return the kind of a column whose values are listed.

    Args:
        texts: The texts that stand for each value, its word first; the value itself does, too. Spaces and case do not
            count.

    Returns:
        The kind. A text that stands for none is kept as it is, for the contract to refuse.
    """
    value_of = {_bare(text): value for value, listed in texts.items() for text in (value, *listed)}

    def parse(text: str) -> str | None:
        return value_of.get(_bare(text), text) or None

    return Kind(
        CHOICE, parse, "VARCHAR", "VARCHAR", "text", f"one of {', '.join(texts)}",
        resolve=lambda text: value_of.get(_bare(text)), nearest=lambda text: list(texts),
        words={value: listed[0] for value, listed in texts.items() if listed},
    )  # fmt: skip


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


KINDS = {kind.name: kind for kind in (COUNT, ORDINAL, PERCENT, DECIMAL, TEXT, DATE, PROVINCE_CODE, PROVINCE_NAME)}


class ProvinceNames:
    """The names of provinces as names of rows."""

    def known(self, text: str) -> bool:
        """Return whether a text is a province's name."""
        return provinces.match(text) is not None

    def read(self, text: str, mangled: bool) -> tuple[str, str]:
        """Return a name as provinces have it.

        Args:
            text: The text of a cell.
            mangled: Whether the document lost its marks.

        Returns:
            The name and a note: without the line ends of a narrow cell (`line-end`), or by its consonants where only
            one province has them (`by-consonants`); else the text itself without a note.
        """
        return _name_read(text, mangled)


@lru_cache(maxsize=1024)
def _name_read(text: str, mangled: bool) -> tuple[str, str]:
    if provinces.match(text):
        return text, ""
    if provinces.match(joined := text.replace("\n", "")):
        return joined, "line-end"
    province = provinces.by_skeleton(text) if mangled else None
    return (province.name_th, "by-consonants") if province else (text, "")
