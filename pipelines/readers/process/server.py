"""The serving side: what runs within the process that reads, begun as `python -m pipelines.readers.process.server`."""

from __future__ import annotations

import fcntl
import gc
import os
import pickle
import select
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.readers import table_form
from pipelines.readers.document import Unreadable
from pipelines.readers.limits import GROWN, MEMORY
from pipelines.readers.process import protocol

COLLECTED_EVERY = 50_000
"""New objects after which the reading process looks for cycles among them: by default, at every 700, this is a third of
the time that a register takes."""


def _limit() -> None:
    """Bound what this process may take. Where a system has no such limit, the time is bounded alone."""
    import resource

    for name, most in (("RLIMIT_DATA", MEMORY), ("RLIMIT_CORE", 0)):
        kind = getattr(resource, name, None)
        if kind is not None:
            resource.setrlimit(kind, (most, most))


def _serve(source: BinaryIO, sink: BinaryIO) -> None:
    while len(head := source.read(protocol.LENGTH.size)) == protocol.LENGTH.size:
        what, _, data = source.read(protocol.LENGTH.unpack(head)[0]).partition(b"\n")
        try:
            answer: tuple[str, Any] = ("done", _done(what.decode(), data))
        except Unreadable as reason:
            answer = ("unreadable", reason.parts())
        except MemoryError:
            answer = ("memory", None)
        except Exception as error:
            # Told to the one who asked, where it is a fault of ours and ends as one.
            answer = ("fault", f"{type(error).__name__}: {error}")
        data = b""
        protocol.send(sink, pickle.dumps(answer, protocol=5))
        if answer[0] == "memory" or _grown():
            return


def _done(what: str, data: bytes) -> Any:
    if what == "pictures":
        from pipelines.readers import forms
        from pipelines.readers.pdf.pictures import pictures
        from pipelines.readers.scans.grey_pages import png_pages

        return list(png_pages(data) if forms.form_of(data) == "picture" else pictures(data))
    forms_of_tables, document = protocol.forms_and_document(data)
    with table_form.reading_for(forms_of_tables):
        if what == "open":
            from pipelines.readers.mail import opened

            return opened(document)
        from pipelines.readers.in_process import read_here

        return read_here(document)


def _grown() -> bool:
    try:
        # The peak of this program alone; that of `getrusage` begins with the peak of the one who started it.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) << 10 > GROWN
    except (OSError, ValueError, IndexError):
        return False


def _end_with(pipe: int) -> None:
    """End this process when the other end of a pipe is closed, even within a parser that never returns.

    The kernel then sends SIGIO, which ends a process that does not handle it. Where a system sends none, the process
    ends after the document that it reads.
    """
    if hasattr(fcntl, "F_SETOWN") and hasattr(os, "O_ASYNC"):
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([pipe], [], [], 0)[0]:  # it was closed before
        sys.exit()


def main() -> None:
    """Answer until the one who asks is gone."""
    # A KeyboardInterrupt within a library in C comes out as an error of its own, as if the document were damaged. And
    # whoever started this process may ignore signals, which it would inherit.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if sys.argv[1:]:
        _end_with(int(sys.argv[1]))
    # What a parser prints must not stand among the answers.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit()
    gc.set_threshold(COLLECTED_EVERY, 20, 20)
    _serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
