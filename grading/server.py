"""The server under test and those who come to it: guests connect, and one may sit down at its own keyboard."""

from __future__ import annotations

import socket
import time
from typing import Final

from grading.console import ConsoleLink
from grading.datagrams import Mailbox, guest_over_udp
from grading.links import AnyLink, Link, narrow
from grading.messages import N_, _
from grading.running import Launch, Running
from grading.sandbox import Sandbox
from grading.threads import Thread

CONNECT_LIMIT: Final = 3.5
"""Seconds for one connection: where the accept queue is full, the kernel tries again after 1 and 3 s."""
_NOBODY_ACCEPTS: Final = N_("никто не принимает подключение")
_AT_ONCE: Final = 4
"""Sockets the sandbox is asked for at a time: asking costs as much as all the rest of connecting."""
_FIRST_PORT: Final = 50000


class NoConnection(Exception):
    """The server could not be connected to: refused, or nobody accepts and the queue is full."""


class Server(Running):
    """One start of a student's server in a sandbox, and the guests connected to it."""

    def __init__(self, sandbox: Sandbox, launch: Launch, clock: str = "auto") -> None:
        """See Running."""
        super().__init__(sandbox, launch, clock)
        self._spare: list[socket.socket] = []
        self._mailbox = Mailbox()
        self._next_port = _FIRST_PORT

    def connect(self, name: str, *, reads: bool = True) -> AnyLink:
        """A new guest's connection, called `name` in messages. For one who never reads the kernel keeps little. Raises NoConnection."""
        link = self._over_tcp(reads) if self.transport == "tcp" else self._over_udp()
        self.names[link.local] = name
        self.clock.links.append(link)
        return link

    def sit_down(self, name: str) -> AnyLink:
        """Somebody at the server's own keyboard, called `name` in messages. The server must have been started."""
        assert self.process is not None
        self.clock.before_acting()  # one link more is nothing that the server has done
        link = ConsoleLink(self.process)
        self.names[link.local] = name
        self.clock.links.append(link)
        return link

    def _over_udp(self) -> AnyLink:
        family, address = self.addresses[0]
        try:
            return guest_over_udp(self.sandbox, family, address, self._free_port(), self._mailbox)
        except OSError as error:
            raise NoConnection(error.strerror or _("до сервера не дойти")) from error

    def _over_tcp(self, reads: bool) -> AnyLink:
        self._wait_for_the_door()
        family, address = self.addresses[0]
        if not self._spare:
            self._spare = self.sandbox.sockets(family, socket.SOCK_STREAM, _AT_ONCE)
        sock = self._spare.pop()
        try:
            if self.sandbox.network == "private":  # fixed ports: a server that prints addresses prints the same ones every time
                sock.bind(("127.0.0.1" if family == socket.AF_INET else "::1", self._free_port()))
            if not reads:
                narrow(sock)
            sock.settimeout(CONNECT_LIMIT)
            sock.connect(address)
            link = Link(sock)
            link.reading = reads
            return link
        except OSError as error:
            sock.close()
            raise NoConnection(error.strerror or _(_NOBODY_ACCEPTS)) from error

    def _wait_for_the_door(self) -> None:
        """Where the accept queue is full the kernel answers nobody; that it will not get shorter is known long before CONNECT_LIMIT."""
        if self.eyes.shut():
            self.clock.settle(time.monotonic() + CONNECT_LIMIT, sure=True)
            self.clock.before_acting()
            if self.eyes.shut():
                raise NoConnection(_(_NOBODY_ACCEPTS))

    def _free_port(self) -> int:
        """The next port for a guest; never one the server listens on."""
        taken = {port for _, (_, port) in self.addresses}
        self._next_port += 1
        return self._next_port if self._next_port not in taken else self._free_port()

    def unaccepted(self) -> int:
        """How many connections wait to be accepted."""
        return self.eyes.unaccepted()

    def door(self) -> int:
        """How many more guests may connect at once before anybody is accepted."""
        return self.eyes.door()

    def written(self, link: AnyLink) -> int | None:
        """Bytes it has written to a guest, read or not; None where that cannot be seen, or it has hung up on him."""
        return self.eyes.written(link)

    def waiter(self, link: AnyLink) -> Thread | None:
        """The one thread with a time-out, if it waits for this guest; None where that cannot be seen."""
        return self.eyes.waiter(link)

    def hurries(self) -> bool:
        """Whether it gives somebody only so long to say something; False where that cannot be seen."""
        return self.eyes.hurries()

    def close(self) -> None:
        """Gives back what this object holds; the sandbox goes on."""
        for link in self.clock.links:
            link.close(reset=True)
        self.clock.links = []
        for sock in self._spare:
            sock.close()
        self._spare = []
        self.eyes.close()
