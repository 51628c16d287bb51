"""The shape of a table: which columns are parts, which is their whole, which is a ratio of them.

Here belongs what a solver must know of a table before it sees a figure. It is said once by hand (`Shape`) or taken
from a contract's rules (`shape_of`). How a table is read into that shape belongs in `khrop.repair.sheet`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from khrop.thai import provinces
from khrop.thai.digits import normalise

TOTAL_NAMES = ("รวม", "รวมทั้งสิ้น", "รวมทั้งหมด", "total", "grand total", "sum")
"""What a row of totals is called where it stands among the rows."""


class ShapeError(ValueError):
    """A shape that no table can have, or a contract that has none."""


def _spelt(name: str) -> str:
    return normalise(name).text


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows under `key` with `parts` that add up to `whole`, and perhaps `ratio` = 100·`ratio_of`/`whole`, in percent
    rounded half up to two places.

    `printed` is the order in which the columns are printed (for shifted cells); `expected` are the rows that must be
    there, none where that is not known; `same` gives the one name of a row, where it may be printed in several ways.
    `least` is the least that a whole can be; `cut` says that ratios are cut off after two places, not rounded;
    `aliases` are other names of a column.
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
    same: Callable[[str], str] = _spelt

    def __post_init__(self) -> None:
        names = [*self.parts, self.whole, *([self.ratio] if self.ratio else [])]
        if len(self.parts) < 2:
            raise ShapeError(f"a whole needs two parts or more to be checked by, not {self.parts!r}")
        if len(set(names)) != len(names):
            raise ShapeError(f"a column has one part to play: {', '.join(names)}")
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
        """The places in `columns` of the columns as they are printed."""
        return tuple(map(self.columns.index, self.printed or self.columns))

    @property
    def ratio_part(self) -> int:
        """The place in `parts` of the part that the ratio speaks of."""
        return self.parts.index(self.ratio_of) if self.ratio_of else 0

    def names_of(self, column: str) -> tuple[str, ...]:
        """The names under which a table may hold a column, the likeliest first."""
        return (column, *self.aliases.get(column, ()))


def shape_of(contract: type) -> Shape:
    """The shape that a contract's rules say: `AddsUp`, a ratio of the same whole, `ContainsExactly`."""
    from khrop.model.rule import methods_of, options_of
    from khrop.vocabulary import AddsUp, ContainsExactly, RatioRounded, RatioWithin

    params = dict(options_of(contract).params or {})
    rules = [r.build(contract, params) for r in methods_of(contract).values() if r.scope in ("row", "group")]
    sums = [rule for rule in rules if isinstance(rule, AddsUp) and not rule.tolerance]
    if len(sums) != 1:
        raise ShapeError(f"{contract.__name__} has {len(sums)} exact rules AddsUp; a shape has one: name it as a Shape")
    parts, whole = sums[0].parts, sums[0].whole
    ratios = [r for r in rules if isinstance(r, (RatioRounded, RatioWithin)) and r.whole == whole and r.part in parts]
    listed = next((rule for rule in rules if isinstance(rule, ContainsExactly)), None)
    keys = list(dict.fromkeys(chain([listed.column] if listed else [], options_of(contract).key)))
    if not keys:
        raise ShapeError(f"{contract.__name__} names no key: its rows have no names to tell repairs by")
    return Shape(
        parts=parts,
        whole=whole,
        key=keys[0],
        ratio=ratios[0].ratio if ratios else None,
        ratio_of=ratios[0].part if ratios else None,
        expected=tuple(listed.names[v][0] if v in listed.names else v for v in listed.expected) if listed else (),
        least=1 if ratios else 0,
        aliases={keys[0]: tuple(keys[1:])},
        same=_province_name if listed and listed.expected == provinces.expected_codes() else _spelt,
    )


@functools.cache
def province_progress() -> Shape:
    """The shape of the province return, under the names that it is printed, read and checked with."""
    return Shape(
        parts=("saved", "pending"),
        whole="total",
        key="province",
        ratio="percent",
        expected=tuple(provinces.by_code(code).name_th for code in provinces.expected_codes()),
        least=1,
        aliases={"province": ("province_th", "province_code"), "percent": ("saved_percent", "saved_pct")},
        same=_province_name,
    )


@functools.cache
def _province_name(name: str) -> str:
    """A province's Thai name, whichever of its names or its code is printed; what is none stays as it is spelt."""
    found = provinces.match(name)
    if found is None and name.strip().isascii():
        found = next((p for p in provinces.all_provinces() if p.code == name.strip()), None)
    return found.name_th if found else _spelt(name)
