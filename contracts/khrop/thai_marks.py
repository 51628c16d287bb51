"""Thai text with lost marks; the public name of `khrop.thai.marks`."""

from khrop.thai.marks import Restored, is_mangled, restore, skeleton

__all__ = ["Restored", "is_mangled", "restore", "skeleton"]
