"""The letters of a campaign: to whom, what they say as a document, and what is written of them."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from docx import Document
from PIL import Image
from written_returns import CODES

from pipelines import campaigns
from pipelines.datasets.province_progress import progress
from pipelines.datasets.province_progress.choices import Only
from pipelines.datasets.province_progress.letters import publish
from pipelines.datasets.province_progress.letters.publish import NoLetter, Wanted, plan, write
from pipelines.home import Home
from pipelines.publishing.letters.folder import Written
from pipelines.publishing.letters.template_faults import TemplateFault
from warehouse.connect import Warehouse

AGREEMENTS = "info-international-agreements"

STANDING = (
    "กรมส่งเสริมการปกครองท้องถิ่นขอเรียนว่า ได้ตรวจสอบการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่นแล้ว"
    " ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓ จังหวัดกระบี่มีองค์กรปกครองส่วนท้องถิ่น จำนวน ๖๒ แห่ง บันทึกข้อมูลเรียบร้อยแล้ว"
    " จำนวน ๓ แห่ง คิดเป็นร้อยละ ๔.๘๔ อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล จำนวน ๕๙ แห่ง คิดเป็นร้อยละ ๙๕.๑๖"
    " อยู่ในลำดับที่ ๒๘ จาก ๗๖ จังหวัด (ทั่วประเทศร้อยละ ๓.๗๒) นับจากวันดังกล่าวคงเหลือระยะเวลาอีก ๘๑ วันจะครบกำหนด"
    " จึงต้องบันทึกข้อมูลเพิ่มเติมเฉลี่ยไม่น้อยกว่าวันละ ๐.๗๓ แห่ง"
)
CONTACT = (
    "กองพัฒนาและส่งเสริมการบริหารงานท้องถิ่น\nกลุ่มงานวิชาการและวิจัยเพื่อการพัฒนาท้องถิ่น",
    "โทร. ๐-๒๒๕๓-๕๐๐๐ ต่อ ๒๒๑๒",
    "โทรสาร ๐-๒๒๕๓-๑๘๑๒",
)


@pytest.fixture
def written(home: Home) -> Callable[..., tuple[publish.Plan, Written]]:
    """Write the letters of the bundled campaign."""

    def run(**wanted: Any) -> tuple[publish.Plan, Written]:
        with opened(home) as (connection, campaign, file):
            planned = plan(connection, campaign, file, Wanted(**wanted))
        return planned, write(home, planned)

    return run


@contextmanager
def opened(home: Home) -> Any:
    with Warehouse(home.warehouse).reading() as connection:
        (campaign,) = progress.campaigns(connection)
        yield connection, campaign, campaigns.load(home.root)[AGREEMENTS]


def paragraphs(path: Path) -> list[str]:
    """All text of a letter, that of its tables where they stand."""
    document = Document(str(path))
    texts = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            texts += [p.text for row in block.rows for cell in row.cells for p in cell.paragraphs]
        else:
            texts.append(block.text)
    return [text.replace("\u00a0", " ").replace("\u200d", "") for text in texts if text]


def codes_in(path: Path) -> list[str]:
    """What the QR codes of a letter say."""
    document = Document(str(path))
    pictures = [p.blob for p in document.part.package.iter_parts() if str(p.partname).endswith(".png")]
    return [code.text for data in pictures for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(data)))]


def test_the_reminder_to_krabi_says_this(sample: Path, taken_in: Any, written: Any) -> None:
    taken_in(sample)
    _, done = written(provinces=("81",))
    assert paragraphs(done.folder / "81-krabi.docx") == [
        "ที่ ........................",
        "ถึง\tสำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดกระบี่",
        "ตามหนังสือกรมส่งเสริมการปกครองท้องถิ่น ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓ เรื่อง "
        "การบันทึกข้อมูลการจัดทำความตกลงความร่วมมือระหว่างประเทศขององค์กรปกครองส่วนท้องถิ่น"
        " ในระบบข้อมูลกลางองค์กรปกครองส่วนท้องถิ่น (INFO) ขอความร่วมมือจังหวัดแจ้งองค์กรปกครองส่วนท้องถิ่นในพื้นที่"
        "ดำเนินการให้ครบถ้วน ภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓ นั้น",
        STANDING,
        "จึงขอให้สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดกระบี่ตรวจสอบและเร่งรัดการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่น"
        "ในพื้นที่ ให้แล้วเสร็จภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓ รายละเอียดปรากฏตาม QR Code ท้ายหนังสือนี้",
        "กรมส่งเสริมการปกครองท้องถิ่น",
        "........................",
        *CONTACT,
    ]
    assert codes_in(done.folder / "81-krabi.docx") == [f"site/{AGREEMENTS}/province/81.html"]


def of_this_form(home: Home, form: str) -> None:
    """Write a file for the campaign that differs from the bundled one in the form of its letters."""
    own = home.root / "campaigns" / "own.toml"
    own.parent.mkdir(parents=True)
    bundled = (campaigns.BUNDLED / f"{AGREEMENTS}.toml").read_text(encoding="utf-8")
    own.write_text(bundled.replace("[letterhead]\n", f'[letterhead]\nform = "{form}"\n'), encoding="utf-8")


def test_a_campaign_may_ask_for_letters_to_another_office(
    sample: Path, taken_in: Any, written: Any, home: Home
) -> None:
    of_this_form(home, "external")
    taken_in(sample)
    _, done = written(provinces=("81",))
    assert paragraphs(done.folder / "81-krabi.docx") == [
        "ที่ ........................",
        "กรมส่งเสริมการปกครองท้องถิ่น",
        "........................",
        "เรื่อง\tขอให้เร่งรัดการบันทึกข้อมูลการจัดทำความตกลงความร่วมมือระหว่างประเทศขององค์กรปกครองส่วนท้องถิ่น"
        " ในระบบข้อมูลกลางองค์กรปกครองส่วนท้องถิ่น (INFO)",
        "เรียน\tท้องถิ่นจังหวัดกระบี่",
        "อ้างถึง\tหนังสือกรมส่งเสริมการปกครองท้องถิ่น ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓",
        "ตามหนังสือที่อ้างถึง กรมส่งเสริมการปกครองท้องถิ่นขอความร่วมมือจังหวัดแจ้งองค์กรปกครองส่วนท้องถิ่นในพื้นที่"
        "ดำเนินการตามเรื่องดังกล่าวให้ครบถ้วน ภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓ นั้น",
        STANDING,
        "จึงเรียนมาเพื่อโปรดตรวจสอบและเร่งรัดการบันทึกข้อมูลขององค์กรปกครองส่วนท้องถิ่นในพื้นที่ ให้แล้วเสร็จภายใน"
        "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓ รายละเอียดปรากฏตาม QR Code ท้ายหนังสือนี้",
        "ขอแสดงความนับถือ",
        "(........................)",
        "........................",
        *CONTACT,
    ]
    assert codes_in(done.folder / "81-krabi.docx") == [f"site/{AGREEMENTS}/province/81.html"]


def test_no_line_ends_between_a_number_and_its_unit(sample: Path, taken_in: Any, written: Any) -> None:
    taken_in(sample)
    _, done = written(provinces=("81",))
    letter = "\n".join(p.text for p in Document(str(done.folder / "81-krabi.docx")).paragraphs)
    for whole in (
        "๕๙~แห่ง",
        "ร้อยละ~๔.๘๔",
        "ที่~มท~๐๘๑๐.๒/ว~๑๕๖๔",
        "วันที่~๑๙~พฤษภาคม~๒๕๖๓",
        "วันจันทร์ที่~๓๑~สิงหาคม~๒๕๖๓",
        "๗๖~จังหวัด",
    ):
        assert whole.replace("~", "\u00a0") in letter.replace("\u200d", ""), whole
    assert "วัน\u200dที่\u00a0๑๑" in letter
    assert not re.search(r"[๐-๙] (?:แห่ง|วัน)|ว [๐-๙]", letter)


def test_the_emblem_of_the_office_stands_in_its_place(sample: Path, taken_in: Any, written: Any, home: Home) -> None:
    taken_in(sample)
    emblem = io.BytesIO()
    Image.new("RGB", (90, 100), "gold").save(emblem, "png")
    home.templates.mkdir()
    (home.templates / "emblem.png").write_bytes(emblem.getvalue())
    _, done = written(provinces=("81",))
    for name in ("81-krabi.docx", "circular.docx"):
        picture, _ = Document(str(done.folder / name)).inline_shapes
        part = Document(str(done.folder / name)).part.related_parts
        assert part[picture._inline.graphic.graphicData.pic.blipFill.blip.embed].blob == emblem.getvalue()
        assert (picture.height.cm, round(picture.width.cm, 2)) == (3.0, 2.7)
    (home.templates / "emblem.png").write_bytes(b"GIF89a")
    with pytest.raises(TemplateFault, match=r"emblem\.png: the emblem must be a PNG picture"):
        written()


def test_the_circular_has_the_return_s_own_table(sample: Path, taken_in: Any, written: Any, ask: Any) -> None:
    taken_in(sample)
    _, done = written(provinces=("81",))
    document = Document(str(done.folder / "circular.docx"))
    texts = paragraphs(done.folder / "circular.docx")
    assert "ถึง\tสำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัด ทุกจังหวัด" in texts
    assert "ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓" in texts
    assert "บันทึกข้อมูลเรียบร้อยแล้ว จำนวน ๒๙๒ แห่ง คิดเป็นร้อยละ ๓.๗๒" in texts
    assert "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล จำนวน ๗,๕๕๘ แห่ง คิดเป็นร้อยละ ๙๖.๒๘" in texts
    rows = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    memo = [line.split("\t") for line in sample.read_text(encoding="utf-8").splitlines() if line.count("\t") >= 5]
    assert rows[0] == memo[0]
    assert [row[:6] for row in rows[1:]] == [row[:6] for row in memo if row[0] != "ลำดับ"]
    assert len(rows) == 1 + 76 + 1
    assert codes_in(done.folder / "circular.docx") == [f"site/{AGREEMENTS}/index.html"]


def test_those_behind_get_a_reminder_and_no_one_else(taken_in: Any, write: Any, written: Any, ask: Any) -> None:
    complete, nothing = CODES[0], CODES[1]
    taken_in(write("r.csv", date(2020, 7, 9), figures={complete: (60, 60), nothing: (60, 0)}))
    planned, done = written()
    behind = ask(
        "SELECT province_code FROM mart.compliance WHERE is_latest AND status IN ('behind', 'not_started', 'overdue')"
    )
    assert 1 < len(behind) < 75
    assert {s.province_code for s in planned.behind} == {code for (code,) in behind}
    assert complete not in {s.province_code for s in planned.behind}
    files = {path.name for path in done.folder.iterdir()}
    assert files == set(done.files) == {*(publish.file_name(s) for s in planned.behind), "circular.docx", "index.csv"}
    assert [s.province_code for s in written(only=Only.not_started)[0].behind] == [
        s.province_code for s in planned.behind if s.saved == 0
    ]
    some, all_of_them = written(only=Only.behind)[0].behind, planned.behind
    assert {s.province_code for s in some} == {s.province_code for s in all_of_them if s.saved}


def test_after_the_deadline_those_that_saved_nothing_are_still_distinguished(
    taken_in: Any, write: Any, written: Any
) -> None:
    taken_in(write("r.csv", date(2020, 9, 10), figures={CODES[1]: (60, 0)}))
    (standing,) = written(only=Only.not_started)[0].behind
    assert (standing.province_code, standing.status) == (CODES[1], "overdue")


def test_only_the_provinces_that_are_named(taken_in: Any, write: Any, written: Any) -> None:
    complete, nothing = CODES[0], CODES[1]
    taken_in(write("r.csv", date(2020, 7, 9), figures={complete: (60, 60), nothing: (60, 0)}))
    planned, done = written(provinces=(complete, nothing))
    assert [s.province_code for s in planned.behind] == [nothing]
    assert [s.province_code for s in planned.spared] == [complete]
    assert done.files == (publish.file_name(planned.behind[0]), "circular.docx", "index.csv")


def test_the_index_lists_what_was_written(sample: Path, taken_in: Any, written: Any) -> None:
    (story,) = taken_in(sample)
    _, done = written(base_url="https://example.go.th/khrop")
    with open(done.folder / "index.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [name for name in done.files if name != "index.csv"]
    assert (rows[0]["province_th"], rows[0]["saved_percent"], rows[0]["rank"]) == ("กระบี่", "4.84", "28")
    assert rows[0]["page"] == f"https://example.go.th/khrop/{AGREEMENTS}/province/81.html"
    assert rows[0]["snapshot_id"] == story.snapshot_id


def test_letters_that_did_not_change_are_not_written_again(sample: Path, taken_in: Any, written: Any) -> None:
    taken_in(sample)
    _, first = written()
    before = {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in first.folder.iterdir()}
    target = os.readlink(first.folder)
    _, again = written()
    assert (first.changed, again.changed) == (78, 0)
    assert os.readlink(again.folder) == target
    spoilt = again.folder / "81-krabi.docx"
    spoilt.unlink()
    spoilt.write_bytes(b"spoilt")
    _, mended = written()
    assert mended.changed == 1
    after = {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in mended.folder.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"81-krabi.docx"}


def test_the_same_figures_make_the_same_bytes_in_any_home(
    sample: Path, taken_in: Any, written: Any, tmp_path: Path, home: Home
) -> None:
    taken_in(sample)
    planned, done = written()
    other = write(Home(tmp_path / "other"), planned)
    assert {p.name: p.read_bytes() for p in done.folder.iterdir()} == {
        p.name: p.read_bytes() for p in other.folder.iterdir()
    }


def test_a_folder_holds_what_was_asked_for_last_and_nothing_else(sample: Path, taken_in: Any, written: Any) -> None:
    taken_in(sample)
    written()
    _, done = written(provinces=("81",))
    assert {path.name for path in done.folder.iterdir()} == {"81-krabi.docx", "circular.docx", "index.csv"}
    assert done.changed == 1, "the letters themselves are as they were"


def test_a_letter_cannot_be_older_than_its_figures(sample: Path, taken_in: Any, written: Any) -> None:
    taken_in(sample)
    with pytest.raises(NoLetter, match="a letter of 2020-06-10 cannot have the figures of 2020-06-11"):
        written(dated=date(2020, 6, 10))
    _, done = written(dated=date(2020, 6, 16), provinces=("81",))
    assert "๑๖ มิถุนายน ๒๕๖๓" in paragraphs(done.folder / "81-krabi.docx")


def test_a_template_that_cannot_be_used_leaves_the_letters_as_they_were(
    sample: Path, taken_in: Any, written: Any, home: Home
) -> None:
    taken_in(sample)
    _, done = written(provinces=("81",))
    home.templates.mkdir()
    (home.templates / "circular.docx").write_bytes(b"no template")
    before = sorted(path.name for path in done.folder.parent.iterdir())
    with pytest.raises(TemplateFault, match=r"circular\.docx: this is no DOCX file"):
        written(provinces=("81",))
    assert sorted(path.name for path in done.folder.parent.iterdir()) == before
    assert (done.folder / "81-krabi.docx").exists()


def test_the_words_of_a_campaign_cannot_break_a_letter(write: Any, taken_in: Any, home: Home, written: Any) -> None:
    own = home.root / "campaigns" / "own.toml"
    own.parent.mkdir(parents=True)
    bundled = (campaigns.BUNDLED / f"{AGREEMENTS}.toml").read_text(encoding="utf-8")
    own.write_text(bundled.replace("(INFO)", "(INFO & <w:p/> 'x' {{ pending }})"), encoding="utf-8")
    taken_in(write("r.csv", date(2020, 7, 9), figures={CODES[1]: (60, 0)}))
    planned, done = written(only=Only.not_started)
    texts = paragraphs(done.folder / publish.file_name(planned.behind[0]))
    assert any("(INFO & <w:p/> 'x' {{ pending }})" in text for text in texts)
