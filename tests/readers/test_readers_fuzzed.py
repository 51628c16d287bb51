"""Whatever becomes of a document's bytes, a reader has an answer in time, and no figure is accepted that is not right.

Documents of each form are spoilt by chance (`mutations`) and judged. `KHROP_FUZZ` multiplies the number of cases.
"""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import mutations
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from written_workbooks import packed, xls

from khrop.thai import provinces
from pipelines import campaigns
from pipelines.intake.judging import judge
from pipelines.readers import limits, process
from pipelines.readers.mail import is_container
from pipelines.returns import Judgement, Return

RETURNS = Path(__file__).parent.parent / "returns"
SAMPLE = RETURNS.parent.parent / "pipelines" / "sample" / "dla-2563-06-11.txt"
RECEIVED = datetime(2020, 9, 1, tzinfo=UTC)
KNOWN = campaigns.load()
CODES = {p.name_th: p.code for p in provinces.all_provinces()}
SECONDS = 10.0
ROUNDING = Decimal("0.01")
"""What the contract lets a percent be off; a digit of one may so be another."""
Figures = list[tuple[str, int, int, int]]


class Family(NamedTuple):
    """Documents of one form, each with the days of the returns in it, and how they are spoilt."""

    documents: Sequence[tuple[bytes, tuple[str, ...]]]
    spoils: Sequence[mutations.Spoil]


@cache
def truth(day: str) -> dict[str, tuple[int, int, int, Decimal]]:
    name = f"{'s0' if day == '2563-06-11' else 'syn'}_{day}.json"
    rows = json.loads((RETURNS / "truth" / name).read_text(encoding="utf-8"))["rows"]
    return {CODES[r["province_th"]]: (r["n_lao"], r["saved"], r["pending"], Decimal(r["pct"])) for r in rows}


def given_file(path: str) -> tuple[bytes, tuple[str, ...]]:
    return (RETURNS / path).read_bytes(), (path.partition("_")[2].partition(".")[0],)


def old_workbook(day: str) -> tuple[bytes, tuple[str, ...]]:
    text = (RETURNS / "synthetic" / f"syn_{day}.utf8-bom.csv").read_text(encoding="utf-8-sig")
    return xls(list(csv.reader(io.StringIO(text)))), (day,)


def mail(*paths: str) -> tuple[bytes, tuple[str, ...]]:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "ส่งรายงาน"
    message.set_content("เรียน ท่านอธิบดี")
    for path in paths:
        message.add_attachment(given_file(path)[0], maintype="application", subtype="octet-stream", filename=path[-9:])
    return message.as_bytes(), tuple(given_file(path)[1][0] for path in paths)


def container(*paths: str) -> tuple[bytes, tuple[str, ...]]:
    return packed({path: given_file(path)[0] for path in paths}), tuple(given_file(path)[1][0] for path in paths)


def opened_up(path: str) -> tuple[bytes, tuple[str, ...]]:
    data, days = given_file(path)
    return mutations.opened_up(data), days


CSVS = ("synthetic/syn_2563-06-25.utf8-bom.csv", "synthetic/syn_2563-08-06.utf8-bom.csv")
FAMILIES = {
    "text": lambda: Family(
        [(SAMPLE.read_bytes(), ("2563-06-11",)), given_file("real/s0_2563-06-11.lo-cp874.csv"), *map(given_file, CSVS)],
        mutations.TEXTS,
    ),
    "html": lambda: Family(
        [given_file("real/s0_2563-06-11.page.html"), given_file("synthetic/syn_2563-08-20.page.html")], mutations.PAGES
    ),
    "xlsx": lambda: Family(
        [
            given_file("real/s0_2563-06-11.num.lo.xlsx"),
            given_file("real/s0_2563-06-11.text.lo.xlsx"),
            given_file("synthetic/syn_2563-06-25.text.lo.xlsx"),
        ],
        mutations.PACKAGES,
    ),
    "ods": lambda: Family(
        [given_file("real/s0_2563-06-11.text.lo.ods"), given_file("synthetic/syn_2563-08-06.text.lo.ods")],
        mutations.PACKAGES,
    ),
    "docx": lambda: Family(
        [given_file("real/s0_2563-06-11.lo.docx"), given_file("synthetic/syn_2563-07-09.lo.docx")], mutations.PACKAGES
    ),
    "xls": lambda: Family([old_workbook("2563-06-25"), old_workbook("2563-08-31")], mutations.BYTES),
    "zip": lambda: Family([container(*CSVS), container(CSVS[0], "real/s0_2563-06-11.text.lo.xlsx")], mutations.BYTES),
    "eml": lambda: Family(
        [mail(*CSVS), mail(CSVS[1], "synthetic/syn_2563-06-25.text.lo.xlsx")],
        (*mutations.BYTES, mutations.lines, mutations.lines),
    ),
    "pdf": lambda: Family(
        [opened_up("real/s0_2563-06-11.lo-calc-text.pdf"), opened_up("synthetic/syn_2563-07-23.lo-writer.pdf")],
        mutations.PDFS,
    ),
}
CASES = {"text": 100, "html": 40, "xlsx": 100, "ods": 50, "docx": 30, "xls": 60, "zip": 40, "eml": 40, "pdf": 10}
"""So many in CI, by how long each form takes to be read."""
LEAST = 50
"""So many of each form, times KHROP_FUZZ, where more are asked for."""


