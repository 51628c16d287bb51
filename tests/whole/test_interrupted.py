"""A run that is killed between any two of its steps: nothing is half loaded, and the next run completes it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from forked_commands import Commands
from home_state import Tables, contents
from servers.object_storage import ABucket
from written_pdfs import page, written

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake import kept_pages
from pipelines.monitoring.pending import waiting_work
from warehouse import export_copies, exports, tables
from warehouse.buckets import Bucket
from warehouse.connect import Warehouse

pytestmark = pytest.mark.slow

PLACE = Path(__file__).parent.parent.parent
Command = Callable[..., "subprocess.CompletedProcess[str]"]
INTERRUPTED = "khrop: interrupted; nothing is half done, run it again to go on\n"

# Runs the real command with one function that sends a signal to its own process, before or after doing its work.
DRIVER = """
import importlib, os, signal, sys
number, when, where, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
import pipelines.definitions
pipelines.definitions.defs()  # what is built here is not the step that is meant
module, _, name = where.partition(":")
holder = importlib.import_module(module)
*classes, name = name.split(".")
for part in classes:
    holder = getattr(holder, part)
real = getattr(holder, name)
def stopped(*args, **kwargs):
    if when == "before":
        os.kill(os.getpid(), number)
    result = real(*args, **kwargs)
    if when == "after":
        os.kill(os.getpid(), number)
    return result
setattr(holder, name, stopped)
from khrop.cli.app import main
sys.argv = ["khrop", *arguments]
main()
"""


@pytest.fixture
def stopped_by(commands: Commands, home: Home) -> Command:
    """The command, with a signal to itself at a step written `before module:function`."""

    def run(number: int, step: str, *arguments: Any) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "KHROP_HOME": str(home.root)}
        return commands.python(DRIVER, int(number), *step.split(), *arguments, env=environment)

    return run


def assert_nothing_is_half_loaded(home: Home) -> None:
    if not home.warehouse.exists():
        return
    with Warehouse(home.warehouse).reading() as connection:
        judged = {row[0] for row in connection.execute("SELECT sha256 FROM core.snapshot").fetchall()}
        half = connection.execute(
            "SELECT s.snapshot_id FROM core.snapshot AS s WHERE s.rows_loaded <> (SELECT count(*)"
            " FROM core.province_progress AS p WHERE p.snapshot_id = s.snapshot_id AND p.judgement = s.judgement)"
        ).fetchall()
        strangers = connection.execute(
            "SELECT snapshot_id FROM core.province_progress WHERE snapshot_id NOT IN"
            " (SELECT snapshot_id FROM core.snapshot) UNION SELECT snapshot_id FROM core.violation"
            " WHERE snapshot_id NOT IN (SELECT snapshot_id FROM core.snapshot)"
        ).fetchall()
        assert (half, strangers) == ([], [])
        assert all(item.holds for item in tables.conservation(connection, len(judged)))


@pytest.fixture(scope="module")
def begun(commands: Commands, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has taken in the sample."""
    return ingested(
        commands, tmp_path_factory.mktemp("begun"), None, PLACE / "pipelines" / "sample" / "dla-2563-06-11.txt"
    )


