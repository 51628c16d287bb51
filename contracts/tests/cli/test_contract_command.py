"""`khrop contract` lists, shows, exports and compares contracts; its exit code gates a CI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from khrop import ProvinceProgress
from khrop.cli.app import app
from khrop.description.from_contract import describe
from khrop.description.plain import described
from khrop.export.markdown import to_markdown
from khrop.export.sql import to_sql

STOCK = (Path(__file__).parents[1] / "shared" / "stock_contract.py").read_text(encoding="utf-8")


@pytest.fixture
def stock(tmp_path: Path) -> Path:
    path = tmp_path / "stock.py"
    path.write_text(STOCK, encoding="utf-8")
    return path


@pytest.fixture
def newer(tmp_path: Path) -> Any:
    def write(old: str, new: str, version: str = "2.2.0") -> Path:
        assert old in STOCK
        path = tmp_path / "newer.py"
        path.write_text(STOCK.replace(old, new).replace("2.1.0", version), encoding="utf-8")
        return path

    return write


def khrop(*arguments: object, columns: int = 100) -> Result:
    return CliRunner().invoke(app, ["contract", *map(str, arguments)], env={"COLUMNS": str(columns)})


def test_the_library_s_own_contracts_are_listed() -> None:
    result = khrop("list")
    assert result.exit_code == 0
    assert (
        "ProvinceProgress  1.2.0  ความคืบหน้ารายจังหวัด · Progress by province"
        "  (khrop, khrop.contracts.province_progress:ProvinceProgress)\n" in result.stdout
    )


def test_a_contract_that_cannot_be_used_does_not_hide_the_others(monkeypatch: Any) -> None:
    from khrop.cli import lookup

    monkeypatch.setitem(lookup.OWN, "Broken", "nowhere.at_all:Broken")
    result = khrop("list")
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.stdout.splitlines()]
    assert listed == ["ProvinceProgress", "LocalAuthority", "Broken"]
    assert "Broken  cannot be used: the contract Broken (nowhere.at_all:Broken) cannot be loaded" in result.stdout


def test_a_contract_is_shown(stock: Path) -> None:
    result = khrop("show", f"{stock}:Stock")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Stock 2.1.0",
        "What came, what went, what is left.",
        "",
        "key: item",
        "engines: pandas, polars, pyarrow, duckdb, ibis, pyspark",
        "",
        "columns",
        "  item      text, required, not null",
        "  received  integer, required, not null",
        "  sold      integer, required, not null",
        "  left      integer, required, not null",
        "",
        "rules",
        "  left-over (error, row)",
        "    received − sold = left.",
        "    (received − sold) = left",
    ]


def test_a_narrow_terminal_is_filled_not_overrun() -> None:
    lines = khrop("show", "ProvinceProgress", columns=50).stdout.splitlines()
    assert all(len(line) <= 50 for line in lines if line.isascii() and " " in line.strip())
    assert len(lines) > len(khrop("show", "ProvinceProgress", columns=110).stdout.splitlines())


def test_a_contract_is_shown_as_data() -> None:
    result = khrop("show", "ProvinceProgress", "--json")
    assert described(json.loads(result.stdout)) == describe(ProvinceProgress)


def test_one_that_is_code_is_shown_but_is_no_data(stock: Path) -> None:
    stock.write_text(STOCK.replace('observed="{left}"', 'observed=lambda row: row["left"]'), encoding="utf-8")
    assert "received − sold = left." in khrop("show", f"{stock}:Stock").stdout
    for arguments in (["show", stock, "--json"], ["diff", "ProvinceProgress", stock]):
        result = khrop(*(f"{a}:Stock" if a is stock else a for a in arguments))
        assert (result.exit_code, result.stdout) == (2, "")
        assert "rule 'left-over' of Stock: observed is a function; say it as a template" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["show", "Nothing"], ["export", "Nothing", "--to", "sql"], ["diff", "ProvinceProgress", "Nothing"]]
)
def test_a_contract_that_is_not_there_is_wrong_use(arguments: list[str]) -> None:
    result = khrop(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no contract 'Nothing'" in result.stderr


def test_a_contract_is_exported() -> None:
    assert khrop("export", "ProvinceProgress", "--to", "sql").stdout == to_sql(ProvinceProgress)
    assert khrop("export", "ProvinceProgress", "--to", "markdown").stdout == to_markdown(ProvinceProgress)
    schema = json.loads(khrop("export", "ProvinceProgress", "--to", "json-schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")


@pytest.mark.odcs
def test_an_exported_contract_is_the_same_contract(tmp_path: Path) -> None:
    out = tmp_path / "progress.odcs.yaml"
    assert khrop("export", "ProvinceProgress", "--to", "odcs", "--out", out).exit_code == 0
    result = khrop("diff", "ProvinceProgress", out)
    assert result.exit_code == 0
    assert "no changes, none breaking" in result.stdout


def test_an_export_takes_the_place_of_a_file_in_one_piece(tmp_path: Path) -> None:
    out = tmp_path / "progress.sql"
    out.write_text("what was there", encoding="utf-8")
    result = khrop("export", "ProvinceProgress", "--to", "sql", "--out", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text(encoding="utf-8") == to_sql(ProvinceProgress)
    assert [path.name for path in tmp_path.iterdir()] == ["progress.sql"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for out, says in ((tmp_path, "is not a file"), (tmp_path / "a" / "b.sql", "there is no folder")):
        result = khrop("export", "ProvinceProgress", "--to", "sql", "--out", out)
        assert result.exit_code == 2
        assert says in result.stderr


def test_a_page_takes_its_examples_from_a_file_that_holds(stock: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf.csv"
    shelf.write_text("item,received,sold,left\nrice,5,2,3\n", encoding="utf-8")
    page = ["export", f"{stock}:Stock", "--to", "markdown", "--sample", shelf]
    assert "Example: rice: received เป็น 6 แทน 5" in khrop(*page).stdout
    shelf.write_text("item,received,sold,left\nrice,5,2,4\n", encoding="utf-8")
    assert khrop(*page).exit_code == 2
    assert "breaks the contract itself" in khrop(*page).stderr
    assert khrop("export", "ProvinceProgress", "--to", "sql", "--sample", shelf).exit_code == 2


def test_a_breaking_change_ends_with_1_and_says_whom_it_breaks(stock: Path, newer: Any) -> None:
    path = newer("left: Series[int]", "left: Series[int] = pa.Field(ge=0, description='what is there')")
    result = khrop("diff", f"{stock}:Stock", f"{path}:Stock")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "Stock 2.1.0 → Stock 2.2.0: 3 changes, 1 breaking",
        "The version 2.2.0 does not suffice: major changes require at least 3.0.0.",
        "",
        "breaking",
        "  tightening, breaks producers",
        "    column left: least went from – to 0",
        "    คอลัมน์ left: least เปลี่ยนจาก – เป็น 0",
        "",
        "not breaking",
        "  neutral",
        "    contract: version went from 2.1.0 to 2.2.0",
        "    สัญญาข้อมูล: version เปลี่ยนจาก 2.1.0 เป็น 2.2.0",
        "  neutral",
        "    column left: description went from – to what is there",
        "    คอลัมน์ left: description เปลี่ยนจาก – เป็น what is there",
    ]


def test_a_change_that_breaks_nobody_ends_with_0(stock: Path, newer: Any) -> None:
    path = newer("คงเหลือไม่ตรง", "ยอดคงเหลือไม่ตรง", "2.1.1")
    result = khrop("diff", f"{stock}:Stock", f"{path}:Stock")
    assert result.exit_code == 0
    assert "The version 2.1.1 suffices (at least 2.1.1)." in result.stdout


def test_the_changes_as_data(stock: Path, newer: Any) -> None:
    path = newer("sold: Series[int]", "sold: Series[int] = pa.Field(nullable=True)", "3.0.0")
    result = khrop("diff", f"{stock}:Stock", f"{path}:Stock", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["old"] == {"name": "Stock", "version": "2.1.0"}
    assert report["breaking"] is True
    assert report["version"] == {"level": "major", "due": "3.0.0", "has": "3.0.0", "suffices": True}
    assert [change for change in report["changes"] if change["breaking"]] == [
        {
            "of": "column",
            "name": "sold",
            "aspect": "nullable",
            "old": "no",
            "new": "yes",
            "grade": "loosening",
            "breaks": ["consumers"],
            "th": "คอลัมน์ sold: nullable เปลี่ยนจาก no เป็น yes",
            "en": "column sold: nullable went from no to yes",
            "breaking": True,
        }
    ]


def test_a_version_that_is_none_is_wrong_use(stock: Path, newer: Any) -> None:
    path = newer("คงเหลือไม่ตรง", "ยอดคงเหลือไม่ตรง", "two")
    result = khrop("diff", f"{stock}:Stock", f"{path}:Stock")
    assert result.exit_code == 2
    assert "Stock: the version 'two' is not of the form 1.2.3" in result.stderr
