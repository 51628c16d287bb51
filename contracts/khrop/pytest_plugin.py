"""The plugin that pytest finds where khrop is installed: the fixture `assert_accepted`.

Every run of pytest imports this module. It imports nothing but pytest until the fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from khrop.model.verdict import Verdict


@pytest.fixture
def assert_accepted() -> Callable[..., Verdict]:
    """`khrop.testing.assert_accepted`: assert that a frame holds its contract, and have the verdict."""
    from khrop import testing

    asserting: Callable[..., Any] = testing.assert_accepted
    return asserting
