"""Columns that are the sum of others, row by row, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np

from khrop.inference.chance import different, doubt
from khrop.inference.proposed_rule import NEARLY, ProposedRule
from khrop.inference.sampled_column import Array, SampledColumn, common
from khrop.vocabulary import AddsUp

LEAST_ROWS = 3
"""Fewer rows are not looked at."""
MOST_PARTS = 5
MOST_SUBSETS = 60_000
"""Sums of so many columns as have no more choices are tried: five of 24, three of 70, two of 340."""
_FEW_SUBSETS = 3_000
"""The same for integers beyond 64 bits."""
_SCREEN = 64
"""Rows by which most choices are dismissed."""
_AT_ONCE = 4_096
_MOST_CANDIDATES = 200
_COMPARED = 5_000
"""Rows in which copies are looked for."""


def additions(columns: Sequence[SampledColumn], most_parts: int = MOST_PARTS) -> list[ProposedRule]:
    """Return, of each column of numbers, the fewest other columns that add up to it.

    Args:
        columns: The columns; those that are no numbers, or zero in all rows, are left out.
        most_parts: The most parts of a sum.

    Returns:
        The sums that hold in all rows that have all values; where none does, those that hold in nine of ten. Near
        misses beside a sum are left out: they are the same sum in another order.
    """
    figures = [column for column in columns if column.units is not None and column.units.values.any()]
    if len(figures) < 3 or len(figures[0].values) < LEAST_ROWS:
        return []
    search = _Search(figures, most_parts)
    rules = [rule for whole in range(len(figures)) if (rule := search.best(whole)) is not None]
    return [rule for rule in rules if rule.holds] or rules


def adds_up(parts: tuple[str, ...], whole: str, tolerance: float = 0) -> ProposedRule:
    """Return the rule that parts add up to a whole, without evidence.

    Args:
        parts: The names of the columns of parts.
        whole: The name of the column of wholes.
        tolerance: How far a sum may be off.
    """
    return ProposedRule(
        id="adds-up", what=AddsUp(parts, whole, tolerance), columns=(whole, *parts),
        summary=f"{' + '.join(parts)} = {whole}.",
    )  # fmt: skip


class _Search:
    """The search for sums among columns in one unit."""

    def __init__(self, figures: Sequence[SampledColumn], most_parts: int) -> None:
        self._figures = figures
        self._values, self._present, _, self._slack = common(figures)
        most = MOST_SUBSETS if self._values.dtype == np.int64 else _FEW_SUBSETS
        n = len(figures)
        self._sizes = [size for size in range(2, min(most_parts, n - 1) + 1) if comb(n, size) <= most]
        self._tried = sum(comb(n, size) * (n - size) for size in self._sizes)
        self._candidates: dict[int, list[tuple[int, ...]]] = {whole: [] for whole in range(n)}
        for whole, parts in self._screened():
            if len(self._candidates[whole]) < _MOST_CANDIDATES:
                self._candidates[whole].append(parts)

    def _screened(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield the wholes and parts that fit in nearly all of a few rows."""
        n, rows = self._values.shape
        sample = np.unique(np.linspace(0, rows - 1, _SCREEN).astype(np.int64))
        values, absent = self._values[:, sample], ~self._present[:, sample]
        for size in self._sizes:
            subsets = np.array(list(combinations(range(n), size)), dtype=np.int64)
            for start in range(0, len(subsets), _AT_ONCE):
                block = subsets[start : start + _AT_ONCE]
                sums, unknown = values[block].sum(axis=1), absent[block].any(axis=1)
                for whole in range(n):
                    fits = (abs(sums - values[whole]) <= self._slack) | unknown | absent[whole]
                    enough = fits.sum(axis=1) >= NEARLY * len(sample)
                    for at in np.flatnonzero(enough & ~(block == whole).any(axis=1)):
                        yield whole, tuple(int(part) for part in block[at])

    def best(self, whole: int) -> ProposedRule | None:
        """Return the sum that holds in the most rows, of the fewest parts; None where none nearly holds."""
        most_holding, parts, fits = 0, tuple[int, ...](), np.zeros(0, dtype=bool)
        for candidate in self._candidates[whole]:
            judged: Array = np.logical_and.reduce(self._present[[whole, *candidate]])
            if judged.sum() < max(LEAST_ROWS, len(judged) / 2):
                continue
            holding = self._fits(whole, candidate, np.arange(len(judged)), np.arange(len(judged))) & judged
            if holding.sum() > most_holding:
                most_holding, parts, fits = int(holding.sum()), candidate, holding
            if most_holding == judged.sum():
                break
        judged_rows = int(self._present[[whole, *parts]].all(axis=0).sum())
        if not parts or most_holding < NEARLY * judged_rows:
            return None
        names = tuple(self._figures[part].name for part in parts)
        name = self._figures[whole].name
        rule = adds_up(names, name, self._tolerance((whole, *parts)))
        return replace(rule, held=most_holding, of=judged_rows, doubt=self._doubt(whole, parts, fits))

    def _fits(self, whole: int, parts: tuple[int, ...], left: Array, right: Array) -> Array:
        sums = self._values[list(parts)][:, right].sum(axis=0)
        fits: Array = abs(sums - self._values[whole][left]) <= self._slack
        return fits

    def _tolerance(self, used: Sequence[int]) -> float:
        """Return how far floats may be off: half of the last digit. Integers and decimals are exact."""
        columns = [self._figures[at] for at in used]
        places = max(column.units.places for column in columns if column.units is not None)
        if all(column.is_exact for column in columns) or not (places or self._slack):
            return 0
        return float(f"{'5' if not self._slack else '65'}e-{places + 1}")

    def _doubt(self, whole: int, parts: tuple[int, ...], fits: Array) -> float:
        """Return how likely chance is; a row without parts, 0 = 0, is no evidence, nor for a part that is 0 there."""
        used = [self._values[part] for part in parts]
        rows = np.flatnonzero(fits & np.any([values != 0 for values in used], axis=0))[:_COMPARED]
        rows = different(rows, self._values[whole], *used)
        speaking = min(int((values[rows] != 0).sum()) for values in used)
        return doubt(lambda left, right: self._fits(whole, parts, left, right), rows, speaking, self._tried)
