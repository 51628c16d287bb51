"""A printed figure: its digits, its value, and the price of reading it as another value.

Here belong single cells. A price is −log P(printed | true) in half nats, rounded to a whole number: 0 for the printed
value, and otherwise by the edit distance of the digits. How the cells of a row depend on one another belongs in
`khrop.repair.readings`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from khrop.thai.digits import to_arabic, to_thai

Ints = npt.NDArray[np.int64]
Prices = npt.NDArray[np.uint8]

EMPTY = 2
"""The price of any value of an empty cell."""
TRUNCATED = 10
"""The most that a ratio costs that is truncated instead of rounded."""
EDITS = np.array([0, 14, 21, 28], dtype=np.uint8)
"""The price of a digit string by its edits: none, one, two, more; a transposition is one edit."""
ADDED = 20
"""The price of an extra digit that is not a doubled one: people and machines double digits, but do not invent them."""
_PRICES: tuple[int, ...] = tuple(EDITS.tolist())
EDIT = _PRICES[1]
FAR = _PRICES[3]

DENSE = 1000
"""Counts below it are priced all at once."""
HUNDRED_PERCENT = 10_000
_LONGEST = 12
"""The most digits of a figure; a longer text resembles no figure."""
_FOREIGN = 10
"""Stands in `Figure.digits` for a character that is not a digit."""


class Figure(NamedTuple):
    """A cell as it is printed.

    Attributes:
        printed: The text.
        digits: Its digits without separators.
        value: Its value, of a ratio in hundredths; None if it has none.
        ratio: Whether the cell holds a ratio, not a count.
        soft: The values that the machine that read the cell scored, each with its price, sorted.
        channel: The price of each printed digit by true digit, 10 × 10; None without a channel.
    """

    printed: str
    digits: tuple[int, ...]
    value: int | None
    ratio: bool = False
    soft: tuple[tuple[int, int], ...] = ()
    channel: tuple[tuple[int, ...], ...] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is known of the cell."""
        return not self.digits and not self.soft

    @property
    def eased(self) -> bool:
        """Whether another value may cost less than an edit, because there is a channel or a score."""
        return bool(self.channel or self.soft)

    @property
    def doubted(self) -> bool:
        """Whether another value has a better score than the printed one."""
        printed_price = dict(self.soft).get(self.value, FAR) if self.value is not None else FAR
        return bool(self.soft) and printed_price > min(price for _, price in self.soft)

    @property
    def padded(self) -> bool:
        """Whether the figure begins with a superfluous zero, which must have been another digit."""
        return len(self.digits) > (3 if self.ratio else 1) and self.digits[0] == 0


def read_figure(cell: Any, ratio: bool) -> Figure:
    """Read a cell.

    Args:
        cell: A number, or the text as printed (Thai or ASCII digits).
        ratio: Whether the cell holds a ratio in percent, not a count.

    Returns:
        The figure; its value is None if the cell is not a count, or not a percent of at most two decimal places.
    """
    return _read_text(text_of(cell, ratio), ratio)


def price(cell: Figure, value: int) -> int:
    """Return the price of reading a cell as a value, in half nats."""
    if cell.value == value and not cell.soft and not cell.padded:
        return 0
    return _price(cell, value)


def prices(cell: Figure, values: Ints) -> Prices:
    """Return the price of reading a cell as each of many values, in half nats; shapes (values,)."""
    if cell.empty:
        return np.full(len(values), EMPTY, dtype=np.uint8)
    costs = _by_edits(cell, values)
    if cell.value is not None and not cell.padded:
        costs[values == cell.value] = 0
    for value, soft in cell.soft:
        same = values == value
        costs[same] = soft if value == cell.value else np.minimum(costs[same], soft)
    return costs


@functools.lru_cache(maxsize=1024)
def every_price(cell: Figure) -> Prices:
    """Return the price of each count 0…999, or of each ratio 0…10000 hundredths, by its value."""
    return prices(cell, np.arange(HUNDRED_PERCENT + 1 if cell.ratio else DENSE))


