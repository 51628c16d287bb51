"""Charts of Vega-Lite drawn as SVG, by vl-convert in a process of its own.

vl-convert holds a JavaScript engine, 70 MB that are never given back: they end with this process, when the last
campaign's chart is drawn, and reports that come later in the same run do not have them beside their own. The process
runs this file and imports nothing else of the application. It ends when its input does, so with whoever started it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

TRIES = 2
"""Processes that a chart is given to: one that is killed from outside is no fault of the chart."""


class Drawing:
    """The process, which is started for the first chart and ends with the context."""

    def __init__(self) -> None:
        """Start nothing yet: where no campaign changed there is no chart to draw."""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Drawing:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()

    def svg(self, chart: Mapping[str, Any]) -> str:
        """Return a chart as SVG.

        Args:
            chart: A specification in Vega-Lite.

        Raises:
            RuntimeError: Where it cannot be drawn; what vl-convert says of it is on stderr.
        """
        for _ in range(TRIES):
            answer = self._answer(chart)
            if answer.endswith("\n"):
                return str(json.loads(answer))
            code = self._ended()
            if code >= 0:
                break
        raise RuntimeError(f"a chart could not be drawn: the process that draws ended with {code}")

    def _answer(self, chart: Mapping[str, Any]) -> str:
        """Return what the process answers; empty where it has ended."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-P", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                # A Ctrl-C is for the command, whose end is that of this process.
                start_new_session=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # it has ended, and so the answer is empty
            self._process.stdin.write(f"{json.dumps(chart)}\n")
            self._process.stdin.flush()
        return self._process.stdout.readline()

    def _ended(self) -> int:
        """Return the exit code of the process, below zero after a signal; the next chart starts another."""
        assert self._process is not None
        process, self._process = self._process, None
        process.communicate()
        return process.returncode


def main() -> None:
    """Answer each line, a specification, with a line, its SVG as a JSON text."""
    # It ends by them, without a traceback, also where whoever started it ignores them.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    import vl_convert

    for line in sys.stdin.buffer:
        try:
            print(json.dumps(vl_convert.vegalite_to_svg(json.loads(line))), flush=True)
        except BrokenPipeError:
            os._exit(0)  # whoever asked is gone, killed perhaps, and wants neither the chart nor a traceback


if __name__ == "__main__":
    main()
