"""The server as the Linux kernel knows it: /proc and inet_diag."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Final

from grading.datagrams import DatagramCount
from grading.eyes.inodes import socket_inode, socket_inodes
from grading.eyes.model import Held, Waiting
from grading.eyes.whom import ANYBODY, waits_for
from grading.kernel import ESTABLISHED, Address, Diag, PacketCount, Peer, diag_request
from grading.links import AnyLink
from grading.sandbox import Process, Sandbox, ThreadDump
from grading.stillness import Stillness
from grading.threads import Thread, Threads

_Id = tuple[int, int]  # of a thread: its process, itself
_GLANCE: Final = 0.0008
_RESTLESS_CPU: Final = 0.02
"""Seconds of processor time in which the threads that never rest show; a thread with a tenth of it is one."""
_RESTLESS_LIMIT: Final = 2.0
"""Seconds to wait for that on a machine that is busy itself."""


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

    def waiter(self, link: AnyLink) -> Thread | None:
        """See Eyes."""
        timed = [thread for thread in self._threads.look() if thread.timed]
        if len(timed) != 1 or timed[0].call != "poll" or not link.request:
            return None
        (peer,) = self._diag.ask([link.request])
        (thread,) = timed
        return thread if peer is not None and peer.inode and peer.inode == socket_inode(self._proc_fd, thread.pid, thread.first) else None

    def hurries(self) -> bool:
        """See Eyes."""
        timed = [thread for thread in self._threads.look() if thread.timed and thread.call == "poll"]  # what settimeout() makes of recv
        guests = self._owners(self.clock.links, {}) if timed else {}
        return any(socket_inode(self._proc_fd, thread.pid, thread.first) in guests for thread in timed)

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
                who = owners.get(socket_inode(self._proc_fd, thread.pid, thread.first) or -1, "")
                found.append(Waiting(call, waits_for(call, who, thread), tuple((file, line) for file, line, _ in dump.frames)))
        return found

    def overlook(self, process: Process, idle: Mapping[tuple[str, int], str]) -> None:
        """See Eyes."""
        self.clock.recognise = (lambda: self._overlook(process, idle)) if idle else None
        self._overlook(process, idle)

    def _overlook(self, process: Process, idle: Mapping[tuple[str, int], str]) -> None:
        _, dumps = self._asleep(process, set()) if idle else ({}, [])
        inside = f"{self._sandbox.lab}/"
        own = {(dump.pid, dump.tid): [frame[:2] for frame in dump.frames if frame[0].startswith(inside)] for dump in dumps}
        self._threads.overlook({thread: idle.get(places[0], "") for thread, places in own.items() if places})

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
        return {peer.inode: names.get(peer.remote, "") if peer.remote[1] else ANYBODY for peer in found}

    def close(self) -> None:
        """See Eyes."""
        self._threads.close()


def _stays(before: Thread, after: Thread | None) -> bool:
    """Whether a thread sleeps, and in the same call on the same thing as before."""
    return after is not None and before.asleep and after.asleep and (before.call, before.first) == (after.call, after.first)
