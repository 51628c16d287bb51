"""Which figures of a table read from pictures are certain: by its own sums and ratios, and by the shapes of its digits.

A row has hypotheses: values of its cells that add up and whose ratio follows. The table is decided where exactly one
choice of hypotheses also gives the grand total, and every other choice is much less likely. What is a reading here is
never put right against what is clearly printed: where figures disagree though they are read well, the publisher
erred, and the table is for a person.

The trap is a digit that is misread alike in the whole and a part of a row whose other part is 0: the row holds, its
ratio says nothing. Such digits have to look like the other digits of their kind in the same document
(`pipelines.readers.scans.alike`), and their row is no evidence for itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from khrop.model.table_shape import Shape
from khrop.repair.pricing import implied_ratio
from pipelines.readers.candidate import Candidate
from pipelines.readers.scans.digit_readings import Read, Reading

Values = tuple[int, ...]
"""The whole, the parts and the ratio in hundredths, in the order of `Shape.columns`."""

MOST_REPAIRED = 2.0
"""Nats by which the hypothesis of a row may be less likely than what is read in its cells one by one."""
MOST_ROWS_REPAIRED = 6
MARGIN = 9.0
"""Nats by which any other choice must be less likely: one in eight thousand."""
ALONE = 6.0
"""Nats that one of two changes that cancel must cost by itself, as both may have one cause."""
FARTHEST = 14.0
LEAST = -12.0
MOST_SHOWN = 3
"""Readings of a cell that a person is shown."""
_LOST_POINT = 0.7
_MOST_STATES = 20_000
_MOST_HYPOTHESES = 60


class Candidates(NamedTuple):
    """The values of a cell with their logarithms of probability, best first, and the reading of each."""

    scores: dict[int, float]
    readings: dict[int, Reading]

    @property
    def best(self) -> int | None:
        """The likeliest value, if what is likeliest is a figure at all."""
        return next(iter(self.scores), None)


class Hypothesis(NamedTuple):
    """Values of a row that hold together, and their price in nats against the cells read one by one."""

    values: Values
    price: float


class Decided(NamedTuple):
    """What was decided of a table.

    Attributes:
        rows: The values of each row; None where the row has no hypothesis.
        totals: Those of the grand total.
        doubts: The rows that are not certain (the grand total is the row after the last), each with its reason.
    """

    rows: list[Values | None]
    totals: Values | None
    doubts: dict[int, str]


def candidates(read: Read, ratio: bool) -> Candidates:
    """Return the values that a cell may have."""
    scores: dict[int, float] = {}
    readings: dict[int, Reading] = {}
    for reading in read.readings:
        text, score = reading.text, reading.score
        if ratio and text.isdecimal() and 3 <= len(text) <= 5:
            # The point is lost among the arms of digits; a ratio has two decimal places.
            text, score = f"{text[:-2]}.{text[-2:]}", score - _LOST_POINT
        value = value_of(text, ratio)
        if value is None or score < LEAST:
            continue
        if value in scores:
            more, less = max(scores[value], score), min(scores[value], score)
            scores[value] = more + math.log1p(math.exp(less - more))
        else:
            # A point and a comma are one sign to the network: which it is says the column.
            scores[value] = score
            readings[value] = reading._replace(text=text if ratio else text.replace(".", ","))
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    return Candidates(dict(ordered), readings)


def value_of(text: str, ratio: bool) -> int | None:
    """Return the value of a text in the digits of one script; of a ratio in hundredths."""
    digits = text.removesuffix("%") if ratio else text
    whole, *rest = digits.split(".")
    plain = whole + "".join(rest)
    if not plain.isdecimal() or (plain.isascii() != text.replace("%", "").isascii()):
        return None
    if any(c.isascii() for c in plain) and not plain.isascii():
        return None
    if len(plain) > 7 or not whole or (len(whole) > 1 and int(whole[0]) == 0):
        return None
    if ratio:
        return int(plain) if len(rest) == 1 and len(rest[0]) == 2 and len(whole) <= 3 else None
    if rest and (len(whole) > 3 or any(len(part) != 3 for part in rest)):
        return None
    return int(plain)


def hypotheses(shape: Shape, cells: Sequence[Candidates]) -> list[Hypothesis]:
    """Return the values of a row that hold together, likeliest first."""
    if len(shape.parts) != 2 or not all(cell.scores for cell in cells):
        return []
    whole, first, second, *ratio = cells
    best = sum(next(iter(cell.scores.values())) for cell in cells)
    consistent = []
    for a, score_a in first.scores.items():
        for b, score_b in second.scores.items():
            total = a + b
            if total not in whole.scores or total < shape.least:
                continue
            values: Values = (total, a, b)
            score = whole.scores[total] + score_a + score_b
            if ratio:
                implied = implied_ratio(shape, (a, b)[shape.ratio_part], total)
                if implied not in ratio[0].scores:
                    continue
                values, score = (*values, implied), score + ratio[0].scores[implied]
            consistent.append(Hypothesis(values, best - score))
    consistent.sort(key=lambda hypothesis: hypothesis.price)
    return [hypothesis for hypothesis in consistent[:_MOST_HYPOTHESES] if hypothesis.price <= FARTHEST]


def shared_price(chosen: Hypothesis, other: Hypothesis, cells: Sequence[Candidates]) -> float:
    """Return how much less likely another hypothesis of a row is, if a digit misread alike twice has one cause."""
    by_change: dict[tuple[str, str], float] = {}
    for cell, a, b in zip(cells, chosen.values, other.values, strict=True):
        if a != b:
            change = _change(cell.readings[a].text, cell.readings[b].text)
            price = cell.scores[a] - cell.scores[b]
            by_change[change] = max(by_change.get(change, -FARTHEST), price)
    return sum(by_change.values())


def _change(a: str, b: str) -> tuple[str, str]:
    if len(a) != len(b):
        return (a, b)
    pairs = sorted({(x, y) for x, y in zip(a, b, strict=True) if x != y})
    return ("".join(x for x, _ in pairs), "".join(y for _, y in pairs))


def decide(shape: Shape, rows: Sequence[Sequence[Candidates]], totals: Sequence[Candidates]) -> Decided:
    """Decide what the rows of a table and its grand total say.

    Args:
        shape: The shape of the table: a whole, two parts, and a ratio.
        rows: The candidates of each row, in the order of `Shape.columns`.
        totals: Those of the grand total.

    Returns:
        The values, and which rows are not certain.
    """
    every = [hypotheses(shape, cells) for cells in (*rows, totals)]
    doubts = {
        i: "the figures of the row do not hold together as they are read"
        for i, options in enumerate(every)
        if not options
    }
    if doubts:
        for i, (options, cells) in enumerate(zip(every, (*rows, totals), strict=True)):
            if any(shared_price(options[0], other, cells) < ALONE for other in options[1:]):
                doubts[i] = "other figures would hold together as well, and no sum proves these"
        first = [options[0].values if options else None for options in every]
        return Decided(first[:-1], first[-1], doubts)
    chosen = _choice(every)
    if chosen is None:
        first = [options[0].values for options in every]
        reason = "the rows do not add up to the grand total"
        return Decided(list(first[:-1]), first[-1], {len(rows): reason})
    picked = [options[i] for options, i in zip(every, chosen, strict=True)]
    many = sum(hypothesis.price > 0.5 for hypothesis in picked) > MOST_ROWS_REPAIRED
    for i, hypothesis in enumerate(picked):
        if hypothesis.price > MOST_REPAIRED or (many and hypothesis.price > 0.5):
            doubts[i] = "what is read does not hold together, and what would is read as little likely"
    doubts |= _rivals(every, picked, (*rows, totals))
    values: list[Values | None] = [hypothesis.values for hypothesis in picked]
    return Decided(values[:-1], values[-1], doubts)


def _offset(values: Values, other: Values) -> tuple[int, int]:
    return values[1] - other[1], values[2] - other[2]


def _choice(every: list[list[Hypothesis]]) -> list[int] | None:
    """The likeliest choice of a hypothesis a row whose sums are the grand total."""
    *rows, totals = every
    sums = [sum(candidates_of_row[0].values[k] for candidates_of_row in rows) for k in (1, 2)]
    states: dict[tuple[int, int], tuple[float, tuple[tuple[int, int], ...]]] = {(0, 0): (0.0, ())}
    for place, candidates_of_row in enumerate(rows):
        if len(candidates_of_row) == 1:
            continue
        grown = dict(states)
        for (a, b), (price, changes) in states.items():
            for i, other in enumerate(candidates_of_row[1:], 1):
                da, db = _offset(other.values, candidates_of_row[0].values)
                cost = price + other.price - candidates_of_row[0].price
                key = (a + da, b + db)
                if cost <= FARTHEST and (key not in grown or grown[key][0] > cost):
                    grown[key] = (cost, (*changes, (place, i)))
        if len(grown) > _MOST_STATES:
            cheapest = sorted(grown.items(), key=lambda item: item[1][0])[:_MOST_STATES]
            grown = dict(cheapest)
        states = grown
    best: tuple[float, int, tuple[tuple[int, int], ...]] | None = None
    for i, total in enumerate(totals):
        key = (total.values[1] - sums[0], total.values[2] - sums[1])
        if key in states and (best is None or states[key][0] + total.price < best[0]):
            best = (states[key][0] + total.price, i, states[key][1])
    if best is None:
        return None
    chosen = [0] * len(rows) + [best[1]]
    for place, i in best[2]:
        chosen[place] = i
    return chosen


def _rivals(
    every: list[list[Hypothesis]], picked: list[Hypothesis], cells: Sequence[Sequence[Candidates]]
) -> dict[int, str]:
    """The rows that another choice with the same sums changes, where it is not much less likely.

    Two rows whose changes cancel, a row and the grand total, or three rows.
    """
    reason = "other figures would add up as well"
    changes: list[tuple[int, tuple[int, int], float]] = []
    last = len(every) - 1
    for place, (candidates_of_row, chosen) in enumerate(zip(every, picked, strict=True)):
        for other in candidates_of_row:
            if other.values != chosen.values:
                da, db = _offset(other.values, chosen.values)
                offset = (-da, -db) if place == last else (da, db)
                changes.append((place, offset, shared_price(chosen, other, cells[place])))
    by_offset: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for place, offset, price in changes:
        by_offset.setdefault(offset, []).append((place, price))
    doubts: dict[int, str] = {}
    for place, (a, b), price in changes:
        if (a, b) == (0, 0) and price < MARGIN:
            doubts[place] = reason
        for second, more in by_offset.get((-a, -b), ()):
            if second != place and (price + more < MARGIN or max(price, more) < ALONE):
                doubts[place] = doubts[second] = reason
    cheap = sorted((c for c in changes if c[2] < MARGIN), key=lambda change: change[2])[:200]
    for n, (i, (a, b), p) in enumerate(cheap):
        for j, (c, d), q in cheap[n + 1 :]:
            if i == j or p + q >= MARGIN:
                continue
            for k, r in by_offset.get((-a - c, -b - d), ()):
                if k not in (i, j) and p + q + r < MARGIN:
                    doubts[i] = doubts[j] = doubts[k] = reason
    return doubts


def exposed(shape: Shape, values: Values) -> bool:
    """Return whether a digit of the whole and of a part could be misread alike and the row still hold.

    The ratio shows it only where it changes with the whole.
    """
    whole, *parts = values[: len(shape.counts)]
    for k in range(len(str(whole))):
        for step in range(-9, 10):
            changed = whole + step * 10**k
            for i, part in enumerate(parts):
                grown = part + step * 10**k
                if step and changed >= max(shape.least, 1) and grown >= 0:
                    ratio_part = grown if i == shape.ratio_part else parts[shape.ratio_part]
                    if not shape.ratio or implied_ratio(shape, ratio_part, changed) == values[-1]:
                        return True
    return False


def likeliest(cell: Candidates) -> tuple[Candidate, ...]:
    """Return what a cell may say, the likeliest first, for a person: none where no reading is a figure."""
    scores = list(cell.scores.items())[:MOST_SHOWN]
    return tuple(Candidate(cell.readings[value].text, math.exp(min(score, 0.0))) for value, score in scores)
