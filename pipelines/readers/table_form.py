"""What a table looks like, as data: its headings, its row of totals, the figures that prose repeats.

A dataset gives its form (`Dataset.form`); readers look for the forms that a document is read for and know nothing else
of a dataset. How rows are matched with a form belongs in `pipelines.readers.headings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, Protocol

from khrop.model.table_shape import Shape

Kind = Literal["name", "ordinal", "count", "percent", "decimal", "text", "date", "bar"]
"""What stands under a heading. `name` names the row, `ordinal` numbers it, `bar` is a coloured bar or another column
that the dataset has no field for."""
FIGURES: tuple[Kind, ...] = ("count", "percent", "decimal")
Patterns = tuple[tuple[str, re.Pattern[str]], ...]


class Matches(Protocol):
    """What a heading is matched with: a pattern, or a field's words (`pipelines.readers.worded`)."""

    def fullmatch(self, text: str, /) -> object:
        """Return something true where a text without spaces is the heading."""


Headings = tuple[tuple[str, Matches], ...]

TOTALS = re.compile(
    r"(ผล|ยอด)?รวม(ทั้งสิ้น|ทั้งหมด|ทั้งประเทศ|ทุกจังหวัด)?([0-9๐-๙]{1,5}[ก-๙.]{1,15})?:?|grandtotal:?|total:?",
    re.IGNORECASE,
)
TOTALS_BY_CONSONANTS = re.compile(r"(ผล|ยอด)?รวม(ทงสน|ทงหมด|ทงประทศ|ทกจงหวด)?")


class RowNames(Protocol):
    """The names that rows of a table can have, where these are known beforehand."""

    def known(self, text: str) -> bool:
        """Return whether a text is one of the names."""

    def read(self, text: str, mangled: bool) -> tuple[str, str]:
        """Return a name as it is to be read, and a note on how; `mangled` says that the form loses Thai marks."""


class AnyName:
    """Names that are not known beforehand: each stands as it is printed."""

    def known(self, text: str) -> bool:
        """Return whether a text is a name; of any name nothing is known."""
        return False

    def read(self, text: str, mangled: bool) -> tuple[str, str]:
        """Return a name as it is read, and a note of what was done."""
        return text, ""


class Ratio(NamedTuple):
    """A percent column, the column that it is a share of, and that share."""

    percent: str
    part: str
    whole: str


@dataclass(frozen=True)
class Pictured:
    """What must be known of a table to read it from pictures of its pages.

    Attributes:
        shape: Which columns add up, which is a ratio, and the names of all rows.
        headings: The headings of each field as offices print them. A picture is not read without a heading for the
            name of a row, and for each column of the shape.
    """

    shape: Shape
    headings: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class TableForm:
    """One kind of table.

    Attributes:
        dataset: The dataset that the form is of.
        headings: Field and pattern of its heading without spaces; the first that matches wins.
        consonants: The same by consonants alone, for headings that lost or mistyped a mark.
        kinds: What stands under the heading of each field.
        names: The field that names the rows; a row without its heading is no row of headings.
        least: Fewest headings that make a row of headings.
        sieve: Letters that every row of headings holds, however it is spaced; ways parted by a bar.
                shown: The headings as an office words them, for messages.
        row: What a row is of, for messages.
        row_names: The names of rows, where they are known.
        ratios: The percents and what they are shares of.
        prose: Measure and pattern (with the group `count`) of the figures that prose repeats.
        phrases: Long phrases to be put back where a text layer lost their marks.
        words: Short words to be put back where they stand alone.
        counts_single: Whether its counts are of single things, so that no figure may be in hundreds or thousands.
        pictured: What tables in pictures are read by; those of a form without it are for a person.
    """

    dataset: str
    headings: Headings
    kinds: Mapping[str, Kind]
    names: str
    consonants: Headings = ()
    least: int = 4
    sieve: str = ""
    shown: str = ""
    row: str = "a row each"
    totals: re.Pattern[str] = TOTALS
    totals_by_consonants: re.Pattern[str] = TOTALS_BY_CONSONANTS
    row_names: RowNames = field(default_factory=AnyName)
    ratios: tuple[Ratio, ...] = ()
    prose: Patterns = ()
    phrases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    counts_single: bool = False
    pictured: Pictured | None = None

    @cached_property
    def ways(self) -> tuple[str, ...]:
        """The ways of `sieve`."""
        return tuple(self.sieve.split("|"))

    @cached_property
    def ordinal(self) -> str:
        """The field that numbers the rows; empty where none does."""
        return next((name for name, kind in self.kinds.items() if kind == "ordinal"), "")

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The fields that a row of totals repeats."""
        return tuple(name for name, kind in self.kinds.items() if kind in FIGURES)

    @cached_property
    def least_filled(self) -> int:
        """Fewest filled cells that make a row of data, unless it is numbered."""
        return min(3, len([kind for kind in self.kinds.values() if kind != "bar"]) - 1)


_forms: ContextVar[tuple[TableForm, ...]] = ContextVar("forms", default=())


@contextmanager
def reading_for(forms: Sequence[TableForm]) -> Iterator[None]:
    """Read documents for these forms within the block.

    A context and not a parameter: what a heading is matters to a handful of functions at the leaves of every reader,
    and would pass through all functions above them.
    """
    token = _forms.set(tuple(forms))
    try:
        yield
    finally:
        _forms.reset(token)


def forms() -> tuple[TableForm, ...]:
    """Return the forms that documents are read for now."""
    return _forms.get()


def kind_of(name: str) -> Kind | Literal[""]:
    """Return what stands under the heading of a field; empty where no form has it."""
    return next((form.kinds[name] for form in forms() if name in form.kinds), "")
