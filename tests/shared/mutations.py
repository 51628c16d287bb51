"""Documents spoilt by chance: bytes, the XML of packages, the streams of PDFs and the lines of texts.

Here belongs how a document is spoilt. What a reader owes a spoilt document belongs in the tests. Nothing here alters
two figures so that they agree: that nobody could tell.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from random import Random

Spoil = Callable[[Random, bytes, bytes], bytes]
"""A chance, a document, and another of its form: the document spoilt."""

TEXT = re.compile(rb">([^<>]+)<")
TAG = re.compile(rb"</?[A-Za-z][^<>]*>")
LEAF = re.compile(rb"<([A-Za-z][\w:]*)\b[^<>]*>[^<>]*</\1>")
ATTRIBUTE = re.compile(rb"\s([\w:-]+)=\"([^\"]*)\"")
DIGIT = re.compile(rb"[0-9]|\xe0\xb9[\x90-\x99]")
TOKEN = re.compile(rb"[^\s<>\[\]()/]+")
STREAM = re.compile(rb"\bstream\r?\n")
ROOT = re.compile(rb"/Root\s+(\d+) 0 R")
OBJECT = re.compile(rb"(?:^|[\r\n])(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
ODD_VALUES = (
    b"", b"0", b"-1", b"1", b"999999999999", b"9" * 400, b"1e308", b"-1e-308", b"NaN", b"=1+1", b"&amp;",
    b"\xe0\xb9\x92",    "รวม".encode(), "จังหวัด".encode(), b"A1", b"XFD1048576", b"ZZZZ9999999", b"true", b"[Red]0.0%",
    b"\xff\xfe",
)  # fmt: skip
ODD_XML = (
    b"&#0;", b"&#x110000;", b"&lol;", b"&amp;", b"<![CDATA[9]]>", b"<!-- 9 -->", b"<?x y?>", b"<", b"</", b"]]>", b"\0",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>", b"&#3665;", b"\xe2\x80\x8b", b"\xe2\x80\xae",
)  # fmt: skip
ODD_ATTRIBUTES = (
    b' table:number-columns-repeated="1000000000"', b' table:number-rows-repeated="1000000000"', b' colspan="99999999"',
    b' rowspan="99999999"', b' rowspan="2"', b' w:val="99999999"', b' r="XFD1048576"', b' r="C3"', b' s="99999999"',
    b' t="s"', b' t="b"', b' t="inlineStr"', b' hidden="1"', b' text:c="999999999"', b' style="display:none"',
    b' hidden', b' xml:space="preserve"', b' office:value="1"', b' office:value-type="percentage"',
    b' data-sheets-value="{}"',
)  # fmt: skip


# --- bytes ------------------------------------------------------------------------------------------------


def flipped(chance: Random, data: bytes, _: bytes) -> bytes:
    """Some bytes are others."""
    spoilt = bytearray(data)
    for _n in range(chance.randint(1, 8)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def cut(chance: Random, data: bytes, _: bytes) -> bytes:
    """The end is missing, or the beginning."""
    at = chance.randrange(len(data))
    return data[at:] if chance.randrange(8) == 0 else data[:at]


def spliced(chance: Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one with the end of another."""
    at = chance.randrange(len(data))
    return data[:at] + other[at if chance.randrange(2) else chance.randrange(len(other)) :]


def repeated(chance: Random, data: bytes, _: bytes) -> bytes:
    """A block is there twice, or many times."""
    begin, end = _block(chance, data)
    return data[:end] + data[begin:end] * chance.choice((1, 1, 1, 20)) + data[end:]


def without_block(chance: Random, data: bytes, _: bytes) -> bytes:
    """A block is missing, or nothing but zeros."""
    begin, end = _block(chance, data)
    return data[:begin] + (b"\0" * (end - begin) if chance.randrange(3) == 0 else b"") + data[end:]


def other_digit(chance: Random, data: bytes, _: bytes) -> bytes:
    """A digit, of either kind, is another."""
    return _at_one(chance, DIGIT, data, lambda found: found[:-1] + bytes([found[-1] & 0xF0 | chance.randrange(10)]))


BYTES: tuple[Spoil, ...] = (flipped, cut, spliced, repeated, without_block)


# --- texts ------------------------------------------------------------------------------------------------


