"""`assert_accepted`, imported and as the fixture of the plugin, in pytest runs of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pandas as pd
import pytest
from stock_contract import Stock

from khrop.testing import assert_accepted

HOLDS = pd.DataFrame({"item": ["rice", "salt"], "received": [5, 9], "sold": [3, 9], "left": [2, 0]})
BROKEN = HOLDS.assign(left=[1, 7])


def test_a_frame_that_holds_gives_its_verdict() -> None:
    assert assert_accepted(HOLDS, Stock).status == "accepted"


def test_a_frame_that_does_not_is_reported_as_a_table() -> None:
    with pytest.raises(AssertionError) as failed:
        assert_accepted(BROKEN, Stock)
    assert str(failed.value).split("\n") == [
        "Stock 2.1.0: quarantined",
        "",
        "  rule       severity  violations",
        "  left-over  error     2",
        "",
        "  rule       key   column    observed  expected  message",
        "  left-over  rice  received  1         –         rice: received − sold is not 1",
        "  left-over  salt  received  7         –         salt: received − sold is not 7",
    ]


def test_what_does_not_fit_the_table_is_counted() -> None:
    with pytest.raises(AssertionError, match="… and 490 more") as failed:
        assert_accepted(pd.concat([BROKEN] * 250), Stock, limit=20)
    assert "left-over  error     500" in str(failed.value)


def test_warnings_are_accepted_unless_refused(sample: object) -> None:
    from khrop import ProvinceProgress

    given = {"claims": sample.claims, "document": sample.document}  # type: ignore[attr-defined]
    assert assert_accepted(sample.frame, ProvinceProgress, **given).status == "accepted_with_warnings"  # type: ignore[attr-defined]
    with pytest.raises(AssertionError, match="claims-match"):
        assert_accepted(sample.frame, ProvinceProgress, warnings="refuse", **given)  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="'allow' or to 'refuse', not 'ignore'"):
        assert_accepted(HOLDS, Stock, warnings="ignore")  # type: ignore[arg-type]


TESTS = """
import pandas as pd
from stock_contract import Stock

def test_holds(assert_accepted):
    frame = pd.DataFrame({"item": ["rice"], "received": [5], "sold": [3], "left": [2]})
    assert assert_accepted(frame, Stock).status == "accepted"
    assert_accepted(frame.assign(left=9), Stock)
"""
HEAVY = "pandas|pandera|hypothesis|narwhals|numpy"
IMPORTED = f"""
import sys

def test_imports():
    assert "khrop.pytest_plugin" in sys.modules
    assert not set({HEAVY.split("|")!r}).intersection(sys.modules)
"""


def pytest_run(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest by itself, which finds the plugin as any run does."""
    (folder / "test_them.py").write_text(test, encoding="utf-8")
    (folder / "stock_contract.py").write_bytes(
        (Path(__file__).parents[1] / "shared" / "stock_contract.py").read_bytes()
    )
    # Others have plugins of pytest, too, which are not what is looked at.
    others = ["cacheprovider", *(plugin.name for plugin in entry_points(group="pytest11") if plugin.name != "khrop")]
    command = [sys.executable, "-m", "pytest", "-q", *(flag for name in others for flag in ("-p", f"no:{name}"))]
    return subprocess.run(
        [*command, "--rootdir", str(folder), "test_them.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTEST_ADDOPTS": "", "COLUMNS": "160"},
    )


def test_the_fixture_is_there_where_khrop_is_installed(tmp_path: Path) -> None:
    output = pytest_run(tmp_path, TESTS).stdout
    assert "1 failed" in output
    assert "Stock 2.1.0: quarantined" in output
    assert "asserting.py" not in output, "the failure stands in the test, not in the library"


def test_a_run_that_does_not_use_it_imports_nothing_for_it(tmp_path: Path) -> None:
    run = pytest_run(tmp_path, IMPORTED)
    assert run.returncode == 0, run.stdout
