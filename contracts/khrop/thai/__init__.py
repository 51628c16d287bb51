"""Thai text as offices write it: digits (the names below), dates, lost tone marks, provinces. Knows no contract."""

from khrop.thai.digits import (
    Normalised,
    NotANumber,
    from_private_use,
    hundredths,
    normalise,
    parse_count,
    parse_percent,
    to_arabic,
    to_thai,
)

__all__ = [
    "Normalised",
    "NotANumber",
    "from_private_use",
    "hundredths",
    "normalise",
    "parse_count",
    "parse_percent",
    "to_arabic",
    "to_thai",
]
