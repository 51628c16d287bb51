"""Each notifier sends each problem once, and once more when it is resolved."""

from __future__ import annotations

import email
import email.message
import json
import logging
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines import campaigns
from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult
from pipelines.monitoring import alerts
from pipelines.monitoring.alerts import (
    MAIL,
    WEBHOOK,
    LogNotifier,
    MailNotifier,
    Notice,
    WebhookNotifier,
    notifiers,
    problems,
)
from pipelines.monitoring.health import HealthReport, Overdue, RuleViolations, archived, health_report, overdue
from warehouse.connect import Warehouse
from warehouse.tables import Conservation

TakeIn = Callable[..., list[IntakeResult]]
OPEN, CLOSED = "open-campaign", "info-international-agreements"
BEGUN = {"set-aside:x": "x is set aside"}


class RecordingNotifier:
    """A notifier that keeps the lines it sends, and raises `fault` where it is set."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self.fault: Exception | None = None

    def send(self, notices: Sequence[Notice]) -> None:
        if self.fault:
            raise self.fault
        self.lines += [notice.line() for notice in notices]


def test_a_problem_is_sent_once_and_once_more_when_it_is_resolved(home: Home) -> None:
    notifier = RecordingNotifier("a")
    for now in (BEGUN, BEGUN, {}, {}):
        alerts.notify(home, now, [notifier])
    assert notifier.lines == ["trouble: x is set aside", "resolved: x is set aside"]
    assert alerts.sent_alerts(home) == {}


def test_a_problem_that_comes_back_is_sent_again(home: Home) -> None:
    notifier = RecordingNotifier("a")
    for now in (BEGUN, {}, BEGUN):
        alerts.notify(home, now, [notifier])
    assert [line.split(":")[0] for line in notifier.lines] == ["trouble", "resolved", "trouble"]


@pytest.mark.parametrize("fault", [ConnectionRefusedError(111, "refused"), ValueError("no such host name")])
def test_a_notifier_that_failed_is_tried_again_and_the_others_send_nothing_twice(home: Home, fault: Exception) -> None:
    good, bad = RecordingNotifier("good"), RecordingNotifier("bad")
    bad.fault = fault
    assert [n.key for n in alerts.notify(home, BEGUN, [bad, good])] == ["set-aside:x"]
    assert alerts.unsent(bad, BEGUN, alerts.sent_alerts(home))
    assert not alerts.unsent(good, BEGUN, alerts.sent_alerts(home))
    bad.fault = None
    alerts.notify(home, BEGUN, [bad, good])
    assert bad.lines == good.lines == ["trouble: x is set aside"]
    bad.fault = fault
    alerts.notify(home, {}, [bad, good])
    bad.fault = None
    alerts.notify(home, {}, [bad, good])
    assert bad.lines == good.lines == ["trouble: x is set aside", "resolved: x is set aside"]


def test_a_notifier_that_never_sent_a_problem_does_not_send_its_resolution(home: Home) -> None:
    early, later = RecordingNotifier("early"), RecordingNotifier("later")
    alerts.notify(home, BEGUN, [early])
    alerts.notify(home, {}, [early, later])
    assert later.lines == []


def test_a_new_notifier_sends_every_present_problem(home: Home) -> None:
    alerts.notify(home, BEGUN, [RecordingNotifier("old")])
    new = RecordingNotifier("new")
    alerts.notify(home, BEGUN, [RecordingNotifier("old"), new])
    assert new.lines == ["trouble: x is set aside"]


def test_where_the_record_is_lost_everything_is_sent_again(home: Home) -> None:
    alerts.notify(home, BEGUN, [RecordingNotifier("a")])
    (home.root / "alerts.json").write_text("")
    notifier = RecordingNotifier("a")
    alerts.notify(home, BEGUN, [notifier])
    assert notifier.lines == ["trouble: x is set aside"]


def test_the_log_has_problems_as_warnings_and_their_resolution_as_information(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "khrop.alerts"):
        LogNotifier().send([Notice("k", "x", False), Notice("k", "x", True)])
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("WARNING", "trouble: x"),
        ("INFO", "resolved: x"),
    ]


# --- over the wire -----------------------------------------------------------------------------------------------


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def web(no_proxy: None) -> Iterator[tuple[str, list[tuple[str, bytes]], list[bytes]]]:
    """A web server: its address, what was posted to it, and the answers it gives next (200 where none is left)."""
    posted: list[tuple[str, bytes]] = []
    answers: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.headers["Content-Type"], body))
            self.wfile.write(answers.pop(0) if answers else b"HTTP/1.0 200 OK\r\n\r\n")

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server, serving(server):
        yield f"http://127.0.0.1:{server.server_port}/hook", posted, answers


def test_a_webhook_gets_json(home: Home, web: tuple[str, list[tuple[str, bytes]], list[bytes]]) -> None:
    address, posted, _ = web
    thai = {"set-aside:x": "แถวที่ ๓ ไม่สมดุล"}
    alerts.notify(home, thai, [WebhookNotifier(address)])
    alerts.notify(home, {}, [WebhookNotifier(address)])
    assert [kind for kind, _ in posted] == ["application/json; charset=utf-8"] * 2
    assert [json.loads(body) for _, body in posted] == [
        {
            "text": f"{word}: {thai['set-aside:x']}",
            "notices": [{"key": "set-aside:x", "text": thai["set-aside:x"], "resolved": word == "resolved"}],
        }
        for word in ("trouble", "resolved")
    ]


@pytest.mark.parametrize("answer", [b"HTTP/1.0 503 Busy\r\n\r\n", b"this is no HTTP\r\n\r\n", b""])
def test_a_webhook_that_answers_badly_is_tried_again_next_time(
    home: Home, web: tuple[str, list[tuple[str, bytes]], list[bytes]], answer: bytes
) -> None:
    address, posted, answers = web
    answers.append(answer)
    assert alerts.notify(home, BEGUN, [WebhookNotifier(address)]) == []
    assert len(alerts.notify(home, BEGUN, [WebhookNotifier(address)])) == 1
    assert len(posted) == 2


@pytest.fixture
def mail_server() -> Iterator[tuple[int, list[email.message.EmailMessage]]]:
    """An SMTP server that takes every mail: its port, and the mails."""
    letters: list[Any] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    letter = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        letter += part
                    letters.append(email.message_from_bytes(letter, policy=default))
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Session) as server, serving(server):
        yield server.server_address[1], letters


def test_a_mail_has_the_first_problem_in_its_subject_and_all_in_its_body(
    home: Home, mail_server: tuple[int, list[email.message.EmailMessage]]
) -> None:
    port, letters = mail_server
    notifier = MailNotifier(f"smtp://127.0.0.1:{port}?from=khrop@example.org&to=a@example.org&to=b@example.org")
    alerts.notify(home, {"set-aside:x": "แถวที่ ๓ ไม่สมดุล", "set-aside:y": "y is set aside"}, [notifier])
    (letter,) = letters
    assert letter["To"] == "a@example.org, b@example.org"
    assert letter["Subject"] == "Khrop: trouble: แถวที่ ๓ ไม่สมดุล (+1)"
    assert letter.get_content().splitlines() == ["trouble: แถวที่ ๓ ไม่สมดุล", "trouble: y is set aside"]


def test_a_password_is_not_sent_to_a_mail_server_without_tls(
    home: Home, mail_server: tuple[int, list[email.message.EmailMessage]]
) -> None:
    port, letters = mail_server
    notifier = MailNotifier(f"smtp://user:secret@127.0.0.1:{port}?from=a@example.org&to=b@example.org")
    assert alerts.notify(home, BEGUN, [notifier]) == []
    assert letters == []
    assert alerts.unsent(notifier, BEGUN, alerts.sent_alerts(home)), "it is tried again next time"


def test_a_mail_server_that_is_closed_is_tried_again_next_time(home: Home) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as closed:
        port = closed.server_address[1]
    notifier = MailNotifier(f"smtp://127.0.0.1:{port}?from=a@example.org&to=b@example.org")
    assert alerts.notify(home, BEGUN, [notifier]) == []
    assert alerts.unsent(notifier, BEGUN, alerts.sent_alerts(home))


def test_the_environment_names_the_notifiers_and_the_log_is_always_among_them() -> None:
    assert [notifier.name for notifier in notifiers({})] == ["log"]
    address = "smtp://mail.example.org?from=a@example.org&to=b@example.org"
    configured = notifiers({WEBHOOK: "https://example.org/hook", MAIL: address})
    assert [notifier.name for notifier in configured] == ["log", "webhook", "mail"]


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        (WEBHOOK, "file:///etc/secret"),
        (MAIL, "smtp://user:secret@mail.example.org?from=a@example.org"),
        (MAIL, "http://mail.example.org?from=a@example.org&to=b@example.org&secret"),
    ],
)
def test_an_unusable_address_is_refused_without_giving_away_what_it_holds(variable: str, address: str) -> None:
    with pytest.raises(ValueError, match=variable) as refusal:
        notifiers({variable: address})
    assert "secret" not in str(refusal.value)


# --- what counts as a problem ------------------------------------------------------------------------------------


def report(**parts: Any) -> HealthReport:
    return HealthReport(**{"rules": (), "conservation": (), "overdue": (), **parts})


def test_a_return_that_is_set_aside_is_one_problem_however_many_rules_it_breaks() -> None:
    first = RuleViolations("balance", "error", 2, (("a-1", "text!R3", "row 3 does not balance"),))
    second = RuleViolations("totals-match", "error", 1, (("a-1", "", "the sum is off"),))
    warned = RuleViolations("claims-match", "warning", 1, (("b-2", "", "3.71 against 3.72"),))
    texts = problems(report(rules=(first, second, warned)))
    assert list(texts) == ["set-aside:a-1"]
    assert texts["set-aside:a-1"].startswith("a-1 is set aside: row 3 does not balance, line 3; see khrop show a-1")
    assert "totals-match" in texts["set-aside:a-1"]


def test_text_of_a_document_stays_on_one_line() -> None:
    broken = RuleViolations(
        "provinces-complete", "error", 1, (("a-1", "", "'กระ\r\nBcc: x@example.org\x1b[2J' is unknown"),)
    )
    (text,) = problems(report(rules=(broken,))).values()
    assert text.isprintable()


def test_what_is_not_accounted_for_is_a_problem() -> None:
    lost = Conservation("rows", 76, 75, {})
    whole = Conservation("returns", 1, 1, {})
    assert list(problems(report(conservation=(lost, whole)))) == ["conservation:rows"]


def test_what_is_overdue_is_a_problem() -> None:
    late = Overdue(OPEN, None, date(2026, 1, 15))
    assert problems(report(overdue=(late,))) == {
        f"overdue:{OPEN}": f"a return of {OPEN} was due on 2026-01-15; none has come"
    }


@pytest.fixture
def two_campaigns(home: Home) -> dict[str, campaigns.Campaign]:
    """The bundled campaign, which is closed, and a campaign open since 2026-01-01 with a return due every 14 days."""
    folder = home.root / "campaigns"
    folder.mkdir(parents=True)
    (folder / f"{OPEN}.toml").write_text(
        f'id = "{OPEN}"\ntitle_th = "ก"\ntitle_en = "a"\n'
        "opened_on = 2026-01-01\ndeadline = 2026-12-31\nevery_days = 14\n"
    )
    return campaigns.load(home.root)


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (datetime(2026, 1, 15, 16, 59, tzinfo=UTC), []),  # still the 15th in Bangkok, the day on which it is due
        (datetime(2026, 1, 15, 17, 0, tzinfo=UTC), [OPEN]),  # the 16th in Bangkok
        (datetime(2027, 6, 1, tzinfo=UTC), [OPEN]),  # past the deadline, not closed
    ],
)
def test_only_an_open_campaign_waits_for_a_return(
    home: Home,
    taken_in: TakeIn,
    two_campaigns: dict[str, campaigns.Campaign],
    sample: Path,
    moment: datetime,
    late: list[str],
) -> None:
    taken_in(sample)
    with Warehouse(home.warehouse).reading() as connection:
        assert [o.campaign_id for o in overdue(connection, two_campaigns, moment)] == late


def test_a_campaign_is_overdue_until_the_day_it_is_closed(home: Home, taken_in: TakeIn, sample: Path) -> None:
    taken_in(sample)
    known = campaigns.load(home.root)
    closed = datetime(2020, 8, 31, 12, tzinfo=UTC)
    with Warehouse(home.warehouse).reading() as connection:
        assert [(o.last_as_of, o.due) for o in overdue(connection, known, closed)] == [
            (date(2020, 6, 11), date(2020, 6, 25))
        ]
        assert overdue(connection, known, closed + timedelta(days=1)) == ()


def present_problems(home: Home) -> dict[str, str]:
    with Warehouse(home.warehouse).reading() as connection:
        report = health_report(home, connection, campaigns.load(home.root), datetime.now(UTC), archived(home))
    return problems(report)


def test_a_corrected_return_resolves_the_problem_of_the_broken_return(
    home: Home, taken_in: TakeIn, returns: Path, tmp_path: Path
) -> None:
    good = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    lost_a_row = tmp_path / "broken.csv"
    lost_a_row.write_text("".join(line for line in good.read_text("utf-8").splitlines(True) if "จันทบุรี" not in line))
    (broken,) = taken_in(lost_a_row)
    assert list(present_problems(home)) == [f"set-aside:{broken.snapshot_id}"]
    (mended,) = taken_in(good)
    assert mended.as_of == broken.as_of
    assert present_problems(home) == {}


def test_a_broken_return_without_a_date_is_resolved_by_what_comes_from_the_same_place(
    home: Home, taken_in: TakeIn, sample: Path, tmp_path: Path
) -> None:
    place = tmp_path / "return.txt"
    place.write_bytes(b"\x00\x01 half of it")
    (unreadable,) = taken_in(place)
    assert unreadable.verdict == "unreadable"
    assert list(present_problems(home)) == [f"set-aside:{unreadable.snapshot_id}"]
    place.write_bytes(sample.read_bytes())
    taken_in(place)
    assert present_problems(home) == {}


def test_a_return_that_comes_in_while_a_run_goes_on_is_not_missed_by_that_run(
    home: Home, taken_in: TakeIn, sample: Path, tmp_path: Path
) -> None:
    from pipelines.archive.store import Archive, Incoming

    taken_in(sample)
    seen_by_the_run = archived(home)
    late = tmp_path / "late.csv"
    late.write_text("a")
    Archive(home.archive).take([Incoming(late, str(late))])
    with Warehouse(home.warehouse).reading() as connection:
        known = campaigns.load(home.root)
        held = health_report(home, connection, known, datetime.now(UTC), seen_by_the_run)
        dropped = health_report(home, connection, known, datetime.now(UTC), archived(home))
    assert [c.holds for c in held.conservation] == [True, True]
    assert [c.holds for c in dropped.conservation] == [False, True]
