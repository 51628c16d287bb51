"""Publishing is a job of its own: asked for when a report is behind the tables, once, and doing nothing otherwise."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import typer
from commands import watched
from province_table import BUILT, DATASET, TABLES, register
from typer.testing import CliRunner
from written_returns import written_return

from pipelines.archive.store import Archive
from pipelines.datasets.registry import installed
from pipelines.definitions import defs
from pipelines.home import Home
from pipelines.intake import containers, inbox
from pipelines.intake.inbox import incoming
from pipelines.intake.take_in import take_in
from pipelines.orchestration import home_instance, launch, report_assets, run_processes
from pipelines.publishing import catalogue, kept_record
from warehouse import exports, lineage, marts, parts
from warehouse.connect import Warehouse

LOADED = re.compile(
    r"""<(?:script|link|img|iframe|source|object|embed)\b[^>]*(?:src|href|data)\s*=\s*["'](?:https?:)?//""", re.I
)
FETCHED = re.compile(r"""url\(\s*["']?(?:https?:)?//|@import""", re.I)
BROKEN = "syn_bad_05_totals_wrong.utf8-bom.csv"
Command = Callable[..., Any]

pytestmark = pytest.mark.xdist_group("publishing")


@dataclass(frozen=True)
class Place:
    """A home with three returns, one of them set aside, and its Dagster instance."""

    home: Home
    folder: Path
    instance: dg.DagsterInstance

    def take(self, *paths: Path) -> None:
        """Bring files to the exports, as the assets do."""
        containers.take(Archive(self.home.archive), [incoming(self.home, path) for path in paths])
        warehouse = Warehouse(self.home.warehouse)
        with warehouse.writer():
            assert [story for batch in take_in(self.home) for story in batch]
            with warehouse.writing() as connection:
                for dataset in installed().values():
                    for mart in dataset.tables.mart_names:
                        marts.build(connection, dataset.tables, mart, parts.states(connection))
                exports.export(connection, self.home.exports)

    def written(self, as_of: date) -> Path:
        path = self.folder / f"{as_of}.csv"
        path.write_text(written_return(as_of), encoding="utf-8")
        return path

    def run(self, **ops: Any) -> list[dg.DagsterEventType]:
        run = launch.run(self.instance, defs().resolve_job_def("publish"), ops)
        return list(self.instance.all_logs(run.run_id))  # type: ignore[arg-type]

    def docs(self) -> dict[str, bytes]:
        """Every file of the Data Docs with its content."""
        root = self.home.data_docs.resolve()
        return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("publishing")
    home = Home(folder / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "SETTLED", 0.0)
        for name, value in home_instance.prepare(home).items():
            patch.setenv(name, value)
        with dg.DagsterInstance.get() as instance:
            made = Place(home, folder, instance)
            broken = Path(__file__).parents[1] / "returns" / "defective" / BROKEN
            made.take(made.written(date(2020, 6, 12)), made.written(date(2020, 6, 19)), broken)
            yield made


@pytest.fixture(scope="module")
def first(place: Place) -> dict[str, Any]:
    """The metadata of what the first run of the job made."""
    return _metadata(place.run())


def _metadata(entries: list[Any], report: str = "data_docs") -> dict[str, Any]:
    made = [e.asset_materialization for e in entries if e.asset_materialization]
    (own,) = (event for event in made if event.asset_key.to_user_string() == report)
    return {name: value.value for name, value in own.metadata.items()}


def test_the_job_makes_every_report_each_with_its_link(place: Place, first: dict[str, Any]) -> None:
    entries = place.run()
    for report in catalogue.reports(installed().values()):
        metadata = _metadata(entries, report.name)
        assert metadata["changed"] is False
        assert Path(metadata["path"]).exists()
        assert metadata["link"].startswith("file://")
        assert metadata["preview"]
    site = place.home.site / "index.html"
    assert "Overview" in site.read_text(encoding="utf-8")
    assert list((place.home.letters).rglob("circular.docx"))
    assert [path.suffix for path in place.home.workbook.glob("[!.]*")] == [".xlsx"]


def test_the_page_of_a_province_leads_to_its_letter_and_the_letter_to_the_page(
    place: Place, first: dict[str, Any]
) -> None:
    letter = next(place.home.letters.rglob("81-krabi.docx"))
    page = next(place.home.site.resolve().rglob("province/81.html"))
    assert "81-krabi.docx" in page.read_text(encoding="utf-8")
    index = (letter.parent / "index.csv").read_text(encoding="utf-8-sig")
    linked = next(line for line in index.splitlines() if line.startswith("81-krabi"))
    assert f"site/{page.relative_to(place.home.site.resolve()).as_posix()}" in linked


def ask(place: Place) -> dg.RunRequest | dg.SkipReason:
    return report_assets.reports(dg.build_sensor_context(place.instance))  # type: ignore[return-value]


