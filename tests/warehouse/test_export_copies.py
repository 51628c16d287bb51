"""The exports in a bucket: whole versions, one of which counts, over a real S3 API."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from province_table import EXPORTED
from servers.object_storage import ABucket, breaking, use

from pipelines.home import Home
from warehouse import export_copies, exports
from warehouse.buckets import Bucket, StorageFault
from warehouse.connect import Warehouse

Export = Callable[..., dict[str, int]]


@pytest.fixture
def export(home: Home, bucket: ABucket) -> Export:
    """Export what is loaded, into the bucket as well."""

    def run(**options: Any) -> dict[str, int]:
        to = Bucket(f"s3://{bucket.name}/exports")
        with Warehouse(home.warehouse).writing() as connection:
            return exports.export(connection, home.exports, bucket=to, **options)

    return run


def files(folder: Path) -> dict[str, bytes]:
    """The files of the exports of a home, but for those that begin with a dot."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def current(bucket: ABucket) -> dict[str, Any]:
    """What counts."""
    found: dict[str, Any] = json.loads(bucket.objects("exports/current.json")["exports/current.json"])
    return found


def version(bucket: ABucket, name: str) -> dict[str, bytes]:
    """The files of a version."""
    folder = f"exports/{name}/"
    return {key.removeprefix(folder): data for key, data in bucket.objects(folder).items()}


def wrong(bucket: ABucket, home: Home, *, whole: bool = False) -> list[str]:
    """What is wrong with the exports in the bucket."""
    to = Bucket(f"s3://{bucket.name}/exports")
    return list(export_copies.faults(to, exports.exported_state(home.exports), whole=whole))


def test_the_version_that_counts_is_that_of_the_home(
    home: Home, taken_in: Any, export: Export, bucket: ABucket, sample: Path, tmp_path: Path
) -> None:
    taken_in(sample)
    export()
    named = current(bucket)
    assert version(bucket, named["version"]) == files(home.exports)
    assert named["state"] == exports.exported_state(home.exports)
    assert exports.copied_to(home.exports) == f"s3://{bucket.name}/exports"
    assert wrong(bucket, home, whole=True) == []
    assert len(named["files"]) >= 2 * len(EXPORTED)
    for name, data in version(bucket, named["version"]).items():  # as a reader has it who knows the bucket alone
        (tmp_path / "read" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "read" / name).write_bytes(data)
    with duckdb.connect() as reader:
        table = exports.parquet_of(tmp_path / "read", "mart.compliance")
        assert reader.execute("SELECT count(*) FROM read_parquet(?)", [table]).fetchall() == [(76,)]


def test_two_versions_are_kept_and_what_did_not_change_is_not_uploaded(
    home: Home, taken_in: Any, export: Export, bucket: ABucket, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("exports/README.txt", b"of somebody else")
    names, uploaded = [], []
    upload = Bucket.upload
    monkeypatch.setattr(Bucket, "upload", lambda to, new: (uploaded.append(set(new)), upload(to, new)))
    for day in (11, 18, 25):
        taken_in(write(f"{day}.csv", date(2020, 6, day)))
        export()
        names.append(current(bucket)["version"])
        assert version(bucket, names[-1]) == files(home.exports)
    kept = {key.split("/")[1] for key in bucket.objects("exports/")}
    assert kept == {*names[1:], "current.json", "README.txt"}
    assert f"{names[0]}/core_campaign.csv" in uploaded[0]
    assert f"{names[2]}/core_campaign.csv" not in uploaded[2]
    assert f"{names[2]}/mart_national_trend.csv" in uploaded[2]


@pytest.mark.parametrize("after", [2_000, 8_000])
def test_an_upload_that_breaks_leaves_the_version_before(
    home: Home, taken_in: Any, export: Export, bucket: ABucket, write: Any, s3: str, after: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    taken_in(write("a.csv", date(2020, 6, 11)))
    export()
    before, state, held = current(bucket), exports.exported_state(home.exports), files(home.exports)
    assert max(map(len, held.values())) > after, "some files never get through, others do"
    monkeypatch.setattr("warehouse.buckets.ATTEMPTS", 1)
    with breaking(s3, after) as address, pytest.MonkeyPatch.context() as broken:
        use(address, broken)
        with pytest.raises(StorageFault, match=f"^s3://{bucket.name}/exports: it cannot be used"):
            export(whole=True)
    use(s3, monkeypatch)
    assert current(bucket) == before
    assert version(bucket, before["version"]) == held
    assert exports.exported_state(home.exports) == state
    export()
    assert version(bucket, current(bucket)["version"]) == files(home.exports)
    folders = {key.split("/")[1] for key in bucket.objects("exports/")}
    assert len(folders - {"current.json"}) == 2, "what the broken upload left is gone"


def test_a_missing_or_altered_file_is_named_and_written_again(
    home: Home, taken_in: Any, export: Export, bucket: ABucket, sample: Path
) -> None:
    taken_in(sample)
    export()
    folder = f"exports/{current(bucket)['version']}"
    data = bucket.objects(f"{folder}/mart_compliance.csv")[f"{folder}/mart_compliance.csv"]
    bucket.put(f"{folder}/mart_compliance.csv", data.replace(b"0", b"1"))
    assert wrong(bucket, home) == []
    (fault,) = wrong(bucket, home, whole=True)
    assert fault.startswith(f"s3://{bucket.name}/{folder}/mart_compliance.csv has other bytes than were written: khrop")
    bucket.delete(f"{folder}/core_campaign.csv")
    assert wrong(bucket, home) == [
        f"s3://{bucket.name}/{folder}/core_campaign.csv is missing: khrop export writes them again"
    ]
    export(whole=True)
    assert wrong(bucket, home, whole=True) == []
    bucket.put("exports/current.json", b"{")
    assert "current.json does not name the exports that the home has" in wrong(bucket, home)[0]
    export()
    assert wrong(bucket, home, whole=True) == []


def test_commands_of_a_home_whose_exports_are_in_a_bucket(
    home: Home, khrop: Callable[..., Any], khrop_process: Callable[..., Any], bucket: ABucket, sample: Path
) -> None:
    assert khrop("ingest", sample).returncode == 0
    url = f"s3://{bucket.name}/exports"
    (home.root / "storage.toml").write_text(f'exports = "{url}"\n', encoding="utf-8")
    ended = khrop_process("ingest", sample)  # what the bucket lacks waits
    assert (ended.returncode, ended.stderr) == (0, "")
    assert version(bucket, current(bucket)["version"]) == files(home.exports)
    assert (khrop("verify").returncode, khrop("doctor").returncode) == (0, 0)

    bucket.delete("exports/current.json")
    verified, looked = khrop("verify"), khrop("doctor")
    assert (verified.returncode, looked.returncode) == (1, 1)
    assert f"differs: {url}: {url}/current.json does not name the exports that the home has" in verified.stdout
    assert khrop("doctor", "--mend").returncode == 0
    assert (khrop("verify").returncode, khrop("doctor").returncode) == (0, 0)

    (home.root / "storage.toml").write_text('exports = "s3://no-such-bucket/exports"\n', encoding="utf-8")
    for command in (["export"], ["ingest", sample], ["verify"]):
        ended = khrop(*command)
        assert ended.returncode == 3, (command, ended)
        assert "s3://no-such-bucket/exports: there is no bucket no-such-bucket: make it, or" in ended.stderr
    ended = khrop_process("recheck")
    assert ended.returncode == 3
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert exports.copied_to(home.exports) == url
