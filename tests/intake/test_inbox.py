"""The inbox is read and never altered; what is new is seen by its content."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.archive.store import Archive
from pipelines.home import Home
from pipelines.intake.inbox import Inbox, campaign_of, files_in, incoming

CAMPAIGN = "info-international-agreements"


@pytest.fixture
def folder(home: Home) -> Path:
    """A campaign's inbox folder."""
    path = home.inbox / CAMPAIGN
    path.mkdir(parents=True)
    return path


def names(home: Home) -> list[str]:
    return [receipt.name for receipt in Archive(home.archive).receipts()]


def test_an_inbox_that_is_not_there_is_empty(home: Home) -> None:
    assert Inbox(home).archive_new() == []
    assert not home.root.exists()


def test_a_file_is_of_the_campaign_whose_folder_it_lies_in(home: Home, folder: Path) -> None:
    (folder / "2563").mkdir()
    (folder / "2563" / "a.csv").write_text("a")
    (home.inbox / "b.csv").write_text("b")
    Inbox(home).archive_new()
    assert {(r.name, r.campaign, r.source) for r in Archive(home.archive).receipts()} == {
        ("a.csv", CAMPAIGN, f"inbox/{CAMPAIGN}/2563/a.csv"),
        ("b.csv", None, "inbox/b.csv"),
    }


def test_a_look_finds_each_file_once_and_alters_nothing(home: Home, folder: Path) -> None:
    (folder / "a.csv").write_text("a")
    before = (folder / "a.csv").stat()
    inbox = Inbox(home)
    assert inbox.archive_new() == []
    ledger = Archive(home.archive).ledger.read_bytes()
    assert inbox.archive_new() == Inbox(home).archive_new() == []
    assert Archive(home.archive).ledger.read_bytes() == ledger
    after = (folder / "a.csv").stat()
    assert (after.st_mtime_ns, after.st_ino, after.st_mode) == (before.st_mtime_ns, before.st_ino, before.st_mode)


def test_a_replaced_file_is_seen_and_a_renamed_copy_is_not_taken_twice(home: Home, folder: Path) -> None:
    inbox = Inbox(home)
    (folder / "a.csv").write_text("one")
    inbox.archive_new()
    (folder / "a.csv").write_text("two")
    (folder / "copy.csv").write_text("one")
    inbox.archive_new()
    receipts = Archive(home.archive).receipts()
    assert [(r.name, r.again) for r in receipts] == [("a.csv", False), ("a.csv", False), ("copy.csv", True)]


def test_hidden_and_unfinished_files_and_folders_are_left_alone(home: Home, folder: Path) -> None:
    for name in (".a.csv", "~$a.csv", "a.csv.part", "a.tmp", "a.crdownload"):
        (folder / name).write_text(name)
    (folder / ".stfolder").mkdir()
    (folder / ".stfolder" / "b.csv").write_text("b")
    (folder / "folder.csv").mkdir()
    assert list(files_in(home.inbox)) == []
    assert Inbox(home).archive_new() == []
    assert names(home) == []


def test_what_is_no_file_is_named_and_not_taken(home: Home, folder: Path) -> None:
    os.mkfifo(folder / "pipe.csv")
    (folder / "dangling.csv").symlink_to("gone")
    assert list(files_in(home.inbox)) == [folder / "dangling.csv", folder / "pipe.csv"]
    (problem,) = Inbox(home).archive_new()
    assert "pipe.csv" in problem
    assert names(home) == []