def test_the_job_builds_the_data_docs_and_says_where_and_how_they_look(place: Place, first: dict[str, Any]) -> None:
    page = place.home.data_docs / "index.html"
    assert page.exists()
    assert first["path"] == str(page)
    assert first["link"] == page.as_uri()
    assert (first["returns"], first["judged"], first["holds"], first["error"]) == (2, 2, 2, 0)
    assert "| 2020-06-19 |" in first["preview"]


def test_a_return_that_was_set_aside_is_nowhere_shown_as_valid(place: Place, first: dict[str, Any]) -> None:
    index = (place.home.data_docs / "index.html").read_text(encoding="utf-8")
    (row,) = (r for r in re.findall(r"<tr>.*?</tr>", index, re.S) if "syn-bad-05" in r or "syn_bad_05" in r)
    assert "quarantined" in row
    assert "totals-match" in row
    assert "holds" not in row
    assert not [name for name in place.docs() if "bad" in name]


def test_the_pages_open_without_a_network(place: Place, first: dict[str, Any]) -> None:
    pages = {name: text.decode() for name, text in place.docs().items() if name.endswith((".html", ".css"))}
    assert len(pages) == 1 + 1 + 4 + 2 * 4
    for name, text in pages.items():
        assert not LOADED.search(text), name
        assert not FETCHED.search(text), name
        assert "<script" not in text, name


def test_every_link_on_the_pages_leads_somewhere(place: Place, first: dict[str, Any]) -> None:
    root = place.home.data_docs.resolve()
    for page in root.rglob("*.html"):
        for link in re.findall(r'href="([^"#]+)"', page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.relative_to(root)} leads to {link}"


def test_the_sensor_asks_once_and_then_for_nothing(place: Place) -> None:
    """Before the first run it asks; the module's first run may have been made already, so its record is set by."""
    record = place.home.root / kept_record.PUBLISHED
    kept = record.read_bytes() if record.exists() else b""
    record.unlink(missing_ok=True)
    asked, again = ask(place), ask(place)
    assert isinstance(asked, dg.RunRequest)
    assert isinstance(again, dg.RunRequest)
    assert asked.run_key == again.run_key
    from dagster._core.test_utils import create_run_for_test

    for job in ("publish", "ingest"):
        tags = run_processes.signature()
        going = create_run_for_test(place.instance, job, status=dg.DagsterRunStatus.STARTED, tags=tags)
        waiting = ask(place)
        assert isinstance(waiting, dg.SkipReason)
        assert going.run_id in str(waiting.skip_message)
        place.instance.report_run_failed(going)
    if kept:
        record.write_bytes(kept)
    else:
        place.run()
    assert ask(place) is report_assets.NOTHING_NEW


def test_the_schedule_asks_for_what_somebody_removed(place: Place, first: dict[str, Any]) -> None:
    context = dg.build_schedule_context(instance=place.instance, scheduled_execution_time=datetime.now(UTC))
    assert report_assets.republish(context) is report_assets.NOTHING_NEW
    book = next(place.home.workbook.iterdir())
    shutil.rmtree(book.parent)
    asked = report_assets.republish(context)
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags["khrop/waiting"] == "workbook"
    place.run()
    assert book.exists()
    assert report_assets.republish(context) is report_assets.NOTHING_NEW


def test_an_unchanged_state_does_nothing(place: Place, first: dict[str, Any]) -> None:
    before = place.home.data_docs.resolve()
    metadata = _metadata(place.run())
    assert (metadata["judged"], metadata["changed"]) == (0, False)
    assert place.home.data_docs.resolve() == before


def test_the_same_returns_give_the_same_pages(place: Place, first: dict[str, Any]) -> None:
    before = place.docs()
    metadata = _metadata(place.run(data_docs={"config": {"force": True}}))
    assert metadata["judged"] == 2
    assert place.docs() == before


def test_a_new_return_is_judged_alone_and_the_others_pages_stay(place: Place, first: dict[str, Any]) -> None:
    before = place.docs()
    place.take(place.written(date(2020, 7, 10)))
    assert isinstance(ask(place), dg.RunRequest)
    metadata = _metadata(place.run())
    assert (metadata["returns"], metadata["judged"]) == (3, 1)
    assert metadata["warning"] == 1, "three weeks, where two are the interval"
    after = place.docs()
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed == {"index.html", ".returns.json", ".state"}
    assert "freshness" in after["index.html"].decode()
    assert ask(place) is report_assets.NOTHING_NEW


def test_nothing_is_published_from_tables_that_are_behind(place: Place, first: dict[str, Any]) -> None:
    (place.home.exports / exports.STATE).write_text("an older one", encoding="ascii")
    try:
        assert ask(place) is report_assets.NOTHING_NEW
        with pytest.raises(catalogue.TablesBehind, match="khrop ingest makes them anew"):
            catalogue.publish(catalogue.report(place.home, "data_docs"), place.home)
    finally:
        with Warehouse(place.home.warehouse).reading() as connection:
            (place.home.exports / exports.STATE).write_text(exports.state(connection), encoding="ascii")


