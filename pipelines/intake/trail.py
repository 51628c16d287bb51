"""The trail of a figure: from what counts, over what was read and printed, to the place in the file and its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from khrop.model.terminal_text import printable
from pipelines.datasets.dataset import Column, Dataset
from pipelines.readers.document import PLACE, cell_place, row_place, where

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOTALS = ("total", "totals", "รวม", "grand total")
"""What the row of grand totals may be called."""


class NoSuchCell(Exception):
    """A province or a column that the return does not have; the message says what it has."""


@dataclass(slots=True)
class Trail:
    """The steps. `value` is what counts or was set aside (None where it could not be read), `printed` and `read` are
    the cell's, `notes` what was done to it; `corrected` tells of a correction that a person signed.
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
    archive: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The trail as JSON has it."""
        plain = asdict(self)
        # What a row is of names it, as `province`.
        return {name if name != "row" else self.row_of: value for name, value in plain.items() if name != "row_of"}

    def lines(self) -> list[str]:
        """The trail for a person, from the figure to the file."""
        said = [
            f"{printable(self.row)} {self.column}: {self.value if self.value is not None else 'no figure'}",
            f"  return    {self.snapshot_id}: {self.verdict}",
            f"  table     {self.table}",
        ]
        if self.corrected:
            said.append(f"  corrected {printable(self.corrected)}")
        said += [
            f"  as read   {printable(self.read) or '(nothing)'}{f'  ({self.notes})' if self.notes else ''}",
            f"  printed   {printable(self.printed) or '(nothing)'}",
            f"  place     {self.words}",
            f"  file      {printable(self.file)} (from {printable(self.source)})",
            *(f"  came in   {printable(container)}" for container in self.came_in),
            f"  sha256    {self.sha256}",
        ]
        return [*said, f"  bytes     {self.archive}"] if self.archive else said


def trail(
    connection: DuckDBPyConnection, snapshot_id: str, row: str, column: str, datasets: Mapping[str, Dataset]
) -> Trail:
    """Return the trail of a row's figure in a return, by any name of the row; of the grand total under `รวม`, `total`.

    Raises:
        NoSuchCell: Where the return has no such row or column.
    """
    verdict, sha256, judgement, name = _one(
        connection,
        "SELECT verdict, sha256, judgement, dataset FROM core.snapshot_judged WHERE snapshot_id = ?",
        [snapshot_id],
    ) or ("", "", 0, None)
    if name not in datasets:
        raise NoSuchCell(f"{snapshot_id} has no table; khrop show {snapshot_id} says why")
    dataset = datasets[name]
    columns = [known.name for known in dataset.stored if known.name not in dataset.key]
    if column not in columns:
        raise NoSuchCell(f"there is no column {column!r}; a return has {', '.join(columns)}")
    if row.strip().lower() in TOTALS:
        shown, value, place, table = _grand_total(connection, snapshot_id, judgement, column)
    else:
        shown, value, place, table = _row(connection, dataset, snapshot_id, judgement, sha256, row, column)
    field = dataset.by_name[column].heading
    printed, read, notes, at = _cell(connection, sha256, place, field)
    file, source = _one(connection, "SELECT name, source FROM raw.file WHERE sha256 = ?", [sha256]) or ("", "")
    containers = connection.execute(
        "SELECT DISTINCT f.name FROM raw.part AS p INNER JOIN raw.file AS f ON f.sha256 = p.parent WHERE p.sha256 = ?"
        " ORDER BY ALL",
        [sha256],
    ).fetchall()
    return Trail(
        snapshot_id, verdict, dataset.shape().key if dataset.shape else dataset.label, shown, column,
        None if value is None else str(value), table, printed, read, notes,
        at, where(at, column), file, source, sha256, [name for (name,) in containers],
        _correction(connection, snapshot_id, shown, column),
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
    """A row's name, its figure, its place, and the table that holds it."""
    label = dataset.by_name[dataset.label]
    wanted = label.kind.resolve(row) or row
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
            if named == wanted or row in map(str, keys):
                fitting.setdefault(key, (named, value, place, table))
        if len(fitting) > 1:
            raise NoSuchCell(f"{row!r} could be any of {len(fitting)} rows: {', '.join(fitting)}; name one of these")
        if fitting:
            return next(iter(fitting.values()))
    if same := _same_as(connection, snapshot_id):
        shown, value, place, table = _row(connection, dataset, *same, row, column)
        own = _place_of(connection, sha256, label, shown)
        return shown, value, own or place, f"{table} of {same[0]}, which it repeats"
    if label.kind.resolve(row) is None:
        near = ", ".join(label.kind.nearest(row))
        raise NoSuchCell(f"there is no row {row!r}{f'; did you mean {near}' if near else ''}")
    raise NoSuchCell(f"{snapshot_id} has no row of {wanted}; khrop show {snapshot_id} says what came of it")


