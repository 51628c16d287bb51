"""Notifying people of problems: of each problem once, and once more when it is resolved.

One interface, three notifiers: the log (always), a JSON webhook, e-mail. What was sent by which notifier is recorded in
`alerts.json`; what could not be sent is sent next time. What counts as a problem belongs in
`pipelines.monitoring.health`.
"""

from __future__ import annotations

import json
import logging
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from khrop.model.terminal_text import printable
from pipelines.home import Home
from pipelines.monitoring.health import HealthReport
from pipelines.readers.document import where

LOG = logging.getLogger("khrop.alerts")
WEBHOOK, MAIL = "KHROP_ALERT_WEBHOOK", "KHROP_ALERT_MAIL"
TIMEOUT = 10
"""Seconds to wait for a web or mail server."""
SUBJECT = 120
"""Characters of a mail's subject."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem that began or was resolved.

    Attributes:
        key: Its name, the same as long as it lasts.
        text: A description in one line.
        resolved: Whether it was resolved.
    """

    key: str
    text: str
    resolved: bool

    def line(self) -> str:
        """Return the notice as a line of a log or message."""
        return f"{'resolved' if self.resolved else 'trouble'}: {self.text}"


class Notifier(Protocol):
    """A way to send notices."""

    name: str
    """Its name in `alerts.json`."""

    def send(self, notices: Sequence[Notice]) -> None:
        """Send notices, all or none.

        Raises:
            OSError: Where they could not be sent; they are sent next time.
            ValueError: Likewise.
        """


class LogNotifier:
    """Notices as lines of the log `khrop.alerts`."""

    name = "log"

    def send(self, notices: Sequence[Notice]) -> None:
        """Log problems as warnings, and their resolution as information."""
        for notice in notices:
            LOG.log(logging.INFO if notice.resolved else logging.WARNING, "%s", notice.line())


class WebhookNotifier:
    """A POST of JSON: {"text": all in one, "notices": [{key, text, resolved}]}."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        """Check the address.

        Args:
            url: An http or https address.

        Raises:
            ValueError: Where it is another.
        """
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{WEBHOOK} is unusable, expected an http or https address")  # it may hold a secret
        self.url = url

    def send(self, notices: Sequence[Notice]) -> None:
        """Post all notices in one request.

        Raises:
            OSError: Where the server cannot be reached, or answers with an error or with no HTTP.
        """
        text = "\n".join(n.line() for n in notices)
        body = json.dumps({"text": text, "notices": [asdict(n) for n in notices]}, ensure_ascii=False)
        request = urllib.request.Request(
            self.url, body.encode("utf-8"), {"Content-Type": "application/json; charset=utf-8"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):
                pass
        except HTTPException as error:  # an answer that is no HTTP; all else that goes wrong is an OSError
            raise OSError(f"{type(error).__name__}: {error}") from error


class MailNotifier:
    """E-mail through `smtp://[user:password@]host[:port]?from=…&to=…`.

    The scheme smtps means TLS from the start, smtp TLS where the server offers it; without TLS no password is sent.
    """

    name = "mail"

    def __init__(self, address: str) -> None:
        """Check and split the address.

        Args:
            address: The address, with a query that names sender and recipients.

        Raises:
            ValueError: Where it is unusable.
        """
        parts, self.query = urlsplit(address), parse_qs(urlsplit(address).query)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not {"from", "to"} <= set(self.query):
            raise ValueError(f"{MAIL} is unusable, expected smtp://host:25?from=a@example.org&to=b@example.org")
        self.parts, self.port = parts, parts.port or (465 if parts.scheme == "smtps" else 25)

    def send(self, notices: Sequence[Notice]) -> None:
        """Send all notices in one mail.

        Raises:
            OSError: Where the server cannot be reached, refuses, or offers no TLS for the password.
        """
        message = EmailMessage()
        message["From"], message["To"] = self.query["from"][0], ", ".join(self.query["to"])
        more = f" (+{len(notices) - 1})" if notices[1:] else ""
        message["Subject"] = f"Khrop: {notices[0].line()}"[:SUBJECT] + more
        message.set_content("\n".join(n.line() for n in notices))
        host = str(self.parts.hostname)
        server: smtplib.SMTP
        if self.parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, self.port, timeout=TIMEOUT)
        with server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif self.parts.username and self.parts.scheme == "smtp":
                raise OSError("the mail server offers no TLS, and a password is not sent in the clear")
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
            server.send_message(message)


def notifiers(environment: Mapping[str, str] = os.environ) -> list[Notifier]:
    """Return the notifiers that the environment names, the log always among them.

    Raises:
        ValueError: Where an address is unusable.
    """
    configured: list[Notifier] = [LogNotifier()]
    if url := environment.get(WEBHOOK):
        configured.append(WebhookNotifier(url))
    if address := environment.get(MAIL):
        configured.append(MailNotifier(address))
    return configured


def usable_notifiers(environment: Mapping[str, str] = os.environ) -> list[Notifier]:
    """Return the notifiers that the environment names, or the log alone where an address is unusable (logged)."""
    try:
        return notifiers(environment)
    except ValueError as error:
        LOG.error("%s; alerts go to the log alone", error)
        return [LogNotifier()]


def problems(report: HealthReport) -> dict[str, str]:
    """Return the problems that need a person: returns set aside, conservation, overdue returns.

    Args:
        report: The present state of a home.

    Returns:
        A description in one line by the problem's key.
    """
    texts: dict[str, str] = {}
    for rule in report.rules:
        for name, place, message in rule.firsts if rule.severity == "error" else ():
            key = f"set-aside:{name}"
            at = f", {where(place)}" if place else ""
            first = f"{name} is set aside: {message}{at}; see khrop show {name}; it breaks {rule.rule_id}"
            texts[key] = f"{texts[key]}; {rule.rule_id}" if key in texts else first
    for item in report.conservation:
        if not item.holds:
            text = f"{item.name} are not all accounted for: {item.counted} ≠ {item.accounted}"
            texts[f"conservation:{item.name}"] = text
    for late in report.overdue:
        since = f"the last is of {late.last_as_of}" if late.last_as_of else "none has come"
        texts[f"overdue:{late.campaign_id}"] = f"a return of {late.campaign_id} was due on {late.due}; {since}"
    return {key: printable(text) for key, text in texts.items()}


Records = dict[str, dict[str, object]]
"""By a problem's key its text, `since` when, and the names of the notifiers that sent it (`to`)."""


