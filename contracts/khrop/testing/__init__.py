"""Contracts put to the test: frames that hold, frames that break one named rule, and the assertion that one holds.

`assert_accepted` needs nothing more than the library; `cases` and `frames` are Hypothesis strategies and need the extra
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
    """Cases of a contract: a frame of pandas with the claims, document, previous frame and references it asks for.

    Each holds without a violation, or, where `breaks` names a rule, breaks that one (and others only where they say
    the same). A frame has `rows` rows a snapshot, or as many as the contract says, or a few; one to three snapshots
    where the contract names their column. `params` are those of `khrop.check`; `document` are facts that a document
    rule judges by a function of its own, and that can therefore not be drawn.

    ValueError for a rule that the contract does not have, and where it has a column of which no values are known.
    Drawing raises `hypothesis.errors.Unsatisfiable` where no frame was found; the message names the rule.
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
    """The frames of `cases` alone. A rule about a document or another frame is not broken by these."""
    drawn = cases(contract, breaks=breaks, rows=rows, params=params, document=document)
    return drawn.map(lambda case: case.frame)
