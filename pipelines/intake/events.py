"""The archive's ledger as things to be judged: what came, what was told of it since, what a person decided.

How the ledger is kept belongs in `pipelines.archive.store`, what is done with an event in `pipelines.intake.take_in`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipelines.archive.store import Receipt, return_name
from pipelines.decisions.history import decision_in
from pipelines.returns import Decision, Hints


@dataclass(frozen=True, slots=True)
class Event:
    """Something to be judged: a return as it came, or (`again`) came again with other hints, or that a person decided
    of. `line` is its line of the ledger, `known_from` when the judgement begins to count, `decision` the last one.
    """

    first: Receipt
    hints: Hints
    known_from: datetime
    line: int
    again: bool
    decision: Decision | None = None

    @property
    def snapshot_id(self) -> str:
        return return_name(self.first.name, self.first.sha256)


def events(receipts: Iterable[Receipt]) -> list[Event]:
    """The ledger as things to be judged, in their order: new bytes, known bytes with new hints, and decisions."""
    first: dict[str, Receipt] = {}
    hints: dict[str, Hints] = {}
    decided: dict[str, Decision] = {}
    found = []
    for line, receipt in enumerate(receipts, start=1):
        sha256 = receipt.sha256
        known = hints.get(sha256)
        # A copy in another campaign's inbox is the same bytes seen again; only the sender's word moves a return.
        copied = (
            known is not None and known.campaign is not None and receipt.source.startswith(f"inbox/{receipt.campaign}/")
        )
        told = Hints(
            (receipt.campaign if not copied else None) or (known.campaign if known else None),
            receipt.as_of or (known.as_of if known else None),
        )
        first.setdefault(sha256, receipt)
        if (decision := decision_in(receipt, line)) is not None:
            decided[sha256] = decision
        if told != known or receipt.decision is not None:
            hints[sha256] = told
            at = receipt.received_at
            found.append(Event(first[sha256], told, at, line, known is not None, decided.get(sha256)))
    return found
