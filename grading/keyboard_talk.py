"""The interview of a server which passes nothing on from guest to guest: is the second user the one at its own keyboard?

It is, if what a guest says is printed, and what is typed comes to the guest. A server that only logs what it relays never gets here, and
one that reads commands from the keyboard sends them to nobody.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from grading.conversation import STEP_LIMIT
from grading.inference import Person, around, template, without_clock
from grading.learned import Learned
from grading.links import AnyLink
from grading.messages import _
from grading.model import observe
from grading.seating import name_typed, only_reads_keyboard
from grading.server import NoConnection, Server
from grading.stillness import Rest
from grading.verdicts import Infra
from grading.words import Vocabulary
from reference.dialect import Dialect

FRAMINGS: Final = ("none", "lines")


def at_the_keyboard(open_server: Callable[[], Server], dice: random.Random, framings: tuple[str, ...] = FRAMINGS) -> Learned | None:
    """Talks to fresh servers from both sides. `open_server` as for `interview`; None if it is no such chat."""
    for framing in framings:
        try:
            learned = _Talk(open_server(), dice, framing).run()
        except (NoConnection, OSError):
            return None
        if learned is not None:
            return learned
    return None


@dataclass
class _Seen:
    """What was seen, step by step: the guest's greeting, the screen after his name, the screen after his first text."""

    greeting: str = ""
    naming: str = ""
    shown: str = ""
    alternate: bool = False


class _Talk:
    """One guest, and one of us at the keyboard."""

    def __init__(self, server: Server, dice: random.Random, framing: str) -> None:
        self.server, self.clock, self.framing = server, server.clock, framing
        self.words = Vocabulary(dice)
        self.seen = _Seen()
        self._taken: dict[AnyLink, int] = {}

    def run(self) -> Learned | None:
        """Asks everything; None as soon as a text does not come through."""
        self.clock.before_acting()
        self.guest = self.server.connect("Anna")
        self._rest()
        self.desk = self.server.sit_down("Olga")  # a prompt printed when somebody comes is no part of what is shown later
        self._name_of_the_desk()
        self.seen.greeting = self._take(self.guest)
        if only_reads_keyboard(self.server) and not self._typed_comes():  # whoever sits there speaks first
            return None
        name = self.words.name("Анна")
        self._say(name)
        self.seen.naming = self._take(self.desk)
        self._name_of_the_desk()
        first = self._text()
        if not self._shows(first) or not self._typed_comes():
            return None
        self._turns()
        return self._learned(name, first)

    # -- the questions

    def _name_of_the_desk(self) -> None:
        if name_typed(self.server):
            self._rest()
            self._take(self.desk)

    def _shows(self, text: str) -> bool:
        """Whether what the guest says is printed, at once or when it is his turn."""
        self._say(text)
        self.seen.shown = self._take(self.desk)
        if text not in self.seen.shown and self._typed_comes():
            self.seen.alternate = True
            self.seen.shown += self._take(self.desk)
        return text in self.seen.shown

    def _typed_comes(self) -> bool:
        """Whether what is typed comes to the guest."""
        text = self._text()
        self.clock.before_acting()
        self.desk.send(text.encode())
        self._rest()
        return text in self._take(self.guest)

    def _turns(self) -> None:
        """One who may speak twice in a row need not wait for his turn. The questions so far may just have kept the turns."""
        texts = [self._text(), self._text()]
        for text in texts:
            self._say(text)
        shown = self._take(self.desk)
        self.seen.alternate = self.seen.alternate or not all(text in shown for text in texts)

    def _learned(self, name: str, first: str) -> Learned:
        person = Person(name, *self.guest.local)
        before, after = around(self.seen.shown, first)
        before, after = _shape(before.rpartition("\n")[2], person), _shape(after.partition("\n")[0], person)
        shown = [line.strip() for line in _shape(self.seen.naming, person).splitlines()]
        named = (before + "{name}" + after).strip() not in shown  # else his first words were shown like any
        dialect = Dialect(
            transport="console",
            prompt=self.seen.greeting if named else "",
            named_by=("prompt" if self.seen.greeting else "first-message") if named else "nobody",
            author="server" if "{name}" in before else "label" if any(letter.isalpha() for letter in before) else "nobody",
            relay=before + "{text}" + after,
            welcome="" if named else self.seen.greeting,
            framing="lines" if self.framing == "lines" else "lines-out",  # a screen has lines
            turns="alternate" if self.seen.alternate else "free",
        )
        clock = self.clock
        return Learned(dialect, True, 2, observe(self.server.threads()), clock.timers_matter, clock.patience, clock.known_busy)

    # -- acting

    def _say(self, text: str) -> None:
        self.clock.before_acting()
        self.guest.send((text + ("\n" if self.framing == "lines" else "")).encode())
        self._rest()

    def _take(self, link: AnyLink) -> str:
        """What came since the last time."""
        taken = self._taken.get(link, 0)
        self._taken[link] = len(link.inbox)
        return bytes(link.inbox[taken:]).decode("utf-8", errors="replace")

    def _text(self) -> str:
        """A text like no other, in letters any server can read."""
        return f"{self.words.name('слово')} {self.words.name('другое')}"

    def _rest(self) -> None:
        if self.clock.settle(time.monotonic() + STEP_LIMIT) is Rest.LATE:
            raise Infra(_("компьютер слишком занят: за время, отведённое на знакомство с сервером, всё так и не стихло"))


def _shape(text: str, person: Person) -> str:
    return without_clock(template(text, person))
