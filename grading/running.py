"""A student's program while it runs: start it, find where it listens, stop it, and say where it is stuck."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from grading.eyes import Clock, Eyes, Held, Waiting, open_eyes
from grading.kernel import Address
from grading.keyboard import answer, default_shown
from grading.sandbox import Process, Sandbox
from grading.stillness import Rest, Stillness
from grading.threads import STOPPED, Thread
from reference.dialect import Transport

START_LIMIT: Final = 10.0
"""Seconds a server may take to listen; the slowest right one of those measured took 3.2 s."""
_INPUT_AFTER: Final = 0.05
_SILENT_AFTER: Final = 0.3
"""Seconds asleep without a timer, reading the keyboard or anything else, after which a server that does not listen never will."""
_AT_WORK: Final = 0.05
"""Seconds of processor time after which a server that listens and does not rest is taken for started: it will never rest."""
_MOST_ANSWERS: Final = 6
_REPORT_LIMIT: Final = 2.0
_FREEZE_LIMIT: Final = 0.1
"""Seconds for all threads to stop, or to come to rest again; it takes a hundredth of that, and nothing is wrong if it takes longer."""
_FREEZE_LOOK: Final = 0.0002
_LOOK: Final = 0.0008
_ANY_HOST: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class NotStarted(Exception):
    """The server did not come to listen.

    Attributes:
        reason: "exited", "input", "silent" (alive, but nothing listens) or "slow".
        code: exit code if it exited.
        flooded: as in Process.
    """

    def __init__(self, reason: str, code: int | None = None, *, flooded: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.code, self.flooded = reason, code, flooded


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a server: what follows the interpreter, the folder to start in, and what to type at its keyboard first.

    `transport` is what its source says: a bound UDP socket of a server that knows nothing else needs no waiting for a listening one.
    `idle` is (file, line, kind) of each wait whose time-out leads to nothing; kinds as in submission.idle.
    """

    argv: tuple[str, ...]
    cwd: str = ""
    stdin: str = ""
    transport: str = ""
    idle: tuple[tuple[str, int, str], ...] = ()


