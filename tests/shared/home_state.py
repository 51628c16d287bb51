"""What a home holds, but for times: two homes that went through the same have the same."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.monitoring.pending import waiting_work
from warehouse import exports, tables
from warehouse.connect import Warehouse

Tables = dict[str, list[tuple[Any, ...]]]
CLOCK = {"state", "received_at", "known_from", "loaded_at", "applied_at", "decided_at"}
"""Columns that say when something was done."""
VERSION = re.compile(r"-\d{12,}$")
FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}
"""States of a run of Dagster that nothing is still to come of."""


def contents(home: Home, clock: Collection[str] = CLOCK) -> Tables:
    """All of raw, core and the marts, but for columns of times."""
    found: Tables = {}
    with Warehouse(home.warehouse).reading() as connection:
        names = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
            " WHERE schema_name IN ('raw', 'core', 'mart') ORDER BY ALL"
        ).fetchall()
        for (name,) in names:
            columns = [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall() if row[0] not in clock]
            quoted = ", ".join(f'"{column}"' for column in columns)
            found[name] = connection.execute(f"SELECT {quoted} FROM {name} ORDER BY ALL").fetchall()
    return found


def state(home: Home) -> dict[str, Any]:
    """All that must be equal of two homes, and all that must be empty in any, by name."""
    found: dict[str, Any] = {f"table {name}": rows for name, rows in contents(home).items()}
    archive = Archive(home.archive)
    receipts = archive.receipts()
    found["ledger"] = [
        (r.sha256, r.name, r.source.rpartition("/")[2], r.campaign, r.as_of, r.again, r.parent, _decision(r.decision))
        for r in receipts
    ]
    found["damaged files"] = [r.sha256 for r in receipts if not archive.holds(r.sha256)]
    found["files that the ledger does not name"] = archive.strays()
    with Warehouse(home.warehouse).reading() as connection:
        archived = len({r.sha256 for r in receipts})
        found["conservation"] = [item.holds for item in tables.conservation(connection, archived)]
        found["exports are those of the tables"] = exports.exported_state(home.exports) == exports.state(connection)
    found["waiting"] = waiting_work(home, Warehouse(home.warehouse))
    found["site"] = files(home.site)
    found["letters"] = sorted(files(home.letters))
    found["pages"] = files(home.pages)
    # Of what is replaced as a whole there are two versions, `.name-number`: the present, and the one before.
    beside = Counter(VERSION.sub("", path.name) for path in home.root.iterdir() if path.name.startswith("."))
    found["left beside"] = sorted(beside)
    found["more than two versions"] = sorted(name for name, count in beside.items() if count > 2)
    return found | dagster_state(home)


def dagster_state(home: Home) -> dict[str, Any]:
    """What Dagster's own database has of the returns, and of runs that ended in no state of theirs."""
    history = home.dagster / "history"
    found: dict[str, Any] = {}
    with closing(sqlite3.connect(history / "runs.db")) as runs:
        states = Counter(row[0] for row in runs.execute("SELECT status FROM runs"))
        found["runs that did not end"] = {name: n for name, n in states.items() if name not in FINISHED}
    with closing(sqlite3.connect(history / "runs" / "index.db")) as index:
        found["partitions"] = sorted(
            row[0]
            for row in index.execute("SELECT partition FROM dynamic_partitions WHERE partitions_def_name = 'returns'")
        )
        # A batch may be reported twice after a kill, never not at all: what counts is what was reported.
        found["materialized"] = sorted(
            row[0] for row in index.execute(
                "SELECT DISTINCT partition FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'"
                " AND asset_key = '[\"returns\"]'"
            )
        )  # fmt: skip
        found["slots held"] = index.execute(
            "SELECT count(*) FROM concurrency_slots WHERE run_id IS NOT NULL"
        ).fetchone()
    return found


def files(folder: Path) -> dict[str, str]:
    """The files below a folder as those see them who follow its links, with a hash of each."""
    found = {}
    for at, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(at, name)
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def processes(home: Home) -> list[int]:
    """The processes that work for a home."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
            except OSError:  # ended since, or another user's
                continue
            if f"KHROP_HOME={home.root}".encode() in environment:
                found.append(int(entry.name))
    return sorted(found)


def _decision(decision: Any) -> Any:
    return {name: value for name, value in decision.items() if name != "at"} if decision else None


def differences(found: Mapping[str, Any], expected: Mapping[str, Any]) -> Iterator[str]:
    """Yield in what two states differ, with a little of it."""
    for name in sorted(found.keys() | expected.keys()):
        actual, wanted = found.get(name), expected.get(name)
        if actual == wanted:
            continue
        if isinstance(actual, list) and isinstance(wanted, list):
            more, fewer = _without(actual, wanted), _without(wanted, actual)
            yield f"{name}: more {more[:3]}, fewer {fewer[:3]}"
        elif isinstance(actual, dict) and isinstance(wanted, dict):
            keys = sorted(key for key in actual.keys() | wanted.keys() if actual.get(key) != wanted.get(key))
            yield f"{name}: {keys[:5]}"
        else:
            yield f"{name}: {actual}, expected {wanted}"


def _without(items: list[Any], others: list[Any]) -> list[Any]:
    left = Counter(map(repr, items)) - Counter(map(repr, others))
    return sorted(left.elements())
