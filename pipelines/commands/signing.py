"""From a person's command to a decision: the return, the signature, the test of the decision, its line in the ledger.

The commands themselves belong in `pipelines.commands.repair`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.commands.exits import OK, WrongUse, exit_code_of
from pipelines.commands.runs import intake_job, known_returns, print_returns
from pipelines.commands.status import resolve
from pipelines.commands.text import echo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.decisions.counted import Counted
    from pipelines.home import Home
    from pipelines.intake.events import Event
    from pipelines.returns import Decision, Judgement


@dataclass(frozen=True, slots=True)
class KnownReturn:
    """A return of the home.

    Attributes:
        event: Its last event in the ledger.
        judgement: The judgement on its bytes as printed, without any decision.
        before: The rows of the return before it.
        decisions: How many decisions about its bytes the ledger has.
        counted: What another dataset counts of the same day, if there is one.
    """

    event: Event
    judgement: Judgement
    before: Sequence[Mapping[str, Any]]
    decisions: int
    counted: Counted | None = None


def known_return(home: Home, name: str) -> KnownReturn:
    """Return a return of the home, judged without the decisions about it.

    Args:
        home: The home.
        name: The return, by name, its beginning, or hash.

    Raises:
        WrongUse: Where there is no such return, or several.
    """
    from pipelines import campaigns
    from pipelines.archive.store import Archive, decisions_about
    from pipelines.datasets.registry import datasets
    from pipelines.decisions.counted import counts_beside
    from pipelines.decisions.proposals import rows_before
    from pipelines.intake.events import events
    from pipelines.intake.take_in import judge_events
    from warehouse.connect import Warehouse

    archive = Archive.of(home)
    try:
        with Warehouse(home.warehouse).reading() as connection:
            full = resolve(connection, name)
            receipts = archive.receipts()
            event = next(e for e in reversed(events(receipts)) if e.snapshot_id == full)
            printed = replace(event, decision=None)
            by_name = datasets(home.root)
            (judgement,) = judge_events(archive, [printed], campaigns.load(home.root), by_name)
            counted = counts_beside(connection, judgement, by_name.values())
            decisions = decisions_about(event.first.sha256, receipts)
            return KnownReturn(event, judgement, rows_before(connection, judgement), decisions, counted)
    except FileNotFoundError:
        raise WrongUse(f"there is no file {name!r}, and no warehouse in {home.root} yet") from None


def signed(by: str | None, reason: str | None) -> tuple[str, str]:
    """Return who decides and why, with single spaces.

    Args:
        by: The option `--by`.
        reason: The option `--reason`.

    Raises:
        WrongUse: Where one of them is missing.
    """
    who, why = (" ".join((text or "").split()) for text in (by, reason))
    if not who or not why:
        raise WrongUse("a decision is signed: name who decides (--by NAME) and why (--reason TEXT)")
    return who, why


def decide(home: Home, of_return: KnownReturn, decision: Decision, key: Path | None, as_json: bool) -> int:
    """Write a decision to the ledger and judge the return with it; a decision that it has already is completed.

    Args:
        home: The home.
        of_return: The return.
        decision: The decision.
        key: The key that signs it, if one is named.
        as_json: Whether the result is printed as JSON.

    Returns:
        The exit code; 0 where the return has this decision already.

    Raises:
        WrongUse: Where the decision would have no effect, or not the intended one, or is not signed where it must be.
    """
    from pipelines.commands.text import printable

    first, before = of_return.event.first, of_return.event.decision
    same = before is not None and replace(before, by=decision.by, reason=decision.reason) == decision
    if not same:
        _try(home, of_return, decision)
        from pipelines.archive.store import Archive, DecidedMeanwhile
        from pipelines.decisions import signatures

        try:
            Archive.of(home).record_decision(
                first, f"khrop {decision.kind}", decision.plain(), lambda line: signatures.sign(home, line, key),
                known=of_return.decisions,
            )  # fmt: skip
        except DecidedMeanwhile:  # another command decided at the same time: the same perhaps
            return decide(home, known_return(home, of_return.event.snapshot_id), decision, key, as_json)
        except signatures.NotSigned as reason:
            raise WrongUse(str(reason)) from None
    entries = intake_job(home, "ingest")
    held_returns = [
        e for e in known_returns(home, [first.sha256]) if e["return"] not in {entry["return"] for entry in entries}
    ]
    print_returns(entries, held_returns if as_json and same else [], as_json)
    if before is not None and same:
        name = of_return.event.snapshot_id
        if not as_json:
            echo(printable(f"{name}: that was decided already, by {before.by}: {before.reason}"))
        return OK
    return exit_code_of(entry["verdict"] for entry in entries)


def refuse_container(name: str, judgement: Judgement) -> None:
    """Refuse to decide about a container: its figures are those of its parts.

    Raises:
        WrongUse: Where the judgement is of a container.
    """
    if judgement.parts:
        raise WrongUse(f"{name} is a container of returns: name one of its parts, which khrop show and khrop read list")


def _try(home: Home, of_return: KnownReturn, decision: Decision) -> None:
    """Refuse a decision after which the return is not accepted, or not the current return."""
    name = of_return.event.snapshot_id
    refuse_container(name, of_return.judgement)
    if decision.kind == "withdraw":
        return
    if decision.kind == "accept" and of_return.event.decision is None and of_return.judgement.accepted:
        raise WrongUse(f"{name} is accepted already")
    from pipelines import campaigns
    from pipelines.archive.store import Archive
    from pipelines.datasets.registry import datasets
    from pipelines.intake.take_in import judge_events

    event = replace(of_return.event, decision=decision)
    (judgement,) = judge_events(Archive.of(home), [event], campaigns.load(home.root), datasets(home.root))
    if not judgement.accepted:
        errors = [v.message_en for v in judgement.violations if v.severity == "error"]
        more = f" … and {len(errors) - 3} more" if len(errors) > 3 else ""
        raise WrongUse(f"{name} would not be accepted even so, and nothing was decided: {'; '.join(errors[:3])}{more}")
    if newer := _newer(home, of_return, judgement):
        raise WrongUse(
            f"{newer} came after {name} for the same day and is accepted: nothing was decided; withdraw it first, or"
            f" withdraw {name}"
        )


def _newer(home: Home, of_return: KnownReturn, judgement: Judgement) -> str | None:
    """Return the accepted return of the same day that came later: a decision must not replace it."""
    from warehouse.connect import Warehouse

    with Warehouse(home.warehouse).reading() as connection:
        row = connection.execute(
            "SELECT snapshot_id FROM core.snapshot_current WHERE campaign_id = ? AND as_of = ? AND ledger_line > ?"
            " AND snapshot_id <> ?",
            [judgement.campaign_id, judgement.as_of, of_return.event.line, of_return.event.snapshot_id],
        ).fetchone()
    return str(row[0]) if row else None