def lines(chance: Random, data: bytes, other: bytes) -> bytes:
    """A line is missing, twice there, empty, joined to the next, of another text, or has cells that moved."""
    every, others = data.split(b"\n"), other.split(b"\n")
    at = chance.randrange(len(every))
    separator = max((b",", b"\t", b";"), key=every[at].count)
    cells = every[at].split(separator)
    cell = chance.randrange(len(cells))
    every[at : at + 1] = chance.choice((
        [], [every[at]] * 2, [b""], [every[at], b""], [every[at] + b" " + every[at][:40]],
        [others[min(at, len(others) - 1)]], [separator.join(cells[:cell] + cells[cell + 1 :])],
        [separator.join([*cells[:cell], b"", *cells[cell:]])], [separator.join([*cells[:cell], b'"', *cells[cell:]])],
        [separator.join([*cells[:cell], chance.choice(ODD_VALUES), *cells[cell + 1 :]])],
    ))  # fmt: skip
    return b"\n".join(every)


TEXTS: tuple[Spoil, ...] = (*BYTES, other_digit, other_digit, lines, lines, lines)


# --- XML and HTML -----------------------------------------------------------------------------------------


def xml(chance: Random, data: bytes, other: bytes) -> bytes:
    """A value, tag, element or attribute is missing, another, or there twice; or something odd stands in between."""
    # Most leave the XML well-formed: what is not is refused by the parser, whatever it says.
    ways = (*(_value, _attribute) * 4, *(other_digit,) * 3, *(_leaf, _between, _odd) * 2, _tag, spliced)
    return chance.choice(ways)(chance, data, other)


def _value(chance: Random, data: bytes, other: bytes) -> bytes:
    return _at_one(chance, TEXT, data, lambda _: b">" + _odd_value(chance, TEXT, other, 1) + b"<")


def _tag(chance: Random, data: bytes, other: bytes) -> bytes:
    return _at_one(chance, TAG, data, lambda tag: b"" if chance.randrange(2) else tag + _some(chance, TAG, other))


def _leaf(chance: Random, data: bytes, other: bytes) -> bytes:
    return _at_one(chance, LEAF, data, lambda leaf: chance.choice((b"", leaf * 2, _some(chance, LEAF, other))))


def _attribute(chance: Random, data: bytes, other: bytes) -> bytes:
    def changed(found: bytes) -> bytes:
        name = found.partition(b"=")[0]
        return chance.choice((b"", name + b'="' + _odd_value(chance, ATTRIBUTE, other, 2) + b'"', found * 2))

    return _at_one(chance, ATTRIBUTE, data, changed)


def _odd(chance: Random, data: bytes, other: bytes) -> bytes:
    if chance.randrange(2):
        return _at_one(chance, TEXT, data, lambda text: text[:-1] + chance.choice(ODD_XML) + b"<")
    return _at_one(
        chance, TAG, data, lambda tag: tag if tag[1:2] == b"/" else tag.rstrip(b"/>") + chance.choice(ODD_ATTRIBUTES)
        + (b"/>" if tag.endswith(b"/>") else b">")
    )  # fmt: skip


def _between(chance: Random, data: bytes, _: bytes) -> bytes:
    """What stands from one tag to another like it: missing, or there twice."""
    tags = list(TAG.finditer(data))
    if not tags:
        return data
    first = chance.choice(tags)
    alike = [tag for tag in tags if tag[0][:5] == first[0][:5] and tag.start() > first.start()][:40]
    if not alike:
        return data
    begin, end = first.start(), chance.choice(alike).start()
    return data[:begin] + (data[begin:end] * 2 if chance.randrange(2) else b"") + data[end:]


PAGES: tuple[Spoil, ...] = (*BYTES, *(xml,) * 15)


def package(chance: Random, data: bytes, other: bytes) -> bytes:
    """A package whose XML is spoilt within, or that lacks a part, or has one of another package; packed anew."""
    try:
        parts, others = unpacked(data), unpacked(other)
    except Exception:  # spoilt before, so that it cannot be unpacked
        return data
    if not parts:
        return data
    # Most of what matters is in the largest parts.
    name = chance.choice(sorted(parts, key=lambda part: -len(parts[part]))[: chance.choice((1, 2, 4, 20))])
    how = chance.randrange(20)
    if how == 0:
        del parts[name]
    elif how == 1:
        parts[name] = others.get(name, b"")
    else:
        for _ in range(chance.choice((1, 1, 1, 2, 5))):
            if parts[name]:
                parts[name] = chance.choice((xml,) * 40 + BYTES)(chance, parts[name], others.get(name) or parts[name])
    return _packed(parts)


