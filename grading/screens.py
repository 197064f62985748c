"""People at terminals: the student's own client programs, run beside the server in its sandbox, typed at and looked at.

Nothing here knows what a client asks or how a chat goes. It knows who waits for the keyboard, what the connections carried, and when
nothing more can come: the server's clock sees the clients' threads too; the terminals and the clients' connections are added here.
"""

from __future__ import annotations

import contextlib
import select
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from grading.eyes import Waiting, socket_inodes
from grading.kernel import ESTABLISHED, SYN_SENT, Diag, Peer, attempts
from grading.messages import _
from grading.sandbox import Process, StudentBrokeSandbox
from grading.server import CONNECT_LIMIT, Server
from grading.stillness import PATIENCE, Rest, Stillness
from grading.terminal import Terminal, plain, shows
from grading.threads import Thread
from grading.verdicts import Infra, NotApplicable
from grading.words import person as called_in_reports

STEP_LIMIT: Final = 25.0
"""Seconds one step may take with things still moving, as in a chat of guests."""
_RESTLESS, _RESTLESS_MOVES = 2.0, 60
"""Seconds, and moves in them, after which something on the screens is taken to move for ever: a clock, a spinning sign."""
_KNOWN_RESTLESS: Final = 0.15
"""The share of that which is enough once something was found never to rest."""
_CROWD: Final = 24
"""Processes in one sandbox beyond anything three clients and a server need."""
_STARTS: Final = 4
"""How often a program that burns processor time is waited for anew when it has just been started: it may be loading modules."""
_GLANCE: Final = 0.001
_ASKING: Final = ("select", "poll", "epoll")


@dataclass(frozen=True, slots=True)
class Line:
    """A client's connection to the server.

    Attributes:
        sent, read, unread: payload bytes the client has sent, those it has received and read, and those it has received and not read.
        accepted: whether the server has accepted it.
    """

    sent: int
    read: int
    unread: int
    accepted: bool


class Person:
    """One person with the client program in front of them.

    Attributes:
        name: who they are, in a string as the report calls them; called: what they call themselves in the chat.
        told: how often they have told the program their name.
        since: how much of the screen was there when they last typed.
        attempts: at connecting, by anybody, before they came: as `grading.kernel.attempts` counts them.
    """

    def __init__(self, name: str, called: str, terminal: Terminal, process: Process, attempts: tuple[int, int] | None = None) -> None:
        self.name, self.called, self.terminal, self.process, self.attempts = name, called, terminal, process, attempts
        self.told = 0
        self.since = 0

    def __str__(self) -> str:
        return called_in_reports(self.name)

    def sees(self, text: str) -> bool:
        """Whether the text stands on the screen."""
        return shows(bytes(self.terminal.screen), text)

    @property
    def screen(self) -> str:
        """All the screen has shown."""
        return plain(bytes(self.terminal.screen))

    @property
    def news(self) -> str:
        """What the screen has shown since they last typed."""
        return self.shown_since(self.since)

    def shown_since(self, mark: int) -> str:
        """What the screen has shown since it was `mark` bytes long."""
        return plain(bytes(self.terminal.screen[mark:]))


