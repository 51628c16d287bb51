"""Dagster's storage that keeps its connections: what it stores, Dagster's own reads, and a file that is replaced.

No `from __future__ import annotations`: Dagster reads the annotations of the assets that are defined here.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sql
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from pipelines.orchestration.history import KEPT, Connections, EventLog, History
from pipelines.orchestration.history_files import NEW, databases, is_complete, sweep

ROWS = sql.text("SELECT count(*) FROM kept")


@dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="counted")])
def counted(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info("a line of the log")
    return dg.MaterializeResult(
        metadata={"rows": 76}, check_results=[dg.AssetCheckResult(check_name="holds", passed=True)]
    )


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance with this storage."""
    (tmp_path / "dagster.yaml").write_text(
        "storage:\n  custom:\n    module: pipelines.orchestration.history\n    class: History\n"
        f"    config: {{base_dir: {tmp_path}}}\ntelemetry: {{enabled: false}}\n",
        encoding="utf-8",
    )
    with dg.DagsterInstance.from_config(str(tmp_path)) as opened:
        yield opened


def shown(instance: dg.DagsterInstance, run_id: str) -> tuple[object, ...]:
    """What the UI reads of a run."""
    records = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("counted"), "holds"), limit=5
    )
    newest = instance.get_latest_materialization_event(dg.AssetKey("counted"))
    assert newest is not None
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return (
        run.status,
        [entry.dagster_event_type or entry.user_message for entry in instance.all_logs(run_id)],
        [record.status for record in records],
        newest.run_id,
    )


def test_dagster_s_own_storage_reads_what_this_stores(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "100")
    done = dg.materialize([counted], instance=instance)
    assert done.success
    here = shown(instance, done.run_id)
    assert dg.DagsterRunStatus.SUCCESS in here
    instance.dispose()
    own = DagsterSqliteStorage.from_local(str(tmp_path))
    assert [record.dagster_run.run_id for record in own.run_storage.get_run_records()] == [done.run_id]
    events = own.event_log_storage.get_logs_for_run(done.run_id)
    assert [entry.dagster_event_type or entry.user_message for entry in events] == here[1]


