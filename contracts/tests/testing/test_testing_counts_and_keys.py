"""Cases of rules about numbers of rows in groups, dates between facts and keys that are kept."""

from __future__ import annotations

from datetime import date

import pandera.pandas as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pandera.typing import Series

import khrop
from khrop.model.rule import Params
from khrop.testing import Case, cases
from khrop.vocabulary import BetweenFacts, GroupCounts, KeysKept, UniqueKey

LISTED = (("north", "a", 2), ("north", "b", 1), ("south", "a", 1))


class Offices(pa.DataFrameModel):
    """A row for each office."""

    code: Series[str]
    region: Series[str]
    kind: Series[str]
    opened: Series[pa.Date] = pa.Field(nullable=True)

    __contract__ = khrop.ContractOptions(key=("code",))

    @khrop.rule("once", scope="group")
    def once(cls, params: Params) -> UniqueKey:
        """No code stands twice."""
        return UniqueKey(("code",))

    @khrop.rule("as-many", scope="group")
    def as_many(cls, params: Params) -> GroupCounts:
        """There are as many offices of each kind as the list says."""
        return GroupCounts(("region", "kind"), LISTED)

    @khrop.rule("opened-within", scope="group", skip_null=("opened",))
    def opened_within(cls, params: Params) -> BetweenFacts:
        """An office was opened between two days."""
        return BetweenFacts("opened", "first_day", "last_day")

    @khrop.rule("kept", scope="reference")
    def kept(cls, params: Params) -> KeysKept:
        """No office comes or goes, but for those in the list of changes."""
        return KeysKept(("code",), known="changes")


class Some(pa.DataFrameModel):
    """A row for each office, in snapshots."""

    day: Series[str]
    code: Series[int] = pa.Field(ge=0)
    region: Series[str]
    opened: Series[pa.DateTime]

    __contract__ = khrop.ContractOptions(key=("code",), snapshot="day")

    @khrop.rule("one-capital", scope="group")
    def one_capital(cls, params: Params) -> GroupCounts:
        """There is one capital; of other regions there are any."""
        return GroupCounts(("region",), (("capital", 1),), others=False)

    @khrop.rule("opened-by", scope="group")
    def opened_by(cls, params: Params) -> BetweenFacts:
        """An office is open."""
        return BetweenFacts("opened", last="last_day")

    @khrop.rule("kept", scope="reference")
    def kept(cls, params: Params) -> KeysKept:
        """No office comes or goes."""
        return KeysKept(("code",))


@pytest.mark.parametrize("contract", [Offices, Some])
def test_what_is_drawn_holds(contract: type) -> None:
    @settings(max_examples=20, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(cases(contract))
    def holds(case: Case) -> None:
        verdict = case.check()
        assert (verdict.status, verdict.not_run) == ("accepted", ())

    holds()


@pytest.mark.parametrize(
    ("contract", "rule_id"),
    [(Offices, "as-many"), (Offices, "opened-within"), (Offices, "kept"),
     (Some, "one-capital"), (Some, "opened-by"), (Some, "kept")],
)  # fmt: skip
def test_one_rule_alone_is_broken(contract: type, rule_id: str) -> None:
    @settings(max_examples=20, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(cases(contract, breaks=rule_id))
    def breaks(case: Case) -> None:
        assert set(case.check().counts()) == {rule_id}

    breaks()


def test_dates_lie_between_facts_that_are_given() -> None:
    given_facts = {"first_day": date(2020, 1, 1), "last_day": date(2020, 1, 31)}

    @settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(cases(Offices, document=given_facts))
    def holds(case: Case) -> None:
        assert case.check().status == "accepted"

    holds()
