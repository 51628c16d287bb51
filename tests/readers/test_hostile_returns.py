"""Documents made to harm, or harmful by chance: what is reported of each, at what cost, and that no more happens."""

from __future__ import annotations

import csv
import json
import re
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hostile_returns as made
import psutil
import pytest
from hostile_returns import FIRST, HOSTILE, LAST, RETURNS, sound

from khrop.model.violation import Violation
from pipelines import campaigns
from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult
from pipelines.intake.judging import judge
from pipelines.readers import Unreadable, limits, read
from pipelines.returns import Judgement, Return

SAMPLE = RETURNS.parent.parent / "pipelines" / "sample" / "dla-2563-06-11.txt"
RECEIVED = datetime(2020, 9, 1, tzinfo=UTC)
SECONDS = 10.0
MEGABYTES = 500
TakeIn = Callable[..., list[IntakeResult]]
FORMS = {
    "pdf": f"{FIRST}lo-calc-text.pdf", "xlsx": f"{FIRST}num.lo.xlsx", "ods": f"{FIRST}text.lo.ods",
    "docx": f"{FIRST}lo.docx", "html": f"{FIRST}page.html",
}  # fmt: skip


def reader() -> psutil.Process | None:
    """The process that reads for this one."""
    return next((p for p in psutil.Process().children() if "pipelines.readers.process.server" in p.cmdline()), None)


@pytest.fixture
def bounded() -> Any:
    """The test takes seconds, and the reader that it began with hundreds of megabytes."""
    if before := reader():
        before.kill()
        before.wait()
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SECONDS
    if after := reader():
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{after.pid}/status").read_text())
        assert peak
        assert int(peak[1]) < MEGABYTES << 10


def judged(data: bytes) -> Judgement:
    return judge([(Return("a-return", "0" * 64, "a", RECEIVED), data)], campaigns.load())[0]


def errors(found: Judgement) -> list[Violation]:
    return [v for v in found.violations if v.severity == "error"]


def refused(data: bytes, *words: str) -> Unreadable:
    """The reason that a document is refused for, which says in both tongues what and what to do."""
    with pytest.raises(Unreadable) as raised:
        read(data)
    reason = raised.value
    assert reason.en
    assert re.search("[ก-๛]", reason.th)
    assert reason.expected
    for word in words:
        assert word in f"{reason.en} {reason.expected} {reason.observed}", reason.en
    return reason


def is_the_return(found: Judgement, name: str) -> bool:
    rows = json.loads((RETURNS / "truth" / f"{name}.json").read_text(encoding="utf-8"))["rows"]
    figures = [(r["total"], r["saved"], r["pending"]) for r in found.rows]
    return found.accepted and figures == [(r["n_lao"], r["saved"], r["pending"]) for r in rows]


def claims(found: Judgement) -> dict[str, str]:
    return {c.measure: str(c.value) for c in found.claims if c.source == "file"}


# --- locked, damaged, misnamed ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["user-password.pdf", "encrypted.xlsx", "encrypted.docx"])
def test_what_is_encrypted_is_to_be_saved_without_a_password(name: str) -> None:
    refused((HOSTILE / name).read_bytes(), "encrypted", "without a password")


def test_a_pdf_that_only_forbids_copying_is_read() -> None:
    assert is_the_return(judged((HOSTILE / "owner-password.pdf").read_bytes()), "s0_2563-06-11")


