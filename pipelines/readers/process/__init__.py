"""Readers in a process of their own, which can be stopped: bounded time and memory, whatever a file makes a parser do.

One such process stands by in each process that reads, so that a return costs milliseconds; one that was stopped, died
or grew is replaced. What goes over are bytes one way, and a RawTable or a reason the other way. Where the process that
began it ends, even by a kill, it ends too.

The `client` asks, the `server` is what runs within the process, and both speak the `protocol`.
"""

from __future__ import annotations

from pipelines.readers.process.client import opened, pictures, read, stand_by
from pipelines.readers.process.failures import ReaderKilled

__all__ = ["ReaderKilled", "opened", "pictures", "read", "stand_by"]
