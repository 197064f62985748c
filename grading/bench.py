"""The bench a submission is tested on: fresh servers when asked for, one shared server while nothing spoils it."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from grading.running import Launch, NotStarted
from grading.sandbox import Sandbox, SandboxError, StudentBrokeSandbox
from grading.server import Server
from grading.stillness import Rest
from grading.verdicts import CheckFailed, Infra

if TYPE_CHECKING:
    from grading.chat import Chat
    from grading.guests import Guest
    from grading.learned import Learned

SEATED: Final = 8
"""How many guests at most stay in the room from one check to the next: each of them is sent all that is said."""
AHEAD: Final = 2
"""How many servers are started before they are asked for: two processors start two in the time of one."""
AHEAD_OF_CHECKS: Final = 3
"""The same once the interview is over: some checks are through before another server could start, and others take their time."""
ENDED_AT_ONCE: Final = 2
"""How many that are done with are being ended beside the next check."""
Opened = tuple[Sandbox, Server | None, NotStarted | None]


@dataclass
class _Stand:
    """A server that is there, in its sandbox, with those who stayed in its room."""

    sandbox: Sandbox
    server: Server | None
    seated: list[Guest] = field(default_factory=list)


class Bench:
    """Opens sandboxes and servers for one submission, and closes them all.

    Checks share one server while none is the worse for another; those that ask for a server of their own get it while the shared one waits.
    Servers are started ahead, beside the running check, in threads that live as long as the bench: a sandbox dies with the thread that
    started it. Those that are done with are ended beside the next check.

    Attributes:
        learned: what the interview found; set by the engine before any chat is asked for.
        clock_name: of the last server's clock, "" before the first.
        expected: how many more fresh servers will be asked for, as far as can be foreseen.
        calm: as in Options.
        waited: seconds it was waited for each fresh server.
    """

    def __init__(self, open_sandbox: Callable[[], Sandbox], launch: Launch, seed: str, clock: str = "auto") -> None:
        """`open_sandbox()` gives a new sandbox with a private copy of the lab; `seed` decides all words; `clock` as in `open_eyes`."""
        self._open_sandbox, self._launch, self._seed, self._clock = open_sandbox, launch, seed, clock
        self._starters = ThreadPoolExecutor(AHEAD_OF_CHECKS, "sandbox")
        self._coming: deque[Future[Opened]] = deque()
        self._enders = ThreadPoolExecutor(ENDED_AT_ONCE, "end of a sandbox")
        self._going: deque[Future[None]] = deque()
        self._preparing = Lock()
        self._private = False  # in a network shared with others, the next server would find its port taken by this one
        self._current: _Stand | None = None
        self._shared: _Stand | None = None
        self.clock_name = ""
        self.expected = 1
        self.calm = False
        self.waited: list[float] = []
        self.learned: Learned | None = None

    @property
    def private(self) -> bool:
        """Whether its servers have a network of their own, so that several may run at once."""
        return self._private

    def another(self) -> Bench:
        """A bench like this one, for a check that runs beside the others."""
        made = Bench(self._open_sandbox, self._launch, self._seed, self._clock)
        made.learned, made.calm, made.expected = self.learned, self.calm, 0  # it asks for one, and hardly ever for another
        return made

    @property
    def server(self) -> Server | None:
        """The server the current check talks to, or the last one talked to; None if there is none."""
        return self._current.server if self._current is not None else None

    def prepare(self) -> None:
        """Begins to start the next fresh servers, beside whatever goes on; not beside one that has their port, in a network they share."""
        alone = self._current is None and self._shared is None
        most = AHEAD if self.learned is None else AHEAD_OF_CHECKS
        if self.learned is not None and self.learned.left_busy:
            most = 1  # it spins, and would take the processor from the one that is asked
        with self._preparing:
            while (alone and not self._coming) or (self._private and len(self._coming) < min(most, self.expected)):
                self._coming.append(self._starters.submit(self._start))

    def fresh(self) -> Server:
        """A server just started with nobody in it; the former one is ended. Raises NotStarted and the sandbox's errors."""
        if self._private:
            self._end(self._current if self._current is not self._shared else None)
        else:
            self.discard()
        self._current = None
        begun = time.monotonic()
        sandbox, server, failure = (self._coming.popleft() if self._coming else self._starters.submit(self._start)).result()
        self.waited.append(time.monotonic() - begun)
        self._current, self._private = _Stand(sandbox, server), sandbox.network == "private"
        self.clock_name = server.clock_name if server is not None else ""
        if failure is not None:
            raise failure
        assert server is not None
        self.prepare()
        if self.learned is not None:
            server.clock.timers_matter = self.learned.timers_matter
            server.clock.patience = self.learned.patience
            server.clock.suspected_busy = self.learned.left_busy
        return server

    def chat(self, check: str, *, fresh: bool) -> tuple[Chat, bool]:
        """(a conversation for this check, whether its server is a fresh one).

        Whoever stayed in the room of the shared server sits there still: to come in again costs more than all a check has to say.
        """
        assert self.learned is not None
        again = self._shared is not None and not fresh
        if again:
            self._end(self._current if self._current is not self._shared else None)
            self._current = self._shared
        else:
            self.fresh()
            if not fresh:
                self._shared = self._current
        assert self._current is not None
        assert self._current.server is not None
        self._current.server.clock.patience = self.learned.patience
        dice = random.Random(f"{self._seed} {check}")
        from grading.chat import Chat  # noqa: PLC0415 - it is loaded while the first servers start

        chat = Chat(self._current.server, self.learned.dialect, dice, self.learned.seats, self._current.seated)
        chat.calm, chat.another = self.calm, self.fresh
        return chat, not again

    def release(self, chat: Chat, *, passed: bool) -> None:
        """The check is over: the shared server is kept for the next one, with all its guests, if it is none the worse for this one.
        That its program never falls silent is learnt once."""
        if self.learned is not None and chat.clock.patience < self.learned.patience:
            self.learned = replace(self.learned, patience=chat.clock.patience)
        if self._current is self._shared and not (passed and self._as_good_as_before(chat)):
            self._shared = None

    def _as_good_as_before(self, chat: Chat) -> bool:
        assert self.learned is not None
        assert self._current is not None
        if self.learned.left_busy or chat.seats is not None or len(chat.guests) > SEATED:
            return False
        with suppress(CheckFailed, Infra, OSError, SandboxError, StudentBrokeSandbox):
            rest = chat.rest or chat.settle()
            well = chat.server.exit_code() is None and not chat.clock.known_busy and "Traceback" not in chat.server.output()
            listened_to = all(guest.link.reading and not guest.link.ended for guest in chat.guests)
            as_before = well and listened_to and chat.clock.timers_matter == self.learned.timers_matter
            self._current.seated = list(chat.guests)
            return rest is Rest.STILL and as_before and not chat.server.unaccepted()
        return False

    def discard(self) -> None:
        """Ends every server that is there now, and sees that they are gone. Raises SandboxError if one is not."""
        current, shared = self._current, self._shared
        self._current = self._shared = None
        try:
            self._end(current)
        finally:
            self._end(shared if shared is not current else None)
        self._wait_for_the_end(0)

    def close(self) -> None:
        """Ends everything. Raises SandboxError if something could not be ended."""
        self.expected = 0
        try:
            self.discard()
        finally:
            try:
                while self._coming:
                    self._end(_Stand(*self._coming.popleft().result()[:2]))
                self._wait_for_the_end(0)
            finally:
                self._starters.shutdown()
                self._enders.shutdown()
                self._going.clear()  # all are over now; of failures the first is enough

    def _end(self, stand: _Stand | None) -> None:
        """Begins to end a server, for which the kernel takes some milliseconds. Raises SandboxError if one before could not be ended."""
        if stand is not None:
            self._going.append(self._enders.submit(_close, stand.sandbox, stand.server))
            self._wait_for_the_end(ENDED_AT_ONCE)

    def _wait_for_the_end(self, but: int) -> None:
        """Of all that are being ended but so many."""
        while len(self._going) > but:
            self._going.popleft().result()

    def _start(self) -> Opened:
        sandbox = self._open_sandbox()
        if not self._private and sandbox.network == "private" and self.expected:  # so there may be several at once
            self._private = True
            self.prepare()
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
