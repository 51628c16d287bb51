"""No text from outside, wherever it is written in a return or beside it, does more than be read."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from written_returns import NAMES, written_return

from khrop.model.terminal_text import json_line, markdown_text, printable, printable_lines, spreadsheet_text
from pipelines.home import Home
from pipelines.monitoring import alerts

ESCAPES = "\x1b[2J\x1b]0;PWNED\x07\x9b1A\x7f\u202e\u2066\u2028\r\nkhrop: all is well"
HARM = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
Command = Callable[..., Any]


def test_what_is_printable_is_left_alone() -> None:
    for text in ("", "สงขลา ๑๒,๓๔๕", "a|b", "ก\u200bข", "\uf70a", "👍🏽"):
        assert printable(text) == printable_lines(text) == text
        assert json.loads(json_line(text)) == text


def test_a_text_becomes_one_line_and_lines_stay_lines() -> None:
    assert printable("a\tb\nc\x1b[2J") == "a b c\ufffd[2J"
    assert printable_lines("a\tb\nc\x1b[2J\u202e") == "a\tb\nc\ufffd[2J\ufffd"


def test_json_loses_nothing() -> None:
    line = json_line({"text": ESCAPES})
    assert not HARM.search(line)
    assert json.loads(line) == {"text": ESCAPES}


def test_markdown_opens_neither_column_link_code_nor_tag() -> None:
    assert markdown_text("a|b <i> [x](y) `c`\n") == r"a\|b &lt;i> \[x\](y) \`c\` "


CELLS = {
    "=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0", "-1+2": "'-1+2",
    "\t=1": "' =1", "\r\n=1": "'  =1", "-5": "-5", "+1,234.50%": "+1,234.50%", "-": "-", "–": "–",
    "a\x1b\nb": "a\ufffd b",
}  # fmt: skip


@pytest.mark.parametrize("text", CELLS)
def test_a_cell_is_no_formula(text: str) -> None:
    assert spreadsheet_text(text) == CELLS[text]


def test_the_exports_say_the_same_in_sql() -> None:
    import duckdb

    from warehouse.exports import _shown

    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (cell VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?)", [[text] for text in (*CELLS, ESCAPES)])
        shown = connection.execute(f"SELECT {_shown('cell')} FROM t").fetchall()
    assert [text for (text,) in shown] == [*CELLS.values(), printable(ESCAPES)]


@pytest.fixture
def hostile(home: Home) -> Path:
    """A return with hostile texts in its name, its cells, its headings' neighbours and its prose."""
    folder = home.inbox / "info-international-agreements"
    folder.mkdir(parents=True)
    text = written_return(date(2020, 7, 9)).replace(f",{NAMES[3]},", f',"=HYPERLINK(""x"")|<b>{ESCAPES}",')
    path = folder / f"=1+1{ESCAPES.replace('/', '')}.csv"
    path.write_text(f'"{ESCAPES}"\n{text}\n"ณ วันที่ {ESCAPES}"\n', encoding="utf-8", newline="")
    return path


def test_a_hostile_return_reaches_nobody(
    khrop: Command, home: Home, hostile: Path, sample: Path, caplog: pytest.LogCaptureFixture
) -> None:
    signed = ("--by", f"a{ESCAPES}", "--reason", f"b{ESCAPES}")
    os.mkfifo(hostile.with_name(f"pipe{ESCAPES}"))
    name = "1-1"
    commands: list[tuple[Any, ...]] = [
        ("read", hostile), ("ingest", home.inbox), ("ingest", sample), ("status",), ("show", name), ("repair", name),
        ("show", name, "--cell", f"{NAMES[2]}:saved"), ("show", f"x{ESCAPES}"), ("accept", name, *signed),
        ("withdraw", name, *signed), ("withdraw", name, *signed), ("show", name), ("summary",), ("publish",),
        ("verify",), ("ingest", home.root / f"gone{ESCAPES}"),
    ]  # fmt: skip
    for command in commands:
        done = khrop(*command)
        assert done.returncode in (0, 1, 2), (command, done)
        for stream in (done.stdout, done.stderr):
            assert not HARM.search(stream), (command, HARM.search(stream), stream)
            assert "khrop: all is well" not in stream.splitlines()
    for command in (("read", hostile), ("show", name), ("status",), ("ingest", home.inbox, "--log-format", "json")):
        done = khrop(*command, "--json")
        assert not HARM.search(done.stdout + done.stderr), command
        assert all(json.loads(line) for line in [*done.stdout.splitlines(), *done.stderr.splitlines()])
    assert khrop("show", name).stdout.count("withdraw") >= 1
    written = [*home.site.rglob("*.html"), *home.exports.glob("*.csv"), *home.data_docs.rglob("*.html")]
    assert len(written) > 10
    for path in written:
        assert not HARM.search(path.read_text(encoding="utf-8")), path
    for path in home.exports.glob("*.csv"):
        with open(path, encoding="utf-8", newline="") as file:
            assert not [c for row in csv.reader(file) for c in row if c.startswith(("=", "@"))]
    problems = alerts.sent_alerts(home)
    assert not [p for p in problems.values() if HARM.search(str(p["text"]))]
