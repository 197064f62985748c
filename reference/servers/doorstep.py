"""What all servers do alike: open the door, let a guest in, see him out. It waits for nobody but at the door, and at the very end."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, cast

# Bytes to ask of one recv: more than anybody types, and not many more, for all that one recv brings is answered before the next guest has
# his turn, and it may be eight thousand messages of one letter, for each of some hundred guests.
CHUNK: Final = 16_384
# Bytes we keep for a guest who does not read. Ten thousand messages are behind him then, beside the kernel's own buffer: he is not slow,
# he is gone, and his bytes would only eat our memory.
UNSENT_LIMIT: Final = 1_048_576
PAUSE: Final = 0.1  # seconds; out of descriptors or memory, accept would fail at once, again and again, and we would spin

UNREAD: Final = 65_536  # bytes he has sent and we have not read, which we take from the kernel when we part: see there
QUEUE: Final = 1024  # guests who have knocked and are not let in yet; a longer queue than 128, that a crowd may come back all at once
GRACE: Final = 1.5  # seconds at the end for those who still have something to get: whoever stopped us wants us gone in two

# A guest whose computer was switched off, or whose cable was cut, never says that he leaves. Who is silent for a minute is asked by the
# kernel whether he is still there, and is gone if he does not answer five times: two hours and more if we left it at what is usual.
ALIVE: Final = {"TCP_KEEPIDLE": 60, "TCP_KEEPALIVE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 5}  # the second is what macOS calls the first

EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket; the caller closes it.

    Args:
        host: a name or an address, IPv4 or IPv6.
        port: 0 lets the system choose a free one; `getsockname()` tells which.

    Raises:
        OSError: the port is in use or not allowed, the address is not ours, or there is no such host (socket.gaierror).
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":  # there the same option lets two programs have one port
            # Without it a restarted server cannot have its port back for a minute, while old connections are in TIME_WAIT.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(QUEUE)
    except OSError:
        listener.close()
        raise
    return listener


def admit(listener: socket.socket) -> tuple[socket.socket, Any] | None:
    """Accept one guest; returns his socket and address, or None if he has vanished meanwhile or the system has no room for him now.

    Raises:
        OSError: the listener itself is no longer good.
    """
    try:
        guest, address = listener.accept()
        prepare(guest)
    except (BlockingIOError, ConnectionError):
        return None
    except OSError as error:
        _wait_for_room(error)
        return None
    return guest, address


def _wait_for_room(error: OSError) -> None:
    """Pause if the system has no room for a guest now. Raises the error if it is another."""
    if error.errno not in EXHAUSTED:
        raise error
    time.sleep(PAUSE)


def prepare(guest: socket.socket) -> None:
    """Set what a chat needs on a new connection. Raises OSError if it is gone already (macOS tells)."""
    # Nagle's algorithm would hold every second small message back until the first is acknowledged: 40 ms instead of 0.04.
    guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    guest.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ALIVE.items():
        if hasattr(socket, option):
            guest.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def part(guest: socket.socket) -> None:
    """Close a guest's connection so that what was sent to him arrives, though he may have said something we did not read."""
    with suppress(OSError):
        guest.shutdown(socket.SHUT_RDWR)  # "that was all"; also wakes a thread which waits for him
    with suppress(OSError):
        guest.recv(UNREAD)  # never waits any more; to close over unread bytes would send a reset, which may overtake our last words
    guest.close()


def see_off(unsent: Mapping[socket.socket, bytes | bytearray]) -> None:
    """Part with all, at the end of the program: each gets what is still his, if he takes it in the next GRACE seconds."""
    until = time.monotonic() + GRACE
    with selectors.DefaultSelector() as slow:
        for guest, data in unsent.items():
            guest.setblocking(False)
            if data:
                slow.register(guest, selectors.EVENT_WRITE, memoryview(data))
        while slow.get_map() and (left := until - time.monotonic()) > 0:
            for key, _ in slow.select(left):
                guest = cast(socket.socket, key.fileobj)
                rest = key.data[_sent(guest, key.data) :]
                slow.unregister(guest)
                if rest:
                    slow.register(guest, selectors.EVENT_WRITE, rest)
    for guest in unsent:
        part(guest)


def _sent(guest: socket.socket, data: memoryview) -> int:
    """How many bytes the connection took; all, as it were, if it has ended."""
    try:
        return guest.send(data)
    except BlockingIOError:
        return 0
    except OSError:
        return len(data)