def _same_as(connection: DuckDBPyConnection, snapshot_id: str) -> tuple[str, int, str] | None:
    """The return whose figures an unchanged one repeats, with its judgement and its bytes."""
    return _one(
        connection,
        "SELECT same.snapshot_id, same.judgement, same.sha256 FROM core.snapshot_judged AS own"
        " INNER JOIN core.snapshot_judged AS same ON same.snapshot_id = own.same_as WHERE own.snapshot_id = ?",
        [snapshot_id],
    )


def _place_of(connection: DuckDBPyConnection, sha256: str, label: Column, name: str) -> str:
    """Where a row stands in a file."""
    names = connection.execute(
        'SELECT read, place, "row" FROM raw.cell WHERE sha256 = ? AND field = ? ORDER BY ALL', [sha256, label.heading]
    ).fetchall()
    return next((row_place(sheet, row) for read, sheet, row in names if label.kind.parse(read) == name), "")


def _grand_total(
    connection: DuckDBPyConnection, snapshot_id: str, judgement: int, column: str
) -> tuple[str, Any, str, str]:
    found = _one(
        connection,
        "SELECT value, place FROM core.claim WHERE snapshot_id = ? AND judgement = ? AND source = 'table_total'"
        " AND measure = ?",
        [snapshot_id, judgement, column],
    )
    if found is None:
        raise NoSuchCell(f"{snapshot_id} has no grand total of {column}")
    return "รวม", found[0], found[1], "core.claim"


def _cell(connection: DuckDBPyConnection, sha256: str, place: str, column: str) -> tuple[str, str, str, str]:
    """What stands in a row's cell of a column: printed, read, notes, and its place."""
    at = PLACE.fullmatch(place or "")
    if at is None:
        return "", "", "", place or ""
    condition, more = ("field = ?", column) if not at["col"] else ("col = ?", int(at["col"]))
    found = _one(
        connection,
        f'SELECT printed, read, note, col FROM raw.cell WHERE sha256 = ? AND place = ? AND "row" = ? AND {condition}',
        [sha256, at["sheet"], int(at["row"]), more],
    )
    if found is None:
        return "", "", "", place
    return found[0], found[1], found[2], cell_place(at["sheet"], int(at["row"]), found[3])


def _correction(connection: DuckDBPyConnection, snapshot_id: str, row: str, column: str) -> str:
    found = _one(
        connection,
        "SELECT c.printed, c.corrected, d.decided_by, d.reason FROM core.correction AS c"
        " INNER JOIN core.decision AS d USING (ledger_line, snapshot_id)"
        " WHERE c.snapshot_id = ? AND c.row_name = ? AND c.column_name = ? ORDER BY c.ledger_line DESC LIMIT 1",
        [snapshot_id, "table_total" if row == "รวม" else row, column],
    )
    return f"{found[0]} → {found[1]}, by {found[2]}: {found[3]}" if found else ""


def _one(connection: DuckDBPyConnection, sql: str, parameters: list[Any]) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = connection.execute(sql, parameters).fetchone()
    return row
