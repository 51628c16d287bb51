"""The words that readers look for, so that they can be put back where a text layer lost their marks.

The words of letters stand here, those of a dataset in its form of table. How figures and dates are read among them
belongs in `pipelines.readers.statements.prose` and `pipelines.readers.headings`.
"""

from __future__ import annotations

from functools import lru_cache

from khrop.thai.dates import MONTHS, WEEKDAYS
from khrop.thai.marks import Restored, restore
from pipelines.readers.table_form import TableForm, forms

PHRASES = ("ข้อมูล ณ วันที่", "องค์กรปกครองส่วนท้องถิ่น", *(f"วัน{weekday}ที่" for weekday in WEEKDAYS))
"""Of so many consonants that nothing else has them in a row."""
WORDS = (
    "ลำดับ",
    "ลำดับที่",
    "จำนวน",
    "แห่ง",
    "ร้อยละ",
    "ทั้งหมด",
    "ทั้งสิ้น",
    "ทั่วประเทศ",
    "ยังไม่",
    "รวมทั้งสิ้น",
    "รวมทั้งหมด",
    "ลงวันที่",
    "วันที่",
    "ภายใน",
    "เลขทะเบียน",
    *MONTHS,
    *(f"วัน{weekday}" for weekday in WEEKDAYS),
)


def put_right(text: str) -> Restored:
    """Return a text with the words that readers look for spelt as they should be."""
    return restore(text, *_words(forms()))


@lru_cache(maxsize=8)
def _words(read_for: tuple[TableForm, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    phrases = (*PHRASES, *(phrase for form in read_for for phrase in form.phrases))
    return tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys((*WORDS, *(w for form in read_for for w in form.words))))