PACKAGES: tuple[Spoil, ...] = (*BYTES, *(package,) * 40)


def unpacked(data: bytes) -> dict[str, bytes]:
    """The members of a zip by their names."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


# --- PDF --------------------------------------------------------------------------------------------------


def opened_up(data: bytes) -> bytes:
    """A PDF of plain objects with its streams unpacked, as far as they are packed in the plain way."""
    return written([(int(number), _unpacked_stream(body)) for number, body in OBJECT.findall(data)], data)


def pdf(chance: Random, data: bytes, other: bytes) -> bytes:
    """A PDF whose objects are spoilt within, one missing or another's; its table of places is right."""
    objects = [(int(number), body) for number, body in OBJECT.findall(data)]
    if not objects or not ROOT.search(data):  # spoilt before
        return data
    for _ in range(chance.choice((1, 1, 2, 6))):
        streams = [n for n, (_, body) in enumerate(objects) if re.search(rb"BT\b|beginbf", body)]
        at = chance.choice(streams) if streams and chance.randrange(4) else chance.randrange(len(objects))
        number, body = objects[at]
        how = chance.randrange(16)
        if how == 0:
            body = b""
        elif how == 1:
            body = {int(n): b for n, b in OBJECT.findall(other)}.get(number, b"")
        elif how < 5 and body:
            body = chance.choice(BYTES)(chance, body, body)
        elif how < 9:
            body = _at_one(chance, re.compile(rb"[^\n]*\n"), body, lambda line: chance.choice((b"", line * 2)))
        else:
            body = _at_one(chance, TOKEN, body, lambda _, of=body: _odd_value(chance, TOKEN, of, 0))
        objects[at] = number, body
    return written(objects, data)


PDFS: tuple[Spoil, ...] = (*BYTES, *(pdf,) * 10)


def _unpacked_stream(body: bytes) -> bytes:
    head, found, rest = _parted(body)
    if not found or b"/FlateDecode" not in head or b"/DecodeParms" in head or b"/Image" in head:
        return body
    content = zlib.decompressobj().decompress(rest)
    head = re.sub(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?", b"", head)
    head = re.sub(rb"/Length\s+\d+(\s+\d+\s+R)?", b"/Length %d" % len(content), head)
    return head + b"stream\n" + content + b"\nendstream\n"


def _parted(body: bytes) -> tuple[bytes, bool, bytes]:
    found = STREAM.search(body)
    return (body[: found.start()], True, body[found.end() :]) if found else (body, False, b"")


def written(objects: Iterable[tuple[int, bytes]], data: bytes) -> bytes:
    """A PDF of these objects; which of them is its root is as in `data`."""
    written = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects:
        places[number] = len(written)
        head, found, rest = _parted(body)
        if found:
            length = len(rest.rpartition(b"endstream")[0]) - 1
            body = re.sub(rb"/Length\s+\d+", b"/Length %d" % max(length, 0), head) + b"stream\n" + rest
        written += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(
        b"%010d 00000 n \n" % places[n] if n in places else b"0000000000 65535 f \n" for n in range(max(places) + 1)
    )
    root = ROOT.findall(data)[-1]
    at = len(written)
    written += b"xref\n0 %d\n" % (max(places) + 1) + table
    written += b"trailer\n<</Size %d/Root %s 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, root, at)
    return bytes(written)


# --- by chance --------------------------------------------------------------------------------------------


def _block(chance: Random, data: bytes) -> tuple[int, int]:
    begin = chance.randrange(len(data))
    return begin, min(len(data), begin + chance.choice((1, 2, 4, 16, 64, 512, 4096)))


def _at_one(chance: Random, pattern: re.Pattern[bytes], data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The document with one of the places that fit changed: the first one at or behind some place."""
    if not data:
        return data
    found = pattern.search(data, chance.randrange(len(data))) or pattern.search(data)
    return data[: found.start()] + change(found[0]) + data[found.end() :] if found else data


def _some(chance: Random, pattern: re.Pattern[bytes], data: bytes, group: int = 0) -> bytes:
    found = pattern.search(data, chance.randrange(len(data))) or pattern.search(data) if data else None
    return found[group] if found else b""


def _odd_value(chance: Random, pattern: re.Pattern[bytes], data: bytes, group: int) -> bytes:
    return chance.choice(ODD_VALUES) if chance.randrange(2) else _some(chance, pattern, data, group)
