"""Telling people of trouble: each trouble once, and once more when it is resolved.

One interface, three ways: the log (always), a JSON webhook, e-mail. What was told to whom is remembered in
`alerts.json`; what could not be sent is sent next time. What counts as trouble belongs in
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
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from pipelines.home import Home
from pipelines.monitoring.health import Troubles
from pipelines.readers.document import where

LOG = logging.getLogger("khrop.alerts")
WEBHOOK, MAIL = "KHROP_ALERT_WEBHOOK", "KHROP_ALERT_MAIL"
TIMEOUT = 10
SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Notice:
    """A trouble that began (`resolved` is false) or ended. `key` names it, `text` says it in one line."""

    key: str
    text: str
    resolved: bool

    def line(self) -> str:
        return f"{'resolved' if self.resolved else 'trouble'}: {self.text}"


class Notifier(Protocol):
    """A way to tell: `send` raises `OSError` or `ValueError` where it could not, and is asked again next time."""

    name: str

    def send(self, notices: Sequence[Notice]) -> None: ...


class LogNotifier:
    """Into the program's log."""

    name = "log"

    def send(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            LOG.log(logging.INFO if notice.resolved else logging.WARNING, "%s", notice.line())


class WebhookNotifier:
    """A POST of JSON: {"text": all in one, "notices": [{key, text, resolved}]}."""

    name = "webhook"

    def __init__(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{WEBHOOK} is unusable, expected an http or https address")  # it may hold a secret
        self.url = url

    def send(self, notices: Sequence[Notice]) -> None:
        said = [{"key": n.key, "text": n.text, "resolved": n.resolved} for n in notices]
        body = json.dumps({"text": "\n".join(n.line() for n in notices), "notices": said}, ensure_ascii=False)
        request = urllib.request.Request(
            self.url, body.encode("utf-8"), {"Content-Type": "application/json; charset=utf-8"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):
                pass
        except HTTPException as error:  # an answer that is no HTTP; all else that goes wrong is an OSError
            raise OSError(f"{type(error).__name__}: {error}") from error


class MailNotifier:
    """E-mail through `smtp://[user:password@]host[:port]?from=…&to=…`: smtps for TLS from the start, smtp for TLS
    where the server offers it; without TLS no password is sent.
    """

    name = "mail"

    def __init__(self, address: str) -> None:
        parts, self.query = urlsplit(address), parse_qs(urlsplit(address).query)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not {"from", "to"} <= set(self.query):
            raise ValueError(f"{MAIL} is unusable, expected smtp://host:25?from=a@example.org&to=b@example.org")
        self.parts, self.port = parts, parts.port or (465 if parts.scheme == "smtps" else 25)

    def send(self, notices: Sequence[Notice]) -> None:
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
    """The ways that the environment names; the log is always one. Raises `ValueError` on an unusable address."""
    ways: list[Notifier] = [LogNotifier()]
    if url := environment.get(WEBHOOK):
        ways.append(WebhookNotifier(url))
    if address := environment.get(MAIL):
        ways.append(MailNotifier(address))
    return ways


def usable_notifiers(environment: Mapping[str, str] = os.environ) -> list[Notifier]:
    """The ways that the environment names, or the log alone where an address is unusable, which the log is told."""
    try:
        return notifiers(environment)
    except ValueError as error:
        LOG.error("%s; only the log is told", error)
        return [LogNotifier()]


def standing(found: Troubles) -> dict[str, str]:
    """The troubles that someone should hear of, by key: returns set aside, conservation, what is overdue."""
    texts: dict[str, str] = {}
    for broken in found.rules:
        for name, place, message in broken.firsts if broken.severity == "error" else ():
            key = f"set-aside:{name}"
            at = f", {where(place)}" if place else ""
            texts[key] = (
                f"{texts[key]}; {broken.rule_id}"
                if key in texts
                else (f"{name} is set aside: {message}{at}; see khrop show {name}; it breaks {broken.rule_id}")
            )
    for kept in found.conservation:
        if not kept.kept:
            texts[f"conservation:{kept.name}"] = (
                f"{kept.name} are not all accounted for: {kept.counted} ≠ {kept.accounted}"
            )
    for late in found.overdue:
        since = f"the last is of {late.last_as_of}" if late.last_as_of else "none has come"
        texts[f"overdue:{late.campaign_id}"] = f"a return of {late.campaign_id} was due on {late.due}; {since}"
    return {key: _one_line(text) for key, text in texts.items()}


def _one_line(text: str) -> str:
    """Text that quotes a document, fit for one line of a log or the subject of a letter."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def told(home: Home) -> dict[str, dict[str, object]]:
    """What has been told and not resolved: by key its text, since when, and to whom. Where that is lost, all is told
    again: better twice than never.
    """
    try:
        known: dict[str, dict[str, object]] = json.loads(_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        LOG.error("%s cannot be read; all that stands is told again", _file(home))
        return {}
    return known


def news(
    way: Notifier, now_standing: Mapping[str, str], known: Mapping[str, Mapping[str, object]]
) -> tuple[Notice, ...]:
    """What this way has not been told yet: troubles that began, then those that are resolved."""
    begun = (Notice(k, t, False) for k, t in now_standing.items() if way.name not in _to(known.get(k)))
    ended = (
        Notice(k, str(entry["text"]), True)
        for k, entry in known.items()
        if k not in now_standing and way.name in _to(entry)
    )
    return (*begun, *ended)


def tell(home: Home, now_standing: Mapping[str, str], ways: Sequence[Notifier]) -> list[Notice]:
    """Tell each way what it has not been told yet, and what has been resolved since; remember what was sent."""
    known = told(home)
    sent: list[Notice] = []
    for way in ways:
        notices = news(way, now_standing, known)
        if not notices:
            continue
        try:
            way.send(notices)
        except (OSError, ValueError) as error:
            LOG.error("could not tell by %s: %s; it is tried again next time", way.name, error)
            continue
        for notice in notices:
            entry = known.setdefault(
                notice.key,
                {"text": notice.text, "since": datetime.now(UTC).isoformat(timespec="seconds"), "to": []},
            )
            others = [name for name in _to(entry) if name != way.name]
            entry["to"] = others if notice.resolved else [*others, way.name]
        sent += [n for n in notices if n not in sent]
    if sent:
        _remember(home, {k: e for k, e in known.items() if k in now_standing or _to(e)})
    return sent


def _to(entry: Mapping[str, object] | None) -> list[str]:
    to = entry.get("to") if entry else None
    return list(to) if isinstance(to, list) else []


def _file(home: Home) -> Path:
    return home.root / "alerts.json"


def _remember(home: Home, known: Mapping[str, object]) -> None:
    home.root.mkdir(parents=True, exist_ok=True)
    temporary = _file(home).with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, _file(home))
