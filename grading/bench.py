"""The bench a submission is tested on: fresh servers when asked for, one shared server while nothing spoils it."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from grading.chat import Chat
from grading.interview import Learned
from grading.sandbox import Sandbox, SandboxError, StudentBrokeSandbox
from grading.server import Launch, NotStarted, Server
from grading.stillness import Rest
from grading.verdicts import CheckFailed, Infra

Opened = tuple[Sandbox, Server | None, NotStarted | None]


class Bench:
    """Opens sandboxes and servers for one submission, and closes them all.

    The next server is started beside the running check, in one thread that lives as long as the bench: a sandbox dies with the thread that
    started it.

    Attributes:
        learned: what the interview found; set by the engine before any chat is asked for.
        server: the server the current check talks to.
        clock_name: of the last server's clock, "" before the first.
    """

    def __init__(self, open_sandbox: Callable[[], Sandbox], launch: Launch, seed: str, clock: str = "auto") -> None:
        """`open_sandbox()` gives a new sandbox with a private copy of the lab; `seed` decides all words; `clock` as in `open_eyes`."""
        self._open_sandbox, self._launch, self._seed, self._clock = open_sandbox, launch, seed, clock
        self._ahead = ThreadPoolExecutor(1, "sandbox")
        self._next: Future[Opened] | None = None
        self._open: tuple[Sandbox, Server | None] | None = None
        self._reusable = False
        self.clock_name = ""
        self.learned: Learned | None = None
        self.server: Server | None = None

    def prepare(self) -> None:
        """Begins to start the next fresh server, beside whatever goes on."""
        if self._next is None:
            self._next = self._ahead.submit(self._start)

    def fresh(self) -> Server:
        """A server just started with nobody in it; the former one is ended. Raises NotStarted and the sandbox's errors."""
        self.prepare()
        self.discard()
        pending, self._next = self._next, None
        assert pending is not None
        sandbox, server, failure = pending.result()
        self._open, self.server = (sandbox, server), server
        self.clock_name = server.clock_name if server is not None else ""
        if failure is not None:
            raise failure
        assert server is not None
        if self.learned is not None:
            server.clock.timers_matter = self.learned.timers_matter
            server.clock.patience = self.learned.patience
            server.clock.suspected_busy = self.learned.left_busy
        return server

    def chat(self, check: str, *, fresh: bool) -> tuple[Chat, bool]:
        """(a conversation for this check, whether its server is a fresh one)."""
        assert self.learned is not None
        reuse = self._reusable and not fresh and self.server is not None
        server = self.server if reuse and self.server is not None else self.fresh()
        self._reusable = False
        self.prepare()
        return Chat(server, self.learned.dialect, random.Random(f"{self._seed} {check}"), self.learned.seats), not reuse

    def release(self, chat: Chat, *, passed: bool) -> None:
        """The check is over: its guests leave, and the server is kept for the next one if nothing of it remains."""
        self._reusable = False
        assert self.learned is not None
        if not passed or self.learned.left_busy or chat.seats is not None or chat.server.exit_code() is not None:
            return
        with suppress(CheckFailed, Infra, OSError, SandboxError, StudentBrokeSandbox):
            for guest in list(chat.guests):
                chat.part(guest, reset=False, brief=True)
            rest = chat.settle(brief=True)
            alive = chat.server.exit_code() is None and not chat.clock.known_busy
            self._reusable = rest is Rest.STILL and alive and not chat.server.unaccepted()

    def discard(self) -> None:
        """Ends the current server and its sandbox."""
        self._reusable = False
        current, self._open, self.server = self._open, None, None
        if current is not None:
            _close(*current)

    def close(self) -> None:
        """Ends everything. Raises SandboxError if something could not be ended."""
        try:
            self.discard()
            if self._next is not None:
                sandbox, server, _ = self._next.result()
                _close(sandbox, server)
        finally:
            self._ahead.shutdown()

    def _start(self) -> Opened:
        sandbox = self._open_sandbox()
        try:
            server = Server(sandbox, self._launch, self._clock)
        except BaseException:
            sandbox.close()
            raise
        try:
            server.start()
        except NotStarted as failure:
            return sandbox, server, failure
        except BaseException:
            _close(sandbox, server)
            raise
        return sandbox, server, None


def _close(sandbox: Sandbox, server: Server | None) -> None:
    try:
        if server is not None:
            server.close()
    finally:
        sandbox.close()
