"""The interview: talk to a server nobody knows and infer how it speaks.

Two guests come one after the other, each gives a name without being asked twice, then they talk. What the first one saw of the second tells
nearly everything: was the name taken or relayed, who stands before a text, is there a newline, an echo, a notice. Then a third comes (is
there a seat?), and some leave. Each way of framing is tried on a fresh server, as a half-read line would confuse the next try.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from grading.chat import STEP_LIMIT
from grading.inference import Person, Seen, guess, infer, notice_template
from grading.links import Link
from grading.model import observe
from grading.server import NoConnection, Server
from grading.stillness import PATIENCE, Rest
from grading.verdicts import Infra
from reference.dialect import Dialect

FRAMINGS: Final = ("none", "lines")
QUIT_WORDS_TRIED: Final = 4
_SYLLABLES: Final = [consonant + vowel for consonant in "blmnrv" for vowel in "aeio"]
_WORDS: Final = (
    "amber", "birch", "cloud", "delta", "ember", "flint", "grove", "heron", "inlet", "joker",
    "koala", "lemon", "maple", "olive", "pearl", "raven", "salmon", "tulip", "violin", "walnut",
)  # fmt: skip


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
        remarks: what a teacher may want to know, in Russian.
    """

    dialect: Dialect
    understood: bool
    seats: int | None = None
    model: str = "other"
    timers_matter: bool = False
    patience: float = PATIENCE
    left_busy: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hints:
    """What the source code says: the author put in by the client's listing ("client", "nobody" or ""), and words that may end a session."""

    author: str = ""
    quit_words: tuple[str, ...] = ()


class _TimersMatter(Exception):
    """A timer of the server led to bytes: everything has to be asked again, waiting for timers."""


def interview(open_server: Callable[[], Server], hints: Hints, dice: random.Random, framings: tuple[str, ...] = FRAMINGS) -> Learned:
    """Talks to fresh servers until one way of talking is understood.

    Args:
        open_server: gives a started server with nobody in it; each call a new one, ending the former.
        framings: the ways of framing to try, in this order.

    Returns: the first way understood, or what the first try showed. Raises: Infra; NotStarted and sandbox errors of `open_server`.
    """
    tries = []
    for framing in framings:
        tries.append(_attempt(open_server, hints, dice, framing))
        if tries[-1].understood:
            return tries[-1]
    return tries[0]


def _attempt(open_server: Callable[[], Server], hints: Hints, dice: random.Random, framing: str) -> Learned:
    server = open_server()
    try:
        return _Talk(server, hints, dice, framing).run()
    except _TimersMatter:
        server = open_server()
        server.clock.timers_matter = True
        return _Talk(server, hints, dice, framing).run()


class _Voice:
    """One guest of the interview."""

    def __init__(self, name: str, link: Link) -> None:
        self.name, self.link, self._taken = name, link, 0
        self.person = Person(name, *link.local)

    def take(self) -> str:
        """What came since the last time."""
        piece = bytes(self.link.inbox[self._taken :])
        self._taken += len(piece)
        return piece.decode("utf-8", errors="replace")


