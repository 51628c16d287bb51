"""Wrong cells and broken equations as sentences in Thai and in English."""

from __future__ import annotations

from collections.abc import Iterator

from khrop.model.table_shape import Shape
from khrop.repair._report import Repair
from khrop.repair._slip_kinds import KINDS
from khrop.repair._wrong_cells import WrongCell, value_of
from khrop.repair.figures import format_figure
from khrop.repair.pricing import holds
from khrop.repair.readings import Row
from khrop.repair.sheet import PROSE, TABLE_TOTAL
from khrop.thai.digits import to_thai

Sentence = tuple[str, str]
"""A sentence in Thai and in English."""

_SOURCES = {TABLE_TOTAL: ("แถวรวม", "the totals row"), PROSE: ("ข้อความ", "the prose")}


def repair_of(cell: WrongCell, shape: Shape, parts: tuple[int, ...] | None, thai: bool) -> Repair:
    """Turn a wrong cell into a repair.

    Args:
        cell: The cell.
        shape: The shape of the table.
        parts: The best parts of the cell's row; None for a statement.
        thai: Whether the table is printed in Thai digits.
    """

    def text(value: int) -> str:
        return format_figure(value, cell.figure.ratio, thai=thai, grouped=cell.place < 0)

    others = tuple(map(text, cell.others))
    proposed = None if cell.value is None else text(cell.value)
    th, en = _sentence(cell, shape, proposed or " / ".join(others))
    if parts is not None:
        why = _equation(shape, parts)
        th, en = f"{th}: {to_thai(why[0]) if thai else why[0]}", f"{en}: {why[1]}"
    if proposed is not None and others:
        th, en = f"{th}; อาจเป็น {' / '.join(others)}", f"{en}; it could also be {' / '.join(others)}"
    return Repair(cell.row, cell.name, cell.figure.printed, proposed, others, cell.certain, cell.kind, th, en)


def _sentence(cell: WrongCell, shape: Shape, proposed: str) -> Sentence:
    (th, en), printed = KINDS[cell.kind], cell.figure.printed
    was = (f"พิมพ์ว่า {printed}", f"says {printed}") if printed.strip() else ("ว่างอยู่", "is empty")
    row, column = _SOURCES.get(cell.row, (cell.row, cell.row)), shape.labels.get(cell.name, cell.name)
    return (
        f"{row[0]} ช่อง{' ' if column.isascii() else ''}{column}: {was[0]} ควรเป็น {proposed} ({th})",
        f"{row[1]}, {cell.name}: {was[1]}, should be {proposed} ({en})",
    )


def _equation(shape: Shape, parts: tuple[int, ...]) -> Sentence:
    sums = f"{' + '.join(map(str, parts))} = {sum(parts)}"
    if not shape.ratio:
        return sums, sums
    ratio = format_figure(value_of(shape, len(shape.counts), parts), True)
    return f"{sums} ร้อยละ {ratio}", f"{sums}, {ratio} percent"


def broken_equations(name: str, row: Row) -> Iterator[Sentence]:
    """Yield the equation of a row that fails as it is printed."""
    shape, cells = row.shape, row.cells
    counts = [cell.value for cell in cells[: len(shape.counts)]]
    printed = [cell.printed or "–" for cell in cells]
    whole, parts = printed[0], " + ".join(printed[1 : len(shape.counts)])
    readable = [count for count in counts if count is not None]
    if len(row.copies) > 1:
        yield f"{name}: แถวที่พิมพ์ซ้ำไม่ตรงกัน", f"{name}: the row is printed twice, with different figures"
    elif holds(shape, cells):
        return
    elif len(readable) < len(counts) or readable[0] != sum(readable[1:]):
        yield f"{name}: {parts} ไม่เท่ากับ {whole}", f"{name}: {parts} is not {whole}"
    elif shape.ratio:
        part, ratio = printed[1 + shape.ratio_part], printed[-1]
        yield f"{name}: ร้อยละ {ratio} ไม่ตรงกับ {part} จาก {whole}", f"{name}: {ratio} percent is not {part} of {whole}"
