"""A workbook as a file: the same bytes for the same cells, written in one step."""

from __future__ import annotations

import errno
import io
import os
import re
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from pipelines.publishing import zip_files

_SHEETS = "xl/worksheets/sheet"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def data_of(book: Any, title: str, made_at: datetime) -> bytes:
    """Return the bytes of a workbook of openpyxl, the same whenever they are made.

    Args:
        book: The workbook.
        title: Its title.
        made_at: What it says of when it was made: the time of its figures.

    Raises:
        OSError: Where the temporary files of its sheets cannot be written.
    """
    book.properties.creator = "Khrop"
    book.properties.title = title
    book.properties.created = made_at.replace(microsecond=0)
    made = io.BytesIO()
    try:
        book.save(made)
    except etree.SerialisationError as error:
        raise _of_the_system(error) from error
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    # What is written when it closes a sheet, lxml does not see fail.
    if any(name.startswith(_SHEETS) and not data.endswith(b"</worksheet>") for name, data in parts.items()):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())
    # The time of writing would make other bytes of the same figures.
    stamp = made_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    parts["docProps/core.xml"] = _MODIFIED.sub(rb"\g<1>" + stamp, parts["docProps/core.xml"])
    return zip_files.zipped(parts)


def _of_the_system(error: etree.SerialisationError) -> OSError:
    """Return what lxml, by which openpyxl writes each sheet to a temporary file, names IO_ENOSPC and the like."""
    number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
    return OSError(number, os.strerror(number), tempfile.gettempdir())


def write(path: Path, data: bytes) -> bool:
    """Write a workbook in one step, unless the file has the same bytes.

    Args:
        path: The file.
        data: The workbook.

    Returns:
        Whether it was written.
    """
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        new.write_bytes(data)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    return True