@pytest.mark.parametrize("kept", [0.05, 0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_cut_short_is_refused_or_complains_of_what_is_missing(form: str, kept: float) -> None:
    whole = sound(FORMS[form])
    found = judged(whole[: int(len(whole) * kept)])
    if form == "html" and kept == 0.99:  # all but the last lines of its prose
        return
    assert found.verdict in ("unreadable", "quarantined")
    assert errors(found)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_with_zeros_in_its_midst_is_never_read_wrongly(form: str) -> None:
    whole = sound(FORMS[form])
    middle = len(whole) // 2
    found = judged(whole[:middle] + bytes(300) + whole[middle + 300 :])
    assert errors(found) or is_the_return(found, "s0_2563-06-11")


def test_a_pdf_that_one_engine_opens_and_another_cannot_is_damaged() -> None:
    odd = made.pdf_with(sound(FORMS["pdf"]), lambda body: re.sub(rb"(/Catalog.*)>>", rb"\1/Odd>>", body, flags=re.S))
    refused(odd, "the PDF is damaged", "save or download it again")


@pytest.mark.parametrize(
    ("name", "form"), [("a.xls", "html"), ("a.xlsx", "pdf"), ("b.xls", "xlsx"), ("a.txt", "docx"), ("a.pdf", "ods")]
)
@pytest.mark.usefixtures("nothing_is_dropped")
def test_a_file_is_read_by_its_content_whatever_its_name(
    name: str, form: str, tmp_path: Path, taken_in: TakeIn
) -> None:
    (tmp_path / name).write_bytes(sound(FORMS[form]))
    (story,) = taken_in(tmp_path / name)
    assert (story.verdict, story.rows) == ("accepted_with_warnings", 76)


# --- more than a return can be ----------------------------------------------------------------------------


@pytest.mark.usefixtures("bounded")
def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    refused(made.zip_bomb(250), "larger within than a return can be", "save the table alone in a new file")


@pytest.mark.parametrize(("size", "words"), [(0xF0000000, "larger within"), (1000, "damaged")])
@pytest.mark.usefixtures("bounded")
def test_a_part_that_lies_about_its_size_is_refused(size: int, words: str) -> None:
    refused(made.declaring_size(sound(FORMS["xlsx"]), made.FIGURES, size), words)


def test_a_workbook_of_a_million_rows_is_refused_in_seconds(bounded: None) -> None:
    refused(made.workbook_of_rows(1_000_000), "more than 20,000 rows", "save the table alone in a new workbook")


def test_an_old_workbook_whose_names_double_is_refused_for_its_memory() -> None:
    assert not judged(made.old_workbook_of_doubling_names(3)).rows
    refused(made.old_workbook_of_doubling_names(60), "more than 1,024 MB of memory", "save the table alone")


@pytest.mark.usefixtures("bounded")
def test_a_cell_at_the_far_corner_costs_nothing_and_changes_nothing() -> None:
    corner = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    found = judged(
        made.with_part(sound(FORMS["xlsx"]), made.FIGURES, lambda xml: xml.replace(b"</sheetData>", corner, 1))
    )
    assert is_the_return(found, "s0_2563-06-11")
    assert "x" in {cell.printed for cell in found.cells if cell.row == 1048576}


@pytest.mark.usefixtures("bounded")
def test_a_pdf_of_a_thousand_pages_is_refused_for_its_pages() -> None:
    refused(made.pdf_of(made.text_on_page(b"page %d" % n) for n in range(1000)), "1,000 pages", "at most 60 pages")


@pytest.mark.usefixtures("bounded")
def test_a_table_of_spans_without_end_is_refused() -> None:
    page = sound(FORMS["html"]).replace(b"<td", b'<td colspan="1000000000" rowspan="1000000000"')
    refused(page, "more than a return can have")


@pytest.mark.usefixtures("bounded")
def test_a_line_of_separators_is_read_apart_like_any_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 1.0)
    refused(b"\t" * (8 << 20) + b"\n" + SAMPLE.read_bytes(), "more than 1 seconds")


# --- entities, paths, programs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document_type",
    [
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY e "&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    ],
    ids=["laughs", "external"],
)
@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("docx", "word/document.xml"), ("xlsx", made.FIGURES), ("xlsx", "xl/sharedStrings.xml"),
        ("xlsx", "xl/workbook.xml"), ("ods", "content.xml"),
    ],
)  # fmt: skip
def test_entities_are_refused_unread(form: str, part: str, document_type: bytes) -> None:
    reason = refused(made.with_part(sound(FORMS[form]), part, made.declaring(document_type)), "declares entities")
    assert part in reason.en
    assert "save it again" in reason.expected
    assert socket.gethostname() not in " ".join(reason.parts())