class _Talk:
    """One conversation of questions with one server."""

    def __init__(self, server: Server, hints: Hints, dice: random.Random, framing: str) -> None:
        self.server, self.clock, self.hints, self.dice, self.framing = server, server.clock, hints, dice, framing
        self._may_restart = not self.clock.timers_matter
        self._texts = 0

    def run(self) -> Learned:
        """Asks everything. A server that ends or refuses in the middle is simply not understood."""
        seen = Seen(framing=self.framing)
        try:
            anna, boris = self._introductions(seen)
            self._first_words(seen, anna, boris)
            if seen.first not in seen.heard:
                clock = self.clock
                return Learned(guess(seen), False, model=self._model(), timers_matter=clock.timers_matter, patience=clock.patience)
            self._answer(seen, anna, boris)
            dialect = infer(seen, anna.person, boris.person, self.hints.author)
            return self._rest_of_it(dialect, anna, boris)
        except NoConnection as error:
            return Learned(guess(seen), False, model=self._model(), remarks=(f"подключиться не удалось: {error}",))

    # -- the questions

    def _introductions(self, seen: Seen) -> tuple[_Voice, _Voice]:
        anna = self._come("Anna")
        seen.greeting_anna = anna.take()
        self._say(anna, anna.name)
        seen.welcome_anna = anna.take()
        boris = self._come("Boris")
        seen.greeting_boris, seen.coming = boris.take(), anna.take()
        self._say(boris, boris.name)
        seen.welcome_boris, seen.naming = boris.take(), anna.take()
        return anna, boris

    def _first_words(self, seen: Seen, anna: _Voice, boris: _Voice) -> None:
        def listen() -> bool:
            seen.heard += anna.take()
            seen.own += boris.take()
            return seen.first in seen.heard

        seen.first = self._text()
        self._say(boris, seen.first)
        if listen():
            return
        self._rest(patient=True)
        if not listen():
            self._say(anna, self._text())  # perhaps it is Anna's turn
            seen.alternate = listen()

    def _answer(self, seen: Seen, anna: _Voice, boris: _Voice) -> None:
        seen.second = self._text()
        self._say(anna, seen.second)
        seen.heard_boris = boris.take()
        if seen.second not in seen.heard_boris:
            self._say(boris, self._text())  # perhaps it was his turn
            seen.heard_boris += boris.take()
            seen.alternate = seen.alternate or seen.second in seen.heard_boris

    def _rest_of_it(self, dialect: Dialect, anna: _Voice, boris: _Voice) -> Learned:
        seats, third = (2, None) if dialect.turns == "alternate" else self._third(boris, dialect)
        model = self._model()
        if seats == 2 and dialect.turns == "free" and not self._may_go_on(anna, boris):
            dialect = replace(dialect, turns="alternate")
        if seats is None and third is not None:
            dialect = replace(dialect, left=self._leaving(anna, third, dialect))
            dialect = replace(dialect, quit=self._quit_word(dialect))
        return Learned(dialect, True, seats, model, self.clock.timers_matter, self.clock.patience, self.clock.known_busy)

    def _third(self, boris: _Voice, dialect: Dialect) -> tuple[int | None, _Voice | None]:
        """(2 if there is no seat for a third, the third)."""
        try:
            third = self._enter("Vera", dialect)
        except NoConnection:
            return 2, None
        text = self._text()
        self._say(boris, text)
        if text in third.take():
            return None, third
        return (2 if third.link.ended or self.server.unaccepted() else None), third

    def _may_go_on(self, anna: _Voice, boris: _Voice) -> bool:
        """Whether one may speak twice in a row. The questions so far may just have kept the turns of a server for two."""
        texts = [self._text(), self._text()]
        for text in texts:
            self._say(boris, text)
        heard = anna.take()
        return all(text in heard for text in texts)

    def _leaving(self, anna: _Voice, leaver: _Voice, dialect: Dialect) -> str:
        """What is said when somebody leaves, politely or else by a reset."""
        anna.take()
        for reset in (False, True):
            self._act()
            leaver.link.close(reset=reset)
            self._rest()
            left = notice_template(anna.take(), leaver.person)
            if left or reset or self.server.exit_code() is not None:
                return left
            leaver = self._enter("Gleb", dialect)
            anna.take()
        return ""

    def _quit_word(self, dialect: Dialect) -> str:
        """Which of the words in the code ends the session of the one who says it."""
        for word in self.hints.quit_words[:QUIT_WORDS_TRIED]:
            if self.server.exit_code() is not None or self.clock.known_busy:
                return ""
            guest = self._enter("Denis", dialect)
            self._say(guest, word)
            if guest.link.ended:
                return word
            self._act()
            guest.link.close()
            self._rest()
        return ""

    # -- acting

    def _come(self, name: str) -> _Voice:
        self._act()
        voice = _Voice(name + "".join(self.dice.choices(_SYLLABLES, k=2)), self.server.connect(name))
        self._rest()
        return voice

    def _enter(self, name: str, dialect: Dialect) -> _Voice:
        voice = self._come(name)
        if dialect.named_by != "nobody":
            self._say(voice, voice.name)
        return voice

    def _say(self, voice: _Voice, text: str) -> None:
        self._act()
        with contextlib.suppress(OSError):  # whoever was hung up on says nothing
            voice.link.send((text + ("\n" if self.framing == "lines" else "")).encode())
        self._rest()

    def _text(self) -> str:
        """A text like no other: three words and a number."""
        self._texts += 1
        return " ".join(self.dice.sample(_WORDS, 3)) + f" {self.dice.randrange(1000, 9999)}{self._texts}"

    def _rest(self, *, patient: bool = False) -> None:
        if self.clock.settle(time.monotonic() + STEP_LIMIT, patient=patient) is Rest.LATE:
            raise Infra("the machine is too busy: things were still moving at the deadline of the interview")

    def _act(self) -> None:
        self.clock.before_acting()
        if self.clock.timers_matter and self._may_restart:
            raise _TimersMatter

    def _model(self) -> str:
        return observe(self.server.threads())
