"""Of a document whose visible page says one thing and something else in it another, the other is never accepted.

`KHROP_FUZZ` multiplies the number of cases; `make fuzz` makes 2,000 of each form.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from random import Random

import pytest
from look_alikes import forms

from pipelines import campaigns
from pipelines.intake.judging import judge
from pipelines.returns import Judgement, Return

FUZZ = int(os.environ.get("KHROP_FUZZ", "1"))
CASES = dict.fromkeys(forms.FORMS, 50 * FUZZ) | {"pdf": 20 if FUZZ == 1 else 50 * FUZZ}
"""Of each form; a page of a PDF is drawn several times to see what shows."""
TOGETHER = 10
KNOWN = campaigns.load()
RECEIVED = datetime(2020, 8, 1, tzinfo=UTC)


def wrong(found: Judgement, case: forms.Case) -> str:
    """What was accepted that a person does not see; empty where nothing was."""
    if not found.accepted:
        return ""
    if case.seen is None:
        return f"accepted for {found.campaign_id}"
    if found.as_of != case.seen.as_of:
        return f"as of {found.as_of}"
    figures = {
        row["province_th"]: (*(str(row[c]) for c in ("total", "saved", "pending")), f"{row['saved_percent']:.2f}")
        for row in found.rows
    }
    return "" if figures == case.seen.figures() else "other figures"


@pytest.mark.parametrize("form", forms.FORMS)
def test_what_a_person_does_not_see_is_never_accepted(form: str) -> None:
    seed = int(os.environ.get("KHROP_SEED", "20200625"))
    failures: list[str] = []
    accepted = 0
    for start in range(0, CASES[form], TOGETHER):
        cases = [forms.case(form, Random(f"{seed} {form} {n}")) for n in range(start, start + TOGETHER)]
        given = [
            (Return(f"{form}-{n}", f"{n:064x}", f"{n}.{form}", RECEIVED), case.data)
            for n, case in enumerate(cases, start)
        ]
        for found, case in zip(judge(given, KNOWN), cases, strict=True):
            accepted += found.accepted
            if what := wrong(found, case):
                failures.append(f"{found.return_.snapshot_id}: {what}; made by {case.how}")
    assert failures == []
    assert accepted > 0.03 * CASES[form], "nearly all are refused: the cases show nothing"
