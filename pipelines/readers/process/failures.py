"""Why the process that reads gave no table: reasons against a document, and the one that is none."""

from __future__ import annotations

from pipelines.readers import limits
from pipelines.readers.document import Unreadable


class ReaderKilled(Exception):
    """The reading process was ended from outside, twice over the same document, which has no part in it.

    It is no verdict on the document: nothing is recorded, and the next `khrop ingest` reads it again.
    """


def killed(code: int) -> ReaderKilled:
    """Return the error where the process was ended from outside, twice, by the signal of this code of `subprocess`."""
    return ReaderKilled(
        f"the process that reads it was ended from outside, twice (signal {-code}): nothing is recorded of it, and the"
        " next khrop ingest reads it again; is there enough memory?"
    )


def too_long() -> Unreadable:
    """Return the reason where reading took more than `limits.SECONDS`."""
    return Unreadable(
        f"reading it took more than {limits.SECONDS:.0f} seconds and was stopped: save the table alone in a new file",
        f"ใช้เวลาอ่านเกิน {limits.SECONDS:.0f} วินาที จึงหยุดอ่าน กรุณาบันทึกเฉพาะตารางเป็นไฟล์ใหม่",
        observed=f"more than {limits.SECONDS:.0f} s",
        expected="a return, which is read within two seconds",
    )


def too_much_memory() -> Unreadable:
    """Return the reason where reading takes more than `limits.MEMORY`."""
    return Unreadable(
        f"reading it takes more than {limits.MEMORY >> 20:,} MB of memory: save the table alone in a new file",
        f"ต้องใช้หน่วยความจำอ่านเกิน {limits.MEMORY >> 20:,} เมกะไบต์ กรุณาบันทึกเฉพาะตารางเป็นไฟล์ใหม่",
        observed=f"more than {limits.MEMORY >> 20:,} MB",
        expected="a return, which is read with less than 300 MB",
    )


def died(code: int | None) -> Unreadable:
    """Return the reason where the process died over the document, with this code of `subprocess` if it has one."""
    how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return Unreadable(
        f"reading it broke the reader ({how}): save it again, or in another form",
        f"ไฟล์นี้ทำให้ตัวอ่านหยุดทำงาน ({how}) กรุณาบันทึกใหม่หรือใช้รูปแบบอื่น",
        observed=how,
        expected="a file that can be read to its end",
    )
