"""Templates of letters: ours are what the script makes, an office's own are checked, and none runs anything."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn

from pipelines.datasets.province_progress.letters import default_templates
from pipelines.datasets.province_progress.letters.fields import CIRCULAR, FOLDER, KINDS, REMINDER
from pipelines.publishing import zip_files
from pipelines.publishing.letters.template_faults import TemplateFault
from pipelines.publishing.letters.templates import copy, load, read

NEEDED = "{{ province }} {{ pending }} {{ as_of }} {{ deadline }}"


@pytest.fixture
def template(tmp_path: Path) -> Any:
    """A DOCX of these paragraphs, as an office would save it; each text may be cut into several runs."""

    def make(*paragraphs: str | list[str], needed: str = NEEDED) -> Path:
        document = Document()
        for paragraph in (*paragraphs, needed):
            made = document.add_paragraph()
            for text in [paragraph] if isinstance(paragraph, str) else paragraph:
                made.add_run(text)
        path = tmp_path / "reminder.docx"
        document.save(str(path))
        return path

    return make


def text_of(docx: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(docx)).paragraphs)


@pytest.mark.parametrize("file", [name for kind in KINDS for name in kind.file_names])
def test_our_templates_are_what_the_script_makes(tmp_path: Path, file: str) -> None:
    default_templates.write_default(tmp_path)
    made, committed = (zip_files.parts_of(folder / file) for folder in (tmp_path, FOLDER))
    assert made == committed


@pytest.mark.parametrize("file", [name for kind in KINDS for name in kind.file_names])
def test_our_templates_are_set_for_thai(file: str) -> None:
    document = Document(str(FOLDER / file))
    runs = [run for run in document.element.body.iter(qn("w:r")) if "".join(run.itertext()).strip()]
    assert runs
    for run in runs:
        fonts, size = run.rPr.find(qn("w:rFonts")), run.rPr.find(qn("w:szCs"))
        assert fonts.get(qn("w:cs")) == fonts.get(qn("w:ascii")) == "TH Sarabun New"
        assert size.get(qn("w:val")) == run.rPr.find(qn("w:sz")).get(qn("w:val"))
    (defaults,) = document.styles.element.iter(qn("w:rPrDefault"))
    assert next(defaults.iter(qn("w:lang"))).get(qn("w:bidi")) == "th-TH"
    fonts = zip_files.parts_of(FOLDER / file)["word/fontTable.xml"].decode()
    assert "TH SarabunPSK" in fonts


def test_a_template_is_filled_whatever_runs_an_editor_cut_it_into(template: Any) -> None:
    made = read(template(["เรียน ท้องถิ่นจังหวัด{", "{ prov", "ince }", "}"]), REMINDER)
    assert "เรียน ท้องถิ่นจังหวัดกระบี่\n" in text_of(made.render(REMINDER.example(), b""))


@pytest.mark.parametrize(
    "value", ["โรงเรียน & <วัด> \"ก\" 'ข'", "{{ pending }} {% if %}", "]]> </w:t>", "ก\x00\x0b\ud800ข"]
)
def test_a_value_is_text_whatever_it_holds(template: Any, value: str) -> None:
    made = read(template(), REMINDER).render({**REMINDER.example(), "province": value}, b"")
    shown = "".join(c for c in value if c not in "\x00\x0b\ud800")
    assert text_of(made).startswith(shown)


def test_a_value_of_several_lines_has_them_in_the_letter(template: Any) -> None:
    made = read(template("{{ office }}"), REMINDER).render({**REMINDER.example(), "office": "กอง\nกลุ่มงาน"}, b"")
    assert text_of(made).startswith("กอง\nกลุ่มงาน\n")


def test_the_same_values_make_the_same_bytes(template: Any) -> None:
    path = template()
    first, second = (read(path, REMINDER).render(REMINDER.example(), b"png") for _ in range(2))
    assert first == second
    times = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(first)).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_the_picture_named_qr_becomes_the_code_and_no_other(template: Any) -> None:
    ours = load(REMINDER, "stamped")
    (name,) = ours.pictures
    made = ours.render(REMINDER.example(), b"the code")
    assert zipfile.ZipFile(io.BytesIO(made)).read(name) == b"the code"
    assert read(template(), REMINDER).pictures == ()


@pytest.mark.parametrize(
    ("paragraphs", "words"),
    [
        (["{{ provinse }}"], r"unknown field provinse \(perhaps province is meant\); a reminder has .*province"),
        (["{{ rows }}"], "unknown field rows"),
        (["{{ province.title }}"], r"unknown field row\.title"),
        (["{{ province ", "และ"], "a broken tag in word/document.xml, in the paragraph '.*"),
        (["{% if cited %} ไม่มีจบ"], "a broken tag in word/document.xml"),
        (["{{ province | upercase }}"], "a broken tag in word/document.xml, in the paragraph '.*upercase"),
        (["จบ }} โดยไม่เริ่ม"], "a broken tag in word/document.xml: }} without its other half"),
        (["{%p for x in province %}", "{{ x }}"], "a broken tag in word/document.xml"),
        (["{% include 'reminder.docx' %}"], "it takes no other file in"),
        (["{% autoescape false %}{{ province }}{% endautoescape %}"], "autoescape cannot be changed"),
        (["{{ province | safe }}"], "a broken tag .*safe"),
        (["{{ range(9) }}"], "unknown field range"),
        (["{{ province.__class__ }}"], r"unknown field row\.__class__"),
        (["{{ ''.__class__.__mro__ }}"], r"unknown field row\.__"),
        (["{{ province|attr('__class__') }}"], "a broken tag .*attr"),
        (["{{ '%9999999999d' % 1 }}"], "can name fields and run nothing: % is not reckoned"),
        (["{{ 'ก' * 9999999999 }}"], r"can name fields and run nothing: \* is not reckoned"),
        (["{{ province | center(9999999999) }}"], "a broken tag .*center"),
        (["{{ 1 // 0 }}"], "a field cannot be filled in word/document.xml"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_says_what_is_wrong(template: Any, paragraphs: list[str], words: str) -> None:
    with pytest.raises(TemplateFault, match=rf"reminder\.docx: .*{words}"):
        read(template(*paragraphs), REMINDER)


def test_a_tag_that_ends_in_another_cell_says_what_to_write(template: Any) -> None:
    path = template("{% if not cited %}")
    document = Document(str(path))
    document.add_table(rows=1, cols=1).cell(0, 0).text = "{% endif %}"
    document.save(str(path))
    with pytest.raises(TemplateFault, match=r"is no sound XML .*\{%p … %\}"):
        read(path, REMINDER)


def test_a_template_without_a_needed_field_says_which(template: Any) -> None:
    with pytest.raises(TemplateFault, match=r"a reminder needs the field as_of, deadline, and"):
        read(template(needed="{{ province }} {{ pending }}"), REMINDER)


def test_a_field_in_a_header_is_filled_and_checked(template: Any) -> None:
    document = Document(str(template()))
    document.sections[0].header.paragraphs[0].text = "ที่ {{ number }} {{ nonsense }}"
    path = template()
    document.save(str(path))
    with pytest.raises(TemplateFault, match="unknown field nonsense"):
        read(path, REMINDER)
    document.sections[0].header.paragraphs[0].text = "ที่ {{ number }}"
    document.save(str(path))
    made = Document(io.BytesIO(read(path, REMINDER).render(REMINDER.example(), b"")))
    assert made.sections[0].header.paragraphs[0].text.replace("\u00a0", " ") == "ที่ มท ๐๘๑๐.๒/ว ........"


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "no DOCX"), (b"PK\x03\x04 cut", "no DOCX"), ("ไม่ใช่ DOCX".encode(), "no DOCX")],
)
def test_what_is_no_docx_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "reminder.docx"
    path.write_bytes(data)
    with pytest.raises(TemplateFault, match=rf"reminder\.docx: this is {words} file"):
        read(path, REMINDER)


def test_a_zip_that_is_no_docx_and_a_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "reminder.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(TemplateFault, match=r"it has no word/document\.xml"):
        read(path, REMINDER)
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w:document")
    with pytest.raises(TemplateFault, match=r"word/document\.xml is damaged"):
        read(path, REMINDER)
    path.unlink()
    path.mkdir()
    with pytest.raises(TemplateFault, match="Is a directory"):
        load(REMINDER, "stamped", tmp_path)


def test_an_entity_of_a_template_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    path = tmp_path / "reminder.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "word/document.xml",
            f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]><d><w:t xmlns:w="w">&x;{NEEDED}</w:t></d>',
        )
    with pytest.raises(TemplateFault):
        read(path, REMINDER)


def test_an_office_s_own_template_takes_the_place_of_ours_and_is_never_written_over(
    tmp_path: Path, template: Any
) -> None:
    own = template("ของสำนักงาน")
    folder = own.parent
    assert load(REMINDER, "external", folder).path == own, "an office's own is taken for either form"
    assert copy(folder, KINDS) == [folder / "reminder-external.docx", folder / "circular.docx"]
    assert load(REMINDER, "external", folder).path == folder / "reminder-external.docx"
    assert load(REMINDER, "stamped", folder).path == own
    assert "ของสำนักงาน" in text_of(load(REMINDER, "stamped", folder).render(REMINDER.example(), b""))
    assert load(CIRCULAR, "stamped", folder).path == folder / "circular.docx"
    assert copy(folder, KINDS) == []
    assert load(REMINDER, "stamped", folder / "elsewhere").path == FOLDER / "reminder.docx"
