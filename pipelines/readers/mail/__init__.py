"""Containers: a zip or a message that holds returns, opened into its parts.

Here belong the bounds within which a container is opened, and what is taken out of it. The kinds of the parts are in
`pipelines.readers.other_forms`; a zip's members are found in `zipped`, a message's in `message`.
Nothing is written anywhere, and no size that a container declares is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from pipelines.readers.document import Unreadable
from pipelines.readers.limits import LARGEST
from pipelines.readers.mail import message as messages
from pipelines.readers.mail import zipped
from pipelines.readers.mail.enclosed import ZIP, climbs, is_container, readable_name
from pipelines.readers.mail.page_pictures import may_show_page
from pipelines.readers.other_forms import Other, other_than_return

MOST_BYTES = 256 << 20
"""All that a container unpacks to: eight returns of the largest size."""
MOST_PARTS = 200
DEEPEST = 3
"""A zip in a zip that came by mail."""
Enclosed = tuple[str, Callable[[], Iterable[bytes]]]
"""What lies in a container: its name, and its bytes in pieces, which raise `Unreadable` where they cannot be had."""


class Part(NamedTuple):
    """What may be a return, with its name within the container: `inner.zip/a.csv`."""

    name: str
    data: bytes


class Refused(NamedTuple):
    """What was not taken, by its name within the container: what it is and what to do."""

    name: str
    en: str
    th: str


class Opened(NamedTuple):
    """A container as opened.

    Attributes:
        parts: What may be returns, in their order; every name is there once.
        refused: What was refused.
        text: What a message says itself, where that is no return.
    """

    parts: list[Part]
    refused: list[Refused]
    text: str = ""


def opened(data: bytes) -> Opened:
    """Open a container to the third container within. Raises `Unreadable` where it cannot be opened at all."""
    opening = _Opening()
    opening.open(data, "", 1)
    return Opened(opening.parts, opening.refused, opening.text)


@dataclass(slots=True)
class _Opening:
    """What has come out so far, and how much more may."""

    parts: list[Part] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    bytes_left: int = MOST_BYTES
    names: set[str] = field(default_factory=set)
    parts_seen: int = 0
    text: str = ""

    def open(self, data: bytes, path: str, depth: int) -> None:
        enclosed: list[Enclosed]
        if data.startswith(ZIP):
            enclosed = zipped.members(data)
        else:
            enclosed, text = messages.members(data)
            self.text = f"{self.text}\n{text}".strip()
        for at, (name, pieces) in enumerate(enclosed):
            if self.parts_seen == MOST_PARTS:
                more = len(enclosed) - at
                en = f"{more:,} more were not opened: a container has at most {MOST_PARTS} parts; send it as several"
                th = f"อีก {more:,} ไฟล์ไม่ได้เปิด เพราะเปิดได้ไม่เกิน {MOST_PARTS} ไฟล์ กรุณาแบ่งส่ง"
                self._refuse(f"{path}…", Other(en, th))
                return
            self.parts_seen += 1
            self._take(path + readable_name(name), name, pieces, depth)

    def _take(self, name: str, plain_name: str, pieces: Callable[[], Iterable[bytes]], depth: int) -> None:
        try:
            if climbs(readable_name(plain_name)):
                raise Unreadable(
                    "its path leads out of the container; send it under a plain name",
                    "เส้นทางของไฟล์ชี้ออกนอกไฟล์ที่ส่งมา กรุณาส่งโดยใช้ชื่อไฟล์ธรรมดา",
                )
            data = self._whole(pieces)
            if (other := other_than_return(data)) and not may_show_page(data):
                self._refuse(name, other)
            elif not is_container(data):
                self.parts.append(Part(self._once(name), data))
            elif depth == DEEPEST:
                raise Unreadable(
                    f"a container within {DEEPEST} others is not opened; send it by itself",
                    f"ซ้อนกันเกิน {DEEPEST} ชั้น จึงไม่เปิด กรุณาส่งแยก",
                )
            else:
                self._within(data, self._once(name), depth + 1)
        except Unreadable as reason:
            self._refuse(name, Other(reason.en, reason.th))

    def _within(self, data: bytes, name: str, depth: int) -> None:
        """A container in the container; one that holds nothing at all is refused by its own name."""
        before = len(self.parts) + len(self.refused)
        try:
            self.open(data, f"{name}/", depth)
        except Unreadable as reason:
            self.refused.append(Refused(name, reason.en, reason.th))
            return
        if len(self.parts) + len(self.refused) == before:
            self.refused.append(Refused(name, "there is no return in it", "ไม่มีรายงานอยู่ข้างใน"))

    def _whole(self, pieces: Callable[[], Iterable[bytes]]) -> bytes:
        """The bytes of a part, as far as the bounds allow; what was unpacked counts even where it is refused."""
        data = bytearray()
        for piece in pieces():
            self.bytes_left -= len(piece)
            data += piece
            if len(data) > LARGEST:
                raise Unreadable(
                    f"it has more than {LARGEST:,} bytes, more than a return can have",
                    f"ไฟล์ใหญ่กว่า {LARGEST:,} ไบต์ ใหญ่เกินกว่าจะเป็นรายงาน",
                )
            if self.bytes_left < 0:
                raise Unreadable(
                    f"the container unpacks to more than {MOST_BYTES:,} bytes; send it as several",
                    f"ไฟล์ที่ส่งมาคลายออกแล้วเกิน {MOST_BYTES:,} ไบต์ กรุณาแบ่งส่ง",
                )
        return bytes(data)

    def _refuse(self, name: str, other: Other) -> None:
        self.refused.append(Refused(self._once(name), other.en, other.th))

    def _once(self, name: str) -> str:
        """The name, or with a number where another part has it already."""
        stem, dot, ending = name.rpartition(".")
        if "/" in ending or not stem:
            stem, dot, ending = name, "", ""
        number, unique_name = 1, name
        while unique_name in self.names:
            number += 1
            unique_name = f"{stem} ({number}){dot}{ending}"
        self.names.add(unique_name)
        return unique_name


__all__ = ["Opened", "Part", "Refused", "is_container", "opened"]
