"""What goes on beside the talk: people who come and go, somebody who does not read, guests who are just there.

* churn: the open load, while others come, stay for a second and go, some of them with a reset.
* deaf: the open load, while somebody does not read.
* idle: nobody speaks; what a guest costs who is just there.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from dataclasses import replace
from itertools import cycle
from time import perf_counter as clock
from typing import Final

from reference.bench.crowd import CHUNK, SILENCE, Crowd, Guest
from reference.bench.drive import DRAIN, Open, Stage, drive
from reference.bench.figures import Round
from reference.bench.ledger import Ledger
from reference.bench.target import Target

STAY: Final = 1.0  # seconds a visitor stays
DEAF_BUFFER: Final = 4096  # bytes of his receive buffer: little for the kernel to hide from the server
DEAF_LONGEST: Final = 30.0  # seconds to wait for him to be let go
IDLE: Final = 1.0  # seconds of silence in which the processor time is taken
FIRST: Final = 2  # guests before whom nothing is measured


def churn(stage: Stage, seconds: float, rate: float, visitors: int, number: int = 0) -> Round:
    """So many lines a second, while `visitors` come, stay for a second and go again."""
    flow = Churn(stage.crowd, visitors, STAY)
    try:
        seen = drive(stage, Open(rate), seconds, "churn", number, meanwhile=flow.step)
    finally:
        flow.close()
    stage.crowd.quiet()
    return replace(seen, rate=rate, arrivals=flow.arrivals)


def deaf(stage: Stage, rate: float, number: int = 0) -> Round:
    """So many lines a second until somebody who reads nothing is let go, or DEAF_LONGEST has passed.

    Where the dialect announces it, the load ends with his going. In any case he reads in the end: if he was let go, he finds the end of the
    stream, and before it what the server and the kernel had kept for him.
    """
    (sleeper,) = stage.crowd.enter(1, DEAF_BUFFER)
    stage.crowd.ignore(sleeper)
    # Nobody comes and nobody else goes: the first notice is of him.
    seen = drive(stage, Open(rate), DEAF_LONGEST, "deaf", number, meanwhile=lambda _, ledger: ledger.notices > 0)
    kept, ended = read_to_the_end(sleeper.socket)
    stage.crowd.leave(sleeper)
    stage.crowd.quiet()
    return replace(seen, rate=rate, let_go=ended, let_go_after=kept)


def read_to_the_end(sock: socket.socket) -> tuple[int, bool]:
    """How many bytes were still to be had, and whether the stream has an end."""
    sock.settimeout(SILENCE * 5)
    kept, until = 0, time.monotonic() + DRAIN
    try:
        while time.monotonic() < until:
            chunk = sock.recv(CHUNK)
            if not chunk:
                return kept, True
            kept += len(chunk)
    except TimeoutError:
        return kept, False
    except OSError:  # a reset is an end, too
        return kept, True
    return kept, False


def idle(target: Target, guests: int, size: int, number: int = 0) -> Round:
    """So many guests come and say nothing: bytes of memory for each, and the processor time of IDLE seconds. Raises LoadError.

    The first few come before the memory is looked at, so that it is not charged with what the server needs anyway.
    """
    crowd = Crowd(target.address, target.speech)
    try:
        crowd.enter(FIRST)
        before = target.memory()
        there = crowd.enter(guests)
        after = target.memory()
        cpu, begun = target.cpu(), clock()
        while (now := clock()) < begun + IDLE:
            for _ in crowd.turn(begun + IDLE - now):
                pass
        used = target.cpu()
        return Round(
            server=target.label,
            dialect=target.speech.title,
            load="idle",
            guests=guests,
            senders=0,
            size=size,
            number=number,
            seconds=IDLE,
            hung_up=sum(guest.ended for guest in there),
            cpu=None if cpu is None or used is None else used - cpu,
            memory=None if before is None or after is None else (after - before) / guests,
        )
    finally:
        crowd.close()


class Churn:
    """People who come, stay and go, evenly in time.

    Args:
        crowd: the crowd they belong to.
        count: how many of them are there at once.
        stay: seconds each stays.

    Attributes:
        arrivals: how many have come.
        refused: how many of those who have gone were not let in while they stayed, or were hung up on.
    """

    def __init__(self, crowd: Crowd, count: int, stay: float) -> None:
        self.arrivals = self.refused = 0
        self._crowd = crowd
        self._count = count
        self._stay = stay
        self._next = 0.0
        self._there: deque[tuple[float, Guest]] = deque()
        self._ways = cycle((False, True, False))  # every third breaks off with a reset

    def step(self, now: float, _: Ledger | None = None) -> bool:
        """See off whose time is over, and let in as many as are due; never ends the load."""
        while self._there and self._there[0][0] <= now:
            guest = self._there.popleft()[1]
            self.refused += guest.ended or not guest.inside
            self._crowd.leave(guest, next(self._ways))
        self._next = max(self._next, now - self._stay)
        while self._next <= now and len(self._there) < self._count:
            self._there.append((now + self._stay, self._crowd.arrive()))
            self._next += self._stay / self._count
            self.arrivals += 1
        return False

    def close(self) -> None:
        """All of them go."""
        while self._there:
            self._crowd.leave(self._there.pop()[1])
        self._there.clear()