@functools.lru_cache(maxsize=1024)
def nearby(cell: Figure) -> Ints:
    """Return the values one edit away and those with a score, sorted, without the printed value."""
    digits = "".join(map(str, cell.digits)) if _FOREIGN not in cell.digits else ""
    near = {str(value) for value, _ in cell.soft}
    for i in range(len(digits) + 1):
        head, tail = digits[:i], digits[i:]
        near.update(head + digit + tail for digit in "0123456789")
        if tail:
            near.update([head + tail[1:], *(head + digit + tail[1:] for digit in "0123456789")])
        if len(tail) > 1:
            near.add(head + tail[1] + tail[0] + tail[2:])
    values = {int(text) for text in near if text} - {cell.value}
    return np.array(sorted(values), dtype=np.int64)


def channel_prices(channel: Mapping[tuple[str, str], float] | None) -> tuple[tuple[int, ...], ...] | None:
    """Turn the probabilities of a channel into prices.

    Args:
        channel: P(printed digit | true digit) by (true, printed).

    Returns:
        The prices in half nats, by true and by printed digit, 10 × 10; None without a channel.

    Raises:
        ValueError: A key is not two digits, or a value is not a probability above 0.
    """
    if not channel:
        return None
    table = [[0 if true == printed else FAR for printed in range(10)] for true in range(10)]
    for (true, printed), probability in channel.items():
        if not 0 < probability <= 1:
            raise ValueError(f"the channel gives {true} read as {printed} the probability {probability}: not in (0, 1]")
        try:
            a, b = int(true), int(printed)
        except ValueError:
            a = b = -1
        if not (0 <= a <= 9 and 0 <= b <= 9):
            raise ValueError(f"the channel gives {true!r} read as {printed!r}: expected one digit each")
        table[a][b] = 0 if a == b else half_nats(probability)
    return tuple(map(tuple, table))


def half_nats(probability: float) -> int:
    """Return a probability as a price in half nats, at most `FAR`."""
    return min(FAR, round(-2 * math.log(max(probability, 1e-12))))


def format_figure(value: int, ratio: bool, *, thai: bool = False, grouped: bool = False) -> str:
    """Return a value as a table prints it.

    Args:
        value: A count, or a ratio in hundredths.
        ratio: Whether it is a ratio.
        thai: Whether to use Thai digits.
        grouped: Whether to put commas between the thousands of a count.
    """
    text = f"{value // 100}.{value % 100:02d}" if ratio else f"{value:,}" if grouped else str(value)
    return to_thai(text) if thai else text


