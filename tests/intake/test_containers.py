"""A zip or a message comes in: its parts are archived beside it, each judged by itself, and nothing is dropped."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result
from written_returns import written_return

from pipelines import campaigns
from pipelines.archive.ledger import Receipt
from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake.backlog import waiting
from pipelines.intake.inbox import Inbox, incoming
from pipelines.intake.intake_result import IntakeResult
from pipelines.intake.take_in import take_in
from pipelines.monitoring.alerts import problems
from pipelines.monitoring.health import archived, health_report
from warehouse.connect import Warehouse
from warehouse.tables import conservation

TakeIn = Callable[..., list[IntakeResult]]
Ask = Callable[..., list[Any]]
DAYS = [date(2020, 6, day) for day in (4, 11, 18)]
NAMES = ["รายงาน ๔ มิ.ย. ๖๓.csv", "รายงาน ๑๑ มิ.ย. ๖๓.csv", "รายงาน ๑๘ มิ.ย. ๖๓.csv"]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
TABLES = ("raw.file", "raw.part", "raw.cell", "raw.seen_again", "core.snapshot_judged", "core.violation",
          "core.province_progress")  # fmt: skip


def written(day: date, **options: Any) -> bytes:
    return written_return(day, **options).encode()


def zip_of(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def three(folder: Path) -> Path:
    """Three returns under Thai names, a picture, and a path that leads out."""
    parts = [(name, written(day)) for name, day in zip(NAMES, DAYS, strict=True)]
    return zip_of(folder / "มิถุนายน.zip", *parts, ("ตรา.png", PNG), ("../etc/a.csv", written(DAYS[0], seed=7)))


def mail(folder: Path, *attachments: tuple[str, bytes], name: str = "mail.eml") -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "ส่งรายงาน"
    message.set_content("เรียน ท่านอธิบดี ขอส่งรายงานของทุกจังหวัด")
    for own, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=own)
    (folder / name).write_bytes(message.as_bytes())
    return folder / name


def ledger(home: Home) -> list[Receipt]:
    return Archive(home.archive).receipts()


def judged_everything(home: Home) -> list[IntakeResult]:
    with Warehouse(home.warehouse).writer():
        return [story for batch in take_in(home) for story in batch]


def held(home: Home) -> dict[str, list[Any]]:
    """What a warehouse holds, but for when it was written."""
    with Warehouse(home.warehouse).reading() as connection:
        kept = {}
        for table in TABLES:
            but = "EXCLUDE (loaded_at)" if table.startswith("core.snapshot") else ""
            kept[table] = connection.execute(f"SELECT * {but} FROM {table} ORDER BY ALL").fetchall()
        return kept


@pytest.mark.usefixtures("nothing_is_dropped")
def test_each_return_in_a_zip_is_taken_in_with_its_parent(
    home: Home, taken_in: TakeIn, tmp_path: Path, ask: Ask
) -> None:
    path = three(tmp_path)
    container, *parts = taken_in(path)
    assert (container.verdict, container.parts, container.rows, container.as_of, container.campaign_id) == (
        "opened",
        3,
        0,
        None,
        None,
    )
    assert [(p.verdict, p.as_of, p.name) for p in parts] == [
        ("accepted", day, name) for day, name in zip(DAYS, NAMES, strict=True)
    ]
    assert [v.key for v in container.violations] == ["ตรา.png", "../etc/a.csv"]
    assert {(v.rule_id, v.severity) for v in container.violations} == {("readable", "warning")}
    assert all(v.message_th and v.key in v.message_en for v in container.violations)
    assert [(r.parent, r.source) for r in ledger(home)] == [
        (None, str(path)), *((container.sha256, f"{path}!{name}") for name in NAMES)
    ]  # fmt: skip
    assert ask("SELECT name FROM raw.part WHERE parent = ? ORDER BY ledger_line", container.sha256) == [
        (n,) for n in NAMES
    ]
    with Warehouse(home.warehouse).reading() as connection:
        assert conservation(connection, 4)[0].detail["opened"] == 1


def test_a_ledger_line_of_what_came_in_no_container_names_none(home: Home, taken_in: TakeIn, sample: Path) -> None:
    taken_in(sample)
    (line,) = (home.archive / "receipts.jsonl").read_text("utf-8").splitlines()
    assert set(json.loads(line)) == {
        "sha256", "name", "media_type", "bytes", "received_at", "source", "campaign", "as_of", "again", "previous"
    }  # fmt: skip
    assert Receipt.from_json(line).parent is None


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_file_refused_in_a_container_is_no_problem_and_a_container_without_a_return_is(
    home: Home, taken_in: TakeIn, tmp_path: Path
) -> None:
    taken_in(three(tmp_path))

    def wrong() -> list[str]:
        with Warehouse(home.warehouse).reading() as connection:
            now = health_report(home, connection, campaigns.load(home.root), datetime.now(UTC), archived(home))
            assert now.counts["opened"] == 1
        return [key for key in problems(now) if not key.startswith("overdue")]

    assert wrong() == []
    (empty,) = taken_in(mail(tmp_path, ("a.png", PNG), ("b.exe", b"MZ\x90\0")))
    assert (empty.verdict, empty.parts) == ("unreadable", 0)
    assert [(v.key, v.severity) for v in empty.violations] == [
        ("document", "error"), ("a.png", "error"), ("b.exe", "error")
    ]  # fmt: skip
    assert wrong() == [f"set-aside:{empty.snapshot_id}"]


@pytest.mark.usefixtures("nothing_is_dropped")
def test_the_same_mail_again_changes_nothing(home: Home, taken_in: TakeIn, tmp_path: Path) -> None:
    path = mail(tmp_path, ("a.csv", written(DAYS[0])))
    assert [story.verdict for story in taken_in(path)] == ["opened", "accepted"]
    before = (home.archive / "receipts.jsonl").read_bytes()
    assert taken_in(path) == []
    assert (home.archive / "receipts.jsonl").read_bytes() == before


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_part_that_came_by_itself_before_is_seen_again_and_has_its_parent(
    home: Home, taken_in: TakeIn, tmp_path: Path, ask: Ask
) -> None:
    (tmp_path / "a.csv").write_bytes(written(DAYS[0]))
    taken_in(tmp_path / "a.csv")
    (container,) = taken_in(mail(tmp_path, ("copy.csv", written(DAYS[0]))))
    assert (container.verdict, container.parts) == ("opened", 1)
    assert ask("SELECT name, parent FROM raw.part") == [("copy.csv", container.sha256)]
    assert ask("SELECT name FROM raw.seen_again") == [("copy.csv",)]


@pytest.mark.usefixtures("nothing_is_dropped")
def test_the_senders_word_on_a_container_is_that_on_its_parts(home: Home, taken_in: TakeIn, tmp_path: Path) -> None:
    path = mail(tmp_path, ("a.csv", written(DAYS[0], dated=False)))
    assert [story.verdict for story in taken_in(path)] == ["opened", "quarantined"]
    stories = taken_in(path, as_of=DAYS[0])
    assert [(story.verdict, story.as_of) for story in stories] == [("opened", None), ("accepted", DAYS[0])]


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_zip_that_came_by_mail_is_opened_and_a_quarantined_part_stops_no_other(
    home: Home, taken_in: TakeIn, tmp_path: Path
) -> None:
    inner = zip_of(tmp_path / "inner.zip", ("a.csv", written(DAYS[0])), ("b.csv", b"\xff\xfe\x00"))
    broken = written(DAYS[1]).replace("กระบี่".encode(), "กระบี่่".encode(), 1).replace("ตรัง".encode(), b"x")
    container, *parts = taken_in(mail(tmp_path, ("inner.zip", inner.read_bytes()), ("c.csv", broken)))
    assert [(p.name, p.verdict) for p in parts] == [("inner.zip/a.csv", "accepted"), ("c.csv", "quarantined")]
    assert [v.key for v in container.violations] == ["inner.zip/b.csv"]
    assert parts[0].snapshot_id.startswith("a-")


@pytest.mark.usefixtures("nothing_is_dropped")
def test_the_inbox_opens_containers_and_their_parts_are_of_its_campaign(home: Home, tmp_path: Path) -> None:
    folder = home.inbox / "info-international-agreements"
    folder.mkdir(parents=True)
    mail(folder, ("a.csv", written(DAYS[0], title="")))
    assert Inbox.of(home).archive_new() == []
    assert [event.hints.campaign for event in waiting(home, None)] == ["info-international-agreements"] * 2
    assert [story.verdict for story in judged_everything(home)] == ["opened", "accepted"]


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_container_that_was_archived_without_its_parts_is_completed(
    home: Home, tmp_path: Path, taken_in: TakeIn
) -> None:
    # As an older Khrop took it in, or one that could read less of it.
    Archive(home.archive).take([incoming(home, three(tmp_path), campaign="info-international-agreements")])
    assert len(ledger(home)) == 1
    stories = judged_everything(home)
    assert [story.verdict for story in stories] == ["opened", "accepted", "accepted", "accepted"]
    assert [(r.parent, r.campaign) for r in ledger(home)[1:]] == [
        (stories[0].sha256, "info-international-agreements")
    ] * 3  # fmt: skip
    assert judged_everything(home) == []


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_kill_before_the_ledger_is_written_leaves_nothing_half_done(
    home: Home, tmp_path: Path, taken_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = three(tmp_path)
    with monkeypatch.context() as killed:
        killed.setattr("pipelines.archive.ledger.append", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            taken_in(path)
    assert ledger(home) == []
    assert len(Archive(home.archive).strays()) == 4
    assert len(taken_in(path)) == 4
    assert Archive(home.archive).strays() == []


@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_rebuild_from_the_archive_has_the_same_result(home: Home, tmp_path: Path, taken_in: TakeIn) -> None:
    inner = zip_of(tmp_path / "inner.zip", ("late.csv", written(DAYS[0], dated=False)))
    taken_in(three(tmp_path))
    path = mail(tmp_path, ("again.csv", written(DAYS[0])), ("inner.zip", inner.read_bytes()), ("x.png", PNG))
    taken_in(path)
    taken_in(path, as_of=DAYS[0])
    taken_in(mail(tmp_path, ("x.png", PNG), name="nothing.eml"))
    other = Home(home.root.with_name("anew"))
    shutil.copytree(home.archive, other.archive)
    judged_everything(other)
    assert held(other) == held(home)


@pytest.mark.usefixtures("nothing_is_dropped")
def test_show_names_the_parts_and_the_container(
    home: Home, tmp_path: Path, taken_in: TakeIn, run: Callable[..., Result]
) -> None:
    container, *parts = taken_in(three(tmp_path))
    result = run("show", container.snapshot_id)
    assert result.exit_code == 0
    for part in parts:
        assert f"khrop show {part.snapshot_id}" in result.stdout
    assert "ตรา.png was not taken: this is a picture" in result.stdout
    assert "came in   มิถุนายน.zip (as รายงาน ๔ มิ.ย. ๖๓.csv)" in run("show", parts[0].snapshot_id).stdout
    report = json.loads(run("show", container.snapshot_id, "--json").stdout)
    assert [(p["name"], p["verdict"]) for p in report["parts"]] == [(name, "accepted") for name in NAMES]
    report = json.loads(run("show", parts[1].snapshot_id, "--json").stdout)
    assert [(p["return"], p["name"]) for p in report["came_in"]] == [(container.snapshot_id, NAMES[1])]
    assert "1 opened" in run("status").stdout
    refused = run("accept", container.snapshot_id, "--by", "a", "--reason", "b")
    assert refused.exit_code == 2
    assert "is a container of returns" in refused.stderr


def test_read_judges_each_part_and_writes_nothing(home: Home, tmp_path: Path, run: Callable[..., Result]) -> None:
    path = three(tmp_path)
    result = run("read", path, "--json")
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["file"], line["verdict"]) for line in lines] == [
        (str(path), "opened"), *((f"{path}!{name}", "accepted") for name in NAMES)
    ]  # fmt: skip
    assert len(lines[0]["violations"]) == 2
    assert run("read", path).stdout.startswith(f"{path}: opened, 3 parts\n  warning readable")
    assert run("repair", path).exit_code == 2
    assert not home.root.exists()


@pytest.mark.usefixtures("nothing_is_dropped")
def test_verify_proves_parts_and_parents(
    home: Home, tmp_path: Path, taken_in: TakeIn, run: Callable[..., Result]
) -> None:
    path = three(tmp_path)
    container, part, *_ = taken_in(path)
    assert run("verify").stdout.endswith("\n4 files in the archive, 0 damaged.\n")
    lost = Archive(home.archive).path(part.sha256)
    lost.unlink()
    result = run("verify")
    assert result.exit_code == 1
    assert f"({path.name}!{part.name})" in result.stdout
    taken_in(path)  # the original again mends it
    assert run("verify").exit_code == 0
    receipts = home.archive / "receipts.jsonl"
    whole = receipts.read_bytes()
    receipts.write_bytes(b"".join(line for line in whole.splitlines(True) if b'"parent"' in line))
    assert f"no longer says how {container.sha256} came" in run("verify").stdout
    receipts.write_bytes(whole)


def test_the_command_takes_a_message_in(home: Home, tmp_path: Path, khrop: Callable[..., Any]) -> None:
    path = mail(tmp_path, ("a.csv", written(DAYS[0])), ("logo.png", PNG))
    result = khrop("ingest", path)
    assert (result.returncode, result.stderr) == (0, "")
    first, second = result.stdout.splitlines()
    assert first.split("  ")[0] == "opened"
    assert "1 part" in first
    assert "1 warning" in first
    assert second.startswith("accepted")
    again = [json.loads(line) for line in khrop("ingest", path, "--json").stdout.splitlines()]
    assert [(line["verdict"], line["parts"], line["new"]) for line in again] == [
        ("opened", 1, False), ("accepted", 0, False)
    ]  # fmt: skip
    rebuilt = khrop("rebuild")
    assert rebuilt.returncode == 0
    assert "(1 accepted, 1 opened)" in rebuilt.stdout


def test_an_office_document_is_no_container(tmp_path: Path, taken_in: TakeIn, ask: Ask) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
    (tmp_path / "book.xlsx").write_bytes(whole.getvalue())
    (story,) = taken_in(tmp_path / "book.xlsx")
    assert (story.verdict, story.parts) == ("unreadable", 0)
    assert ask("SELECT count(*) FROM raw.part") == [(0,)]
