"""What crowds do to a server while two others talk: sit, come and go, do not read, vanish. Each trial says when it is over, and what then
has to be so.

A trial is stepped by the loop that also carries the witnesses' talk, so nothing in it may wait. It is bounded in time and in bytes.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Protocol

from reference.bench.crowd import BURST, Crowd, Guest
from reference.bench.ledger import Ledger
from reference.bench.loads import DEAF_BUFFER, Churn, read_to_the_end

CHURN_STAY: Final = 5.0  # seconds a guest of a thousand stays: 200 come and 200 go each second, and everybody is told of each
MOST_UNSENT: Final = 1_048_576  # bytes that may wait on our side: what a server does not read we do not heap up
LATEST: Final = 300.0  # seconds after which a trial is over in any case
TCP_REPAIR: Final = 19  # Linux: a socket closed in this state says no goodbye, like a computer whose plug was pulled


class Trial(Protocol):
    """One thing people do."""

    title: str

    def step(self, now: float, ledger: Ledger) -> bool:
        """Do what is due; True when it is over."""

    def findings(self) -> Iterator[tuple[str, bool]]:
        """What was seen, and whether it is as it should be. Everybody has gone, or goes now."""


class IdleCrowd:
    """Many come, and say nothing."""

    def __init__(self, crowd: Crowd, count: int, stay: float) -> None:
        self.title = f"сидят молча: {count}"
        self._crowd, self._count, self._stay = crowd, count, stay
        self._guests: list[Guest] = []
        self._coming: list[Guest] = []
        self._full = 0.0  # when the last of them was inside
        self._late = 0.0

    def step(self, now: float, _: Ledger) -> bool:
        self._late = self._late or now + LATEST
        self._coming = [guest for guest in self._coming if not guest.inside and not guest.ended]
        while len(self._guests) < self._count and len(self._coming) < BURST:
            self._coming.append(self._crowd.arrive())
            self._guests.append(self._coming[-1])
        if not self._coming and len(self._guests) == self._count:
            self._full = self._full or now
        return now > self._late or (self._full > 0 and now > self._full + self._stay)

    def findings(self) -> Iterator[tuple[str, bool]]:
        there = sum(guest.inside and not guest.ended for guest in self._guests)
        yield f"внутри {there} из {self._count}", there == self._count
        for guest in self._guests:
            self._crowd.leave(guest)


class Coming:
    """Many come and go, for a while."""

    def __init__(self, crowd: Crowd, count: int, seconds: float) -> None:
        self.title = f"приходят и уходят: {count} сразу, {seconds:.0f} с"
        self._flow = Churn(crowd, count, min(CHURN_STAY, seconds / 2))
        self._seconds = seconds
        self._until = 0.0

    def step(self, now: float, _: Ledger) -> bool:
        self._until = self._until or now + self._seconds
        self._flow.step(now)
        return now > self._until

    def findings(self) -> Iterator[tuple[str, bool]]:
        yield f"приходов {self._flow.arrivals}, не впущено {self._flow.refused}", self._flow.refused == 0
        self._flow.close()


class NotReading:
    """Some do not read, some read a little, and somebody talks a lot."""

    LINE: Final = 4000  # bytes
    MEGABYTES: Final = 12  # what the kernel keeps for one, the server's bound, and some more
    RATE: Final = 2_000_000  # bytes a second

    def __init__(self, crowd: Crowd, count: int) -> None:
        self.title = f"не читают: {count}, читают по капле: {count}"
        self._crowd = crowd
        self._deaf = crowd.enter(count, DEAF_BUFFER)
        self._slow = crowd.enter(count, DEAF_BUFFER)
        (self._talker,) = crowd.enter(1)
        for guest in (*self._deaf, *self._slow):
            crowd.ignore(guest)
        self._said = 0
        self._begun = self._sip = 0.0

    def step(self, now: float, _: Ledger) -> bool:
        self._begun = self._begun or now
        while self._said < (now - self._begun) * self.RATE and len(self._talker.unsent) < MOST_UNSENT:
            self._crowd.send(self._talker, self._crowd.speech.say(self._talker.name, b"y" * self.LINE))
            self._said += self.LINE
        if now > self._sip:
            self._sip = now + 0.1
            for guest in self._slow:
                with suppress(OSError):
                    guest.socket.recv(200)
        return self._said > self.MEGABYTES * 1_000_000

    def findings(self) -> Iterator[tuple[str, bool]]:
        self._crowd.leave(self._talker)
        self._crowd.quiet()
        gone = [read_to_the_end(guest.socket)[1] for guest in self._deaf]
        yield f"нечитающих отпущено {sum(gone)} из {len(gone)}", all(gone)
        for guest in (*self._deaf, *self._slow):
            self._crowd.leave(guest)


class HalfOpen:
    """Some vanish without a goodbye, as when a plug is pulled."""

    SECONDS: Final = 2.0

    def __init__(self, crowd: Crowd, count: int) -> None:
        self.title = f"пропали без прощания: {count}"
        self._until = 0.0
        self._silent = True
        for guest in crowd.enter(count):
            try:
                guest.socket.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            except OSError:
                self._silent = False
            crowd.leave(guest)

    def step(self, now: float, _: Ledger) -> bool:
        self._until = self._until or now + self.SECONDS
        return now > self._until

    def findings(self) -> Iterator[tuple[str, bool]]:
        if not self._silent:
            yield "уйти без прощания здесь не дают (нужен Linux и права администратора): ушли как обычно", True
