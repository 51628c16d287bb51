"""The shape of a table: which columns are parts, which is their whole, and which is a ratio of them.

Here belongs what `khrop.repair` must know of a table before it reads a figure. How a shape follows from the rules of a
contract belongs in `khrop.repair`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from khrop.thai.digits import normalise


class ShapeError(ValueError):
    """A shape that no table can have, or a contract from which no shape follows."""


def normalise_name(name: str) -> str:
    """Return a row's name with its spaces and characters normalised."""
    return normalise(name).text


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a table that depend on one another, and the names of its rows.

    Each row has `parts` that add up to `whole`, and may have a `ratio`: 100·`ratio_of`/`whole`, in percent, rounded
    half up to two decimal places.

    Attributes:
        parts: The columns of counts that add up to the whole; at least two.
        whole: The column of their sum.
        key: The column with the name of the row.
        ratio: The column of the ratio, if there is one.
        ratio_of: The part that the ratio is of; the first part by default.
        printed: The columns of figures in the order in which they are printed, if that is not the order of `columns`.
        expected: The names of the rows that must be there; empty if they are not known.
        least: The least value of a whole.
        cut: Whether ratios are truncated after two decimal places, not rounded.
        aliases: Other names of a column, by column, the likeliest first.
        labels: The Thai names of columns and measures, for messages; any other goes by its own name.
        same: Returns the one name of a row, whichever of its names is printed.

    Raises:
        ShapeError: No table can have this shape.
    """

    parts: tuple[str, ...]
    whole: str
    key: str
    ratio: str | None = None
    ratio_of: str | None = None
    printed: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    least: int = 0
    cut: bool = False
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    same: Callable[[str], str] = normalise_name

    def __post_init__(self) -> None:
        """Refuse a shape that no table can have."""
        names = [*self.parts, self.whole, *([self.ratio] if self.ratio else [])]
        if len(self.parts) < 2:
            raise ShapeError(f"a whole needs at least two parts, not {self.parts!r}")
        if len(set(names)) != len(names):
            raise ShapeError(f"a column can be only one of part, whole and ratio: {', '.join(names)}")
        if self.ratio and (self.ratio_of or self.parts[0]) not in self.parts:
            raise ShapeError(f"{self.ratio} is a ratio of {self.ratio_of}, which is none of {', '.join(self.parts)}")
        if self.printed and sorted(self.printed) != sorted(names):
            raise ShapeError(f"printed must name each of {', '.join(names)} once")

    @property
    def counts(self) -> tuple[str, ...]:
        """The columns of whole numbers: the whole, then its parts."""
        return (self.whole, *self.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of figures: the whole, its parts, the ratio."""
        return (*self.counts, self.ratio) if self.ratio else self.counts

    @property
    def order(self) -> tuple[int, ...]:
        """The indices in `columns` of the columns as they are printed."""
        return tuple(map(self.columns.index, self.printed or self.columns))

    @property
    def ratio_part(self) -> int:
        """The index in `parts` of the part that the ratio is of."""
        return self.parts.index(self.ratio_of) if self.ratio_of else 0

    def names_of(self, column: str) -> tuple[str, ...]:
        """Return the names that a table may use for a column, the likeliest first."""
        return (column, *self.aliases.get(column, ()))
