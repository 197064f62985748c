"""One load on one server, once: who speaks when, and what is measured meanwhile.

* closed loop: S senders, each with one line on its way; the next one goes when the last of the others has heard it. Shows what a server can
  do.
* open loop: so many lines a second, whatever the server does. Latency counts from the moment a line was due, so a server that stalls pays
  for all lines it held up, and not just for one.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import perf_counter as clock
from typing import Final, Protocol

from reference.bench.crowd import Crowd, Guest
from reference.bench.figures import Round
from reference.bench.ledger import Ledger
from reference.bench.target import Target

DRAIN: Final = 5.0  # seconds after the last line was sent in which the last must have arrived; what has not by then is lost
SPIN: Final = 0.002  # seconds before a line is due in which we do not sleep: the kernel may wake us a millisecond late


@dataclass
class Stage:
    """A server, the guests who hear everything, and how many of them speak: the last ones to have come.

    `descriptors` is what the server has open when just they are there.
    """

    target: Target
    crowd: Crowd
    guests: list[Guest]
    senders: int
    size: int
    descriptors: int | None = None

    @classmethod
    def set(cls, target: Target, guests: int, senders: int, size: int) -> Stage:
        """Let the guests in. Raises LoadError."""
        crowd = Crowd(target.address, target.speech)
        try:
            return cls(target, crowd, crowd.enter(guests), min(senders, guests), size, target.descriptors())
        except BaseException:
            crowd.close()
            raise


Meanwhile = Callable[[float, Ledger], bool]  # called with the time at every turn; when it returns True, the load ends early


class Pace(Protocol):
    """When lines are due."""

    def take(self, now: float, free: int) -> list[float]:
        """The due times of the lines to be sent now, at most as many as there are `free` senders."""

    def wait(self, now: float) -> float:
        """Seconds in which nothing will be due unless something is heard."""


class Closed:
    """Whoever may speak speaks."""

    def take(self, now: float, free: int) -> list[float]:
        return [now] * free

    def wait(self, now: float) -> float:
        return 0.1


class Open:
    """So many lines a second, evenly."""

    def __init__(self, rate: float) -> None:
        self._step = 1 / rate
        self._due = clock()

    def take(self, now: float, free: int) -> list[float]:
        taken: list[float] = []
        while self._due <= now and len(taken) < free:
            taken.append(self._due)
            self._due += self._step
        return taken

    def wait(self, now: float) -> float:
        return min(0.1, max(0.0, self._due - now - SPIN))


def drive(stage: Stage, pace: Pace, seconds: float, load: str, number: int = 0, *, meanwhile: Meanwhile | None = None) -> Round:
    """Put a load on for so many seconds.

    Args:
        stage: who is there.
        pace: when lines are due.
        seconds: how long lines are sent; then it waits for the last one to arrive, at most DRAIN.
        load: its name.
        number: of the round.
        meanwhile: what goes on beside it.
    """
    guests = [guest for guest in stage.guests if not guest.ended]
    for index, guest in enumerate(guests):
        guest.index = index
    names, ports = [guest.name for guest in guests], [guest.port for guest in guests]
    listeners = max(0, len(guests) - stage.senders)
    ledger = Ledger(stage.target.speech, names, listeners, stage.size, ports)
    free = deque(range(listeners, len(guests)))
    due: dict[tuple[int, int], float] = {}
    latencies: list[float] = []
    hung_up = 0
    cpu = stage.target.cpu()
    begun = now = last = clock()
    until = begun + seconds
    while now < until or (due and now < until + DRAIN):
        for moment in pace.take(now, len(free)) if now < until else ():
            author = free.popleft()
            line, data = ledger.speak(author)
            due[author, line] = moment
            stage.crowd.send(guests[author], data)
        for guest, chunk in stage.crowd.turn(pace.wait(now)):
            if guest.index < 0:
                continue
            if chunk:
                answer = ledger.hear(guest.index, chunk)
                if answer:
                    stage.crowd.send(guest, answer)
            else:
                ledger.gone(guest.index)
                hung_up += 1
        now = clock()
        for key in ledger.completed():
            latencies.append(now - due.pop(key))
            free.append(key[0])
            last = now
        if meanwhile and now < until and meanwhile(now, ledger):
            until = now
    used = stage.target.cpu()
    ledger.close()
    for guest in guests:
        guest.index = -1
    return Round(
        server=stage.target.label,
        dialect=stage.target.speech.title,
        load=load,
        guests=len(guests),
        senders=stage.senders,
        size=stage.size,
        number=number,
        seconds=last - begun,
        messages=ledger.said,
        deliveries=ledger.deliveries,
        lost=ledger.lost,
        duplicated=ledger.duplicated,
        torn=ledger.torn,
        misattributed=ledger.misattributed,
        hung_up=hung_up,
        cpu=None if cpu is None or used is None else used - cpu,
        p50=quantile(latencies, 0.5),
        p99=quantile(latencies, 0.99),
    )


def quantile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that at least this share of all values does not exceed; None if there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def closed(stage: Stage, seconds: float, number: int = 0) -> Round:
    """A closed loop of the stage's senders."""
    return drive(stage, Closed(), seconds, "closed", number)


def opened(stage: Stage, seconds: float, rate: float, number: int = 0, load: str = "open") -> Round:
    """So many lines a second, all senders together."""
    return replace(drive(stage, Open(rate), seconds, load, number), rate=rate)
