"""Memory of a report that is made part by part: what one part leaves behind is gone before the next is begun.

A workbook of openpyxl and a page of Jinja2 are cycles of objects, which only Python's collector frees; the command line
lets it run seldom, as what a command imports stays. Without this a report would hold all of its parts at its end.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def part_by_part() -> Iterator[Callable[[], object]]:
    """Yield the function to be called after each part.

    What is there before the first part is not looked through again, so that a call costs as much as its part.
    """
    gc.freeze()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
