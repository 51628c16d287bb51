"""What changed in a contract asks for a version."""

from __future__ import annotations

import pytest
from small_contracts import column, contract

from khrop.diff.differences import compare, version_due


@pytest.mark.parametrize(
    ("was", "changes", "due"),
    [
        ("1.2.3", "breaking", "2.0.0"),
        ("0.2.3", "breaking", "0.3.0"),
        ("1.2.3", "adding", "1.3.0"),
        ("1.2.3", "saying", "1.2.4"),
        ("1.2.3", "nothing", "1.2.3"),
    ],
)
def test_changes_ask_for_a_version(was: str, changes: str, due: str) -> None:
    more = {
        "breaking": [column("d")],
        "adding": [column("d", required=False)],
        "saying": [column("a", description="what")],
        "nothing": [],
    }[changes]
    old = contract(version=was)
    for version, suffices in ((due, True), ("9.0.0-rc.1", True), (was, changes == "nothing"), ("0.0.1", False)):
        new = contract(*more, version=version)
        found = version_due(old, new, compare(old, new))
        assert (found.due, found.has, found.suffices) == (due, version, suffices)


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'one' is not of the form 1.2.3"):
        version_due(contract(version="one"), contract(), ())
