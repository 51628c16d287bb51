"""A warehouse of an older schema is brought forward, one of a newer schema is refused with words."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from warehouse.connect import SCHEMA, Warehouse, WarehouseNewer

FILES = sorted(SCHEMA.glob("[0-9][0-9][0-9]_*.sql"))


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb")


def versions(warehouse: Warehouse) -> list[int]:
    with warehouse.reading() as connection:
        return [row[0] for row in connection.execute("SELECT version FROM schema_version ORDER BY ALL").fetchall()]


def test_the_schema_files_are_numbered_without_a_gap() -> None:
    assert [int(file.name[:3]) for file in FILES] == list(range(1, len(FILES) + 1))


@pytest.mark.parametrize("applied", range(1, len(FILES)))
def test_an_older_warehouse_is_brought_forward_with_what_it_holds(warehouse: Warehouse, applied: int) -> None:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(
            "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)"
        )
        for number, file in enumerate(FILES[:applied], start=1):
            connection.execute(file.read_text(encoding="utf-8"))
            connection.execute("INSERT INTO schema_version VALUES (?, ?, now())", [number, file.stem])
        connection.execute("INSERT INTO raw.file VALUES ('a', 'b.csv', 'text/plain', 1, now(), 'here')")
    with warehouse.writing() as connection:
        assert connection.execute("SELECT name FROM raw.file").fetchall() == [("b.csv",)]
        assert connection.execute("SELECT * FROM core.snapshot_current").fetchall() == []
    assert versions(warehouse) == list(range(1, len(FILES) + 1))


def test_an_up_to_date_warehouse_is_left_alone(warehouse: Warehouse) -> None:
    for _ in range(2):
        with warehouse.writing():
            pass
    assert versions(warehouse) == list(range(1, len(FILES) + 1))


def test_a_newer_warehouse_is_refused_with_words(warehouse: Warehouse) -> None:
    with warehouse.writing() as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, 'from the future', now())")
    with (
        pytest.raises(WarehouseNewer, match=r"schema 99, this Khrop knows \d+: use the newer Khrop"),
        warehouse.writing(),
    ):
        pass


def test_a_migration_that_breaks_leaves_the_version_before_it(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "schema"
    folder.mkdir()
    monkeypatch.setattr("warehouse.connect.SCHEMA", folder)
    (folder / "001_good.sql").write_text("CREATE TABLE good (a INTEGER);")
    with warehouse.writing():
        pass
    (folder / "002_bad.sql").write_text("CREATE TABLE half (a INTEGER); SELECT * FROM nowhere;")
    with pytest.raises(duckdb.CatalogException), warehouse.writing():
        pass
    with duckdb.connect(str(warehouse.path)) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        assert tables == [("good",), ("schema_version",)]
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [(1,)]
