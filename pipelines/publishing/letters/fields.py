"""The fields that a letter's template can have: their names, what they mean, and an example of each.

Here belong the fields that the letters of any dataset have, and what a kind of letter is. The fields of its figures
belong in the dataset's folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

QR, EMBLEM = "qr", "emblem"
"""The alternative texts of the pictures that become the QR code and the office's emblem."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template: `{{ name }}`.

    Attributes:
        name: Its name; that of a field of a table's row begins with `row.`.
        th: What it means, in Thai.
        en: The same in English.
        example: A value to try a template with.
        needed: Whether a template must have it.
    """

    name: str
    th: str
    en: str
    example: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A kind of letter.

    Attributes:
        name: Its name, and that of its template.
        fields: The fields that its template can have, those of a table's row last.
        folder: Where the application's own templates are: `<name>.docx`, `<name>-<form>.docx`.
        forms: The forms of which there is a template; the form of `<name>.docx` first.
        command: The command that writes such letters.
    """

    name: str
    fields: tuple[Field, ...]
    folder: Path
    forms: tuple[str, ...]
    command: str

    def files(self, form: str) -> tuple[str, ...]:
        """Return the names of the files that a template of a form may have, the first that exists is taken."""
        plain = f"{self.name}.docx"
        return (plain,) if form not in self.forms[1:] else (f"{self.name}-{form}.docx", plain)

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of the application's own templates."""
        return tuple(self.files(form)[0] for form in self.forms)

    def example(self) -> dict[str, object]:
        """Return values to try a template with."""
        row = {f.name.removeprefix("row."): f.example for f in self.fields if f.name.startswith("row.")}
        values: dict[str, object] = {f.name: f.example for f in self.fields if not f.name.startswith("row.")}
        return values | {"rows": [row, row]} if row else values


LETTERHEAD = (
    Field("number", "เลขที่หนังสือ", "the letter's own number, or a dotted blank", "มท ๐๘๑๐.๒/ว ........"),
    Field("date", "วันที่ของหนังสือ", "the letter's date (--date), or a dotted blank", "๑๖ มิถุนายน ๒๕๖๓"),
    Field("sender", "ส่วนราชการผู้ส่ง", "the office that sends it", "กรมส่งเสริมการปกครองท้องถิ่น"),
    Field("office", "กองหรือกลุ่มงานเจ้าของเรื่อง", "the division in charge", "กองพัฒนาและส่งเสริมการบริหารงานท้องถิ่น"),
    Field("phone", "โทรศัพท์", "telephone", "๐-๒๒๕๓-๕๐๐๐"),
    Field("fax", "โทรสาร", "fax", "๐-๒๒๕๓-๑๘๑๒"),
    Field("signer", "ชื่อผู้ลงนาม", "who signs", "...................."),
    Field("signer_title", "ตำแหน่งผู้ลงนาม", "as what they sign", "...................."),
)
"""What every letter says of its sender."""
OCCASION = (
    Field("campaign", "ชื่อเรื่องที่ให้ดำเนินการ", "the campaign's title", "การบันทึกข้อมูล"),
    Field("cited", "หนังสือที่อ้างถึง (ว่างได้)", "the letters that opened the campaign; may be empty",
          "ที่ มท ๐๘๑๐.๒/ว ๑๕๖๔ ลงวันที่ ๑๙ พฤษภาคม ๒๕๖๓"),
    Field("as_of", "ข้อมูล ณ วันที่", "the day that the figures speak of", "๑๑ มิถุนายน ๒๕๖๓", needed=True),
    Field("deadline", "วันครบกำหนด พร้อมชื่อวัน", "the deadline with its weekday", "วันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓", needed=True),
    Field("days_left", "จำนวนวันที่เหลือนับจากวันที่ของข้อมูล", "days from the as-of date to the deadline", "๘๑"),
    Field("finish_by", "ข้อความกำหนดให้แล้วเสร็จ", "by when it is asked to be done, in words",
          "ให้แล้วเสร็จภายในวันจันทร์ที่ ๓๑ สิงหาคม ๒๕๖๓"),
    Field("page_url", "ที่อยู่ของหน้ารายงาน", "where the QR code leads", "https://example.go.th/khrop"),
)  # fmt: skip
"""What every letter says of its campaign and as-of date."""
