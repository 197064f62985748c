"""The clock where the kernel does not tell: nothing has come and nothing was computed for long enough.

An adaptive quiet period: the longer this machine keeps us waiting ourselves, the longer silence must last. It can be wrong where stillness
cannot, and it is slow; it serves macOS, Windows and containers that hide /proc. Reports name it ("clock": "quiet-period").
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from grading.kernel import Address, Diag, Peer
from grading.links import INBOX_LIMIT, AnyLink, glance
from grading.sandbox import Sandbox
from grading.stillness import BUSY_AFTER, Rest

QUIET: Final = 0.25
"""Seconds of silence that count as rest on an idle machine: several times what a relay of one message takes there, scheduling included."""
PATIENT: Final = 1.5
"""The same before something is called missing: a server may poll once a second."""
_GLANCE: Final = 0.01


class QuietPeriod:
    """Waits until nothing has moved for long enough; the interface is that of `Stillness`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.links: list[AnyLink] = []
        self.timers_matter = False
        self.patience = PATIENT
        self.known_busy = False
        self.suspected_busy = False

    def begin(self) -> None:
        """A server has just started: nothing to remember here."""

    def before_acting(self) -> None:
        """A guest is about to act: nothing to remember here."""

    def settle(self, deadline: float, came: Callable[[], bool] = lambda: False, *, patient: bool = False, sure: bool = False) -> Rest:
        """See Stillness.settle; here `patient` waits longer, and whoever is called busy is so beyond doubt (`sure`)."""
        begun = moved = time.monotonic()
        traffic, cpu = self._traffic(), self.cpu()
        slowness = 1.0
        while True:
            if came():
                return Rest.CAME
            now = time.monotonic()
            if now - moved > (self.patience if patient or self.timers_matter else QUIET) * slowness:
                return Rest.STILL
            if now > deadline:
                return Rest.LATE
            glance(self.links, _GLANCE)
            slowness = max(slowness, (time.monotonic() - now) / _GLANCE / 3)  # we were kept waiting; so is the server
            seen, used = self._traffic(), self.cpu()
            if seen != traffic:
                traffic, cpu, moved, begun = seen, used, time.monotonic(), time.monotonic()
            elif used - cpu > BUSY_AFTER and time.monotonic() - begun > QUIET:
                self.known_busy = True
                return Rest.BUSY
            elif used > cpu + 0.02:  # it is still thinking; a tick of a timer is less
                moved = time.monotonic()

    def listening(self) -> list[tuple[int, Address]]:
        """Every TCP socket the server's processes listen on; in a private network, every one there is."""
        if self._sandbox.network == "private" and self._sandbox.diag is not None:
            return _places(Diag(self._sandbox.diag).listening())
        return self._sockets("tcp", "LISTEN")

    def bound(self) -> list[tuple[int, Address]]:
        """The same for UDP sockets that take datagrams from anybody."""
        if self._sandbox.network == "private" and self._sandbox.diag is not None:
            return _places(Diag(self._sandbox.diag).bound())
        return self._sockets("udp", "NONE")

    def _sockets(self, kind: str, status: str) -> list[tuple[int, Address]]:
        import psutil  # noqa: PLC0415 - see _cpu_by_psutil

        found = set()
        for pid in self._sandbox.pids():
            try:
                connections = psutil.Process(pid).net_connections(kind)
            except psutil.Error:
                continue
            fitting = (one for one in connections if one.status == status and one.laddr and not one.raddr)
            found |= {(int(one.family), (one.laddr.ip, one.laddr.port)) for one in fitting}
        return sorted(found, key=lambda one: (one[1][1], one[1][0]))

    def cpu(self) -> float:
        """Seconds of processor time the server's processes have used."""
        used = _cpu_by_psutil if self._sandbox.proc_fd is None else partial(_cpu_by_stat, self._sandbox.proc_fd)
        return sum(used(pid) for pid in self._sandbox.pids())

    def _traffic(self) -> tuple[tuple[int, bool], ...]:
        for link in self.links:
            link.drain(INBOX_LIMIT)
        return tuple((len(link.inbox), link.ended) for link in self.links)


def _places(peers: Iterable[Peer]) -> list[tuple[int, Address]]:
    return sorted((int(socket.AF_INET6 if ":" in peer.local[0] else socket.AF_INET), peer.local) for peer in peers)


def _cpu_by_psutil(pid: int) -> float:
    import psutil  # noqa: PLC0415 - 10 ms that nobody need pay who has the other clock

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _cpu_by_stat(proc_fd: int, pid: int) -> float:
    """From the sandbox's own procfs, in whose numbering the pid is; `stat` can be read where `syscall` is hidden."""
    try:
        fd = os.open(f"{pid}/stat", os.O_RDONLY, dir_fd=proc_fd)
    except OSError:
        return 0.0
    try:
        fields = os.read(fd, 1024).rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0.0
    finally:
        os.close(fd)
