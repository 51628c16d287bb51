"""What is proposed of a return: a correction that is made of it is accepted, and what it leaves alone stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from written_returns import NAMES, written_return

from pipelines import campaigns
from pipelines.decisions.proposals import as_markdown, corrections, marked_up, propose
from pipelines.home import Home
from pipelines.intake.judging import judge
from pipelines.returns import Decision, Judgement, Return

JUNE = date(2020, 7, 9)
RECEIVED = datetime(2020, 7, 20, tzinfo=UTC)
FIRST_ROW, COLUMNS = 3, range(2, 6)
TRUE = written_return(JUNE, thai=False)


def judged(text: str, decision: Decision | None = None) -> Judgement:
    received = Return("a-0123456789ab", "0" * 64, "a.csv", RECEIVED, decision=decision)
    return judge([(received, text.encode())], campaigns.load(Home.current().root))[0]


def slipped(draw: st.DrawFn, cell: str) -> str:
    """A cell with another digit, one too few, one doubled, two that changed places, or nothing in it."""
    digits = [i for i, c in enumerate(cell) if c.isdigit()]
    at = draw(st.sampled_from(digits))
    kind = draw(st.sampled_from(["misread", "dropped", "doubled", "empty"]))
    other = draw(st.sampled_from([d for d in "0123456789" if d != cell[at]]))
    return {"misread": cell[:at] + other + cell[at + 1 :], "dropped": cell[:at] + cell[at + 1 :],
            "doubled": cell[:at] + cell[at] + cell[at:], "empty": ""}[kind]  # fmt: skip


@st.composite
def broken(draw: st.DrawFn) -> str:
    lines = TRUE.split("\n")
    for row in draw(st.lists(st.integers(FIRST_ROW, FIRST_ROW + len(NAMES) - 1), min_size=1, max_size=3, unique=True)):
        cells = lines[row].split(",")
        column = draw(st.sampled_from(COLUMNS))
        cells[column] = slipped(draw, cells[column])
        lines[row] = ",".join(cells)
    return "\n".join(lines)


@given(text=broken())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_correction_that_is_made_of_a_unique_repair_is_accepted_and_true(text: str) -> None:
    before = judged(text)
    report = propose(before)
    if not report.unique:
        return
    cells = tuple(corrections(before, report))
    after = judged(text, Decision("correct", "x", "y", cells))
    assert after.accepted, [v.message_en for v in after.violations]
    assert after.figures == judged(TRUE).figures
    assert all(cell.place for cell in cells if cell.printed)


def test_a_return_that_holds_has_nothing_to_mark_up() -> None:
    report = propose(judged(TRUE))
    assert report.status == "consistent"
    assert marked_up(judged(TRUE), report) == [("province", "total", "saved", "pending", "saved_percent")]


def test_a_document_cannot_open_a_column_or_a_tag_in_the_ui() -> None:
    text = TRUE.replace(f",{NAMES[0]},", ",<b>|x,", 1)
    before = judged(text)
    markdown = as_markdown(before, propose(before))
    assert "<b>" not in markdown


def test_a_decision_is_read_from_the_ledger_as_it_was_written() -> None:
    before = judged(TRUE.replace("76,", "7x,", 1))
    cells = tuple(corrections(before, propose(before)))
    for decision in (
        Decision("withdraw", "ก", "ข"),
        Decision("correct", "ก", "ข", cells, ("เลย",), ("ตราด",)),
    ):
        plain: Any = decision.plain()
        assert Decision.of(plain) == decision
        assert replace(Decision.of(plain), by="ค") != decision
