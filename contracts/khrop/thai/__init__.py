"""Read and write Thai text as offices print it: digits (the names below), dates, lost tone marks, provinces.

Nothing here depends on a contract.
"""

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
