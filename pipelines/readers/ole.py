"""Old office files (OLE2 compound documents): the kind of a document, by the names in its directory.

The container is parsed by `xlrd.compdoc`. What a stream means belongs in the reader of its form.
"""

from __future__ import annotations

import os

from xlrd.compdoc import CompDoc

from pipelines.readers.package import refusing_damage

KINDS = (
    ("EncryptedPackage", "encrypted"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("WordDocument", "doc"),
    ("__properties_version1.0", "msg"),
)


def entry_names(data: bytes) -> set[str]:
    """List the streams and storages of an OLE2 file.

    Args:
        data: The bytes of the file.

    Returns:
        The names in its directory, at any depth.

    Raises:
        Unreadable: The file is damaged.
    """
    with refusing_damage(), open(os.devnull, "w") as log:
        return {entry.name for entry in CompDoc(data, logfile=log).dirlist if entry.etype}


def kind_of(data: bytes) -> str:
    """Name the kind of document that an OLE2 file holds.

    Args:
        data: The bytes of the file.

    Returns:
        xls, doc, msg, encrypted (an OOXML document with a password), or ole for any other.

    Raises:
        Unreadable: The file is damaged.
    """
    names = entry_names(data)
    return next((kind for name, kind in KINDS if name in names), "ole")
