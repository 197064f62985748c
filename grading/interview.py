"""The interview: talk to a server nobody knows and infer how it speaks.

Two guests come one after the other, each gives a name without being asked twice, then they talk. What the first one saw of the second tells
nearly everything: was the name taken or relayed, who stands before a text, is there a newline, an echo, a notice. Then a third comes (is
there a seat?), and some leave. Plain texts are tried first, then the ways the source code hints at, each on a fresh server, as a half-read
line would confuse the next try; a way counts as understood only if a text of one guest reached another.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from grading.interview_talk import QUIT_WORDS_TRIED, Talk
from grading.learned import Hints, Learned, TimersMatter
from grading.quits import guesses
from grading.server import NoConnection, Server
from grading.submission.model import Way
from reference.dialect import Dialect

PLAIN: Final = (Way(), Way(framing="lines"))
MOST_TRIES: Final = 10
"""Ways tried, at most; each costs a fresh server and some ten milliseconds."""
TRIES_LIMIT: Final = 60.0
"""Seconds after which no further way is begun: a server that sleeps after each message would keep us for minutes."""


def interview(open_server: Callable[[], Server], hints: Hints, dice: random.Random, ways: tuple[Way, ...] = ()) -> Learned:
    """Talks to fresh servers until one way of talking is understood.

    Args:
        open_server: gives a started server with nobody in it; each call a new one, ending the former.
        ways: the only ways to try, in this order; () for plain texts and then the hints.

    Returns: the first way understood, or what the first try showed. Raises: Infra; NotStarted and sandbox errors of `open_server`.
    """
    search = _Search(open_server, hints, dice)
    learned = search.best(ways or PLAIN + hints.ways)
    return replace(learned, dialect=search.with_departures(learned), hunches=())


def _names_mean_something(learned: Learned) -> bool:
    """A command that gives a name does nothing where it is passed on like any text."""
    return learned.dialect.named_by != "nobody" or learned.dialect.hello == Dialect().hello


class _Search:
    """Tries one way after the other, each on a fresh server."""

    def __init__(self, open_server: Callable[[], Server], hints: Hints, dice: random.Random) -> None:
        self._open_server, self._hints, self._dice = open_server, hints, dice
        self._tries: dict[Way, Learned] = {}
        self._ends = time.monotonic() + TRIES_LIMIT

    def best(self, ways: tuple[Way, ...]) -> Learned:
        """The first way understood, or a better one that it suggests; else what the first try showed."""
        waiting = list(ways)
        for way in waiting:  # grows while it is gone through
            learned = self._try(way)
            if learned is not None and learned.understood:
                better = (one for hunch in learned.hunches if (one := self._try(hunch)) and one.understood and _names_mean_something(one))
                return next((one for one in better if one.dialect.author == "server" or learned.dialect.author != "server"), learned)
            waiting += learned.hunches if learned else ()
        return next((learned for learned in self._tries.values() if learned.remarks), next(iter(self._tries.values())))

    def _try(self, way: Way) -> Learned | None:
        if way in self._tries or (self._tries and (len(self._tries) >= MOST_TRIES or time.monotonic() > self._ends)):
            return None
        self._tries[way] = self._attempt(way)
        return self._tries[way]

    def _attempt(self, way: Way) -> Learned:
        server = self._open_server()
        try:
            learned = Talk(server, self._hints, self._dice, way).run()
        except TimersMatter:
            server = self._open_server()
            server.clock.timers_matter = True
            learned = Talk(server, self._hints, self._dice, way).run()
        return replace(learned, dialect=replace(learned.dialect, transport=server.transport))

    def with_departures(self, learned: Learned) -> Dialect:
        """The dialect with a word that ends one's session on a fresh server too, "" where none does; and with what is said of a departure
        that only shows there: over UDP, where nobody is known to be gone who does not say so, and where no third was left to hear it."""
        dialect, words = learned.dialect, self._hints.quit_words[:QUIT_WORDS_TRIED]
        two = learned.understood and learned.seats == 2
        if two:
            dialect = replace(dialect, left=self._asked(learned, lambda talk: talk.told_alone(dialect)) or "")
        for quit in guesses(words, dialect) if two else filter(None, [dialect.quit]):
            told = self._asked(learned, lambda talk, quit=quit: talk.told_at(quit, dialect))  # type: ignore[misc]
            if told is not None:
                return replace(dialect, quit=quit, left=told if dialect.transport == "udp" else dialect.left)
        return replace(dialect, quit="")

    def _asked(self, learned: Learned, question: Callable[[Talk], str | None]) -> str | None:
        """The answer of a fresh server; None if it gives none, or there is no time for it."""
        if time.monotonic() > self._ends:
            return None
        dialect, server = learned.dialect, self._open_server()
        server.clock.timers_matter = learned.timers_matter
        way = Way(dialect.framing, dialect.hello, dialect.then, dialect.says, dialect.escaped)
        try:
            return question(Talk(server, self._hints, self._dice, way))
        except (TimersMatter, NoConnection):
            return None
