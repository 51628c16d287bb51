"""The trail of a figure: from the stored value, over what was read and printed, to its place in the file's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from khrop.model.terminal_text import printable
from pipelines.datasets.dataset import Column, Dataset
from pipelines.decisions.uncertain import address_of, plain
from pipelines.intake.doubts import doubt_at
from pipelines.readers.candidate import Candidate, in_words
from pipelines.readers.document import PLACE, UNCERTAIN, cell_place, row_place, where

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOTALS = ("total", "totals", "รวม", "grand total")
"""The names of the row of grand totals."""


class NoSuchCell(Exception):
    """A row or column that the return does not have; the message names those it has."""


@dataclass(slots=True, kw_only=True)
class Trail:
    """The steps from a figure to its bytes.

    Attributes:
        snapshot_id: The return.
        verdict: Its verdict.
        row_of: What a row is, such as `province`.
        row: The row's name.
        column: The column.
        value: The stored value; None where it could not be read.
        table: The table that holds it.
        printed: The cell as printed.
        read: The cell as read.
        notes: What reading changed.
        place: The place of the cell, as sheet!R<row>C<column>.
        words: The place in words.
        file: The name of the file.
        source: Where it came from.
        sha256: The hash of its bytes.
        came_in: The names of the containers that it came in.
        corrected: The correction that a person signed, if any.
        candidates: What the cell of a picture may say, likeliest first, if its reading is not certain.
        picture: Of such a cell, as PNG.
        archive: The path of the bytes, set by the caller.
        page: The path of the picture of its page, set by the caller where there is one.
        pictured: The path of the file that the caller wrote its picture to.
    """

    snapshot_id: str
    verdict: str
    row_of: str
    row: str
    column: str
    value: str | None
    table: str
    printed: str
    read: str
    notes: str
    place: str
    words: str
    file: str
    source: str
    sha256: str
    came_in: list[str]
    corrected: str = ""
    candidates: tuple[Candidate, ...] = ()
    picture: bytes = b""
    archive: str = ""
    page: str = ""
    pictured: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the trail as JSON has it; `row` has the name of what a row is, such as `province`.

        `may_be` has the candidates, `picture` the address by which a page can show the picture.
        """
        values = {name: value for name, value in asdict(self).items() if name not in ("row_of", "candidates")}
        record = {name if name != "row" else self.row_of: value for name, value in values.items()}
        return {**record, "may_be": plain(self.candidates), "picture": address_of(self.picture)}

    def lines(self) -> list[str]:
        """Return the trail as lines for a person, from the figure to the file."""
        lines = [
            f"{printable(self.row)} {self.column}: {self.value if self.value is not None else 'no figure'}",
            f"  return    {self.snapshot_id}: {self.verdict}",
            f"  table     {self.table}",
        ]
        if self.corrected:
            lines.append(f"  corrected {printable(self.corrected)}")
        lines += [
            f"  as read   {printable(self.read) or '(nothing)'}{f'  ({self.notes})' if self.notes else ''}",
            f"  printed   {printable(self.printed) or '(nothing)'}",
            *self._doubt(),
            f"  place     {self.words}",
            *([f"  page      {self.page}"] if self.page else ()),
            f"  file      {printable(self.file)} (from {printable(self.source)})",
            *(f"  came in   {printable(container)}" for container in self.came_in),
            f"  sha256    {self.sha256}",
        ]
        return [*lines, f"  bytes     {self.archive}"] if self.archive else lines

    def _doubt(self) -> list[str]:
        """The lines on a cell of a picture whose reading is not certain."""
        if self.picture:
            name = f"{printable(self.row)}:{self.column}"
            where = self.pictured or f"khrop show {self.snapshot_id} --cell {name} --picture FILE writes it"
            return [f"  may be    {in_words(self.candidates)}", f"  picture   {where}"]
        if UNCERTAIN in self.notes.split():
            return [f"  may be    not kept when it was read: khrop recheck {self.snapshot_id} reads it again"]
        return []


def trail(
    connection: DuckDBPyConnection, snapshot_id: str, row: str, column: str, datasets: Mapping[str, Dataset]
) -> Trail:
    """Return the trail of a figure.

    Args:
        connection: The warehouse.
        snapshot_id: The return.
        row: Any name of the row, its key, or a name of the grand total (`TOTALS`).
        column: The column.
        datasets: All datasets by name.

    Raises:
        NoSuchCell: Where the return has no such row or column.
    """
    verdict, sha256, judgement, name = _first(
        connection,
        "SELECT verdict, sha256, judgement, dataset FROM core.snapshot_judged WHERE snapshot_id = ?",
        [snapshot_id],
    ) or ("", "", 0, None)
    if name not in datasets:
        raise NoSuchCell(f"{snapshot_id} has no table; khrop show {snapshot_id} says why")
    dataset = datasets[name]
    columns = [stored.name for stored in dataset.stored if stored.name not in dataset.key]
    if column not in columns:
        raise NoSuchCell(f"there is no column {column!r}; a return has {', '.join(columns)}")
    if row.strip().lower() in TOTALS:
        name_of_row, value, place, table = _grand_total(connection, snapshot_id, judgement, column)
    else:
        name_of_row, value, place, table = _row(connection, dataset, snapshot_id, judgement, sha256, row, column)
    field = dataset.by_name[column].heading
    printed, text_read, notes, at = _cell(connection, sha256, place, field)
    file, source = _first(connection, "SELECT name, source FROM raw.file WHERE sha256 = ?", [sha256]) or ("", "")
    candidates, picture = doubt_at(connection, sha256, at) or ((), b"")
    containers = connection.execute(
        "SELECT DISTINCT f.name FROM raw.part AS p INNER JOIN raw.file AS f ON f.sha256 = p.parent WHERE p.sha256 = ?"
        " ORDER BY ALL",
        [sha256],
    ).fetchall()
    return Trail(
        snapshot_id=snapshot_id, verdict=verdict, row_of=dataset.shape().key if dataset.shape else dataset.label,
        row=name_of_row, column=column, value=None if value is None else str(value), table=table,
        printed=printed, read=text_read, notes=notes, place=at, words=where(at, column),
        file=file, source=source, sha256=sha256, came_in=[name for (name,) in containers],
        corrected=_correction(connection, snapshot_id, name_of_row, column), candidates=candidates, picture=picture,
    )  # fmt: skip


