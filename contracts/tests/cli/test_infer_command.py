"""`khrop infer FILE` writes a contract that `khrop check FILE` accepts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from khrop.cli.app import app

COLUMNS = ["ordinal", "province_th", "total", "saved", "pending", "saved_percent"]


def khrop(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def accepted(file: Path, *options: object, form: str = "python") -> str:
    """The proposal from a file, which the file satisfies."""
    out = file.with_suffix(".odcs.yaml" if form == "odcs" else ".py")
    done = khrop("infer", file, "--format", form, "--name", "Mine", "--out", out, *options)
    assert (done.exit_code, done.output) == (0, "")
    checked = khrop(
        "check", file, "--contract", out if form == "odcs" else f"{out}:Mine", *options, "--fail-on=warning"
    )
    assert checked.exit_code == 0, checked.output
    assert "accepted, Mine 0.1.0" in checked.output
    return out.read_text(encoding="utf-8")


def lines(rows: int = 40) -> list[list[str]]:
    some, table = random.Random(5), [["code", "day", "net", "tax", "gross", "flag", "left"]]
    for n in range(rows):
        net, tax = some.randint(0, 9_999_999), some.randint(0, 99_999)
        figures = [f"{figure / 100:.2f}" for figure in (net, tax, net + tax)]
        left = "" if n % 9 == 0 else str(1000 * n)
        table.append([f"{n + 7:05}", f"2024-01-{n % 28 + 1:02}", *figures, some.choice(["true", "false"]), left])
    return table


def write(path: Path, separator: str = ",", decimal: str = ".", encoding: str = "utf-8") -> Path:
    texts = [separator.join(cell.replace(".", decimal) for cell in row) for row in lines()]
    path.write_text("\n".join(texts), encoding=encoding)
    return path


def test_a_contract_of_the_province_table(tmp_path: Path, sample: Any) -> None:
    path = tmp_path / "june.csv"
    sample.frame[COLUMNS].to_csv(path, index=False)
    done = khrop("infer", path)
    assert done.exit_code == 0
    assert done.stdout.startswith('"""Inferred from june.csv: checked on 76 rows. Look at each line')
    assert "class June(pa.DataFrameModel):" in done.stdout
    assert "total: Series[int] = pa.Field(ge=0)  # ≥ 0 in 76 of 76 rows" in done.stdout
    assert 'return AddsUp(("saved", "pending"), "total")' in done.stdout
    assert done.stdout.count("# holds in 76 of 76 rows") == 5
    accepted(path)


@pytest.mark.parametrize(
    ("separator", "decimal", "encoding", "options"),
    [
        (",", ".", "utf-8", ()), ("\t", ".", "utf-16", ()), ("|", ".", "utf-8-sig", ("--delimiter", "|")),
        (";", ",", "cp1252", ("--decimal", ",", "--encoding", "cp1252")),
    ],
)  # fmt: skip
def test_however_a_text_is_written(
    tmp_path: Path, separator: str, decimal: str, encoding: str, options: tuple[str, ...]
) -> None:
    code = accepted(write(tmp_path / "sales.csv", separator, decimal, encoding), *options)
    assert 'code: Series[str] = pa.Field(str_matches="^[0-9]{5}$")' in code
    assert "day: Series[date]" in code
    assert "flag: Series[bool]" in code
    assert "left: Series[pd.Int64Dtype] = pa.Field(nullable=True, ge=0)  # ≥ 0 in 35 of 40 rows" in code
    assert 'AddsUp(("net", "tax"), "gross", 0.005)' in code
    assert 'UniqueKey(("code",))' in code


def test_a_comma_that_may_be_a_decimal_mark_is_asked_about(tmp_path: Path) -> None:
    code = accepted(write(tmp_path / "sales.csv", ";", ","))
    assert "# net has numbers with a comma: say --decimal , if it is a decimal mark" in code


@pytest.mark.odcs
def test_an_open_data_contract(tmp_path: Path) -> None:
    text = accepted(write(tmp_path / "sales.csv"), form="odcs")
    assert text.startswith("# Inferred from sales.csv: checked on 40 rows.")
    assert "# adds-up (gross, net, tax): holds in 40 of 40 rows: net + tax = gross.\n" in text


@pytest.mark.files
@pytest.mark.parametrize("sheet", [None, "Sales"])
def test_a_workbook_with_a_title_above_its_table(tmp_path: Path, sheet: str | None) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Sales"
    book.active.append(["Sales of January"])
    for row in lines():
        book.active.append(row)
    book.create_sheet("Notes").append(["nothing", "here"])
    book.save(tmp_path / "sales.xlsx")
    code = accepted(tmp_path / "sales.xlsx", *(("--sheet", sheet) if sheet else ()))
    assert 'AddsUp(("net", "tax"), "gross", 0.005)' in code


@pytest.mark.files
def test_parquet(tmp_path: Path, sample: Any) -> None:
    sample.frame[COLUMNS].to_parquet(tmp_path / "june.parquet")
    assert 'AddsUp(("saved", "pending"), "total")' in accepted(tmp_path / "june.parquet")
    assert khrop("infer", tmp_path / "june.parquet", "--decimal", ",").exit_code == 2


def test_limits_that_are_wished(tmp_path: Path) -> None:
    path = tmp_path / "states.csv"
    path.write_text("n,state\n" + "\n".join(f"{n},{'new' if n % 2 else 'old'}" for n in range(5, 45)), encoding="utf-8")
    code = accepted(path)
    assert "# state has 2 values in 40 rows: 'new', 'old'" in code
    assert "isin" not in code
    code = khrop("infer", path, "--ranges", "--lists").stdout
    assert "n: Series[int] = pa.Field(ge=5, le=44)  # ≥ 5, ≤ 44 in 40 of 40 rows" in code
    assert 'state: Series[str] = pa.Field(isin=["new", "old"])' in code


def test_a_cell_of_another_kind_makes_the_column_one_of_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "n.csv"
    path.write_text("n,m\n" + "\n".join(f"{'n/a' if n == 30 else n},{n}" for n in range(40)), encoding="utf-8")
    assert "# n would be whole numbers, but for 1 of 40 cells: 'n/a'" in accepted(path)
    # Below the rows in which rules are looked for, too.
    from khrop.inference.infer import infer_file

    inference = infer_file(path, sample=20)
    assert [field.kind for field in inference.description.fields] == ["text", "integer"]
    assert "n is not always a whole number (row 32: n/a)" in inference.notes


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", 1, "the file is empty"), ("a,b\n", 1, "no row below"), ("a,b\n1\n", 1, "line 2 has 1 cell(s)"),
        (None, 2, "is not there"),
    ],
)  # fmt: skip
def test_what_has_no_table(tmp_path: Path, text: str | None, code: int, message: str) -> None:
    path = tmp_path / "none.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    done = khrop("infer", path)
    assert (done.exit_code, done.stdout) == (code, "")
    assert message in done.stderr


def test_wrong_use(tmp_path: Path) -> None:
    path = write(tmp_path / "2024 sales.csv")
    assert "class Inferred(" in khrop("infer", path).stdout
    for name in ("my class", "None", "AddsUp"):
        assert khrop("infer", path, "--name", name).exit_code == 2
    assert khrop("infer", path, "--sheet", "A").exit_code == 2
    assert khrop("infer", path, "--out", tmp_path / "none" / "x.py").exit_code == 2
    assert khrop("infer", tmp_path).exit_code == 2
