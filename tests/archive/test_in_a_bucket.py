"""The archive in a bucket: the same promises as in a folder, over a real S3 API."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers.object_storage import ABucket, breaking, held_back, use

from pipelines.archive import reading_ahead
from pipelines.archive.ledger import Damaged, Receipt
from pipelines.archive.store import Archive, Incoming
from warehouse.buckets import Bucket, StorageFault

CONTENT = b"a return"
HASH = hashlib.sha256(CONTENT).hexdigest()
KEY = f"archive/{HASH[:2]}/{HASH}"
FIRST = "archive/ledger/000000001.jsonl"
SECOND = "archive/ledger/000000002.jsonl"


@pytest.fixture
def archive(bucket: ABucket, tmp_path: Path) -> Archive:
    return of_home(bucket, tmp_path / "archive")


def of_home(bucket: ABucket, folder: Path) -> Archive:
    return Archive(folder, Bucket(f"s3://{bucket.name}/archive/"))


def come(folder: Path, name: str = "return.csv", content: bytes = CONTENT) -> Incoming:
    (folder / name).write_bytes(content)
    return Incoming(folder / name, name)


def test_bytes_lie_under_their_hash_and_the_ledger_in_home_and_bucket(
    archive: Archive, bucket: ABucket, tmp_path: Path
) -> None:
    (receipt,) = archive.take([come(tmp_path)])
    assert archive.read(HASH) == CONTENT
    assert bucket.objects() == {KEY: CONTENT, FIRST: archive.ledger.read_bytes()}
    assert archive.receipts() == [receipt]
    assert archive.strays() == []
    assert sorted(path.name for path in archive.folder.iterdir()) == [".bucket", ".lock", "receipts.jsonl"]


def test_an_empty_file_is_archived_too(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    (receipt,) = archive.take([come(tmp_path, content=b"")])
    assert (receipt.bytes, archive.read(receipt.sha256)) == (0, b"")
    bucket.delete(f"archive/{receipt.sha256[:2]}/{receipt.sha256}")
    assert not archive.holds(receipt.sha256)


def test_bytes_that_are_there_are_compared_and_stay_as_they_are(
    archive: Archive, bucket: ABucket, tmp_path: Path
) -> None:
    bucket.put(KEY, CONTENT)  # a command was killed before the ledger
    assert archive.strays() == [f"s3://{bucket.name}/{KEY}"]
    before = bucket.written()
    archive.take([come(tmp_path)])
    archive.take([come(tmp_path, "copy.csv")])
    assert bucket.written()[KEY] == before[KEY]
    assert [r.again for r in archive.receipts()] == [False, True]
    assert archive.strays() == []


def test_the_files_of_a_run_are_one_object_of_the_ledger(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    archive.take([come(tmp_path, "a.csv", b"a"), come(tmp_path, "b.csv", b"b")])
    archive.take([come(tmp_path, "a.csv", b"a")])
    archive.take([come(tmp_path, "c.csv", b"c")])
    kept = bucket.objects("archive/ledger/")
    assert list(kept) == [FIRST, "archive/ledger/000000003.jsonl"]
    assert b"".join(kept.values()) == archive.ledger.read_bytes()


@pytest.mark.parametrize("damage", ["missing", "altered", "cut short", "empty"])
def test_a_damaged_object_is_reported_and_replaced_when_the_original_comes_again(
    archive: Archive, bucket: ABucket, tmp_path: Path, damage: str
) -> None:
    archive.take([come(tmp_path)])
    bucket.delete(KEY)
    if damage != "missing":
        bucket.put(KEY, {"altered": b"A return", "cut short": b"a ret", "empty": b""}[damage])
    with pytest.raises(Damaged, match=f"s3://{bucket.name}/{KEY}: "):
        archive.read(HASH)
    archive.take([come(tmp_path)])
    assert archive.read(HASH) == CONTENT
    assert len(archive.receipts()) == 1


def test_a_new_home_has_all_of_the_bucket(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    archive.take([come(tmp_path), come(tmp_path, "b.csv", b"b")])
    archive.take([come(tmp_path, "c.csv", b"c")])
    other = of_home(bucket, tmp_path / "other")
    assert other.receipts() == archive.receipts()
    assert other.ledger.read_bytes() == archive.ledger.read_bytes()
    assert other.read(HASH) == CONTENT
    # From then on the first is the one that is behind.
    other.take([come(tmp_path, "d.csv", b"d")])
    archive.take([come(tmp_path, "e.csv", b"e")])
    assert [r.name for r in archive.receipts()] == ["return.csv", "b.csv", "c.csv", "d.csv", "e.csv"]


def test_a_kill_between_bucket_and_home_is_completed_by_the_next_command(
    archive: Archive, bucket: ABucket, tmp_path: Path
) -> None:
    archive.take([come(tmp_path, "before.csv", b"before")])
    with pytest.MonkeyPatch.context() as killed:
        killed.setattr("pipelines.archive.ledger.take_over", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            archive.take([come(tmp_path)])
    assert len(archive.receipts()) == 1
    assert SECOND in bucket.objects()
    (receipt,) = archive.take([come(tmp_path)])
    assert [r.name for r in archive.receipts()] == ["before.csv", receipt.name]
    assert archive.ledger.read_bytes() == b"".join(bucket.objects("archive/ledger/").values())


@pytest.mark.parametrize("megabytes", [1, 12])
def test_an_upload_that_breaks_leaves_nothing_under_its_name(
    archive: Archive, bucket: ABucket, tmp_path: Path, s3: str, megabytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.buckets.ATTEMPTS", 1)
    monkeypatch.setattr("s3fs.core.calculate_chunksize", lambda size, chunksize=None: 5 << 20)
    content = os.urandom(megabytes << 20)
    incoming = come(tmp_path, content=content)
    with breaking(s3, after=(megabytes << 20) // 3) as address, pytest.MonkeyPatch.context() as broken:
        use(address, broken)
        with pytest.raises(StorageFault, match=rf"s3://{bucket.name}/archive: it cannot be used \(.*run this again"):
            of_home(bucket, archive.folder).take([incoming])
    use(s3, monkeypatch)
    assert bucket.objects() == {}
    assert bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", []) == []
    assert archive.receipts() == []
    (receipt,) = of_home(bucket, archive.folder).take([incoming])
    assert archive.read(receipt.sha256) == content


def test_a_bucket_that_is_not_there_is_no_lost_return(bucket: ABucket, tmp_path: Path) -> None:
    wrong = Archive(tmp_path / "archive", Bucket("s3://no-such-bucket/archive"))
    for use_it in (lambda: wrong.read(HASH), wrong.strays, lambda: wrong.take([come(tmp_path)])):
        with pytest.raises(StorageFault, match="s3://no-such-bucket/archive: there is no bucket no-such-bucket: make"):
            use_it()


def test_another_prefix_is_no_lost_return(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    archive.take([come(tmp_path)])
    wrong = Archive(archive.folder, Bucket(f"s3://{bucket.name}/archives"))
    for use_it in (lambda: wrong.read(HASH), lambda: wrong.take([come(tmp_path)])):
        with pytest.raises(StorageFault, match="archives/ledger lacks 1 lines of .*: if storage.toml is right"):
            use_it()
    assert [key for key in bucket.objects() if key.startswith("archives")] == []


def test_without_credentials_or_a_server_one_sentence_says_so(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("http://127.0.0.1:9", monkeypatch)
    with pytest.raises(StorageFault, match=r"Could not connect to the endpoint URL: .* see the network and AWS_ENDPOI"):
        archive.take([come(tmp_path)])
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    use_again = Archive(archive.folder, Bucket(str(archive.place)))
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(StorageFault, match=r"no credentials \(.*\): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        use_again.take([come(tmp_path)])


def test_two_archives_in_one_place_are_refused(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    archive.take([come(tmp_path)])
    other = Archive(tmp_path / "other")
    other.take([come(tmp_path, "b.csv", b"b")])
    both = of_home(bucket, other.folder)
    with pytest.raises(
        StorageFault, match="differ: one was altered, or they are of two archives; correct storage.toml"
    ):
        both.take([come(tmp_path)])
    assert [fault.mendable for fault in both.place.faults()] == [False]
    assert list(bucket.objects("archive/ledger/")) == [FIRST]


def test_two_homes_that_write_at_the_same_time_do_not_overwrite_each_other(
    archive: Archive, bucket: ABucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.take([come(tmp_path)])
    other = of_home(bucket, tmp_path / "other")
    assert len(other.receipts()) == 1
    archive.take([come(tmp_path, "b.csv", b"b")])
    monkeypatch.setattr(other.place, "join", lambda: None)  # it looked just before
    with pytest.raises(StorageFault, match=r"000000002.jsonl: another home writes to this archive at the same time"):
        other.take([come(tmp_path, "c.csv", b"c")])
    assert [r.name for r in other.receipts()] == ["return.csv"]
    assert bucket.objects()[SECOND] == archive.ledger.read_bytes().splitlines(keepends=True)[1]


def test_what_is_missing_of_the_ledger_is_named(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    for name in "abc":
        archive.take([come(tmp_path, f"{name}.csv", name.encode())])
    assert list(archive.place.faults()) == []
    bucket.delete(SECOND)
    (fault,) = archive.place.faults()
    assert not fault.mendable
    assert fault.text.startswith(f"s3://{bucket.name}/archive/ledger/000000003.jsonl: the lines before it are missing")


def test_containers_are_opened_from_a_bucket(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    def opener(path: Path) -> list[tuple[str, bytes]]:
        assert path.read_bytes() == CONTENT
        return [("part.csv", b"part")]

    whole, part = archive.take([come(tmp_path)], None, opener)
    assert (part.parent, archive.read(part.sha256)) == (whole.sha256, b"part")
    bucket.delete(f"archive/{part.sha256[:2]}/{part.sha256}")
    assert archive.complete(whole, opener) == []
    assert archive.read(part.sha256) == b"part"


# The commands, over a home whose storage.toml names the bucket.


@pytest.fixture
def in_bucket(home: Any, bucket: ABucket) -> Any:
    home.root.mkdir(parents=True)
    (home.root / "storage.toml").write_text(f'archive = "s3://{bucket.name}/archive"\n', encoding="utf-8")
    return home


def test_commands_of_a_home_whose_archive_is_in_a_bucket(
    in_bucket: Any, khrop: Callable[..., Any], bucket: ABucket, sample: Path
) -> None:
    assert khrop("ingest", sample).returncode == 0
    sha256 = hashlib.sha256(sample.read_bytes()).hexdigest()
    key = f"archive/{sha256[:2]}/{sha256}"
    assert bucket.objects()[key] == sample.read_bytes()
    assert not [path for path in in_bucket.archive.iterdir() if path.is_dir()]
    assert f"s3://{bucket.name}/{key}" in khrop("show", "dla-2563-06-11", "--cell", "เลย:saved").stdout
    assert khrop("verify", "--judge", "all").returncode == 0
    assert khrop("doctor").returncode == 0

    bucket.put(key, b"altered")
    verified = khrop("verify")
    assert verified.returncode == 1
    assert f"damaged: s3://{bucket.name}/{key}: the bytes no longer have this hash" in verified.stdout
    looked = khrop("doctor")
    assert looked.returncode == 1
    assert f"archive: s3://{bucket.name}/{key}, the file {sample.name}, has 7 bytes, expected" in looked.stdout
    assert khrop("ingest", sample).returncode == 0
    assert (khrop("verify").returncode, khrop("doctor").returncode) == (0, 0)

    bucket.delete(*bucket.objects())
    for command in (["recheck"], ["verify"], ["ingest", sample.with_name("register-synthetic-2563-06-12.xlsx")]):
        ended = khrop(*command)
        assert ended.returncode == 3, (command, ended)
        assert "archive/ledger lacks 1 lines of" in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr


def test_a_home_is_restored_from_the_bucket_alone(
    in_bucket: Any, khrop: Callable[..., Any], sample: Path, returns: Path, ask: Callable[..., Any], tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_bytes(
        (returns / "synthetic" / "syn_2563-06-25.utf8-bom.csv").read_bytes().replace("เลย".encode(), b"x")
    )
    assert khrop("ingest", sample, spoilt).returncode == 1
    assert khrop("withdraw", "dla-2563-06-11", "--by", "a", "--reason", "b").returncode == 0
    tables = ["core.snapshot", "core.decision", "core.violation", "core.province_progress", "core.set_aside"]
    read = {table: ask(f"SELECT * EXCLUDE (loaded_at) FROM {table} ORDER BY ALL") if table == "core.snapshot" else
            ask(f"FROM {table} ORDER BY ALL") for table in tables[:3]}  # fmt: skip
    ledger = (in_bucket.archive / "receipts.jsonl").read_bytes()
    for path in (*in_bucket.archive.iterdir(), in_bucket.warehouse):
        path.unlink()
    assert khrop("rebuild").returncode in (0, 1)
    assert (in_bucket.archive / "receipts.jsonl").read_bytes() == ledger
    for table, rows in read.items():
        columns = "* EXCLUDE (loaded_at)" if table == "core.snapshot" else "*"
        assert ask(f"SELECT {columns} FROM {table} ORDER BY ALL") == rows
    assert khrop("verify", "--judge", "all").returncode == 0


def test_doctor_brings_the_archive_of_a_home_into_a_bucket(
    home: Any, khrop: Callable[..., Any], bucket: ABucket, sample: Path
) -> None:
    assert khrop("ingest", sample).returncode == 0
    (home.root / "storage.toml").write_text(f'archive = "s3://{bucket.name}/archive"\n', encoding="utf-8")
    refused = khrop("ingest", sample.with_name("register-synthetic-2563-06-12.xlsx"))
    assert refused.returncode == 3
    assert "if storage.toml is right, khrop doctor --mend uploads what the home has" in refused.stderr
    assert khrop("doctor").returncode == 1
    assert bucket.objects() == {}
    found = [json.loads(line) for line in khrop("doctor", "--mend", "--json").stdout.splitlines()]
    assert [(one["part"], one["mended"]) for one in found] == [("ledger", True), ("archive", True)]
    assert (khrop("doctor").returncode, khrop("verify").returncode) == (0, 0)
    assert len(bucket.objects()) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('archive = "s3://Bucket"', "archive is 's3://Bucket', expected s3://BUCKET/PREFIX"),
        ('archive = "s3://key:secret@bucket/a"', "expected s3://BUCKET/PREFIX"),
        ('archive = "/srv/archive"', "expected s3://BUCKET/PREFIX"),
        ('archives = "s3://bucket/a"', "unknown key archives; storage.toml has archive, exports"),
        ('archive = "s3://bucket/a"\nexports = "s3://bucket/a/exports"', "exports and archive are one below the other"),
        ("archive = s3", "this is no TOML"),
    ],
)
def test_a_mistake_in_storage_toml_is_named(home: Any, khrop: Callable[..., Any], text: str, reason: str) -> None:
    home.root.mkdir(exist_ok=True)
    (home.root / "storage.toml").write_text(text, encoding="utf-8")
    ended = khrop("verify")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"khrop: {home.root / 'storage.toml'}: ")
    assert reason in ended.stderr


def three(archive: Archive, folder: Path) -> list[Receipt]:
    return archive.take([come(folder, f"{name}.csv", name.encode()) for name in "abc"])


def test_several_are_read_in_their_order(archive: Archive, bucket: ABucket, tmp_path: Path) -> None:
    receipts = three(archive, tmp_path)
    assert [read() for read in archive.read_each(receipts)] == [b"a", b"b", b"c"]
    assert [read() for read in archive.read_each(receipts[::-1])] == [b"c", b"b", b"a"]
    assert list(archive.read_each([])) == []


def test_one_that_is_missing_or_altered_is_named_in_its_turn_and_the_others_are_read(
    archive: Archive, bucket: ABucket, tmp_path: Path
) -> None:
    first, second, third = three(archive, tmp_path)
    bucket.delete(f"archive/{first.sha256[:2]}/{first.sha256}")
    bucket.put(f"archive/{second.sha256[:2]}/{second.sha256}", b"B")
    reads = archive.read_each([first, second, third])
    with pytest.raises(Damaged, match=f"{first.sha256}: there is no such object"):
        next(reads)()
    with pytest.raises(Damaged, match=f"{second.sha256}: the bytes no longer have this hash"):
        next(reads)()
    assert next(reads)() == b"c"


def test_reads_are_under_way_side_by_side(
    s3: str, archive: Archive, bucket: ABucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [come(tmp_path, f"{n}.csv", str(n).encode()) for n in range(reading_ahead.AT_ONCE)]
    receipts = archive.take(files)
    # No request is let through before all of them are there: read one after the other, the first would wait for ever.
    with held_back(s3, reading_ahead.AT_ONCE) as address:
        use(address, monkeypatch)
        reads = of_home(bucket, archive.folder).read_each(receipts)
        assert [read() for read in reads] == [str(n).encode() for n in range(reading_ahead.AT_ONCE)]


def test_a_command_that_stops_waits_for_no_read(
    s3: str, archive: Archive, bucket: ABucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts = three(archive, tmp_path)
    with held_back(s3, len(receipts) + 1) as address:
        use(address, monkeypatch)
        reads = of_home(bucket, archive.folder).read_each(receipts)
        next(reads)
        reads.close()
