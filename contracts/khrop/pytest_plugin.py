"""The pytest plugin of khrop: the fixture `assert_accepted`.

Every run of pytest imports this module, so it imports nothing but pytest until the fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from khrop.model.verdict import Verdict


@pytest.fixture
def assert_accepted() -> Callable[..., Verdict]:
    """Provide `khrop.testing.assert_accepted`.

    Returns:
        A function that asserts that a frame passes its contract, and returns the verdict.
    """
    from khrop import testing

    function: Callable[..., Any] = testing.assert_accepted
    return function