class Running:
    """One start of a student's server in a sandbox.

    Attributes:
        addresses: (address family, address) where guests reach it, set by `start`.
        transport: "tcp", or "udp" where only a UDP socket waits for guests; set by `start`.
        eyes: how it is watched; clock: theirs, which tells when nothing more can happen.
        answers: what was typed at its keyboard because it asked.
        names: guest's own address -> the name we call him by.
    """

    def __init__(self, sandbox: Sandbox, launch: Launch, clock: str = "auto") -> None:
        """The sandbox stays the caller's to close; `clock` as in `open_eyes`."""
        self.sandbox, self.launch = sandbox, launch
        self.eyes: Eyes = open_eyes(sandbox, clock)
        self.clock: Clock = self.eyes.clock
        self.addresses: list[tuple[int, Address]] = []
        self.names: dict[Address, str] = {}
        self.answers: list[str] = []
        self._typed_after = 0
        self.process: Process | None = None
        self.transport: Transport = "tcp"

    @property
    def clock_name(self) -> str:
        """What a report calls the clock: "stillness" or "quiet-period"."""
        return "stillness" if isinstance(self.clock, Stillness) else "quiet-period"

    # -- its life

    def start(self, limit: float = START_LIMIT) -> float:
        """Starts it and waits until it listens, and has done what it does by itself: one that ends right then has not started.

        Returns: seconds that took. Raises: NotStarted, SandboxError, StudentBrokeSandbox.
        """
        begun = time.monotonic()
        self.process = self.sandbox.start(self.launch.argv, cwd=self.launch.cwd)
        self.answers, self._typed_after = [], 0
        if self.launch.stdin:
            self.type(self.launch.stdin)
        before: tuple[Thread, ...] = ()
        since = begun
        while True:
            if self._waits_for_guests(begun + limit):
                return time.monotonic() - begun
            code = self.process.wait(time.monotonic() + _LOOK)
            if code is not None:
                raise NotStarted("exited", code, flooded=self.flooded)
            now, threads = time.monotonic(), self._look()
            if not threads or threads != before or not all(thread.asleep for thread in threads):
                before, since = threads, now
            if self._asks(threads, now - since):
                before = ()
            if (now - since > _SILENT_AFTER or now - begun > limit) and self._waits_for_guests(begun + limit, patient=True):
                return time.monotonic() - begun
            _give_up_early(threads, now - since)
            if now - begun > limit:
                raise NotStarted("silent" if threads and all(thread.asleep for thread in threads) else "slow")

    def _waits_for_guests(self, deadline: float, *, patient: bool = False) -> bool:
        """Whether guests may come: it listens, or `patient` as we are, nothing but a UDP socket of its own waits for them."""
        found, self.transport = self.eyes.listening(), "tcp"
        if not found and (patient or self.launch.transport == "udp"):
            found, self.transport = [place for place in self.eyes.bound() if place[1] not in self.names], "udp"
            if found and not self.eyes.watch_datagrams():
                self._see_plainly()
        if found:
            self._come_to_rest(deadline)
            if self.transport == "tcp":  # it may listen on a second one by now
                found = self.eyes.listening() or found
            self.addresses = [(family, (_ANY_HOST.get(host, host), port)) for family, (host, port) in found]
            if self.launch.idle and self.process is not None:
                self.eyes.overlook(self.process, {(f"{self.sandbox.lab}/{path}", line): kind for path, line, kind in self.launch.idle})
            self.clock.begin()
        return bool(found)

    def _see_plainly(self) -> None:
        """The eyes that work anywhere take over."""
        self.eyes.close()
        self.eyes = open_eyes(self.sandbox, "quiet-period")
        self.clock = self.eyes.clock

    def _come_to_rest(self, deadline: float) -> None:
        """Waits until all its threads sleep, or go on at work that has no end. Raises NotStarted if it ends instead."""
        assert self.process is not None
        before, at_first = self._look(), -1.0
        while time.monotonic() < deadline:
            self.process.wait(time.monotonic() + _LOOK)
            threads = self._look()
            code = self.exit_code()
            if code is not None:
                raise NotStarted("exited", code, flooded=self.flooded)
            used = sum(thread.cpu for thread in threads)
            at_first = used if at_first < 0 else at_first
            gone = not threads and not self.sandbox.pids()  # and how it ended is only being reported
            if not gone and ((threads == before and all(thread.asleep for thread in threads)) or used - at_first > _AT_WORK):
                return
            before = threads

    def _look(self) -> tuple[Thread, ...]:
        """Its threads. Where another user's threads may not be looked at (some containers), the eyes that work anywhere take over."""
        try:
            return self.eyes.threads()
        except PermissionError:
            self._see_plainly()
            return ()

    def _asks(self, threads: tuple[Thread, ...], asleep_for: float) -> bool:
        """Whether it waited for an answer at its keyboard that we could give, and have given. Raises NotStarted if we could not."""
        if asleep_for < _INPUT_AFTER or not any(thread.call == "read" and thread.first == 0 for thread in threads):
            return False
        if any(thread.timed for thread in threads):
            return False  # another thread may still come to listen
        asked = self.asked() if self.asked().strip() else self.output()
        reply = default_shown(asked) or answer(asked) if len(self.answers) < _MOST_ANSWERS else None
        if reply is None:
            raise NotStarted("input")
        self.answers.append(reply)
        self.type(reply + "\n")
        return True

    def type(self, text: str) -> None:
        """Types at the server's keyboard; what does not fit the pipe is dropped, and after its end nobody reads."""
        if self.process is not None:
            self._typed_after = len(self.output())
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self.process.stdin, text.encode())

    def asked(self) -> str:
        """What it printed since something was last typed: a question that was answered is none any more."""
        return self.output()[self._typed_after :]

    def exit_code(self) -> int | None:
        """None while it runs; its exit code, negative for a signal, once it has ended."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is None and not self.sandbox.pids():  # it is gone, and its end is only being reported
            code = self.process.wait(time.monotonic() + _REPORT_LIMIT)
        return code

    def interrupt(self, limit: float) -> bool:
        """Ctrl-C. Returns whether it ended within `limit` seconds, its whole process tree included."""
        if self.process is None:
            return True
        self.clock.before_acting()
        self.eyes.overlook(self.process, {})  # who was idle has something to do now
        self.process.signal(int(signal.SIGINT))
        deadline = time.monotonic() + limit
        rest = Rest.BUSY
        while rest is Rest.BUSY and time.monotonic() < deadline:  # still: it will never end; busy: it may yet
            rest = self.clock.settle(deadline, lambda: not self.sandbox.pids(), patient=True)
        return not self.sandbox.pids()

    def kill(self) -> None:
        """Ends it at once; its connections end as the kernel ends them."""
        if self.process is not None:
            self.process.kill()

    @property
    def flooded(self) -> bool:
        """Whether it was ended because it printed too much."""
        return self.process is not None and self.process.flooded

    def output(self) -> str:
        """What it printed, head and tail. Untrusted text."""
        return "" if self.process is None else self.process.output().decode("utf-8", errors="backslashreplace")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Meanwhile the server does nothing, as if the machine were busy with something else; where that can be had."""
        stop, go_on = getattr(signal, "SIGSTOP", None), getattr(signal, "SIGCONT", None)
        if self.process is None or stop is None or go_on is None:
            yield
            return
        self.process.signal(int(stop))
        try:
            self._until(lambda thread: thread.state in STOPPED)  # one that was just woken may still take a step
            yield
        finally:
            self.process.signal(int(go_on))
            self._until(lambda thread: thread.asleep and thread.state not in STOPPED)
            self.clock.begin()  # that a thread went on with its pause is no sign of its working on something

    def _until(self, so: Callable[[Thread], bool]) -> None:
        deadline = time.monotonic() + _FREEZE_LIMIT
        while time.monotonic() < deadline and not all(so(thread) for thread in self.eyes.threads()):
            select.select([], [], [], _FREEZE_LOOK)  # to look all the time would take the processor from whoever is to come to rest

    # -- where it is

    def threads(self) -> tuple[Thread, ...]:
        """Its threads now."""
        return self.eyes.threads()

    def held(self) -> Held | None:
        """How many sockets and threads it has now; None where that cannot be seen."""
        return self.eyes.held()

    def waiting(self) -> list[Waiting]:
        """Where each of its threads waits and for whom. Empty for a server that has ended."""
        return [] if self.process is None or self.process.poll() is not None else self.eyes.waiting(self.process, self.names)


def _give_up_early(threads: tuple[Thread, ...], asleep_for: float) -> None:
    """Raises NotStarted where nobody could wake the server any more."""
    if asleep_for > _SILENT_AFTER and not any(thread.timed or thread.call in ("wait", "connect") for thread in threads):
        raise NotStarted("silent")
