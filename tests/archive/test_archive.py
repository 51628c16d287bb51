"""The archive keeps every byte once, under its hash, whatever name it comes under and whatever goes wrong."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.archive import copying as module
from pipelines.archive.copying import NotTaken, StillChanging
from pipelines.archive.ledger import NAME_LENGTH, Damaged, Receipt, return_name
from pipelines.archive.media_types import media_type_of
from pipelines.archive.store import INCOMING, Archive, Incoming
from pipelines.home import Home
from pipelines.intake.intake_result import IntakeResult

HASH = hashlib.sha256(b"a return").hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def file(folder: Path, name: str = "return.csv", content: bytes = b"a return") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def come(path: Path, **fields: object) -> Incoming:
    return Incoming(path, str(path), **fields)  # type: ignore[arg-type]


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_bytes_stand_under_their_hash_and_nobody_may_write_them(archive: Archive, tmp_path: Path) -> None:
    (receipt,) = archive.take([come(file(tmp_path))])
    assert receipt.sha256 == HASH
    assert archive.read(HASH) == b"a return"
    assert archive.path(HASH).stat().st_mode & 0o777 == 0o444
    assert archive.receipts() == [receipt]


def test_the_same_file_again_writes_nothing(archive: Archive, tmp_path: Path) -> None:
    (first,) = archive.take([come(file(tmp_path))])
    before = everything_in(archive.folder)
    assert archive.take([come(tmp_path / "return.csv")]) == [first]
    assert everything_in(archive.folder) == before


def test_the_same_bytes_under_another_name_are_seen_again_and_not_taken_again(archive: Archive, tmp_path: Path) -> None:
    archive.take([come(file(tmp_path))])
    inode = archive.path(HASH).stat().st_ino
    (again,) = archive.take([come(file(tmp_path, "copy.csv"))])
    assert (again.again, again.name, again.sha256) == (True, "copy.csv", HASH)
    assert archive.path(HASH).stat().st_ino == inode
    assert [r.again for r in archive.receipts()] == [False, True]


def test_the_same_bytes_with_another_hint_are_a_line_of_their_own(archive: Archive, tmp_path: Path) -> None:
    path = file(tmp_path)
    archive.take([come(path)])
    archive.take([come(path, campaign="other", as_of=date(2020, 6, 11))])
    assert [(r.campaign, r.as_of) for r in archive.receipts()] == [(None, None), ("other", date(2020, 6, 11))]


def test_two_files_of_the_same_bytes_in_one_go_are_kept_once(archive: Archive, tmp_path: Path) -> None:
    taken = archive.take([come(file(tmp_path, "a.csv")), come(file(tmp_path, "b.csv"))])
    assert [r.again for r in taken] == [False, True]
    assert archive.strays() == []


def test_an_empty_file_is_kept_like_any_other(archive: Archive, tmp_path: Path) -> None:
    (receipt,) = archive.take([come(file(tmp_path, content=b""))])
    assert (receipt.bytes, archive.read(receipt.sha256)) == (0, b"")


def test_a_ledger_line_cut_short_is_as_if_it_had_not_been_begun(archive: Archive, tmp_path: Path) -> None:
    (first,) = archive.take([come(file(tmp_path))])
    (second,) = archive.take([come(file(tmp_path, "other.csv", b"another"))])
    whole = archive.ledger.read_bytes()
    archive.ledger.write_bytes(whole[:-20])
    assert archive.receipts() == [first]
    archive.take([come(tmp_path / "other.csv")])
    assert [(r.name, r.again) for r in archive.receipts()] == [(first.name, False), (second.name, False)]
    assert archive.ledger.read_bytes().count(b"\n") == 2


def test_bytes_without_a_ledger_line_are_strays_until_they_come_again(archive: Archive, tmp_path: Path) -> None:
    archive.take([come(file(tmp_path))])
    archive.ledger.unlink()
    assert archive.strays() == [str(archive.path(HASH))]
    (receipt,) = archive.take([come(tmp_path / "return.csv")])
    assert not receipt.again
    assert archive.strays() == []


def test_what_a_killed_run_left_half_copied_is_in_nobodys_way(archive: Archive, tmp_path: Path) -> None:
    archive.folder.mkdir()
    left = archive.folder / INCOMING
    left.write_bytes(b"hal")
    left.chmod(0o444)
    os.link(left, tmp_path / "the same file")
    archive.take([come(file(tmp_path))])
    assert archive.read(HASH) == b"a return"
    assert not left.exists()
    # It is read-only, so it can only be thrown away, not written over (which the superuser could).
    assert (tmp_path / "the same file").read_bytes() == b"hal"


@pytest.mark.parametrize("damage", ["missing", "altered", "cut short"])
def test_a_damaged_file_is_reported_and_replaced_when_the_original_comes_again(
    archive: Archive, tmp_path: Path, damage: str
) -> None:
    (first,) = archive.take([come(file(tmp_path))])
    kept = archive.path(HASH)
    kept.unlink()
    if damage != "missing":
        kept.write_bytes({"altered": b"A return", "cut short": b"a ret"}[damage])
    with pytest.raises(Damaged, match=str(kept)):
        archive.read(HASH)
    assert not archive.holds(HASH)
    assert archive.take([come(tmp_path / "return.csv")]) == [first]
    assert archive.read(HASH) == b"a return"
    assert kept.stat().st_mode & 0o777 == 0o444
    assert archive.receipts() == [first]


def test_two_processes_that_take_at_once_lose_nothing_and_keep_each_byte_once(tmp_path: Path) -> None:
    own = [file(tmp_path / f"of-{i}", f"{n}.csv", f"{i} {n}".encode()) for i in range(2) for n in range(20)]
    shared = [file(tmp_path / f"of-{i}", "shared.csv", b"shared") for i in range(2)]
    script = (
        "import sys; from pathlib import Path; from pipelines.archive.store import Archive, Incoming\n"
        "for p in sorted(Path(sys.argv[2]).iterdir()): Archive(Path(sys.argv[1])).take([Incoming(p, str(p))])"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "archive"), str(tmp_path / f"of-{i}")])
        for i in range(2)
    ]
    assert [process.wait(120) for process in running] == [0, 0]
    archive = Archive(tmp_path / "archive")
    receipts = archive.receipts()
    assert {r.source for r in receipts} == {str(p) for p in own + shared}
    assert sorted(r.again for r in receipts if r.name == "shared.csv") == [False, True]
    assert all(archive.holds(r.sha256) for r in receipts)
    assert archive.strays() == []


def test_a_file_that_goes_on_changing_while_it_is_read_is_not_taken(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = file(tmp_path, content=b"x" * (4 << 20)), module._part

    def written_on(opened: object, source: Path) -> bytes:
        part = read(opened, source)  # type: ignore[arg-type]
        if not part:
            with open(path, "ab") as growing:
                growing.write(b"more\n")
        return part

    with monkeypatch.context() as patch:
        patch.setattr(module, "SETTLE", 0.01)
        patch.setattr(module, "_part", written_on)
        with pytest.raises(StillChanging, match=r"return\.csv: it is being written; run this again"):
            archive.take([come(path)])
    assert archive.receipts() == []
    assert archive.strays() == []
    (receipt,) = archive.take([come(path)])
    assert archive.read(receipt.sha256) == path.read_bytes()


def test_a_file_that_is_replaced_while_it_is_read_is_taken_as_it_is_at_last(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SETTLE", 0)
    path = file(tmp_path, content=b"before")
    read = module._part

    def replaced_meanwhile(opened: object, source: Path) -> bytes:
        part = read(opened, source)  # type: ignore[arg-type]
        if part == b"before":
            os.replace(file(tmp_path, "new.csv", b"after!"), path)
        return part

    monkeypatch.setattr(module, "_part", replaced_meanwhile)
    (receipt,) = archive.take([come(path)])
    assert archive.read(receipt.sha256) == b"after!"
    assert archive.strays() == []


def test_a_pipe_that_nobody_writes_into_is_refused_and_not_waited_for(archive: Archive, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(NotTaken, match="this is no file"):
        archive.take([come(tmp_path / "pipe.csv")])


def test_a_link_is_taken_as_what_it_points_to_and_a_dangling_one_is_refused(archive: Archive, tmp_path: Path) -> None:
    file(tmp_path)
    (tmp_path / "link.csv").symlink_to("return.csv")
    (tmp_path / "nowhere.csv").symlink_to("gone.csv")
    (receipt,) = archive.take([come(tmp_path / "link.csv")])
    assert (receipt.sha256, receipt.name) == (HASH, "link.csv")
    assert not archive.path(HASH).is_symlink()
    with pytest.raises(NotTaken, match=r"nowhere\.csv: No such file"):
        archive.take([come(tmp_path / "nowhere.csv")])


def test_a_file_that_cannot_be_read_holds_no_other_up(archive: Archive, tmp_path: Path) -> None:
    good, gone, later = file(tmp_path), tmp_path / "gone.csv", file(tmp_path, "later.csv", b"later")
    refused: dict[Path, NotTaken] = {}
    taken = archive.take([come(good), come(gone), come(tmp_path), come(later)], refused)
    assert [r.name for r in taken] == ["return.csv", "later.csv"]
    assert list(refused) == [gone, tmp_path]
    assert archive.receipts() == taken


def test_a_file_that_may_not_be_read_is_refused_with_the_reason(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path)
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser may read everything: let the system refuse it in another way
        really = os.open

        def refuse(name: object, *rest: int) -> int:
            if name == path:
                raise PermissionError(13, "Permission denied", str(path))
            return really(name, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(NotTaken, match=r"return\.csv: Permission denied; nothing of it was taken"):
        archive.take([come(path)])
    assert archive.receipts() == []


NAMES = [
    "ผลการบันทึกข้อมูล ณ วันที่ ๑๑ มิ.ย. ๖๓.csv",
    "two\nlines.csv",
    'quote"comma,semicolon;.csv',
    "line\u2028separator\x85and\x0btab.csv",
    "../../etc/passwd".replace("/", "\u2044") + ".csv",
    "ก" * 80 + ".csv",
    "-rf.csv",
    ".hidden",
    "...",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name_is_kept_in_the_ledger_as_it_came(archive: Archive, tmp_path: Path, name: str) -> None:
    archive.take([come(file(tmp_path, "before.csv", b"before"))])
    archive.take([come(file(tmp_path, name))])
    assert [r.name for r in archive.receipts()] == ["before.csv", name]


def test_a_name_that_is_no_utf8_is_kept_with_its_bytes_shown(archive: Archive, tmp_path: Path) -> None:
    tmp_path.joinpath("in").mkdir()
    name = os.fsencode(tmp_path / "in") + b"/\xbc\xc5.csv"
    try:
        with open(name, "wb") as written:
            written.write(b"a return")
    except OSError:
        pytest.fail("this file system refuses a name that is no UTF-8")
    (receipt,) = archive.take([come(Path(os.fsdecode(name)))])
    assert receipt.name == r"\xbc\xc5.csv"
    assert archive.receipts() == [receipt]
    receipt.source.encode("utf-8")


def test_a_decomposed_name_is_the_same_name(archive: Archive, tmp_path: Path) -> None:
    (receipt,) = archive.take([come(file(tmp_path, "re\u0301sume\u0301.csv"))])
    assert receipt.name == "r\u00e9sum\u00e9.csv"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("dla-2563-06-11.txt", "dla-2563-06-11"),
        ("ผล การ บันทึก.csv", "ผล-การ-บันทึก"),
        ("Two\nLines.csv", "two-lines"),
        ('a"b,c;d.csv', "a-b-c-d"),
        ("...", "return"),
        ("!!!.csv", "return"),
        (".hidden", "hidden"),
        ("x" * 200 + ".csv", "x" * 40),
    ],
    ids=ascii,
)
def test_a_return_is_named_by_its_file_and_its_hash(name: str, slug: str) -> None:
    assert return_name(name, HASH) == f"{slug}-{HASH[:12]}"


@given(st.text())
def test_no_file_name_makes_a_return_name_that_a_file_system_or_dagster_would_mind(name: str) -> None:
    made = return_name(name, HASH)
    assert made.endswith(f"-{HASH[:12]}")
    assert len(made) <= NAME_LENGTH + 13
    assert not set(made) & set("/\\.,;:\"'\n\r\t *?<>|[]()\x00")
    assert not made.startswith("-")
    made.encode("utf-8")


@given(
    st.builds(
        Receipt,
        st.just(HASH),
        st.text(st.characters(codec="utf-8")),
        st.just("text/plain"),
        st.integers(0, 1 << 40),
        st.datetimes(timezones=st.just(UTC)),
        st.text(st.characters(codec="utf-8")),
        st.none() | st.text(st.characters(codec="utf-8")),
        st.none() | st.dates(),
        st.booleans(),
    )
)
def test_a_ledger_line_comes_back_as_it_was_written(receipt: Receipt) -> None:
    line = receipt.to_json()
    assert "\n" not in line
    assert Receipt.from_json(line) == receipt


def test_a_return_whose_bytes_were_lost_is_judged_when_the_original_comes_again(
    home: Home, taken_in: Callable[..., list[IntakeResult]], sample: Path
) -> None:
    (receipt,) = Archive(home.archive).take([come(sample)])
    Archive(home.archive).path(receipt.sha256).unlink()
    assert [story.verdict for story in taken_in()] == ["unreadable"]
    assert taken_in() == []
    assert [story.verdict for story in taken_in(sample)] == ["accepted_with_warnings"]
    assert taken_in(sample) == []


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        ("\ufeffa".encode("utf-16-le"), "text/plain; charset=utf-16"),
        (b"\x01\x00\x02", "application/octet-stream"),
        ("ลำดับ".encode(), "text/plain"),
        ("ลำดับ".encode("cp874"), "text/plain"),
        (b"", "text/plain"),
    ],
)
def test_the_media_type_follows_from_the_bytes_not_the_name(head: bytes, kind: str) -> None:
    assert media_type_of(head) == kind
