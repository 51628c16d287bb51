"""What Dagster shows is what happened: the code location loads, the command's run stands under its job, and rules
and conservation are checks with the right weight.

No `from __future__ import annotations`: Dagster reads the annotations of the assets that are defined here.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from province_table import BUILT, DATASETS, MART_NAMES

from khrop.model.terminal_text import markdown_text
from pipelines.datasets.registry import installed
from pipelines.definitions import defs
from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult
from pipelines.monitoring.health import severities
from pipelines.orchestration import checks, home_instance, launch, run_processes, table_assets
from pipelines.publishing import catalogue
from warehouse import exports, tables
from warehouse.connect import Warehouse

Command = Callable[..., "subprocess.CompletedProcess[str]"]
TakeIn = Callable[..., list[IntakeResult]]
WARNING = dg.AssetCheckSeverity.WARN
ERROR = dg.AssetCheckSeverity.ERROR


@pytest.fixture
def instance(home: Home, dagster_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of the test's home."""
    for name, value in home_instance.prepare(home).items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.get() as opened:
        yield opened


def outcomes(instance: dg.DagsterInstance, run_id: str) -> dict[str, Any]:
    """The check results of a run by name."""
    return {
        record.asset_check_evaluation_data.check_name: record.asset_check_evaluation_data
        for record in (entry.dagster_event for entry in instance.all_logs(run_id))
        if record and record.event_type_value == "ASSET_CHECK_EVALUATION"
    }


def built(instance: dg.DagsterInstance, run_id: str) -> set[str]:
    """What a run materialized."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    return {e.dagster_event.asset_key.to_user_string() for e in entries if e.dagster_event}  # type: ignore[union-attr]


def archive(home: Home, *paths: Path) -> None:
    from pipelines.archive.store import Archive
    from pipelines.intake.inbox import incoming

    Archive(home.archive).take([incoming(home, path) for path in paths])


def run(instance: dg.DagsterInstance, home: Home) -> dg.DagsterRun:
    """The ingest job as a command runs it."""
    with Warehouse(home.warehouse).writer():
        return launch.run(instance, defs().resolve_job_def("ingest"))


@pytest.mark.slow
def test_the_code_location_is_valid(home: Home) -> None:
    command = [str(Path(sys.executable).with_name("dagster")), "definitions", "validate", "-m", launch.MODULE]
    environment = {**os.environ, **home_instance.prepare(home)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "All code locations passed validation" in done.stdout + done.stderr


def test_the_definitions_can_be_loaded_in_full() -> None:
    from pipelines.definitions import defs

    dg.Definitions.validate_loadable(defs())
    names = {spec.key.to_user_string() for spec in defs().resolve_all_asset_specs()}
    reports = {report.name for report in catalogue.reports(installed().values())}
    assert names == {"intake", "returns", *BUILT, "exports", *reports}


def test_every_rule_has_a_check_that_never_blocks_and_conservation_has_two_that_do() -> None:
    specs = {spec.name: spec for spec in checks.specs(DATASETS.values())}
    assert {spec.metadata["rule"]: spec.metadata["severity"] for spec in specs.values() if spec.metadata} == {
        **severities(),
        **severities(DATASETS["province_progress"]),
    }
    assert {name for name, spec in specs.items() if spec.blocking} == {"returns_conserved", "rows_conserved"}
    assert all(spec.description for spec in specs.values())


def test_every_asset_says_what_it_is() -> None:
    from pipelines.definitions import defs

    for spec in defs().resolve_all_asset_specs():
        assert spec.description, spec.key
        assert spec.kinds, spec.key
        assert spec.owners == ["team:returns"], spec.key
        assert spec.group_name in {
            "1_intake",
            *(f"2_{name}" for name in installed()),
            "2_reconciliation",
            "3_published",
            "4_reports",
        }, spec.key
    (progress,) = (s for s in defs().resolve_all_asset_specs() if s.key.to_user_string() == "province_progress")
    columns = {c.name: c for c in progress.metadata["dagster/column_schema"].columns}
    assert columns["saved_percent"].description


def test_text_of_a_document_cannot_break_out_of_a_table_in_the_ui() -> None:
    assert markdown_text("a|b\n<script>") == "a\\|b &lt;script>"


def test_what_is_reported_in_batches_is_what_logging_one_by_one_would_store(
    instance: dg.DagsterInstance, home: Home
) -> None:
    """Column by column, in the run's own table and in the index: only the clock and the words of the message differ."""
    from pipelines.orchestration import materializations

    names = ["a-1", "a-2", "a-3"]

    def story(name: str) -> dg.AssetMaterialization:
        return dg.AssetMaterialization("returns", partition=name, metadata={"verdict": "accepted", "rows": 76})

    @dg.asset
    def logged(context: dg.AssetExecutionContext) -> None:
        for name in names:
            context.log_event(story(name))

    @dg.asset
    def reported(context: dg.AssetExecutionContext) -> None:
        materializations.report(context, [story(name) for name in names])

    assert dg.materialize([logged, reported], instance=instance).success
    stored: dict[str, list[dict[str, Any]]] = {"logged": [], "reported": []}
    storage = instance.event_log_storage
    (run_id,) = (r.run_id for r in instance.get_runs())
    query = (
        "SELECT run_id, event, dagster_event_type, step_key, asset_key, partition FROM event_logs"
        " WHERE partition IS NOT NULL ORDER BY id"
    )
    import sqlalchemy as sa

    for connect in (storage.run_connection(run_id), storage.index_connection()):  # type: ignore[attr-defined]
        with connect as connection:
            for row in connection.execute(sa.text(query)).mappings():
                event = json.loads(row["event"])
                step = row["step_key"]
                event.pop("timestamp")
                assert event.pop("user_message") == event["dagster_event"].pop("message")
                same = json.loads(json.dumps({**row, "event": event}).replace(step, "STEP"))
                stored[step].append(same)
    assert len(stored["logged"]) == 2 * len(names)
    assert stored["reported"] == stored["logged"]
    assert instance.get_materialized_partitions(dg.AssetKey("returns")) == set(names)
    newest = instance.get_latest_materialization_event(dg.AssetKey("returns"))
    assert newest is not None
    assert newest.asset_materialization is not None
    assert newest.asset_materialization.partition == "a-3"


