"""Records as open-data portals serve them: JSON, JSON lines, XML and Parquet, to a sheet with their names as headings.

Here belongs what the records of such a file are: the longest list of objects in it, and others that are as much like a
table, so that two tables that could be meant are seen. All other texts in it (a title, a note) are prose, each behind
the names under which it stands, as a person reads them: a date, or a mark such as a draft's, may be in either.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from pipelines.readers.document import Document, Sheet, Unreadable
from pipelines.readers.texts.decoding import decode

SHEET, PROSE = "records", "paragraphs"
MOST_RECORDS = 20_000
MOST_FIELDS = 200
DEEPEST = 12
LEAST_LEAVES = 2
"""Elements of XML with fewer leaves within them are no records."""
LONGEST_ASCII = 200
"""Characters: a longer text without Thai is a licence, a picture, a program."""
WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
SUMS = {"summary", "sum", "totals", "total", "grand total", "aggregate", "รวม", "ผลรวม", "ยอดรวม", "สรุป", "รวมทั้งสิ้น"}
"""Names of an object that has the sums of all records."""
TOTAL = "รวม"
TECHNICAL = {"type", "nil", "lang", "space", "schemaLocation", "noNamespaceSchemaLocation", "base", "id"}
"""Attributes of XML that say nothing of what a text means."""
Record = Mapping[str, Any]


def read_json(data: bytes) -> Document:
    """Read JSON, or one object a line.

    Raises:
        Unreadable: It is neither, or holds no records.
    """
    text, encoding = decode(data)
    return _document("json", encoding, _parsed(text.removeprefix("\ufeff")))


def read_xml(data: bytes) -> Document:
    """Read XML whose records are elements with leaves.

    Raises:
        Unreadable: It is damaged, or holds no records.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise _damaged("XML", error) from error
    return _document("xml", "utf-8", _plain(root))


def read_parquet(data: bytes) -> Document:
    """Read the rows of a Parquet file.

    Raises:
        Unreadable: It is damaged or too large.
    """
    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(data)
        file.flush()
        try:
            relation = duckdb.read_parquet(file.name)
            names = list(relation.columns)
            rows = relation.limit(MOST_RECORDS + 1).fetchall()
        except duckdb.Error as error:
            raise _damaged("Parquet", error) from error
    return _document("parquet", "", [dict(zip(names, row, strict=True)) for row in rows])


