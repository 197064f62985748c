"""How a running server is watched: by the kernel's own account where that can be had (Linux), else by its output and CPU time.

Both kinds of eyes have the same methods, so that nothing above knows which it looks through; reports name it as the clock.
"""

from __future__ import annotations

import os
import re
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from grading.datagrams import DatagramCount
from grading.kernel import ESTABLISHED, Address, Diag, PacketCount, Peer, diag_request
from grading.links import AnyLink
from grading.messages import N_, _
from grading.quiet import QuietPeriod
from grading.sandbox import Process, Sandbox, ThreadDump
from grading.stillness import Stillness
from grading.threads import KNOWN_MACHINE, Thread, Threads
from grading.words import person

Clock = Stillness | QuietPeriod
_Id = tuple[int, int]  # of a thread: its process, itself
_GLANCE: Final = 0.0008
_RESTLESS_CPU: Final = 0.02
"""Seconds of processor time in which the threads that never rest show; a thread with a tenth of it is one."""
_RESTLESS_LIMIT: Final = 2.0
"""Seconds to wait for that on a machine that is busy itself."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Where one thread of the server is.

    Attributes:
        call: the system call it sleeps in, "busy" if it runs, "?" if that is not known.
        waits_for: for whom or what, in words for the student.
        frames: (file as the sandbox names it, line), innermost first.
    """

    call: str
    waits_for: str
    frames: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What a server holds: open sockets, threads. Both grow with everybody whom it does not forget."""

    sockets: int
    threads: int


class Eyes(Protocol):
    """What can be seen of a server."""

    @property
    def clock(self) -> Clock:
        """Tells when nothing more can happen."""

    def listening(self) -> list[tuple[int, Address]]:
        """(address family, address) of every TCP socket the server listens on."""

    def bound(self) -> list[tuple[int, Address]]:
        """The same of every UDP socket that takes datagrams from anybody; in a private network the guests' own are among them."""

    def watch_datagrams(self) -> bool:
        """From now on guests come over UDP. Returns whether these eyes can follow that: without counters of its own network they cannot."""

    def threads(self) -> tuple[Thread, ...]:
        """Its threads now; () where they cannot be seen."""

    def unaccepted(self) -> int:
        """How many connections wait to be accepted; 0 where that cannot be seen."""

    def door(self) -> int:
        """How many more guests may connect at once before anybody is accepted: what listen() left room for."""

    def shut(self) -> bool:
        """Whether nobody can connect before somebody is accepted: the queue is full. False where that cannot be seen."""

    def held(self) -> Held | None:
        """How many sockets and threads all its processes have; None where that cannot be seen."""

    def written(self, link: AnyLink) -> int | None:
        """Bytes the server has written to a guest, read or not; None where that cannot be seen, or the server has hung up on him."""

    def hurries(self) -> bool:
        """Whether a thread waits for one guest and will not wait for ever. False where that cannot be seen."""

    def waiting(self, process: Process, names: dict[Address, str]) -> list[Waiting]:
        """Where each thread waits; `names`: guest's address -> what he is called."""

    def close(self) -> None:
        """Gives back what is held."""


def open_eyes(sandbox: Sandbox, clock: str = "auto") -> Eyes:
    """The best eyes there are for a sandbox. `clock`: "auto", or "quiet-period" to have those that work anywhere."""
    if clock == "auto" and KNOWN_MACHINE and sandbox.proc_fd is not None and sandbox.diag is not None:
        return KernelEyes(sandbox, sandbox.proc_fd, sandbox.diag)
    return PlainEyes(sandbox)


