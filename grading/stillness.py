"""Stillness: has everything that can happen happened?

A server can act again only if one of its threads runs, a timer wakes one, or bytes are still on their way. The kernel tells all three.
So two successive looks with nothing moved in between, every thread asleep and everything sent arrived, prove that nothing more will come
until a guest acts. A thread that sleeps with a time-out makes that *provisional*: final at once if nothing waits to be read or accepted
and no timer of this server has ever led to bytes; otherwise every such thread must have moved and settled once more with no traffic.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from grading.kernel import LISTEN, Diag, PacketCount, Peer
from grading.links import Link
from grading.threads import Thread, Threads

PATIENCE: Final = 8.0
"""Seconds a server's timers may keep us waiting for nothing; the slowest of 350 real servers sleep 2-3 s after a message."""
CHATTER_PATIENCE: Final = 0.5
"""The same for a server that went on sending all that time: it talks by the clock, and will never be silent."""
BUSY_AFTER: Final = 0.25
"""Seconds of processor time burnt without any traffic that make a server busy: a hundred times what relaying a message costs."""
BUSY_AGAIN: Final = 0.06
"""The same for a program that was found busy before: it is known to spin, so less is needed to see that nothing comes of it."""
INBOX_LIMIT: Final = 4 << 20
"""Bytes a guest keeps; a server that sends more than that in one step floods, and is read no further."""
_GLANCE: Final = 0.0004
"""Seconds between two looks that cannot decide; bytes for a guest end it early."""


class Rest(StrEnum):
    """How a wait ended."""

    STILL = "still"  # nothing more will come until a guest acts
    BUSY = "busy"  # a thread burns processor time and nothing comes of it
    CAME = "came"  # what was waited for has come
    LATE = "late"  # the deadline passed with things still moving


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything. Two equal quiet looks in a row are stillness."""

    threads: tuple[Thread, ...]
    traffic: tuple[object, ...]  # all counters and states of all connections
    packets: tuple[int, ...]  # IP packets sent and received in the private namespace
    arrived: bool  # everything sent has arrived
    unread: int  # bytes unread by the server and connections not accepted

    @property
    def quiet(self) -> bool:
        """Nobody runs and nothing is on its way."""
        return self.arrived and all(thread.asleep for thread in self.threads)

    @property
    def cpu(self) -> float:
        """Seconds of processor time all threads have used."""
        return sum(thread.cpu for thread in self.threads)


class Stillness:
    """The clock of a conversation: waits until nothing more can happen.

    Attributes:
        links: the guests' connections to watch.
        timers_matter: a timer of this server has led to bytes; set from outside where that was learnt before.
        patience: seconds its timers may keep us waiting.
        known_busy: this server was found busy; suspected_busy: it, or another start of the same program, was.
    """

    def __init__(self, threads: Threads, diag: Diag, packets: PacketCount, listeners: Callable[[], Sequence[bytes]]) -> None:
        """`listeners()`: inet_diag requests for the server's listening sockets, to see who waits to be accepted."""
        self._threads, self._diag, self._packets, self._listeners = threads, diag, packets, listeners
        self.links: list[Link] = []
        self.timers_matter = False
        self.known_busy = False
        self.suspected_busy = False
        self.patience = PATIENCE
        self._rested: tuple[object, ...] | None = None
        self._waited = True
        self._acted: dict[tuple[int, int], bytes] = {}

    def look(self) -> Look:
        """Reads the guests' sockets, then both ends of every connection, then the threads (last: whoever is woken by what we saw runs)."""
        for link in self.links:
            link.drain(INBOX_LIMIT)
        self.links = [link for link in self.links if not link.over]
        listeners = self._listeners()
        peers = self._diag.ask([link.request for link in self.links] + list(listeners))
        waiting = tuple(peer.unread for peer in peers[len(self.links) :] if peer is not None and peer.state == LISTEN)
        states = [link.state(peer) for link, peer in zip(self.links, peers, strict=False)]
        threads = self._threads.look()
        packets = self._packets.read()
        return Look(
            threads=threads,
            traffic=(*(state for state, _ in states), waiting),
            packets=packets,
            arrived=not self._packets.in_flight(packets) and all(settled for _, settled in states),
            unread=sum(_unread(peer) for peer in peers),
        )

    def begin(self) -> None:
        """A server has just started: what its threads did until now is no answer to anybody."""
        self._remember(self.look())
        self._rested, self._waited = None, False

    def before_acting(self) -> None:
        """To be called before a guest acts: whatever came since the last stillness, a timer of the server has sent."""
        if not self._waited:
            return
        look = self.look()
        self.timers_matter = self.timers_matter or (self._rested is not None and look.traffic != self._rested)
        self._remember(look)
        self._rested, self._waited = None, False

    def _remember(self, look: Look) -> None:
        self._acted = {(thread.pid, thread.tid): thread.clock for thread in look.threads}

    def in_the_middle(self, thread: Thread) -> bool:
        """Whether a thread has run since the guests acted and now sleeps for a time: it will go on with what it began."""
        return thread.timed and thread.call == "sleep" and self._acted.get((thread.pid, thread.tid)) != thread.clock

    def settle(self, deadline: float, came: Callable[[], bool] = lambda: False, *, patient: bool = False, brief: bool = False) -> Rest:
        """Waits until nothing more can happen, or until `came()`.

        Args:
            deadline: absolute, of time.monotonic().
            came: asked after each look; a true answer ends the wait with CAME.
            brief: nothing depends on this rest, so of a server suspected to be busy a short look is enough.
            patient: wait for the server's timers even if none has led to bytes so far; to be used before something is called missing.
        """
        wait = _Wait(self, deadline, patient, brief)
        self._waited = True
        while True:
            look = self.look()
            if came():
                return Rest.CAME
            rest = wait.judge(look)
            if rest is not None:
                self.known_busy = self.known_busy or rest is Rest.BUSY
                self.suspected_busy = self.suspected_busy or self.known_busy
                self._rested = look.traffic if rest is Rest.STILL else None
                return rest
            self._glance(wait.pause)

    def _glance(self, seconds: float) -> None:
        poll = select.poll()
        for link in self.links:
            if link.sock is not None and link.reading and not link.ended:
                poll.register(link.sock, select.POLLIN)
        poll.poll(seconds * 1000)


