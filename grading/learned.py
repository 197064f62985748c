"""What an interview begins with and what it ends with."""

from __future__ import annotations

from dataclasses import dataclass

from grading.stillness import PATIENCE
from grading.submission.model import Way
from reference.dialect import Dialect


@dataclass(frozen=True)
class Learned:
    """What an interview found out.

    Attributes:
        understood: a text of one guest reached another, so the dialect is to be trusted.
        seats: 2 where a third guest is not let in, None otherwise.
        model: how the server was seen to work, as in `grading.model`.
        timers_matter: it sends when a timer wakes it, so its pauses must be waited for.
        patience: seconds its timers may keep us waiting.
        left_busy: it was spinning when the interview ended, so it is no use to anybody after a guest has left.
        remarks: what a teacher may want to know, in the reader's language.
        hunches: ways that may do better than the one that was tried.
    """

    dialect: Dialect
    understood: bool
    seats: int | None = None
    model: str = "other"
    timers_matter: bool = False
    patience: float = PATIENCE
    left_busy: bool = False
    remarks: tuple[str, ...] = ()
    hunches: tuple[Way, ...] = ()


@dataclass(frozen=True)
class Hints:
    """What the source code says: the author put in by the client's listing ("client", "nobody" or ""), words that may end a session, ways
    guests may have to speak, and an encoding other than UTF-8."""

    author: str = ""
    quit_words: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    encoding: str = ""


class TimersMatter(Exception):
    """A timer of the server led to bytes: everything has to be asked again, waiting for timers."""
