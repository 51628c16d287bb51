"""Columns of percents that are the ratio of two others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from khrop.inference.chance import different, doubt
from khrop.inference.proposed_rule import NEARLY, ProposedRule
from khrop.inference.sampled_column import Array, SampledColumn, common
from khrop.vocabulary import RatioRounded, RatioWithin

LEAST_ROWS = 3
"""Fewer rows are not looked at."""
TOLERANCE = 0.01
"""Points that a percent of two or more places may be off, as `RatioWithin` has it."""
MOST_FIGURES = 60
MOST_PERCENT = 10_000
"""A column with a greater number is not one of percents."""
_SAFE = 2**42
"""Integers below it can be multiplied by hundredths of a percent within 64 bits."""
_TOLERANCES = {0: 0.5, 1: 0.05}
"""Points that a percent of fewer places is off by rounding alone."""
_SCREEN = 64
_COMPARED = 5_000


def ratios(
    percents: Sequence[SampledColumn], figures: Sequence[SampledColumn], tolerance: float | None = None
) -> Iterator[ProposedRule]:
    """Yield, for each column of percents, that it is 100 · part / whole: within a tolerance, and rounded half up.

    Args:
        percents: The columns that may be percents.
        figures: The columns that may be part and whole.
        tolerance: Points that a percent may be off; None for half of the last digit that the column has.

    Yields:
        For each column the ratio that fits in the most rows, where it does in nine of ten.
    """
    figures = [column for column in figures if column.units is not None][:MOST_FIGURES]
    if len(figures) < 2 or len(figures[0].values) < LEAST_ROWS:
        return
    values, present, _, _ = common(figures)
    values = values if abs(values).max() < _SAFE else values.astype(object)
    pairs = len(figures) * (len(figures) - 1)
    best: dict[frozenset[str], tuple[float, list[ProposedRule]]] = {}
    for column in percents:
        units = column.units
        if units is None or not units.values.any() or abs(units.values).max() > MOST_PERCENT * 10**units.places:
            continue
        off = tolerance if tolerance is not None else _TOLERANCES.get(units.places, TOLERANCE)
        percent = _Percent(column, _hundredths(units.values, units.places), round(off * 100), off)
        rules = list(percent.rules(figures, values, present & units.present, pairs * len(percents)))
        names = frozenset(rules[0].columns if rules else ())
        # Where a = 100 · b / c, so is c = 100 · b / a: the percent is the one that is more exact.
        if rules and off < best.get(names, (inf, []))[0]:
            best[names] = off, rules
    for _, rules in best.values():
        yield from rules


def _hundredths(values: Array, places: int) -> Array:
    """Return percents of some digits after the point as whole hundredths, rounded half up."""
    if places <= 2:
        hundredths: Array = values * 10 ** (2 - places)
    else:
        unit = 10 ** (places - 2)
        hundredths = (2 * values + unit) // (2 * unit)
    return hundredths


@dataclass(frozen=True)
class _Percent:
    """A column of percents in hundredths, and how many hundredths and points it may be off."""

    column: SampledColumn
    hundredths: Array
    allowed: int
    tolerance: float

    def rules(
        self, figures: Sequence[SampledColumn], values: Array, present: Array, tried: int
    ) -> Iterator[ProposedRule]:
        best, at = (0, 0, 0), (-1, -1)
        for part, whole in self._screened(figures, values, present):
            judged = present[part] & present[whole]
            if judged.sum() < max(LEAST_ROWS, len(judged) / 2):
                continue
            rounded = self._rounded(values[part], values[whole]) & judged
            fit = int((self._within(values[part], values[whole]) & judged).sum()), int(rounded.sum()), int(judged.sum())
            if fit > best:
                best, at = fit, (part, whole)
        within, rounded_rows, total = best
        if at[0] < 0 or within < NEARLY * total:
            return
        names = (self.column.name, figures[at[0]].name, figures[at[1]].name)
        formula = f"{names[0]} is 100 · {names[1]} / {names[2]}"
        unsure = self._doubt(values[at[0]], values[at[1]], present[at[0]] & present[at[1]], tried)
        yield ProposedRule(
            id="percent-within", what=RatioWithin(*names, self.tolerance), columns=names,
            summary=f"{formula}, within {self.tolerance}.", held=within, of=total, doubt=unsure,
        )  # fmt: skip
        if self.allowed == 1 and all(figures[n].kind == "integer" for n in at):
            yield ProposedRule(
                id="percent-rounded", what=RatioRounded(*names), columns=names,
                summary=f"{formula}, rounded half up.", severity="warning", held=rounded_rows, of=total, doubt=unsure,
            )  # fmt: skip

    def _screened(self, figures: Sequence[SampledColumn], values: Array, present: Array) -> Iterator[tuple[int, int]]:
        """Yield the parts and wholes that fit in nearly all of a few rows."""
        sample = np.unique(np.linspace(0, values.shape[1] - 1, _SCREEN).astype(np.int64))
        few, absent = values[:, sample], ~present[:, sample]
        percent = _Percent(self.column, self.hundredths[sample], self.allowed, self.tolerance)
        for part, column in enumerate(figures):
            fits = percent._within(few[part], few) | absent | absent[part]
            for whole in np.flatnonzero(fits.sum(axis=1) >= NEARLY * len(sample)).tolist():
                names = {column.name, figures[whole].name, self.column.name}
                if len(names) == 3 and few[part].any():
                    yield part, whole

    def _within(self, part: Array, whole: Array) -> Array:
        off = abs(self.hundredths * whole - 10_000 * part)
        fits: Array = (whole > 0) & (off <= whole * self.allowed)
        return fits

    def _rounded(self, part: Array, whole: Array) -> Array:
        rest = 20_000 * part + whole - self.hundredths * whole * 2
        fits: Array = (rest >= 0) & (rest < 2 * whole)
        return fits

    def _doubt(self, part: Array, whole: Array, judged: Array, tried: int) -> float:
        """Return how likely chance is; nothing of a whole, or all of it, is no evidence."""
        rows = np.flatnonzero(judged & (part != 0) & (part != whole))[:_COMPARED]
        rows = different(rows, self.hundredths, part, whole)

        def fits(left: Array, right: Array) -> Array:
            moved = _Percent(self.column, self.hundredths[left], self.allowed, self.tolerance)
            return moved._within(part[right], whole[right])

        return doubt(fits, rows, len(rows), tried)
