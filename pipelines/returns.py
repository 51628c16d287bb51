"""The records of a return: what came, what people decided, what its document holds, and the judgement on it.

Here belong the records that pass between reading, judging, deciding and loading; the steps themselves belong there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from khrop.model.violation import NotRun, Violation
from pipelines.campaigns import Campaign
from pipelines.datasets.dataset import Dataset
from pipelines.readers.candidate import Candidate
from pipelines.readers.document import Cell, Claim
from pipelines.readers.limits import READER_VERSION
from warehouse.verdicts import Verdict

DecisionKind = Literal["correct", "accept", "withdraw"]


@dataclass(frozen=True, slots=True)
class Hints:
    """What the sender named, by option or by the inbox folder; None where not named.

    Attributes:
        campaign: The id of the campaign.
        as_of: The as-of date.
    """

    campaign: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that a person corrected.

    Attributes:
        row: The row's name, or the source of a claim of the whole (`table_total`, `prose`).
        column: The column or measure.
        printed: What is printed there.
        corrected: The correct figure, in ASCII digits.
        slip: The kind of slip, see `khrop.repair`.
        place: The place of the cell.
    """

    row: str
    column: str
    printed: str
    corrected: str
    slip: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about a return.

    Attributes:
        kind: Whether it is corrected, accepted as it is, or withdrawn.
        by: Who decided.
        reason: Why.
        cells: The corrected cells.
        dropped: The names of doubled rows whose second row is dropped.
        inserted: The names of rows that the document lacks.
    """

    kind: DecisionKind
    by: str
    reason: str
    cells: tuple[Correction, ...] = ()
    dropped: tuple[str, ...] = ()
    inserted: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, as the archive's ledger keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Decision:
        """Return the decision of plain values, the inverse of `plain`.

        Raises:
            TypeError: Where a cell has a missing or unknown field.
            KeyError: Where kind, name or reason is missing.
        """
        lists = {name: tuple(plain.get(name, ())) for name in ("dropped", "inserted")}
        cells = tuple(Correction(**cell) for cell in plain.get("cells", ()))
        return cls(plain["kind"], plain["by"], plain["reason"], cells, **lists)


@dataclass(frozen=True, slots=True)
class Return:
    """A return that came in.

    Attributes:
        snapshot_id: Its name, see `pipelines.archive.ledger.return_name`.
        sha256: The hash of its bytes.
        name: Its file name.
        received_at: When it came.
        hints: What the sender named.
        decision: What a person decided, if anything.
        beside: What the message says that it came in.
    """

    snapshot_id: str
    sha256: str
    name: str
    received_at: datetime
    hints: Hints = field(default_factory=Hints)
    decision: Decision | None = None
    beside: str = ""


@dataclass(frozen=True, slots=True)
class TypedReturn:
    """The rows and facts of one document.

    Attributes:
        dataset: The dataset that its table is of.
        rows: Values by column of the dataset; decimals are exact.
        facts: The input of the contract's document rules, by name.
        claims: The figures and dates outside the rows.
        campaign: The campaign, None where unknown.
        as_of: The as-of date, None where unknown.
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
        return_: The return.
        dataset: Its dataset; None where no table was read.
        verdict: Any verdict but `unchanged`, which loading determines.
        campaign_id: Its campaign, None where unknown.
        as_of: Its as-of date, None where unknown.
        rows: Its rows, values by column.
        cells: Its cells as printed and as read.
        claims: Its figures and dates outside the rows.
        violations: What its contract reports, each at its place.
        not_run: The rules that could not be run, with the reasons.
        reader_version: The version of the reader.
        parts: The hashes of the files in a container (a zip, a message).
        by_eye: Whether its pages are kept as pictures: a person reads them, or compares with them what was read.
        text: What a message says itself.
        doubts: What cells of a picture may say, whose reading is not certain, by place; also those that a correction
            has settled since.
        pictures: Of these cells, as PNG, by place.
    """

    return_: Return
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
    text: str = ""
    doubts: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether its rows are loaded as accepted."""
        return self.verdict.accepted

    @property
    def contract_version(self) -> str:
        """The version of its contract; empty where it was judged by none."""
        return self.dataset.version if self.dataset else ""

    @property
    def figures(self) -> str | None:
        """A hash of all figures, by which an unchanged return is recognised; None unless it is accepted."""
        if not self.accepted or self.dataset is None:
            return None
        lines = sorted("|".join(str(row[name]) for name in self.dataset.figures) for row in self.rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
