"""How a command follows what its own run takes in, while it goes on: for lines and progress bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipelines.intake.intake_result import IntakeResult

Listener = Callable[[list[IntakeResult]], None]
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Within this context, call a function with each batch that a run in this process has loaded."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def notify(results: list[IntakeResult]) -> None:
    """Pass a batch to all listeners; intake calls this after each batch is loaded."""
    for listener in _listeners:
        listener(results)
