"""A mistake in a dataset's folder is named with its file and place, and never stops another dataset."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import waste_plans

from khrop.export import odcs
from pipelines import campaigns
from pipelines.commands.faults import warn_of_faults
from pipelines.datasets import registry
from pipelines.home import Home
from pipelines.intake.judging import judge
from pipelines.returns import Hints, Return
from warehouse import exports
from warehouse.connect import Warehouse
from warehouse.dataset_tables import TablesDiffer
from warehouse.verdicts import Verdict


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


MISTAKES = [
    (
        "dataset.toml",
        'names = "district"',
        'names = "amphoe"',
        "dataset.toml: names names 'amphoe', which is no column",
    ),
    ("dataset.toml", "names =", "name =", "dataset.toml: unknown key name; a dataset has"),
    ("dataset.toml", 'title_en = "Waste plans by district"', "title_en = ", "dataset.toml: this is no TOML"),
    (
        "dataset.toml",
        'names = "district"',
        'engine = "dask"\nnames = "district"',
        "dataset.toml: engine is 'dask', expected one of duckdb, spark",
    ),
    ("dataset.toml", 'kind = "decimal"', 'kind = "number"', "dataset.toml: columns.tonnes.kind is 'number'"),
    ("dataset.toml", 'kind = "decimal"', 'kind = "text"', "columns.tonnes.kind is text, but the contract WastePlans"),
    ("dataset.toml", "[columns.tonnes]", "[columns.weight]", "columns.tonnes is missing: the contract WastePlans"),
    ("dataset.toml", "[columns.tonnes]", "[columns.place]", "columns.place cannot be a column's name"),
    ("dataset.toml", "'ร้อยละ.*|%'", "'ร้อยละ.*|('", "columns.approved_percent.pattern is no regular expression"),
    ("dataset.toml", '"ชื่ออำเภอ"', '"ลำดับ"', "which is a heading of ordinal too"),
    ("dataset.toml", "?P<count>", "?P<number>", "claims.plans_total is"),
    ("dataset.toml", 'part = "approved"', 'part = "district"', "ratios[1].part is district, a text"),
    ("contract.py", "class WastePlans", "klass WastePlans", "contract.py, line 17: it cannot be run: SyntaxError"),
    ("contract.py", "PARTS = (", "PARTS = missing + (", "contract.py, line 13: it cannot be run: NameError"),
    ("contract.py", 'AddsUp(PARTS, "plans_total")', 'AddsUp(PARTS, "plans")', "the contract WastePlans cannot be used"),
    ("contract.py", "(pa.DataFrameModel)", "", "contract.py: expected one class derived from pandera's DataFrameModel"),
    ("marts/waste_plan_trend.sql", "sum(tonnes)", "sum(tons)", "marts/waste_plan_trend.sql: DuckDB refuses it"),
    ("campaign.toml", "every_days = 14", "every_days = 0", "campaign.toml: every_days is 0, expected at least 1"),
]


@pytest.mark.parametrize(("file", "before", "after", "message"), MISTAKES, ids=[m[3][:60] for m in MISTAKES])
def test_a_mistake_is_named_and_the_others_stay(
    tmp_path: Path, file: str, before: str, after: str, message: str
) -> None:
    folder = waste_plans.install(tmp_path)
    good = tmp_path / "datasets" / "good_plans"
    shutil.copytree(folder, good)
    change(good / "dataset.toml", "Waste plans", "Good plans")
    for mart in (good / "marts").glob("*.sql"):
        mart.unlink()
    change(good / "campaign.toml", '"waste-plans"', '"good-plans"')
    assert registry.faults(tmp_path) == ()

    change(folder / file, before, after)
    (fault,) = registry.faults(tmp_path)
    assert message in str(fault)
    assert str(folder) in str(fault)
    usable = {*registry.installed(), "good_plans"} | ({"waste_plans"} if file == "campaign.toml" else set())
    assert set(registry.datasets(tmp_path)) == usable
    assert "good-plans" in campaigns.load(tmp_path)


def test_names_that_are_taken_are_refused(tmp_path: Path) -> None:
    for name in ("exports", "snapshot_judged", "letters", "province_trend", "Plans"):
        shutil.copytree(waste_plans.FOLDER, tmp_path / "datasets" / name)
    faults = " ".join(map(str, registry.faults(tmp_path)))
    assert registry.datasets(tmp_path) == registry.installed()
    for fault in (
        "exports is an asset",
        "is a table of all datasets",
        "letters is a report of",
        "province_trend is a mart",
    ):
        assert fault in faults
    assert "the folder's name must be lower-case letters" in faults


def test_two_datasets_have_no_mart_of_the_same_name(tmp_path: Path) -> None:
    folder = waste_plans.install(tmp_path)
    second = folder.with_name("second_plans")
    shutil.copytree(folder, second)
    change(second / "marts" / "waste_plan_trend.sql", "core.waste_plans_current", "core.second_plans_current")
    (mart, campaign) = map(str, registry.faults(tmp_path))
    assert "waste_plan_trend is a mart of second_plans; give the file another name" in mart
    assert "id 'waste-plans' is that of" in campaign


def test_commands_name_the_fault_on_stderr(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    change(waste_plans.install(home.root) / "dataset.toml", "names =", "name =")
    warn_of_faults(home)
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("khrop: warning: ")


def test_a_return_of_an_unusable_dataset_says_so(home: Home) -> None:
    change(waste_plans.install(home.root) / "dataset.toml", "names =", "name =")
    given = Return("plans", "", "plans.csv", datetime.now(UTC), Hints(waste_plans.CAMPAIGN))
    data = waste_plans.csv_of(waste_plans.with_totals(waste_plans.rows()))
    (judgement,) = judge([(given, data)], campaigns.load(home.root), registry.datasets(home.root))
    assert judgement.verdict is Verdict.UNREADABLE
    assert "the dataset waste_plans of the campaign waste-plans cannot be used" in judgement.violations[0].message_en


def plans(home: Home, name: str, rows: Any, as_of: date = date(2020, 6, 11)) -> Path:
    path = home.root.parent / name
    path.write_bytes(waste_plans.csv_of(waste_plans.with_totals(rows), as_of))
    return path


def test_what_a_dataset_loaded_stays_when_it_can_no_longer_be_used(
    home: Home, taken_in: Callable[..., Any], sample: Path, ask: Callable[..., Any], nothing_is_dropped: None
) -> None:
    folder = waste_plans.install(home.root)
    (story,) = taken_in(plans(home, "plans.csv", waste_plans.rows()), campaign=waste_plans.CAMPAIGN)
    assert story.verdict is Verdict.ACCEPTED
    change(folder / "dataset.toml", "names =", "name =")
    (other,) = taken_in(sample)
    assert other.verdict is Verdict.ACCEPTED_WITH_WARNINGS
    assert taken_in(again=[]) == []
    assert ask("SELECT count(*) FROM core.waste_plans_current") == [(16,)]
    with Warehouse(home.warehouse).reading() as connection:
        assert "core.waste_plans_current" in exports.exported(connection)


def test_a_column_may_change_its_type_while_the_table_is_empty(
    home: Home, taken_in: Callable[..., Any], sample: Path, ask: Callable[..., Any]
) -> None:
    folder = waste_plans.install(home.root)
    taken_in(sample)
    change(folder / "dataset.toml", 'kind = "decimal"', 'kind = "percent"')
    change(folder / "contract.py", "ge=0, coerce=True)\n\n    __c", "ge=0, le=900, coerce=True)\n\n    __c")
    low = [[*row[:-1], "12.5"] for row in waste_plans.rows()]
    (story,) = taken_in(plans(home, "plans.csv", low), campaign=waste_plans.CAMPAIGN)
    assert story.verdict is Verdict.ACCEPTED
    assert ask("SELECT DISTINCT CAST(tonnes AS VARCHAR) FROM core.waste_plans") == [("12.50",)]
    change(folder / "dataset.toml", 'kind = "percent"\nheadings = ["ปริมาณ', 'kind = "decimal"\nheadings = ["ปริมาณ')
    with pytest.raises(TablesDiffer, match="khrop rebuild"):
        taken_in(plans(home, "more.csv", low), campaign=waste_plans.CAMPAIGN)


def test_rules_of_any_return_come_with_a_folder(home: Home, taken_in: Callable[..., Any]) -> None:
    waste_plans.install(home.root)
    rows = waste_plans.rows()
    rows[0][8] = "99,999,999,999.00"
    path = plans(home, "plans.csv", rows)
    path.write_bytes(path.read_bytes().replace("ข้อมูล ณ วันที่".encode(), "วันที่".encode()))
    (story,) = taken_in(path)
    rules = {violation.rule_id for violation in story.violations}
    assert story.verdict is Verdict.QUARANTINED
    assert "as-of-present" in rules


@pytest.mark.odcs
def test_a_contract_in_yaml_runs_nothing_and_says_the_same(home: Home, taken_in: Callable[..., Any]) -> None:
    folder = waste_plans.install(home.root)
    contract = registry.datasets(home.root)["waste_plans"].contract
    written = odcs.to_odcs(contract.__mro__[1])
    (folder / "contract.py").unlink()
    (folder / "contract.odcs.yaml").write_text(written, encoding="utf-8")
    assert registry.faults(home.root) == ()
    bad = waste_plans.rows()
    bad[3][3] = "9"
    good, spoilt = taken_in(
        plans(home, "plans.csv", waste_plans.rows()),
        plans(home, "bad.csv", bad, date(2020, 6, 25)),
        campaign=waste_plans.CAMPAIGN,
    )
    assert good.verdict is Verdict.ACCEPTED
    assert "parts-add-up" in {violation.rule_id for violation in spoilt.violations}
    (folder / "contract.odcs.yaml").write_text(written.replace("parts-add-up", "", 1), encoding="utf-8")
    (fault,) = registry.faults(home.root)
    assert "contract.odcs.yaml" in str(fault)


def test_a_contract_that_raises_is_a_verdict_on_that_return_alone(
    home: Home, taken_in: Callable[..., Any], sample: Path
) -> None:
    folder = waste_plans.install(home.root)
    raises = """