class Screens:
    """Everybody's terminal, beside one server.

    Attributes:
        people: in the order they came.
        busy: a program was found to burn processor time all along, so nothing can be called missing any more.
        restless: the same for a screen or a connection that moves all along.
        client_ports: the clients' own ports, as far as they were seen.
    """

    def __init__(self, server: Server) -> None:
        """Raises NotApplicable where there are no terminals, or nobody could tell when everything is at rest."""
        sandbox = server.sandbox
        if not sandbox.terminals or sandbox.diag is None or not isinstance(server.clock, Stillness):
            raise NotApplicable(_("клиентов в терминалах можно запустить только в Linux, где видно, чем заняты программы"))
        self.server, self.clock = server, server.clock
        self._diag = Diag(sandbox.diag)
        self.people: list[Person] = []
        self.busy = self.restless = False
        self.client_ports: set[int] = set()

    # -- what people do

    def start(self, name: str, called: str, argv: Sequence[str], cwd: str) -> Person:
        """Somebody opens a terminal and starts a client in it. Does not wait. Raises the sandbox's errors."""
        self.clock.before_acting()
        terminal, before = Terminal(), attempts(self.server.sandbox.snmp_fds)
        try:
            process = self.server.sandbox.start(argv, cwd=cwd, terminal=terminal.program_end)
        except BaseException:
            terminal.close()
            raise
        person = Person(name, called, terminal, process, before)
        self.people.append(person)
        return person

    def have_started(self) -> None:
        """Waits until those just started have come to rest."""
        for _try in range(1 if self.busy else _STARTS):
            if self.settle(sure=True) is Rest.STILL:
                self.busy = False  # it only took its time to start
            if not self.busy:
                return

    def type(self, person: Person, line: str) -> None:
        """They type a line and Enter. Does not wait."""
        self.clock.before_acting()
        person.since = len(person.terminal.screen)
        person.terminal.type(line)

    def leave(self, person: Person) -> None:
        """Their program is killed and the terminal closed."""
        self.people.remove(person)
        try:
            person.process.signal(int(signal.SIGKILL))
            person.process.wait(time.monotonic() + STEP_LIMIT)
        finally:
            person.terminal.close()

    # -- what is the case

    def reads(self, person: Person) -> bool:
        """Whether the program waits for the keyboard, or for several things of which that may be one."""
        own = [thread for thread in self.server.threads() if thread.pid == person.process.pid and thread.asleep]
        return any(_at_keyboard(thread) or thread.call in _ASKING for thread in own)

    def frozen(self, person: Person) -> bool:
        """Whether the program can never go on: something has come for it, and each of its threads waits for another, without a timer."""
        own = [thread for thread in self.server.threads() if thread.pid == person.process.pid]
        line = self.line(person)
        locked = bool(own) and all(thread.asleep and thread.call == "lock" and not thread.timed for thread in own)
        return locked and line is not None and line.accepted and line.unread > 0

    def ended(self, person: Person) -> bool:
        """Whether their program is over: by what processes there are, since its exit code is reported a moment later."""
        return person.process.pid not in self.server.sandbox.pids()

    def refused(self, person: Person) -> bool | None:
        """Whether connections were tried since they came, and every one was refused; None where the kernel does not tell."""
        now = attempts(self.server.sandbox.snmp_fds)
        if now is None or person.attempts is None:
            return None
        tried, failed = (after - before for after, before in zip(now, person.attempts, strict=True))
        return 0 < failed == tried

    def line(self, person: Person) -> Line | None:
        """Their connection to the server, None if there is none (any more)."""
        return self.lines([person]).get(person.name)

    def lines(self, people: Iterable[Person]) -> dict[str, Line]:
        """The same for several, by name; who has no connection is not in it."""
        assert self.server.sandbox.proc_fd is not None
        ends = self._ends()
        found = {}
        for person in people:
            own = socket_inodes(self.server.sandbox.proc_fd, person.process.pid)
            for end in ends.values():
                if end.inode in own and end.info is not None and end.state == ESTABLISHED and end.remote[1] in self._ports:
                    other = ends.get((end.remote, end.local))
                    accepted = other is not None and bool(other.inode)
                    found[person.name] = Line(end.info.sent, end.info.arrived - end.unread, end.unread, accepted)
        return found

    def settle(self, came: Callable[[], bool] = lambda: False, *, patient: bool = False, sure: bool = False) -> Rest:
        """Waits until nothing more can come, or until `came()`. Arguments as of the clock.

        Returns: BUSY also where a screen or a connection never rests by somebody's timer. Raises: Infra if nothing can be told in time;
        NotApplicable if the clients multiply.
        """
        begun = time.monotonic()
        before: tuple[object, ...] | None = None
        moves = 0
        while True:
            rest = self.clock.settle(begun + STEP_LIMIT, lambda: self._look() or came(), patient=patient, sure=sure)
            elapsed = time.monotonic() - begun
            if rest in (Rest.BUSY, Rest.LATE) and len(self.server.sandbox.pids()) > _CROWD:
                raise NotApplicable(_("клиенты запускают всё новые процессы"))
            if rest is Rest.LATE:
                raise Infra(_("компьютер слишком занят: за время, отведённое на шаг, клиенты так и не стихли"))
            if rest is Rest.STILL:
                state, arrived = self._state(connecting=elapsed < CONNECT_LIMIT)
                if arrived and state == before:
                    return rest
                before, moves = state, moves + 1
                if not arrived:
                    select.select([], [], [], _GLANCE)
            known = _KNOWN_RESTLESS if self.restless else 1.0
            if elapsed > PATIENCE * known or (moves > _RESTLESS_MOVES * known and elapsed > _RESTLESS * known):
                self.restless = True
                return Rest.BUSY
            if rest is Rest.BUSY or any(person.terminal.full for person in self.people):
                self.busy = True
                return Rest.BUSY
            if rest is Rest.CAME:
                return rest

    def waiting(self, person: Person) -> list[Waiting]:
        """Where each thread of their program is, and what it waits for."""
        threads = {(thread.pid, thread.tid): thread for thread in self.server.threads()}
        found = []
        for dump in person.process.tracebacks():
            thread = threads.get((dump.pid, dump.tid))
            if thread is not None and dump.pid == person.process.pid:
                call = (thread.call or "?") if thread.asleep else "busy"
                found.append(Waiting(call, _waits_for(thread), tuple((file, line) for file, line, _ in dump.frames)))
        return found

    def close(self) -> None:
        """Everybody goes; the server stays. Whoever broke the sandbox has ended it for all."""
        for person in list(self.people):
            with contextlib.suppress(StudentBrokeSandbox):
                self.leave(person)

    # -- the terminals' and connections' part of stillness

    def _look(self) -> bool:
        for person in self.people:
            person.terminal.look()
        return False

    @property
    def _ports(self) -> set[int]:
        return {port for _, (_, port) in self.server.addresses}

    def _ends(self) -> dict[tuple[object, object], Peer]:
        """Both ends of every connection to the server, by (own address, the other's)."""
        found = [end for end in self._diag.connections() if {end.local[1], end.remote[1]} & self._ports]
        self.client_ports |= {end.local[1] for end in found} - self._ports
        return {(end.local, end.remote): end for end in found}

    def _state(self, *, connecting: bool) -> tuple[tuple[object, ...], bool]:
        """(all that can move, whether everything sent has arrived). A connection may still come about only while `connecting`."""
        self._look()
        ends = self._ends()
        shown = tuple(len(person.terminal.screen) for person in self.people)
        pairs = [(end, other) for key, end in ends.items() if (other := ends.get((key[1], key[0]))) is not None]
        waiting = connecting and any(end.state == SYN_SENT for end in ends.values())
        return (*sorted(map(str, ends.values())), shown), not waiting and all(arrived(end, other) for end, other in pairs)


def arrived(end: Peer, other: Peer) -> bool:
    """Whether all that this end has sent is at the other. Bytes held back until an ACK comes (Nagle) are on their way too."""
    if end.info is None or other.info is None:
        return True  # not accepted yet: counted as arrived, since the server has to act first
    held = end.info.notsent > 0 and end.info.unacked > 0
    return not held and end.info.sent == other.info.arrived


def _at_keyboard(thread: Thread) -> bool:
    return thread.call == "read" and thread.first == 0


def _waits_for(thread: Thread) -> str:
    if _at_keyboard(thread):
        return _("пока в его окне что-нибудь наберут")
    return _("пока сервер что-нибудь пришлёт") if thread.call == "recv" else ""
