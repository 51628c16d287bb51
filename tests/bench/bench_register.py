"""The register of local authorities, 7,850 rows: what its contract, its reading and its whole way take.

PYTHONPATH=tests/shared python tests/bench/bench_register.py [--markdown]

Here belongs what is measured of one register; what years of them take belongs in `bench_states.py`.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import registers
from bench import KHROP

import khrop
from khrop.contracts.local_authority import LocalAuthority
from pipelines.datasets.registry import installed
from pipelines.readers import read_here
from pipelines.readers.process.server import COLLECTED_EVERY
from pipelines.readers.table_form import reading_for

AS_OF = date(2020, 6, 11)
ROUNDS = 9
RUNS = 3


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--markdown", action="store_true")
    line = "| {} | {} | {} | {} |" if parser.parse_args().markdown else "{:<46} {:<30} {:<14} {}"
    made = registers.register(registers.sample_figures(), AS_OF)
    for what, measured, promised, unit in chain(of_contract(made), of_reading(made), of_intake(made)):
        met = "" if promised is None else "yes" if measured <= promised else "no"
        print(
            line.format(what, f"{measured:,.0f} {unit}", f"{promised:,.0f} {unit}" if promised else "", met), flush=True
        )


def frame_of(register: list[registers.Authority]) -> pd.DataFrame:
    """The rows as the warehouse types them."""
    return pd.DataFrame(
        {
            "snapshot_id": "register",
            "authority_code": [a.code for a in register],
            "name_th": [a.name for a in register],
            "kind": [a.kind for a in register],
            "district": [a.district for a in register],
            "province_code": [a.province_code for a in register],
            "status": [a.status for a in register],
            "saved_on": pd.to_datetime([a.saved_on for a in register]),
            "recorded_by": [a.recorded_by for a in register],
            "note": [a.note or None for a in register],
        }
    )


def of_contract(register: list[registers.Authority]) -> Iterator[tuple[str, float, float | None, str]]:
    """All rules about rows and groups, warm, on the two engines that the issue names."""
    frame = frame_of(register)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("create table register as select * from frame")
    document = {"as_of": AS_OF, "opened": date(2020, 5, 19), "received": date(2020, 6, 12)}
    for engine, given, promised in (
        ("pandas", lambda: frame, 60),
        ("DuckDB", lambda: connection.table("register"), 40),
    ):
        taken = best(lambda given=given: khrop.check(LocalAuthority, given(), document=document))  # type: ignore[misc]
        yield f"contract alone, {engine}", taken * 1000, promised, "ms"


def of_reading(register: list[registers.Authority]) -> Iterator[tuple[str, float, float | None, str]]:
    """The readers alone, warm; garbage is collected as seldom as in the reading process."""
    gc.set_threshold(COLLECTED_EVERY, 20, 20)
    files = {"XLSX": registers.xlsx_of(register, AS_OF), "CSV": registers.csv_of(register, AS_OF)}
    with reading_for([dataset.form for dataset in installed().values()]):
        for form, data in files.items():
            taken = best(lambda data=data: read_here(data))  # type: ignore[misc]
            yield f"{form} read", taken * 1000, 400 if form == "XLSX" else None, "ms"


def of_intake(register: list[registers.Authority]) -> Iterator[tuple[str, float, float | None, str]]:
    """`khrop ingest` in a fresh home: what it takes for a register beyond what it takes for the province table."""
    more, peaks = [], []
    for _ in range(RUNS):
        start, _ = ingest(registers.SAMPLE.name, registers.SAMPLE.read_bytes())
        whole, peak = ingest("register.xlsx", registers.xlsx_of(register, AS_OF))
        more.append(whole - start)
        peaks.append(peak)
    yield "intake, beyond that of the province table", statistics.median(more) * 1000, 1500, "ms"
    yield "most memory of the command", max(peaks), 400, "MB"


def ingest(name: str, data: bytes) -> tuple[float, float]:
    """Seconds of `khrop ingest` for one file, and the most memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        begun = time.perf_counter()
        command = subprocess.Popen(
            [KHROP, "ingest", file], stdout=subprocess.DEVNULL,
            env={**os.environ, "KHROP_HOME": str(Path(folder) / "home")},
        )  # fmt: skip
        _, status, usage = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
        if command.returncode:
            sys.exit(f"khrop ingest {name} ended with {command.returncode}")
        return time.perf_counter() - begun, usage.ru_maxrss / 1024


def best(run: Callable[[], Any]) -> float:
    run()
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return min(taken)


if __name__ == "__main__":
    main()
