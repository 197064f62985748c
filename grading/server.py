"""The server under test: start it, find where it listens, connect guests, stop it, and say where it is stuck."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from dataclasses import dataclass
from typing import Final

from grading.eyes import Clock, Eyes, Waiting, open_eyes
from grading.kernel import Address
from grading.keyboard import answer
from grading.links import Link
from grading.sandbox import Process, Sandbox
from grading.stillness import Rest, Stillness
from grading.threads import Thread

START_LIMIT: Final = 10.0
"""Seconds a server may take to listen; the slowest right one of those measured took 3.2 s."""
CONNECT_LIMIT: Final = 3.5
"""Seconds for one connection: where the accept queue is full, the kernel tries again after 1 and 3 s."""
_INPUT_AFTER: Final = 0.05
_SILENT_AFTER: Final = 0.3
"""Seconds asleep without a timer, reading the keyboard or anything else, after which a server that does not listen never will."""
_MOST_ANSWERS: Final = 6
_REPORT_LIMIT: Final = 2.0
_LOOK: Final = 0.0008
_FIRST_PORT: Final = 50000
_ANY_HOST: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class NotStarted(Exception):
    """The server did not come to listen.

    Attributes:
        reason: "exited", "input", "silent" (alive, but nothing listens) or "slow".
        code: exit code if it exited.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


class NoConnection(Exception):
    """The server could not be connected to: refused, or nobody accepts and the queue is full."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a server: what follows the interpreter, the folder to start in, and what to type at its keyboard first."""

    argv: tuple[str, ...]
    cwd: str = ""
    stdin: str = ""


class Server:
    """One start of a student's server in a sandbox, and the guests connected to it.

    Attributes:
        addresses: (address family, address) where guests reach it, set by `start`.
        clock: tells when nothing more can happen.
        answers: what was typed at its keyboard because it asked.
        names: guest's own address -> the name we call him by.
    """

    def __init__(self, sandbox: Sandbox, launch: Launch, clock: str = "auto") -> None:
        """The sandbox stays the caller's to close; `clock` as in `open_eyes`."""
        self.sandbox, self.launch = sandbox, launch
        self._eyes: Eyes = open_eyes(sandbox, clock)
        self.clock: Clock = self._eyes.clock
        self.addresses: list[tuple[int, Address]] = []
        self.names: dict[Address, str] = {}
        self.answers: list[str] = []
        self.process: Process | None = None
        self._next_port = _FIRST_PORT

    @property
    def clock_name(self) -> str:
        """What a report calls the clock: "stillness" or "quiet-period"."""
        return "stillness" if isinstance(self.clock, Stillness) else "quiet-period"

    # -- its life

    def start(self, limit: float = START_LIMIT) -> float:
        """Starts it and waits until it listens.

        Returns: seconds that took. Raises: NotStarted, SandboxError, StudentBrokeSandbox.
        """
        begun = time.monotonic()
        self.process = self.sandbox.start(self.launch.argv, cwd=self.launch.cwd)
        self.answers = []
        if self.launch.stdin:
            self.type(self.launch.stdin)
        before: tuple[Thread, ...] = ()
        since = begun
        while True:
            listening = self._eyes.listening()
            if listening:
                self.addresses = [(family, (_ANY_HOST.get(host, host), port)) for family, (host, port) in listening]
                self.clock.begin()
                return time.monotonic() - begun
            code = self.process.wait(time.monotonic() + _LOOK)
            if code is not None:
                raise NotStarted("exited", code)
            now, threads = time.monotonic(), self._look()
            if not threads or threads != before or not all(thread.asleep for thread in threads):
                before, since = threads, now
            if self._asks(threads, now - since):
                before = ()
            _give_up_early(threads, now - since)
            if now - begun > limit:
                raise NotStarted("silent" if threads and all(thread.asleep for thread in threads) else "slow")

    def _look(self) -> tuple[Thread, ...]:
        """Its threads. Where another user's threads may not be looked at (some containers), the eyes that work anywhere take over."""
        try:
            return self._eyes.threads()
        except PermissionError:
            self._eyes.close()
            self._eyes = open_eyes(self.sandbox, "quiet-period")
            self.clock = self._eyes.clock
            return ()

    def _asks(self, threads: tuple[Thread, ...], asleep_for: float) -> bool:
        """Whether it waited for an answer at its keyboard that we could give, and have given. Raises NotStarted if we could not."""
        if asleep_for < _INPUT_AFTER or not any(thread.call == "read" and thread.first == 0 for thread in threads):
            return False
        if any(thread.timed for thread in threads):
            return False  # another thread may still come to listen
        reply = answer(self.output()) if len(self.answers) < _MOST_ANSWERS else None
        if reply is None:
            raise NotStarted("input")
        self.answers.append(reply)
        self.type(reply + "\n")
        return True

    def type(self, text: str) -> None:
        """Types at the server's keyboard; what does not fit the pipe is dropped, and after its end nobody reads."""
        if self.process is not None:
            with contextlib.suppress(BlockingIOError, BrokenPipeError):
                os.write(self.process.stdin, text.encode())

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

    def output(self) -> str:
        """What it printed, head and tail. Untrusted text."""
        return "" if self.process is None else self.process.output().decode("utf-8", errors="backslashreplace")

    def close(self) -> None:
        """Gives back what this object holds; the sandbox goes on."""
        for link in self.clock.links:
            link.close(reset=True)
        self.clock.links = []
        self._eyes.close()

    # -- its guests

    def connect(self, name: str) -> Link:
        """A new guest's connection, called `name` in messages. Raises NoConnection."""
        family, address = self.addresses[0]
        (sock,) = self.sandbox.sockets(family, socket.SOCK_STREAM, 1)
        try:
            if self.sandbox.network == "private":  # fixed ports: a server that prints addresses prints the same ones every time
                sock.bind(("127.0.0.1" if family == socket.AF_INET else "::1", self._free_port()))
            sock.settimeout(CONNECT_LIMIT)
            sock.connect(address)
            link = Link(sock)
        except OSError as error:
            sock.close()
            raise NoConnection(error.strerror or "никто не принимает подключение") from error
        self.names[link.local] = name
        self.clock.links.append(link)
        return link

    def _free_port(self) -> int:
        """The next port for a guest; never one the server listens on."""
        taken = {port for _, (_, port) in self.addresses}
        self._next_port += 1
        return self._next_port if self._next_port not in taken else self._free_port()

    def unaccepted(self) -> int:
        """How many connections wait to be accepted."""
        return self._eyes.unaccepted()

    # -- where it is

    def threads(self) -> tuple[Thread, ...]:
        """Its threads now."""
        return self._eyes.threads()

    def waiting(self) -> list[Waiting]:
        """Where each of its threads waits and for whom. Empty for a server that has ended."""
        return [] if self.process is None or self.process.poll() is not None else self._eyes.waiting(self.process, self.names)


def _give_up_early(threads: tuple[Thread, ...], asleep_for: float) -> None:
    """Raises NotStarted where nobody could wake the server any more."""
    if asleep_for > _SILENT_AFTER and not any(thread.timed or thread.call in ("wait", "connect") for thread in threads):
        raise NotStarted("silent")