class KernelEyes:
    """Sees through /proc and inet_diag."""

    def __init__(self, sandbox: Sandbox, proc_fd: int, diag: socket.socket) -> None:
        self._sandbox, self._proc_fd = sandbox, proc_fd
        self._diag, self._threads = Diag(diag), Threads(proc_fd, sandbox.pids, lambda: sandbox.started)
        self._listeners: list[bytes] = []
        self.clock = Stillness(self._threads, self._diag, PacketCount(sandbox.snmp_fds), lambda: self._listeners)

    def listening(self) -> list[tuple[int, Address]]:
        """See Eyes. In a network shared with others only the server's own sockets count."""
        found = self._places(self._diag.listening())
        self._listeners = [diag_request(family, local, ("::" if family == socket.AF_INET6 else "0.0.0.0", 0)) for family, local in found]
        return found

    def bound(self) -> list[tuple[int, Address]]:
        """See Eyes."""
        return self._places(self._diag.bound())

    def watch_datagrams(self) -> bool:
        """See Eyes."""
        self.clock.packets = DatagramCount(self._sandbox.snmp_fds)
        return bool(self._sandbox.snmp_fds)

    def _places(self, peers: list[Peer]) -> list[tuple[int, Address]]:
        if self._sandbox.network != "private" and peers:
            mine: set[int] = set().union(*(socket_inodes(self._proc_fd, pid) for pid in self._sandbox.pids()))
            peers = [peer for peer in peers if peer.inode in mine]
        found = [(int(socket.AF_INET6 if ":" in peer.local[0] else socket.AF_INET), peer.local) for peer in peers]
        return sorted(found, key=lambda one: (one[1][1], one[1][0]))

    def threads(self) -> tuple[Thread, ...]:
        """See Eyes."""
        return self._threads.look()

    def unaccepted(self) -> int:
        """See Eyes."""
        return sum(peer.unread for peer in self._diag.ask(self._listeners) if peer is not None)

    def door(self) -> int:
        """See Eyes."""
        return max(1, min(self._places_left(), default=1))

    def shut(self) -> bool:
        """See Eyes."""
        left = self._places_left()
        return bool(left) and max(left) < 0

    def _places_left(self) -> list[int]:
        """What listen() was told less who waits, for each listening socket; the kernel lets one more in than it was told."""
        return [peer.unsent - peer.unread for peer in self._diag.ask(self._listeners) if peer is not None]

    def held(self) -> Held | None:
        """See Eyes."""
        sockets = sum(len(socket_inodes(self._proc_fd, pid)) for pid in self._sandbox.pids())
        return Held(sockets, len(self._threads.look())) if sockets else None  # a server has one at least, if we may look

    def written(self, link: AnyLink) -> int | None:
        """See Eyes."""
        if not link.request:
            return None
        (peer,) = self._diag.ask([link.request])
        if peer is None or peer.info is None or peer.state != ESTABLISHED:
            return None
        return peer.info.sent + peer.info.notsent

    def hurries(self) -> bool:
        """See Eyes."""
        timed = [thread for thread in self._threads.look() if thread.timed and thread.call == "poll"]  # what settimeout() makes of recv
        guests = self._owners(self.clock.links, {}) if timed else {}
        return any(_socket_inode(self._proc_fd, thread.pid, thread.first) in guests for thread in timed)

    def waiting(self, process: Process, names: dict[Address, str]) -> list[Waiting]:
        """See Eyes. Which socket a thread waits on tells for whom."""
        busy = self._restless() if self.clock.known_busy else set()
        threads, dumps = self._asleep(process, busy)
        owners = self._owners(self.clock.links, names)
        found = []
        for dump in dumps:
            thread = threads.get((dump.pid, dump.tid))
            if thread is not None:
                restless = (dump.pid, dump.tid) in busy or not thread.asleep
                call = "busy" if restless else thread.call or "?"
                who = owners.get(_socket_inode(self._proc_fd, thread.pid, thread.first) or -1, "")
                found.append(Waiting(call, _waits_for(call, who, thread), tuple((file, line) for file, line, _ in dump.frames)))
        return found

    def _asleep(self, process: Process, busy: set[_Id]) -> tuple[dict[_Id, Thread], list[ThreadDump]]:
        """Its threads, and where they are, at a moment when all but the busy ones sleep: one that looks round ten times a second is not
        to be caught at it. Each runs for a moment to tell where it is, so that it has run says nothing."""
        deadline = time.monotonic() + _RESTLESS_LIMIT
        while True:
            before = {(thread.pid, thread.tid): thread for thread in self._threads.look()}
            dumps = process.tracebacks()
            after = {(thread.pid, thread.tid): thread for thread in self._threads.look()}
            awake = [one for one, thread in before.items() if one not in busy and not _stays(thread, after.get(one))]
            if not awake or time.monotonic() > deadline:
                return before, dumps
            select.select([], [], [], _GLANCE)

    def _restless(self) -> set[_Id]:
        """Threads of a busy server that use processor time while nobody acts. A single look would not do: one that goes round and round
        sleeps for moments too, when it waits for another to let it run."""
        before = {(thread.pid, thread.tid): thread.cpu for thread in self._threads.look()}
        deadline = time.monotonic() + _RESTLESS_LIMIT
        used: dict[_Id, float] = {}
        while sum(used.values()) < _RESTLESS_CPU and time.monotonic() < deadline:
            select.select([], [], [], _GLANCE)
            now = {(thread.pid, thread.tid): thread.cpu for thread in self._threads.look()}
            used = {key: cpu - before.get(key, 0.0) for key, cpu in now.items()}
        return {key for key, cpu in used.items() if cpu > _RESTLESS_CPU / 10}

    def _owners(self, links: Sequence[AnyLink], names: dict[Address, str]) -> dict[int, str]:
        peers: list[Peer | None] = self._diag.ask([link.request for link in links if link.request])
        found = [peer for peer in peers if peer is not None and peer.inode]
        return {peer.inode: names.get(peer.remote, "") if peer.remote[1] else _ANYBODY for peer in found}

    def close(self) -> None:
        """See Eyes."""
        self._threads.close()


