"""A document and where in it something stands, so that what is wrong can be found by who wrote it.

Here belongs the access to plain values that may be of any type. What they mean belongs in `khrop.export.odcs_reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OWN = "khrop"
"""The custom property that holds what the standard has no words for."""


@dataclass(frozen=True, slots=True)
class At:
    """A value of a document and where it stands."""

    value: Any
    place: str

    def wrong(self, what: str) -> ValueError:
        return ValueError(f"{self.place or 'the document'}: {what}")

    def mapping(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            raise self.wrong(f"there must be a mapping, not {shown(self.value)}")
        return self.value

    def __getitem__(self, key: str) -> At:
        return At(self.mapping().get(key), f"{self.place}.{key}" if self.place else key)

    def there(self, key: str) -> bool:
        return self.mapping().get(key) is not None

    def each(self, key: str) -> list[At]:
        """The values of a list under a key; none where the key is absent."""
        held = self[key]
        if held.value is None:
            return []
        if not isinstance(held.value, list):
            raise held.wrong(f"there must be a list, not {shown(held.value)}")
        return [At(value, f"{held.place}[{n}]") for n, value in enumerate(held.value)]

    def text(self, key: str, absent: str | None = None) -> str:
        held = self[key]
        if held.value is None and absent is not None:
            return absent
        if not isinstance(held.value, str) or not (held.value or absent == ""):
            raise held.wrong(f"there must be a text, not {shown(held.value)}")
        return held.value

    def flag(self, key: str) -> bool:
        held = self[key]
        if held.value not in (None, True, False) or isinstance(held.value, (int, float)) != isinstance(
            held.value, bool
        ):
            raise held.wrong(f"there must be true or false, not {shown(held.value)}")
        return bool(held.value)

    def own(self) -> At | None:
        """What Khrop wrote here; None where it is another's."""
        for one in self.each("customProperties"):
            if one["property"].value == OWN:
                one["value"].mapping()
                return one["value"]
        return None


def shown(value: Any) -> str:
    """A value as a message shows it."""
    said = "nothing" if value is None else repr(value)
    return said if len(said) <= 60 else f"{said[:57]}…"
