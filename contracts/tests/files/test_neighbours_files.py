"""Files that other tools read wrongly, by the issues in which that was reported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pya
import pytest
from every_engine import IBIS_12, contract, rule

import khrop
from khrop.vocabulary import ByGroup

pytestmark = pytest.mark.filterwarnings(IBIS_12)


FILES = {
    "frictionless#825 a text under a heading of digits": ("Musei,2011\nx,1.5\ny,in restauro\n", 1, "in restauro"),
    "frictionless#1048 a quote that is not closed": ('Musei,2011\nx,1\ny,"2\nz,3\n', 1, "quote not closed"),
    "frictionless#1163 a row with fewer cells": ("Musei,2011\nx\ny,2\n", 1, "line 2 has 1 cell"),
    "frictionless#1339 an empty line above the heading": ("\nMusei,2011\nx,1\n", 0, "accepted"),
    "frictionless#811 quoted line ends": ('"Musei","2011"\r\n"x\ny",1\r\n', 0, "accepted"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_is_read_or_refused_with_the_place(case: str, tmp_path: Path) -> None:
    text, code, reason = FILES[case]
    (tmp_path / "musei.csv").write_bytes(text.encode())
    (tmp_path / "c.py").write_text(
        "import pandera.pandas as pa\nfrom pandera.typing import Series\n\n\nclass Musei(pa.DataFrameModel):\n"
        "    name: Series[str] = pa.Field(alias='Musei')\n    y: Series[float] = pa.Field(alias='2011')\n"
    )
    command = [
        sys.executable,
        "-c",
        "from khrop.cli import main; main()",
        "check",
        "musei.csv",
        "--contract",
        "c.py:Musei",
    ]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    assert reason in ended.stdout


@pytest.mark.duckdb
@pytest.mark.parametrize("field", [{}, {"le": 5}, {"ge": -5, "le": 5}, {"isin": [1.0]}])
def test_nan_in_a_parquet_file_is_a_null_for_duckdb_whose_statistics_leave_it_out(
    tmp_path: Path, field: Mapping[str, Any]
) -> None:
    """duckdb#25521, parquet-tools#1115."""
    import duckdb
    import pyarrow.parquet as pq

    file = str(tmp_path / "rows.parquet")
    pq.write_table(pya.table({"a": [float("nan"), 1.0], "k": ["x", "x"]}), file)
    of = contract({"a": (float, field), "k": str})
    verdict = khrop.check(of, duckdb.connect().read_parquet(file))
    assert verdict.counts() == {"not-null": 1}
    assert (len(verdict.records), verdict.valid.fetchall()) == (1, [(1.0, "x")])
    by_group = ByGroup(("k",), {"n": ("count", "a"), "m": ("max", "a")}, (nw.col("n") == 1) & (nw.col("m") == 1))
    groups = contract({"a": (float, {"nullable": True}), "k": str}, r=rule(by_group, scope="group"))
    assert khrop.check(groups, duckdb.connect().read_parquet(file)).counts() == {}
