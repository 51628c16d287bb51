"""What a process imports and keeps, out of the way of Python's garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """Import or build what stays until the process ends, and do not look for garbage among it.

    Dagster, SQLAlchemy and pandas make half a million objects when they are imported. The collector goes through them
    again and again while they come, and once more when the process ends: a fifth of the time of `khrop ingest`.
    """
    # In a process that runs many commands only the first of them imports; what others leave is garbage one day.
    if not gc.isenabled() or gc.get_freeze_count():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
