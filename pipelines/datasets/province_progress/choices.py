"""What a person can choose of the reports; light, since the commands name these before anything is made."""

from __future__ import annotations

from enum import StrEnum


class Only(StrEnum):
    """Which of the provinces that are behind get a letter: those that saved something, or those that saved nothing."""

    behind = "behind"
    not_started = "not-started"


class Digits(StrEnum):
    """In which digits a workbook shows its numbers; they stay numbers."""

    thai = "thai"
    arabic = "arabic"
