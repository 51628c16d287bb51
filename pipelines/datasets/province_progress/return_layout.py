"""How the department prints the province table: its title, its headings, and the lines under it.

Here belongs the layout that letters and workbook share. How readers recognise it belongs in
`pipelines.datasets.province_progress.form`.
"""

from __future__ import annotations

from khrop.thai.dates import format_long
from khrop.thai.digits import to_arabic
from pipelines.datasets.province_progress.progress import Country
from pipelines.publishing.letters.wording import count, percent

TITLE = "ตารางแสดงการบันทึกข้อมูลในระบบฐานข้อมูล"
HEADINGS = (
    "ลำดับ",
    "จังหวัด",
    "จำนวน อปท. (แห่ง)",
    "บันทึกข้อมูลเรียบร้อยแล้ว (แห่ง)",
    "อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล (แห่ง)",
    "ร้อยละของ อปท. ที่บันทึกข้อมูล เรียบร้อยแล้ว",
    "แถบสีแสดงการ เปรียบเทียบสถานะการ บันทึกข้อมูล",
)
TOTAL = "รวม"


def closing(nation: Country, *, thai: bool = True) -> tuple[str, ...]:
    """Return the lines under the table: the as-of date, and the national figures in words.

    Args:
        nation: The national figures.
        thai: Whether digits are Thai; otherwise Arabic.
    """
    lines = (
        f"ข้อมูล ณ วันที่ {format_long(nation.as_of)}",
        f"อปท. ทั่วประเทศ จำนวน {count(nation.total)} แห่ง",
        f"บันทึกข้อมูลเรียบร้อยแล้ว จำนวน {count(nation.saved)} แห่ง คิดเป็นร้อยละ {percent(nation.saved, nation.total)}",
        f"อยู่ระหว่างบันทึกข้อมูล/ยังไม่บันทึกข้อมูล จำนวน {count(nation.pending)} แห่ง"
        f" คิดเป็นร้อยละ {percent(nation.pending, nation.total)}",
    )
    return lines if thai else tuple(map(to_arabic, lines))
