"""A dataset with `engine = "spark"` goes from the inbox to its marts on Spark, and its rows are checked there."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import waste_plans
from commands import command
from servers.spark_connect_server import server
from site_pages import page

import khrop
from pipelines.commands.upkeep import damage
from pipelines.datasets import registry
from pipelines.datasets.dataset import CONTRACT_HOLDS, MARTS_BUILD
from pipelines.home import Home
from pipelines.intake import inbox
from pipelines.orchestration import home_instance, report_assets
from pipelines.publishing import catalogue, kept_record
from pipelines.publishing.catalogue import Published
from warehouse import exports, spark_session
from warehouse.connect import Warehouse

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
FIRST, SECOND = date(2020, 6, 11), date(2020, 6, 25)
NORTH, SOUTH = "waste-plans", "waste-plans-south"
TITLES = ("แผนจัดการขยะรายอำเภอ", "แผนจัดการขยะภาคใต้")
REPORT = "waste_plans_on_spark"
TREND = "waste_plan_trend"
SMALL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "1",
    # Of a few rows, to compile a query takes longer than to run it.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
LATEST = """-- Every district as the newest return of its campaign has it.
SELECT campaign_id, district, approved, tonnes, updated_on, as_of FROM core.waste_plans_current
QUALIFY as_of = max(as_of) OVER (PARTITION BY campaign_id) ORDER BY campaign_id, district"""


def returned(campaign: str, rows: waste_plans.Rows, as_of: date) -> bytes:
    """A return of a campaign."""
    text = waste_plans.csv_of(waste_plans.with_totals(rows), as_of).decode("utf-8")
    return (text.replace(*TITLES) if campaign == SOUTH else text).encode("utf-8")


@dataclass(frozen=True)
class Place:
    """A home with the dataset and two campaigns of it, a return each."""

    home: Home
    folder: Path
    khrop: Callable[..., Any]

    @property
    def report(self) -> Any:
        return catalogue.report(self.home, REPORT)

    @property
    def dataset(self) -> Any:
        return registry.datasets(self.home.root)["waste_plans"]

    def publish(self, **options: Any) -> Published:
        return catalogue.publish(self.report, self.home, **options)

    def take(self, campaign: str, rows: Any, as_of: date, code: int = 0) -> None:
        file = self.home.root.parent / f"{campaign}-{as_of}.csv"
        file.write_bytes(returned(campaign, rows, as_of))
        self.khrop("ingest", file, "--campaign", campaign, code=code)

    def files(self, mart: str) -> dict[str, int]:
        """The files of a mart, each with what tells it from a file that is written anew."""
        folder = self.home.spark / "waste_plans" / "marts" / f"mart_{mart}.parquet"
        return {file.name: file.stat().st_ino for file in folder.glob("*.parquet")}

    def rows(self, mart: str) -> list[tuple[Any, ...]]:
        return self.ask(f"FROM read_parquet('{self.home.spark}/waste_plans/marts/mart_{mart}.parquet/*.parquet')")

    def of_duckdb(self, mart: str) -> list[tuple[Any, ...]]:
        return self.ask(self.dataset.tables.sql_of(mart))

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows, in one order; a share is a decimal on Spark and a float in DuckDB."""
        with Warehouse(self.home.warehouse).reading() as connection:
            rows = connection.execute(sql).fetchall()
        return sorted((tuple(float(v) if isinstance(v, Decimal) else v for v in row) for row in rows), key=str)


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """The session of this process, which a report then uses."""
    from pyspark.sql import SparkSession

    return SparkSession.builder.master("local[1]").config(map=SMALL).getOrCreate()


