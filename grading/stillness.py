"""Stillness: has everything that can happen happened?

A server can act again only if one of its threads runs, a timer wakes one, or bytes are still on their way. The kernel tells all three.
So two successive looks with nothing moved in between, every thread asleep and everything sent arrived, prove that nothing more will come
until a guest acts. A thread that sleeps with a time-out makes that *provisional*: final at once if nothing waits to be read or accepted
and no timer of this server has ever led to bytes; otherwise every such thread must have been everywhere it waits, with no traffic
but for that of a server known to talk by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from grading.kernel import LISTEN, Diag, PacketCount, Peer
from grading.links import INBOX_LIMIT, AnyLink, glance
from grading.rounds import ROUNDS, SURE_ROUNDS, Rounds, Tour
from grading.threads import Thread, Threads

PATIENCE: Final = 8.0
"""Seconds a server's timers may keep us waiting for nothing; the slowest of 350 real servers sleep 2-3 s after a message."""
CHATTER_PATIENCE: Final = 0.5
"""The same for a server that went on sending all that time: it talks by the clock, and will never be silent."""
BUSY_AFTER: Final = 0.25
"""Seconds of processor time burnt without any traffic that make a server busy: a hundred times what relaying a message costs."""
BUSY_IDLE: Final = 0.005
"""The same for a program that was found busy before, where nothing waits to be read and no thread waits for the interpreter lock: it has
gone round its loop dozens of times by then, and nobody is blamed for it."""
UNREAD_AFTER: Final = 0.005
"""Seconds for which looks must stay equal where something waits to be read or accepted. A thread that is just about to wait for it is shown
as asleep already, and a busy machine may keep it there for a while; it finds what waits and goes on."""
PRINTED_AFTER: Final = 0.1
"""The same where a thread waits for room to print and somebody will be blamed: it is we who make room, and none of ours is kept from that
for so long."""
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
    """One look at everything. Two equal quiet looks in a row are stillness.

    Attributes:
        twice: threads and packets were read before the connections and after them, and were the same: nothing has moved in between, so
            the second look need not read the connections again as long as that holds.
    """

    threads: tuple[Thread, ...]
    ends: tuple[object, ...]  # all counters and states of all connections
    doors: tuple[int, ...]  # how many wait to be accepted at each listening socket
    packets: tuple[int, ...]  # IP packets sent and received in the private namespace
    arrived: bool  # everything sent has arrived
    unread: int  # bytes unread by the server and connections not accepted
    twice: bool = field(default=False, compare=False)

    @property
    def traffic(self) -> tuple[object, ...]:
        """What moves when bytes go, and when somebody comes, goes, or is let in."""
        return self.ends, self.doors

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
        packets: the account of what is in flight in the server's network.
        timers_matter: a timer of this server has led to bytes; set from outside where that was learnt before.
        patience: seconds its timers may keep us waiting.
        recognise: told before timers of threads not seen before are waited for; perhaps they lead to nothing, and some count no more then.
        known_busy: this server was found busy; suspected_busy: it, or another start of the same program, was.
    """

    def __init__(self, threads: Threads, diag: Diag, packets: PacketCount, listeners: Callable[[], Sequence[bytes]]) -> None:
        """`listeners()`: inet_diag requests for the server's listening sockets, to see who waits to be accepted."""
        self._threads, self._diag, self.packets, self._listeners = threads, diag, packets, listeners
        self.links: list[AnyLink] = []
        self.timers_matter = False
        self.known_busy = False
        self.suspected_busy = False
        self.patience = PATIENCE
        self.recognise: Callable[[], None] | None = None
        self.recognised: set[tuple[int, int]] = set()
        self.calm: set[tuple[int, int]] = set()  # threads (pid, tid) whose time-outs are known to be no busy loop
        self._known: Look | None = None  # a quiet look that holds as long as no thread runs, no packet goes and nobody acts
        self._rested: Look | None = None
        self._waited = True
        self._acted: dict[tuple[int, int], bytes] = {}

    def look(self) -> Look:
        """Reads threads and packets, then the guests' sockets and both ends of every connection, then threads and packets again if all
        seemed to sleep (last: whoever is woken by what we saw runs). Where none has moved since a quiet look, that look still holds.
        """
        threads, packets = self._threads.look(), self.packets.read()
        if self._known is not None and threads == self._known.threads and packets == self._known.packets:
            return self._known
        for link in self.links:
            link.drain(INBOX_LIMIT)
        listeners = self._listeners()
        requests = [link.request for link in self.links if link.request]
        peers = self._diag.ask(requests + list(listeners))
        waiting = tuple(peer.unread for peer in peers[len(requests) :] if peer is not None and peer.state == LISTEN)
        answers = iter(peers)
        states = [link.state(next(answers) if link.request else None) for link in self.links]
        before = threads, packets
        if all(thread.asleep for thread in threads):
            threads, packets = self._threads.look(), self.packets.read()
        look = Look(
            threads=threads,
            ends=tuple(state for link, (state, _) in zip(self.links, states, strict=True) if not link.over),
            doors=waiting,
            packets=packets,
            arrived=not self.packets.in_flight(packets) and all(settled for _, settled in states),
            unread=sum(_unread(peer) for peer in peers),
            twice=bool(packets) and before == (threads, packets),  # in a network shared with others no packets are counted
        )
        self.links = [link for link in self.links if not link.over]
        self._known = look if look.twice and look.quiet else None
        return look

    @property
    def chatters(self) -> bool:
        """Whether it is known to go on sending by the clock: silence is not to be waited for."""
        return self.patience == CHATTER_PATIENCE

    def begin(self) -> None:
        """A server has just started: what its threads did until now is no answer to anybody."""
        self._remember(self.look())
        self._rested, self._waited = None, False

    def before_acting(self) -> None:
        """To be called before a guest acts: whatever came since the last stillness, a timer of the server has sent."""
        if self._waited:
            look = self.look()
            self._unasked(look)
            self._remember(look)
            self._rested, self._waited = None, False
        self._known = None  # from now on it holds no more, even if what is done moves no packet

    def _unasked(self, look: Look) -> None:
        """Nobody has acted since the last stillness, if there is one to compare with: a timer has sent whatever came since."""
        self.timers_matter = self.timers_matter or (self._rested is not None and _sent_by_itself(self._rested, look))

    def _remember(self, look: Look) -> None:
        self._acted = {(thread.pid, thread.tid): thread.clock for thread in look.threads}

    def in_the_middle(self, thread: Thread) -> bool:
        """Whether a thread has run since the guests acted and now sleeps for a time: it will go on with what it began."""
        return thread.timed and thread.call == "sleep" and self._acted.get((thread.pid, thread.tid)) != thread.clock

    def settle(self, deadline: float, came: Callable[[], bool] = lambda: False, *, patient: bool = False, sure: bool = False) -> Rest:
        """Waits until nothing more can happen, or until `came()`.

        Args:
            deadline: absolute, of time.monotonic().
            came: asked after each look; a true answer ends the wait with CAME.
            patient: wait for the server's timers even if none has led to bytes so far; to be used before something is called missing.
            sure: say BUSY only on full evidence, as somebody will be blamed for it; of a suspected server less is enough otherwise.
        """
        wait = _Wait(self, deadline, patient, sure or patient)
        self._waited = True
        while True:
            look = self.look()
            self._unasked(look)
            if came():
                wait.timer_noticed(look)
                return Rest.CAME
            rest = wait.judge(look)
            if rest is not None:
                self.known_busy = self.known_busy or (rest is Rest.BUSY and wait.evident)
                self.suspected_busy = self.suspected_busy or self.known_busy
                self._rested = look if rest is Rest.STILL else None
                return rest
            glance(self.links, wait.pause)


