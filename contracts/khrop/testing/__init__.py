"""Test with contracts: frames that hold, frames that break one named rule, and an assertion that a frame holds.

`assert_accepted` needs the library alone; `cases` and `frames` are Hypothesis strategies and need the extra
`testing`. With a contract of your own::

    from hypothesis import given
    from khrop.testing import assert_accepted, cases

    @given(cases(Stock, breaks="left-over"))
    def test_what_is_left_over_is_checked(case):
        assert "left-over" in case.check().counts()
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from khrop.testing.asserting import assert_accepted
from khrop.testing.case import Case

if TYPE_CHECKING:
    import pandas as pd
    from hypothesis.strategies import SearchStrategy

__all__ = ["Case", "assert_accepted", "cases", "frames"]


def cases(
    contract: type,
    *,
    breaks: str | None = None,
    rows: int | None = None,
    params: Mapping[str, Any] | None = None,
    document: Mapping[str, Any] | None = None,
) -> SearchStrategy[Case]:
    """Return a strategy for cases: frames of pandas with the claims, document, previous frame and references they need.

    Args:
        contract: The contract.
        breaks: The id of the rule that each case breaks, and others only where they require the same; None for cases
            without a violation.
        rows: The number of rows of a snapshot; by default as many as the contract says, or a few. A frame has one to
            three snapshots where the contract names their column.
        params: The parameters of `khrop.check`.
        document: Facts that a document rule judges by a function of its own, which cannot be drawn.

    Returns:
        A Hypothesis strategy. Drawing raises `hypothesis.errors.Unsatisfiable` where no frame was found; the message
        names the rule.

    Raises:
        ValueError: The contract has no such rule, another number of rows, or a column of which no values are known.
        ModuleNotFoundError: Hypothesis is not installed.
    """
    try:
        from khrop.testing.drawing import cases_of
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise ModuleNotFoundError(
            "to draw frames the package hypothesis is needed: pip install 'khrop[testing]'", name="hypothesis"
        ) from None
    return cases_of(contract, breaks, rows, params, document or {})


def frames(
    contract: type,
    breaks: str | None = None,
    *,
    rows: int | None = None,
    params: Mapping[str, Any] | None = None,
    document: Mapping[str, Any] | None = None,
) -> SearchStrategy[pd.DataFrame]:
    """Return a strategy for the frames of `cases` alone.

    A rule about a document or another frame is not broken by these.

    Args:
        contract: The contract.
        breaks: The id of the rule that each frame breaks.
        rows: The number of rows of a snapshot.
        params: The parameters of `khrop.check`.
        document: Facts that a document rule judges by a function of its own.

    Returns:
        A Hypothesis strategy.

    Raises:
        ValueError: See `cases`.
        ModuleNotFoundError: Hypothesis is not installed.
    """
    drawn = cases(contract, breaks=breaks, rows=rows, params=params, document=document)
    return drawn.map(lambda case: case.frame)
