"""Threads that go round with a pause so short that a look may find them asleep: `sleep(0)`, `select` with a millionth of a second.

How often a look does find them so depends on luck, and a report must not. The kernel counts how many times a thread was let run
(`schedstat`), and how long it waited for a processor; without those waits, its rounds a second are the same on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from grading.threads import Thread

ROUNDS_A_SECOND: Final = 3000
"""From here on a thread goes round: measured, a loop over `sleep(0)` makes 15,000 rounds a second, over `sleep(0.0001)` 6,000 (the kernel
rounds up by 50 microseconds), over `sleep(0.001)` 930."""
WINDOW: Final = 0.003
"""Seconds of its own, waiting for a processor left out, for which a thread is watched before that is said: nine rounds, or fewer."""
_LEAST_ROUNDS: Final = WINDOW * ROUNDS_A_SECOND
SURE_ROUNDS: Final = 1000
"""Rounds of nothing that make a busy loop; each is a whole turn of the student's loop."""
ROUNDS: Final = 200
"""The same for a program that was found busy before."""
_PAUSES: Final = ("sleep", "select", "lock")  # calls whose time-out can be that short; those of poll and epoll are whole milliseconds


class Rounds:
    """The rounds every thread has made since traffic last moved."""

    def __init__(self, threads: Iterable[Thread], now: float) -> None:
        self._before = {(thread.pid, thread.tid): thread for thread in threads}
        self._since = now

    def made(self, thread: Thread) -> int:
        """How often it was let run since."""
        before = self._before.get((thread.pid, thread.tid))
        if before is thread:  # as most threads of a look are: they sleep all the time
            return 0
        return thread.runs - (before.runs if before else 0)

    def own_time(self, thread: Thread, now: float) -> float:
        """Seconds since then in which it ran or slept."""
        before = self._before.get((thread.pid, thread.tid))
        return now - self._since - (thread.waited - (before.waited if before else 0.0))

    def cpu(self, thread: Thread) -> float:
        """Seconds of processor time it has used since."""
        before = self._before.get((thread.pid, thread.tid))
        return thread.cpu - (before.cpu if before else 0.0)

    def is_round(self, thread: Thread, now: float) -> bool:
        """Whether it goes round so far."""
        made = self.made(thread)
        return made > _LEAST_ROUNDS and made > self.own_time(thread, now) * ROUNDS_A_SECOND

    def may_rest(self, threads: Iterable[Thread], now: float, calm: set[tuple[int, int]]) -> bool:
        """Whether threads that all sleep now may be taken for threads that rest.

        Args:
            calm: threads (pid, tid) of which it is known that they wait for longer; who turns out to is added.
        """
        return all([self._rests(thread, now, calm) for thread in threads])

    def _rests(self, thread: Thread, now: float, calm: set[tuple[int, int]]) -> bool:
        if not thread.timed or thread.call not in _PAUSES or not self.made(thread) or (thread.pid, thread.tid) in calm:
            return True
        if self.own_time(thread, now) < WINDOW or self.is_round(thread, now):
            return False
        if thread.call != "sleep":  # one that sleeps after each message is waited for anyhow, and may sleep shorter the next time
            calm.add((thread.pid, thread.tid))
        return True


class Tour:
    """What threads with time-outs do while nobody acts: each wakes, looks at something and waits again. One that asks its sockets in turn,
    each with a time-out of its own, has not looked everywhere before it is where it was."""

    def __init__(self, threads: Iterable[Thread]) -> None:
        """`threads`: at rest but for their timers."""
        self._stays = {(thread.pid, thread.tid): {_place(thread): thread.clock} for thread in threads if thread.timed}

    def is_over(self, threads: Iterable[Thread]) -> bool:
        """Whether each has come back to a place it had been to, or has ended; to be asked of every look at which all were at rest."""
        now = {(thread.pid, thread.tid): thread for thread in threads}
        for one, stays in list(self._stays.items()):
            thread = now.get(one)
            if thread is None or stays.setdefault(_place(thread), thread.clock) != thread.clock:
                del self._stays[one]
        return not self._stays


def _place(thread: Thread) -> tuple[str, int]:
    """What it waits in, and on what."""
    return thread.call, thread.first
