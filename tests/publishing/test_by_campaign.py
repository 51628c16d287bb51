"""Files of campaigns that did not change are not made again, and what was touched, or cut short, is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.publishing import by_campaign
from pipelines.publishing.by_campaign import Made


class Report:
    """A report with a folder of two files for each campaign; `made` are the campaigns that were made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.made = folder, list[str]()

    def make(self, campaign: str) -> Made:
        self.made.append(campaign)
        if campaign == "broken":
            raise RuntimeError("the disk is full")
        place = self.folder / campaign / "2020-06-11"
        place.mkdir(parents=True, exist_ok=True)
        for name in ("a.docx", "b.docx"):
            (place / name).write_text(f"{campaign} {len(self.made)}", encoding="utf-8")
        return Made(place, 2, {"letters": 2})

    def publish(self, *, force: bool = False, **states: str) -> list[str]:
        self.made = []
        done = by_campaign.make(self.folder, "letters", states, self.make, force=force)
        assert list(done) == list(states)
        assert {made.figures["letters"] for made in done.values()} <= {2}
        return self.made


@pytest.fixture
def report(tmp_path: Path) -> Report:
    made = Report(tmp_path / "letters")
    assert made.publish(one="1", two="1") == ["one", "two"]
    return made


def test_what_did_not_change_is_not_made_again(report: Report) -> None:
    assert report.publish(one="1", two="1") == []
    assert report.publish(one="1", two="2", three="1") == ["two", "three"]


def test_all_is_made_where_it_is_forced(report: Report) -> None:
    assert report.publish(force=True, one="1", two="1") == ["one", "two"]


def test_what_a_person_removed_edited_or_put_there_is_made_again(report: Report) -> None:
    place = report.folder / "one" / "2020-06-11"
    (place / "a.docx").unlink()
    assert report.publish(one="1", two="1") == ["one"]
    (place / "a.docx").write_text("edited by hand", encoding="utf-8")
    assert report.publish(one="1", two="1") == ["one"]
    (place / "c.docx").write_text("put there", encoding="utf-8")
    assert report.publish(one="1", two="1") == ["one"]


@pytest.mark.parametrize("record", ["{", "[]", '{"one": 1}', '{"one": {"made_from": "x"}}'])
def test_a_record_that_cannot_be_read_makes_all_anew(report: Report, record: str) -> None:
    (report.folder / ".letters.json").write_text(record, encoding="utf-8")
    assert report.publish(one="1", two="1") == ["one", "two"]


def test_what_was_made_before_a_fault_is_kept(report: Report) -> None:
    with pytest.raises(RuntimeError):
        report.publish(one="2", broken="1", two="2")
    assert report.publish(one="2", two="2") == ["two"]
