"""Zip packages of office programs (OOXML, ODF): opened with care, since what they declare need not be so.

Here belongs what is true of every such package: its members, their sizes, locks, the XML in them, and the reasons why
a file is refused. What the members mean belongs in the reader of each form.
"""

from __future__ import annotations

import io
import posixpath
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import unquote

from lxml import etree

from pipelines.readers.document import Unreadable

MOST_MEMBERS = 5_000
LARGEST_MEMBER = 200 << 20
LARGEST_PACKAGE = 300 << 20
"""Bytes when unpacked; the XML of a workbook that office programs open with ease has some 50 MB."""
LARGEST_PARSED = 24 << 20
"""Bytes of a member that is parsed as a whole; the tree of it has some ten times as many."""
DENSE = 200
"""Times that a member of an office program may shrink; sheets of empty formatted rows come to some 30."""
SMALL = 8 << 20
"""A member below this many bytes may shrink as it likes."""
CHUNK = 1 << 16
"""Bytes unpacked at a time. zipfile unpacks as much as it is asked for and only then cuts what was too much."""
PACKED_AS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, ValueError)
"""What zipfile raises for a package that is cut short or damaged."""
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
ROOT_RELATIONS = "_rels/.rels"
CONTENT_TYPES = "[Content_Types].xml"
MAIN_PARTS = (
    ("ms-excel.sheet.binary", "xlsb"),
    ("spreadsheetml.", "xlsx"),
    ("ms-excel.", "xlsx"),
    ("wordprocessingml.", "docx"),
    ("ms-word.", "docx"),
    ("presentationml.", "pptx"),
    ("ms-powerpoint.", "pptx"),
)
ODF = "application/vnd.oasis.opendocument."
ODF_KINDS = {"spreadsheet": "ods", "text": "odt"}


class Readable(Protocol):
    """A source of bytes that the parser reads from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, none at the end."""
        ...