def test_what_cannot_be_taken_is_one_line_each_and_stops_nothing_else(home: Home, folder: Path, khrop: Any) -> None:
    (folder / "good.csv").write_text("a")
    (folder / "itself").symlink_to("itself")
    (folder / "there").symlink_to("back")
    (folder / "back").symlink_to("there")
    os.mkfifo(folder / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listening, contextlib.chdir(folder):
        listening.bind("socket.csv")
    (folder / "turn").symlink_to(".")  # a link to a folder is not entered
    here = os.open(folder, os.O_RDONLY)
    for _ in range(20):  # deeper than a path may be long
        os.mkdir("d" * 250, dir_fd=here)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    (folder / ("ก" * 83 + ".csv")).write_text("b")
    problems = Inbox(home).archive_new()
    assert sorted(names(home)) == ["good.csv", "ก" * 83 + ".csv"]
    assert len(problems) == 6
    assert all(problem.count("\n") == 0 and problem.startswith(str(folder)) for problem in problems)
    done = khrop("ingest", home.inbox)
    assert done.returncode == 1
    assert len([line for line in done.stderr.splitlines() if "was taken" in line]) == 6
    shutil.rmtree(folder)  # pytest's own removal is no match for it


def test_a_folder_that_cannot_be_listed_is_named_and_the_others_are_taken(home: Home, folder: Path) -> None:
    (folder / "good.csv").write_text("a")
    (folder / "closed").mkdir(mode=0)
    job = (
        "from pathlib import Path; import sys; from pipelines.home import Home; from pipelines.intake import inbox;"
        " inbox.SETTLED = 0.0; print(*inbox.Inbox(Home(Path(sys.argv[1]))).archive_new(), sep='\\n')"
    )
    # Root lists every folder, unless it lacks the two capabilities that let it.
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    ended = subprocess.run([*plain, sys.executable, "-c", job, home.root], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == [f"{folder / 'closed'}: Permission denied; nothing in it was taken"]
    assert names(home) == ["good.csv"]


def test_a_link_in_the_inbox_counts_as_what_lies_there(home: Home, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text("a")
    (folder / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    Inbox(home).archive_new()
    (receipt,) = Archive(home.archive).receipts()
    assert (receipt.name, receipt.campaign) == ("link.csv", CAMPAIGN)


def test_a_file_in_the_inbox_comes_from_the_same_place_however_its_path_is_written(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (folder / "a.csv").write_text("a")
    monkeypatch.chdir(folder.parent)
    (tmp_path / "alias").symlink_to(home.root)
    alias = tmp_path / "alias" / "inbox" / CAMPAIGN / "a.csv"
    for way in (Path(CAMPAIGN) / "a.csv", folder / ".." / CAMPAIGN / "a.csv", alias):
        assert incoming(home, way).source == f"inbox/{CAMPAIGN}/a.csv"
        assert campaign_of(home, way) == CAMPAIGN


def test_what_the_sender_names_goes_before_the_folder(home: Home, folder: Path) -> None:
    (folder / "a.csv").write_text("a")
    arrival = incoming(home, folder / "a.csv", campaign="other", as_of=date(2020, 6, 11))
    assert (arrival.campaign, arrival.as_of) == ("other", date(2020, 6, 11))


def test_a_file_outside_the_inbox_is_of_no_campaign(home: Home, tmp_path: Path) -> None:
    assert campaign_of(home, tmp_path / "inbox" / CAMPAIGN / "a.csv") is None


def test_a_file_that_cannot_be_read_is_named_and_tried_again_at_the_next_search(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.csv").write_text("a")
    (folder / "b.csv").write_text("b")
    really = os.open

    def refuse(name: object, *rest: int) -> int:
        if name == folder / "a.csv":
            raise PermissionError(13, "Permission denied", str(name))
        return really(name, *rest)  # type: ignore[arg-type]

    inbox = Inbox(home)
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        (problem,) = inbox.archive_new()
    assert problem == f"{folder / 'a.csv'}: Permission denied; nothing of it was taken"
    assert names(home) == ["b.csv"]
    assert inbox.archive_new() == []
    assert names(home) == ["b.csv", "a.csv"]


def test_a_full_disk_is_a_reported_problem_and_not_the_end_of_the_sensor(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.csv").write_text("a")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    inbox = Inbox(home)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        (problem,) = inbox.archive_new()
    assert "No space left on device" in problem
    assert inbox.archive_new() == []
    assert names(home) == ["a.csv"]


def test_a_file_that_may_still_be_being_copied_is_left_until_the_next_look(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.inbox.SETTLED", 60.0)
    path = folder / "a.csv"
    path.write_text("half of it")
    assert Inbox(home).archive_new() == []
    assert names(home) == []
    path.write_text("half of it and the rest")
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 120))
    Inbox(home).archive_new()
    assert names(home) == ["a.csv"]