class Odd:
    needs = ("as_of",)
    given = ()

    def holds(self, known):
        return 1 / (25 - known["as_of"].day) > 0

    def expected(self, known):
        return ""


class WastePlans("""
    change(folder / "contract.py", "class WastePlans(", raises)
    change(folder / "contract.py", "        return {f", '        return {"odd": Odd()} | {f')
    assert registry.faults(home.root) == ()
    good, odd, other = taken_in(
        plans(home, "a.csv", waste_plans.rows()),
        plans(home, "b.csv", waste_plans.rows(1), date(2020, 6, 25)),
        plans(home, "c.csv", waste_plans.rows(1)),
        campaign=waste_plans.CAMPAIGN,
    )
    assert (good.verdict, odd.verdict, other.verdict) == (Verdict.ACCEPTED, Verdict.UNREADABLE, Verdict.ACCEPTED)
    (violation,) = odd.violations
    assert "contract.py, line" in violation.message_en
    assert "ZeroDivisionError" in violation.message_en


def test_a_mart_that_fails_on_rows_keeps_nothing_else_back(
    home: Home, khrop: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    folder = waste_plans.install(home.root)
    change(folder / "marts" / "waste_plan_trend.sql", "count(*) AS districts", "count(district::INTEGER) AS districts")
    change(folder / "marts" / "comments.sql", "COMMENT ON COLUMN", "-- COMMENT ON COLUMN")
    path = plans(home, "plans.csv", waste_plans.rows())
    done = khrop("ingest", path, "--campaign", waste_plans.CAMPAIGN)
    assert (done.returncode, done.stderr) == (0, "")
    assert (home.exports / "core_waste_plans_current.csv").is_file()
    assert not (home.exports / "mart_waste_plan_trend.csv").exists()
    assert (home.exports / "mart_compliance.csv").is_file()


def test_both_contracts_or_neither_is_a_fault(home: Home) -> None:
    folder = waste_plans.install(home.root)
    (folder / "contract.odcs.yaml").write_text(json.dumps({}), encoding="utf-8")
    assert "it has both" in str(registry.faults(home.root)[0])
    (folder / "contract.odcs.yaml").unlink()
    (folder / "contract.py").unlink()
    assert "it has neither" in str(registry.faults(home.root)[0])