def test_a_page_that_is_gone_is_made_again(place: Place, first: dict[str, Any]) -> None:
    (place.home.data_docs / "index.html").unlink()
    assert catalogue.waiting(place.home, Warehouse(place.home.warehouse)) == ["data_docs"]
    assert _metadata(place.run())["judged"] == 0
    assert (place.home.data_docs / "index.html").exists()


def test_without_the_extra_the_command_says_how_to_install_it_and_the_asset_is_left_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = typer.Typer()
    register(app)
    absent = replace(catalogue.report(place.home, "data_docs"), needs="a_module_that_is_not_there")
    monkeypatch.setattr(catalogue, "reports", lambda datasets: (absent,))
    done = CliRunner().invoke(app, ["data-docs"])
    assert done.exit_code == 2
    assert "pip install 'khrop-pipelines[gx]'" in done.output
    assert "Traceback" not in done.output

    made = dg.materialize([report_assets._asset(absent, 0)], instance=place.instance)
    assert made.success
    assert not made.get_asset_materialization_events()
    (check,) = made.get_asset_check_evaluations()
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert "pip install" in str(check.description)


def test_a_run_makes_the_reports_in_the_order_of_the_catalogue(place: Place, first: dict[str, Any]) -> None:
    # What needs an extra comes last: Great Expectations, once imported, stays in memory beside what is made after it.
    (run,) = place.instance.get_runs(dg.RunsFilter(job_name="publish", statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)
    started = place.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_START)
    names = [one.name for one in catalogue.reports(installed().values())]
    assert [event.get_dagster_event().step_key for event in started] == names
    assert names[-1] == "data_docs"


def test_taking_returns_in_ends_at_the_exports() -> None:
    from pipelines.definitions import defs

    keys = {key.to_user_string() for key in defs().resolve_job_def("ingest").asset_layer.executable_asset_keys}
    assert keys == {"intake", *BUILT, "exports"}
    job = defs().resolve_job_def("publish")
    named = {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
    assert named == {report.name for report in catalogue.reports(installed().values())}


def test_a_mart_has_the_lineage_of_its_columns() -> None:
    assert TABLES.marts is not None
    for tables_of in (dataset.tables for dataset in installed().values()):
        assert (tables_of.marts / lineage.FILE).read_text(encoding="utf-8") == lineage.parsed(tables_of), (
            "run make docs"
        )
    from pipelines.orchestration import table_assets

    metadata = table_assets.lineage_of(DATASET, "compliance")
    deps = metadata["dagster/column_lineage"].deps_by_column
    assert {dep.column_name for dep in deps["status"]} == {"as_of", "pending", "saved", "total"}
    assert {dep.asset_key for dep in deps["status"]} == {dg.AssetKey("province_progress")}
    assert "`core.campaign.deadline`" in metadata["lineage"].value


def test_a_return_is_due_every_two_weeks() -> None:
    from pipelines.campaigns import BUNDLED, parse
    from pipelines.orchestration import assets

    policy = assets.returns.freshness_policy
    assert policy == assets.FRESHNESS
    every = max(parse(file).every_days for file in BUNDLED.glob("*.toml"))
    assert assets.FRESHNESS.warn_window is not None
    assert assets.FRESHNESS.warn_window.to_timedelta().days == every


@pytest.mark.slow
def test_the_command_makes_all_reports_and_says_where_they_are(
    khrop_process: Command, home: Home, sample: Path
) -> None:
    nothing = khrop_process("publish")
    assert nothing.returncode == 2
    assert "khrop ingest makes one" in nothing.stderr
    assert khrop_process("ingest", sample).returncode == 0
    made = khrop_process("publish", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    records = [json.loads(line) for line in made.stdout.splitlines()]
    assert {record["report"] for record in records} == {
        report.name for report in catalogue.reports(installed().values())
    }
    assert all(record["made"] and Path(record["path"]).exists() for record in records)
    again = khrop_process("data-docs")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[0] == "1 return: 1 hold, 0 with warnings, 0 with errors (0 judged now)"


@pytest.mark.slow
def test_that_all_reports_stand_is_seen_without_importing_what_reads_tables(
    khrop: Command, home: Home, sample: Path
) -> None:
    def published() -> tuple[dict[str, bool], bool]:
        done, imported = watched("publish", "--json", home=home.root)
        assert done.returncode == 0, done.stderr
        return {record["report"]: record["made"] for record in map(json.loads, done.stdout.splitlines())}, imported

    assert khrop("ingest", sample).returncode == 0
    assert khrop("publish").returncode == 0
    as_it_was, _ = published()  # looked at, and recorded
    assert len(as_it_was) > 1
    assert not any(as_it_was.values())
    assert published() == (as_it_was, False)
    (home.site / "index.html").unlink()
    assert published() == (as_it_was | {"site": True}, True)
    assert published() == (as_it_was, True)
    assert published() == (as_it_was, False)