@pytest.mark.slow
def test_the_command_s_run_is_one_of_its_job_with_the_details_of_each_return(
    home: Home, khrop_process: Command, instance: dg.DagsterInstance, sample: Path, returns: Path
) -> None:
    broken = returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv"
    assert khrop_process("ingest", sample, broken).returncode == 1
    (dagster_run,) = instance.get_runs()
    assert (dagster_run.job_name, dagster_run.status) == ("ingest", dg.DagsterRunStatus.SUCCESS)
    origin = dagster_run.remote_job_origin
    assert origin is not None
    assert origin.repository_origin.repository_name == "__repository__"
    assert origin.location_name == launch.MODULE
    assert dagster_run.tags[".dagster/repository"] == f"__repository__@{launch.MODULE}"
    assert built(instance, dagster_run.run_id) == {"intake", "returns", *BUILT, "exports"}

    entries = instance.all_logs(dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    materializations = [e.asset_materialization for e in entries if e.asset_materialization]
    stories = {m.partition: m.metadata for m in materializations if m.partition}
    assert instance.get_dynamic_partitions("returns") == list(stories)
    verdicts = {name: str(metadata["verdict"].value) for name, metadata in stories.items()}
    assert sorted(verdicts.values()) == ["accepted_with_warnings", "quarantined"]
    (good,) = (stories[name] for name, verdict in verdicts.items() if verdict != "quarantined")
    assert (good["as_of"].value, good["dagster/row_count"].value, good["warnings"].value) == ("2020-06-11", 76, 2)
    (bad,) = (stories[name] for name, verdict in verdicts.items() if verdict == "quarantined")
    assert bad["repair"].value == "repaired"
    assert "1138 → ๑,๑๒๘ !" in bad["proposed_repair"].value
    assert "repair" not in good

    found = outcomes(instance, dagster_run.run_id)
    assert set(found) == {*(spec.name for spec in checks.specs(installed().values())), table_assets.AGREES}
    failed = {name: check.severity for name, check in found.items() if not check.passed}
    assert failed["totals_match"] is ERROR
    assert failed["claims_match"] is WARNING
    assert found["returns_conserved"].passed
    assert found["rows_conserved"].passed
    sampled = found["totals_match"].metadata["sample"].value
    assert "grand total" in sampled
    assert "R81" in sampled, "a sample says where"


def test_a_failing_rule_does_not_stop_the_marts(
    home: Home, instance: dg.DagsterInstance, taken_in: TakeIn, sample: Path, returns: Path
) -> None:
    archive(home, sample, returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv")
    ended = run(instance, home)
    assert ended.is_success
    assert not outcomes(instance, ended.run_id)["totals_match"].passed
    assert built(instance, ended.run_id) >= {*MART_NAMES, "exports"}


@pytest.mark.slow
def test_a_lost_row_stops_the_marts_and_the_command_says_what_to_do(
    home: Home, khrop_process: Command, instance: dg.DagsterInstance, taken_in: TakeIn, sample: Path, returns: Path
) -> None:
    taken_in(sample)
    before = exports.exported_state(home.exports)
    warehouse = Warehouse(home.warehouse)
    with warehouse.writer(), warehouse.writing() as connection:
        connection.execute("DELETE FROM core.province_progress WHERE province_code = '10' OR ordinal = 1")
        assert tables.count(connection, "core.province_progress") == 75
    done = khrop_process("ingest", returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    (message,) = (line for line in done.stderr.splitlines() if "not all is accounted for" in line)
    assert "rows_conserved: 152 came in, 151 are accounted for" in message
    assert "khrop rebuild recreates the warehouse" in message
    (failed,) = instance.get_runs()
    assert failed.status is dg.DagsterRunStatus.FAILURE
    assert not built(instance, failed.run_id) & {*MART_NAMES, "exports"}
    every = {spec.name for spec in checks.specs(installed().values())}
    assert set(outcomes(instance, failed.run_id)) == every, "all others are recorded"
    assert exports.exported_state(home.exports) == before

    assert khrop_process("rebuild").returncode == 0
    with warehouse.reading() as connection:
        assert tables.count(connection, "core.province_progress") == 152
        assert exports.exported_state(home.exports) == exports.state(connection)


def test_a_home_keeps_its_instance_as_the_template_says(home: Home) -> None:
    home_instance.prepare(home)
    (home.dagster / "dagster.yaml").write_text("telemetry: {enabled: true}\n")
    environment = home_instance.prepare(home)
    written = (home.dagster / "dagster.yaml").read_text(encoding="utf-8")
    assert written == f"{home_instance.template().read_text(encoding='utf-8')}\n{home_instance.STORAGE}"
    assert environment["DAGSTER_HOME"] == str(home.dagster)
    assert sorted(p.name for p in home.dagster.iterdir()) == ["dagster.yaml"]


@pytest.mark.slow
def test_processes_that_first_use_a_home_at_once_do_not_spoil_its_instance(home: Home) -> None:
    script = (
        "import dagster; from pipelines.home import Home; from pipelines.orchestration import home_instance\n"
        "with home_instance.instance(Home.current()) as opened: print(opened.get_runs_count())"
    )
    environment = {**os.environ, "KHROP_HOME": str(home.root)}
    command = [sys.executable, "-c", script]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate(timeout=300)[0], process.returncode) for process in running] == [("0\n", 0)] * 3
    last = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert last.stdout == "0\n", last.stderr


def test_a_run_whose_process_is_gone_is_failed_and_a_living_one_is_not(instance: dg.DagsterInstance) -> None:
    from dagster._core.test_utils import create_run_for_test

    def begun(**tags: str) -> str:
        made = create_run_for_test(instance, "ingest", status=dg.DagsterRunStatus.STARTED, tags=tags)
        return made.run_id

    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = begun(**{run_processes.PID: str(ended.pid), run_processes.BORN: "some-boot:1"})
    reused = begun(**{run_processes.PID: str(os.getpid()), run_processes.BORN: "another-boot:1"})
    living = begun(**run_processes.signature())
    unsigned = begun()
    assert set(run_processes.fail_dead_runs(instance)) == {gone, reused}
    statuses = {r.run_id: r.status for r in instance.get_runs()}
    assert statuses[gone] is statuses[reused] is dg.DagsterRunStatus.FAILURE
    assert statuses[living] is statuses[unsigned] is dg.DagsterRunStatus.STARTED


def test_the_sensor_asks_once_for_what_waits_and_not_while_a_run_goes_on(
    home: Home, instance: dg.DagsterInstance, taken_in: TakeIn, sample: Path
) -> None:
    from dagster._core.test_utils import create_run_for_test

    from pipelines.orchestration.automation import inbox

    def ask() -> dg.RunRequest | dg.SkipReason:
        context = dg.build_sensor_context(instance)
        return inbox(context)  # type: ignore[return-value]

    assert isinstance(ask(), dg.SkipReason), "an inbox that is not there"
    folder = home.inbox / "info-international-agreements"
    folder.mkdir(parents=True)
    shutil.copy(sample, folder)
    first, second = ask(), ask()
    assert isinstance(first, dg.RunRequest)
    assert isinstance(second, dg.RunRequest)
    assert first.run_key == second.run_key
    going = create_run_for_test(instance, "ingest", status=dg.DagsterRunStatus.STARTED, tags=run_processes.signature())
    asked = ask()
    assert isinstance(asked, dg.SkipReason)
    assert going.run_id in str(asked.skip_message)
    instance.report_run_failed(going)
    taken_in()
    asked = ask()
    assert isinstance(asked, dg.SkipReason)
    assert asked.skip_message == "nothing new"


def test_a_dead_run_does_not_keep_the_sensor_waiting(home: Home, instance: dg.DagsterInstance, sample: Path) -> None:
    from dagster._core.test_utils import create_run_for_test

    from pipelines.orchestration.automation import inbox

    folder = home.inbox / "info-international-agreements"
    folder.mkdir(parents=True)
    shutil.copy(sample, folder)
    dead = {run_processes.PID: str(os.getpid()), run_processes.BORN: "an-earlier-boot:1"}
    create_run_for_test(instance, "ingest", status=dg.DagsterRunStatus.STARTED, tags=dead)
    assert isinstance(inbox(dg.build_sensor_context(instance)), dg.RunRequest)


def test_the_sweep_asks_again_while_a_notice_could_not_be_sent(
    home: Home, instance: dg.DagsterInstance, taken_in: TakeIn, returns: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    from pipelines.monitoring import alerts
    from pipelines.orchestration.automation import sweep

    def ask() -> dg.RunRequest | dg.SkipReason:
        context = dg.build_schedule_context(instance, scheduled_execution_time=datetime.now(UTC))
        return sweep(context)  # type: ignore[return-value]

    (broken,) = taken_in(returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv")
    present = {f"set-aside:{broken.snapshot_id}": "it is set aside"}
    assert isinstance(ask(), dg.RunRequest), "nobody has been notified yet"
    alerts.notify(home, present, [alerts.LogNotifier()])
    assert isinstance(ask(), dg.SkipReason)
    monkeypatch.setenv(alerts.WEBHOOK, "http://127.0.0.1:9/nobody-listens")
    assert isinstance(ask(), dg.RunRequest)


def test_a_return_that_is_set_aside_fails_a_check_of_its_partition(
    khrop: Command, home: Home, instance: dg.DagsterInstance, returns: Path, sample: Path
) -> None:
    khrop("ingest", sample, returns / "defective" / "syn_bad_15_swapped_saved_pending.utf8-bom.csv")
    key = dg.AssetCheckKey(dg.AssetKey("returns"), "not_set_aside")
    (record,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    evaluation = record.evaluation
    assert evaluation is not None
    assert not evaluation.passed
    assert str(evaluation.partition).startswith("syn-bad-15")
    assert "9.93 percent is not 127 of 141" in str(evaluation.description)
    assert all(run.is_success for run in instance.get_runs())

    khrop("repair", "syn-bad-15", "--accept", "--by", "ฝ่ายข้อมูล", "--reason", "โทรถามจังหวัดแล้ว")
    (newest,) = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    assert newest.evaluation is not None
    assert newest.evaluation.passed