def _parsed(text: str) -> Any:
    """The value of a JSON text; figures as they are written."""
    try:
        return _value(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            return [_value(line) for line in lines]
        except (ValueError, RecursionError):
            raise _damaged("JSON", error) from error


def _value(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which each name stands once: programs differ in which of two values they take."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for name, value in pairs:
            if found[name] != value:
                raise Unreadable(
                    f"{name} stands twice in one object, with different values",
                    f"พบ {name} สองครั้งในรายการเดียวกัน และมีค่าต่างกัน",
                    observed=name,
                    expected="each name once in an object",
                )
    return found


def _document(form: str, encoding: str, value: Any) -> Document:
    found = _Found()
    found.walk(value, ())
    lists = found.lists
    records = max(lists, key=len, default=())
    if not records:
        raise Unreadable(
            "there are no records in it: a list of objects with a name for each field is expected",
            "ไม่พบระเบียนข้อมูลในไฟล์ ต้องเป็นรายการที่มีชื่อเขตข้อมูล",
            expected="a list of records, such as CKAN's datastore serves",
        )
    names = list(dict.fromkeys(name for record in records[:MOST_RECORDS] for name in record))
    if len(records) > MOST_RECORDS or len(names) > MOST_FIELDS:
        raise Unreadable(
            f"it has more than {MOST_RECORDS:,} records or {MOST_FIELDS} fields, more than a return can have",
            f"มีมากกว่า {MOST_RECORDS:,} ระเบียนหรือ {MOST_FIELDS} เขตข้อมูล มากเกินกว่าจะเป็นรายงาน",
            expected="the records of one return",
        )
    rivals = [other for other in lists if other is not records and _as_much(other, records)]
    heads = [
        list(path)
        for listed, path in zip(lists, found.paths, strict=True)
        if path and _among(listed, [records, *rivals])
    ]
    above = Sheet(PROSE, list(enumerate([*found.prose, *heads], 1)))
    records = [*records, *(_sums(path, entry, names) for path, entry in found.objects if _is_sums(entry, names))]
    sheets = [_sheet(f"{SHEET} {n}" if n > 1 else SHEET, entries) for n, entries in enumerate([records, *rivals], 1)]
    return Document(form, encoding, [above, *sheets])


def _as_much(other: Sequence[Record], records: Sequence[Record]) -> bool:
    """Whether a list could be the table as well: it has half as many records or more, and fields of the same names."""
    return 2 * len(other) >= len(records) and 2 * len(other[0].keys() & records[0].keys()) >= len(records[0])


def _sheet(name: str, records: Sequence[Record]) -> Sheet:
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [names, *([_text(record.get(name)) for name in names] for record in records)]
    return Sheet(name, list(enumerate(rows, 1)))


class _Found:
    """The lists of objects in a value, the objects that are in none, and the texts that are of none."""

    def __init__(self) -> None:
        self.lists: list[Sequence[Record]] = []
        self.paths: list[tuple[str, ...]] = []
        self.objects: list[tuple[tuple[str, ...], Record]] = []
        self.prose: list[list[str]] = []

    def walk(self, value: Any, path: tuple[str, ...]) -> None:
        """Take a value that stands under some names."""
        if len(path) > DEEPEST:
            return
        if isinstance(value, list):
            records = [item for item in value if isinstance(item, dict)]
            listed = bool(records) and not all(_nested(item) for item in records)
            if listed:
                self.lists.append(records)
                self.paths.append(tuple(filter(None, path)))
            for item in value:
                if not (listed and isinstance(item, dict)):
                    self.walk(item, (*path, ""))
        elif isinstance(value, dict):
            self.objects.append((path, value))
            for name, item in value.items():
                self.walk(item, (*path, _named(name)))
        elif line := _line(value, [name for name in path if name]):
            self.prose.append(line)


def _named(name: str) -> str:
    """A name as words: as_of and asOf are `as of`."""
    return WORD_ENDS.sub(" ", name).lower().removeprefix("is ").strip() if name.isascii() else name.strip()


def _line(value: Any, path: list[str]) -> list[str]:
    """A text with the names under which it stands, each a cell of a line; empty for what says nothing."""
    if value is True:
        return path
    if not isinstance(value, str) or not value.strip():
        return []
    if value.isascii() and (len(value) > LONGEST_ASCII or "://" in value):
        return []
    if path and value.strip()[0].isdecimal():
        # A figure or date alone would be taken for another than its name says.
        return [*path[:-1], f"{path[-1]}: {value}"]
    return [*path, value]


def _among(listed: Sequence[Record], some: Sequence[Sequence[Record]]) -> bool:
    return any(listed is other for other in some)


def _is_sums(entry: Record, names: Sequence[str]) -> bool:
    """Whether an object that is no record has the fields of one: half of them, or more."""
    return 2 * len(entry.keys() & set(names)) >= len(names)


def _sums(path: Sequence[str], entry: Record, names: Sequence[str]) -> Record:
    """An object of sums as a record: what names it stands in the first field that it has not."""
    name = next((part for part in reversed(path) if part), "")
    named = TOTAL if name.lower() in SUMS else name
    first = next((field for field in names if field not in entry), "")
    return {**entry, first: named} if first else entry


def _nested(record: Record) -> bool:
    return any(isinstance(value, list) for value in record.values())


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).upper()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _plain(element: etree._Element) -> Any:
    """An element as JSON would have it: a text, or its leaves and attributes by name, or a list of what is in it."""
    children = [child for child in element if isinstance(child.tag, str)]
    attributes = {
        name: str(value)
        for key, value in element.attrib.items()
        if (name := etree.QName(str(key)).localname) not in TECHNICAL or not (children or element.text)
    }
    if not children:
        text = (element.text or "").strip()
        return ({**attributes, "": text} if text else attributes) if attributes else text
    tags = [etree.QName(child).localname for child in children]
    if len(set(tags)) == len(tags) and len(tags) >= LEAST_LEAVES:
        return {**attributes, **dict(zip(tags, map(_plain, children), strict=True))}
    return {**attributes, "": list(_flat(children))} if attributes else list(_flat(children))


def _flat(children: Sequence[etree._Element]) -> Iterator[Any]:
    for child in children:
        yield _plain(child)


def _damaged(kind: str, error: Exception) -> Unreadable:
    reason = " ".join(str(error).split())[:200]
    return Unreadable(
        f"the {kind} is damaged: {reason}; download it again",
        f"ไฟล์ {kind} ชำรุด ({reason}) กรุณาดาวน์โหลดใหม่",
        observed=reason,
        expected=f"whole {kind}",
    )