class Package:
    """The members of a package, each read at most to the size that it declares.

    Names are compared without regard to case, as the package format has it; a name may begin with a slash.
    """

    def __init__(self, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> None:
        """Take the members of an archive, by their names in lower case."""
        self._archive, self._members = archive, members

    @property
    def names(self) -> list[str]:
        """The names of the members as they are written, in the order of the package."""
        return [info.filename for info in self._members.values()]

    def __contains__(self, name: str) -> bool:
        """Return whether there is a member of this name."""
        return _folded(name) in self._members

    def read(self, name: str) -> bytes:
        """Return a member's bytes.

        Raises:
            Unreadable: The member is missing or damaged.
        """
        with io.BytesIO() as whole:
            for chunk in self._chunks(name):
                whole.write(chunk)
            return whole.getvalue()

    def xml(self, name: str) -> Readable:
        """Return a member of XML as a stream, which raises `Unreadable` at a DOCTYPE or ENTITY."""
        return guarded(name, self._chunks(name))

    def parse(self, name: str) -> etree._Element:
        """Return the root of a small member of XML.

        Raises:
            Unreadable: The member is missing, damaged, no XML, or larger than `LARGEST_PARSED`.
        """
        info = self._members.get(_folded(name))
        if info and info.file_size > LARGEST_PARSED:
            raise _too_large(f"{name}: {info.file_size:,} bytes unpacked")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        try:
            return etree.parse(self.xml(name), parser).getroot()
        except etree.XMLSyntaxError as error:
            raise damaged(f"{name}: {error}") from error

    def _chunks(self, name: str) -> Iterator[bytes]:
        info = self._members.get(_folded(name))
        if info is None:
            raise damaged(f"the part {name} is missing")
        try:
            with self._archive.open(info) as member:
                while chunk := member.read(CHUNK):
                    yield chunk
        except BROKEN as error:
            raise damaged(f"{name}: {error}") from error


class _Xml:
    """A stream of XML that is searched for declarations on its way, in whatever encoding of Unicode."""

    def __init__(self, name: str, chunks: Iterator[bytes]) -> None:
        self._name, self._chunks, self._before = name, chunks, b""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next chunk, empty at the end; `size` is ignored, since the parser takes what it is given."""
        chunk = next(self._chunks, b"")
        # UTF-16 puts a zero beside each character of ASCII.
        window = (self._before + chunk).replace(b"\0", b"")
        self._before = window[-len(DECLARATIONS[0]) :]
        if any(declaration in window for declaration in DECLARATIONS):
            raise Unreadable(
                f"the file's XML declares entities ({self._name}), which no office program writes: it is not read",
                f"XML ในไฟล์ประกาศเอนทิตี ({self._name}) ซึ่งโปรแกรมสำนักงานไม่เขียน จึงไม่อ่านไฟล์นี้",
                observed="DOCTYPE",
                expected="XML without a document type; open the file in the office program and save it again",
            )
        return chunk


def guarded(name: str, chunks: Iterator[bytes]) -> Readable:
    """Return XML that comes in chunks as a stream, which raises `Unreadable` at a DOCTYPE or ENTITY.

    Args:
        name: The name of the part, for the message.
        chunks: The bytes in order.
    """
    return _Xml(name, chunks)


def forget(element: etree._Element) -> None:
    """Free an element that has been read, and its like before it; the parser would keep all of them."""
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


def damaged(why: str) -> Unreadable:
    """Return the refusal of a file that cannot be opened.

    Args:
        why: The cause, as the parser words it.
    """
    why = " ".join(why.split())[:200]
    return Unreadable(
        f"the file is damaged: {why}; open it in the office program and save it again",
        f"ไฟล์เสียหาย ({why}) กรุณาเปิดด้วยโปรแกรมสำนักงานแล้วบันทึกใหม่",
        observed=why,
        expected="a file that the office program opens without repairing it",
    )


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Turn whatever a parser raises within into the refusal of a damaged file.

    Broad, since parsers raise what they like on files that were made to break them, and a file is never a reason to
    stop with a traceback. A MemoryError passes through to where the limit was set.

    Raises:
        Unreadable: Parsing failed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise damaged(f"{type(error).__name__}: {error}") from error


def locked() -> Unreadable:
    """Return the refusal of a file that is encrypted."""
    return Unreadable(
        "the file is encrypted: save it without a password",
        "ไฟล์ถูกเข้ารหัส กรุณาบันทึกใหม่โดยไม่ใส่รหัสผ่าน",
        observed="encrypted",
        expected="a file without a password",
    )


def open_package(data: bytes) -> Package:
    """Open a package whose members are of a size that can be read, before anything is unpacked.

    Args:
        data: The bytes of the package.

    Returns:
        The package.

    Raises:
        Unreadable: The package is damaged, encrypted or too large.
    """
    # The directory is counted before zipfile makes a record of each of its entries.
    if (entries := data.count(b"PK\x01\x02")) > MOST_MEMBERS:
        raise _too_large(f"{entries:,} parts")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise damaged("it is cut short" if data.startswith(b"PK") else "it is no package") from error
    members: dict[str, zipfile.ZipInfo] = {}
    infos = archive.infolist()
    _refuse_bomb(infos, len(data))
    for info in infos:
        if info.filename.endswith("/"):  # not is_dir(), which stumbles over a part without a name
            continue
        if info.flag_bits & 1:
            raise locked()
        if info.compress_type not in PACKED_AS:
            raise damaged(f"{info.filename} is packed in a way that no office program uses")
        if _folded(info.filename) in members:
            raise damaged(f"{info.filename} is there twice")
        members[_folded(info.filename)] = info
    package = Package(archive, members)
    manifest = "META-INF/manifest.xml"
    if "mimetype" in package and manifest in package and b"encryption-data" in package.read(manifest):
        raise locked()
    return package


def kind_of(data: bytes) -> str:
    """Name the kind of document that a zip holds, by its content.

    Args:
        data: The bytes of the zip.

    Returns:
        xlsx (with macros or without), xlsb, ods, docx, odt, pptx, or zip for any other.

    Raises:
        Unreadable: The package is damaged, encrypted or too large.
    """
    package = open_package(data)
    if "mimetype" in package:
        media_type = package.read("mimetype")[:200].decode("ascii", "replace").strip()
        if media_type.startswith(ODF):
            return ODF_KINDS.get(media_type.removeprefix(ODF).removesuffix("-template"), "zip")
    if CONTENT_TYPES not in package or ROOT_RELATIONS not in package:
        return "zip"
    content_type = _content_type(package, main_part(package))
    return next((kind for words, kind in MAIN_PARTS if words in content_type), "zip")


def main_part(package: Package) -> str:
    """Return the name of the part of an OOXML package that is its document.

    Raises:
        Unreadable: The package names no such part.
    """
    for kind, target in relations(package, "").values():
        if kind == "officeDocument":
            return target
    raise damaged("it does not say which of its parts is the document")


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return what a part of an OOXML package refers to.

    Args:
        package: The package.
        part: The name of the part; empty for the package itself.

    Returns:
        By id, the last word of the relation's type and the name of its target. A target outside the package stays as
        it is written.

    Raises:
        Unreadable: The relations are damaged.
    """
    folder, name = posixpath.split(part)
    member = posixpath.join(folder, "_rels", f"{name}.rels")
    related: dict[str, tuple[str, str]] = {}
    if member not in package:
        return related
    for relation in package.parse(member).iter("{*}Relationship"):
        target = relation.get("Target", "")
        if relation.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, unquote(target.replace("\\", "/")))).lstrip("/")
        related[relation.get("Id", "")] = relation.get("Type", "").rsplit("/", 1)[-1], target
    return related


def _content_type(package: Package, part: str) -> str:
    ending = part.rsplit(".", 1)[-1].lower()
    by_ending = ""
    for entry in package.parse(CONTENT_TYPES).iter("{*}Override", "{*}Default"):
        if _folded(entry.get("PartName", "")) == _folded(part):
            return entry.get("ContentType", "")
        if entry.get("Extension", "").lower() == ending:
            by_ending = entry.get("ContentType", "")
    return by_ending


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _refuse_bomb(infos: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(info.file_size for info in infos)
    dense = next((i for i in infos if i.file_size > max(SMALL, DENSE * i.compress_size)), None)
    if unpacked > LARGEST_PACKAGE:
        observed = f"{unpacked:,} bytes unpacked"
    elif large := next((i for i in infos if i.file_size > LARGEST_MEMBER), None):
        observed = f"{large.filename}: {large.file_size:,} bytes unpacked"
    elif dense:
        observed = f"{dense.filename}: {dense.compress_size:,} bytes that unpack to {dense.file_size:,}"
    elif sum(info.compress_size for info in infos) > size:
        observed = "parts that lie within one another"
    else:
        return
    raise _too_large(observed)


def _too_large(observed: str) -> Unreadable:
    return Unreadable(
        f"the file is larger within than a return can be ({observed}): save the table alone in a new file",
        f"เนื้อหาในไฟล์ใหญ่เกินกว่าจะเป็นรายงาน ({observed}) กรุณาบันทึกเฉพาะตารางเป็นไฟล์ใหม่",
        observed=observed,
        expected=f"at most {LARGEST_PACKAGE:,} bytes unpacked, in at most {MOST_MEMBERS:,} parts",
    )