def text_of(cell: Any, ratio: bool) -> str:
    """Return the text of a cell: a number as a table prints it, an absent value as an empty text."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, (bool, np.bool_)):
        return str(cell)
    try:
        number = Decimal(str(cell))
    except InvalidOperation:
        return "" if str(cell) in ("<NA>", "NaT") else str(cell)
    if number.is_nan():
        return ""
    if not number.is_finite() or abs(number) >= 10**_LONGEST:
        return str(cell)
    if ratio:
        # A number has lost its trailing zeros: 4.9 was printed as 4.90.
        return f"{number:.2f}"
    return str(int(number)) if number == int(number) else str(cell)


@functools.lru_cache(maxsize=1 << 14)
def _read_text(printed: str, ratio: bool) -> Figure:
    text = to_arabic(printed[:64]).replace(",", "").replace("%", "").strip()
    whole, point, fraction = text.partition(".")
    digits = tuple(
        int(c) if c in "0123456789" else _FOREIGN for c in (whole + fraction if ratio else text) if not c.isspace()
    )
    value = None
    if digits and _FOREIGN not in digits and len(digits) <= _LONGEST and len(printed) <= 64:
        if not ratio:
            value = int(text)
        elif len(fraction) <= 2:
            value = int(whole or 0) * 100 + int((fraction + "00")[:2])
    return Figure(printed, digits, value, ratio)


@functools.lru_cache(maxsize=1 << 14)
def _price(cell: Figure, value: int) -> int:
    if cell.eased or cell.empty or not 0 <= value < 10**_LONGEST or len(cell.digits) > _LONGEST:
        return int(prices(cell, np.array([value], dtype=np.int64))[0])
    # Most calls price one value, for which arrays are slow.
    text = f"{value:03d}" if cell.ratio else str(value)
    edits = _distance(cell.digits, tuple(map(int, text)))
    if edits == 1 and len(text) == len(cell.digits) - 1 and value not in _undoubled(cell.digits):
        return ADDED
    return _PRICES[min(edits, 3)]


def _by_edits(cell: Figure, values: Ints) -> Prices:
    """Return the price of each value by the edits from the printed digits to its digits."""
    costs = np.full(len(values), FAR, dtype=np.uint8)
    if not cell.digits or len(cell.digits) > _LONGEST:
        return costs
    shortest = 3 if cell.ratio else 1
    lengths = np.full(len(values), shortest)
    for length in range(shortest, _LONGEST):
        lengths[values >= 10**length] = length + 1
    for length in range(max(shortest, len(cell.digits) - 2), min(_LONGEST, len(cell.digits) + 2) + 1):
        chosen = np.flatnonzero((lengths == length) & (values >= 0) & (values < 10**_LONGEST))
        if len(chosen):
            digits = values[chosen] // 10 ** np.arange(length - 1, -1, -1)[:, None] % 10
            edits = _distances(cell.digits, digits.astype(np.uint8))
            near = EDITS[np.minimum(edits, 3)]
            if length == len(cell.digits) - 1:
                near[(edits == 1) & ~np.isin(values[chosen], _undoubled(cell.digits))] = ADDED
            if cell.channel and length == len(cell.digits) and _FOREIGN not in cell.digits:
                table = np.array(cell.channel)
                misread = sum(table[digits[i], printed] for i, printed in enumerate(cell.digits))
                near = np.minimum(near, np.minimum(misread, FAR).astype(np.uint8))
            costs[chosen] = near
    return costs


def _undoubled(digits: tuple[int, ...]) -> list[int]:
    """Return the values without one digit of a pair of equal neighbours."""
    pairs = (place for place in range(1, len(digits)) if digits[place] == digits[place - 1] != _FOREIGN)
    return [int("".join(map(str, digits[:place] + digits[place + 1 :]))) for place in pairs if _FOREIGN not in digits]


def _distance(printed: tuple[int, ...], true: tuple[int, ...]) -> int:
    """Return the edits, with transpositions of neighbours, between two strings; 3 if their lengths differ by more."""
    if abs(len(printed) - len(true)) > 2:
        return 3
    before: list[int] = []
    last = list(range(len(true) + 1))
    for i, digit in enumerate(printed, 1):
        now = [i]
        for j, other in enumerate(true, 1):
            least = min(last[j] + 1, now[-1] + 1, last[j - 1] + (digit != other))
            if i > 1 and j > 1 and digit == true[j - 2] and printed[i - 2] == other:
                least = min(least, before[j - 2] + 1)
            now.append(least)
        before, last = last, now
    return last[-1]


def _distances(printed: tuple[int, ...], digits: Prices) -> Prices:
    """Return the edits, with transpositions of neighbours, from one string to each column of `digits`.

    Shapes (places, values) and (values,).
    """
    places, values = digits.shape
    first = np.broadcast_to(np.arange(places + 1, dtype=np.uint8)[:, None], (places + 1, values))
    before, last = first, first
    for i, digit in enumerate(printed, 1):
        other = digits != digit
        now = np.empty((places + 1, values), dtype=np.uint8)
        now[0] = i
        now[1:] = np.minimum(last[1:] + np.uint8(1), last[:-1] + other)
        for j in range(1, places + 1):
            np.minimum(now[j], now[j - 1] + np.uint8(1), out=now[j])
            if i > 1 and j > 1:
                turned = (digits[j - 2] == digit) & (digits[j - 1] == printed[i - 2])
                np.minimum(now[j], np.where(turned, before[j - 2] + np.uint8(1), np.uint8(255)), out=now[j])
        before, last = last, now
    edits: Prices = last[-1]
    return edits
