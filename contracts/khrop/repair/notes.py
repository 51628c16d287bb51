"""Wrong cells and broken equations in words, as the records and notes of a report.

Here belong the sentences and the names of slips that only the cells around one tell. The names of slips within a cell
belong in `khrop.repair.phrases`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from khrop.repair.cells import WrongCell, value_of
from khrop.repair.figures import Figure
from khrop.repair.phrases import KINDS, called, shown
from khrop.repair.pricing import holds
from khrop.repair.readings import Row
from khrop.repair.report import Repair
from khrop.repair.shape import Shape
from khrop.thai.digits import to_arabic, to_thai

Note = tuple[str, str]
"""A sentence in Thai and in English."""


def repair_of(cell: WrongCell, shape: Shape, parts: tuple[int, ...] | None, thai: bool) -> Repair:
    """A wrong cell as a repair; `parts` are those of its row, `thai` says that the table is printed in Thai digits."""

    def text(value: int) -> str:
        return shown(value, cell.figure.ratio, thai, grouped=cell.place < 0)

    others = tuple(map(text, cell.others))
    proposed = None if cell.value is None else text(cell.value)
    th, en = _sentence(cell, proposed or " / ".join(others))
    if parts is not None:
        why = _because(shape, parts)
        th, en = f"{th}: {to_thai(why[0]) if thai else why[0]}", f"{en}: {why[1]}"
    if proposed is not None and others:
        th, en = f"{th}; อาจเป็น {' / '.join(others)}", f"{en}; it could also be {' / '.join(others)}"
    return Repair(cell.row, cell.name, cell.figure.printed, proposed, others, cell.sure, cell.kind, th, en)


def _sentence(cell: WrongCell, proposed: str) -> Note:
    (th, en), printed = KINDS[cell.kind], cell.figure.printed
    was = (f"พิมพ์ว่า {printed}", f"says {printed}") if printed.strip() else ("ว่างอยู่", "is empty")
    row, column = called(cell.row), called(cell.name)
    return (
        f"{row[0]} ช่อง{' ' if column[0].isascii() else ''}{column[0]}: {was[0]} ควรเป็น {proposed} ({th})",
        f"{row[1]}, {column[1]}: {was[1]}, should be {proposed} ({en})",
    )


def _because(shape: Shape, parts: tuple[int, ...]) -> Note:
    sums = f"{' + '.join(map(str, parts))} = {sum(parts)}"
    if not shape.ratio:
        return sums, sums
    ratio = shown(value_of(shape, len(shape.counts), parts), True, thai=False, grouped=False)
    return f"{sums} ร้อยละ {ratio}", f"{sums}, {ratio} percent"


def failing(name: str, row: Row) -> Iterator[Note]:
    """The equation of a row that fails as it is printed."""
    shape, cells = row.shape, row.cells
    counts = [cell.value for cell in cells[: len(shape.counts)]]
    said = [cell.printed or "–" for cell in cells]
    whole, parts = said[0], " + ".join(said[1 : len(shape.counts)])
    known = [count for count in counts if count is not None]
    if len(row.copies) > 1:
        yield f"{name}: แถวที่พิมพ์ซ้ำไม่ตรงกัน", f"{name}: the row is printed twice, and differs"
    elif holds(shape, cells):
        return
    elif len(known) < len(counts) or known[0] != sum(known[1:]):
        yield f"{name}: {parts} ไม่เท่ากับ {whole}", f"{name}: {parts} is not {whole}"
    elif shape.ratio:
        part, ratio = said[1 + shape.ratio_part], said[-1]
        yield f"{name}: ร้อยละ {ratio} ไม่ตรงกับ {part} จาก {whole}", f"{name}: {ratio} percent is not {part} of {whole}"


def layout_kind(cell: WrongCell, cells: Sequence[WrongCell], table: Sequence[Row]) -> str:
    """The kind of slip, where it is one of layout: told from the values that stand elsewhere."""
    if cell.place < 0 or cell.kind == "row_missing" or cell.value is None:
        return cell.kind
    row = [other for other in cells if other.place == cell.place]
    if any(other.column != cell.column and _exchanged(cell, other) for other in row):
        return "columns_swapped"
    if len(row) > 1 and _shifted(row, table[cell.place].cells, table[0].shape.order):
        return "shifted"
    column = (other for other in cells if other.column == cell.column and other.place not in (-1, cell.place))
    return "rows_interchanged" if any(_exchanged(cell, other) for other in column) else cell.kind


def _exchanged(one: WrongCell, other: WrongCell) -> bool:
    return (other.figure.value, one.figure.value) == (one.value, other.value)


def _shifted(wrong: Sequence[WrongCell], row: tuple[Figure, ...], order: tuple[int, ...]) -> bool:
    """Whether what belongs in the row's empty cell is printed in the one beside it."""
    empty = [cell for cell in wrong if cell.figure.empty and cell.value is not None]
    if len(empty) != 1:
        return False
    at = order.index(empty[0].column)
    beside = row[order[at - 1 if at == len(order) - 1 else at + 1]]
    due = shown(empty[0].value or 0, empty[0].figure.ratio, thai=False, grouped=False)
    return to_arabic(beside.printed).strip() == due
