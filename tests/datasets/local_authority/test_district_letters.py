"""`khrop district-letters`: from a province to its districts, with the list of the authorities that have not saved."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import registers
import zxingcpp
from commands import command
from docx import Document
from PIL import Image

from khrop.contracts.local_authority import STATUSES
from khrop.thai.digits import normalise, to_thai
from pipelines.home import Home

DAY = date(2020, 6, 11)
KRABI, TRANG = "81", "92"
CAMPAIGN = f"""
id = "register"
dataset = "local_authority"
title_th = "ทะเบียนการจัดการขยะ"
title_en = "Register"
known_by = ["ทะเบียนสังเคราะห์"]
opened_on = 2020-05-19
deadline = 2020-08-31
every_days = 7
letters = ["มท ๐๘๑๐.๒/ว ๑๕๖๔"]

[letterhead]
sender = "กรมส่งเสริมการปกครองท้องถิ่น"
form = "FORM"

[letterheads.{KRABI}]
number = "กบ ๐๐๒๓.๑/ว ๘๓๗"
phone = "๐-๗๕๖๑-๐๐๐๐"
"""


@dataclass(frozen=True)
class Place:
    """A home with a register of two provinces, of which one district is done."""

    home: Home
    khrop: Callable[..., Any]
    register: list[registers.Authority]
    done: str

    @property
    def folder(self) -> Path:
        return self.home.letters / "register" / DAY.isoformat()

    def districts(self, code: str) -> list[str]:
        """The districts of a province in which an authority has not saved, in their order."""
        return sorted({a.district for a in self.register if a.province_code == code and a.status != "saved"})

    def behind(self, district: str) -> list[registers.Authority]:
        """The authorities of a district of Krabi that have not saved."""
        return [a for a in self.register if (a.province_code, a.district) == (KRABI, district) and a.status != "saved"]

    def form(self, name: str) -> None:
        (self.home.root / "campaigns" / "own.toml").write_text(CAMPAIGN.replace("FORM", name), encoding="utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("letters")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHROP_HOME", str(root / "home"))
        khrop = command()

        (root / "home" / "campaigns").mkdir(parents=True)
        made = registers.register(registers.sample_figures(), DAY)
        finished = sorted({a.district for a in made if a.province_code == TRANG})[2]
        made = [
            replace(a, status="saved", saved_on=DAY, recorded_by="ก")
            if (a.province_code, a.district) == (TRANG, finished)
            else a
            for a in made
        ]
        place = Place(Home.current(), khrop, made, finished)
        place.form("stamped")
        (root / "register.csv").write_bytes(registers.csv_of(made, DAY))
        khrop("ingest", root / "register.csv", "--campaign", "register")
        yield place


def texts(path: Path) -> list[str]:
    """The text of a letter, paragraph by paragraph, the cells of a table's row in one."""
    made = []
    for block in Document(str(path)).iter_inner_content():
        if hasattr(block, "rows"):
            made += ["|".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            made.append(block.text)
    return [normalise(text).text for text in made if text.strip()]


def test_a_province_has_a_file_with_a_letter_to_each_district_that_is_behind(place: Place) -> None:
    printed = place.khrop("district-letters", "--date", "2020-06-16").stdout
    letters = sum(len(place.districts(code)) for code in {a.province_code for a in place.register})
    assert printed.startswith(
        f"register, as of {DAY}: {letters} letters in 76 files and index.csv, 77 new or changed\n"
    )
    assert len({path.name for path in place.folder.iterdir()}) == 77
    for file, code in (("81-krabi.docx", KRABI), ("92-trang.docx", TRANG)):
        to = [text.split("อำเภอ", 1)[1] for text in texts(place.folder / file) if text.startswith("ถึง")]
        assert to == place.districts(code)
    assert f"อำเภอ{place.done}\n" not in "\n".join(texts(place.folder / "92-trang.docx"))
    assert "all as they were" in place.khrop("district-letters", "--date", "2020-06-16").stdout


def test_a_letter_names_the_authorities_that_have_not_saved_and_no_other(place: Place) -> None:
    district = place.districts(KRABI)[0]
    place.khrop("district-letters", "--province", "กระบี่", "--district", district, "--each", "--date", "2020-06-16")
    (file,) = place.folder.glob("*.docx")
    letter = texts(file)
    assert letter[:2] == ["ที่ กบ ๐๐๒๓.๑/ว ๘๓๗", f"ถึง สำนักงานส่งเสริมการปกครองท้องถิ่นอำเภอ{district}"]
    behind = place.behind(district)
    own = [a for a in place.register if (a.province_code, a.district) == (KRABI, district)]
    counts = {status: to_thai(str(sum(a.status == status for a in own))) for status in STATUSES}
    assert letter[2].startswith("ตามหนังสือกรมส่งเสริมการปกครองท้องถิ่น ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ....")
    assert f"จำนวน {to_thai(str(len(own)))} แห่ง บันทึกข้อมูลเรียบร้อยแล้ว จำนวน {counts['saved']} แห่ง" in letter[3]
    assert (
        f"อยู่ระหว่างบันทึกข้อมูล จำนวน {counts['in_progress']} แห่ง และยังไม่บันทึกข้อมูล จำนวน {counts['not_started']} แห่ง"
        in letter[3]
    )
    assert "ให้แล้วเสร็จภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓" in letter[4]
    assert letter[5:7] == ["จังหวัดกระบี่", "๑๖ มิถุนายน ๒๕๖๓"], "the sender over the date"
    assert letter[7] == "สำนักงานส่งเสริมการปกครองท้องถิ่นจังหวัดกระบี่\nโทร. ๐-๗๕๖๑-๐๐๐๐\nโทรสาร ........................|"
    listed = [text.split("|") for text in letter if text.count("|") == 3][1:]
    assert sorted((code, name, status) for _, code, name, status in listed) == sorted(
        (a.code, a.name, STATUSES[a.status]) for a in behind
    )
    assert [number for number, *_ in listed] == [to_thai(str(at + 1)) for at in range(len(behind))]
    assert not any(word in "".join(letter) for word in ("เรื่อง\t", "เรียน\t", "ขอแสดงความนับถือ"))
    pictures = [p.blob for p in Document(str(file)).part.package.iter_parts() if str(p.partname).endswith(".png")]
    codes = [code.text for data in pictures for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(data)))]
    assert codes == ["site/local_authority/register/81.html"]


