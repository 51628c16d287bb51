"""A value of a document with its place, so that messages name the place.

Here belongs the access to plain values that may be of any type. What they mean belongs in `khrop.export.odcs_reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OWN = "khrop"
"""The custom property for what the standard cannot express."""


@dataclass(frozen=True, slots=True)
class At:
    """A value of a document.

    Attributes:
        value: The value, of any type.
        place: Where it is: keys and indexes, separated by dots.
    """

    value: Any
    place: str

    def wrong(self, what: str) -> ValueError:
        """Return the error that something is wrong here."""
        return ValueError(f"{self.place or 'the document'}: {what}")

    def mapping(self) -> Mapping[str, Any]:
        """Return the value as a mapping; ValueError where it is none."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"there must be a mapping, not {shown(self.value)}")
        return self.value

    def __getitem__(self, key: str) -> At:
        """Return the value under a key, None where the key is absent."""
        return At(self.mapping().get(key), f"{self.place}.{key}" if self.place else key)

    def has(self, key: str) -> bool:
        """Return whether there is a value under a key."""
        return self.mapping().get(key) is not None

    def each(self, key: str) -> list[At]:
        """Return the values of a list under a key; none where the key is absent."""
        item = self[key]
        if item.value is None:
            return []
        if not isinstance(item.value, list):
            raise item.wrong(f"there must be a list, not {shown(item.value)}")
        return [At(value, f"{item.place}[{n}]") for n, value in enumerate(item.value)]

    def text(self, key: str, absent: str | None = None) -> str:
        """Return the text under a key.

        Args:
            key: The key.
            absent: What to return where the key is absent; where that is None, the text is required.

        Raises:
            ValueError: The value is no text, or an empty one where `absent` is not empty.
        """
        item = self[key]
        if item.value is None and absent is not None:
            return absent
        if not isinstance(item.value, str) or not (item.value or absent == ""):
            raise item.wrong(f"there must be a text, not {shown(item.value)}")
        return item.value

    def flag(self, key: str) -> bool:
        """Return the truth under a key, False where it is absent; ValueError for any other value."""
        item = self[key]
        if item.value not in (None, True, False) or isinstance(item.value, (int, float)) != isinstance(
            item.value, bool
        ):
            raise item.wrong(f"there must be true or false, not {shown(item.value)}")
        return bool(item.value)

    def extension(self) -> At | None:
        """Return what Khrop wrote here; None where it wrote nothing."""
        for custom in self.each("customProperties"):
            if custom["property"].value == OWN:
                custom["value"].mapping()
                return custom["value"]
        return None


def shown(value: Any) -> str:
    """Return a value as a message shows it, cut to 60 characters."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
