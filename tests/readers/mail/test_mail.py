"""A container is opened into its parts, and what is no return is refused by its name."""

from __future__ import annotations

import io
import stat
import time
import zipfile
from email.message import EmailMessage, MIMEPart
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines.readers import LARGEST, Unreadable, mail
from pipelines.readers.mail import Opened, is_container, opened, zipped

CSV = "ลำดับ,จังหวัด,จำนวน อปท.\n1,กระบี่,62\n".encode()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
TABLE = "ลำดับ\tจังหวัด\tจำนวน อปท. (แห่ง)\n1\tกระบี่\t62\n"
PAGE = "<p>เรียน</p><table><tr><th>ลำดับ</th><th>จังหวัด</th><th>ร้อยละ</th></tr><tr><td>1</td></tr></table>"


def zipped_up(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return whole.getvalue()


def renamed(data: bytes, before: str, raw: bytes) -> bytes:
    """The same zip, a member's name in other bytes and not marked as UTF-8, as old Windows programs write it."""
    assert len(before) == len(raw)
    return data.replace(before.encode(), raw)


def letter(body: str = "เรียน ท่าน", subject: str = "รายงาน") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", subject
    message.set_content(body)
    return message


def names(found: Opened) -> tuple[list[str], list[str]]:
    return [part.name for part in found.parts], [refused.name for refused in found.refused]


def why(found: Opened, name: str) -> str:
    (refused,) = (r for r in found.refused if r.name == name)
    assert refused.th
    return refused.en


def office(name: str = "[Content_Types].xml", data: bytes = b"<Types/>") -> bytes:
    return zipped_up((name, data), ("xl/workbook.xml", b"<workbook/>"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (zipped_up(("a.csv", CSV)), True),
        (zipped_up(), True),
        (office(), False),
        (office("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), False),
        (office()[:60], False),
        (zipped_up(("a.csv", CSV))[:60], True),
        (b"PK\x03\x04", False),
        (letter().as_bytes(), True),
        (b"\xef\xbb\xbf\r\n" + letter().as_bytes(), True),
        (b"Received: from x\r\n\tby y\r\nContent-Type: text/plain\r\n\r\nbody", True),
        (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", True),
        (b"Date: 2020-06-11\n\n" + CSV, False),
        (b"Subject: a memo\n\nContent-Type: not a header\n", False),
        (CSV, False),
        (b"", False),
    ],
    ids=count(),  # not the bytes, in which the time stands: workers of xdist must agree on the name of a test
)
def test_a_container_is_known_by_its_bytes(data: bytes, expected: bool) -> None:
    assert is_container(data) is expected


def test_what_may_be_a_return_is_taken_and_all_else_is_refused_by_name() -> None:
    found = opened(
        zipped_up(
            ("a.csv", CSV), ("b.pdf", b"%PDF-1.7"), ("c.xlsx", office()), ("d.xls", b"\xd0\xcf\x11\xe0rest"),
            ("e.html", b"<html><table></table>"), ("f.txt", "บันทึก".encode("cp874")), ("logo.png", PNG),
            ("run.exe", b"MZ\x90\x00\x03"), ("g.rtf", b"{\\rtf1"), ("h.rar", b"Rar!\x1a\x07\x00"), ("i", b""),
            ("j.bin", bytes(range(256))), ("k.bmp", b"BM\x00\x00\x01"), ("BM.csv", b"BM,1\n"),
            ("l.heic", b"\0\0\0\x18ftypheic"),
            ("winmail.dat", b"\x78\x9f\x3e\x22\0"), ("m.ics", b"BEGIN:VCALENDAR\n"),
        )
    )  # fmt: skip
    taken, refused = names(found)
    assert taken == ["a.csv", "b.pdf", "c.xlsx", "d.xls", "e.html", "f.txt", "BM.csv"]
    assert len(refused) == 10
    assert found.parts[0].data == CSV
    reasons = {"logo.png": "picture", "run.exe": "program", "g.rtf": "RTF", "h.rar": ".zip", "i": "empty"}
    for name, words in (reasons | {"j.bin": "neither", "k.bmp": "picture", "winmail.dat": "Outlook"}).items():
        assert words in why(found, name)


@pytest.mark.parametrize(("form", "mode"), [("PNG", "L"), ("JPEG", "RGB"), ("TIFF", "1")])
def test_a_picture_as_large_as_a_page_may_be_a_return_and_a_logo_is_none(form: str, mode: str) -> None:
    drawn = {}
    for name, size in (("page", (700, 900)), ("banner", (1200, 300))):
        buffer = io.BytesIO()
        Image.new(mode, size, 1).save(buffer, form)
        drawn[name] = buffer.getvalue()
    found = opened(zipped_up(("page", drawn["page"]), ("banner", drawn["banner"]), ("cut", drawn["page"][:12])))
    assert names(found) == (["page"], ["banner", "cut"])


def test_text_in_a_broken_encoding_is_taken_so_that_its_judgement_names_the_byte() -> None:
    assert names(opened(zipped_up(("a.csv", CSV + b"\xff\xfc")))) == (["a.csv"], [])


def test_what_systems_put_beside_files_is_skipped() -> None:
    found = opened(
        zipped_up(
            ("folder/", b""), ("folder/a.csv", CSV), ("folder/.DS_Store", b"\0"), ("Thumbs.db", b"\0"),
            ("__MACOSX/folder/._a.csv", b"\0\5\x16\7"), ("__MACOSX/hidden.csv", CSV),
        )
    )  # fmt: skip
    assert names(found) == (["folder/a.csv", "__MACOSX/hidden.csv"], [])


@pytest.mark.parametrize(
    "name", ["../a.csv", "/etc/a.csv", "C:/a.csv", "x/../../a.csv", "..\\a.csv", "\\\\host\\a.csv", "C:a.csv"]
)
def test_a_path_that_leads_out_is_refused_by_its_name(name: str) -> None:
    found = opened(zipped_up((name, CSV), ("b.csv", CSV)))
    assert names(found) == (["b.csv"], [name.replace("\\", "/")])
    assert "leads out" in found.refused[0].en


def test_backslashes_between_folders_are_folders() -> None:
    assert names(opened(zipped_up(("มิถุนายน\\a.csv", CSV)))) == (["มิถุนายน/a.csv"], [])


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("link.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    assert "link" in why(opened(zipped_up((link, b"/etc/passwd"))), "link.csv")


def test_an_encrypted_member_is_refused_and_the_others_are_taken() -> None:
    whole = bytearray(zipped_up(("a.csv", CSV), ("b.csv", CSV)))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    found = opened(bytes(whole))
    assert names(found) == (["b.csv"], ["a.csv"])
    assert "encrypted: send it without a password" in found.refused[0].en


def test_a_damaged_member_is_refused_and_the_others_are_taken() -> None:
    whole = bytearray(zipped_up(("a.csv", CSV * 50), ("b.csv", CSV)))
    whole[40:50] = bytes(10)
    found = opened(bytes(whole))
    assert names(found) == (["b.csv"], ["a.csv"])
    assert "damaged" in found.refused[0].en


def test_a_zip_that_was_cut_short_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="damaged or not whole"):
        opened(zipped_up(("a.csv", CSV * 50))[:-10])


@pytest.mark.parametrize("encoding", ["cp874", "utf-8"])
def test_thai_names_are_read_without_their_flag(encoding: str) -> None:
    raw = "รายงาน ๑.csv".encode(encoding)
    whole = renamed(zipped_up(("x" * len(raw), CSV)), "x" * len(raw), raw)
    assert names(opened(whole)) == (["รายงาน ๑.csv"], [])


def test_the_name_in_the_unicode_field_counts() -> None:
    import zlib

    info = zipfile.ZipInfo("x.csv")
    name = "เดือน.csv".encode()
    field = b"\x01" + zlib.crc32(b"x.csv").to_bytes(4, "little") + name
    info.extra = b"\x75\x70" + len(field).to_bytes(2, "little") + field
    assert names(opened(zipped_up((info, CSV)))) == (["เดือน.csv"], [])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_kept_apart() -> None:
    found = opened(
        zipped_up(("a.csv", CSV), ("a.csv", CSV + b"2,x,1\n"), ("a.csv", PNG), ("d.x/b", CSV), ("d.x/b", CSV))
    )
    assert names(found) == (["a.csv", "a (2).csv", "d.x/b", "d.x/b (2)"], ["a (3).csv"])
    assert found.parts[1].data != found.parts[0].data


def test_names_are_composed_and_hold_no_control_characters() -> None:
    assert names(opened(zipped_up(("re\u0301sume\u0301\x1b[2J.csv", CSV))))[0] == ["résumé\ufffd[2J.csv"]
    assert len(names(opened(zipped_up(("ก" * 5000 + ".csv", CSV))))[0][0]) == 200


def test_containers_within_containers_are_opened_to_the_third() -> None:
    third = zipped_up(("a.csv", CSV))
    assert names(opened(zipped_up(("2.zip", zipped_up(("3.zip", third)))))) == (["2.zip/3.zip/a.csv"], [])
    found = opened(zipped_up(("2.zip", zipped_up(("3.zip", zipped_up(("4.zip", third))), ("b.csv", CSV)))))
    assert names(found) == (["2.zip/b.csv"], ["2.zip/3.zip/4.zip"])
    assert "3 others" in found.refused[0].en


def test_a_damaged_or_empty_container_within_is_refused_by_its_name() -> None:
    found = opened(zipped_up(("2.zip", zipped_up(("a.csv", CSV * 50))[:-10]), ("3.zip", zipped_up()), ("b.csv", CSV)))
    assert names(found) == (["b.csv"], ["2.zip", "3.zip"])


def test_a_part_that_unpacks_beyond_bounds_is_refused_whatever_it_declares() -> None:
    whole = bytearray(zipped_up(("bomb.csv", b"0" * (LARGEST + 1)), ("b.csv", CSV)))
    assert len(whole) < 100_000
    assert "more than a return can have" in why(opened(bytes(whole)), "bomb.csv")
    at = whole.index(b"PK\x01\x02")
    whole[at + 24 : at + 28] = (10).to_bytes(4, "little")  # it says that it is small
    assert names(opened(bytes(whole)))[0] == ["b.csv"]


def test_all_parts_together_are_bounded() -> None:
    found = mail._Opening(bytes_left=5000)
    found.open(zipped_up(("a.csv", b"1" * 3000), ("b.csv", b"2" * 3000), ("c.csv", b"3")), "", 1)
    assert [part.name for part in found.parts] == ["a.csv"]
    assert [refused.name for refused in found.refused] == ["b.csv", "c.csv"]


def test_more_parts_than_a_container_has_are_counted_and_not_opened() -> None:
    found = opened(zipped_up(*((f"{n}.csv", CSV) for n in range(mail.MOST_PARTS + 7))))
    assert (len(found.parts), names(found)[1]) == (mail.MOST_PARTS, ["…"])
    assert found.refused[0].en.startswith("7 more were not opened")


def test_a_message_gives_its_attachments() -> None:
    message = letter()
    message.add_attachment(CSV, maintype="text", subtype="csv", filename="รายงาน ๑๑ มิ.ย. ๖๓.csv")
    message.add_attachment(PNG, maintype="image", subtype="png", filename="logo.png", disposition="inline")
    found = opened(message.as_bytes())
    assert names(found) == (["รายงาน ๑๑ มิ.ย. ๖๓.csv"], ["logo.png"])
    assert found.parts[0].data == CSV


@pytest.mark.parametrize(
    "header",
    [
        b"attachment; filename=\"=?UTF-8?B?4Liq4Lij4Li44LibLmNzdg==?=\"",
        b"attachment; filename==?windows-874?Q?=CA=C3=D8=BB.csv?=",
        b"attachment; filename*=UTF-8''%E0%B8%AA%E0%B8%A3%E0%B8%B8%E0%B8%9B.csv",
        b"attachment; filename*=windows-874''%CA%C3%D8%BB.csv",
        b"attachment; filename*0*=UTF-8''%E0%B8%AA%E0%B8%A3;\r\n filename*1*=%E0%B8%B8%E0%B8%9B.csv",
        'attachment; filename="สรุป.csv"'.encode(),
        'attachment; filename="สรุป.csv"'.encode("cp874"),
    ],
)  # fmt: skip
def test_the_names_of_attachments_are_read_however_they_are_written(header: bytes) -> None:
    head = b"From: a@example.org\r\nContent-Type: text/csv\r\nContent-Disposition: " + header + b"\r\n\r\n"
    assert names(opened(head + CSV)) == (["สรุป.csv"], [])


@pytest.mark.parametrize(
    "header",
    [b"attachment; filename*=", b"attachment; filename*x*=''", b";;;=", b'a; filename="=?x?b?!?="', b"\xff" * 9],
)
def test_a_malformed_header_still_leaves_a_part_with_a_name(header: bytes) -> None:
    head = b"From: a@example.org\r\nContent-Type: application/pdf\r\nContent-Disposition: " + header + b"\r\n\r\n"
    found = opened(head + b"%PDF-1.7")
    assert [bool(part.name) for part in found.parts] == [True]


def test_a_body_is_a_part_where_it_holds_a_table() -> None:
    assert names(opened(letter("เรียน ผู้ว่าราชการจังหวัด ทุกจังหวัด, ขอส่งรายงาน").as_bytes())) == ([], [])
    (part,) = opened(letter(TABLE, "ที่ มท ๐๘๑๐.๒/ว ๓๖๓").as_bytes()).parts
    assert (part.name, part.data.decode("utf-8-sig")) == ("ที่ มท ๐๘๑๐.๒-ว ๓๖๓.txt", TABLE)


def test_a_body_in_two_forms_is_taken_once_in_the_one_with_a_table() -> None:
    message = letter("ลำดับ\n\nจังหวัด\n\n1\n\nกระบี่")
    message.add_alternative(PAGE, subtype="html")
    assert names(opened(message.as_bytes())) == (["รายงาน.html"], [])
    message = letter(TABLE)
    message.add_alternative(PAGE, subtype="html")
    assert names(opened(message.as_bytes())) == (["รายงาน.html"], []), "which a mail program shows"


def test_a_table_that_the_form_shown_of_a_body_does_not_have_is_not_taken() -> None:
    message = letter(TABLE)
    message.add_alternative("<p>โปรดดูรายงานในระบบ</p>", subtype="html")
    assert names(opened(message.as_bytes())) == ([], [])
    message = letter(TABLE)
    message.add_alternative(f"<pre>{TABLE}</pre><p>โทร. 02 241 9000</p>", subtype="html")
    assert names(opened(message.as_bytes())) == (["รายงาน.txt"], []), "which has no cells, and the same figures"


def test_the_subject_is_part_of_what_a_message_says() -> None:
    message = letter("ตามไฟล์แนบ", "ขอแก้ไขรายงาน")
    message.add_attachment(CSV, maintype="text", subtype="csv", filename="a.csv")
    assert opened(message.as_bytes()).text.split() == ["ขอแก้ไขรายงาน", "ตามไฟล์แนบ"]


def test_a_body_in_the_thai_code_page_comes_as_what_its_header_says() -> None:
    head = b"From: a\r\nContent-Type: text/plain; charset=windows-874\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    (part,) = opened(head + TABLE.encode("cp874")).parts
    assert (part.name, part.data.decode("utf-8-sig")) == ("body.txt", TABLE)


def test_a_web_page_saved_as_one_file_is_its_page() -> None:
    page, picture = MIMEPart(), MIMEPart()
    page.set_content(PAGE, subtype="html")
    page["Content-Location"] = "https://example.org/report"
    picture.set_content(PNG, maintype="image", subtype="png")
    picture["Content-Location"] = "https://example.org/a/%E0%B8%95%E0%B8%A3%E0%B8%B2.png"
    whole = EmailMessage()
    whole["From"], whole["Subject"] = "<Saved by Blink>", "=?utf-8?Q?=E0=B8=AA=E0=B8=A3=E0=B8=B8=E0=B8=9B?="
    whole.make_related()
    whole.attach(page)
    whole.attach(picture)
    assert names(opened(whole.as_bytes())) == (["สรุป.html"], ["ตรา.png"])


@pytest.mark.parametrize("tags", ["<td <", "<td>", "<", "<tr", "<!--", "&", "<td><"])
def test_a_page_of_opened_tags_is_read_in_the_time_of_its_length(tags: str) -> None:
    page = f"<tr>{tags * 200_000}"
    head = b"From: a\r\nContent-Type: text/html\r\n\r\n"
    begun = time.process_time()
    assert names(opened(head + page.encode())) == ([], [])
    assert time.process_time() - begun < 10


def test_messages_and_zips_within_a_message_are_opened() -> None:
    inner = letter(subject="ส่งต่อ")
    inner.add_attachment(zipped_up(("a.csv", CSV)), maintype="application", subtype="zip", filename="b.zip")
    outer = letter()
    outer.add_attachment(inner)
    assert names(opened(outer.as_bytes())) == (["ส่งต่อ.eml/b.zip/a.csv"], [])


def test_a_sealed_message_is_refused_and_says_what_to_do() -> None:
    message = letter()
    message.add_attachment(b"0\x82", maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    assert "encrypted" in why(opened(message.as_bytes()), "smime.p7m")


def test_a_message_that_was_cut_short_says_so() -> None:
    message = letter()
    message.add_attachment(CSV * 30, maintype="text", subtype="csv", filename="a.csv")
    whole = message.as_bytes()
    found = opened(whole[: int(len(whole) * 0.8)])
    assert names(found)[0] == ["a.csv"]
    assert "cut short" in found.refused[0].en


def nested(depth: int) -> bytes:
    boundaries = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return b"From: a\r\n" + b"".join(boundaries)


@pytest.mark.parametrize(
    "whole",
    [
        nested(2000),
        nested(80) + b"a\r\n" * 1_000_000,
        nested(1) + b"Content-Type: image/png\r\n\r\nxx\r\n--b0\r\n" * 600_000,
        b"From: a\r\nContent-Type: text/plain\r\nContent-Disposition: a" + b';"' * 40_000 + b"\r\n\r\nx",
    ],
    ids=["deep", "deep and long", "many", "a long header"],
)
def test_a_message_beyond_reason_is_refused_in_seconds(whole: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable, match="nested too deep"):
        opened(whole)
    assert time.process_time() - begun < 5


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_anywhere_is_refused_and_never_a_fault(data: st.DataObject) -> None:
    message = letter(TABLE)
    message.add_attachment(
        zipped_up(("a.csv", CSV), ("ก.png", PNG)), maintype="application", subtype="zip", filename="ก.zip"
    )
    whole = bytearray(data.draw(st.sampled_from([message.as_bytes(), zipped_up(("a.csv", CSV), ("ก/b.csv", CSV))])))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not whole:
            return
    if not is_container(bytes(whole)):
        return
    try:
        found = opened(bytes(whole))
    except Unreadable:
        return
    every = [*(part.name for part in found.parts), *(refused.name for refused in found.refused)]
    assert len(set(every)) == len(every)
    assert all(name.encode() for name in every)


def test_pieces_are_small_enough_for_the_bounds() -> None:
    assert zipped.PIECE < LARGEST < mail.MOST_BYTES
