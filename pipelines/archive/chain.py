"""The ledger's lines are chained: each names the hash of the line before it, so that no line changes unseen.

A line of a ledger made before it was chained names none; from the first that does, every line must. The hash of the
last line, its head, stands for the whole ledger: kept elsewhere, it also proves that no lines were cut off at the end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

FIRST = "0" * 64
"""What the first line of a ledger names."""


class Chain(NamedTuple):
    """A ledger's chain.

    Attributes:
        lines: How many lines the ledger has.
        chained: How many of them name the line before.
        head: The hash of the last line.
        heads: The hash of each line.
        broken: The number of the first line that does not name the line before it; 0 where each does.
    """

    lines: int
    chained: int
    head: str
    heads: frozenset[str]
    broken: int


def of(path: Path) -> Chain:
    """Return the chain of a ledger, which need not exist; a last line that was cut short does not count."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        lines = []
    head, heads, chained, broken = FIRST, [FIRST], 0, 0
    for number, line in enumerate(lines, start=1):
        named = _previous_hash(line)
        if not broken and named != head and (named is not None or chained):
            broken = number
        chained += named is not None
        head = digest(line)
        heads.append(head)
    return Chain(len(lines), chained, head, frozenset(heads), broken)


def faults(path: Path, chain: Chain, known_head: str = "") -> Iterator[str]:
    """Yield what is wrong with a ledger's chain.

    Args:
        path: The ledger, for the words.
        chain: Its chain.
        known_head: The head that the ledger had at an earlier time, if it is known.
    """
    if chain.broken:
        yield (
            f"{path}, line {chain.broken}, does not follow the line before it: one was changed, added or removed by"
            " other means than khrop; compare with a backup"
        )
    if known_head and known_head not in chain.heads:
        yield f"{path}: no line of it has the hash {known_head}: it was cut or changed since; compare with a backup"


def last(text: bytes) -> str:
    """Return the hash of the last line of a ledger that ends in whole lines."""
    return digest(text[:-1].rpartition(b"\n")[2]) if text else FIRST


def chained(lines: Iterable[str], head: str) -> Iterator[str]:
    """Yield lines of JSON, each with the hash of the line before it.

    Args:
        lines: The lines, objects without their ends.
        head: The hash of the line before the first.
    """
    for line in lines:
        written = f'{line[:-1]}, "previous": "{head}"}}'
        head = digest(written.encode("utf-8"))
        yield written


def digest(line: bytes) -> str:
    """Return the hash of a line without its end."""
    return hashlib.sha256(line).hexdigest()


def _previous_hash(line: bytes) -> str | None:
    try:
        named = json.loads(line).get("previous")
    except (ValueError, AttributeError):
        return None
    return named if isinstance(named, str) else None
