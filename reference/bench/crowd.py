"""The guests of the load: sockets, one selector, no threads. A crowd lets people in and out; what they hear is for others to judge."""

from __future__ import annotations

import random
import selectors
import socket
import string
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from reference.bench.speech import Entrance, Speech

CHUNK: Final = 65_536  # bytes of one recv
BURST: Final = 64  # people at the door at once: half of what the accept queue of a usual listener holds
PATIENCE: Final = 20.0  # seconds in which somebody must get in; even the door of a busy server opens in milliseconds
SILENCE: Final = 0.2  # seconds without a byte after which we take it that all notices have arrived
_CONNECTING: Final = frozenset((115, 36, 10035, 11, 35))  # EINPROGRESS of Linux, macOS, Windows; and EAGAIN


class LoadError(Exception):
    """The load cannot be put on this server; the text says in one line why."""


@dataclass(slots=True, eq=False)
class Guest:
    """One connection of ours: `index` is his number in a ledger, -1 if he is in none."""

    socket: socket.socket
    name: str
    entrance: Entrance
    index: int = -1
    connected: bool = False
    inside: bool = False
    ended: bool = False
    unsent: bytearray = field(default_factory=bytearray)

    @property
    def port(self) -> int:
        """Our end of his connection."""
        return int(self.socket.getsockname()[1])


class Crowd:
    """Guests of one server.

    Args:
        address: host and port.
        speech: how the server speaks.
    """

    def __init__(self, address: tuple[str, int], speech: Speech) -> None:
        self.speech = speech
        self.guests: dict[Guest, None] = {}
        self._address = address
        self._selector = selectors.DefaultSelector()
        self._tag = "".join(random.choices(string.ascii_lowercase, k=2))  # two loads on one server do not take each other's names
        self._count = 0

    def arrive(self, receive_buffer: int = 0, entrance: Entrance | None = None) -> Guest:
        """Somebody comes to the door; `turn` lets him in. With an entrance of his own he does not do as the dialect asks."""
        self._count += 1
        name = f"{self._tag}{self._count:04d}"
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        guest = Guest(socket.socket(family, socket.SOCK_STREAM), name, entrance or self.speech.enter(name))
        self.guests[guest] = None
        guest.socket.setblocking(False)
        guest.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            guest.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        error = guest.socket.connect_ex(self._address)
        self._selector.register(guest.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, guest)
        if error and error not in _CONNECTING:
            self._end(guest)
        return guest

    def enter(self, count: int, receive_buffer: int = 0) -> list[Guest]:
        """Let so many people in, and wait until all are inside and nothing more comes.

        Raises:
            LoadError: the server turned somebody away, or did not let him in within PATIENCE seconds after the one before.
        """
        guests: list[Guest] = []
        coming: list[Guest] = []
        until = time.monotonic() + PATIENCE
        while coming or len(guests) < count:
            while len(guests) < count and len(coming) < BURST:
                coming.append(self.arrive(receive_buffer))
                guests.append(coming[-1])
            for _ in self.turn(0.1):
                pass
            still = [guest for guest in coming if not guest.inside]
            inside = len(guests) - len(still)
            if any(guest.ended and not guest.connected for guest in still):
                raise LoadError(f"на порту {self._address[1]} никто не слушает")
            if any(guest.ended for guest in still):
                raise LoadError(f"сервер впустил только {inside} из {count}")
            if len(still) < len(coming):
                until = time.monotonic() + PATIENCE
            coming = still
            if coming and time.monotonic() > until:
                raise LoadError(f"впущено {inside} из {count}, дальше сервер молчит: тот ли это диалект?")
        self.quiet()
        return guests

    def quiet(self) -> None:
        """Hear until nothing has come for SILENCE seconds: all have been told of all newcomers. Raises LoadError if it never ends."""
        until = time.monotonic() + PATIENCE
        while any([True for _ in self.turn(SILENCE)]):
            if time.monotonic() > until:
                raise LoadError("сервер говорит, хотя гости молчат: мерить нечем")

    def turn(self, timeout: float) -> Iterator[tuple[Guest, bytes]]:
        """Wait for at most `timeout` seconds; yield what guests inside have heard, b"" for one who was hung up on."""
        for key, events in self._selector.select(timeout):
            guest: Guest = key.data
            if events & selectors.EVENT_WRITE and not guest.ended:
                self._writable(guest)
            if events & selectors.EVENT_READ and not guest.ended:
                try:
                    chunk = guest.socket.recv(CHUNK)
                except BlockingIOError:
                    continue
                except OSError:
                    chunk = b""
                if not chunk:
                    self._end(guest)
                elif not guest.inside:
                    self._talk_in(guest, guest.entrance.heard(chunk))
                    continue
                yield guest, chunk

    def send(self, guest: Guest, data: bytes) -> None:
        """Send now what the connection takes, and the rest as soon as it takes more."""
        if guest.ended:
            return
        if guest.unsent:
            guest.unsent += data
            return
        try:
            sent = guest.socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the end of his stream tells
        if sent < len(data):
            guest.unsent += data[sent:]
            self._watch(guest)

    def ignore(self, guest: Guest) -> None:
        """From now on he does not read."""
        self._selector.unregister(guest.socket)

    def heed(self, guest: Guest) -> None:
        """He reads again."""
        self._selector.register(guest.socket, selectors.EVENT_READ, guest)

    def leave(self, guest: Guest, reset: bool = False) -> None:
        """He closes his connection, with a reset if asked for. May be called twice."""
        self.guests.pop(guest, None)
        if not guest.ended:
            self._end(guest)
        if reset:
            with suppress(OSError):
                guest.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        guest.socket.close()

    def close(self) -> None:
        """All leave."""
        for guest in [*self.guests]:
            self.leave(guest)
        self._selector.close()

    def _end(self, guest: Guest) -> None:
        guest.ended = True
        with suppress(KeyError, ValueError):  # one who does not read is not watched
            self._selector.unregister(guest.socket)

    def _writable(self, guest: Guest) -> None:
        if not guest.connected:
            if guest.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._end(guest)
                return
            guest.connected = True
            self._talk_in(guest, guest.entrance.begin())
        with suppress(OSError):
            del guest.unsent[: guest.socket.send(guest.unsent)]
        self._watch(guest)

    def _watch(self, guest: Guest) -> None:
        with suppress(KeyError):
            self._selector.modify(guest.socket, selectors.EVENT_READ | (selectors.EVENT_WRITE if guest.unsent else 0), guest)

    def _talk_in(self, guest: Guest, words: bytes) -> None:
        if words:
            self.send(guest, words)
        guest.inside = guest.entrance.ready
