"""The exports are the tables, as Parquet and CSV, and appear all at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from province_table import EXPORTED
from written_returns import written_return

from pipelines.home import Home
from warehouse import exports
from warehouse.connect import Warehouse

Export = Callable[[], dict[str, int]]


@pytest.fixture
def export(home: Home, taken_in: Any, sample: Path) -> Export:
    """Export the warehouse of the sample once more."""
    taken_in(sample)

    def run() -> dict[str, int]:
        with Warehouse(home.warehouse).writing() as connection:
            return exports.export(connection, home.exports, whole=True)

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below a folder by their way from it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("table", EXPORTED)
def test_parquet_and_csv_are_the_table(home: Home, export: Export, table: str) -> None:
    stem = home.exports / table.replace(".", "_")
    with Warehouse(home.warehouse).reading() as connection:
        held = connection.execute(f"SELECT * FROM {table} ORDER BY ALL")
        names, rows = [column[0] for column in held.description or []], held.fetchall()
        text = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {table} ORDER BY ALL").fetchall()
    with duckdb.connect() as outside:
        parquet = outside.execute("SELECT * FROM read_parquet(?)", [exports.parquet_of(home.exports, table)])
        assert [column[0] for column in parquet.description or []] == names
        assert parquet.fetchall() == rows
        csv = outside.execute("SELECT * FROM read_csv(?, all_varchar = true, header = true)", [f"{stem}.csv"])
        assert [column[0] for column in csv.description or []] == names
        assert sorted(csv.fetchall(), key=str) == sorted([tuple(v or None for v in row) for row in text], key=str)


def test_what_is_written_is_counted(export: Export) -> None:
    written = export()
    assert written["core_province_progress_current"] == written["mart_compliance"] == 76
    assert set(written) >= {table.replace(".", "_") for table in EXPORTED}


def test_the_exports_name_the_state_that_they_were_made_from(
    home: Home, export: Export, taken_in: Any, tmp_path: Path
) -> None:
    with Warehouse(home.warehouse).reading() as connection:
        before = exports.state(connection)
    assert exports.exported_state(home.exports) == before
    (tmp_path / "next.csv").write_text(written_return(date(2020, 6, 25)), encoding="utf-8")
    taken_in(tmp_path / "next.csv")
    with Warehouse(home.warehouse).reading() as connection:
        assert exports.exported_state(home.exports) == exports.state(connection) != before


def test_there_is_no_state_where_there_are_no_exports(tmp_path: Path) -> None:
    assert exports.exported_state(tmp_path / "nowhere") == ""


def test_a_reader_that_is_in_the_old_exports_still_sees_all_of_them(home: Home, export: Export) -> None:
    inside = home.exports.resolve()
    seen = contents(inside)
    with Warehouse(home.warehouse).writing() as connection:
        connection.execute("DELETE FROM mart.compliance")
    export()
    assert contents(inside) == seen
    assert home.exports.resolve() != inside
    assert len((home.exports / "mart_compliance.csv").read_text(encoding="utf-8").splitlines()) == 1


def rubbish(home: Home) -> list[str]:
    """What lies beside the exports that belongs to neither the present nor the last version."""
    own = [path for path in home.root.iterdir() if "exports" in path.name]
    versions = [path for path in own if path.is_dir() and not path.is_symlink()]
    assert len(versions) <= 2
    return [path.name for path in own if path not in versions and path != home.exports]


@pytest.mark.parametrize(
    ("owner", "step", "nth"), [(Path, "write_text", 1), (os, "replace", 1), (Path, "symlink_to", 1), (os, "replace", 2)]
)
def test_a_killed_export_leaves_the_old_one_whole_and_no_rubbish_after_the_next(
    home: Home, export: Export, monkeypatch: pytest.MonkeyPatch, owner: Any, step: str, nth: int
) -> None:
    seen = contents(home.exports)
    real, calls = getattr(owner, step), iter(range(1, 9))

    def killed(*args: Any, **options: Any) -> Any:
        if next(calls) == nth:
            raise KeyboardInterrupt
        return real(*args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, killed)
        with pytest.raises(KeyboardInterrupt):
            export()
    assert contents(home.exports) == seen
    monkeypatch.setattr("warehouse.exports.os.getpid", lambda: 999_999)  # the next one is another process
    export()
    assert rubbish(home) == []
    assert contents(home.exports).keys() == seen.keys()


def test_a_plain_folder_in_the_way_is_replaced(home: Home, export: Export) -> None:
    old = home.exports.resolve()
    home.exports.unlink()
    old.rename(home.exports)
    export()
    assert home.exports.is_symlink()
    assert (home.exports / "mart_compliance.parquet").exists()


def test_every_mart_is_built_with_its_meaning(home: Home, export: Export) -> None:
    with Warehouse(home.warehouse).reading() as connection:
        silent = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'mart' AND comment IS NULL"
        ).fetchall()
    assert silent == []
