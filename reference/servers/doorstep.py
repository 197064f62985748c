"""What all servers do alike: open the door, let a guest in, see him out. It waits for nobody but at the door."""

from __future__ import annotations

import errno
import os
import socket
import time
from contextlib import suppress
from typing import Any, Final

CHUNK: Final = 65_536  # bytes to ask of one recv: more than anybody types, and one call drains a usual socket buffer
# Bytes we keep for a guest who does not read. Ten thousand messages are behind him then, beside the kernel's own buffer: he is not slow,
# he is gone, and his bytes would only eat our memory.
UNSENT_LIMIT: Final = 1_048_576
PAUSE: Final = 0.1  # seconds; out of descriptors or memory, accept would fail at once, again and again, and we would spin

_EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


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
        listener.listen()
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
        # Nagle's algorithm would hold every second small message back until the first is acknowledged: 40 ms instead of 0.04.
        guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (BlockingIOError, ConnectionError):
        return None
    except OSError as error:
        if error.errno not in _EXHAUSTED:
            raise
        time.sleep(PAUSE)
        return None
    return guest, address


def part(guest: socket.socket) -> None:
    """Close a guest's connection so that what was sent to him arrives, though he may have said something we did not read."""
    with suppress(OSError):
        guest.shutdown(socket.SHUT_RDWR)  # "that was all"; also wakes a thread which waits for him
    with suppress(OSError):
        guest.recv(CHUNK)  # never waits any more; to close over unread bytes would send a reset, which may overtake our last words
    guest.close()
