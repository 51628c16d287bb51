"""Proposed repairs of returns that were set aside, for a page: judged anew on their bytes, which the archive keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.home import Home


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A report of `khrop.repair` to be shown.

    It has its status, the rows that it would change under a line of headings, and all of it in words.
    """

    status: str
    table: list[tuple[str, ...]]
    explain_th: str
    explain_en: str


def suggester(home: Home, connection: DuckDBPyConnection) -> Callable[[Sequence[str]], Mapping[str, Suggestion]]:
    """What proposes repairs of returns of a home by their names; costs some tenths of a second a return."""

    def suggest(names: Sequence[str]) -> dict[str, Suggestion]:
        from pipelines import campaigns
        from pipelines.archive.store import Archive
        from pipelines.datasets.registry import datasets
        from pipelines.decisions.counted import counts_beside
        from pipelines.decisions.proposals import marked_up, propose, rows_before
        from pipelines.intake.events import events
        from pipelines.intake.take_in import judge_events

        archive = Archive.of(home)
        newest = {e.snapshot_id: replace(e, decision=None) for e in events(archive.receipts())}
        asked = [newest[name] for name in names if name in newest]
        found = {}
        known = datasets(home.root)
        for judgement in judge_events(archive, asked, campaigns.load(home.root), known, {}):
            if judgement.rows and not judgement.parts:
                counted = counts_beside(connection, judgement, known.values())
                report = propose(judgement, rows_before(connection, judgement), counted)
                table = marked_up(judgement, report)
                suggestion = Suggestion(report.status, table, report.explain("th"), report.explain("en"))
                found[judgement.return_.snapshot_id] = suggestion
        return found

    return suggest
