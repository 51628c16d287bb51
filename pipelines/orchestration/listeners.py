"""How a command hears what its own run takes in, while it goes on: for lines and progress bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pipelines.intake.take_in import Story

Listener = Callable[[list[Story]], None]
_listeners: list[Listener] = []


@contextmanager
def to_stories(listener: Listener) -> Iterator[None]:
    """While this lasts, the listener gets each batch that a run in this process has loaded."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(stories: list[Story]) -> None:
    """Called by intake after each batch is loaded."""
    for listener in _listeners:
        listener(stories)
