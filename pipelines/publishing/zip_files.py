"""Office files are zips: their parts, and a zip that is the same bytes whenever it is made.

Here belongs the zip. What its parts say belongs in the report's own file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

FIRST = "[Content_Types].xml"
LARGEST = 64 << 20
"""Bytes that the parts of a template may have in all; ours have less than one percent of it."""
# The earliest time that a zip can tell: what is written does not depend on when.
EPOCH = (1980, 1, 1, 0, 0, 0)


def parts_of(path: Path) -> dict[str, bytes]:
    """Return the parts of an office file by name.

    Raises:
        zipfile.BadZipFile: It is none, is damaged, locked or too large.
        OSError: It cannot be opened.
    """
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
        if sum(part.file_size for part in package.infolist()) > LARGEST:
            raise zipfile.BadZipFile(f"its parts have more than {LARGEST:,} bytes")
        if any(part.flag_bits & 1 for part in package.infolist()):
            raise zipfile.BadZipFile("it is locked with a password")
        try:
            return {name: package.read(name) for name in package.namelist() if not name.endswith("/")}
        except (NotImplementedError, EOFError, ValueError) as error:
            raise zipfile.BadZipFile(str(error)) from error


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The parts as a zip, the same for the same parts: in the order of their names, without a time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name in sorted(parts, key=lambda name: (name != FIRST, name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            # A picture is compressed in itself.
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            entry.create_system = 0
            package.writestr(entry, parts[name])
    return made.getvalue()
