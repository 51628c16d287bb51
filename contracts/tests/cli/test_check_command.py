"""`khrop check` gates a CI: exit codes, what it prints for a person, what for a machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from khrop.cli.app import app
from khrop.thai.digits import to_thai

STOCK = (Path(__file__).parents[1] / "shared" / "stock_contract.py").read_text(encoding="utf-8")
COLUMNS = ["ordinal", "province_th", "total", "saved", "pending", "saved_percent"]


@pytest.fixture
def file(tmp_path: Path, sample: Any) -> Path:
    path = tmp_path / "june.csv"
    sample.frame[COLUMNS].to_csv(path, index=False)
    return path


def khrop(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def parsed(result: Result) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def test_a_file_that_holds_passes(file: Path) -> None:
    result = khrop(file)
    assert result.exit_code == 0
    first, *rest = result.stdout.splitlines()
    assert first == f"{file}: accepted, ProvinceProgress 1.2.0, 76 rows"
    assert all(line.startswith("not run: ") for line in rest)
    assert "universe-stable, saved-never-decreases, not-a-stale-copy (no previous return" in result.stdout
    assert "percent-rounded in part" in result.stdout


def test_one_in_thai_digits_passes_too(file: Path) -> None:
    file.write_text(
        "\n".join(
            line if n == 0 else to_thai(line) for n, line in enumerate(file.read_text(encoding="utf-8").split("\n"))
        ),
        encoding="cp874",
    )
    assert khrop(file).exit_code == 0


def test_a_file_that_breaks_its_contract_fails_and_says_where(file: Path) -> None:
    result = khrop(changed(file, "2,กาญจนบุรี,122,7,", "2,กาญจนบุรีย์,abc,7,"))
    assert result.exit_code == 1
    assert "june.csv: quarantined, ProvinceProgress 1.2.0, 76 rows, 3 errors\n" in result.stdout
    assert "error readable: 1\n  row 3, column 3 (total): observed abc, expected a whole number" in result.stdout
    assert "  row 3, column 2 (province_th): observed กาญจนบุรีย์, expected กาญจนบุรี" in result.stdout
    assert "unknown name “กาญจนบุรีย์”" in result.stdout
    assert "ไม่รู้จักชื่อ “กาญจนบุรีย์”" in result.stdout


def test_json_is_one_object_with_all_there_is_to_know(file: Path) -> None:
    result = khrop(changed(file, "2,กาญจนบุรี,122,", "2,กาญจนบุรี,abc,"), "--json")
    report = parsed(result)
    assert result.exit_code == 1
    assert {name: report[name] for name in ("file", "contract", "contract_version", "status", "rows", "counts")} == {
        "file": str(file),
        "contract": "ProvinceProgress",
        "contract_version": "1.2.0",
        "status": "quarantined",
        "rows": 76,
        "counts": {"readable": 1},
    }
    (violation,) = report["violations"]
    assert (violation["place"], violation["key"], violation["snapshot"]) == ("june.csv!R3C3", "71", None)
    assert violation["observed"] == "abc"
    assert {
        "rule_id": "not-a-stale-copy",
        "part": "",
        "reason": "no previous return to compare with",
        "snapshots": 1,
    } in (report["not_run"])
    assert khrop(file, "--json").stdout == result.stdout, "the same every time"


def test_a_warning_fails_only_where_that_is_asked_for(file: Path) -> None:
    changed(file, "1,กระบี่,62,3,59,4.84", "1,กระบี่,62,3,59,4.83")
    assert parsed(khrop(file, "--json"))["status"] == "accepted_with_warnings"
    assert khrop(file).exit_code == 0
    assert khrop(file, "--fail-on", "warning").exit_code == 1


def test_the_previous_return_is_compared_with(file: Path, tmp_path: Path) -> None:
    older = tmp_path / "may.csv"
    older.write_bytes(file.read_bytes())
    assert parsed(khrop(file, "--previous", older, "--json"))["counts"] == {"not-a-stale-copy": 1}
    changed(older, "1,กระบี่,62,3,59,4.84", "1,กระบี่,63,4,59,6.35")
    report = parsed(khrop(file, "--previous", older, "--json"))
    assert report["counts"] == {"universe-stable": 1, "saved-never-decreases": 1}
    assert [v["place"] for v in report["violations"]] == ["june.csv!R2C3", "june.csv!R2C4"]


def test_a_previous_return_that_cannot_be_read_is_wrong_use(file: Path, tmp_path: Path) -> None:
    older = tmp_path / "may.csv"
    older.write_bytes(b"")
    result = khrop(file, "--previous", older)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "may.csv cannot be read: the file is empty" in result.stderr


def test_a_file_that_is_no_table_fails_in_the_same_form_for_a_machine(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"ordinal,total\n1,2\n3\n")
    result = khrop(path)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == f"{path}: unreadable, ProvinceProgress 1.2.0"
    report = parsed(khrop(path, "--json"))
    assert (report["status"], report["rows"], report["counts"]) == ("unreadable", 0, {"readable": 1})
    assert report["violations"][0]["place"] == "a.csv!R3"
    assert list(report) == list(parsed(khrop(file, "--json")))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["absent.csv"], "absent.csv is not there"),
        (["."], ". is a folder"),
        (["june.csv", "--contract", "ProvinceProgres"], "nearest: ProvinceProgress"),
        (["june.csv", "--sheet", "Data"], "--sheet is for workbooks"),
        (["june.csv", "--previous", "absent.csv"], "absent.csv is not there"),
        (["june.csv", "--limit", "0"], "--limit"),
        (["june.csv", "--fail-on", "never"], "--fail-on"),
        ([], "FILE"),
    ],
)
def test_wrong_use_says_what_is_wrong_and_nothing_on_stdout(
    file: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(file.parent)
    result = khrop(*arguments, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_a_contract_of_ones_own_has_its_rows_placed(tmp_path: Path) -> None:
    (tmp_path / "ours.py").write_text(STOCK, encoding="utf-8")
    path = tmp_path / "stock.csv"
    path.write_text('item,received,sold,left\nrice,5,3,2\n"sal\x1b[31mt",5,3,1\n', encoding="utf-8")
    result = khrop(path, "--contract", f"{tmp_path / 'ours.py'}:Stock")
    assert result.exit_code == 1
    assert "stock.csv: quarantined, Stock 2.1.0, 2 rows, 1 error\n" in result.stdout
    assert "row 3, column 2 (received): observed 1" in result.stdout
    assert "\x1b" not in result.stdout, "a file does not colour a terminal"


def test_a_rule_that_fails_itself_is_a_fault_and_not_the_files(tmp_path: Path) -> None:
    broken = STOCK.replace('return nw.col("received")', 'raise KeyError("rate")\n        return nw.col("received")')
    (tmp_path / "ours.py").write_text(broken, encoding="utf-8")
    path = tmp_path / "stock.csv"
    path.write_text("item,received,sold,left\nrice,5,3,2\n", encoding="utf-8")
    result = khrop(path, "--contract", f"{tmp_path / 'ours.py'}:Stock")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "internal error: KeyError: 'rate' (ours.py, line " in result.stderr
    assert "Traceback" not in result.stderr


def test_at_most_so_many_violations_are_fetched_and_all_are_counted(tmp_path: Path) -> None:
    (tmp_path / "ours.py").write_text(STOCK, encoding="utf-8")
    path = tmp_path / "stock.csv"
    path.write_text("item,received,sold,left\n" + "rice,5,3,1\n" * 50, encoding="utf-8")
    contract = f"{tmp_path / 'ours.py'}:Stock"
    report = parsed(khrop(path, "--contract", contract, "--limit", 10, "--json"))
    assert (report["counts"], len(report["violations"])) == ({"left-over": 50}, 10)
    assert "… and 47 more (--json has 10)" in khrop(path, "--contract", contract, "--limit", 10).stdout


@pytest.mark.files
def test_parquet_is_gated_like_any_file(file: Path, sample: Any, tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "june.parquet"
    duckdb.from_df(sample.frame[COLUMNS]).write_parquet(str(path))
    assert khrop(path, "--fail-on", "warning").exit_code == 0
    assert parsed(khrop(path, "--previous", file, "--json"))["counts"] == {"not-a-stale-copy": 1}
    text = sample.frame[COLUMNS].assign(total=sample.frame["total"].astype(str))
    duckdb.from_df(text).write_parquet(str(path))
    report = parsed(khrop(path, "--json"))
    assert report["counts"] == {"columns": 1}
    assert report["violations"][0]["message_en"].startswith("column total is String")


def test_a_process_ends_with_the_code_and_without_a_word_more(file: Path) -> None:
    code = "from khrop.cli.app import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "check", file, "--json"],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONWARNINGS": "ignore"},
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert json.loads(ended.stdout.decode("utf-8"))["status"] == "accepted"