@cache
def family(form: str) -> Family:
    return FAMILIES[form]()


@pytest.fixture(autouse=True)
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", SECONDS)


def judged(data: bytes) -> Iterator[Judgement]:
    """The judgement on a document; of a container those on its parts too."""
    (whole,) = judge([(Return("a", "0" * 64, "a", RECEIVED), data)], KNOWN)
    yield whole
    if whole.verdict == "opened":
        assert is_container(data)
        for part in process.opened(data).parts:
            yield from judge([(Return("b", "1" * 64, part.name, RECEIVED), part.data)], KNOWN)


def is_right(rows: Sequence[dict[str, Any]], days: Sequence[str]) -> bool:
    """Whether the figures are those of one of the returns that the document was made from."""
    found = {row["province_code"]: row for row in rows}
    assert len(found) == len(rows)
    return any(
        set(found) == set(truth(day))
        and all(
            (found[code]["total"], found[code]["saved"], found[code]["pending"]) == (total, saved, pending)
            and abs(found[code]["saved_percent"] - percent) <= ROUNDING
            for code, (total, saved, pending, percent) in truth(day).items()
        )
        for day in days
    )


def answers_in_time_and_never_wrongly(data: bytes, days: Sequence[str]) -> None:
    begun = time.monotonic()
    for found in judged(data):
        for violation in found.violations:
            assert violation.message_en
            assert violation.message_th
            assert not violation.observed.startswith((f"more than {SECONDS:.0f} s", "more than 1,024 MB")), violation
        if found.verdict in ("unreadable", "quarantined"):
            assert any(v.severity == "error" for v in found.violations)
        if found.accepted:
            assert is_right(found.rows, days)
    assert time.monotonic() - begun < SECONDS


@pytest.mark.parametrize("form", FAMILIES)
def test_every_document_is_accepted_and_right_before_it_is_spoilt(form: str) -> None:
    for data, days in family(form).documents:
        for found in judged(data):
            assert found.verdict in ("opened", "accepted", "accepted_with_warnings"), found.violations
            assert not found.accepted or is_right(found.rows, days)


@pytest.mark.parametrize("form", FAMILIES)
def test_a_spoilt_document_has_an_answer_in_time_and_no_wrong_figure_is_accepted(form: str) -> None:
    times = int(os.environ.get("KHROP_FUZZ", "1"))
    cases = CASES[form] if times == 1 else max(CASES[form], LEAST) * times
    documents, spoils = family(form)

    # A seed, and no chance of Hypothesis' own: that is drawn step by step, which costs more than most documents take.
    @settings(
        max_examples=cases,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(
        document=st.integers(0, len(documents) - 1),
        other=st.integers(0, len(documents) - 1),
        how=st.lists(st.integers(0, len(spoils) - 1), min_size=1, max_size=2),
        seed=st.integers(0, 1 << 48),
    )
    def spoilt(document: int, other: int, how: list[int], seed: int) -> None:
        chance, (data, days), (another, more) = Random(seed), documents[document], documents[other]
        for kind in how:
            note(spoils[kind].__name__)
            data = spoils[kind](chance, data, another) if data else data
        answers_in_time_and_never_wrongly(data, (*days, *more))

    spoilt()
