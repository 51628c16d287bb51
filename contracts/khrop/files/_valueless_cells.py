"""The cells of an XLSX sheet that have something and no value: errors, and formulas that were never calculated.

A null in their place would pass where a column may be empty. Here belongs where they stand and what they show; the
sheet itself is read in `khrop.files._workbook`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_BYTES = 1 << 28
"""Of a larger sheet such cells are not looked for."""
_PLACE = re.compile(r"([A-Z]+)(\d+)")


def valueless_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Find the cells of a sheet that have something and no value.

    Args:
        path: The file.
        sheet: The name of the sheet.

    Returns:
        By row and column, from 0: the error, or the formula behind an equals sign. Nothing for a file that is no XLSX.
    """
    try:
        with ZipFile(path) as archive:
            part = _part_of(archive, sheet)
            content = archive.read(part) if part and archive.getinfo(part).file_size <= _MOST_BYTES else b""
            if b't="e"' not in content and b"<f" not in content:
                return {}
            return _cells(ElementTree.fromstring(content))
    except (BadZipFile, KeyError, ElementTree.ParseError):
        return {}


def _part_of(archive: ZipFile, sheet: str) -> str | None:
    """Return the name of the part of a file that holds a sheet."""
    if "xl/workbook.xml" not in archive.namelist():
        return None
    sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
    link = next((element.get(_LINK) for element in sheets if element.get("name") == sheet), None)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next((element.get("Target", "") for element in links if element.get("Id") == link), "")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}" if target else None


def _cells(sheet: Any) -> dict[tuple[int, int], str]:
    texts = {}
    for cell in sheet.iter(f"{_MAIN}c"):
        place, value = _PLACE.fullmatch(cell.get("r", "")), cell.findtext(f"{_MAIN}v")
        formula = cell.find(f"{_MAIN}f")
        text = value if cell.get("t") == "e" else f"={formula.text or ''}" if formula is not None and not value else ""
        if place and text and (cell.get("t") != "str" or value is None):
            texts[int(place[2]) - 1, _number(place[1]) - 1] = text
    return texts


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
