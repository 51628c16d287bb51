"""Read a file as a table: CSV and TSV, workbooks, Parquet, recognised by content and not by name.

Here belong the choice of a reader, and Parquet, which engines read themselves. No reader changes a file, and none pulls
a Parquet file into Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from khrop.files.cells import PLAIN, Numbers
from khrop.files.table import Table, Unreadable, build_table, derive_columns, index_heading, no_rows
from khrop.files.text_options import AUTOMATIC, TextOptions
from khrop.model.errors import WrongUse

ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
NOT_TABLES = {b"%PDF": "a PDF", b"\x1f\x8b": "gzip", b"\x89PNG": "an image", b"Obj\x01": "Avro", b"ARROW1": "Arrow"}
_MAX_REASON = 300


def read(path: Path, contract: type, sheet: str | None = None, text: TextOptions = AUTOMATIC) -> Table:
    """Read the table of a file, with the columns and types of a contract.

    Args:
        path: The file.
        contract: The contract.
        sheet: The sheet of a workbook; None for the first that has the contract's columns.
        text: How a text file is written; other files have no use for it.

    Returns:
        The table.

    Raises:
        Unreadable: The file has no table that can be read.
        WrongUse: The path is not a file or may not be read, there is no such sheet, the encoding of a text cannot be
            known, or the format needs a package that is not installed.
    """
    cells = read_cells(path, _column_counter(contract), sheet, text)
    if cells is None:
        return open_parquet(path, contract)
    return build_table(
        contract, cells.heading, cells.pieces, sheet=cells.sheet, encoding=cells.encoding, numbers=cells.numbers
    )


@dataclass(frozen=True, slots=True)
class Cells:
    """A table as a file prints it.

    Attributes:
        heading: The cells of the heading.
        pieces: The rows in pieces, each row with its number.
        sheet: The sheet of a workbook; empty for other files.
        encoding: The encoding of a text; empty for other files.
        numbers: How the file writes numbers.
    """

    heading: Sequence[str]
    pieces: Iterable[Sequence[tuple[int, Sequence[str]]]]
    sheet: str = ""
    encoding: str = ""
    numbers: Numbers = PLAIN


def read_cells(
    path: Path, score: Callable[[list[str]], int], sheet: str | None = None, text: TextOptions = AUTOMATIC
) -> Cells | None:
    """Read a text file or workbook as cells.

    Args:
        path: The file.
        score: How much a row looks like the heading that is looked for; 0 for not at all.
        sheet: The sheet of a workbook; None for the first with such a heading.
        text: How a text file is written; other files have no use for it.

    Returns:
        The cells; None for Parquet, which engines read themselves.

    Raises:
        Unreadable: See `read`.
        WrongUse: See `read`.
    """
    require_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise WrongUse(f"{path} cannot be opened: {error.strerror}") from error
    if not head:
        raise Unreadable("the file is empty", "ไฟล์ว่างเปล่า")
    if head.startswith((ZIP, OLE)):
        from khrop.files import _workbook

        name, heading, rows = _workbook.read(path, score, sheet)
        return Cells(heading, [rows] if rows else [], sheet=name)
    if sheet is not None:
        raise WrongUse(f"--sheet is for workbooks; {path} is none")
    if head.startswith(PARQUET):
        return None
    if form := next((form for prefix, form in NOT_TABLES.items() if head.startswith(prefix)), ""):
        raise _other_form(form)
    from khrop.files import csv_text

    lines = csv_text.read(path, score, text)
    if form := _form_of_text(lines.heading[0].strip()):
        raise _other_form(form)
    return Cells(lines.heading, lines.pieces, encoding=lines.encoding, numbers=lines.numbers)


def _form_of_text(start: str) -> str:
    """Return what a text is that has no heading, by what stands before its first separator; empty for a table."""
    if start in ("{", "[") or start.startswith(('{"', "[{", "[[")):
        return "JSON"
    return "HTML or XML" if re.match(r"<[?!a-z]", start, re.IGNORECASE) else ""


def _other_form(form: str) -> Unreadable:
    return Unreadable(f"this is {form}: expected CSV, XLSX or Parquet", "ไฟล์ไม่ใช่ CSV, XLSX หรือ Parquet")


def require_file(path: Path) -> None:
    """Require that a path is an existing file.

    Args:
        path: The path.

    Raises:
        WrongUse: The path does not exist or is not a file.
    """
    if str(path) == "-":
        raise WrongUse("a file is read twice, and standard input cannot be: write it to a file first")
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise WrongUse(f"{path} is not there") from None
    except (OSError, ValueError) as error:
        raise WrongUse(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    if S_ISDIR(mode):
        raise WrongUse(f"{path} is a folder; one file is read")
    if not S_ISREG(mode):
        raise WrongUse(f"{path} is neither a file nor a folder")


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Require that a file does not change within a `with` block: what was read would mix two states of it.

    Args:
        path: The file.

    Yields:
        Nothing.

    Raises:
        Unreadable: The file was written to in the meantime.
    """
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
    except OSError:  # the file is gone: no existing file has this state
        return -1, -1, -1
    return now.st_ino, now.st_size, now.st_mtime_ns


