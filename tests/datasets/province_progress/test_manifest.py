"""Every file of tests/returns, judged alone: its verdict, the rules it breaks, and each figure against the truth.

The files are of every form and producer; `MANIFEST.json` says what each is to come to.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from khrop.thai import provinces
from pipelines import campaigns
from pipelines.intake.judging import judge
from pipelines.returns import Judgement, Return

ROOT = Path(__file__).parents[2]
RETURNS = ROOT / "returns"
SAMPLE = ROOT.parent / "pipelines" / "sample" / "dla-2563-06-11.txt"
SEED = "real/s0_2563-06-11.seed.txt"
# What the corpus calls the contract's columns.
NAMES = {"n_lao": "total", "saved": "saved", "pending": "pending"}
RECEIVED = datetime(2020, 9, 1, tzinfo=UTC)


def path_of(entry: dict[str, Any]) -> Path:
    """The manifest calls the bundled sample its seed."""
    return SAMPLE if entry["path"] == SEED else RETURNS / entry["path"]


ENTRIES: list[dict[str, Any]] = json.loads((RETURNS / "MANIFEST.json").read_text(encoding="utf-8"))
BY_EYE = [e for e in ENTRIES if "reading by eye" in e.get("expected_reason", "")]
READ = [e for e in ENTRIES if e not in BY_EYE]
SCANS = [e for e in ENTRIES if e["path"].startswith("scanned/")]
SOUND = [e for e in ENTRIES if e["expected_verdict"] == "accepted*" and e not in SCANS]


def named(entries: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", entries, ids=[e["path"] for e in entries])


def judged(entry: dict[str, Any]) -> Judgement:
    return judged_file(path_of(entry))


@cache
def judged_file(path: Path) -> Judgement:
    data = path.read_bytes()
    given = Return(path.stem, hashlib.sha256(data).hexdigest(), path.name, RECEIVED)
    return judge([(given, data)], campaigns.load())[0]


def truth(entry: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RETURNS / entry["truth"]).read_text(encoding="utf-8"))
    return found


def two_places(percent: str) -> Decimal:
    return Decimal(percent).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_corpus_holds_returns_of_every_kind() -> None:
    assert len(ENTRIES) == 40
    assert [e["path"] for e in ENTRIES if not path_of(e).exists()] == []
    endings = {Path(e["path"]).suffix for e in ENTRIES}
    assert endings == {".pdf", ".docx", ".xlsx", ".ods", ".html", ".csv", ".tsv", ".txt"}
    assert {e["expected_verdict"] for e in ENTRIES} == {"accepted*", "accepted_with_warnings", "quarantined"}


@named(BY_EYE)
def test_pages_whose_text_cannot_be_used_are_set_aside_for_a_person_to_read(entry: dict[str, Any]) -> None:
    found = judged(entry)
    assert found.verdict == "quarantined"
    assert found.by_eye
    assert [v.rule_id for v in found.violations] == ["readable"]
    assert "needs reading by eye" in found.violations[0].message_en
    assert "ต้องอ่านด้วยตา" in found.violations[0].message_th
    assert found.rows == []


@named(SCANS)
def test_no_warning_is_of_what_was_not_read_from_a_picture(entry: dict[str, Any]) -> None:
    found = judged(entry)
    assert found.violations == ()
    assert found.by_eye


@named(READ)
def test_a_return_has_the_verdict_that_was_expected(entry: dict[str, Any]) -> None:
    found = judged(entry)
    expected = entry["expected_verdict"]
    errors = [v for v in found.violations if v.severity == "error"]
    if expected == "accepted*":
        assert found.verdict in ("accepted", "accepted_with_warnings"), errors
    else:
        assert found.verdict == expected
    assert set(entry.get("expected_rules", [])) <= {v.rule_id for v in found.violations}
    assert found.campaign_id == "info-international-agreements"


@named(SOUND)
def test_a_sound_return_has_the_warnings_that_arithmetic_on_its_truth_gives(entry: dict[str, Any]) -> None:
    printed = truth(entry)
    prose, total = printed["prose"], printed["total"]
    expected = ["claims-match"] if prose["pct_saved"] != two_places(total["pct"]).to_eng_string() else []
    for measure in ("saved", "pending"):
        exact = Decimal(100 * prose[measure]) / prose["n_lao"]
        if exact.quantize(Decimal("0.01"), ROUND_HALF_UP) != Decimal(prose[f"pct_{measure}"]):
            expected.append("percent-rounded")
    found = [v.rule_id for v in judged(entry).violations]
    assert set(found) == set(expected)


@named(READ)
def test_every_figure_is_the_one_that_is_printed(entry: dict[str, Any]) -> None:
    found, printed = judged(entry), truth(entry)
    assert len(found.rows) == len(printed["rows"])
    for row, printed_row in zip(found.rows, printed["rows"], strict=True):
        assert row["ordinal"] == printed_row["ordinal"]
        for theirs, ours in NAMES.items():
            assert row[ours] == printed_row[theirs], (printed_row["province_th"], ours)
        assert row["saved_percent"] == two_places(printed_row["pct"]), printed_row["province_th"]
        assert str(row["saved_percent"]) == str(two_places(printed_row["pct"]))


@named(READ)
def test_every_province_has_the_code_of_its_name(entry: dict[str, Any]) -> None:
    found, printed = judged(entry), truth(entry)
    by_name = {p.name_th: p.code for p in provinces.all_provinces()}
    for row, printed_row in zip(found.rows, printed["rows"], strict=True):
        expected = by_name.get(printed_row["province_th"])
        if expected is not None:
            assert row["province_code"] == expected
    if entry["expected_verdict"] != "quarantined":
        assert [row["province_code"] for row in found.rows] == list(provinces.expected_codes())


@named(READ)
def test_totals_dates_and_prose_are_those_that_are_printed(entry: dict[str, Any]) -> None:
    found, printed = judged(entry), truth(entry)
    claims = {(c.source, c.measure): c.value for c in found.claims}
    assert found.as_of == date.fromisoformat(printed["as_of"])
    for theirs, ours in NAMES.items():
        assert claims["table_total", ours] == printed["total"][theirs]
    assert claims["table_total", "saved_percent"] == two_places(printed["total"]["pct"])
    if entry in SCANS:  # of the prose of a picture the as-of date alone is read
        return
    for theirs, ours in NAMES.items():
        assert claims["prose", ours] == printed["prose"][theirs]
    assert claims["prose", "saved_percent"] == two_places(printed["prose"]["pct_saved"])
    assert claims["prose", "pending_percent"] == two_places(printed["prose"]["pct_pending"])
    if ("document", "deadline") in claims:
        assert claims["document", "deadline"] == date.fromisoformat(printed["deadline"])


@named(READ)
def test_every_violation_says_in_both_tongues_what_and_where(entry: dict[str, Any]) -> None:
    for violation in judged(entry).violations:
        assert violation.message_th
        assert violation.message_en
        assert not re.search("[A-Za-z_]{2,}", re.sub("“[^”]*”", "", violation.message_th)), "columns have Thai names"
        if violation.rule_id != "provinces-complete" or violation.observed != "0":
            assert violation.place or violation.rule_id == "ordinals-in-sequence", violation


def at(name: str) -> dict[str, Any]:
    return next(e for e in ENTRIES if name in e["path"] and e["path"].endswith(".csv"))


def test_a_row_that_does_not_add_up_is_named_with_its_place() -> None:
    found = [v for v in judged(at("rowsum_off")).violations if v.rule_id == "balance"]
    assert len(found) == 1
    assert "ขอนแก่น" in found[0].message_th
    assert found[0].place.startswith("text!R9C")


def test_an_absent_a_doubled_and_an_extra_province_are_named() -> None:
    def complete(name: str) -> list[str]:
        return [v.message_th for v in judged(at(name)).violations if v.rule_id == "provinces-complete"]

    assert any("ลำพูน" in message for message in complete("province_missing"))
    assert any("ตราด" in message for message in complete("province_duplicated"))
    assert any("กรุงเทพมหานคร" in message for message in complete("row77_bangkok"))


def test_a_misspelt_province_is_named_with_the_nearest_and_only_that_one() -> None:
    found = [v for v in judged(at("province_misspelt")).violations if v.rule_id == "provinces-complete"]
    unknown = {v.observed: v.expected for v in found if v.observed != "0"}
    assert set(unknown) == {"เพชรบูรณ", "ศรีษะเกษ"}
    assert "เพชรบูรณ์" in unknown["เพชรบูรณ"]
    assert "ศรีสะเกษ" in unknown["ศรีษะเกษ"]
    assert all(v.place for v in found if v.observed != "0")


def test_a_wrong_grand_total_is_reported_at_its_cell() -> None:
    found = next(v for v in judged(at("totals_wrong")).violations if v.rule_id == "totals-match")
    assert (found.observed, found.expected) == ("1138", "1128")
    assert found.place == "text!R81C4"
