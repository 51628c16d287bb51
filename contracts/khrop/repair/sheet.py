"""A table and what is claimed of its totals, as figures in the columns of a shape.

Here belongs how what a caller hands in (a mapping of rows, totals and prose; records; a frame) becomes a `Sheet`,
and the words for what cannot. What the figures may have been belongs in `khrop.repair.figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from khrop.files.typed_columns import PRINTED
from khrop.repair.figures import Figure, confusions, figure, half_nats, text_of
from khrop.repair.shape import TOTAL_NAMES, Shape

Channel = Mapping[tuple[str, str], float]
Scores = Mapping[tuple[str, str], Mapping[Any, float]]
Cells = tuple[Figure, ...]
Section = tuple[str, Mapping[str, Any]]

TABLE_TOTAL, PROSE = "table_total", "prose"
_SECTIONS = {"total_row": TABLE_TOTAL, TABLE_TOTAL: TABLE_TOTAL, PROSE: PROSE}
_MOST_ROWS = 100_000


class UnreadableTable(ValueError):
    """A table that is none of this shape: it says what is missing and what was expected."""


class Statement(NamedTuple):
    """What a document says of the table as a whole. `axis` is a place in the shape's counts (0 is the whole); for a
    ratio, that of the part that it speaks of."""

    source: str
    measure: str
    axis: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Sheet:
    """`names` of the rows as printed, `keys` their one name, `rows` their cells in the order of `shape.columns`,
    `columns` what the table calls these."""

    shape: Shape
    names: tuple[str, ...]
    keys: tuple[str, ...]
    rows: tuple[Cells, ...]
    columns: tuple[str, ...]
    said: tuple[Statement, ...]


def read_sheet(
    table: Any, shape: Shape, claims: Any = None, channel: Channel | None = None, scores: Scores | None = None
) -> Sheet:
    """The table in its shape; `UnreadableTable` where it has no rows or lacks a column, ValueError where the channel or
    the scores make no sense."""
    records, said = _parts_of(table)
    if not records:
        raise UnreadableTable("the table has no rows: there is nothing to repair")
    if len(records) > _MOST_ROWS:
        raise UnreadableTable(f"the table has {len(records)} rows; at most {_MOST_ROWS} are read")
    key, *columns = _names_in(records, shape, (shape.key, *shape.columns))
    prices = confusions(channel)
    rows: list[Section] = []
    totals: list[Section] = []
    for record in records:
        name = "" if record.get(key) is None else str(record[key]).strip()
        (totals if name.casefold() in TOTAL_NAMES else rows).append((name, record))
    for _, record in totals[:1]:
        said.append((TABLE_TOTAL, {name: record.get(name) for name in columns}))
    if not rows:
        raise UnreadableTable("the table has no rows beside its totals: there is nothing to repair")
    said += _claims(claims)

    def cell(row: str, column: str, ratio: bool, printed: Any) -> Figure:
        found = figure(printed, ratio)
        if prices:
            found = found._replace(channel=prices)
        if scores and (row, column) in scores:
            found = found._replace(soft=_soft(scores[row, column], ratio))
        return found

    ratios = [name == shape.ratio for name in shape.columns]
    names = tuple(name for name, _ in rows)
    return Sheet(
        shape,
        names,
        tuple(shape.same(name) for name in names),
        tuple(
            tuple(cell(name, c, ratio, _printed(record, c)) for c, ratio in zip(columns, ratios, strict=True))
            for name, record in rows
        ),
        tuple(columns),
        tuple(_statements(said, shape, cell)),
    )


def _printed(record: Mapping[str, Any], column: str) -> Any:
    """A cell; where it could not be read, what was printed stands beside it."""
    value = record.get(column)
    return value if text_of(value, ratio=False) else record.get(column + PRINTED, value)


def _parts_of(table: Any) -> tuple[list[Mapping[str, Any]], list[Section]]:
    said: list[Section] = []
    if isinstance(table, Mapping):
        if "rows" not in table:
            raise UnreadableTable("a table as a mapping needs its 'rows', and may have 'total_row' and 'prose'")
        said = [(_SECTIONS[name], table[name]) for name in table if name in _SECTIONS and table[name]]
        for source, section in said:
            if not isinstance(section, Mapping):
                raise UnreadableTable(f"{source} is a mapping from measure to figure, not {type(section).__name__}")
        table = table["rows"]
    records = _records(table, "the table")
    return records, said


def _records(frame: Any, what: str) -> list[Mapping[str, Any]]:
    if frame is None or isinstance(frame, (str, bytes)):
        raise UnreadableTable(f"{what} is a frame or a sequence of records, not {type(frame).__name__}")
    if hasattr(frame, "to_dicts"):  # Polars
        frame = frame.to_dicts()
    elif hasattr(frame, "to_dict"):  # pandas
        frame = frame.to_dict("records")
    if not isinstance(frame, Iterable):
        raise UnreadableTable(f"{what} is a frame or a sequence of records, not {type(frame).__name__}")
    records = list(frame)
    for number, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            raise UnreadableTable(f"row {number} of {what} is no record (column to figure): {type(record).__name__}")
    return records


def wholes_of(table: Any, shape: Shape) -> dict[str, int | None]:
    """The whole of each row of a table, by the row's one name; `UnreadableTable` where it has no such columns."""
    records, _ = _parts_of(table)
    key, whole = _names_in(records, shape, (shape.key, shape.whole))
    named = [("" if record.get(key) is None else str(record[key]).strip(), record) for record in records]
    rows = [(name, record) for name, record in named if name.casefold() not in TOTAL_NAMES]
    return {shape.same(name): figure(_printed(record, whole), False).value for name, record in rows}


