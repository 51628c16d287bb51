"""`khrop new dataset`: a folder from an example, or proposed from a file with the rules that hold in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import typer
import waste_plans
from typer.testing import CliRunner

from khrop import rules_of
from khrop.thai.dates import format_long
from khrop.vocabulary import AddsUp, LinearSequence, RatioRounded, RatioWithin, SumsMatch
from pipelines import campaigns
from pipelines.commands import register
from pipelines.datasets import registry
from pipelines.home import Home
from pipelines.intake.judging import judge
from pipelines.returns import Hints, Judgement, Return
from warehouse.verdicts import Verdict

New = Callable[..., Any]


@pytest.fixture
def new(home: Home) -> New:
    app = typer.Typer()
    register(app)

    def run(*arguments: object, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["new", "dataset", *map(str, arguments)])
        assert done.exit_code == code, done.output
        return done.output

    return run


def judged(home: Home, name: str, data: bytes) -> Judgement:
    """The judgement on a file by a dataset and its campaign, as an ingest makes it."""
    given = Return("one", "", "one", datetime.now(UTC), Hints(name.replace("_", "-")))
    (judgement,) = judge([(given, data)], campaigns.load(home.root), registry.datasets(home.root))
    return judgement


def built(home: Home, name: str) -> dict[str, Any]:
    contract = registry.datasets(home.root)[name].contract
    return {rule.id: rule.build(contract, {}) for rule in rules_of(contract) if rule.scope in ("row", "group")}


def test_without_a_file_an_example_is_written_that_loads(home: Home, new: New) -> None:
    new("my_returns")
    assert registry.faults(home.root) == ()
    dataset = registry.datasets(home.root)["my_returns"]
    assert [column.name for column in dataset.columns] == ["district", "total", "done", "pending"]
    assert dataset.tables.mart_names == ("my_returns_trend",)
    assert dataset.shape is not None
    assert campaigns.load(home.root)["my-returns"].dataset == "my_returns"
    table = "อำเภอ,ทั้งหมด,แล้วเสร็จ,ยังไม่แล้วเสร็จ\nเมือง,3,1,2\nปาย,5,5,0\nรวม,8,6,2\n"
    today = campaigns.load(home.root)["my-returns"].opened_on  # that of Thailand
    judgement = judged(home, "my_returns", f"ข้อมูล ณ วันที่ {format_long(today)}\n{table}".encode())
    assert judgement.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_from_a_file_the_rules_that_hold_in_it_are_proposed(home: Home, new: New, tmp_path: Path, form: str) -> None:
    table = waste_plans.with_totals(waste_plans.rows())
    data = waste_plans.csv_of(table) if form == "csv" else waste_plans.xlsx_of(table)
    path = tmp_path / f"plans.{form}"
    path.write_bytes(data)
    assert "6 rules that hold in all of 16 rows" in new("plans", "--from", path)
    assert registry.faults(home.root) == ()
    dataset = registry.datasets(home.root)["plans"]
    kinds = {column.name: column.kind.name for column in dataset.columns}
    assert list(kinds.values()) == [
        "ordinal", "text", "count", "count", "count", "count", "percent", "date", "decimal"
    ]  # fmt: skip
    assert (dataset.label, dataset.key) == ("district", ("district",))
    rules = built(home, "plans")
    assert rules["adds-up"] == AddsUp(("approved", "in_progress", "pending"), "total")
    assert rules["percent-within"] == RatioWithin("percent", "approved", "total")
    assert rules["percent-rounded"] == RatioRounded("percent", "approved", "total")
    assert rules["in-sequence"] == LinearSequence("ordinal")
    assert rules["totals-match"] == SumsMatch(("total", "approved", "in_progress", "pending"), "table_total_")
    contract = (home.root / "datasets" / "plans" / "contract.py").read_text(encoding="utf-8")
    assert contract.count("# holds in 16 of 16 rows") == 5
    assert "total: Series[pd.Int64Dtype] = pa.Field(ge=1, coerce=True)  # ≥ 1 in 16 of 16 rows" in contract
    judgement = judged(home, "plans", data)
    assert (judgement.verdict, len(judgement.rows)) == (Verdict.ACCEPTED, 16)


def test_sums_totals_and_percents_of_decimals_are_proposed_and_hold(home: Home, new: New, tmp_path: Path) -> None:
    rows = [(n, f"อำเภอ {n}", 100.1 * n, 33.37 * n) for n in range(1, 13)]
    lines = [f'{n},{d},"{a + b:,.2f}",{a:.2f},{b:.2f},{100 * a / (a + b):.2f}' for n, d, a, b in rows]
    a, b = (sum(round(row[at], 2) for row in rows) for at in (2, 3))
    total = f'รวม,,"{a + b:,.2f}",{a:.2f},{b:.2f},{100 * a / (a + b):.2f}'
    headings = "ลำดับ,อำเภอ,ขยะทั้งหมด (ตัน),กำจัดถูกต้อง (ตัน),กำจัดไม่ถูกต้อง (ตัน),ร้อยละกำจัดถูกต้อง"
    text = "\n".join(["รายงานขยะมูลฝอย", "ข้อมูล ณ วันที่ ๓๐ มิถุนายน ๒๕๖๓", headings, *lines, total])
    path = tmp_path / "tons.csv"
    path.write_text(text, encoding="utf-8")
    new("tons", "--from", path)
    rules = built(home, "tons")
    assert rules["adds-up"] == AddsUp(("amount_2", "amount_3"), "amount", 0.005)
    assert rules["percent-within"] == RatioWithin("percent", "amount_2", "amount")
    assert rules["totals-match"].columns == ("amount", "amount_2", "amount_3")
    assert judged(home, "tons", text.encode()).verdict is Verdict.ACCEPTED
    wrong = judged(home, "tons", text.replace(f"{a:.2f}", f"{a + 0.01:.2f}").encode())
    assert {violation.rule_id for violation in wrong.violations} == {"totals-match"}


def test_of_headings_in_two_rows_each_column_has_all_that_stands_over_it(home: Home, new: New, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["จำนวนประชากร จำแนกรายอำเภอ"], ["ข้อมูล ณ วันที่ ๓๑ ธันวาคม ๒๕๖๓"],
        ["ที่", "อำเภอ", "ประชากร (คน)", None, None, "รหัส"], [None, None, "ชาย", "หญิง", "รวม", None],
        *([n, f"อำเภอ {n}", 101 * n, 97 * n + 5, 198 * n + 5, f"0{5500 + n}"] for n in range(1, 12)),
    ):  # fmt: skip
        book.active.append(row)
    book.active.merge_cells("C3:E3")
    path = tmp_path / "people.xlsx"
    book.save(path)
    assert "doubtful" not in new("people", "--from", path)
    dataset = registry.datasets(home.root)["people"]
    kinds = {column.name: column.kind.name for column in dataset.columns}
    assert kinds == {
        "ordinal": "ordinal", "district": "text", "male": "count", "female": "count", "population": "count",
        "code": "text",
    }  # fmt: skip
    assert built(home, "people")["adds-up"] == AddsUp(("male", "female"), "population")
    judgement = judged(home, "people", path.read_bytes())
    assert (judgement.verdict, judgement.rows[0]["code"]) == (Verdict.ACCEPTED, "05501")


PROVINCE_RETURNS = [
    "synthetic/syn_2563-06-25.utf8-bom.csv",
    "synthetic/syn_2563-06-25.text.lo.xlsx",
    "synthetic/syn_2563-07-09.lo.docx",
]


@pytest.mark.parametrize("name", [None, *PROVINCE_RETURNS])
def test_the_province_return_is_proposed_as_its_contract_has_it(
    home: Home, new: New, returns: Path, sample: Path, name: str | None
) -> None:
    path = returns / name if name else sample
    new("provinces", "--from", path)
    dataset = registry.datasets(home.root)["provinces"]
    assert [column.kind.name for column in dataset.columns] == [
        "ordinal", "province", "count", "count", "count", "percent"
    ]  # fmt: skip
    rules = built(home, "provinces")
    assert rules["adds-up"] == AddsUp(("saved", "pending"), "authorities")
    assert rules["percent-rounded"] == RatioRounded("percent", "saved", "authorities")
    assert rules["totals-match"].columns == ("authorities", "saved", "pending")
    judgement = judged(home, "provinces", path.read_bytes())
    assert {v.rule_id for v in judgement.violations if v.severity == "error"} <= {"as-of-present"}
    assert len(judgement.rows) == 76


def test_a_rule_that_holds_in_nearly_all_rows_is_a_comment(home: Home, new: New, tmp_path: Path) -> None:
    table = waste_plans.with_totals(waste_plans.rows())
    table[3][3] = "9"
    path = tmp_path / "plans.csv"
    path.write_bytes(waste_plans.csv_of(table))
    assert "that nearly do" in new("plans", "--from", path)
    rules = built(home, "plans")
    assert not {"adds-up", "percent-within", "percent-rounded"} & set(rules)
    assert rules["totals-match"].columns == ("total", "in_progress", "pending")
    contract = (home.root / "datasets" / "plans" / "contract.py").read_text(encoding="utf-8")
    assert '# AddsUp(("approved", "in_progress", "pending"), "total"): holds in 15 of 16 rows' in contract
    assert judged(home, "plans", path.read_bytes()).verdict is Verdict.ACCEPTED


def test_empty_cells_and_words_among_figures_are_columns_that_may_be_null(home: Home, new: New, tmp_path: Path) -> None:
    lines = ["อำเภอ;จำนวน (แห่ง);หมายเหตุ;ว่าง"]
    lines += [f"อำเภอที่ {n};{'ไม่มี' if n == 7 else n};{'รอ' if n % 3 else ''};" for n in range(5, 30)]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    new("lists", "--from", path)
    dataset = registry.datasets(home.root)["lists"]
    assert [(c.name, c.kind.name, c.required) for c in dataset.columns] == [
        ("district", "text", True), ("number", "count", False), ("remark", "text", False)
    ]  # fmt: skip
    judgement = judged(home, "lists", path.read_bytes())
    assert {v.rule_id for v in judgement.violations} == {"as-of-present"}
    assert "ว่าง" in (home.root / "datasets" / "lists" / "dataset.toml").read_text(encoding="utf-8")


def test_what_cannot_be_meant_is_refused(home: Home, new: New, tmp_path: Path) -> None:
    prose = tmp_path / "prose.txt"
    prose.write_text("ไม่มีตารางในเอกสารนี้\n", encoding="utf-8")
    assert "no dataset can be proposed: there is no table" in new("prose", "--from", prose, code=2)
    assert "is no name of a dataset" in new("Prose", code=2)
    assert "intake is an asset" in new("intake", code=2)
    assert "is a table of province_progress" in new("province_progress_current", code=2)
    assert "is not there" in new("prose", "--from", tmp_path / "none.csv", code=2)
    new("mine")
    assert "is there already" in new("mine", code=2)
    assert not (home.root / "datasets" / "prose").exists()


def test_a_files_name_is_no_code(home: Home, new: New, tmp_path: Path) -> None:
    path = tmp_path / 'a""" + exit() + """\\ .csv'
    path.write_bytes(waste_plans.csv_of(waste_plans.rows()).replace("เห็นชอบแล้ว (แผน)".encode(), 'ก"\\b'.encode()))
    new("plans", "--from", path)
    assert registry.faults(home.root) == ()
