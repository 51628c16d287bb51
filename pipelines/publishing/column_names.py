"""The names of a dataset's columns, facts and rows in Thai and English, for what people look at.

Here belong the facts that any dataset has. The names of columns are those that the dataset gives them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from khrop.model.names import FACTS, SOURCES
from pipelines.datasets.dataset import Dataset

Both = tuple[str, str]
"""A text in Thai and in English."""


PHRASES: dict[str, str] = {
    "a whole number": "จำนวนเต็ม",
    "a percent": "ร้อยละ",
    "a number": "ตัวเลข",
    "a text": "ข้อความ",
    "a province": "ชื่อจังหวัด",
    "a date like ๑๑ มิถุนายน ๒๕๖๓": "วันที่ เช่น ๑๑ มิถุนายน ๒๕๖๓",
    "one as-of date, like ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓": "วันที่ของข้อมูลหนึ่งวัน เช่น ข้อมูล ณ วันที่ ๑๑ มิถุนายน ๒๕๖๓",
    "present": "ต้องไม่ว่าง",
    "integer": "จำนวนเต็ม",
    "number": "ตัวเลข",
    "text": "ข้อความ",
    "date": "วันที่",
    "no text layer": "ไม่มีชั้นข้อความ",
    "no text layer on some pages": "บางหน้าไม่มีชั้นข้อความ",
    "encrypted": "มีรหัสผ่าน",
    "a file without a password": "ไฟล์ที่ไม่มีรหัสผ่าน",
    "a PDF that opens without a password": "ไฟล์ PDF ที่เปิดได้โดยไม่ใช้รหัสผ่าน",
    "a whole PDF": "ไฟล์ PDF ที่สมบูรณ์",
    "a whole zip archive": "ไฟล์ zip ที่สมบูรณ์",
    "a whole message": "อีเมลที่สมบูรณ์",
    "a return with a table": "รายงานที่มีตาราง",
    "one such column": "คอลัมน์เดียว",
    "one table; send each as a return of its own": "ตารางเดียว หากมีหลายตารางให้ส่งแยกเป็นรายงานละตาราง",
    "a PDF, workbook, document, web page, text or CSV": "ไฟล์ PDF สมุดงาน เอกสาร หน้าเว็บ ข้อความ หรือ CSV",
    "text that can be read; ask the sender for the file that was printed, or type it into a workbook": "ข้อความที่อ่านได้ ขอไฟล์ต้นฉบับจากผู้ส่ง หรือพิมพ์ลงสมุดงาน",  # noqa: E501
}
"""What a violation observes or expects in words, in Thai: of the kinds of columns, and of readers. Others stay as they
are: a figure, what is printed, and reasons that a library gives."""
_HEADINGS, _ONE_OF = "a row with the headings ", "one of "


class Names:
    """The names of what a violation or a correction speaks of, in the datasets that it may be of."""

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        """Collect the names of the columns and values of some datasets."""
        self._titles = dict(FACTS)
        self._labels = []
        columns: set[str] = set()
        self._words: dict[str, str] = {}
        for dataset in datasets:
            self._titles |= {column.name: (column.title_th, column.title_en) for column in dataset.columns}
            columns |= set(dataset.by_name)
            for column in dataset.columns:
                self._words |= column.kind.words
            shape = dataset.shape() if dataset.shape else None
            if shape:
                label = dataset.by_name[dataset.label]
                self._titles.setdefault(shape.key, (label.title_th, label.title_en))
            if derived := dataset.by_name[dataset.label].derived:
                self._labels.append(derived)
        # A column is named before its figure or its limit; elsewhere the same letters are what a document prints.
        self._listed = re.compile(rf"(?<![A-Za-z_])({'|'.join(map(re.escape, self._words)) or '(?!)'})(?![A-Za-z_])")
        self._named = re.compile(rf"\b({'|'.join(sorted(columns)) or '(?!)'})(?= (?:[≥≤=–]|-?\d))")

    def of(self, name: str) -> Both:
        """Return the name of a column, or of what is claimed of the whole: `prose_total` is the prose's total.

        Args:
            name: A column or fact.

        Returns:
            Thai and English; the name itself twice where it has none.
        """
        if name in self._titles:
            return self._titles[name]
        for source, (whose_th, whose_en) in SOURCES.items():
            measure = name.removeprefix(f"{source}_")
            if measure != name:
                th, en = self.of(measure)
                return f"{th} {whose_th}", f"{en}, {whose_en}"
        return name, name

    def row(self, key: str) -> Both:
        """Return the name of a row or fact by its key: that of a province by its code, that of a fact."""
        for _, name_of in self._labels:
            try:
                return (name_of(key),) * 2
            except LookupError:
                continue
        th, en = self.of(key)
        return self.thai(th), en

    def text(self, text: str) -> Both:
        """Return what a violation observes or expects in both languages.

        Args:
            text: The text as the violation has it.

        Returns:
            Thai, as far as it is known, and the text itself.
        """
        if text.startswith(_HEADINGS):
            return f"แถวที่มีหัวคอลัมน์ {text.removeprefix(_HEADINGS).replace('; or ', ' หรือ ')}", text
        known = PHRASES.get(text) or self._words.get(text)
        if not known and text.startswith(_ONE_OF):
            known = self.thai(f"อย่างใดอย่างหนึ่ง: {text.removeprefix(_ONE_OF)}")
        return known or self._named.sub(lambda found: self.of(found[1])[0], text), text

    def thai(self, text: str) -> str:
        """Return a Thai sentence with the Thai words of listed values, such as statuses, in the place of these."""
        return self._listed.sub(lambda found: self._words[found[1]], text)
