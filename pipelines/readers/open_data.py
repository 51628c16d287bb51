"""Records as open-data portals serve them: JSON, JSON lines, XML and Parquet, to a sheet with their names as headings.

Here belongs what the records of such a file are: the longest list of objects in it, and others that are as much like a
table, so that two tables that could be meant are seen. All other texts in it (a title, a note) are prose, of which an
as-of date may be read.
"""

from __future__ import annotations

import json
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
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.split("\n") if line.strip()]
        try:
            return [json.loads(line, parse_float=str, parse_int=str) for line in lines]
        except (ValueError, RecursionError):
            raise _damaged("JSON", error) from error


def _document(form: str, encoding: str, value: Any) -> Document:
    lists: list[Sequence[Record]] = []
    prose: list[str] = []
    _walk(value, lists, prose, 0)
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
    above = Sheet(PROSE, [(n, [line]) for n, line in enumerate(prose, 1)])
    rivals = [other for other in lists if other is not records and _as_much(other, records)]
    sheets = [_sheet(f"{SHEET} {n}" if n > 1 else SHEET, entries) for n, entries in enumerate([records, *rivals], 1)]
    return Document(form, encoding, [above, *sheets])


def _as_much(other: Sequence[Record], records: Sequence[Record]) -> bool:
    """Whether a list could be the table as well: it has half as many records or more, and fields of the same names."""
    return 2 * len(other) >= len(records) and 2 * len(other[0].keys() & records[0].keys()) >= len(records[0])


def _sheet(name: str, records: Sequence[Record]) -> Sheet:
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [names, *([_text(record.get(name)) for name in names] for record in records)]
    return Sheet(name, list(enumerate(rows, 1)))


def _walk(value: Any, lists: list[Sequence[Record]], prose: list[str], depth: int) -> None:
    """Collect the lists of objects in a value, and the texts that are of none."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        records = [item for item in value if isinstance(item, dict)]
        listed = bool(records) and not all(_nested(item) for item in records)
        if listed:
            lists.append(records)
        for item in value:
            if not (listed and isinstance(item, dict)):
                _walk(item, lists, prose, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            _walk(item, lists, prose, depth + 1)
    elif isinstance(value, str) and not value.isascii():
        prose.append(value)


def _nested(record: Record) -> bool:
    return any(isinstance(value, list) for value in record.values())


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).upper()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


def _plain(element: etree._Element) -> Any:
    """An element as JSON would have it: a text, or its leaves by name, or a list of what is within it."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return (element.text or "").strip()
    tags = [etree.QName(child).localname for child in children]
    if len(set(tags)) == len(tags) and len(tags) >= LEAST_LEAVES:
        return dict(zip(tags, map(_plain, children), strict=True))
    return list(_flat(children))


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
