"""The server under test: start it, find where it listens, connect guests, stop it, and say where it is stuck."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from grading.kernel import Address, Diag, PacketCount, Peer, diag_request
from grading.links import Link
from grading.result import Stuck
from grading.sandbox import Process, Sandbox
from grading.stillness import Rest, Stillness
from grading.threads import Thread, Threads

START_LIMIT: Final = 10.0
"""Seconds a server may take to listen; the slowest right one of those measured took 3.2 s."""
CONNECT_LIMIT: Final = 3.5
"""Seconds for one connection: where the accept queue is full, the kernel tries again after 1 and 3 s."""
_LOOK: Final = 0.0008
_FIRST_PORT: Final = 50001


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
        addresses: where it listens, set by `start`.
        clock: its stillness.
        names: guest's local address -> the name we call him by in `stuck`.
    """

    def __init__(self, sandbox: Sandbox, launch: Launch) -> None:
        """The sandbox stays the caller's to close. Raises RuntimeError on a platform without stillness."""
        if sandbox.proc_fd is None or sandbox.diag is None:
            raise RuntimeError("this platform has no inet_diag")
        self.sandbox, self.launch = sandbox, launch
        self._proc_fd = sandbox.proc_fd
        self._diag = Diag(sandbox.diag)
        self._threads = Threads(sandbox.proc_fd, sandbox.pids)
        self.addresses: list[tuple[int, Address]] = []
        self._listener_requests: list[bytes] = []
        self.clock = Stillness(self._threads, self._diag, PacketCount(sandbox.snmp_fds), lambda: self._listener_requests)
        self.names: dict[Address, str] = {}
        self.process: Process | None = None
        self._next_port = _FIRST_PORT

    # -- its life

    def start(self, limit: float = START_LIMIT) -> float:
        """Starts it and waits until it listens.

        Returns: seconds that took. Raises: NotStarted, SandboxError, StudentBrokeSandbox.
        """
        begun = time.monotonic()
        self.addresses, self._listener_requests = [], []
        self.process = self.sandbox.start(self.launch.argv, cwd=self.launch.cwd)
        typed = self.launch.stdin.encode()
        if typed:
            os.write(self.process.stdin, typed)
        before: tuple[Thread, ...] = ()
        since = begun
        while True:
            listeners = self._listeners()
            if listeners:
                self._listens(listeners)
                self.clock.begin()
                return time.monotonic() - begun
            code = self.process.poll()
            if code is not None:
                raise NotStarted("exited", code)
            now = time.monotonic()
            threads = self._threads.look()
            if threads != before or not threads or not all(thread.asleep for thread in threads):
                before, since = threads, now
            elif now - since > 0.05 and any(thread.call == "read" and thread.first == 0 for thread in threads):
                raise NotStarted("input")
            elif now - since > 0.3 and not any(thread.timed or thread.call in ("wait", "connect") for thread in threads):
                raise NotStarted("silent")
            if now - begun > limit:
                raise NotStarted("silent" if all(thread.asleep for thread in threads) else "slow")
            select.select([], [], [], _LOOK)

    def type(self, text: str) -> None:
        """Types at the server's keyboard."""
        if self.process is not None:
            os.write(self.process.stdin, text.encode())

    def exit_code(self) -> int | None:
        """None while it runs; its exit code, negative for a signal, once it has ended."""
        return None if self.process is None else self.process.poll()

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
        self._threads.close()

    # -- its guests

    def connect(self, name: str) -> Link:
        """A new guest's connection, called `name` in messages. Raises NoConnection."""
        family, address = self.addresses[0]
        (sock,) = self.sandbox.sockets(family, socket.SOCK_STREAM, 1)
        if self.sandbox.network == "private":  # fixed ports: a server that prints addresses prints the same ones every time
            sock.bind(("127.0.0.1" if family == socket.AF_INET else "::1", self._next_port))
            self._next_port += 1
        sock.setblocking(False)
        try:
            if sock.connect_ex(address) != 0:
                poll = select.poll()
                poll.register(sock, select.POLLOUT)
                if not poll.poll(CONNECT_LIMIT * 1000):
                    raise NoConnection("no answer")
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    raise NoConnection(os.strerror(code))
            sock.setblocking(True)
            link = Link(sock)
        except (OSError, NoConnection) as error:
            sock.close()
            raise NoConnection(str(error)) from error
        self.names[link.local] = name
        self.clock.links.append(link)
        return link

    def waiting(self) -> int:
        """How many connections wait to be accepted."""
        return sum(peer.unread for peer in self._diag.ask(list(self._listener_requests)) if peer is not None)

    # -- where it is

    def _listeners(self) -> list[Peer]:
        peers = self._diag.listening()
        if self.sandbox.network == "private" or not peers:
            return peers
        mine: set[int] = set().union(*(socket_inodes(self._proc_fd, pid) for pid in self.sandbox.pids()))
        return [peer for peer in peers if peer.inode in mine]

    def _listens(self, peers: Sequence[Peer]) -> None:
        for peer in sorted(peers, key=lambda peer: (peer.local[1], peer.local[0])):
            six = ":" in peer.local[0]
            family = socket.AF_INET6 if six else socket.AF_INET
            self._listener_requests.append(diag_request(family, peer.local, ("::" if six else "0.0.0.0", 0)))
            host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(peer.local[0], peer.local[0])
            self.addresses.append((family, (host, peer.local[1])))

    def threads(self) -> tuple[Thread, ...]:
        """Its threads now."""
        return self._threads.look()

    def stuck(self) -> tuple[Stuck, ...]:
        """Where each of its threads waits, in which line and for whom. Best effort, never raises on a server that is gone."""
        if self.process is None or self.process.poll() is not None:
            return ()
        threads = {(thread.pid, thread.tid): thread for thread in self._threads.look()}
        owners = self._socket_owners()
        found: list[Stuck] = []
        for dump in self.process.tracebacks():
            thread = threads.get((dump.pid, dump.tid))
            frames = [frame for frame in dump.frames if frame[0].startswith(self.sandbox.lab + "/")]
            if thread is None or not frames:
                continue
            file, line, _function = frames[0]
            call = (thread.call or "?") if thread.asleep else "busy"
            where = os.path.relpath(file, self.sandbox.lab)
            item = Stuck(where, line, "", call, self._waits_for(thread, call, owners))
            if item not in found:
                found.append(item)
        return tuple(found)

    def _socket_owners(self) -> dict[int, str]:
        peers = self._diag.ask([link.request for link in self.clock.links])
        return {peer.inode: self.names.get(peer.remote, "") for peer in peers if peer is not None and peer.inode}

    def _waits_for(self, thread: Thread, call: str, owners: dict[int, str]) -> str:
        who = owners.get(_socket_inode(self._proc_fd, thread.pid, thread.first) or -1, "")
        if who and call in ("recv", "read"):
            return f"пока {who} что-нибудь пришлёт"
        if who and call in ("send", "write"):
            return f"пока {who} прочтёт то, что ему уже отправлено"
        if call == "read" and thread.first == 0:
            return "ввода с клавиатуры сервера"
        return _WAITS_FOR.get(call, "")


_WAITS_FOR: Final = {
    "recv": "данных от клиента, которого уже нет",
    "accept": "нового подключения",
    "lock": "другого потока: блокировки (Lock), очереди или его окончания (join)",
    "select": "события на любом из своих сокетов",
    "poll": "события на любом из своих сокетов",
    "epoll": "события на любом из своих сокетов",
    "sleep": "конца паузы sleep",
    "busy": "ничего: цикл крутится без остановки",
}
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
