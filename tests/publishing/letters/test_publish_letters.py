"""`khrop letters` and `khrop export`, and the letters on paper: as LibreOffice prints them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from openpyxl import load_workbook
from typer.testing import Result

from khrop.thai.digits import normalise, parse_count, parse_percent
from khrop.thai.provinces import match
from pipelines import readers
from pipelines.home import Home

Run = Callable[..., Result]
AGREEMENTS = "info-international-agreements"


@pytest.mark.parametrize("command", [["letters"], ["export"], ["export", "--xlsx"]])
def test_without_a_warehouse_a_command_says_how_to_make_one(run: Run, home: Home, command: list[str]) -> None:
    result = run(*command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"khrop: there is no warehouse in {home.root} yet; khrop ingest makes one\n"


def test_letters_and_workbook_of_the_sample(khrop: Any, sample: Path, taken_in: Any, home: Home) -> None:
    taken_in(sample)
    folder = home.letters / AGREEMENTS / "2020-06-11"
    done = khrop("letters")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"{AGREEMENTS}, as of 2020-06-11: 76 reminders and the circular, 78 new or changed\n  {folder}\n"
    )
    assert len(list(folder.glob("[1-9]*.docx"))) == 76
    done = khrop("export", "--xlsx")
    assert (done.returncode, done.stdout, done.stderr) == (
        0, f"{AGREEMENTS}: {home.workbook / AGREEMENTS}.xlsx\n", ""
    )  # fmt: skip


def test_for_a_machine_each_campaign_is_a_line(run: Run, sample: Path, taken_in: Any, home: Home) -> None:
    taken_in(sample)
    result = run(
        "letters", "--only", "not-started", "--province", "นนทบุรี", "--province", "Krabi", "--province", "12", "--json"
    )
    (report,) = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert report == {
        "campaign_id": AGREEMENTS,
        "as_of": "2020-06-11",
        "folder": str(home.letters / AGREEMENTS / "2020-06-11"),
        "reminders": 1,
        "changed": 3,
        "files": ["12-nonthaburi.docx", "circular.docx", "index.csv"],
        "not_behind": ["81"],
    }
    assert "no reminder to กระบี่ (behind)" in run("letters", "--only", "not-started", "--province", "81").stdout
    (report,) = map(json.loads, run("export", "--xlsx", "--json").stdout.splitlines())
    assert report == {
        "campaign_id": AGREEMENTS,
        "workbook": str(home.workbook / f"{AGREEMENTS}.xlsx"),
        "changed": True,
    }
    assert json.loads(run("export", "--xlsx", "--json").stdout)["changed"] is False
    assert set(json.loads(run("export", "--json").stdout)) == {"exports", "rows"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["letters", "--campaign", "roads"], f"campaign 'roads' has no accepted return; those that have: {AGREEMENTS}"),
        (["letters", "--province", "กระบี"], "no province of the return is called 'กระบี'; near it: กระบี่"),
        (["letters", "--province", "กรุงเทพมหานคร"], "no province of the return is called 'กรุงเทพมหานคร'"),
        (["letters", "--date", "2020-06-10"], "a letter of 2020-06-10 cannot have the figures of 2020-06-11"),
        (["letters", "--base-url", "ftp://x"], "--base-url is 'ftp://x', expected an address like https://"),
        (["export", "book.xlsx"], "a file, a campaign and digits are for a workbook: khrop export --xlsx"),
        (["export", "--digits", "arabic"], "a file, a campaign and digits are for a workbook"),
        (["export", "--xlsx", "book.pdf"], "book.pdf does not end in .xlsx"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run: Run, sample: Path, taken_in: Any, arguments: list[str], words: str
) -> None:
    taken_in(sample)
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"khrop: {words}")


def test_tables_that_are_behind_are_not_published(run: Run, sample: Path, taken_in: Any, home: Home) -> None:
    taken_in(sample)
    (home.exports / ".state").unlink()
    for command in (["letters"], ["export"], ["export", "--xlsx"]):
        result = run(*command)
        assert result.exit_code == 2
        assert result.stderr == "khrop: the tables are behind what was loaded; khrop ingest makes them anew\n"


def test_a_workbook_goes_where_it_is_asked_to(run: Run, sample: Path, taken_in: Any, tmp_path: Path) -> None:
    taken_in(sample)
    file = tmp_path / "เล่ม.xlsx"
    assert run("export", "--xlsx", file, "--digits", "arabic").exit_code == 0
    assert load_workbook(file)["รายงาน"].cell(4, 3).number_format == "#,##0"


def test_an_office_changes_its_template(run: Run, sample: Path, taken_in: Any, home: Home) -> None:
    taken_in(sample)
    assert run("letters", "--copy-templates").exit_code == 0
    own = home.templates / "reminder.docx"
    document = Document(str(own))
    document.add_paragraph("สำเนาคู่ฉบับ {{ province }}")
    document.save(str(own))
    assert "is there already, and stays as it is" in run("letters", "--copy-templates").stdout
    assert run("letters", "--province", "Krabi").exit_code == 0
    letter = Document(str(home.letters / AGREEMENTS / "2020-06-11" / "81-krabi.docx"))
    assert letter.paragraphs[-1].text == "สำเนาคู่ฉบับ กระบี่"
    document.add_paragraph("{{ provinces_left }}")
    document.save(str(own))
    result = run("letters")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"khrop: {own}: unknown field provinces_left (perhaps province")


def test_the_fields_are_listed_with_their_meaning(run: Run) -> None:
    listed = run("letters", "--fields").stdout
    assert any(
        line.split() == ["{{", "province", "}}", "reminder", "ชื่อจังหวัด", "the", "province"]
        for line in listed.splitlines()
    )
    assert "alternative text qr" in listed
    fields = [json.loads(line) for line in run("letters", "--fields", "--json").stdout.splitlines()]
    assert {"field": "pending", "needed": ["reminder"]}.items() <= {
        key: value for field in fields if field["field"] == "pending" for key, value in field.items()
    }.items()


@pytest.mark.slow
def test_on_paper_a_reminder_is_one_page_and_the_circular_is_a_return(
    run: Run, sample: Path, taken_in: Any, home: Home, ask: Any, tmp_path: Path
) -> None:
    taken_in(sample)
    assert run("letters", "--province", "Ubon Ratchathani", "--date", "2020-06-16").exit_code == 0
    folder = home.letters / AGREEMENTS / "2020-06-11"
    reminder, circular = printed(tmp_path, folder / "34-ubon-ratchathani.docx", folder / "circular.docx")
    with pypdfium2.PdfDocument(reminder) as pdf:
        (page,) = pdf
        text = "".join(normalise(page.get_textpage().get_text_range()).text.split())
    for words in (
        "ถึงสำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดอุบลราชธานี",
        "ข้อมูลณวันที่๑๑มิถุนายน๒๕๖๓จังหวัดอุบลราชธานีมีองค์กรปกครองส่วนท้องถิ่นจำนวน๒๓๙แห่ง",
        "บันทึกข้อมูลเรียบร้อยแล้วจำนวน๑๙แห่งคิดเป็นร้อยละ๗.๙๕",
        "จำนวน๒๒๐แห่งคิดเป็นร้อยละ๙๒.๐๕",
        "ให้แล้วเสร็จภายในวันจันทร์ที่๓๑สิงหาคม๒๕๖๓",
    ):
        assert words in text
    table = readers.read(circular.read_bytes())
    read = []
    for row in table.rows:
        cells = {field: cell.read for field, cell in row.cells.items()}
        province = match(cells["province_th"])
        counts = [parse_count(cells[name]) for name in ("total", "saved", "pending")]
        read.append((province and province.code, *counts, parse_percent(cells["saved_percent"])))
    assert sorted(read) == ask(
        "SELECT province_code, total, saved, pending, saved_percent FROM core.province_progress_current ORDER BY 1"
    )
    claims = {(claim.source, claim.measure): claim.value for claim in table.claims}
    assert claims["document", "as_of"] == date(2020, 6, 11)
    assert claims["document", "deadline"] == date(2020, 8, 31)
    assert claims["letter", "letter_date"] == date(2020, 6, 16)
    assert claims["file", "qr_code"] == f"site/{AGREEMENTS}/index.html"
    (back,) = taken_in(circular)
    assert back.verdict == "unchanged"


def printed(tmp_path: Path, *letters: Path) -> list[Path]:
    """The letters as PDF, by a LibreOffice of the test's own."""
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), *map(str, letters)],
        check=True, capture_output=True, timeout=240, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    return [tmp_path / f"{letter.stem}.pdf" for letter in letters]