def test_the_campaign_s_file_may_ask_for_the_form_to_another_office(place: Place) -> None:
    place.form("external")
    try:
        place.khrop("district-letters", "--province", "81", "--each")
    finally:
        place.form("stamped")
    letter = texts(place.folder / "81-krabi-01.docx")
    district = place.districts(KRABI)[0]
    assert {"เรื่อง ขอให้เร่งรัดทะเบียนการจัดการขยะ", f"เรียน ท้องถิ่นอำเภอ{district}", "ขอแสดงความนับถือ"} <= set(letter)


def test_the_index_and_the_lines_for_machines(place: Place) -> None:
    (printed,) = place.khrop("district-letters", "--province", "Krabi", "--json").stdout.splitlines()
    entry = json.loads(printed)
    assert (entry["letters"], entry["files"]) == (len(place.districts(KRABI)), ["81-krabi.docx", "index.csv"])
    with open(place.folder / "index.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["district"] for row in rows] == place.districts(KRABI)
    assert all(int(row["in_progress"]) + int(row["not_started"]) == len(place.behind(row["district"])) for row in rows)


def test_what_cannot_be_meant_is_refused(place: Place) -> None:
    refused = {
        ("--date", "2020-06-10"): "a letter of 2020-06-10 cannot have the figures of 2020-06-11",
        ("--district", "ไม่มี"): "no authority that has not saved is in a district",
        ("--campaign", "roads"): "campaign 'roads' has no accepted register; those that have: register",
        ("--base-url", "ftp://x"): "--base-url is 'ftp://x', expected an address",
    }
    for arguments, words in refused.items():
        assert words in place.khrop("district-letters", *arguments, code=2).stderr


def test_an_office_changes_the_template(place: Place) -> None:
    place.khrop("district-letters", "--copy-templates")
    own = place.home.templates / "district-letter.docx"
    try:
        document = Document(str(own))
        document.paragraphs[2].insert_paragraph_before("สำเนาคู่ฉบับ {{ district }}")
        document.sections[0].header.paragraphs[0].text = "จังหวัด{{ province }}"
        document.save(str(own))
        place.khrop("district-letters", "--province", "81")
        letter = texts(place.folder / "81-krabi.docx")
        assert [text for text in letter if "สำเนา" in text] == [f"สำเนาคู่ฉบับ {d}" for d in place.districts(KRABI)]
        document.sections[0].header.paragraphs[0].text = "อำเภอ{{ district }}"
        document.save(str(own))
        assert "differs from letter to letter" in place.khrop("district-letters", code=2).stderr
        place.khrop("district-letters", "--each")
    finally:
        for file in place.home.templates.iterdir():
            file.unlink()


@pytest.mark.slow
def test_on_paper_each_letter_begins_a_page_and_no_number_is_parted_from_its_unit(place: Place, tmp_path: Path) -> None:
    place.khrop("district-letters", "--province", "81", "--date", "2020-06-16")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(place.folder / "81-krabi.docx")],
        check=True, capture_output=True, timeout=240, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    with pypdfium2.PdfDocument(tmp_path / "81-krabi.pdf") as pdf:
        pages = [normalise(page.get_textpage().get_text_range()).text for page in pdf]
    assert len(pages) == 2 * len(place.districts(KRABI)), "a letter, and its list"
    assert all(page.startswith("ที่ กบ") for page in pages[::2])
    for line in "\n".join(pages[::2]).splitlines():
        assert not re.match(r"แห่ง|สิงหาคม|มิถุนายน|ว [๐-๙]", line.strip()), line
