"""XLS: the sheets of an old workbook in order, each cell as its number format prints it.

Here belongs what the records of Excel 97 to 2003 say. How they are written belongs in `biff`; still
older workbooks are read in `pipelines.readers.workbooks.calamine`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipelines.readers import ole
from pipelines.readers.document import Claim, Document
from pipelines.readers.package import damaged, locked, refusing_damage
from pipelines.readers.workbooks import biff, calamine, grid
from pipelines.readers.workbooks.biff import Record
from pipelines.readers.workbooks.grid import Grid
from pipelines.readers.workbooks.number_formats import BUILT_IN
from pipelines.readers.workbooks.typed_cells import Shown, numeric, reckoned

WORKSHEET, VISIBLE = 0, 0
HIDDEN_ROW, HIDDEN_COLUMN = 0x20, 1
ITSELF, ADD_INS = 0x0401, 0x3A01
"""What stands for a name where a workbook refers to itself or to add-ins."""


def read(data: bytes) -> Document:
    """A workbook's sheets, hidden ones too. Raises `Unreadable` for what is damaged, locked or too large."""
    with refusing_damage():
        container = ole.Container(data)
        if container.stream("EncryptedPackage") is not None:
            raise locked()
        stream = container.stream("Workbook") or container.stream("Book")
        if not stream:
            raise damaged("it has no workbook in it")
        grids, said = (calamine.grids(data), []) if biff.version(stream) < biff.BIFF8 else _Book(stream).grids()
        if any(entry.name == "_VBA_PROJECT_CUR" for entry in container.entries):
            said.append(Claim("file", "macros", "_VBA_PROJECT_CUR", "", "_VBA_PROJECT_CUR"))
        said = [*(claim for g in grids for claim in g.said()), *said]
        return Document("xls", "utf-16", [g.sheet() for g in grids], tuple(said))


