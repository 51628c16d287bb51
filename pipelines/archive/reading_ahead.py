"""Archived bytes in an order, some of them being read while those before are judged.

A bucket answers after some milliseconds, in which nothing is judged; so a few reads are under way at once, few enough
that their bytes do not count beside what judging needs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from pipelines.archive.ledger import Receipt
from pipelines.archive.places import BeingRead, Place

AT_ONCE = 8
"""Reads under way, beside what is judged."""
BYTES = 32 << 20
"""Of what is being read; a larger return is read alone."""


def in_order(place: Place, receipts: Iterable[Receipt]) -> Iterator[BeingRead]:
    """Yield the bytes of each receipt as they are read, in their order; those that nobody came to are let be.

    Args:
        place: Where they lie.
        receipts: What is wanted.
    """
    waiting = deque(receipts)
    under_way: deque[tuple[int, BeingRead]] = deque()

    def begin() -> None:
        taken = sum(size for size, _ in under_way)
        while waiting and len(under_way) < AT_ONCE and (not under_way or taken + waiting[0].bytes <= BYTES):
            receipt = waiting.popleft()
            under_way.append((receipt.bytes, place.begin(receipt.sha256)))
            taken += receipt.bytes

    try:
        begin()
        while under_way:
            _, present = under_way.popleft()
            begin()
            yield present
    finally:
        for _, left in under_way:
            left.cancel()
