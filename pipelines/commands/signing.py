"""How a decision comes about: the return it is of, who signs, whether it does what it says, its line in the ledger.

The commands that a person gives belong in `pipelines.commands.repair`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.commands.exits import WrongUse, of_verdicts
from pipelines.commands.ingest import run_job, say
from pipelines.commands.status import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.archive.ledger import Receipt
    from pipelines.home import Home
    from pipelines.intake.events import Event
    from pipelines.returns import Decision, Judgement


@dataclass(frozen=True, slots=True)
class Known:
    """A return of the home, judged on its bytes as they are printed (`before` are the rows of the return before it),
    with its last event in the ledger.
    """

    event: Event
    judgement: Judgement
    before: Sequence[Mapping[str, Any]]


def known(home: Home, name: str) -> Known:
    """A return by its name, judged anew on what it prints, whatever was decided of it."""
    from pipelines import campaigns
    from pipelines.archive.store import Archive
    from pipelines.datasets.registry import datasets
    from pipelines.decisions.proposals import rows_before
    from pipelines.intake.events import events
    from pipelines.intake.take_in import judge_events
    from warehouse.connect import Warehouse

    archive = Archive(home.archive)
    try:
        with Warehouse(home.warehouse).reading() as connection:
            full = resolve(connection, name)
            event = next(e for e in reversed(events(archive.receipts())) if e.snapshot_id == full)
            printed = replace(event, decision=None)
            (judgement,) = judge_events(archive, [printed], campaigns.load(home.root), datasets(home.root))
            return Known(event, judgement, rows_before(connection, judgement))
    except FileNotFoundError:
        raise WrongUse(f"there is no file {name!r}, and no warehouse in {home.root} yet") from None


def decision_of(kind: Any, by: str, reason: str, **more: Any) -> Decision:
    from pipelines.returns import Decision

    return Decision(kind, by, reason, **more)


def signed(by: str | None, reason: str | None) -> tuple[str, str]:
    """Who decides and why; a decision without them is none."""
    who, why = (" ".join((text or "").split()) for text in (by, reason))
    if not who or not why:
        raise WrongUse("a decision is signed: name who decides (--by NAME) and why (--reason TEXT)")
    return who, why


def decide(home: Home, one: Known, decision: Decision, as_json: bool) -> int:
    """Write a decision to the ledger, unless it would not do what it says, and judge the return by it."""
    _try(home, one, decision)
    from pipelines.archive.store import Archive

    first: Receipt = one.event.first
    Archive(home.archive).record_decision(first, f"khrop {decision.kind}", decision.plain())
    stories = run_job(home, "ingest")
    say(stories, [], as_json)
    return of_verdicts(said["verdict"] for said in stories)


def refuse_container(name: str, judgement: Judgement) -> None:
    """Refuse to decide on a container: its figures are those of its parts."""
    if judgement.parts:
        raise WrongUse(f"{name} is a container of returns: name one of its parts, which khrop show and khrop read list")


def _try(home: Home, one: Known, decision: Decision) -> None:
    """Refuse a decision that was made already, or after which the return would still not be accepted, or not count."""
    before = one.event.decision
    if before is not None and replace(before, by=decision.by, reason=decision.reason) == decision:
        raise WrongUse(f"{one.event.snapshot_id}: that was decided already, by {before.by}: {before.reason}")
    refuse_container(one.event.snapshot_id, one.judgement)
    if decision.kind == "withdraw":
        return
    if decision.kind == "accept" and before is None and one.judgement.accepted:
        raise WrongUse(f"{one.event.snapshot_id} is accepted already")
    from pipelines import campaigns
    from pipelines.archive.store import Archive
    from pipelines.datasets.registry import datasets
    from pipelines.intake.take_in import judge_events

    name = one.event.snapshot_id
    event = replace(one.event, decision=decision)
    (judgement,) = judge_events(Archive(home.archive), [event], campaigns.load(home.root), datasets(home.root))
    if not judgement.accepted:
        errors = [v.message_en for v in judgement.violations if v.severity == "error"]
        more = f" … and {len(errors) - 3} more" if len(errors) > 3 else ""
        raise WrongUse(f"{name} would not hold even so, and nothing was decided: {'; '.join(errors[:3])}{more}")
    if newer := _newer(home, one, judgement):
        raise WrongUse(
            f"{newer} came after {name} for the same day and is accepted: nothing was decided; withdraw it first, or"
            f" withdraw {name}"
        )


def _newer(home: Home, one: Known, judgement: Judgement) -> str | None:
    """The accepted return of the same day that came after this one: a decision must not push it aside."""
    from warehouse.connect import Warehouse

    with Warehouse(home.warehouse).reading() as connection:
        found = connection.execute(
            "SELECT snapshot_id FROM core.snapshot_current WHERE campaign_id = ? AND as_of = ? AND ledger_line > ?"
            " AND snapshot_id <> ?",
            [judgement.campaign_id, judgement.as_of, one.event.line, one.event.snapshot_id],
        ).fetchone()
    return str(found[0]) if found else None
