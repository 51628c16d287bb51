"""Read a table, and the statements about its totals, into the columns of a shape.

Here belongs how the arguments of a caller (a frame; records; a mapping of rows, totals and prose) become a `Sheet`,
and the messages for those that do not. How likely a figure is misread belongs in `khrop.repair.figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from khrop.files.typed_columns import PRINTED
from khrop.model.table_shape import Shape
from khrop.repair.figures import Figure, channel_prices, half_nats, read_figure, text_of

Channel = Mapping[tuple[str, str], float]
Scores = Mapping[tuple[str, str], Mapping[Any, float]]
Cells = tuple[Figure, ...]
Section = tuple[str, Mapping[str, Any]]
"""A source or the name of a row, with its cells by column or measure."""

TABLE_TOTAL, PROSE = "table_total", "prose"
_SECTIONS = {"total_row": TABLE_TOTAL, TABLE_TOTAL: TABLE_TOTAL, PROSE: PROSE}
_TOTAL_NAMES = ("รวม", "รวมทั้งสิ้น", "รวมทั้งหมด", "total", "grand total", "sum")
"""The names of a totals row among the rows."""
_MOST_ROWS = 100_000


class UnreadableTable(ValueError):
    """A table that does not have the shape; the message names what is missing and what was expected."""


class Statement(NamedTuple):
    """A figure that a document states about the whole table.

    Attributes:
        source: `table_total`, `prose`, or another source of claims.
        measure: The name of the figure.
        axis: The index in `Shape.counts` of the count, or of the part that the ratio is of.
        figure: The figure as it is printed.
    """

    source: str
    measure: str
    axis: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table in the columns of a shape.

    Attributes:
        shape: The shape.
        names: The names of the rows as printed.
        keys: The same names as `Shape.same` returns them.
        rows: The cells of the rows, in the order of `Shape.columns`.
        columns: The names of these columns in the table.
        statements: The statements about the whole table.
    """

    shape: Shape
    names: tuple[str, ...]
    keys: tuple[str, ...]
    rows: tuple[Cells, ...]
    columns: tuple[str, ...]
    statements: tuple[Statement, ...]


def read_sheet(
    table: Any, shape: Shape, claims: Any = None, channel: Channel | None = None, scores: Scores | None = None
) -> Sheet:
    """Read a table in its shape.

    Args:
        table: As `khrop.repair.suggest` takes it, as all others.
        shape: The shape of the table.
        claims: The statements outside the rows.
        channel: P(printed digit | true digit) by (true, printed).
        scores: P(value) of the texts of single cells, by (row, column).

    Returns:
        The sheet.

    Raises:
        UnreadableTable: The table has no rows, lacks a column, or is no table; or the claims are no claims.
        ValueError: The channel or the scores are not valid.
    """
    records, sections = _split_table(table)
    if not records:
        raise UnreadableTable("the table has no rows: there is nothing to repair")
    if len(records) > _MOST_ROWS:
        raise UnreadableTable(f"the table has {len(records)} rows; at most {_MOST_ROWS} are read")
    key, *columns = _names_in(records, shape, (shape.key, *shape.columns))
    prices = channel_prices(channel)
    rows: list[Section] = []
    totals: list[Section] = []
    for record in records:
        name = "" if record.get(key) is None else str(record[key]).strip()
        (totals if name.casefold() in _TOTAL_NAMES else rows).append((name, record))
    for _, record in totals[:1]:
        sections.append((TABLE_TOTAL, {name: record.get(name) for name in columns}))
    if not rows:
        raise UnreadableTable("the table has no rows beside its totals: there is nothing to repair")
    sections += _claims(claims)

    def cell(row: str, column: str, ratio: bool, printed: Any) -> Figure:
        figure = read_figure(printed, ratio)
        if prices:
            figure = figure._replace(channel=prices)
        if scores and (row, column) in scores:
            figure = figure._replace(soft=_score_prices(scores[row, column], ratio))
        return figure

    ratios = [name == shape.ratio for name in shape.columns]
    names = tuple(name for name, _ in rows)
    return Sheet(
        shape,
        names,
        tuple(shape.same(name) for name in names),
        tuple(
            tuple(cell(name, c, ratio, _printed_cell(record, c)) for c, ratio in zip(columns, ratios, strict=True))
            for name, record in rows
        ),
        tuple(columns),
        tuple(_statements(sections, shape, cell)),
    )


