"""A cell of a workbook with an error, or with a formula that was never calculated, is no null."""

from __future__ import annotations

from pathlib import Path

import pandera.pandas as pa
import pytest
from pandera.typing import Series

from khrop.files._valueless_cells import valueless_cells
from khrop.files.readable import readable_violations
from khrop.files.read import read

openpyxl = pytest.importorskip("openpyxl")


class Counted(pa.DataFrameModel):
    """A row for each number."""

    n: Series[int] = pa.Field(nullable=True)
    x: Series[float] = pa.Field(nullable=True)
