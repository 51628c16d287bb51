"""The verdict on a return, and which verdict may follow which."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from khrop.model.verdict import status_of


class Verdict(StrEnum):
    """What a return is judged to be. The values are those in the tables, in JSON and in the UI."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WARNINGS = "accepted_with_warnings"
    UNCHANGED = "unchanged"
    """Every figure equals the current revision of the same campaign and as-of date."""
    QUARANTINED = "quarantined"
    UNREADABLE = "unreadable"
    WITHDRAWN = "withdrawn"
    """A person took it back."""
    OPENED = "opened"
    """A container (a zip, a message): the returns in it have verdicts of their own."""

    @property
    def accepted(self) -> bool:
        """Whether its rows are in the table of accepted rows."""
        return self in ACCEPTED

    @property
    def set_aside(self) -> bool:
        """Whether its rows are in the table of rows that were set aside."""
        return self in SET_ASIDE


ACCEPTED = (Verdict.ACCEPTED, Verdict.ACCEPTED_WITH_WARNINGS)
SET_ASIDE = (Verdict.QUARANTINED, Verdict.UNREADABLE, Verdict.WITHDRAWN)
FAILED = (Verdict.QUARANTINED, Verdict.UNREADABLE)
"""The verdicts that need a person's attention: those of exit code 1 and of alerts."""

_ALLOWED: dict[Verdict, tuple[Verdict, ...]] = {
    # Loading detects that the figures are those of the current revision; comparing adds and removes warnings; a
    # person withdraws.
    Verdict.ACCEPTED: (Verdict.ACCEPTED_WITH_WARNINGS, Verdict.UNCHANGED, Verdict.WITHDRAWN),
    Verdict.ACCEPTED_WITH_WARNINGS: (Verdict.ACCEPTED, Verdict.UNCHANGED, Verdict.WITHDRAWN),
    Verdict.QUARANTINED: (Verdict.WITHDRAWN,),
    Verdict.UNREADABLE: (Verdict.WITHDRAWN,),
    Verdict.UNCHANGED: (),
    Verdict.WITHDRAWN: (),
    Verdict.OPENED: (),
}


class TransitionRefused(ValueError):
    """An internal error: a verdict that may not follow the verdict before it."""


def changed(before: Verdict, after: Verdict) -> Verdict:
    """Return the verdict that follows another within one judgement.

    Args:
        before: The present verdict.
        after: The next verdict.

    Returns:
        The next verdict.

    Raises:
        TransitionRefused: Where it may not follow.
    """
    if after is not before and after not in _ALLOWED[before]:
        raise TransitionRefused(f"{before} cannot become {after}")
    return after


def by_violations(severities: Iterable[str]) -> Verdict:
    """Return the verdict that follows from a return's violations.

    Args:
        severities: The severity of each violation, `error` or `warning`.
    """
    return Verdict(status_of(severities))