def _column_counter(contract: type) -> Callable[[list[str]], int]:
    columns = set(contract.to_schema().columns)  # type: ignore[attr-defined]
    return lambda heading: len(columns.intersection(cell.strip() for cell in heading))


def find_damage(table: Table) -> Unreadable | None:
    """Read a file through once, to find damage in a file that an engine reads only when it is queried.

    Args:
        table: The table of the file.

    Returns:
        What is wrong with the file; None where it is whole.
    """
    import narwhals as nw

    try:
        # A count of distinct values cannot be answered from a file's statistics.
        nw.from_native(table.frame).lazy().select(nw.all().n_unique()).collect("pandas")
    except ImportError:
        return None
    except Exception as error:
        return _damaged(error)
    return None


def _damaged(error: BaseException) -> Unreadable:
    reason = " ".join(str(error).split())[:_MAX_REASON]
    return Unreadable(f"the Parquet file is damaged: {reason}", "ไฟล์ Parquet เสียหายหรือไม่สมบูรณ์")


def open_parquet(path: Path, contract: type | None = None) -> Table:
    """Open a Parquet file with the first engine available: DuckDB, Polars, else pandas, which alone pulls the file.

    Args:
        path: The file.
        contract: The contract, whose columns must be there once, and that may derive some; None for none.

    Returns:
        The table.

    Raises:
        Unreadable: The file is damaged or has no row.
        WrongUse: No package that reads Parquet is installed.
    """
    import narwhals as nw

    required = frozenset(contract.to_schema().columns if contract is not None else ())  # type: ignore[attr-defined]
    frames = (open_with(path, required) for open_with in (_in_duckdb, _in_polars, _in_pandas))
    frame = next((frame for frame in frames if frame is not None), None)
    if frame is None:
        raise WrongUse("Parquet is read with DuckDB, Polars or pyarrow: pip install 'khrop[files]'")
    data = nw.from_native(frame).lazy()
    try:
        columns = {name: at for at, name in enumerate(data.collect_schema(), 1)}
        rows = int(data.select(nw.len()).collect("pandas").item())
    except ImportError:
        raise
    except Exception as error:
        raise _damaged(error) from error
    if not rows:
        raise no_rows()
    table = Table(frame, rows, columns)
    return table if contract is None else derive_columns(contract, table)


def _in_duckdb(path: Path, required: frozenset[str]) -> Any:
    try:
        duckdb = import_module("duckdb")
    except ModuleNotFoundError:
        return None
    # DuckDB would read some characters of a path as a pattern.
    name = "".join(f"[{c}]" if c in "*?[" else c for c in str(path.absolute()))
    try:
        # The default connection, so that a file can be compared with the previous return's.
        frame = _scanned(duckdb, name)
        elements = duckdb.execute("SELECT name, num_children FROM parquet_schema(?)", [name]).fetchall()
    except duckdb.Error as error:
        raise _damaged(error) from error
    # DuckDB renames a duplicate column, which would hide the ambiguity, and one that differs in case alone.
    names = list(_top_level(elements))
    index_heading(names, required)
    renamed = any(
        n != column and required.intersection((n, column)) for n, column in zip(names, frame.columns, strict=True)
    )
    return None if renamed else frame


def _scanned(duckdb: Any, name: str) -> Any:
    """Return a Parquet file as a relation whose filters find NaN.

    The statistics of a file leave NaN out, which DuckDB uses unless an option forbids it (duckdb/duckdb#25521).
    """
    quoted = name.replace("'", "''")
    query = f"FROM read_parquet('{quoted}', hive_partitioning => false, union_by_name => false"
    try:
        return duckdb.sql(f"{query}, can_have_nan => true)")
    except duckdb.BinderException:  # a version without the option, which looks for NaN in any file
        return duckdb.sql(f"{query})")


def _top_level(elements: Sequence[tuple[str, int | None]]) -> Iterator[str]:
    """Yield the columns among the elements of a Parquet schema, where each is followed by what is nested in it."""
    pending = 0
    for name, children in elements[1:]:
        if not pending:
            yield name
        pending += (children or 0) - (1 if pending else 0)


def _in_polars(path: Path, _: frozenset[str]) -> Any:
    try:
        polars = import_module("polars")
    except ModuleNotFoundError:
        return None
    return polars.scan_parquet(path, glob=False, hive_partitioning=False)


def _in_pandas(path: Path, _: frozenset[str]) -> Any:
    try:
        parquet = import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        return None
    try:
        return parquet.read_table(path, partitioning=None).to_pandas()
    except (OSError, ValueError) as error:
        raise _damaged(error) from error


def match_engine(frame: Any, previous: Any) -> Any:
    """Convert the previous return's frame to the engine of the frame that it is compared with.

    Args:
        frame: The frame to check, which stays as it is.
        previous: The previous return's frame, of any engine.

    Returns:
        The previous return's frame in the engine of `frame`.
    """
    import narwhals as nw

    current, previous_frame = nw.from_native(frame), nw.from_native(previous)
    if current.implementation == previous_frame.implementation:
        return previous
    collected = previous_frame.lazy().collect("pandas")
    if isinstance(current, nw.DataFrame):
        return collected.to_native()
    return collected.lazy(backend=current.implementation).to_native()