@pytest.fixture(scope="module")
def place(session: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("spark") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHROP_HOME", str(root))
        patch.setattr(inbox, "SETTLED", 0.0)
        every = catalogue.reports
        # Those of the other datasets have nothing to do with it.
        patch.setattr(catalogue, "reports", lambda known: tuple(r for r in every(known) if r.name in ("site", REPORT)))
        folder = waste_plans.install(root)
        toml = folder / "dataset.toml"
        keys = 'engine = "spark"\nmarts_by_campaign = true\n'
        toml.write_text(keys + toml.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "marts" / "district_latest.sql").write_text(LATEST, encoding="utf-8")
        campaign = (folder / "campaign.toml").read_text(encoding="utf-8")
        (root / "campaigns").mkdir()
        south = campaign.replace(f'"{NORTH}"', f'"{SOUTH}"').replace(*TITLES)
        (root / "campaigns" / "south.toml").write_text(f'dataset = "waste_plans"\n{south}', encoding="utf-8")
        made = Place(Home.current(), folder, command(0))
        for name in (NORTH, SOUTH):
            inboxed = root / "inbox" / name
            inboxed.mkdir(parents=True)
            more = 1 if name == SOUTH else 0
            (inboxed / f"{name}.csv").write_bytes(returned(name, waste_plans.rows(more), FIRST))
        made.khrop("ingest", root / "inbox")
        yield made


@pytest.fixture(scope="module")
def published(place: Place) -> str:
    """What `khrop publish` prints."""
    return str(place.khrop("publish").output)


def test_what_is_taken_in_has_its_marts_on_spark_alone(place: Place, published: str) -> None:
    assert registry.faults(place.home.root) == ()
    assert "Waste plans by district on Spark:" in published
    for mart in (TREND, "district_latest"):
        assert set(place.files(mart)) == {f"{NORTH}.parquet", f"{SOUTH}.parquet"}
        assert place.rows(mart) == place.of_duckdb(mart)
    assert len(place.rows("district_latest")) == 2 * len(waste_plans.DISTRICTS)
    assert not list(place.home.exports.glob("mart_waste*"))
    assert (place.home.exports / "core_waste_plans_current.csv").exists()
    built = place.ask("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'mart'")
    assert not {(mart,) for mart in (TREND, "district_latest")}.intersection(built)
    assert f"marts on Spark {place.home.spark}" in place.khrop("status").output.replace("\n", "")
    text = page(place.home.site / "waste_plans" / "index.html").text
    assert "The marts of this dataset are made on Spark" in text


def test_a_server_that_does_not_answer_is_a_sentence(
    place: Place, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = place.home.root / kept_record.PUBLISHED
    kept = json.loads(ledger.read_text(encoding="utf-8"))
    ledger.write_text(json.dumps({name: made for name, made in kept.items() if name != REPORT}), encoding="utf-8")
    before = place.rows(TREND)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv(spark_session.VARIABLE, f"sc://127.0.0.1:{port}/;token=secret")
    output = place.khrop("publish", code=3).output
    assert f"Spark on sc://127.0.0.1:{port} cannot be used: nothing answers at 127.0.0.1:{port}" in output
    assert len(output.strip().splitlines()) == 1
    assert "secret" not in output
    assert place.rows(TREND) == before


def test_the_kept_states_are_those_of_all_rows(place: Place, published: str) -> None:
    files = (place.home.spark / "waste_plans" / "states").glob("[!.]*.json")
    states = [khrop.State.from_json(file.read_text(encoding="utf-8"), place.dataset.contract) for file in files]
    verdict = khrop.judge(khrop.merge(states))
    assert (verdict.rows, verdict.counts()) == (32, {})


def test_a_second_return_touches_its_campaign_alone(place: Place, published: str) -> None:
    before = place.files(TREND)
    place.take(NORTH, waste_plans.rows(2), SECOND)
    assert catalogue.waiting(place.home, Warehouse(place.home.warehouse)).count(REPORT) == 1
    made = place.publish()
    assert (made.metadata["partitions_checked"], made.metadata["partitions_kept"]) == (1, 1)
    assert (made.metadata["dagster/row_count"], made.metadata["violations"]) == (48, 0)
    after = place.files(TREND)
    assert after[f"{SOUTH}.parquet"] == before[f"{SOUTH}.parquet"]
    assert after[f"{NORTH}.parquet"] != before[f"{NORTH}.parquet"]
    assert place.rows(TREND) == place.of_duckdb(TREND)


def test_a_file_that_is_written_again_with_the_same_rows_is_not_read_again(place: Place, published: str) -> None:
    place.publish()
    warehouse = Warehouse(place.home.warehouse)
    with warehouse.writer(), warehouse.writing() as connection:
        exports.export(connection, place.home.exports, whole=True)
    assert place.publish().metadata["partitions_checked"] == 0
    (place.home.spark / "waste_plans" / "states" / f"{SOUTH}.json").unlink()
    assert place.publish().metadata["partitions_checked"] == 1


def test_what_was_accepted_by_a_decision_is_known(place: Place, published: str) -> None:
    rows = [list(row) for row in waste_plans.rows(3)]
    rows[2][3] = str(int(rows[2][3]) + 1)
    place.take(SOUTH, rows, SECOND, code=1)
    (name,) = [row[0] for row in place.ask("SELECT snapshot_id FROM core.snapshot_judged WHERE rows_set_aside > 0")]
    place.khrop("accept", name, "--reason", "as printed", "--by", "an officer")
    made = place.publish()
    (holds, _) = made.checks
    assert not holds.failure
    assert made.metadata["violations"] > 0
    assert "| `parts-add-up` | error | 1 | 1 |" in made.preview


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("spark.example.org", "KHROP_SPARK is 'spark.example.org', expected sc://HOST:PORT of Spark Connect"),
        ("sc://:15002", "KHROP_SPARK names no host"),
        ("sc://host:port", "KHROP_SPARK is no URL"),
    ],
)
def test_what_is_no_session_is_a_sentence(
    url: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(spark_session.VARIABLE, url)
    with pytest.raises(spark_session.SparkFault, match=message), spark_session.session(tmp_path / "log"):
        pass


def test_the_doctor_says_what_is_missing(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(damage._spark(place.home)) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    (finding,) = damage._spark(place.home)
    assert finding.text.startswith("the marts of waste_plans cannot be made: there is no Java")
    monkeypatch.setattr(spark_session, "MODULES", ("a_module_that_is_not_there",))
    (finding,) = damage._spark(place.home)
    assert finding.text.endswith("is not installed: pip install 'khrop-pipelines[spark]'")


def test_without_the_extra_nothing_passes_and_nothing_is_made(place: Place) -> None:
    absent = replace(place.report, needs="a_module_that_is_not_there")
    with home_instance.instance(place.home) as instance:
        made = dg.materialize([report_assets._asset(absent, 0)], instance=instance)
        assert made.success
        assert not made.get_asset_materialization_events()
        checks = {check.check_name: check for check in made.get_asset_check_evaluations()}
    assert set(checks) == {report_assets.INSTALLED, CONTRACT_HOLDS, MARTS_BUILD}
    for check in checks.values():
        assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert "pip install 'khrop-pipelines[spark]'" in str(check.description)


@pytest.mark.slow
def test_spark_connect_does_the_same(place: Place, published: str) -> None:
    place.publish()
    expected = place.rows(TREND), place.rows("district_latest")
    (place.home.spark / "waste_plans" / "marts").unlink()
    (place.home.spark / "waste_plans" / "states" / f"{NORTH}.json").unlink()
    job = (
        "from pipelines.home import Home\nfrom pipelines.publishing.spark.publish import publish\n"
        "made = publish(Home.current(), dataset='waste_plans')\n"
        "print(made.metadata['spark'], made.metadata['partitions_checked'], [c.failure for c in made.checks])"
    )
    with server(SMALL) as url:
        ended = subprocess.run(
            [sys.executable, "-c", job],
            env={**os.environ, spark_session.VARIABLE: url},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert (ended.stdout, ended.stderr) == (f"{url} 1 ['', '']\n", "")
    assert (place.rows(TREND), place.rows("district_latest")) == expected


def materialized(place: Place) -> tuple[dict[str, Any], dict[str, Any]]:
    """The report as an asset of a Dagster instance: its metadata, and its checks by name."""
    with home_instance.instance(place.home) as instance:
        ran = dg.materialize([report_assets._asset(place.report, 0)], instance=instance)
        assert ran.success
        (event,) = ran.asset_materializations_for_node(REPORT)
        checks = {check.check_name: check for check in ran.get_asset_check_evaluations()}
    return {name: value.value for name, value in event.metadata.items()}, checks


def test_a_contract_that_was_tightened_since_and_a_mart_without_counterpart_are_red(
    place: Place, published: str, capfd: pytest.CaptureFixture[str]
) -> None:
    place.publish()
    contract, bars = place.folder / "contract.py", place.folder / "marts" / "as_bars.sql"
    text, before = contract.read_text(encoding="utf-8"), place.files(TREND)
    tightened = text.replace("tonnes: Series[float] = pa.Field(ge=0", "tonnes: Series[float] = pa.Field(ge=1201")
    try:
        contract.write_text(tightened, encoding="utf-8")
        assert REPORT in catalogue.waiting(place.home, Warehouse(place.home.warehouse))
        bars.write_text("SELECT campaign_id, bar(approved, 0, 30) AS bars FROM core.waste_plans_current")
        place.khrop("ingest", place.home.inbox)
        metadata, checks = materialized(place)
        output = place.khrop("publish", code=1).output
        shown = place.khrop("status").output
    finally:
        contract.write_text(text, encoding="utf-8")
        bars.unlink()
    holds, builds = checks[CONTRACT_HOLDS], checks[MARTS_BUILD]
    assert (holds.passed, holds.severity) == (False, dg.AssetCheckSeverity.ERROR)
    message = "loaded rows of waste_plans break the contract WastePlans 0.1.0: "
    assert str(holds.description).startswith(message)
    assert "khrop recheck judges them anew" in str(holds.description)
    assert "| `at-least` | " in holds.metadata["sample"].value
    assert (builds.passed, builds.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert str(builds.description).startswith(f"{bars}: Spark refuses it: [UNRESOLVED_ROUTINE]")
    assert "\n" not in str(builds.description)
    assert "Py4JJavaError" not in capfd.readouterr().err
    assert metadata["spark"] == "local[*]"
    assert metadata["violations"] > 0
    assert place.files(TREND).keys() == before.keys()
    for text in (output, shown):
        assert message in text
        assert "UNRESOLVED_ROUTINE" in text