def _row(
    connection: DuckDBPyConnection,
    dataset: Dataset,
    snapshot_id: str,
    judgement: int,
    sha256: str,
    row: str,
    column: str,
) -> tuple[str, Any, str, str]:
    """Return a row's name, its figure, its place, and the table that holds it."""
    label = dataset.by_name[dataset.label]
    resolved = label.kind.resolve(row) or row
    for table, set_aside in ((dataset.table, False), (dataset.set_aside_table, True)):
        source, name_of = (label.derived if label.derived and not set_aside else None) or (label.name, str)
        rows = connection.execute(
            f"SELECT {source}, {', '.join(dataset.key)}, {column}, place FROM {table}"
            " WHERE snapshot_id = ? AND judgement = ? ORDER BY place",
            [snapshot_id, judgement],
        ).fetchall()
        fitting: dict[str, tuple[str, Any, str, str]] = {}
        for name, *keys, value, place in rows:
            named, key = name_of(name) if name is not None else "", " ".join(map(str, keys))
            if row == key:
                return named, value, place, table
            if named == resolved or row in map(str, keys):
                fitting.setdefault(key, (named, value, place, table))
        if len(fitting) > 1:
            raise NoSuchCell(f"{row!r} could be any of {len(fitting)} rows: {', '.join(fitting)}; name one of these")
        if fitting:
            return next(iter(fitting.values()))
    if same := _same_as(connection, snapshot_id):
        name_of_row, value, place, table = _row(connection, dataset, *same, row, column)
        own_place = _place_of(connection, sha256, label, name_of_row)
        return name_of_row, value, own_place or place, f"{table} of {same[0]}, which it repeats"
    if label.kind.resolve(row) is None:
        near = ", ".join(label.kind.nearest(row))
        raise NoSuchCell(f"there is no row {row!r}{f'; did you mean {near}' if near else ''}")
    raise NoSuchCell(f"{snapshot_id} has no row of {resolved}; khrop show {snapshot_id} says why")


def _same_as(connection: DuckDBPyConnection, snapshot_id: str) -> tuple[str, int, str] | None:
    """Return what an unchanged return repeats: name, judgement and hash of the other return."""
    return _first(
        connection,
        "SELECT same.snapshot_id, same.judgement, same.sha256 FROM core.snapshot_judged AS own"
        " INNER JOIN core.snapshot_judged AS same ON same.snapshot_id = own.same_as WHERE own.snapshot_id = ?",
        [snapshot_id],
    )


def _place_of(connection: DuckDBPyConnection, sha256: str, label: Column, name: str) -> str:
    """Return the place of a row in a file; empty where it has none."""
    names = connection.execute(
        'SELECT read, place, "row" FROM raw.cell WHERE sha256 = ? AND field = ? ORDER BY ALL', [sha256, label.heading]
    ).fetchall()
    return next((row_place(sheet, row) for text, sheet, row in names if label.kind.parse(text) == name), "")


def _grand_total(
    connection: DuckDBPyConnection, snapshot_id: str, judgement: int, column: str
) -> tuple[str, Any, str, str]:
    record = _first(
        connection,
        "SELECT value, place FROM core.claim WHERE snapshot_id = ? AND judgement = ? AND source = 'table_total'"
        " AND measure = ?",
        [snapshot_id, judgement, column],
    )
    if record is None:
        raise NoSuchCell(f"{snapshot_id} has no grand total of {column}")
    return "รวม", record[0], record[1], "core.claim"


def _cell(connection: DuckDBPyConnection, sha256: str, place: str, column: str) -> tuple[str, str, str, str]:
    """Return a row's cell of a column: printed, read, notes, and its place."""
    at = PLACE.fullmatch(place or "")
    if at is None:
        return "", "", "", place or ""
    condition, more = ("field = ?", column) if not at["col"] else ("col = ?", int(at["col"]))
    record = _first(
        connection,
        f'SELECT printed, read, note, col FROM raw.cell WHERE sha256 = ? AND place = ? AND "row" = ? AND {condition}',
        [sha256, at["sheet"], int(at["row"]), more],
    )
    if record is None:
        return "", "", "", place
    return record[0], record[1], record[2], cell_place(at["sheet"], int(at["row"]), record[3])


def _correction(connection: DuckDBPyConnection, snapshot_id: str, row: str, column: str) -> str:
    record = _first(
        connection,
        "SELECT c.printed, c.corrected, d.decided_by, d.reason FROM core.correction AS c"
        " INNER JOIN core.decision AS d USING (ledger_line, snapshot_id)"
        " WHERE c.snapshot_id = ? AND c.row_name = ? AND c.column_name = ? ORDER BY c.ledger_line DESC LIMIT 1",
        [snapshot_id, "table_total" if row == "รวม" else row, column],
    )
    return f"{record[0]} → {record[1]}, by {record[2]}: {record[3]}" if record else ""


def _first(connection: DuckDBPyConnection, sql: str, parameters: list[Any]) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = connection.execute(sql, parameters).fetchone()
    return row