@pytest.fixture(scope="module")
def uninterrupted(commands: Commands, begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What a home holds that then took the next return in undisturbed."""
    given = PLACE / "tests" / "returns" / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    root = ingested(commands, tmp_path_factory.mktemp("whole"), begun, given)
    return contents(Home(root))


def ingested(commands: Commands, folder: Path, start: Path | None, given: Path) -> Path:
    root = folder / "home"
    if start:
        shutil.copytree(start, root, symlinks=True)
    commands.khrop("ingest", given, env={**os.environ, "KHROP_HOME": str(root)}).check_returncode()
    return root


def assert_the_dead_run_holds_nobody_up(home: Home, monkeypatch: pytest.MonkeyPatch, died: str) -> None:
    import dagster as dg

    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    assert assert_no_run_is_left_as_it_died()[died] is dg.DagsterRunStatus.FAILURE


def assert_no_run_is_left_as_it_died() -> dict[str, Any]:
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        runs = {run.run_id: run.status for run in instance.get_runs()}
        assert dg.DagsterRunStatus.STARTED not in runs.values()
        assert instance.event_log_storage.get_concurrency_run_ids() == set()
    return runs


def reported(home: Home, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Of each return that Dagster knows the judgements that were reported to it."""
    import dagster as dg

    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    with dg.DagsterInstance.get() as instance:
        known = {name: [] for name in instance.get_dynamic_partitions("returns")}
        for record in instance.fetch_materializations(dg.AssetKey("returns"), limit=1000).records:
            assert record.asset_materialization is not None
            known[record.partition_key].append(record.asset_materialization.metadata["judgement"].value)
    return known


@pytest.mark.parametrize(
    "step",
    [
        "after pipelines.intake.take_in:load_batch",  # committed, no page drawn, Dagster has no record of it
        "before pipelines.orchestration.materializations:report",  # Dagster has the partition alone
        "after pipelines.orchestration.verdict_check:report",  # all is reported, and it is not recorded that it is
    ],
)
def test_the_next_run_reports_and_draws_what_was_loaded(
    home: Home, khrop_process: Command, stopped_by: Command, tmp_path: Path, begun: Path, step: str, monkeypatch: Any
) -> None:
    shutil.copytree(begun, home.root, symlinks=True)
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(written(page().box(100, 100, 300, 300), page()))
    killed = stopped_by(signal.SIGKILL, step, "ingest", scan)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = khrop_process("recheck", "dla-2563-06-11")  # whatever runs next
    assert again.returncode == 1, again.stderr
    assert again.stdout.split()[0] == "quarantined"
    before, drawn = sorted(reported(home, monkeypatch))
    assert reported(home, monkeypatch) == {before: [1], drawn: [1]}
    assert len(kept_pages.of(home, drawn)) == 2
    assert contents(home)["core.outbox"] == []


@pytest.mark.parametrize(
    "following", [["publish"], ["letters"], ["accept", "dla-2563-06-11", "--by", "b", "--reason", "right"]]
)
def test_a_decision_that_was_cut_short_counts_before_anything_else_is_done(
    home: Home, khrop_process: Command, stopped_by: Command, begun: Path, following: list[str], ask: Any
) -> None:
    shutil.copytree(begun, home.root, symlinks=True)
    withdraw = ("withdraw", "dla-2563-06-11", "--by", "a", "--reason", "wrong")
    step = "after pipelines.archive.store:Archive.record_decision"
    killed = stopped_by(signal.SIGKILL, step, *withdraw)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    khrop_process(*following)
    verdicts = [row[0] for row in ask("SELECT verdict FROM core.snapshot ORDER BY judgement")]
    assert verdicts[:2] == ["accepted_with_warnings", "withdrawn"]
    if following[0] != "accept":
        result = khrop_process(*withdraw)
        assert (result.returncode, result.stderr) == (0, "")
        assert "that was decided already, by a: wrong" in result.stdout


@pytest.mark.parametrize(
    "step",
    [
        "after pipelines.archive.places:InBucket.put",  # the bytes are in the bucket, the ledger has no line
        "before pipelines.archive.ledger:take_over",  # the line is in the bucket, not in the home
        "after warehouse.buckets:Bucket.upload",  # the exports are in the bucket, and do not count
        "before warehouse.exports:swap",  # they count in the bucket, and not in the home
    ],
)
def test_a_home_in_a_bucket_is_completed_by_the_next_run(
    home: Home,
    khrop_process: Command,
    stopped_by: Command,
    returns: Path,
    begun: Path,
    uninterrupted: Tables,
    bucket: ABucket,
    step: str,
) -> None:
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    shutil.copytree(begun, home.root, symlinks=True)
    urls = [f'{part} = "s3://{bucket.name}/{part}"' for part in ("archive", "exports")]
    (home.root / "storage.toml").write_text("\n".join(urls), encoding="utf-8")
    Archive.of(home).join()
    shutil.rmtree(home.archive / next(p.name for p in home.archive.iterdir() if p.is_dir()))

    killed = stopped_by(signal.SIGKILL, step, "ingest", given)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert_nothing_is_half_loaded(home)
    again = khrop_process("ingest", given)
    assert again.returncode == 0, again.stderr
    assert contents(home) == uninterrupted
    archive, exported = Archive.of(home), exports.exported_state(home.exports)
    assert (list(archive.place.faults()), archive.strays()) == ([], [])
    assert all(archive.holds(receipt.sha256) for receipt in archive.receipts())
    assert list(export_copies.faults(Bucket(exports.copied_to(home.exports)), exported, whole=True)) == []
    folders = {key.split("/")[1] for key in bucket.objects("exports/")} - {"current.json"}
    current = export_copies.Manifest.read(Bucket(exports.copied_to(home.exports)))
    assert current is not None
    assert folders == {current.version, current.before} - {""}, "what the killed run left is gone"


BEFORE_THE_RUN = [
    "before pipelines.archive.copying:_mark_now",  # the bytes are copied, not yet in their place
    "before pipelines.archive.ledger:append",  # in their place, not yet in the ledger
    "after pipelines.archive.ledger:append",  # in the ledger
]
IN_THE_RUN = [
    "before dagster._core.execution.api:execute_run_iterator",  # the run is known, not begun
    "before pipelines.intake.take_in:load_batch",  # judged, not yet loaded
    "after pipelines.intake.loading:compare",  # loaded, within the transaction
    "after pipelines.intake.take_in:load_batch",  # the transaction is done, Dagster has no record of it
    "before warehouse.marts:build",  # intake is done
    "after warehouse.marts:build",  # one mart of three
    "before warehouse.exports:export",  # the marts are done
    "before warehouse.exports:swap",  # the exports are written, beside their place
    "after pathlib:Path.symlink_to",  # the link to them is made, beside its place
]


@pytest.mark.parametrize("step", [*BEFORE_THE_RUN, *IN_THE_RUN])
def test_the_next_run_completes_what_a_kill_cut_short(
    home: Home,
    khrop_process: Command,
    stopped_by: Command,
    returns: Path,
    begun: Path,
    uninterrupted: Tables,
    step: str,
    monkeypatch: Any,
) -> None:
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    shutil.copytree(begun, home.root, symlinks=True)
    state_before = exports.exported_state(home.exports)

    killed = stopped_by(signal.SIGKILL, step, "ingest", given)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert_nothing_is_half_loaded(home)
    assert exports.exported_state(home.exports) == state_before
    assert (home.exports / "mart_national_trend.parquet").exists()

    again = khrop_process("ingest", given)
    assert again.returncode == 0, again.stderr
    if step in IN_THE_RUN:
        (line,) = again.stderr.splitlines()
        assert line.endswith("had died; this run completes its work")
        assert_the_dead_run_holds_nobody_up(home, monkeypatch, line.split()[2])
    else:
        assert again.stderr == ""

    assert contents(home) == uninterrupted
    with Warehouse(home.warehouse).reading() as connection:
        archived = {receipt.sha256 for receipt in Archive(home.archive).receipts()}
        assert [c.holds for c in tables.conservation(connection, len(archived))] == [True, True]
        assert exports.exported_state(home.exports) == exports.state(connection)
    assert Archive(home.archive).strays() == []
    assert waiting_work(home, Warehouse(home.warehouse)) == []
    left = {p.name for p in home.root.iterdir() if p.name.startswith(".exports-")}
    assert len(left) <= 2, "only the exports of now and those before, which a reader may still be in"


@pytest.mark.parametrize(
    "step",
    [
        "before warehouse.connect:migrate",  # the file is there, without tables
        "after warehouse.connect:migrate",  # with its tables, not yet in its place
    ],
)
def test_a_kill_while_the_warehouse_is_made_leaves_no_half_made_one(
    home: Home, khrop_process: Command, stopped_by: Command, sample: Path, begun: Path, step: str
) -> None:
    killed = stopped_by(signal.SIGKILL, step, "ingest", sample)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not home.warehouse.exists()
    assert khrop_process("ingest", sample).returncode == 0
    assert contents(home) == contents(Home(begun))


def test_a_kill_after_the_last_step_leaves_nothing_to_do(
    home: Home,
    khrop_process: Command,
    stopped_by: Command,
    returns: Path,
    begun: Path,
    uninterrupted: Tables,
    monkeypatch: Any,
) -> None:
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    shutil.copytree(begun, home.root, symlinks=True)
    killed = stopped_by(signal.SIGKILL, "after warehouse.exports:swap", "ingest", given)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    again = khrop_process("ingest", given)
    assert (again.returncode, again.stderr) == (0, "")
    assert "Nothing to do" in again.stdout
    assert contents(home) == uninterrupted
    monkeypatch.setenv("DAGSTER_HOME", str(home.dagster))
    assert_no_run_is_left_as_it_died()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_that_nothing_is_half_done(
    home: Home,
    khrop_process: Command,
    stopped_by: Command,
    returns: Path,
    begun: Path,
    uninterrupted: Tables,
    number: int,
) -> None:
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    shutil.copytree(begun, home.root, symlinks=True)
    stopped = stopped_by(number, "after pipelines.intake.loading:compare", "ingest", given)
    assert (stopped.returncode, stopped.stderr) == (130, INTERRUPTED)
    assert_nothing_is_half_loaded(home)
    again = khrop_process("ingest", given)
    assert (again.returncode, again.stderr) == (0, "")
    assert contents(home) == uninterrupted


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.6, 0.9, 1.2, 1.5])
def test_ctrl_c_at_any_moment_is_an_interruption_and_no_fault(
    home: Home, commands: Commands, returns: Path, begun: Path, uninterrupted: Tables, seconds: float
) -> None:
    given = returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv"
    shutil.copytree(begun, home.root, symlinks=True)
    env = {**os.environ, "KHROP_HOME": str(home.root)}
    running = commands.begin("ingest", given, env=env, own_session=True)
    time.sleep(seconds)
    with suppress(ProcessLookupError):  # a fast machine was done before
        os.kill(running.pid, signal.SIGINT)
    done = running.wait()
    assert done.returncode in (0, 130), done.stderr
    assert done.stderr in ("", "khrop: interrupted\n", INTERRUPTED)
    assert commands.khrop("ingest", given, env=env).returncode == 0
    assert contents(home) == uninterrupted