def _sent_by_itself(before: Look, now: Look) -> bool:
    """Whether bytes have come of no guest's doing. Who was let in at last, with or without a greeting, is no sign of it: he is waited for
    whatever timers there are, and a server may open its doors one after another when it starts."""
    return now.ends != before.ends and sum(now.doors) >= sum(before.doors)


def _unread(peer: Peer | None) -> int:
    return 0 if peer is None else peer.unread


class _Wait:
    """The judgement over successive looks of one wait."""

    def __init__(self, clock: Stillness, deadline: float, patient: bool, sure: bool) -> None:
        self._clock, self._deadline, self._patient, self._sure = clock, deadline, patient, sure
        self.evident = sure or not clock.suspected_busy  # a rest called BUSY is proof of it
        self._last: Look | None = None
        self._active: Look | None = None  # the look at which traffic last moved
        self._round: Look | None = None  # the still look from which timed threads are awaited
        self._round_ends = 0.0
        self._chatted = False  # every timed thread has been everywhere it waits, and traffic went on
        self._unread = 0  # what waits to be read or accepted, at the least since then
        self._same_since = 0.0
        self.pause = 0.0

    def judge(self, look: Look) -> Rest | None:
        """What this look says, or None to go on looking."""
        last, self._last = self._last, look
        self.pause = _GLANCE
        now = time.monotonic()
        if self._active is None or look.traffic != self._active.traffic:
            self._active, self._rounds = look, Rounds(look.threads, now)
        quiet, same = look.quiet, look is last or look == last
        if not same:
            self._same_since = now
        printing = self._sure and any(thread.prints for thread in look.threads)
        long_enough = now - self._same_since >= (PRINTED_AFTER if printing else UNREAD_AFTER if look.unread else 0.0)
        if quiet and same and long_enough and self._rounds.may_rest(look.threads, now, self._clock.calm):
            rest = self._still(look)
            if rest is not None:
                return rest
        elif quiet and not look.unread and not same:
            self.pause = 0.0  # the second look may follow at once
        if self._burnt(look, self._active, now):
            return Rest.BUSY
        if now > self._deadline:
            return Rest.STILL if quiet else Rest.LATE  # a server that only sleeps is slow by itself, not through our machine
        return None

    def _burnt(self, look: Look, active: Look, now: float) -> bool:
        """Whether so much processor time was used, or so many rounds were made, since traffic last moved that it is a busy loop.

        Each running thread keeps the others from what they have to do, so each counts: a newcomer must have been let in, and a message
        passed on, before anything is said of it. And each must have had its share: on a busy machine one that was woken by a message may
        still wait for a processor while another goes round and round.
        """
        if look.threads == active.threads:
            return False  # nobody has run
        going = [thread for thread in look.threads if self._rounds.is_round(thread, now)]
        running = [thread for thread in look.threads if not thread.asleep and thread not in going]
        seconds, rounds = (BUSY_AFTER, SURE_ROUNDS) if self._in_doubt(look) else (BUSY_IDLE, ROUNDS)
        if (running or not going) and look.cpu - active.cpu <= seconds * max(1, len(running)):
            return False
        return all(self._rounds.made(thread) > rounds for thread in going) and all(
            self._rounds.cpu(thread) > seconds / 4 for thread in running
        )

    def _in_doubt(self, look: Look) -> bool:
        """Whether a busy loop must be proved at full length."""
        wants_the_lock = any(thread.timed and thread.call == "lock" for thread in look.threads)
        return self.evident or bool(look.unread) or not look.arrived or wants_the_lock

    def timer_noticed(self, look: Look) -> None:
        """Where all was still but for timers, and traffic has moved since, a timer has led to bytes."""
        if self._round is not None and _sent_by_itself(self._round, look):
            self._clock.timers_matter = True

    def _recognise(self, look: Look) -> bool:
        """Whether somebody new has a timer. Where each stands is asked once, as all have to run for a moment to say so."""
        if self._clock.recognise is None:
            return False
        new = {(thread.pid, thread.tid) for thread in look.threads if thread.timed} - self._clock.recognised
        if new:
            self._clock.recognised |= new
            self._clock.recognise()
        return bool(new)

    def _still(self, look: Look) -> Rest | None:
        self.timer_noticed(look)
        if not any(thread.timed for thread in look.threads):
            return Rest.STILL
        matters = look.unread or self._patient or self._clock.timers_matter
        if not matters and not any(self._clock.in_the_middle(thread) for thread in look.threads):
            return Rest.STILL  # provisional, and final as long as no timer has ever led to bytes
        if self._recognise(look):
            return None
        now = time.monotonic()
        if self._round is None or look.unread < self._unread:  # whoever works off what waits, however slowly, is waited for
            self._round_ends, self._unread = now + self._clock.patience, look.unread
        if self._round is None:
            self._round, self._tour = look, Tour(look.threads)
        elif self._tour.is_over(look.threads):
            if look.traffic == self._round.traffic or (self._clock.chatters and not self._patient):
                return Rest.STILL  # whatever a timer had to send, it has sent
            self._round, self._tour, self._chatted = look, Tour(look.threads), True
        if now <= self._round_ends:
            return None
        if self._chatted:
            self._clock.patience = CHATTER_PATIENCE
        return Rest.STILL
