"""What lies in a message (RFC 822, also a web page saved as MHTML).

Attachments, attached messages, and a body that holds a table. The parser is used for structure and bytes alone, which
it gives of any message; names are read here, because its own reading of headers raises on what mail programs really
write.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes, policy
from email.errors import CloseBoundaryNotFoundDefect, HeaderParseError
from email.header import decode_header
from email.message import Message
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pipelines.readers.document import Unreadable
from pipelines.readers.headings import could_head, field_of
from pipelines.readers.mail.enclosed import eight_bit
from pipelines.readers.texts.decoding import codec_of, decode

KNOWN_HEADINGS = 2
# None of these looks back or far ahead: a page of a million opened tags must not take a million times its length.
TAG = re.compile(r"<[^<>]*>")
ROW = re.compile(r"<tr\b", re.IGNORECASE)
CELL = re.compile(r"<t[dh]\b[^<>]*>", re.IGNORECASE)
CELL_END = re.compile(r"</t[dhr]\b", re.IGNORECASE)
FIGURE = re.compile(r"[0-9๐-๙]+")
SEPARATORS = re.compile(r"[\t,;|]")
SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
MOST_WORK = 50_000_000
"""Lines times boundaries that the parser compares, a part counting as a hundred: some seconds. A mail of 30 MB that was
forwarded ten times comes to a tenth of it."""
LONGEST_HEADER = 1 << 16
LONGEST_TEXT = 4_000
CUT = "(the end of the message)"

if TYPE_CHECKING:
    Mail = Message[str, str]


def members(data: bytes) -> tuple[list[tuple[str, Callable[[], Iterable[bytes]]]], str]:
    """Return what lies in a message, and what the message says itself, its subject first, where that is no table.

    Returns:
        Each part by its name with its bytes in pieces; the text.

    Raises:
        Unreadable: The message cannot be taken apart.
    """
    boundaries = data.lower().count(b"boundary")
    if data.count(b"\n") * boundaries + 100 * data.count(b"\n--") > MOST_WORK:
        raise _not_taken_apart()
    try:
        whole = message_from_bytes(data.removeprefix(b"\xef\xbb\xbf").lstrip(), policy=policy.compat32)
        if any(len(str(value)) > LONGEST_HEADER for part in whole.walk() for _, value in part.raw_items()):
            raise _not_taken_apart()
        leaves = list(_leaves(whole))
        cut = any(isinstance(d, CloseBoundaryNotFoundDefect) for part in whole.walk() for d in part.defects)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        raise _not_taken_apart() from None
    subject = _subject(whole)
    parts: list[tuple[str, Callable[[], Iterable[bytes]]]] = []
    parts += [(_name(part, n, subject), partial(_pieces, part)) for n, part in enumerate(leaves, start=1)]
    texts = [_own_text(part) for part in whole.walk() if not part.is_multipart() and _is_body(part)]
    text = "\n".join([subject, *texts])[:LONGEST_TEXT]
    return ([*parts, (CUT, _cut_short)] if cut else parts), text


def _own_text(part: Mail) -> str:
    """The text of a body that holds no table, without what it quotes."""
    if _table(part):
        return ""
    text = _plain(part)
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def _not_taken_apart() -> Unreadable:
    return Unreadable(
        "the message cannot be taken apart: its parts are too many, nested too deep or damaged; send its attachments"
        " alone",
        "แยกส่วนของอีเมลไม่ได้ อีเมลมีส่วนมากหรือซ้อนกันลึกเกินไป หรือเสียหาย กรุณาส่งเฉพาะไฟล์แนบ",
        expected="a whole message",
    )


def _leaves(part: Mail, *, alternative: bool = False) -> Iterator[Mail]:
    """The parts that hold something.

    Of a body that is there in several forms the last with a table whose figures the last of all has, too, which mail
    programs show; of any other body itself if it holds one.
    """
    if part.get_content_maintype() == "message" or not part.is_multipart():
        if alternative or not _is_body(part) or _table(part):
            yield part
        return
    several = part.get_content_type() == "multipart/alternative"
    within = [message for message in part.get_payload() if isinstance(message, Message)]
    inner = [leaf for message in within for leaf in _leaves(message, alternative=several)]
    if several:
        bodies = [leaf for leaf in inner if _is_body(leaf)]
        shown_leaf = next(
            (leaf for leaf in reversed(bodies) if _table(leaf) and _figures_shown(leaf, bodies[-1])), None
        )
        inner = [leaf for leaf in inner if leaf is shown_leaf or not _is_body(leaf)]
    yield from inner


def _figures_shown(part: Mail, shown: Mail) -> bool:
    """Whether a form of a body that mail programs show has all figures of another form of it."""
    if part is shown:
        return True
    own, others = (Counter(FIGURE.findall(_plain(leaf))) for leaf in (part, shown))
    return not own - others


def _plain(part: Mail) -> str:
    """A body without its tags."""
    try:
        text = _text(_bytes(part), part.get_content_charset() or "")
    except Unreadable:
        return ""
    return html.unescape(TAG.sub(" ", text)) if part.get_content_type() == "text/html" else text


def _is_body(part: Mail) -> bool:
    plain = part.get_content_type() in ("text/plain", "text/html")
    return plain and part.get_content_disposition() != "attachment" and not _filename(part)


def _pieces(part: Mail) -> Iterator[bytes]:
    kind = part.get_content_type()
    if kind in SEALED:
        raise Unreadable(
            "it is encrypted or sealed (S/MIME or PGP): send it without", "เข้ารหัสหรือผนึกไว้ (S/MIME หรือ PGP) กรุณาส่งแบบปกติ"
        )
    if kind in SIGNATURES:
        raise Unreadable("this is the signature of the message, not a return", "เป็นลายมือชื่อดิจิทัลของอีเมล ไม่ใช่รายงาน")
    if kind == "message/rfc822":
        yield _attached(part)
    elif part.get_content_maintype() in ("message", "multipart"):
        raise Unreadable(
            "this is a mail system's report, or one part of a message that came in several; send the attachments alone",
            "เป็นรายงานของระบบอีเมลหรืออีเมลที่ไม่ครบ กรุณาส่งเฉพาะไฟล์แนบ",
        )
    elif _is_body(part):
        # What the headers say of the encoding does not go with the bytes; a mark at their beginning does.
        yield codecs.BOM_UTF8 + _text(_bytes(part), part.get_content_charset() or "").removeprefix("\ufeff").encode()
    else:
        yield _bytes(part)


def _cut_short() -> Iterator[bytes]:
    raise Unreadable(
        "the message was cut short: its last part may lack its end; send it again",
        "อีเมลไม่ครบ ส่วนท้ายอาจขาดหาย กรุณาส่งใหม่",
    )
    yield b""  # which makes this a function that is asked for pieces


def _attached(part: Mail) -> bytes:
    inner = part.get_payload(0)
    assert isinstance(inner, Message)
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64":
        # Forbidden, and done all the same: the parser then takes the letters for the body of a message.
        try:
            return base64.b64decode(str(inner.get_payload()))
        except (binascii.Error, ValueError):
            raise Unreadable("the attached message is damaged; send it again", "อีเมลที่แนบมาเสียหาย กรุณาส่งใหม่") from None
    try:
        return inner.as_bytes(policy=policy.compat32.clone(mangle_from_=False))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the attached message is damaged; send it again", "อีเมลที่แนบมาเสียหาย กรุณาส่งใหม่") from None


def _bytes(part: Mail) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Unreadable("its bytes are damaged; send it again", "ข้อมูลเสียหาย กรุณาส่งใหม่") from None
    return data if isinstance(data, bytes) else b""


def _text(data: bytes, charset: str) -> str:
    """A body as text: in the encoding that its header names, or in the encoding that its bytes show."""
    try:
        return data.decode(codec_of(charset) or "utf-8")
    except (LookupError, ValueError):
        return decode(data)[0]


def _table(part: Mail) -> bool:
    """Whether a body holds a table: a row that could be its headings, in which at least two are known ones."""
    try:
        text = _text(_bytes(part), part.get_content_charset() or "")
    except Unreadable:
        return False
    if part.get_content_type() == "text/html":
        rows = [[_cell_text(cell) for cell in CELL.split(row)[1:]] for row in ROW.split(text)[1:]]
    else:
        rows = [SEPARATORS.split(line) for line in text.splitlines() if could_head(line)]
    return any(could_head("".join(row)) and sum(bool(field_of(c)) for c in row) >= KNOWN_HEADINGS for row in rows)


def _cell_text(cell: str) -> str:
    """The text of a cell of a page, from behind its tag."""
    return html.unescape(TAG.sub(" ", CELL_END.split(cell, maxsplit=1)[0]))


def _name(part: Mail, number: int, subject: str) -> str:
    """The name of a part: the one that was given to it, or one made of what it is."""
    if name := _filename(part):
        return name
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0)
        return f"{(_subject(inner) if isinstance(inner, Message) else '') or f'message-{number}'}.eml"
    if _is_body(part):
        return f"{subject or 'body'}.{'html' if part.get_content_type() == 'text/html' else 'txt'}"
    kind = part.get_content_subtype()
    return f"part-{number}{f'.{kind}' if kind.isalnum() and kind != 'plain' else ''}"


def _filename(part: Mail) -> str:
    """The name that an attachment bears, however it is encoded; of a page's picture the end of its address."""
    for header, field in (("content-disposition", "filename"), ("content-type", "name")):
        _in_signs(part, header)
        value = part.get_param(field, header=header)
        if isinstance(value, tuple):  # RFC 2231: encoding, language, bytes as letters
            charset, _, text = value
            return _decoded(str(text).encode("latin-1", "replace"), charset or "").strip()
        if isinstance(value, str) and value.strip():
            return _words(value).strip()
    if part.get_content_maintype() == "text":
        return ""  # the page itself has an address, too
    return unquote(_header(part, "content-location").rstrip("/").rpartition("/")[2])


def _in_signs(part: Mail, header: str) -> None:
    """Put a header whose bytes stand there unencoded into the signs that they mean."""
    raw = next((str(value) for name, value in part.raw_items() if name.lower() == header), "")
    if any("\ud800" <= sign <= "\udfff" for sign in raw):
        part.replace_header(header, eight_bit(raw.encode("utf-8", "surrogateescape")))


def _subject(message: Mail) -> str:
    """The subject, fit for a name: without the signs that lead to folders."""
    _in_signs(message, "subject")
    return re.sub(r"[/\\\s]+", " ", _words(_header(message, "subject")).replace("/", "-")).strip()


def _header(part: Mail, name: str) -> str:
    return re.sub(r"\r?\n[ \t]*", " ", str(part.get(name, "")))


def _words(text: str) -> str:
    """Encoded words (RFC 2047) as they read, also where they stand within quotes, in which they should not."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(p if isinstance(p, str) else _decoded(p, charset or "") for p, charset in pieces)


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(codec_of(charset) or "utf-8")
    except (LookupError, ValueError):
        return eight_bit(raw)