def sent_alerts(home: Home) -> Records:
    """Return the problems that were sent and are not resolved.

    Where the record is lost everything is sent again: better twice than never.
    """
    try:
        records: Records = json.loads(_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        LOG.error("%s cannot be read; all present problems are sent again", _file(home))
        return {}
    return records


def unsent(notifier: Notifier, present: Mapping[str, str], records: Records) -> tuple[Notice, ...]:
    """Return what a notifier has not sent yet.

    Args:
        notifier: The notifier.
        present: The present problems, see `problems`.
        records: What was sent, see `sent_alerts`.

    Returns:
        The problems that began, then those that are resolved.
    """
    begun = (Notice(k, t, False) for k, t in present.items() if notifier.name not in _to(records.get(k)))
    ended = (
        Notice(k, str(entry["text"]), True)
        for k, entry in records.items()
        if k not in present and notifier.name in _to(entry)
    )
    return (*begun, *ended)


def notify(home: Home, present: Mapping[str, str], notifiers: Sequence[Notifier]) -> list[Notice]:
    """Send by each notifier what it has not sent yet, and record what was sent.

    Args:
        home: The home, whose `alerts.json` is read and written.
        present: The present problems, see `problems`.
        notifiers: The notifiers; one that fails is logged and does not stop the others.

    Returns:
        The notices that at least one notifier sent.
    """
    records = sent_alerts(home)
    sent: list[Notice] = []
    for notifier in notifiers:
        notices = unsent(notifier, present, records)
        if not notices:
            continue
        try:
            notifier.send(notices)
        except (OSError, ValueError) as error:
            LOG.error("could not send by %s: %s; it is tried again next time", notifier.name, error)
            continue
        for notice in notices:
            since = datetime.now(UTC).isoformat(timespec="seconds")
            entry = records.setdefault(notice.key, {"text": notice.text, "since": since, "to": []})
            others = [name for name in _to(entry) if name != notifier.name]
            entry["to"] = others if notice.resolved else [*others, notifier.name]
        sent += [n for n in notices if n not in sent]
    if sent:
        _write(home, {k: e for k, e in records.items() if k in present or _to(e)})
    return sent


def _to(entry: Mapping[str, object] | None) -> list[str]:
    to = entry.get("to") if entry else None
    return list(to) if isinstance(to, list) else []


def _file(home: Home) -> Path:
    return home.alerts


def _write(home: Home, records: Mapping[str, object]) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    temporary = _file(home).with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, _file(home))
