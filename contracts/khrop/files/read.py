"""A file to a table: CSV and TSV, workbooks, Parquet, told by what is in them and not by what they are called.

Here belongs the choice of a reader, and Parquet, which engines read themselves. No reader changes a file, and none
pulls a Parquet file into Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from khrop.files.table import Table, Unreadable, derived, gathered, named_once, no_rows
from khrop.model.errors import WrongUse

ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
NOT_TABLES = {b"%PDF": "a PDF", b"\x1f\x8b": "gzip", b"\x89PNG": "an image", b"Obj\x01": "Avro", b"ARROW1": "Arrow"}
MOST_SAID = 300


def read(path: Path, contract: type, sheet: str | None = None) -> Table:
    """The table of a file, with the columns and types of a contract (see `khrop.files.table.Table`).

    `sheet` is the one of a workbook; without it the first that has the contract's columns. Raises `Unreadable` for
    a file that no table can be had from, `WrongUse` for a path that is no file, a sheet that is not there, and a
    form that needs a package which is not installed.
    """
    there(path)
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}", f"เปิดไฟล์ไม่ได้: {error.strerror}") from error
    if not head:
        raise Unreadable("the file is empty", "ไฟล์ว่างเปล่า")
    likes = _likes(contract)
    if head.startswith((ZIP, OLE)):
        from khrop.files import _workbook

        name, heading, rows = _workbook.read(path, likes, sheet)
        return gathered(contract, heading, [rows] if rows else [], name)
    if sheet is not None:
        raise WrongUse(f"--sheet is for workbooks; {path} is none")
    if head.startswith(PARQUET):
        return _parquet(path, contract)
    if form := next((form for begin, form in NOT_TABLES.items() if head.startswith(begin)), ""):
        raise Unreadable(f"this is {form}: expected CSV, XLSX or Parquet", "ไฟล์ไม่ใช่ CSV, XLSX หรือ Parquet")
    from khrop.files import csv_text

    heading, _, pieces = csv_text.read(path, likes)
    return gathered(contract, heading, pieces)


def there(path: Path) -> None:
    """Refuse a path that is not there, or is no file."""
    if str(path) == "-":
        raise WrongUse("a file is read twice, which standard input cannot be: write it to a file first")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise WrongUse(f"{path} is not there") from None
    except (OSError, ValueError) as error:
        raise WrongUse(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if S_ISDIR(mode):
        raise WrongUse(f"{path} is a folder; khrop check takes a file")
    if not S_ISREG(mode):
        raise WrongUse(f"{path} is neither a file nor a folder")


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Raise `Unreadable` if a file was written to in the meantime: what was read is then of no one state of it."""
    before = _state(path)
    yield
    if _state(path) != before:
        raise Unreadable(
            "the file was changed while it was read; run this again once it is whole",
            "ไฟล์ถูกแก้ไขระหว่างการอ่าน โปรดตรวจใหม่เมื่อไฟล์สมบูรณ์",
        )


def _state(path: Path) -> tuple[int, int, int]:
    try:
        now = path.stat()
    except OSError:  # gone: no state that a file there could have
        return -1, -1, -1
    return now.st_ino, now.st_size, now.st_mtime_ns


def _likes(contract: type) -> Callable[[list[str]], int]:
    wanted = set(contract.to_schema().columns)  # type: ignore[attr-defined]
    return lambda heading: len(wanted.intersection(cell.strip() for cell in heading))


def damage(table: Table) -> Unreadable | None:
    """What is wrong with a file that an engine reads only while it is asked: it is read through once."""
    import narwhals as nw

    try:
        # Counting different values cannot be answered from a file's statistics.
        nw.from_native(table.frame).lazy().select(nw.all().n_unique()).collect("pandas")
    except ImportError:
        return None
    except Exception as error:
        return _damaged(error)
    return None


def _damaged(error: BaseException) -> Unreadable:
    said = " ".join(str(error).split())[:MOST_SAID]
    return Unreadable(f"the Parquet file is damaged: {said}", "ไฟล์ Parquet เสียหายหรือไม่สมบูรณ์")


def _parquet(path: Path, contract: type) -> Table:
    """A Parquet file in the first engine there is that need not pull it: DuckDB, Polars, else pandas."""
    import narwhals as nw

    opened = next(
        (frame for engine in (_in_duckdb, _in_polars, _in_pandas) if (frame := engine(path)) is not None), None
    )
    if opened is None:
        raise WrongUse("Parquet is read with DuckDB, Polars or pyarrow: pip install 'khrop[files]'")
    data = nw.from_native(opened).lazy()
    try:
        columns = {name: at for at, name in enumerate(data.collect_schema(), 1)}
        rows = int(data.select(nw.len()).collect("pandas").item())
    except ImportError:
        raise
    except Exception as error:
        raise _damaged(error) from error
    if not rows:
        raise no_rows()
    return derived(contract, Table(opened, rows, columns))


def _in_duckdb(path: Path) -> Any:
    try:
        duckdb = import_module("duckdb")
    except ModuleNotFoundError:
        return None
    # A path may hold what DuckDB takes for a pattern.
    name = "".join(f"[{c}]" if c in "*?[" else c for c in str(path.absolute()))
    try:
        # The default connection, so that a file can be compared with the previous one.
        frame = duckdb.read_parquet(name, hive_partitioning=False, union_by_name=False)
        inside = duckdb.execute("SELECT name FROM parquet_schema(?)", [name]).fetchall()
    except duckdb.Error as error:
        raise _damaged(error) from error
    # DuckDB gives a doubled name another one, which would leave the doubt unseen.
    names = [row[0] for row in inside[1:]]
    if len(names) == len(frame.columns):
        named_once(names)
    return frame


def _in_polars(path: Path) -> Any:
    try:
        polars = import_module("polars")
    except ModuleNotFoundError:
        return None
    return polars.scan_parquet(path, glob=False, hive_partitioning=False)


def _in_pandas(path: Path) -> Any:
    try:
        parquet = import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        return None
    try:
        return parquet.read_table(path, partitioning=None).to_pandas()
    except (OSError, ValueError) as error:
        raise _damaged(error) from error


def beside(frame: Any, previous: Any) -> Any:
    """The previous return's frame in the engine of the one it is compared with, which stays where it is."""
    import narwhals as nw

    mine, older = nw.from_native(frame), nw.from_native(previous)
    if mine.implementation == older.implementation:
        return previous
    pulled = older.lazy().collect("pandas")
    if isinstance(mine, nw.DataFrame):
        return pulled.to_native()
    return pulled.lazy(backend=mine.implementation).to_native()