def _printed_cell(record: Mapping[str, Any], column: str) -> Any:
    """Return a cell; of one that could not be read, the printed text in the column beside it."""
    value = record.get(column)
    return value if text_of(value, ratio=False) else record.get(column + PRINTED, value)


def _split_table(table: Any) -> tuple[list[Mapping[str, Any]], list[Section]]:
    """Return the records of a table, and its sections beside them."""
    sections: list[Section] = []
    if isinstance(table, Mapping):
        if "rows" not in table:
            raise UnreadableTable("a table that is a mapping needs 'rows', and may have 'total_row' and 'prose'")
        sections = [(_SECTIONS[name], table[name]) for name in table if name in _SECTIONS and table[name]]
        for source, section in sections:
            if not isinstance(section, Mapping):
                raise UnreadableTable(f"{source} is a mapping from measure to figure, not {type(section).__name__}")
        table = table["rows"]
    return _records(table, "the table"), sections


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
            raise UnreadableTable(
                f"row {number} of {what} is {type(record).__name__}, not a mapping from column to figure"
            )
    return records


def wholes_of(table: Any, shape: Shape) -> dict[str, int | None]:
    """Read the whole of each row.

    Args:
        table: As `khrop.repair.suggest` takes it.
        shape: The shape of the table.

    Returns:
        The wholes by the names that `Shape.same` returns; None for one that cannot be read.

    Raises:
        UnreadableTable: The table has no column of names or of wholes, or is no table.
    """
    records, _ = _split_table(table)
    key, whole = _names_in(records, shape, (shape.key, shape.whole))
    named = [("" if record.get(key) is None else str(record[key]).strip(), record) for record in records]
    rows = [(name, record) for name, record in named if name.casefold() not in _TOTAL_NAMES]
    return {shape.same(name): read_figure(_printed_cell(record, whole), False).value for name, record in rows}


def _names_in(records: Sequence[Mapping[str, Any]], shape: Shape, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the names in the records of some columns of a shape."""
    present = {name for record in records for name in record}
    names = {column: next((name for name in shape.names_of(column) if name in present), None) for column in columns}
    if missing := [column for column, name in names.items() if name is None]:
        has = ", ".join(sorted(map(str, present))) or "none"
        raise UnreadableTable(f"the table lacks the column(s) {', '.join(missing)}; it has {has}")
    return tuple(str(name) for name in names.values())


def _claims(claims: Any) -> list[Section]:
    """Return the claims by their source."""
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
            raise UnreadableTable("a claim needs a source, a measure and a value")
        printed = record.get("printed")
        value = printed if isinstance(printed, str) and printed else record.get("value")
        by_source.setdefault(str(record["source"]), {})[str(record["measure"])] = value
    return list(by_source.items())


def _statements(sections: Iterable[Section], shape: Shape, cell: Any) -> Iterable[Statement]:
    counts = {name: axis for axis, column in enumerate(shape.counts) for name in shape.names_of(column)}
    ratios = {f"{part}_{end}": axis for axis, part in enumerate(shape.parts, 1) for end in ("percent", "pct")}
    if shape.ratio:
        ratios |= dict.fromkeys(shape.names_of(shape.ratio), shape.ratio_part + 1)
    for source, section in sections:
        for measure, printed in section.items():
            if measure in counts:
                yield Statement(source, measure, counts[measure], cell(source, measure, False, printed))
            elif measure in ratios:
                yield Statement(source, measure, ratios[measure], cell(source, measure, True, printed))


def _score_prices(scores: Mapping[Any, float], ratio: bool) -> tuple[tuple[int, int], ...]:
    """Return the value and the price of each text with a score, sorted."""
    prices: dict[int, int] = {}
    for text, probability in scores.items():
        if not 0 <= probability <= 1:
            raise ValueError(f"the scores give {text!r} the probability {probability}: not in [0, 1]")
        value = read_figure(text, ratio).value
        if value is not None:
            prices[value] = half_nats(probability)
    return tuple(sorted(prices.items()))
