"""What a demanding user tried: figures without a grand total, stray copies, changed campaigns, damaged archives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from pipelines import campaigns, commands
from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake.inbox import Inbox
from pipelines.intake.judging import judge
from pipelines.monitoring import alerts
from pipelines.monitoring.pending import unsent_alerts, waiting_work
from pipelines.returns import Judgement, Return
from warehouse.connect import Warehouse

INFO, WASTE = "info-international-agreements", "info-waste-plans"
TOTAL = "รวม\t\t๗,๘๕๐\t๒๙๒\t๗,๕๕๘\t๓.๗๒\t"
OTHER = """id = "info-waste-plans"
title_th = "แผนจัดการขยะ"
title_en = "Waste plans"
known_by = ["แผนจัดการขยะ"]
opened_on = 2020-05-01
deadline = 2020-12-31
closed_on = 2020-12-31
every_days = 14
"""


@pytest.fixture
def command(home: Home) -> Callable[..., Result]:
    """The commands, in this process."""
    app = typer.Typer()
    commands.register(app)
    return lambda *arguments: CliRunner().invoke(app, [str(a) for a in arguments])


def judged(text: str) -> Judgement:
    given = Return("r", "0" * 64, "r.txt", datetime(2026, 1, 1, tzinfo=UTC))
    return judge([(given, text.encode())], campaigns.load())[0]


def test_prose_is_held_against_the_rows_where_there_is_no_grand_total(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8").replace(TOTAL, "")
    (broken,) = [v for v in judged(text).violations if v.rule_id == "claims-match"]
    assert (broken.observed, broken.expected) == ("3.71", "3.72")
    found = judged(text.replace("จำนวน ๒๙๒ แห่ง", "จำนวน ๓๙๒ แห่ง"))
    assert ("392", "292") in {(v.observed, v.expected) for v in found.violations if v.rule_id == "claims-match"}


def test_a_grand_total_with_an_empty_cell_does_not_match(sample: Path) -> None:
    found = judged(sample.read_text(encoding="utf-8").replace(TOTAL, TOTAL.replace("๒๙๒", "")))
    assert found.verdict == "quarantined"
    (broken,) = [v for v in found.violations if v.rule_id == "totals-match"]
    assert (broken.column_name, broken.expected) == ("saved", "292")


def test_a_copy_in_another_campaigns_inbox_moves_nothing(home: Home, taken_in: Any, write: Any, ask: Any) -> None:
    (home.root / "campaigns").mkdir(parents=True)
    (home.root / "campaigns" / "waste.toml").write_text(OTHER, encoding="utf-8")
    for campaign in (INFO, WASTE):
        (home.inbox / campaign).mkdir(parents=True)
    text = write("r.csv", date(2020, 6, 11), title="").read_text(encoding="utf-8")
    (home.inbox / INFO / "x.csv").write_text(text, encoding="utf-8")
    Inbox(home).archive_new()
    assert [story.campaign_id for story in taken_in()] == [INFO]
    (home.inbox / WASTE / "y.csv").write_text(text, encoding="utf-8")
    Inbox(home).archive_new()
    assert taken_in() == []
    assert ask("SELECT DISTINCT campaign_id FROM core.province_progress_current") == [(INFO,)]
    assert ask("SELECT name FROM raw.seen_again") == [("y.csv",)]


def test_a_changed_campaign_file_is_work_to_do(home: Home, taken_in: Any, sample: Path) -> None:
    taken_in(sample)
    warehouse = Warehouse(home.warehouse)
    assert waiting_work(home, warehouse) == []
    (home.root / "campaigns").mkdir()
    (home.root / "campaigns" / "waste.toml").write_text(OTHER, encoding="utf-8")
    assert waiting_work(home, warehouse) == ["campaigns, provinces or datasets that have changed"]
    taken_in()
    assert waiting_work(home, warehouse) == []


def test_an_overdue_return_is_reported_although_nothing_new_has_come(home: Home, taken_in: Any, sample: Path) -> None:
    (home.root / "campaigns").mkdir(parents=True)
    open_still = OTHER.replace("closed_on = 2020-12-31\n", "")
    (home.root / "campaigns" / "waste.toml").write_text(open_still, encoding="utf-8")
    taken_in(sample)
    assert waiting_work(home, Warehouse(home.warehouse)) == []
    assert unsent_alerts(home, Warehouse(home.warehouse))


def test_an_unusable_address_leaves_the_log_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    assert [way.name for way in alerts.usable_notifiers({alerts.WEBHOOK: "ftp://x"})] == ["log"]
    assert "KHROP_ALERT_WEBHOOK is unusable" in caplog.text


def test_khrops_own_files_are_no_returns(home: Home, taken_in: Any, sample: Path, command: Any) -> None:
    taken_in(sample)
    result = command("ingest", home.exports)
    assert result.exit_code == 2
    assert "Khrop's own" in result.stderr
    assert command("ingest", home.root.parent / "home").exit_code == 0
    assert len(Archive(home.archive).receipts()) == 1


def test_a_return_whose_bytes_are_lost_is_not_judged_again_and_what_was_proved_stands(
    home: Home, taken_in: Any, sample: Path, ask: Any
) -> None:
    taken_in(sample)
    (receipt,) = Archive(home.archive).receipts()
    Archive(home.archive).path(receipt.sha256).unlink()
    assert taken_in(again=[]) == []
    assert ask("SELECT count(*) FROM core.province_progress_current") == [(76,)]


def test_a_spoilt_ledger_is_named_with_its_line_and_a_shortened_one_is_seen(
    home: Home, taken_in: Any, sample: Path, write: Any, command: Any
) -> None:
    taken_in(sample, write("b.csv", date(2020, 6, 25)))
    ledger = Archive(home.archive).ledger
    whole = ledger.read_bytes()
    ledger.write_bytes(b"X" + whole)
    result = command("verify")
    assert (result.exit_code, "receipts.jsonl, line 1, is no receipt" in result.stdout) == (1, True)
    result = command("ingest", sample)
    assert (result.exit_code, "line 1, is no receipt" in result.stderr) == (3, True)
    ledger.write_bytes(whole.split(b"\n", 1)[1])
    result = command("verify")
    assert (result.exit_code, "no longer says how" in result.stdout) == (1, True)


def test_a_link_to_nothing_within_a_folder_is_named(home: Home, tmp_path: Path, command: Any) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "gone.csv").symlink_to(tmp_path / "nowhere")
    result = command("ingest", tmp_path / "in")
    assert result.exit_code == 1
    assert "gone.csv" in result.stderr
    assert '"verdict": "refused"' in command("ingest", tmp_path / "in", "--json").stdout
