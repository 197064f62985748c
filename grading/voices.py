"""The guests of an interview: they come, and say what has never been said before."""

from __future__ import annotations

import contextlib
import random
import time
from dataclasses import replace
from typing import Final

from grading.conversation import STEP_LIMIT
from grading.inference import Person
from grading.learned import TimersMatter
from grading.links import AnyLink
from grading.messages import _
from grading.server import Server
from grading.stillness import Rest
from grading.submission.model import Way
from grading.verdicts import Infra
from grading.wire import Stream, Wire
from reference.dialect import Dialect
from reference.framing import reads_lines

_SYLLABLES: Final = [consonant + vowel for consonant in "blmnrv" for vowel in "aeio"]
_WORDS: Final = (
    "amber", "birch", "cloud", "delta", "ember", "flint", "grove", "heron", "inlet", "joker",
    "koala", "lemon", "maple", "olive", "pearl", "raven", "salmon", "tulip", "violin", "walnut",
)  # fmt: skip


def spoken(dialect: Dialect, way: Way) -> Dialect:
    """The dialect with guests who speak this way."""
    return replace(dialect, framing=way.framing, hello=way.hello, then=way.then, says=way.says, escaped=way.escaped)


class Voice:
    """One guest of the interview."""

    def __init__(self, name: str, link: AnyLink, stream: Stream, encoding: str) -> None:
        self.name, self.link, self._stream, self._encoding, self._taken = name, link, stream, encoding, 0
        self.person = Person(name, *link.local)
        self.heard = ""  # before something is asked

    def take(self) -> str:
        """What came since the last time."""
        piece = bytes(self._stream.of(self.link.inbox)[self._taken :])
        self._taken += len(piece)
        try:
            return piece.decode()
        except UnicodeDecodeError:
            return piece.decode(self._encoding, errors="replace")


class Voices:
    """The guests of one server nobody knows; after each step everything has come to rest.

    Attributes:
        way, wire: how they speak.
        may_restart: whether all is to be asked again where it turns out that the server's timers matter.
        encoding: that of the server's own words where they are no UTF-8.
        knocks: each says his name twice, as over UDP a server can ask for it only when it has heard of somebody.
    """

    def __init__(self, server: Server, dice: random.Random, way: Way) -> None:
        self.server, self.clock, self.dice = server, server.clock, dice
        # guests speak to both alike; which of the two it is shows in what comes
        self.way = way = replace(way, framing="lines") if reads_lines(way.framing) else way
        self.wire = Wire(spoken(Dialect(transport=server.transport), way))
        self.may_restart = not self.clock.timers_matter
        self._texts = 0
        self.encoding = "utf-8"
        self.knocks = False

    def come(self, name: str) -> Voice:
        """Somebody connects, called `name` and a few letters more. Raises NoConnection, Infra, TimersMatter, as all below."""
        self.act()
        voice = Voice(name + "".join(self.dice.choices(_SYLLABLES, k=2)), self.server.connect(name), self.wire.stream(), self.encoding)
        self.rest()
        if self.knocks:
            self.introduce(voice)
        return voice

    def enter(self, name: str, dialect: Dialect) -> Voice:
        """Somebody connects and gives his name where names are given."""
        voice = self.come(name)
        if dialect.named_by != "nobody" or self.server.transport == "udp":  # there one joins by the first datagram
            self.introduce(voice)
        return voice

    def introduce(self, voice: Voice) -> None:
        """He gives his name, and what else is to be said after it."""
        for message in self.wire.hello(voice.name):
            self.send(voice, message)

    def say(self, voice: Voice, text: str) -> None:
        """He says a text as they all speak."""
        self.send(voice, self.wire.text(text, voice.name))

    def send(self, voice: Voice, message: bytes) -> None:
        """He sends these bytes."""
        self.act()
        with contextlib.suppress(OSError):  # whoever was hung up on says nothing
            voice.link.send(message)
        self.rest()

    def text(self) -> str:
        """A text like no other: three words and a number."""
        self._texts += 1
        return " ".join(self.dice.sample(_WORDS, 3)) + f" {self.dice.randrange(1000, 9999)}{self._texts}"

    def rest(self, *, patient: bool = False) -> None:
        """Waits until nothing more comes; `patient` as in Stillness.settle."""
        if self.clock.settle(time.monotonic() + STEP_LIMIT, patient=patient) is Rest.LATE:
            raise Infra(_("компьютер слишком занят: за время, отведённое на знакомство с сервером, всё так и не стихло"))

    def act(self) -> None:
        """To be called before anybody does anything."""
        self.clock.before_acting()
        if self.clock.timers_matter and self.may_restart:
            raise TimersMatter
