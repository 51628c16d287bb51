"""`status`, `summary`, `show`, `verify`, and the refusals of `recheck` and `rebuild`: words, JSON and exit codes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result
from written_returns import NAMES, written_return

from pipelines.archive.store import Archive
from pipelines.commands.text import plural, printable, table, width
from pipelines.home import Home
from pipelines.readers.document import where
from warehouse.connect import Warehouse

Run = Callable[..., Result]
JUNE = date(2020, 6, 25)


@pytest.fixture
def put(tmp_path: Path, taken_in: Any) -> Callable[..., Any]:
    """Write a return and take it in."""

    def take(name: str, as_of: date = JUNE, spoil: tuple[str, str] = ("", ""), **options: Any) -> Any:
        (tmp_path / name).write_text(written_return(as_of, **options).replace(*spoil), encoding="utf-8")
        return taken_in(tmp_path / name)[-1]

    return take


@pytest.mark.parametrize("command", [["status"], ["summary"], ["show", "x"], ["recheck"], ["recheck", "x"]])
def test_without_a_warehouse_a_command_says_how_to_make_one(run: Run, home: Home, command: list[str]) -> None:
    done = run(*command)
    assert done.exit_code == 2
    assert done.stderr == f"khrop: there is no warehouse in {home.root} yet; khrop ingest makes one\n"
    assert done.stdout == ""
    assert not home.warehouse.exists()


def test_an_empty_archive_cannot_be_rebuilt_from(run: Run) -> None:
    done = run("rebuild")
    assert done.exit_code == 2
    assert "there is nothing to rebuild from" in done.stderr


def test_an_empty_archive_is_whole(run: Run) -> None:
    done = run("verify")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "0 files in the archive, 0 damaged.")


def test_status_of_a_warehouse_without_returns(run: Run, home: Home) -> None:
    home.root.mkdir()
    with Warehouse(home.warehouse).writing():
        pass
    done = run("status")
    assert done.exit_code == 0
    assert "\n0 returns\n" in done.stdout


def test_status_shows_the_campaign_and_each_return(run: Run, put: Any, home: Home, sample: Path, taken_in: Any) -> None:
    (first,) = taken_in(sample)
    broken = put("broken.csv", spoil=(NAMES[3], NAMES[3][:-1]))
    done = run("status")
    assert done.exit_code == 0
    assert "  as of 2020-06-11: 292 of 7,850 saved (3.72 %), 7,558 pending, in 76 provinces\n" in done.stdout
    assert "  deadline 2020-08-31: 81 days left at the as-of date\n" in done.stdout
    assert "2 returns: 1 accepted_with_warnings, 1 quarantined\n" in done.stdout
    for story in (first, broken):
        (line,) = (line for line in done.stdout.splitlines() if story.snapshot_id in line)
        assert line.split()[:4] == [story.verdict, str(story.as_of), "revision", "1"]
    assert done.stdout.rstrip().endswith(f"Warehouse: {home.warehouse}")


def test_status_for_machines(run: Run, put: Any, home: Home) -> None:
    story = put("a.csv")
    done = json.loads(run("status", "--json").stdout)
    (campaign,), (listed,) = done["campaigns"], done["returns"]
    assert (campaign["campaign_id"], campaign["as_of"], campaign["total"]) == (story.campaign_id, str(JUNE), 7850)
    assert campaign["saved"] + campaign["pending"] == 7850
    assert (listed["snapshot_id"], listed["verdict"], listed["revision"]) == (story.snapshot_id, "accepted", 1)


def test_status_shows_the_newest_returns_or_all_of_them(run: Run, put: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.commands.status.SHOWN", 1)
    old, new = put("old.csv"), put("new.csv", date(2020, 7, 9))
    assert old.snapshot_id not in run("status").stdout
    assert new.snapshot_id in run("status").stdout
    assert "… and 1 older (khrop status --all)" in run("status").stdout
    assert old.snapshot_id in run("status", "--all").stdout


def test_summary_shows_the_nation_the_best_and_the_worst(run: Run, sample: Path, taken_in: Any) -> None:
    taken_in(sample)
    done = run("summary")
    assert done.exit_code == 0
    assert (
        "Nationwide 292 of 7,850 authorities saved (3.72 %), 7,558 pending; 81 days left until 2020-08-31"
        in done.stdout
    )
    assert "12 provinces of 76 saved nothing yet" in done.stdout
    lines = done.stdout.splitlines()
    best, worst = lines.index("Best"), lines.index("Worst")
    shares = [float(line.split()[-2]) for line in (*lines[best + 1 : best + 6], *lines[worst + 1 : worst + 6])]
    assert shares == sorted(shares, reverse=True)
    assert shares[-5:] == [0.0] * 5


def test_the_columns_of_thai_names_stand_in_line(run: Run, sample: Path, taken_in: Any) -> None:
    taken_in(sample)
    lines = run("summary").stdout.splitlines()
    best = lines.index("Best")
    rows = lines[best + 1 : best + 6]
    assert any(width(row) != len(row) for row in rows)
    assert {width(row) for row in rows} == {width(rows[0])}


def test_summary_for_machines_holds_all_provinces_and_the_warnings(run: Run, sample: Path, taken_in: Any) -> None:
    taken_in(sample)
    (campaign,) = json.loads(run("summary", "--json").stdout)["campaigns"]
    assert len(campaign["provinces"]) == 76
    assert {v["rule_id"] for v in campaign["violations"]} == {"claims-match", "percent-rounded"}


def test_summary_where_nothing_is_accepted_yet(run: Run, put: Any) -> None:
    put("broken.csv", spoil=(NAMES[3], NAMES[3][:-1]))
    done = run("summary")
    assert done.exit_code == 0
    assert "No return is accepted yet" in done.stdout


def test_summary_after_a_run_that_ended_before_the_tables_says_so(run: Run, put: Any, home: Home) -> None:
    put("a.csv")
    with Warehouse(home.warehouse).writing() as connection:
        connection.execute("DROP SCHEMA mart CASCADE")
    (home.exports / ".state").unlink()
    done = run("summary")
    assert done.exit_code == 0
    assert done.stderr == "khrop: the tables are behind what was loaded; khrop ingest makes them anew\n"
    assert "authorities saved" in done.stdout
    assert "Best" not in done.stdout


def test_show_has_the_place_what_was_printed_and_what_was_expected(run: Run, put: Any) -> None:
    broken = put("broken.csv", spoil=(f",{NAMES[3]},", f",{NAMES[3][:-1]},"))
    done = run("show", broken.snapshot_id)
    assert done.exit_code == 1
    assert done.stdout.startswith(f"{broken.snapshot_id}: quarantined\n")
    assert "rows      76 read, 0 loaded, 76 set aside" in done.stdout
    assert f"stood     {NAMES[3][:-1]}" in done.stdout
    assert NAMES[3] in done.stdout
    assert "error provinces-complete · broken.csv, " in done.stdout


def test_show_for_machines_has_the_nine_fields_of_a_violation(run: Run, sample: Path, taken_in: Any) -> None:
    taken_in(sample)
    done = run("show", "dla-2563", "--json")
    assert done.exit_code == 0
    shown = json.loads(done.stdout)
    assert shown["verdict"] == "accepted_with_warnings"
    assert [j["judgement"] for j in shown["judgements"]] == [1]
    assert set(shown["violations"][0]) == {
        *("rule_id", "severity", "key", "column_name", "observed", "expected", "place", "message_th", "message_en")
    }


def test_show_names_what_an_unchanged_return_repeats(run: Run, put: Any) -> None:
    first, second = put("a.csv"), put("b.csv", thai=False)
    done = run("show", second.snapshot_id)
    assert done.exit_code == 0
    assert f"every figure is that of {first.snapshot_id}" in done.stdout


def test_show_has_the_history_of_judgements(run: Run, tmp_path: Path, taken_in: Any) -> None:
    (tmp_path / "a.csv").write_text(written_return(JUNE, dated=False), encoding="utf-8")
    taken_in(tmp_path / "a.csv")
    taken_in(tmp_path / "a.csv", as_of=JUNE)
    done = run("show", "a-")
    assert done.exit_code == 0
    assert "  before    quarantined, judged from " in done.stdout


def test_a_return_may_be_named_by_its_beginning_or_its_hash(run: Run, put: Any) -> None:
    first, second = put("alpha.csv"), put("alpine.csv", date(2020, 7, 9))
    for name in (first.snapshot_id, "alph", first.sha256, first.sha256[:8], first.sha256[:8].upper()):
        assert run("show", name).stdout.startswith(f"{first.snapshot_id}: ")
    unclear = run("show", "alp")
    assert unclear.exit_code == 2
    assert f"could be any of 2 returns: {first.snapshot_id}, {second.snapshot_id}" in unclear.stderr
    unknown = run("show", "beta")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "there is no return 'beta'; khrop status lists them" in unknown.stderr
    assert run("recheck", "beta").exit_code == 2


def test_verify_names_what_is_damaged_and_what_is_gone(run: Run, put: Any, home: Home) -> None:
    put("a.csv"), put("b.csv", date(2020, 7, 9)), put("c.csv", date(2020, 7, 23))
    archive = Archive(home.archive)
    first, second, _ = archive.receipts()
    assert run("verify").stdout.endswith("\n3 files in the archive, 0 damaged.\n")
    archive.path(first.sha256).chmod(0o644)
    archive.path(first.sha256).write_text("another")
    archive.path(second.sha256).unlink()
    done = run("verify")
    assert done.exit_code == 1
    assert "the bytes no longer have this hash (a.csv); take the original in again with khrop ingest" in done.stdout
    assert "No such file or directory (b.csv)" in done.stdout
    assert done.stdout.endswith("3 files in the archive, 2 damaged.\n")
    entries = [json.loads(line) for line in run("verify", "--json").stdout.splitlines()]
    assert [entry.get("file") for entry in entries] == ["a.csv", "b.csv", None]
    assert len(entries[-1].pop("head")) == 64
    assert entries[-1] == {"files": 3, "damaged": 2, "differences": 0, "strays": []}


def test_verify_names_bytes_that_no_line_of_the_ledger_speaks_of(run: Run, put: Any, home: Home) -> None:
    put("a.csv")
    archive = Archive(home.archive)
    stray = archive.path("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    shutil.copy(archive.path(archive.receipts()[0].sha256), stray)
    done = run("verify")
    assert done.exit_code == 0
    assert f"{stray}: not in the ledger" in done.stdout


def test_the_real_command_judges_again_and_says_that_nothing_changed(khrop: Any, put: Any, sample: Path) -> None:
    put("a.csv")
    done = khrop("recheck")
    assert (done.returncode, done.stdout) == (0, "Every outcome is as it was.\n"), done.stderr


@pytest.mark.parametrize(
    ("place", "field", "words"),
    [
        ("text!R138C1", "saved", "line 138, column 1 (saved)"),
        ("text!R138", "", "line 138"),
        ("sheet แผ่น 1!R4C28", "", "sheet แผ่น 1, cell AB4"),
        ("sheet แผ่น 1!R4", "", "sheet แผ่น 1, row 4"),
        ("page 2!R7C3", "total", "page 2, row 7, column 3 (total)"),
        ("paragraphs!R3C1", "", "paragraph 3, column 1"),
        ("", "", "the whole document"),
        ("offset 12", "x", "offset 12"),
    ],
)
def test_a_place_in_words(place: str, field: str, words: str) -> None:
    assert where(place, field) == words


@pytest.mark.parametrize(
    ("text", "columns"), [("กระบี่", 4), ("น่าน", 3), ("เชียงใหม่", 7), ("ลำปาง", 5), ("abc", 3), ("", 0), ("文", 2)]
)
def test_thai_marks_above_and_below_take_no_column(text: str, columns: int) -> None:
    assert width(text) == columns


def test_cells_are_set_by_the_columns_that_they_take() -> None:
    assert table([("กระบี่", "1"), ("ab", "22")], right=(1,), indent=" ") == [" กระบี่   1", " ab    22"]
    assert table([]) == []


def test_counts_and_control_characters_in_words() -> None:
    assert (plural(1, "row"), plural(2, "row"), plural(1000, "row")) == ("1 row", "2 rows", "1,000 rows")
    assert printable("a\x1b[31mb\nc") == "a�[31mb c"
