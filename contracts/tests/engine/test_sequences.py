"""Numbers in sequence are whole, whatever the type of their column."""

from __future__ import annotations

from typing import Any

import pandera.pandas as pa
import pyarrow as pya
import pytest
from every_engine import every_engine, frame_of
from pandera.typing import Series

import khrop
from khrop import ContractOptions, rule
from khrop.vocabulary import LinearSequence

# Ibis 12 asks DuckDB 2 so.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


class Numbered(pa.DataFrameModel):
    """Lines of sheets."""

    sheet: Series[str]
    line: Series[float] = pa.Field(nullable=True)

    __contract__ = ContractOptions(snapshot="sheet")

    @rule("numbered", scope="group", columns=("line",))
    def numbered(cls, params: Any) -> LinearSequence:
        """Lines are numbered."""
        return LinearSequence("line")


@every_engine
@pytest.mark.parametrize("kind", [pya.float64(), pya.decimal128(9, 1)], ids=["floats", "decimals"])
def test_a_number_between_two_is_none_of_a_sequence(engine: str, kind: Any) -> None:
    """As many different numbers as rows, from the first to the last: 1, 2.5, 3 is not 1, 2, 3."""
    sheets = {"whole": ["1", "2", "3"], "half": ["1", "2.5", "3"], "one": ["1"]}
    lines = [line for numbers in sheets.values() for line in numbers]
    table = pya.table({
        "sheet": [name for name, numbers in sheets.items() for _ in numbers],
        "line": pya.array(lines).cast(kind),
    })  # fmt: skip
    verdict = khrop.check(Numbered, frame_of(engine, table))
    failures = {(v.snapshot, v.key, v.expected) for v in verdict.records}
    assert failures == {("half", "2", "2"), ("half", "2.5", "1…3")}
    parts = [khrop.measure(Numbered, frame_of(engine, table.slice(n, 3))) for n in (0, 3, 6)]
    assert khrop.judge(khrop.merge(parts)).counts() == {"numbered": 2}
    rows = [
        khrop.measure(Numbered, frame_of(engine, table.slice(n, 2)), complete_snapshots=False) for n in (0, 2, 4, 6)
    ]
    assert khrop.judge(khrop.merge(rows)).counts() == {"numbered": 2}
