"""Packages that are opened with care: what is refused, before it is unpacked or while it is, and why."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from written_workbooks import ODS, ooxml, packed, xlsx_parts

from pipelines.readers.document import Unreadable
from pipelines.readers.package import kind_of, open_package
from pipelines.readers.workbooks import xlsx

CELL = '<row r="1"><c r="A1"><v>62</v></c></row>'
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        open_package(data)
    assert caught.value.th
    return caught.value.en


@pytest.mark.parametrize(
    ("main", "content_type", "kind"),
    [
        ("xl/workbook.xml", MACROS, "xlsx"),
        ("xl/workbook.bin", BINARY, "xlsb"),
        ("word/document.xml", WORD, "docx"),
        ("ppt/presentation.xml", SLIDES, "pptx"),
    ],
)
def test_a_package_is_known_by_its_main_part_and_not_by_its_name(main: str, content_type: str, kind: str) -> None:
    assert kind_of(packed(ooxml(main, content_type, {main: "<document/>"}))) == kind


def test_open_documents_are_known_by_what_they_say_of_themselves() -> None:
    assert kind_of(packed({"mimetype": ODS, "content.xml": "<x/>"})) == "ods"
    assert kind_of(packed({"mimetype": f"{ODS}-template"})) == "ods"
    assert kind_of(packed({"mimetype": "application/vnd.oasis.opendocument.text"})) == "odt"
    assert kind_of(packed({"returns/a.csv": "x"})) == "zip"


def test_a_part_is_found_whatever_its_case_and_leading_slash() -> None:
    package = open_package(packed({"xl/SharedStrings.xml": "<sst/>"}))
    assert "/xl/sharedStrings.xml" in package
    assert package.read("XL/sharedstrings.xml") == b"<sst/>"
    assert package.names == ["xl/SharedStrings.xml"]


@pytest.mark.parametrize("kept", [10, 100, 400])
def test_a_package_that_is_cut_short_is_damaged(kept: int) -> None:
    assert "cut short" in refused(packed(xlsx_parts(CELL))[:kept])


def test_a_part_whose_bytes_were_changed_is_damaged() -> None:
    data = packed({"content.xml": b"<x>" + bytes(range(32, 96)) * 9 + b"</x>"})
    package = open_package(data[:60] + bytes([data[60] ^ 1]) + data[61:])
    with pytest.raises(Unreadable, match="damaged: content.xml"):
        package.read("content.xml")


def test_a_missing_part_is_named() -> None:
    parts = xlsx_parts(CELL)
    del parts["xl/worksheets/sheet1.xml"]
    with pytest.raises(Unreadable, match="the part xl/worksheets/sheet1.xml is missing"):
        xlsx.read(packed(parts))


def test_locked_parts_are_reported_as_locked() -> None:
    data = bytearray(packed({"content.xml": "<x/>"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    assert "without a password" in refused(bytes(data))


def test_an_open_document_with_a_password_is_reported_as_locked() -> None:
    manifest = '<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    assert "without a password" in refused(packed({"mimetype": ODS, "META-INF/manifest.xml": manifest}))


def test_a_part_that_unpacks_to_far_more_than_it_has_is_refused_unopened() -> None:
    assert "xl/worksheets/sheet1.xml" in refused(packed({"xl/worksheets/sheet1.xml": b" " * (16 << 20)}))


def test_a_package_that_declares_gigabytes_is_refused_unopened() -> None:
    data = bytearray(packed({"a.xml": "<x/>"}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 4_000_000_000)
    assert "4,000,000,000 bytes unpacked" in refused(bytes(data))


def test_a_part_that_declares_less_than_it_holds_gives_no_more_than_it_declares() -> None:
    data = bytearray(packed({"a.xml": b"x" * 1_000_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark) + at
        data[start : start + 4] = struct.pack("<I", 100)
    with pytest.raises(Unreadable, match="damaged"):
        open_package(bytes(data)).read("a.xml")


def test_too_many_parts_are_refused() -> None:
    assert "5,001 parts" in refused(packed({f"{n}.xml": "" for n in range(5_001)}))


def test_a_part_that_is_there_twice_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("XL/workbook.xml", "<b/>")
    assert "there twice" in refused(data.getvalue())


def test_a_way_of_packing_that_no_office_program_uses_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
    assert "no office program uses" in refused(data.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_entities_are_refused_in_every_part_that_is_read(part: str, encoding: str) -> None:
    parts = xlsx_parts(CELL)
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + str(parts[part])
    with pytest.raises(Unreadable, match="declares entities"):
        xlsx.read(packed(parts | {part: bomb.encode(encoding)}))


def test_a_declaration_is_found_where_it_lies_across_two_chunks() -> None:
    for shift in range(12):
        package = open_package(packed({"a.xml": f"<!--{' ' * (65_536 - 4 - 3 - shift)}--><!DOCTYPE x><x/>"}))
        with pytest.raises(Unreadable, match="declares entities"):
            package.parse("a.xml")


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"%PDF-1.7"])
def test_what_is_no_package_is_no_workbook(data: bytes) -> None:
    with pytest.raises(Unreadable):
        xlsx.read(data)


def test_a_part_without_a_name_is_a_part_like_any_other() -> None:
    whole = packed({"a": b"x"})
    at = whole.index(b"PK\x01\x02")
    nameless = whole[: at + 28] + b"\0\0\0\0\1\0" + whole[at + 34 :]  # its name is taken for its comment
    assert open_package(nameless).names == [""]
    assert kind_of(nameless) == "zip"
