"""A column of a sample: its kind and values, and its numbers as integers that compute exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from khrop.engine.compiling.declared import MOMENTS, NUMBERS, Kind

Array = np.ndarray[Any, Any]

MOST_PLACES = 9
"""Digits after the point; with more, a float is taken for a result, and is rounded."""
MOST_ROUNDED = 6
"""Values in a sum, each of which may be off by a unit where values are rounded."""
_DIGITS = 15
"""Digits that a float holds."""
_SAFE = 2**49
"""Integers below it can be multiplied by 10,000 within 64 bits."""
_MICROSECONDS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Units:
    """A column of numbers, or of points in time, as integers of its last digit.

    Attributes:
        values: The integers, 0 where there is no value; Python's own where 64 bits are too few.
        present: Whether there is a value.
        places: The digits after the point.
        rounded: Whether the values had more digits.
    """

    values: Array
    present: Array
    places: int = 0
    rounded: bool = False

    def at(self, places: int) -> Array:
        """Return the integers in a smaller unit: of more digits after the point."""
        factor = 10 ** (places - self.places)
        fits = self.values.dtype == np.int64 and int(abs(self.values).max(initial=0)) * factor < _SAFE
        return self.values * factor if fits else _narrow(self.values.astype(object) * factor)


@dataclass(frozen=True)
class SampledColumn:
    """A column of a sample.

    Attributes:
        name: Its name.
        kind: What it holds.
        values: Plain Python values, None where there is none: int, float or Decimal, str, bool, date, datetime.
        digits: The digits in all and after the point, where its type is an exact decimal.
        zone: The time zone of its moments, if any.
    """

    name: str
    kind: Kind
    values: tuple[Any, ...]
    digits: tuple[int, int] | None = None
    zone: str | None = None

    @cached_property
    def counts(self) -> Counter[Any]:
        """How often each value stands."""
        return Counter(value for value in self.values if value is not None)

    @cached_property
    def codes(self) -> Array:
        """The number of each row's value in `counts`, -1 where there is none."""
        codes = {value: code for code, value in enumerate(self.counts)}
        return np.array([-1 if value is None else codes[value] for value in self.values], dtype=np.int64)

    @property
    def filled(self) -> int:
        """How many rows have a value."""
        return self.counts.total()

    @property
    def nullable(self) -> bool:
        """Whether some row has no value."""
        return self.filled < len(self.values)

    @property
    def varies(self) -> bool:
        """Whether it has several values."""
        return len(self.counts) > 1

    @property
    def is_exact(self) -> bool:
        """Whether every engine computes with it exactly: integers and decimals."""
        return self.kind == "integer" or self.digits is not None

    @cached_property
    def units(self) -> Units | None:
        """Its values as integers; None where they are no numbers, or one is infinite."""
        if self.kind not in (*NUMBERS, *MOMENTS):
            return None
        present = np.array([value is not None for value in self.values], dtype=bool)
        if self.kind in MOMENTS:
            return Units(_narrow([0 if v is None else _point(v) for v in self.values]), present)
        numbers = [0 if value is None else value for value in self.values]
        if any(isinstance(number, Decimal) for number in numbers):
            return _of_decimals(numbers, present)
        if any(isinstance(number, float) for number in numbers):
            return _of_floats(numbers, present)
        return Units(_narrow(numbers), present)


def common(columns: Sequence[SampledColumn]) -> tuple[Array, Array, int, int]:
    """Return columns in one unit.

    Args:
        columns: Columns with `units`.

    Returns:
        The integers (columns, rows), whether there is a value, the digits after the point, and how many units a sum may
        be off because values are rounded.
    """
    units = [column.units for column in columns if column.units is not None]
    places = max((unit.places for unit in units), default=0)
    values = np.stack([unit.at(places) for unit in units])
    slack = MOST_ROUNDED if any(unit.rounded for unit in units) else 0
    return values, np.array([unit.present for unit in units], dtype=bool), places, slack


def _narrow(values: Any) -> Array:
    """Return integers as 64 bits where sums and products of them fit."""
    try:
        array = np.array(values, dtype=np.int64)
    except OverflowError:
        return np.array(values, dtype=object)
    return array if int(abs(array).max(initial=0)) < _SAFE else np.array(values, dtype=object)


def _point(value: date) -> int:
    if not isinstance(value, datetime):
        return value.toordinal()
    moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * _MICROSECONDS + since.microseconds


def _of_decimals(numbers: Sequence[Any], present: Array) -> Units | None:
    exact = [number if isinstance(number, Decimal) else Decimal(str(number)) for number in numbers]
    if not all(number.is_finite() for number in exact):
        return None
    places = max(max(0, -int(number.normalize().as_tuple().exponent)) for number in exact)
    return Units(_narrow([int(number.scaleb(places)) for number in exact]), present, places)


def _of_floats(numbers: Sequence[Any], present: Array) -> Units | None:
    values = np.array(numbers, dtype=np.float64)
    if not np.isfinite(values).all():
        return None
    for places in range(MOST_PLACES + 1):
        # A float is the number that it prints as: the nearest to a decimal of so many digits.
        scaled = np.rint(values * 10.0**places)
        if (scaled / 10.0**places == values).all():
            return Units(_narrow([int(value) for value in scaled.tolist()]), present, places)
    whole = len(str(int(np.abs(values).max())))
    places = max(0, min(MOST_PLACES, _DIGITS - 1 - whole))
    return Units(_narrow([round(value * 10**places) for value in values.tolist()]), present, places, rounded=True)
