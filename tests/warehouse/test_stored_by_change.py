"""What is stored by change reads as what is stored whole, whatever comes, and takes little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import load
from warehouse.connect import Warehouse, migrate, with_room
from warehouse.dataset_tables import TablesDiffer, ensure
from warehouse.datasets import DatasetTables, StoredColumn
from warehouse.revisions import Arrival, File
from warehouse.tables import refresh_reference
from warehouse.verdicts import Verdict

WHOLE = DatasetTables(
    "plots", "แปลง", "Plots", "core.plots", "core.plots_set_aside",
    (
        StoredColumn("code", "VARCHAR", "VARCHAR", True, "its code", "its code"),
        StoredColumn("area", "INTEGER", "INTEGER", False, "its area", "its area"),
        StoredColumn("since", "DATE", "DATE", False, "since when", "since when"),
    ),
)  # fmt: skip
BY_CHANGE = replace(WHOLE, by_change=True)
VIEWS = ("core.plots", "core.plots_current", "core.plots_as_known('2030-01-01')", "raw.cell")
Rows = list[dict[str, Any]]


def arrival(
    number: int, rows: Rows, *, tables: DatasetTables, campaign: str = "a", verdict: str = "accepted"
) -> Arrival:
    """A return with rows and a cell for each of their values."""
    cells = [
        ("text", int(row["place"].rpartition("R")[2]), col, str(value), str(value), "", name)
        for row in rows
        for col, (name, value) in enumerate(row.items(), 1)
        if name != "place"
    ]
    received = datetime(2020, 6, 1, tzinfo=UTC) + timedelta(hours=number)
    return Arrival(
        snapshot_id=f"return-{number}", file=File(f"{number:064x}", f"{number}.csv", "text/csv", 1, received, "test"),
        dataset=tables, campaign_id=campaign, as_of=date(2020, 6, 1) + timedelta(days=number % 5),
        verdict=Verdict(verdict), rows=rows, cells=cells, claims=[], violations=[], contract_version="1",
        reader_version="1", known_from=received, figures=str(rows), hint_campaign=None, hint_as_of=None,
        ledger_line=number + 1,
    )  # fmt: skip


def database(tables: DatasetTables) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    migrate(connection)
    ensure(connection, [tables])
    refresh_reference(connection, (), [tables])
    return connection


def seen(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    """What readers of the views see."""
    return {view: connection.execute(f"SELECT * FROM {view} ORDER BY ALL").fetchall() for view in VIEWS}


ROW = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["a", "b", "c", "d"]),
        "area": st.none() | st.integers(0, 2),
        "since": st.none() | st.sampled_from([date(2020, 1, 1), date(2020, 1, 2)]),
    }
)
RETURN = st.tuples(
    st.lists(ROW, max_size=5), st.sampled_from(["a", "b"]), st.sampled_from(["accepted", "accepted", "quarantined"]),
    st.integers(0, 7),
)  # fmt: skip


@given(returns=st.lists(st.lists(RETURN, min_size=1, max_size=3), max_size=4))
@settings(max_examples=25)
def test_returns_that_are_stored_by_change_are_read_as_those_stored_whole(returns: list[list[Any]]) -> None:
    stored = {}
    for tables in (WHOLE, BY_CHANGE):
        connection = database(tables)
        for batch in returns:
            # A number that comes again is the same file, judged anew.
            arrivals = {
                number: arrival(
                    number, [{**row, "place": f"text!R{at}"} for at, row in enumerate(rows, 5)],
                    tables=tables, campaign=campaign, verdict=verdict,
                )
                for rows, campaign, verdict, number in batch
            }  # fmt: skip
            load.load(connection, list(arrivals.values()))
        stored[tables.by_change] = seen(connection)
    assert stored[True] == stored[False]


def test_a_row_that_stays_is_stored_once() -> None:
    connection = database(BY_CHANGE)
    for number in range(40):
        rows = [
            {"code": f"{n:04}", "area": n + (n == number), "since": None, "place": f"text!R{n}"} for n in range(500)
        ]
        load.load(connection, [arrival(number, rows, tables=BY_CHANGE)])
    ((changed,),) = connection.execute("SELECT count(*) FROM core.plots_change").fetchall()
    assert changed <= 500 + 2 * 40
    ((cells,),) = connection.execute("SELECT count(*) FROM raw.cell_change").fetchall()
    assert cells <= 1500 + 2 * 40
    assert connection.execute("SELECT count(*) FROM core.plots").fetchall() == [(40 * 500,)]


def test_a_dataset_that_is_stored_by_change_from_now_on_keeps_what_it_has() -> None:
    connection = database(WHOLE)
    rows: Rows = [{"code": "a", "area": 1, "since": date(2020, 1, 1), "place": "text!R5"}]
    load.load(connection, [arrival(1, rows, tables=WHOLE)])
    load.load(connection, [arrival(2, [*rows, {**rows[0], "code": "b", "place": "text!R6"}], tables=WHOLE)])
    before = seen(connection)
    ensure(connection, [BY_CHANGE])
    assert seen(connection) == before
    assert connection.execute("SELECT count(*) FROM core.plots_change").fetchall() == [(2,)]
    load.load(connection, [arrival(3, rows, tables=BY_CHANGE)])
    assert connection.execute("SELECT count(*) FROM core.plots").fetchall() == [(4,)]


def test_a_dataset_that_is_no_longer_stored_by_change_says_what_to_do() -> None:
    connection = database(BY_CHANGE)
    with pytest.raises(TablesDiffer, match="khrop rebuild"):
        ensure(connection, [WHOLE])


def test_columns_mean_the_same_in_the_view() -> None:
    comments = {
        tables.by_change: database(tables).execute(
            "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name = 'core'"
            " AND table_name = 'plots' ORDER BY column_index"
        ).fetchall()
        for tables in (WHOLE, BY_CHANGE)
    }  # fmt: skip
    assert comments[True] == comments[False]


def test_the_register_is_stored_by_change(home: Any, taken_in: Callable[..., Any], sample: Path) -> None:
    import registers

    first = registers.sample(registers.sample_figures())
    for week in range(3):
        day = registers.SAMPLE_DAY + timedelta(days=7 * week)
        file = home.root.parent / f"register-{week}.csv"
        file.write_bytes(registers.csv_of(first, day))
        assert [story.verdict for story in taken_in(file)] == ["accepted_with_warnings"]
        first = registers.later(first, day + timedelta(days=7))
    with Warehouse(home.warehouse).reading() as connection:
        ((rows, changed),) = connection.execute(
            "SELECT (SELECT count(*) FROM core.local_authority), (SELECT count(*) FROM core.local_authority_change)"
        ).fetchall()
    assert rows == 3 * 7850
    assert changed < 7850 * 1.15


def test_work_that_does_not_fit_into_the_memory_is_done_with_more(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    many = "SELECT count(*) FROM (SELECT list(n) AS all_n FROM range(9000000) AS numbers(n)) AS listed, unnest(all_n)"
    with warehouse.writing() as connection:
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute(many)
        assert with_room(connection, lambda: connection.execute(many).fetchall()) == [(9_000_000,)]
        ((limit,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    assert limit.startswith("91."), "it is as small as before"