def test_what_dagster_s_own_storage_stored_is_read(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with dg.DagsterInstance.local_temp(str(own)) as before:
        done = dg.materialize([counted], instance=before)
        there = shown(before, done.run_id)
    (own / "dagster.yaml").write_text(
        (tmp_path / "dagster.yaml").read_text(encoding="utf-8").replace(str(tmp_path), str(own)), encoding="utf-8"
    )
    with dg.DagsterInstance.from_config(str(own)) as here:
        assert shown(here, done.run_id) == there
        assert dg.materialize([counted], instance=here).success


def test_the_files_of_runs_begin_as_copies_and_nothing_else_is_left(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    runs = {dg.materialize([counted], instance=instance).run_id for _ in range(3)}
    instance.dispose()
    assert {path.stem for path in (tmp_path / "history" / "runs").iterdir()} == {*runs, "index"}
    assert [path.name for path in (tmp_path / "history").glob("empty-*")] == [f"empty-{dg.__version__}.db"]


def test_who_watches_a_run_sees_its_events_as_they_come(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "100")
    seen, reader = list[str | None](), EventLog(instance.event_log_storage._base_dir, Path("unused"))  # type: ignore[attr-defined]
    reader.register_instance(instance)
    run = instance.create_run_for_job(dg.Definitions(assets=[counted]).resolve_implicit_global_asset_job_def())
    instance.report_engine_event("begun", run)
    reader.watch(run.run_id, None, lambda entry, cursor: seen.append(entry.message))
    for number in range(3):
        instance.report_engine_event(f"event {number}", run)
        until = time.monotonic() + 20
        while f"event {number}" not in seen and time.monotonic() < until:
            time.sleep(0.05)
    reader.dispose()
    assert seen[-3:] == ["event 0", "event 1", "event 2"]


def made(path: Path, rows: int = 0) -> str:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (n INTEGER)")
        connection.executemany("INSERT INTO kept VALUES (?)", [(n,) for n in range(rows)])
        connection.commit()
    return str(path)


def test_a_connection_within_itself_is_one_transaction(tmp_path: Path) -> None:
    path, connections = made(tmp_path / "a.db"), Connections()

    def broken() -> None:
        with connections.transaction(path) as outer:
            outer.execute(sql.text("INSERT INTO kept VALUES (1)"))
            with connections.transaction(path) as inner:
                assert inner is outer
                inner.execute(sql.text("INSERT INTO kept VALUES (2)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    with connections.transaction(path) as connection:
        assert connection.execute(ROWS).scalar() == 0
    connections.close()


def test_a_transaction_that_an_interruption_left_is_rolled_back(tmp_path: Path) -> None:
    path, connections = made(tmp_path / "a.db"), Connections()
    with connections.transaction(path) as left:
        left.execute(sql.text("INSERT INTO kept VALUES (1)"))
    left.begin()
    left.execute(sql.text("INSERT INTO kept VALUES (2)"))
    with connections.transaction(path) as connection:
        assert connection.execute(ROWS).scalar() == 1
    connections.close()


@pytest.mark.parametrize(("error", "logged"), [(KeyboardInterrupt, 0), (sqlite3.ProgrammingError, 1)])
def test_an_interruption_while_a_file_is_closed_is_raised_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type, logged: int
) -> None:
    path, connections = made(tmp_path / "a.db"), Connections()
    with connections.transaction(path) as connection:
        dialect = connection.engine.dialect

    def interrupted(_: object) -> None:
        raise error

    monkeypatch.setattr(dialect, "do_close", interrupted)
    with pytest.raises(KeyboardInterrupt) if error is KeyboardInterrupt else nullcontext():
        connections.close()
    assert len(caplog.records) == logged


def test_a_transaction_that_an_interruption_left_keeps_nothing_from_settling(tmp_path: Path) -> None:
    path, connections = made(tmp_path / "a.db"), Connections()
    with connections.transaction(path) as left:
        left.execute(sql.text("INSERT INTO kept VALUES (1)"))
    left.begin()
    # As where Ctrl+C comes within a query: SQLAlchemy gives the connection up, and its transaction is left.
    left.invalidate()
    connections.settle()
    with connections.transaction(path) as connection:
        assert connection.execute(ROWS).scalar() == 1
    connections.close()


def test_a_file_that_was_replaced_is_opened_anew(tmp_path: Path) -> None:
    path, connections = made(tmp_path / "a.db"), Connections()
    with connections.transaction(path) as connection:
        assert connection.execute(ROWS).scalar() == 0
    os.replace(made(tmp_path / "b.db", rows=3), path)
    with connections.transaction(path) as connection:
        assert connection.execute(ROWS).scalar() == 3
    connections.close()


def test_so_many_files_are_kept_open_and_no_more(tmp_path: Path) -> None:
    connections = Connections()
    for n in range(3 * KEPT):
        with connections.transaction(made(tmp_path / f"{n}.db")) as connection:
            connection.execute(sql.text("INSERT INTO kept VALUES (1)"))
    held = {os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")}
    assert sum((tmp_path / f"{n}.db").as_posix() in held for n in range(3 * KEPT)) == KEPT
    connections.close()


def test_threads_take_turns(tmp_path: Path) -> None:
    path, connections = made(tmp_path / "a.db"), Connections()

    def add() -> None:
        for _ in range(50):
            with connections.transaction(path) as connection:
                connection.execute(sql.text("INSERT INTO kept VALUES (1)"))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connections.settle()
    with closing(sqlite3.connect(path)) as outside:
        assert outside.execute("SELECT count(*) FROM kept").fetchone() == (200,)
    connections.close()


def test_the_storage_is_the_one_that_a_home_names(tmp_path: Path) -> None:
    storage = History.from_local(str(tmp_path))
    assert (tmp_path / "history" / "runs.db").exists()
    storage.dispose()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_kill_while_the_files_are_created_leaves_none_that_is_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    statements = 0

    def killed(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements == cut:
            raise KeyboardInterrupt

    sql.event.listen(sql.Engine, "before_cursor_execute", killed)
    # A kill clears nothing up.
    monkeypatch.setattr("shutil.rmtree", lambda _: None)
    try:
        with pytest.raises(KeyboardInterrupt):
            History.from_local(str(tmp_path))
    finally:
        sql.event.remove(sql.Engine, "before_cursor_execute", killed)
    assert all(is_complete(file) for file in databases(tmp_path) if file.exists())
    storage = History.from_local(str(tmp_path))
    assert all(map(is_complete, databases(tmp_path)))
    assert storage.event_log_storage.get_concurrency_run_ids() == set()
    storage.dispose()


def test_folders_that_a_kill_left_are_swept_and_those_in_use_are_not(tmp_path: Path) -> None:
    old, new = tmp_path / f"{NEW}old", tmp_path / f"{NEW}now"
    for folder in (old, new):
        (folder / "history").mkdir(parents=True)
    os.utime(old, (0, 0))
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [new]
