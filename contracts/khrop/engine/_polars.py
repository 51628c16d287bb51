"""A Polars frame in memory: its flags are kept, a bit each, so that what fails is picked out and not looked for again.

Here belongs what is asked of Polars alone. What fails, and how often an engine is asked, belongs in
`khrop.engine._scan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import narwhals as nw

from khrop.engine.flags import ROWS, Failing, rows_of, share_out


class Bitmaps:
    """One scan that keeps every flag. Of a frame that lies in memory rows are picked by their numbers."""

    def __init__(self, data: nw.LazyFrame[Any], flags: Mapping[str, nw.Expr]) -> None:
        self.data = data
        self._asked = flags

    @cached_property
    def flags(self) -> nw.DataFrame[Any]:
        return self.data.select(**self._asked).collect()

    def counts(self) -> dict[str, int]:
        return {**{name: int(self.flags[name].sum()) for name in self._asked}, ROWS: len(self.flags)}

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        wanted = {name: of for name, of in failing.items() if of.room(limit) > 0}
        if not wanted or not self._in_memory():
            return
        numbers: set[int] = set()
        for name, of in wanted.items():
            numbers.update(self._first(name, of.count, of.room(limit)))
        chosen = sorted(numbers)
        picked = nw.concat([self.data.collect()[chosen], self.flags.select(*wanted)[chosen]], how="horizontal")
        share_out(rows_of(picked.lazy()), wanted, limit)

    def _first(self, name: str, count: int, wanted: int) -> list[int]:
        """The numbers of the first rows with a flag. Where many have it, the first part of them has enough."""
        some = self.flags[name].head(2 * wanted * len(self.flags) // count).arg_true().head(wanted).to_list()
        return some if len(some) == wanted else self.flags[name].arg_true().head(wanted).to_list()

    def _in_memory(self) -> bool:
        """Whether the frame's rows are there, and not the plan alone of how to get them; when in doubt, not."""
        native: Any = self.data.to_native()
        return bool(native.explain(optimized=False).startswith("DF ["))
