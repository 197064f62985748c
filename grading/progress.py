"""What is being checked right now. The engine says it, and a screen may listen; in a worker process nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_listeners: list[Callable[[str], None]] = []


def now(check: str) -> None:
    """The check with this id is run next."""
    for listener in _listeners:
        listener(check)


@contextmanager
def heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    """Tells the listener of every check until the block ends."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
