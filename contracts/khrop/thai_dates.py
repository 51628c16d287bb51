"""Dates in Thai text; the public name of `khrop.thai.dates`."""

from khrop.thai.dates import MONTHS, WEEKDAYS, Era, FoundDate, Problem, find_dates, format_long

__all__ = ["MONTHS", "WEEKDAYS", "Era", "FoundDate", "Problem", "find_dates", "format_long"]