def _names_in(records: Sequence[Mapping[str, Any]], shape: Shape, columns: Sequence[str]) -> tuple[str, ...]:
    """What records call some columns of a shape."""
    there = {name for record in records for name in record}
    found = {column: next((name for name in shape.names_of(column) if name in there), None) for column in columns}
    if lacking := [column for column, name in found.items() if name is None]:
        has = ", ".join(sorted(map(str, there))) or "none"
        raise UnreadableTable(f"the table lacks the column(s) {', '.join(lacking)}; it has {has}")
    return tuple(str(name) for name in found.values())


def _claims(claims: Any) -> list[Section]:
    if claims is None:
        return []
    if isinstance(claims, Mapping):
        wrong = [source for source, section in claims.items() if not isinstance(section, Mapping)]
        if wrong:
            raise UnreadableTable(f"claims are {{source: {{measure: figure}}}} or records; {wrong[0]} is neither")
        return [(_SECTIONS.get(source, str(source)), section) for source, section in claims.items()]
    by_source: dict[str, dict[str, Any]] = {}
    for record in _records(claims, "the claims"):
        if not {"source", "measure"} <= set(record):
            raise UnreadableTable("a claim needs its source, its measure and its value")
        printed = record.get("printed")
        value = printed if isinstance(printed, str) and printed else record.get("value")
        by_source.setdefault(str(record["source"]), {})[str(record["measure"])] = value
    return list(by_source.items())


def _statements(said: Iterable[Section], shape: Shape, cell: Any) -> Iterable[Statement]:
    counts = {name: axis for axis, column in enumerate(shape.counts) for name in shape.names_of(column)}
    ratios = {f"{part}_{end}": axis for axis, part in enumerate(shape.parts, 1) for end in ("percent", "pct")}
    if shape.ratio:
        ratios |= dict.fromkeys(shape.names_of(shape.ratio), shape.ratio_part + 1)
    for source, section in said:
        for measure, printed in section.items():
            if measure in counts:
                yield Statement(source, measure, counts[measure], cell(source, measure, False, printed))
            elif measure in ratios:
                yield Statement(source, measure, ratios[measure], cell(source, measure, True, printed))


def _soft(scores: Mapping[Any, float], ratio: bool) -> tuple[tuple[int, int], ...]:
    """(value, price) of each reading that was thought possible."""
    soft: dict[int, int] = {}
    for text, probability in scores.items():
        if not 0 <= probability <= 1:
            raise ValueError(f"the scores give {text!r} the probability {probability}: not in [0, 1]")
        value = figure(text, ratio).value
        if value is not None:
            soft[value] = half_nats(probability)
    return tuple(sorted(soft.items()))
