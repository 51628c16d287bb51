"""What a report keeps of its parts: what is not as it was written counts as not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.publishing import kept_record


def test_what_is_written_is_read(tmp_path: Path) -> None:
    records = {"หนึ่ง": {"place": "a", "seen": 1}}
    kept_record.write(tmp_path / "record.json", records)
    assert kept_record.read(tmp_path / "record.json", ("place",)) == records
    assert [file.name for file in tmp_path.iterdir()] == ["record.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": {"seen": 1}}', '{"a": ["place"]}', "\udcff"])
def test_what_is_damaged_is_not_there(tmp_path: Path, text: str) -> None:
    (tmp_path / "record.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    assert kept_record.read(tmp_path / "record.json", ("place",)) == {}
    assert kept_record.read(tmp_path / "nothing.json") == {}
