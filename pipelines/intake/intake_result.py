"""What a run did with a return, as commands, Dagster and alerts report it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from khrop.model.violation import Violation
from pipelines.decisions.proposals import Proposal
from warehouse.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeResult:
    """What a run did with a return.

    Attributes:
        snapshot_id: The return.
        sha256: The hash of its bytes.
        name: Its file name.
        verdict: Its verdict, after loading and comparing.
        campaign_id: Its campaign, None where unknown.
        as_of: Its as-of date, None where unknown.
        revision: Its revision of that campaign and date.
        judgement: How often it has been judged.
        rows: How many rows were read.
        same_as: The return whose figures it repeats, if any.
        violations: What its contract and the comparison report.
        proposal: The proposed repair of a quarantined return.
        parts: How many files a container holds.
        by_eye: Whether its pages are kept as pictures: a person reads them, or compares with them what was read.
        resumed: Whether a run before this loaded it, and was killed before it was reported.
    """

    snapshot_id: str
    sha256: str
    name: str
    verdict: Verdict
    campaign_id: str | None
    as_of: date | None
    revision: int
    judgement: int
    rows: int
    same_as: str | None
    violations: tuple[Violation, ...]
    proposal: Proposal | None
    parts: int
    by_eye: bool = False
    resumed: bool = False

    @property
    def errors(self) -> int:
        """The number of violations that are errors."""
        return sum(v.severity == "error" for v in self.violations)

    @property
    def warnings(self) -> int:
        """The number of violations that are warnings."""
        return sum(v.severity == "warning" for v in self.violations)