def _unread(peer: Peer | None) -> int:
    return 0 if peer is None else peer.unread


class _Wait:
    """The judgement over successive looks of one wait."""

    def __init__(self, clock: Stillness, deadline: float, patient: bool, brief: bool = False) -> None:
        self._clock, self._deadline, self._patient, self._brief = clock, deadline, patient, brief
        self._last: Look | None = None
        self._active: Look | None = None  # the look at which traffic last moved
        self._round: Look | None = None  # the still look from which timed threads are awaited
        self._round_ends = 0.0
        self.pause = 0.0

    def judge(self, look: Look) -> Rest | None:
        """What this look says, or None to go on looking."""
        last, self._last = self._last, look
        self.pause = _GLANCE
        if self._active is None or look.traffic != self._active.traffic:
            self._active = look
        if last is not None and look.quiet and look == last:
            rest = self._still(look)
            if rest is not None:
                return rest
        elif look.quiet:
            self.pause = 0.0  # the second look may follow at once
        if look.cpu - self._active.cpu > self._enough(look):
            return Rest.BUSY
        if time.monotonic() > self._deadline:
            return Rest.STILL if look.quiet else Rest.LATE  # a server that only sleeps is slow by itself, not through our machine
        return None

    def _enough(self, look: Look) -> float:
        """Seconds of processor time from which it is a busy loop. Each running thread keeps the others from what they have to do, so each
        counts: a newcomer must have been let in, and a message passed on, before anything is said of it."""
        running = sum(not thread.asleep for thread in look.threads)
        return max(1, running) * (BUSY_AGAIN if self._clock.suspected_busy and self._brief else BUSY_AFTER)

    def _still(self, look: Look) -> Rest | None:
        if self._round is not None and look.traffic != self._round.traffic:
            self._clock.timers_matter = True  # something came of waiting
        if not any(thread.timed for thread in look.threads):
            return Rest.STILL
        matters = look.unread or self._patient or self._clock.timers_matter
        if not matters and not any(self._clock.in_the_middle(thread) for thread in look.threads):
            return Rest.STILL  # provisional, and final as long as no timer has ever led to bytes
        now = time.monotonic()
        if self._round is None:
            self._round, self._round_ends = look, now + self._clock.patience
        elif _all_moved(self._round.threads, look.threads):
            if look.traffic == self._round.traffic:
                return Rest.STILL
            self._round = look
            if now > self._round_ends:
                self._clock.patience = CHATTER_PATIENCE
        return Rest.STILL if now > self._round_ends else None


def _all_moved(before: Iterable[Thread], after: Iterable[Thread]) -> bool:
    """Whether every thread that slept with a timer has run since."""
    clocks = {(thread.pid, thread.tid): thread.clock for thread in after}
    return all(clocks.get((thread.pid, thread.tid)) != thread.clock for thread in before if thread.timed)
