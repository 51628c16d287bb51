"""A scan for Polars frames in memory that keeps the flags of all rows as bitmaps, so failing rows are taken by number.

Here belongs what is specific to Polars. What fails, and how often the engine is queried, is decided in
`khrop.engine._scan`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import narwhals as nw

from khrop.engine.flags import ROWS, Failing, distribute, fetch_rows


class FlagScan:
    """A scan that keeps every flag; rows of a frame in memory are taken by number."""

    def __init__(self, data: nw.LazyFrame[Any], flags: Mapping[str, nw.Expr]) -> None:
        """Prepare the scan of a frame for flags by name."""
        self.data = data
        self._exprs = flags

    @cached_property
    def flags(self) -> nw.DataFrame[Any]:
        """The flags of all rows."""
        return self.data.select(**self._exprs).collect()

    def counts(self) -> dict[str, int]:
        """See `FlagQuery.counts`."""
        return {**{name: int(self.flags[name].sum()) for name in self._exprs}, ROWS: len(self.flags)}

    def fill(self, failing: Mapping[str, Failing], limit: int | None) -> None:
        """See `FlagQuery.fill`."""
        unfilled = {name: failing_rows for name, failing_rows in failing.items() if failing_rows.remaining(limit) > 0}
        if not unfilled or not self._in_memory():
            return
        numbers: set[int] = set()
        for name, failing_rows in unfilled.items():
            numbers.update(self._first(name, failing_rows.count, failing_rows.remaining(limit)))
        chosen = sorted(numbers)
        picked = nw.concat([self.data.collect()[chosen], self.flags.select(*unfilled)[chosen]], how="horizontal")
        distribute(fetch_rows(picked.lazy()), unfilled, limit)

    def _first(self, name: str, count: int, limit: int) -> list[int]:
        """Return the numbers of the first rows with a flag; where many have it, the first part suffices."""
        rows = self.flags[name].head(2 * limit * len(self.flags) // count).arg_true().head(limit).to_list()
        return rows if len(rows) == limit else self.flags[name].arg_true().head(limit).to_list()

    def _in_memory(self) -> bool:
        """Check whether the rows are in memory rather than a query plan; False when in doubt."""
        native: Any = self.data.to_native()
        return bool(native.explain(optimized=False).startswith("DF ["))
