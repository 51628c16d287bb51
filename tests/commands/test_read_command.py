"""`khrop read`: what it says of files, in words and for machines, and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from province_table import register
from typer.testing import CliRunner, Result

from pipelines.home import Home

FIELDS = [
    "file", "sha256", "snapshot_id", "verdict", "as_of", "campaign_id", "rows", "totals", "claims", "violations"
]  # fmt: skip
ROW = ["ordinal", "province_code", "province_th", "total", "saved", "pending", "saved_percent", "place"]
VIOLATION = [
    "rule_id", "severity", "key", "column_name", "observed", "expected", "place", "message_th", "message_en"
]  # fmt: skip
AS_OF = "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓"
Command = Callable[..., subprocess.CompletedProcess[str]]
Read = Callable[..., Result]


@pytest.fixture
def read(home: Home) -> Read:
    """The command in this process."""
    app = typer.Typer()
    register(app)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["read", *map(str, arguments)])

    return run


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_sample_is_read_with_every_field_that_is_promised(read: Read, sample: Path) -> None:
    result = read(sample, "--json")
    assert result.exit_code == 0
    (record,) = lines(result)
    assert list(record)[: len(FIELDS)] == FIELDS
    assert record["file"] == str(sample)
    assert record["sha256"] == hashlib.sha256(sample.read_bytes()).hexdigest()
    assert record["snapshot_id"] == f"dla-2563-06-11-{record['sha256'][:12]}"
    assert (record["verdict"], record["as_of"]) == ("accepted_with_warnings", "2020-06-11")
    assert record["campaign_id"] == "info-international-agreements"
    assert record["totals"] == {"total": 7850, "saved": 292, "pending": 7558, "saved_percent": "3.72"}


def test_a_row_has_its_figures_and_the_percent_as_text_with_two_places(read: Read, sample: Path) -> None:
    (record,) = lines(read(sample, "--json"))
    assert len(record["rows"]) == 76
    assert all(list(row) == ROW for row in record["rows"])
    assert record["rows"][0] == {
        "ordinal": 1,
        "province_code": "81",
        "province_th": "กระบี่",
        "total": 62,
        "saved": 3,
        "pending": 59,
        "saved_percent": "4.84",
        "place": "text!R54",
    }
    assert record["rows"][13]["saved_percent"] == "6.00"


def test_claims_and_violations_have_their_fields(read: Read, sample: Path) -> None:
    (record,) = lines(read(sample, "--json"))
    assert {"source", "measure", "value", "place", "printed"} == set(record["claims"][0])
    assert {"source": "document", "measure": "as_of", "value": "2020-06-11"}.items() <= next(
        c for c in record["claims"] if c["measure"] == "as_of"
    ).items()
    assert all(list(violation) == VIOLATION for violation in record["violations"])
    assert [v["rule_id"] for v in record["violations"] if v["observed"] == "3.71"]


def test_unrounded_percents_are_given_to_two_places(read: Read, returns: Path) -> None:
    (record,) = lines(read(returns / "real" / "s0_2563-06-11.lo-num-as-shown.utf8.csv", "--json"))
    assert record["rows"][0]["saved_percent"] == "4.84"
    assert record["totals"]["saved_percent"] == "3.72"


def test_a_cell_that_is_no_number_is_null_and_its_violation_has_what_stood_there(
    read: Read, sample: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(sample.read_text(encoding="utf-8").replace("กระบี่\t๖๒", "กระบี่\tabc"), encoding="utf-8")
    result = read(path, "--json")
    assert result.exit_code == 1
    (record,) = lines(result)
    assert record["rows"][0]["total"] is None
    (violation,) = [v for v in record["violations"] if v["rule_id"] == "counts-whole"]
    assert (violation["observed"], violation["place"]) == ("abc", "text!R54C3")


def test_several_files_are_a_line_each_in_their_order_and_the_worst_decides(
    read: Read, returns: Path, sample: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    bad = returns / "defective" / "syn_bad_01_rowsum_off.utf8-bom.csv"
    result = read(sample, bad, empty, sample, "--json")
    assert result.exit_code == 1
    verdicts = ["accepted_with_warnings", "quarantined", "unreadable", "accepted_with_warnings"]
    assert [record["verdict"] for record in lines(result)] == verdicts


def test_an_unreadable_file_has_every_field_too(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "junk.csv"
    path.write_bytes(bytes(range(256)))
    (record,) = lines(read(path, "--json"))
    assert list(record)[: len(FIELDS)] == FIELDS
    assert (record["verdict"], record["rows"], record["totals"], record["claims"]) == ("unreadable", [], {}, [])
    assert [v["rule_id"] for v in record["violations"]] == ["readable"]


def test_words_name_the_line_and_the_column(read: Read, returns: Path) -> None:
    result = read(returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv")
    assert result.exit_code == 1
    assert "quarantined, as of 2020-07-09, 76 rows, campaign info-international-agreements" in result.stdout
    assert "error totals-match at line 81, column 4 (saved)" in result.stdout


def test_nothing_is_written(read: Read, home: Home, sample: Path) -> None:
    assert read(sample).exit_code == 0
    assert not home.root.exists()


@pytest.mark.parametrize("missing", ["nowhere.txt", "no/such/folder/a.txt", "x" * 5000])
def test_a_path_that_is_not_there_is_wrong_use_and_nothing_is_read(
    read: Read, sample: Path, tmp_path: Path, missing: str
) -> None:
    result = read(sample, tmp_path / missing, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert missing[:20] in result.stderr


def test_a_folder_is_refused_with_what_to_do(read: Read, tmp_path: Path) -> None:
    result = read(tmp_path)
    assert result.exit_code == 2
    assert "is a folder" in result.stderr
    assert "khrop ingest" in result.stderr


def test_what_is_neither_file_nor_folder_is_refused(read: Read, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = read(tmp_path / "pipe")
    assert result.exit_code == 2
    assert "neither a file nor a folder" in result.stderr


def test_no_file_at_all_is_wrong_use(read: Read) -> None:
    assert read().exit_code == 2


def test_a_file_that_cannot_be_read_is_unreadable_and_the_others_are_read(read: Read, sample: Path) -> None:
    result = read("/proc/self/mem", sample, "--json")
    assert result.exit_code == 1
    unread, record = lines(result)
    assert (unread["verdict"], unread["sha256"]) == ("unreadable", "")
    assert "/proc/self/mem: " in unread["violations"][0]["message_en"]
    assert "เปิดไฟล์ไม่ได้" in unread["violations"][0]["message_th"]
    assert record["verdict"] == "accepted_with_warnings"


def test_the_senders_campaign_and_date_are_taken_or_contradicted(read: Read, sample: Path) -> None:
    info = ("--campaign", "info-international-agreements")
    assert read(sample, *info, "--as-of", "2020-06-11").exit_code == 0
    result = read(sample, "--as-of", "2020-06-12", "--json")
    assert result.exit_code == 1
    assert [v["rule_id"] for v in lines(result)[0]["violations"] if v["severity"] == "error"] == ["as-of-present"]


def test_a_date_that_the_document_lacks_is_given(read: Read, sample: Path, tmp_path: Path) -> None:
    path = tmp_path / "undated.txt"
    path.write_text(sample.read_text(encoding="utf-8").replace(AS_OF, ""), encoding="utf-8")
    assert read(path).exit_code == 1
    result = read(path, "--as-of", "2020-06-11", "--json")
    assert (result.exit_code, lines(result)[0]["as_of"]) == (0, "2020-06-11")


@pytest.mark.parametrize("day", ["", "yesterday", "2020-6-11", "20200611", "2020-W24-4", "2020-06-31", "2563-06-11"])
def test_a_date_that_is_none_is_wrong_use(read: Read, sample: Path, day: str) -> None:
    result = read(sample, "--as-of", day)
    assert result.exit_code == 2
    assert "expected a Gregorian date like 2020-06-11" in result.stderr


def test_an_unknown_campaign_is_wrong_use_and_the_known_ones_are_named(read: Read, sample: Path) -> None:
    result = read(sample, "--campaign", "roads")
    assert result.exit_code == 2
    assert "'roads'" in result.stderr
    assert "info-international-agreements" in result.stderr


def test_a_file_in_an_inbox_folder_is_of_that_campaign(read: Read, home: Home, sample: Path) -> None:
    inbox = home.inbox / "roads"
    inbox.mkdir(parents=True)
    (inbox / "a.txt").write_bytes(sample.read_bytes())
    result = read(inbox / "a.txt", "--json")
    assert result.exit_code == 1
    assert "roads" in next(v for v in lines(result)[0]["violations"] if v["rule_id"] == "campaign-known")["message_en"]


def test_a_faulty_campaign_file_is_named_and_nothing_is_read(read: Read, home: Home, sample: Path) -> None:
    folder = home.root / "campaigns"
    folder.mkdir(parents=True)
    (folder / "roads.toml").write_text('id = "roads"\n', encoding="utf-8")
    result = read(sample)
    assert result.exit_code == 2
    assert "roads.toml: title_th is missing" in result.stderr


def test_the_real_command_takes_names_that_no_encoding_has(
    khrop_started: Command, sample: Path, tmp_path: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"\xff\x1b[31m.txt"))
    path.write_bytes(sample.read_bytes())
    result = khrop_started("read", path, "--json", LC_ALL="C")
    assert (result.returncode, result.stderr) == (0, "")
    record = json.loads(result.stdout)
    assert record["file"] == str(path)
    assert record["snapshot_id"].startswith("a-31m-")
    in_words = khrop_started("read", path, LC_ALL="C")
    assert in_words.returncode == 0
    assert "\x1b" not in in_words.stdout