class _Book:
    """What the sheets share: their names and places, strings, formats, how days are counted."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._sheets: list[tuple[str, bool, int]] = []
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._strings: list[str] = []
        self._links: list[str] = []
        self._date1904 = False
        for record in biff.records(stream):
            if record.id == biff.EOF:
                return
            self._globally(record)
        raise damaged("its records are cut short")

    def grids(self) -> tuple[list[Grid], list[Claim]]:
        grid.check_sheets(len(self._sheets))
        grids: list[Grid] = []
        for title, hidden, at in self._sheets:
            grids.append(Grid(title, hidden=hidden))
            self._fill(grids[-1], at)
            grid.check(grids)
        links = ", ".join(self._links[:10])
        return grids, [Claim("file", "external_links", str(len(self._links)), "", links)] if links else []

    def _globally(self, record: Record) -> None:
        body = record.body
        if record.id == biff.FILEPASS:
            raise locked()
        if record.id == biff.BOUNDSHEET:
            at, state, kind = struct.unpack_from("<IBB", body)
            if kind == WORKSHEET:
                self._sheets.append((biff.short_text(body, 6, bytes_of_length=1), state & 3 != VISIBLE, at))
        elif record.id == biff.DATEMODE:
            self._date1904 = body[:1] == b"\1"
        elif record.id == biff.FORMAT:
            self._formats[struct.unpack_from("<H", body)[0]] = biff.short_text(body, 2)
        elif record.id == biff.XF:
            self._styles.append(struct.unpack_from("<H", body, 2)[0])
        elif record.id == biff.SST:
            self._strings = list(biff.strings(record, struct.unpack_from("<I", body, 4)[0]))
        elif record.id == biff.SUPBOOK and struct.unpack_from("<H", body, 2)[0] not in (ITSELF, ADD_INS):
            self._links.append("".join(c for c in biff.short_text(body, 2) if c.isprintable()))

    def _fill(self, sheet: Grid, at: int) -> None:
        merged: list[tuple[int, int, int, int]] = []
        awaited: tuple[int, int] | None = None
        depth, ended = 0, False
        for record in biff.records(self._stream, at):
            # A chart within a sheet is a stream of its own, from its beginning to its end.
            depth += (record.id == biff.BOF) - (record.id == biff.EOF)
            if depth == 0:
                ended = record.id == biff.EOF
                break
            if depth > 1:
                continue
            if record.id == biff.STRING and awaited:
                sheet.put(*awaited, reckoned(Shown(biff.short_text(record.body, 0))))
            elif record.id == biff.FORMULA:
                awaited = self._formula(sheet, record.body)
            elif record.id == biff.MERGEDCELLS:
                for top, bottom, left, right in struct.iter_unpack(
                    "<4H", record.body[2 : 2 + len(record.body[2:]) // 8 * 8]
                ):
                    merged.append((top + 1, left + 1, bottom + 1, right + 1))
            elif record.id in (biff.ROW, biff.COLINFO):
                _hide(sheet, record)
            else:
                for row, col, shown in self._cells(record):
                    sheet.put(row + 1, col + 1, shown)
        if not ended:
            raise damaged(f"the records of {sheet.name} are cut short")
        sheet.clear(merged)

    def _cells(self, record: Record) -> Iterator[tuple[int, int, Shown]]:
        body = record.body
        if record.id == biff.MULRK:
            row, col = struct.unpack_from("<HH", body)
            for style, packed in struct.iter_unpack("<HI", body[4 : 4 + (len(body) - 6) // 6 * 6]):
                yield row, col, self._number(biff.unpacked(packed), style)
                col += 1
        elif record.id in (biff.NUMBER, biff.RK, biff.LABELSST, biff.LABEL, biff.RSTRING, biff.BOOLERR):
            row, col, style = struct.unpack_from("<HHH", body)
            yield row, col, self._cell(record.id, body, style)

    def _cell(self, kind: int, body: bytes, style: int) -> Shown:
        if kind == biff.NUMBER:
            return self._number(struct.unpack_from("<d", body, 6)[0], style)
        if kind == biff.RK:
            return self._number(biff.unpacked(struct.unpack_from("<I", body, 6)[0]), style)
        if kind == biff.LABELSST:
            number = struct.unpack_from("<I", body, 6)[0]
            # A text that the table does not hold was lost: that is said, and not taken for an empty cell.
            return (
                Shown(self._strings[number])
                if number < len(self._strings)
                else Shown(f"#{number}?", None, ("missing-string",))
            )
        if kind == biff.BOOLERR:
            return Shown(biff.error(body[6]) if body[7] else biff.truth(body[6]))
        return Shown(biff.short_text(body, 6))

    def _formula(self, sheet: Grid, body: bytes) -> tuple[int, int] | None:
        """Put what a formula gave; a text follows in a record of its own, and its cell is handed back."""
        row, col, style = struct.unpack_from("<HHH", body)
        result = body[6:14]
        if result[6:] != b"\xff\xff":
            sheet.put(row + 1, col + 1, reckoned(self._number(struct.unpack("<d", result)[0], style)))
        elif result[0] == 1:
            sheet.put(row + 1, col + 1, reckoned(Shown(biff.truth(result[2]))))
        elif result[0] == 2:
            sheet.put(row + 1, col + 1, reckoned(Shown(biff.error(result[2]))))
        return (row + 1, col + 1) if result[6:] == b"\xff\xff" and result[0] == 0 else None

    def _number(self, value: float, style: int) -> Shown:
        number = self._styles[style] if style < len(self._styles) else 0
        code = self._formats.get(number) or BUILT_IN.get(number, "General")
        return numeric(repr(value), code, self._date1904)


def _hide(sheet: Grid, record: Record) -> None:
    if record.id == biff.ROW:
        row, options = record.body[:2], record.body[12:14]
        if int.from_bytes(options, "little") & HIDDEN_ROW:
            sheet.hidden_rows.add(int.from_bytes(row, "little") + 1)
    else:
        first, last, width, _, options = struct.unpack_from("<5H", record.body)
        if options & HIDDEN_COLUMN or not width:
            sheet.hidden_columns.append((first + 1, last + 1))


def _merged(ranges: bytes) -> Iterator[tuple[int, int, int, int]]:
    for top, bottom, left, right in struct.iter_unpack("<4H", ranges[: len(ranges) // 8 * 8]):
        yield top + 1, left + 1, bottom + 1, right + 1