@pytest.mark.usefixtures("nothing_is_dropped")
def test_paths_that_climb_out_of_an_archive_are_refused_and_nothing_is_written(
    home: Home, tmp_path: Path, taken_in: TakeIn
) -> None:
    names = ("../../evil.xlsx", "/evil.xlsx", "..\\..\\evil.xlsx", "C:\\evil.xlsx", "a/../../evil.xlsx")
    data = sound(FORMS["xlsx"])
    (tmp_path / "a.zip").write_bytes(
        made.zipped(*((n, data) for n in names), ("link.xlsx", b"/etc/passwd"), links=("link.xlsx",))
    )
    (story,) = taken_in(tmp_path / "a.zip")
    assert (story.verdict, story.parts) == ("unreadable", 0)
    messages = [v.message_en for v in story.violations]
    assert sum("send it under a plain name" in text for text in messages) == len(names)
    assert any("link" in text and "send the file itself" in text for text in messages)
    assert not list(tmp_path.rglob("*evil*"))
    assert not any(b"root:" in path.read_bytes() for path in home.archive.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("name", "measure", "holds"),
    [("macro.xlsm", "macros", "vbaProject.bin"), ("external-links.xlsx", "external_links", "1")],
)
def test_macros_and_links_are_reported_and_not_followed(name: str, measure: str, holds: str) -> None:
    found = judged((HOSTILE / name).read_bytes())
    assert is_the_return(found, "syn_2563-07-09")
    assert holds in claims(found)[measure]


def test_what_a_pdf_would_run_when_it_is_opened_is_not_run() -> None:
    script = b"<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
    found = judged(made.pdf_with(sound(FORMS["pdf"]), lambda body: re.sub(rb"<<\s*/Type\s*/Catalog", script, body)))
    assert is_the_return(found, "s0_2563-06-11")


@pytest.mark.usefixtures("nothing_is_dropped")
def test_what_a_spreadsheet_would_run_is_text_in_its_cell(home: Home, taken_in: TakeIn) -> None:
    (story,) = taken_in(HOSTILE / "formula-injection.xlsx")
    assert story.verdict == "accepted_with_warnings"
    found = judged((HOSTILE / "formula-injection.xlsx").read_bytes())
    assert is_the_return(found, "syn_2563-08-20")
    assert any(cell.printed.startswith("=") for cell in found.cells)
    for path in home.exports.glob("*.csv"):
        cells = {cell for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()) for cell in row}
        assert not any(cell.startswith(("=", "@", "+")) for cell in cells), path


def test_a_formula_in_the_place_of_a_province_is_reported_at_its_cell() -> None:
    found = judged((HOSTILE / "formula-injection-province.xlsx").read_bytes())
    assert found.verdict == "quarantined"
    (unknown,) = [v for v in errors(found) if v.place]
    assert (unknown.rule_id, unknown.observed) == ("provinces-complete", "=cmd|' /C calc'!A0")
    assert any("สงขลา" in v.message_th for v in errors(found) if v is not unknown)


# --- two tables, and what does not show -------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        lambda: (HOSTILE / "two-tables.xlsx").read_bytes(),
        lambda: made.documents_joined(sound(f"{FIRST}lo.docx"), sound("synthetic/syn_2563-07-09.lo.docx")),
        lambda: sound(f"{FIRST}page.html") + sound("synthetic/syn_2563-08-20.page.html"),
        lambda: made.one_behind_the_other(sound(f"{FIRST}lo-calc-text.pdf"), sound(f"{LAST}lo-writer.pdf")),
    ],
    ids=["xlsx", "docx", "html", "pdf"],
)
def test_of_two_tables_that_both_fit_neither_is_taken(data: Callable[[], bytes]) -> None:
    reason = refused(data(), "two tables fit", "send each as a return of its own")
    assert reason.place


def test_a_text_layer_that_does_not_show_is_not_trusted() -> None:
    unseen = made.pdf_with(sound(FORMS["pdf"]), lambda body: re.sub(rb"\bBT\b", b"BT 3 Tr", body))
    found = judged(unseen)
    assert (found.verdict, found.by_eye) == ("quarantined", True)
    assert "needs reading by eye" in errors(found)[0].message_en


@pytest.mark.parametrize("name", ["white-numbers-over.pdf", "white-numbers-under.pdf"])
def test_white_figures_over_or_under_figures_are_in_doubt_or_ignored(name: str) -> None:
    found = judged((HOSTILE / name).read_bytes())
    assert is_the_return(found, "syn_2563-07-09") or {v.rule_id for v in errors(found)} <= {
        "counts-whole",
        "totals-match",
    }
    assert all(v.place.startswith("page ") for v in errors(found))


@pytest.mark.parametrize("name", ["whitetext-notes.pdf", "offpage-table.pdf", "fakebold-overprint.pdf"])
def test_only_what_shows_is_read_and_what_is_printed_twice_is_read_once(name: str) -> None:
    found = judged((HOSTILE / name).read_bytes())
    assert is_the_return(found, "syn_2563-07-09")
    assert found.as_of is not None
    assert found.as_of.isoformat() == "2020-07-09"