class PlainEyes:
    """Sees what psutil sees, on any platform: processes, their CPU time, their listening sockets."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.clock = QuietPeriod(sandbox)

    def listening(self) -> list[tuple[int, Address]]:
        """See Eyes."""
        return self.clock.listening()

    def bound(self) -> list[tuple[int, Address]]:
        """See Eyes."""
        return self.clock.bound()

    def watch_datagrams(self) -> bool:
        """See Eyes."""
        return True

    def threads(self) -> tuple[Thread, ...]:
        """See Eyes."""
        return ()

    def unaccepted(self) -> int:
        """See Eyes."""
        return 0

    def door(self) -> int:
        """See Eyes. The smallest number students give to listen() is 1."""
        return 1

    def shut(self) -> bool:
        """See Eyes."""
        return False

    def held(self) -> Held | None:
        """See Eyes."""
        return None

    def written(self, link: AnyLink) -> int | None:
        """See Eyes."""
        return None

    def hurries(self) -> bool:
        """See Eyes."""
        return False

    def waiting(self, process: Process, names: dict[Address, str]) -> list[Waiting]:
        """See Eyes. Lines are known where the sandbox can ask for them, calls are not."""
        return [Waiting("?", "", tuple((file, line) for file, line, _ in dump.frames)) for dump in process.tracebacks()]

    def close(self) -> None:
        """See Eyes."""


_ANYBODY: Final = N_("кто-нибудь")
_WAITS_FOR: Final = {
    "recv": N_("данных от гостя, которого уже нет"),
    "accept": N_("нового подключения"),
    "lock": N_("другого потока: блокировки (Lock), очереди или его окончания (join)"),
    "select": N_("события на любом из своих сокетов"),
    "poll": N_("события на любом из своих сокетов"),
    "epoll": N_("события на любом из своих сокетов"),
    "sleep": N_("конца паузы sleep"),
    "busy": N_("ничего: цикл крутится без остановки"),
}


def _waits_for(call: str, who: str, thread: Thread) -> str:
    if who and (call in ("send", "write") or thread.writes):
        return _("пока {who} прочтёт то, что уже отправлено").format(who=person(who))
    if who and call in ("recv", "read", "poll"):  # poll: a socket with a time-out
        return _("пока {who} что-нибудь пришлёт").format(who=person(who))
    if call == "read" and thread.first == 0:
        return _("ввода с клавиатуры сервера")
    return _(_WAITS_FOR[call]) if call in _WAITS_FOR else ""


def _stays(before: Thread, after: Thread | None) -> bool:
    """Whether a thread sleeps, and in the same call on the same thing as before."""
    return after is not None and before.asleep and after.asleep and (before.call, before.first) == (after.call, after.first)


_SOCKET: Final = re.compile(r"socket:\[(\d+)\]")


def _socket_inode(proc_fd: int, pid: int, fd: int) -> int | None:
    if fd < 0:
        return None
    try:
        found = _SOCKET.match(os.readlink(f"{pid}/fd/{fd}", dir_fd=proc_fd))
    except OSError:
        return None
    return int(found[1]) if found else None


def socket_inodes(proc_fd: int, pid: int) -> set[int]:
    """Inodes of all sockets a process has open; empty if it is gone or cannot be looked into."""
    try:
        directory = os.open(f"{pid}/fd", os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc_fd)
    except OSError:
        return set()
    try:
        found = {_socket_inode(proc_fd, pid, int(name)) for name in os.listdir(directory)}
    except OSError:
        found = set()
    finally:
        os.close(directory)
    return {inode for inode in found if inode is not None}
