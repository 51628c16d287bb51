"""A return on its way: what came, what people decided of it, what its document holds, and the judgement on it.

Here belong the records that pass between reading, judging, deciding and loading; what is done with them belongs there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from khrop.model.verdict import NotRun, Violation
from pipelines.campaigns import Campaign
from pipelines.datasets.dataset import Dataset
from pipelines.readers.document import Cell, Claim
from pipelines.readers.limits import READER_VERSION
from warehouse.verdicts import Verdict

DecisionKind = Literal["correct", "accept", "withdraw"]


@dataclass(frozen=True, slots=True)
class Hints:
    """What the sender named: by option, or by the inbox folder."""

    campaign: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell that a person corrected.

    Attributes:
        row: The row's name, or the source of a claim of the whole (`table_total`, `prose`).
        column: The column or measure.
        printed: What is printed there.
        corrected: What it should say, in ASCII digits.
        slip: The kind of slip.
        place: Where it stands.
    """

    row: str
    column: str
    printed: str
    corrected: str
    slip: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a return, by whom and why.

    `dropped` are rows whose second printing is none, `inserted` those that the document lacks and that get one.
    """

    kind: DecisionKind
    by: str
    reason: str
    cells: tuple[Correction, ...] = ()
    dropped: tuple[str, ...] = ()
    inserted: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return it as the archive's ledger keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Decision:
        """Return the decision that the ledger keeps. Raises TypeError or KeyError where it is none."""
        lists = {name: tuple(plain.get(name, ())) for name in ("dropped", "inserted")}
        cells = tuple(Correction(**cell) for cell in plain.get("cells", ()))
        return cls(plain["kind"], plain["by"], plain["reason"], cells, **lists)


@dataclass(frozen=True, slots=True)
class Return:
    """A return that came in: its name, its bytes' hash, what the sender named, and what a person decided of it."""

    snapshot_id: str
    sha256: str
    name: str
    received_at: datetime
    hints: Hints = field(default_factory=Hints)
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class TypedReturn:
    """The rows and facts of one document.

    Attributes:
        dataset: The dataset that its table is of.
        rows: Values by column of the dataset; decimals are exact.
        facts: What the contract's document rules read.
        claims: What the document says outside its rows.
        campaign: The campaign, None where it cannot be known.
        as_of: The as-of date, None where it cannot be known.
    """

    dataset: Dataset
    rows: list[dict[str, Any]]
    facts: dict[str, Any]
    claims: list[Claim]
    campaign: Campaign | None
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement on a return.

    Attributes:
        of: The return.
        dataset: Its dataset; None where no table was read.
        verdict: Any but `unchanged`, which loading alone can see.
        parts: The hashes of what lies in a container (a zip, a message).
        by_eye: Whether its pages are for a person to read.
    """

    of: Return
    dataset: Dataset | None
    verdict: Verdict
    campaign_id: str | None
    as_of: date | None
    rows: list[dict[str, Any]]
    cells: list[Cell]
    claims: list[Claim]
    violations: tuple[Violation, ...]
    not_run: tuple[NotRun, ...] = ()
    reader_version: str = READER_VERSION
    parts: tuple[str, ...] = ()
    by_eye: bool = False

    @property
    def accepted(self) -> bool:
        """Whether its rows hold."""
        return self.verdict.accepted

    @property
    def contract_version(self) -> str:
        """The version of the contract that judged; empty where none did."""
        return self.dataset.version if self.dataset else ""

    @property
    def figures(self) -> str | None:
        """A hash of all figures of an accepted return, by which an unchanged one is known."""
        if not self.accepted or self.dataset is None:
            return None
        lines = sorted("|".join(str(row[name]) for name in self.dataset.figures) for row in self.rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
