"""Rows that hold the sum of the other rows of their group: a row `total`, by itself or of each region."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import gcd

import numpy as np

from khrop.inference.chance import LEAST_ROWS
from khrop.inference.proposed_rule import ProposedRule
from khrop.inference.sampled_column import Array, SampledColumn, common
from khrop.vocabulary import PartWhole

TOTAL = re.compile(
    r"\s*(รวม|ยอดรวม|ทั้งหมด|ทั้งสิ้น|ทั้งประเทศ|(grand |sub-?)?totals?\b|sum\b|all\b|overall\b|whole\b)", re.IGNORECASE
)
"""How labels of totals begin."""
MOST_LABELS = 12
"""With more different labels, only those that are words for a total are tried."""
_MOST_GROUPINGS = 12
_FEW = 500
"""Rows that show that a group has several wholes."""
_GROUPS = ("text", "integer", "date", "boolean")


def parts_and_wholes(columns: Sequence[SampledColumn], snapshot: SampledColumn | None) -> list[ProposedRule]:
    """Return, for a label of rows, the columns whose value there is the sum of the other rows of the group.

    Args:
        columns: The columns.
        snapshot: The column that separates snapshots, within which groups lie.

    Returns:
        A rule for each label that is a whole, by the columns that form its groups.
    """
    figures = [c for c in columns if c.units is not None and c.kind in ("integer", "number") and c.varies]
    labels = [c for c in columns if c.kind == "text" and c.varies]
    if not figures or not labels:
        return []
    groupings = [
        c for c in columns if c.kind in _GROUPS and c is not snapshot and c.varies and 2 * len(c.counts) <= c.filled
    ]
    candidates = [(label, whole) for label in labels for whole in _wholes(label)]
    best_rules = []
    for label, whole in candidates:
        # A word for a total was not chosen because its sum fits.
        rivals = [w for _, w in candidates if not TOTAL.match(whole) or TOTAL.match(w)]
        search = _Search(figures, snapshot, len(rivals) * (1 + len(groupings)) ** 2)
        others = [c for c in groupings if c is not label][:_MOST_GROUPINGS]
        by_groups = [by for size in range(3) for by in combinations(others, size)]
        rules = [rule for by in by_groups if (rule := search.rule(label, whole, by)) is not None]
        if rules:
            # The most columns, then the fewest that form groups.
            best_rules.append(max(rules, key=lambda rule: len(rule.columns)))
    return best_rules


def _wholes(label: SampledColumn) -> Iterator[str]:
    for value in label.counts:
        if TOTAL.match(value) or len(label.counts) <= MOST_LABELS:
            yield value


def _groups(keys: Sequence[Array], rows: int) -> tuple[Array, Array]:
    """Return the group of each row, and how many rows each group has."""
    groups = np.zeros(rows, dtype=np.int64)
    for key in keys:
        _, groups = np.unique(groups * (int(key.max(initial=0)) + 2) + key, return_inverse=True)
    return groups, np.bincount(groups)


@dataclass(frozen=True)
class _Search:
    figures: Sequence[SampledColumn]
    snapshot: SampledColumn | None
    tried: int

    def rule(self, label: SampledColumn, whole: str, by: tuple[SampledColumn, ...]) -> ProposedRule | None:
        """Return the rule, where each group has one whole, and columns that chance does not explain add up."""
        keys = [column.codes for column in (*by, *([self.snapshot] if self.snapshot else []))]
        wholes = label.codes == list(label.counts).index(whole)
        # Each group has one whole: the groups of the wholes are all there are, each once.
        few = np.flatnonzero(wholes)[:_FEW]
        if len(_groups([key[few] for key in keys], len(few))[1]) < len(few):
            return None
        groups, counts = _groups(keys, len(label.values))
        count = len(counts)
        if not (np.bincount(groups[wholes], minlength=count) == 1).all():
            return None
        parts = ~wholes & (label.codes >= 0)
        values, present, _, slack = common(self.figures)
        holding = []
        for at, column in enumerate(self.figures):
            unsure = self._doubt(values[at], present[at], groups, wholes, parts, count, slack)
            if unsure is not None and column is not label and column not in by:
                holding.append((column, unsure))
        evident = [(column, unsure) for column, unsure in holding if unsure <= 1]
        if not evident:
            return None
        names = tuple(column.name for column, _ in evident)
        by_names = tuple(column.name for column in by)
        places = [column.units.places for column, _ in evident if column.units is not None and not column.is_exact]
        tolerance = float(f"5e-{max(places) + 1}") if any(places) else 0
        within = f" in each {', '.join(by_names)}" if by else ""
        return ProposedRule(
            id="parts-of-whole", scope="group", columns=(*names, label.name),
            what=PartWhole(names, label.name, whole, (), by_names, tolerance),
            summary=f"{', '.join(names)} of “{whole}” is the sum of the other rows{within}.",
            held=count, of=count, unit="group" if count == 1 else "groups",
            doubt=float(np.prod([unsure for _, unsure in evident])),
        )  # fmt: skip

    def _doubt(
        self, values: Array, present: Array, groups: Array, wholes: Array, parts: Array, count: int, slack: int
    ) -> float | None:
        """Return how likely chance is that a column adds up in all groups; None where it does not.

        A group whose whole has one part, or only zeros, is no evidence. In any other the sum might be any number
        up to the whole, in the unit that all its values are multiples of.
        """
        if not present[wholes].all():
            return None
        totals, sums = np.zeros(count, dtype=object), np.zeros(count, dtype=object)
        totals[groups[wholes]] = values[wholes].astype(object)
        np.add.at(sums, groups[parts], values[parts].astype(object))
        if any(abs(sums - totals) > slack):
            return None
        several = np.bincount(groups[parts & (values != 0)], minlength=count) >= 2
        unit = gcd(*(int(value) for value in values)) or 1
        unsure = float(self.tried)
        for whole in totals[several][:64]:
            unsure /= 1 + abs(whole) / unit
        return unsure if several.sum() >= min(LEAST_ROWS, count) else None
