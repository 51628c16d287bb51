"""The archive's ledger as events to be judged: returns that came, hints that came later, decisions of persons.

How the ledger is written belongs in `pipelines.archive.ledger`, what is done with an event in
`pipelines.intake.take_in`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipelines.archive.ledger import Receipt, return_name
from pipelines.decisions.decision_rows import decision_in
from pipelines.returns import Decision, Hints


@dataclass(frozen=True, slots=True)
class Event:
    """A return to be judged: it came, came again with other hints, or a person decided about it.

    Attributes:
        first: The first receipt of its bytes.
        hints: What the sender named, up to this event.
        known_from: When the judgement begins to count.
        line: Its line of the ledger.
        again: Whether the bytes had come before.
        decision: The last decision about it, if any.
    """

    first: Receipt
    hints: Hints
    known_from: datetime
    line: int
    again: bool
    decision: Decision | None = None

    @property
    def snapshot_id(self) -> str:
        """The name of the return."""
        return return_name(self.first.name, self.first.sha256)


def events(receipts: Iterable[Receipt]) -> list[Event]:
    """Return the events of a ledger: new bytes, known bytes with new hints, and decisions.

    Args:
        receipts: The ledger from its beginning.

    Returns:
        The events in the order of their lines; a line that changes nothing makes none.

    Raises:
        Damaged: Where a line holds no valid decision.
    """
    first: dict[str, Receipt] = {}
    hints: dict[str, Hints] = {}
    decided: dict[str, Decision] = {}
    result: list[Event] = []
    for line, receipt in enumerate(receipts, start=1):
        sha256 = receipt.sha256
        hint_before = hints.get(sha256)
        # A copy in another campaign's inbox is the same bytes seen again; only an option moves a return.
        copied = (
            hint_before is not None
            and hint_before.campaign is not None
            and receipt.source.startswith(f"inbox/{receipt.campaign}/")
        )
        hint = Hints(
            (receipt.campaign if not copied else None) or (hint_before.campaign if hint_before else None),
            receipt.as_of or (hint_before.as_of if hint_before else None),
        )
        first.setdefault(sha256, receipt)
        if (decision := decision_in(receipt, line)) is not None:
            decided[sha256] = decision
        if hint != hint_before or receipt.decision is not None:
            hints[sha256] = hint
            at = receipt.received_at
            result.append(Event(first[sha256], hint, at, line, hint_before is not None, decided.get(sha256)))
    return result
