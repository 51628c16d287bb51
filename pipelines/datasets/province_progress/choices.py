"""The options of reports; nothing heavy is imported, since commands declare these options."""

from __future__ import annotations

from enum import StrEnum


class Only(StrEnum):
    """Which provinces that are behind get a letter: those that saved something, or those that saved nothing."""

    behind = "behind"
    not_started = "not-started"


class Digits(StrEnum):
    """The digits in which a workbook shows its numbers; the cells stay numbers."""

    thai = "thai"
    arabic = "arabic"
