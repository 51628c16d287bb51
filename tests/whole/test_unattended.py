"""A scheduled job runs the command: quiet when all is well, machine-readable where asked, at ease in any home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult

Command = Callable[..., "subprocess.CompletedProcess[str]"]
TakeIn = Callable[..., list[IntakeResult]]
HEAVY = {"pandas", "pandera", "duckdb", "dagster", "narwhals", "numpy"}


@pytest.mark.slow
def test_a_new_home_is_made_and_a_good_return_makes_no_noise(home: Home, khrop_started: Command, sample: Path) -> None:
    assert not home.root.exists()
    done = khrop_started("ingest", sample)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith("accepted_with_warnings  as of 2020-06-11  76 rows  2 warnings")
    again = khrop_started("ingest", sample)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines()[-1] == "Nothing to do: 1 return already taken in."


@pytest.mark.slow
def test_the_log_in_json_is_one_object_a_line(home: Home, khrop_process: Command, sample: Path, returns: Path) -> None:
    broken = returns / "defective" / "syn_bad_05_totals_wrong.utf8-bom.csv"
    done = khrop_process("ingest", sample, broken, "--log-format", "json", "--json")
    assert done.returncode == 1
    log = [json.loads(line) for line in done.stderr.splitlines()]
    assert all({"time", "level", "logger", "message"} <= set(entry) for entry in log)
    assert {entry["verdict"] for entry in log if "verdict" in entry} == {"accepted_with_warnings", "quarantined"}
    assert [entry["level"] for entry in log if entry["logger"] == "khrop.alerts"] == ["warning"]
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(entry["file"], entry["verdict"], entry["new"]) for entry in records} == {
        (sample.name, "accepted_with_warnings", True),
        (broken.name, "quarantined", True),
    }


def test_thai_can_be_written_in_the_c_locale(home: Home, taken_in: TakeIn, sample: Path) -> None:
    taken_in(sample)
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("khrop")), "summary"],
        capture_output=True,
        env={**bare, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "KHROP_HOME": str(home.root)},
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "การบันทึกข้อมูล" in done.stdout.decode("utf-8")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['khrop', '--help']\n"
        "from khrop.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: print('MODULES', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=True)
    *text, modules = done.stdout.splitlines()
    assert any("ingest" in line for line in text)
    assert HEAVY & set(modules.split()) == set()


@pytest.mark.parametrize("where", ["inbox", "inbox/info-international-agreements", "return.csv"])
def test_a_path_that_is_not_there_is_wrong_use_and_makes_no_home(
    home: Home, khrop_process: Command, where: str
) -> None:
    missing = home.root / where
    done = khrop_process("ingest", missing)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"khrop: {missing} is not there\n"
    assert not home.root.exists()


def test_a_pipe_is_wrong_use_and_is_not_waited_for(home: Home, khrop_process: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    done = khrop_process("ingest", tmp_path / "pipe.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"khrop: {tmp_path / 'pipe.csv'} is neither a file nor a folder\n"


def test_a_folder_without_files_says_so_and_is_no_failure(home: Home, khrop_process: Command, tmp_path: Path) -> None:
    (tmp_path / "empty" / ".hidden").mkdir(parents=True)
    done = khrop_process("ingest", tmp_path / "empty")
    assert done.returncode == 0
    assert done.stderr == f"khrop: there is no file in {tmp_path / 'empty'}\n"


def test_a_home_that_cannot_be_made_is_a_fault_in_words(khrop_process: Command, sample: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = khrop_process("ingest", sample, KHROP_HOME=str(tmp_path / "file" / "home"))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"khrop: {tmp_path / 'file' / 'home' / 'archive'}: Not a directory\n"


def test_who_reads_no_further_is_not_shouted_at(home: Home, taken_in: TakeIn, sample: Path) -> None:
    taken_in(sample)
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as nobody:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("khrop")), "status"],
            stdout=nobody,
            stderr=subprocess.PIPE,
            env={**os.environ, "KHROP_HOME": str(home.root)},
            timeout=300,
            check=False,
        )
    assert done.stderr == b""
