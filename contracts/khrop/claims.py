"""Rules about the claims of a document; the public name of `khrop.vocabulary.claims`."""

from khrop.vocabulary.claims import (
    WEEKDAYS,
    Alternatives,
    Equals,
    NotAfter,
    OnWeekday,
    RestOfHundred,
    RoundedPercent,
    Said,
    SameFigure,
    SumOf,
)

__all__ = [
    "WEEKDAYS",
    "Alternatives",
    "Equals",
    "NotAfter",
    "OnWeekday",
    "RestOfHundred",
    "RoundedPercent",
    "Said",
    "SameFigure",
    "SumOf",
]
