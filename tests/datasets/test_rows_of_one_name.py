"""Rows that share a name and differ by their key: a district of two provinces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import campaigns
from pipelines.datasets import registry
from pipelines.datasets.proposal import propose as proposed_columns
from pipelines.datasets.scaffold import files
from pipelines.datasets.table_in import table_in
from pipelines.decisions.proposals import propose, row_named
from pipelines.home import Home
from pipelines.intake.judging import judge
from pipelines.intake.trail import NoSuchCell, trail
from pipelines.returns import Hints, Return
from warehouse.connect import Warehouse
from warehouse.verdicts import Verdict

TABLE = """ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓
จังหวัด,อำเภอ,ทั้งหมด,แล้วเสร็จ,คงเหลือ
กระบี่,เมือง,9,4,5
กระบี่,เขาพนม,7,7,0
พังงา,เมือง,12,3,9
พังงา,เกาะยาว,5,1,4
พังงา,กะปง,6,1,5
"""


@pytest.fixture
def districts(home: Home) -> Home:
    found = proposed_columns(table_in(TABLE.encode()))
    assert set(found.key) == {"district", "province"}
    folder = home.root / "datasets" / "districts"
    for path, text in files("districts", found, datetime.now(UTC).date()).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text.replace('names = "province"', 'names = "district"'), encoding="utf-8")
    assert registry.faults(home.root) == ()
    return home


def test_each_is_named_by_its_key(districts: Home, taken_in: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "districts.csv"
    path.write_text(TABLE, encoding="utf-8")
    (story,) = taken_in(path, campaign="districts")
    assert story.verdict is Verdict.ACCEPTED
    known = registry.datasets(districts.root)
    key = " ".join({"province": "พังงา", "district": "เมือง"}[name] for name in known["districts"].key)
    with Warehouse(districts.warehouse).reading() as connection:
        assert trail(connection, story.snapshot_id, key, "total", known).value == "12"
        assert trail(connection, story.snapshot_id, "กะปง", "total", known).value == "6"
        with pytest.raises(NoSuchCell, match="could be any of 2 rows"):
            trail(connection, story.snapshot_id, "เมือง", "total", known)


def test_no_repair_is_proposed_that_could_be_of_another_row(districts: Home) -> None:
    given = Return("one", "", "one", datetime.now(UTC), Hints("districts"))
    data = TABLE.replace("12,3,9", "12,3,8").encode()
    (judgement,) = judge([(given, data)], campaigns.load(districts.root), registry.datasets(districts.root))
    assert judgement.verdict is Verdict.QUARANTINED
    report = propose(judgement)
    assert report.status == "unsolved"
    assert "Several rows have the name เมือง" in report.explain("en")
    with pytest.raises(ValueError, match="several rows"):
        row_named(judgement, "เมือง")
    assert row_named(judgement, "กะปง") == "กะปง"
