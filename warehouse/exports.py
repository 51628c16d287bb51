"""The exports: tables as Parquet and CSV, of which only the campaigns that changed are written again.

A table with campaigns is a folder of Parquet files, `<table>.parquet/<campaign>.parquet`, and one CSV file, in which
the rows of each campaign stand together. Other tables are one file of each. An index beside them has the parts.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from khrop.model.terminal_text import BREAKS, UNSAFE
from warehouse import export_copies, marts, parts, reconciliation
from warehouse.buckets import Bucket
from warehouse.datasets import known, quoted
from warehouse.folders import swap

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STATE = ".state"
"""The file in the exports that holds the state they were made from."""
COPIED = ".bucket"
"""The file in the exports that holds the URL of the bucket that has them, too."""
INDEX = ".parts.json"
"""The file in the exports that holds the parts of each table."""
NO_CAMPAIGN = "no_campaign"
"""The file of the rows without a campaign, which is always there: no campaign may have an underscore in its name."""
VIOLATIONS = "core.violation"
EXPORTED = ("core.snapshot_judged", VIOLATIONS, "core.campaign", "core.province")
"""The tables that are exported beside those of the datasets."""
AS_A_WHOLE = ("core.campaign",)
"""The tables with campaigns that are written as a whole."""
BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a campaign in an exported table.

    Attributes:
        state: What they were made from.
        rows: How many there are.
        bytes: How many bytes of the CSV file they take.
    """

    state: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of the exports: its folder, and of each table by its stem the parts by campaign, in the CSV's order."""

    folder: Path
    parts: dict[str, dict[str, Part]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> _Version:
        """Return the version in a folder; without parts where it has no index that can be read."""
        try:
            index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
            return cls(
                folder,
                {stem: {name: Part(**part) for name, part in parts.items()} for stem, parts in index.items()},
            )
        except (OSError, ValueError, TypeError, AttributeError):
            return cls(folder)

    def write(self) -> None:
        index = {stem: {name: asdict(part) for name, part in parts.items()} for stem, parts in self.parts.items()}
        (self.folder / INDEX).write_text(json.dumps(index, ensure_ascii=False), encoding="utf-8")


def exported(connection: DuckDBPyConnection) -> tuple[str, ...]:
    """Return the tables that are exported: marts, current rows, rows set aside, and those that all datasets share."""
    datasets = known(connection)
    built = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart'").fetchall()
    return (
        *(f"mart.{mart}" for dataset in datasets for mart in dataset.marts if (mart,) in built),
        *([reconciliation.TABLE] if (reconciliation.MART,) in built else []),
        *(f"{dataset.table}_current" for dataset in datasets),
        *(dataset.set_aside for dataset in datasets),
        *EXPORTED,
    )


def state(connection: DuckDBPyConnection) -> str:
    """Return a hash of all that marts and exports are made from: judgements, reference tables and the SQL itself.

    Where the exports have the same state (see `exported_state`), nothing has to be rebuilt.
    """
    loaded = connection.execute(
        "SELECT (SELECT [count(*), max(epoch_us(loaded_at))] FROM core.snapshot),"
        " (SELECT list(c ORDER BY c.campaign_id) FROM core.campaign AS c),"
        " (SELECT list(p ORDER BY p.province_code) FROM core.province AS p),"
        " (SELECT list(d ORDER BY d.dataset) FROM core.dataset AS d)"
    ).fetchone()
    return hashlib.sha256(f"{loaded}{exported(connection)}{reconciliation.version()}".encode()).hexdigest()[:16]


def exported_state(folder: Path) -> str:
    """Return the state that the exports in a folder were made from; empty where there are none."""
    try:
        return (folder / STATE).read_text(encoding="ascii")
    except OSError:
        return ""


def copied_to(folder: Path) -> str:
    """Return the URL of the bucket that has the exports in a folder, too; empty where none has."""
    try:
        return (folder / COPIED).read_text(encoding="utf-8")
    except OSError:
        return ""


def parts_of(folder: Path, table: str) -> dict[str, Part]:
    """Return the parts of an exported table by campaign; the empty text for rows without one.

    Args:
        folder: The folder of the exports.
        table: The table, as schema.name.

    Returns:
        The parts; none where the table is not exported by campaign.
    """
    return _Version.read(folder).parts.get(table.replace(".", "_"), {})


def parquet_of(folder: Path, table: str) -> str:
    """Return the Parquet of an exported table as DuckDB reads it: a file, or the pattern of a folder's files.

    Args:
        folder: The folder of the exports.
        table: The table, as schema.name.
    """
    path = folder / f"{table.replace('.', '_')}.parquet"
    return str(path / "*.parquet" if path.is_dir() else path)


def export(
    connection: DuckDBPyConnection, folder: Path, *, whole: bool = False, bucket: Bucket | None = None
) -> dict[str, int]:
    """Write the marts and the current state as Parquet and CSV.

    The files are written into a new folder, which replaces the old one in one step, so that a reader sees one state.
    What did not change is a link to the file of the version before.

    Args:
        connection: The warehouse, for writing.
        folder: The folder of the exports, which is or becomes a link.
        whole: Write all again, whatever the version before has.
        bucket: Where they are copied to, before they replace those of the folder; None where nowhere.

    Returns:
        The number of rows by file stem.

    Raises:
        StorageFault: Where the bucket cannot be used; folder and bucket have what they had.
    """
    new = folder.with_name(f".{folder.name}-{os.getpid()}")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    before = _Version(folder) if whole else _Version.read(folder.resolve())
    writing = _Writing(connection, before, _Version(new))
    written = {table.replace(".", "_"): writing.table(table) for table in exported(connection)}
    writing.new.write()
    made_from = state(connection)
    (new / STATE).write_text(made_from, encoding="ascii")
    if bucket is not None:
        (new / COPIED).write_text(bucket.url, encoding="utf-8")
        export_copies.publish(bucket, new, made_from, whole=whole)
    swap(new, folder)
    return written


class _Writing:
    """Writing a version of the exports beside the one before."""

    def __init__(self, connection: DuckDBPyConnection, before: _Version, new: _Version) -> None:
        self.connection, self.before, self.new = connection, before, new
        self.states = parts.states(connection)

    def table(self, table: str) -> int:
        """Export a table, and return the number of its rows."""
        stem = table.replace(".", "_")
        columns = {name: kind for name, kind, *_ in self.connection.execute(f"DESCRIBE {table}").fetchall()}
        select_list = _shown_columns(columns)
        with open(self.new.folder / f"{stem}.csv", "wb") as target:
            target.write(_header(columns))
            if states := self._states(table, columns):
                return self._parts(table, columns, states, target, select_list)
            # One order, whatever order the returns came in.
            ordered = f"FROM {table} ORDER BY ALL"
            self._csv(ordered, target, select_list)
        return self._parquet(ordered, self.new.folder / f"{stem}.parquet")

    def _states(self, table: str, columns: Mapping[str, str]) -> dict[str, str]:
        """Return the states of a table's parts, with an empty one for no campaign; none where it is no such table."""
        if table in AS_A_WHOLE or not (parts.CAMPAIGN in columns or table == VIOLATIONS):
            return {}
        schema, name = table.split(".")
        if schema != "mart":
            return {"": "", **self.states}
        built = self.connection.execute(f"SELECT campaign_id, state FROM {marts.PARTS} WHERE mart = ?", [name])
        return {"": "", **dict(built.fetchall() or self._contents(table))}

    def _contents(self, table: str) -> list[tuple[str, str]]:
        """Return a state of each campaign in a mart that is built as a whole: a hash of its rows."""
        return [
            (campaign, f"{rows}-{hashed}")
            for campaign, rows, hashed in self.connection.execute(
                f"SELECT coalesce({parts.CAMPAIGN}, ''), count(*), sum(CAST(hash(t) AS HUGEINT)) FROM {table} AS t"
                " GROUP BY 1"
            ).fetchall()
        ]

    def _parts(
        self, table: str, columns: Mapping[str, str], states: dict[str, str], target: IO[bytes], select_list: str
    ) -> int:
        """Write the parts of a table that changed, and take the others over."""
        stem = table.replace(".", "_")
        (self.new.folder / f"{stem}.parquet").mkdir()
        old = self.before.parts.get(stem, {})
        starts = _starts(self.before.folder / f"{stem}.csv", old)
        unchanged = {name for name in starts if old[name].state == states.get(name)}
        if changed := sorted(states.keys() - unchanged):
            condition = parts.of_campaigns(changed)
            # The parts lie one after the other, so that each is read without the others.
            self.connection.execute(f"CREATE TEMP TABLE part AS FROM ({_source(table)}) WHERE {condition} ORDER BY ALL")
        column_list = ", ".join(f'"{name}"' for name in columns)
        new = self.new.parts[stem] = {}
        for name in sorted(states):
            file = Path(f"{stem}.parquet") / f"{name or NO_CAMPAIGN}.parquet"
            if name in unchanged:
                link(self.before.folder / file, self.new.folder / file)
                _append(self.before.folder / f"{stem}.csv", starts[name], old[name].bytes, target)
                new[name] = old[name]
            else:
                rows = f"SELECT {column_list} FROM part WHERE {parts.of_campaigns([name])} ORDER BY ALL"
                count = self._parquet(rows, self.new.folder / file)
                new[name] = Part(states[name], count, self._csv(rows, target, select_list) if count else 0)
        self.connection.execute("DROP TABLE IF EXISTS part")
        return sum(part.rows for part in new.values())

    def _parquet(self, rows: str, target: Path) -> int:
        """Write a Parquet file, and return how many rows it has."""
        written = self.connection.execute(f"COPY ({rows}) TO {quoted(str(target))} (FORMAT parquet)").fetchone()
        return int(written[0]) if written else 0

    def _csv(self, rows: str, target: IO[bytes], select_list: str) -> int:
        """Append rows to a CSV, and return how many bytes they take."""
        fragment = self.new.folder / ".fragment"
        options = "FORMAT csv, HEADER false"
        self.connection.execute(f"COPY (SELECT {select_list} FROM ({rows})) TO {quoted(str(fragment))} ({options})")
        length = fragment.stat().st_size
        _append(fragment, 0, length, target)
        fragment.unlink()
        return length


def _source(table: str) -> str:
    """Return the rows of a table with their campaigns."""
    if table != VIOLATIONS:
        return f"FROM {table}"
    return f"SELECT v.*, s.{parts.CAMPAIGN} FROM {table} AS v LEFT JOIN core.snapshot_judged AS s USING (snapshot_id)"


def _header(columns: Iterable[str]) -> bytes:
    """Return the first line of a CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(columns)
    return line.getvalue().encode()


def _starts(file: Path, old: dict[str, Part]) -> dict[str, int]:
    """Return where the rows of each campaign begin in a CSV; nothing where it is not as its parts are."""
    try:
        start = file.stat().st_size - sum(part.bytes for part in old.values())
    except OSError:
        return {}
    starts = {}
    for name, part in old.items():
        starts[name] = start
        start += part.bytes
    return starts if min(starts.values(), default=0) >= 0 else {}


def _append(source: Path, start: int, length: int, target: IO[bytes]) -> None:
    with open(source, "rb") as reader:
        reader.seek(start)
        while length > 0 and (data := reader.read(min(length, BUFFER))):
            target.write(data)
            length -= len(data)


def link(source: Path, target: Path) -> None:
    """Link a file, or copy it where the file system has no such links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _shown_columns(columns: Mapping[str, str]) -> str:
    """Return the columns of a table for a CSV, which people open in spreadsheets: `spreadsheet_text`, as SQL."""
    names = [f'"{name}"' for name, kind in columns.items() if kind == "VARCHAR"]
    return f"* REPLACE ({', '.join(f'{_shown(name)} AS {name}' for name in names)})" if names else "*"


def _shown(column: str) -> str:
    breaks = "".join(f"\\x{{{ord(character):x}}}" for character in BREAKS)
    unsafe = "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in UNSAFE if first != 0xD800)
    plain = f"regexp_replace(regexp_replace({column}, '[{breaks}]', ' ', 'g'), '[{unsafe}]', '\ufffd', 'g')"
    number = f"regexp_full_match({column}, '[+-][0-9.,]*%?')"
    formula = f"regexp_matches({column}, '^[{breaks}]*[=@+-]') AND NOT {number}"
    return f"CASE WHEN {formula} THEN chr(39) || {plain} ELSE {plain} END"
