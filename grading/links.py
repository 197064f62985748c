"""One connection between a guest and the server, seen from both ends: has everything that was sent arrived?"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from grading.kernel import (
    CLOSE,
    CLOSE_WAIT,
    CLOSING,
    FIN_RECEIVED,
    FIN_WAIT1,
    LAST_ACK,
    LISTEN,
    NEW_SYN_RECV,
    SYN_RECV,
    TIME_WAIT,
    Address,
    Peer,
    TcpInfo,
    diag_request,
    tcp_info,
)

_FIN_ON_ITS_WAY: Final = frozenset({FIN_WAIT1, CLOSING, LAST_ACK})
_QUICKACK: Final[int | None] = getattr(socket, "TCP_QUICKACK", None)  # Linux only, as is MSG_DONTWAIT on Windows' side
_DONTWAIT: Final[int] = getattr(socket, "MSG_DONTWAIT", 0)
_PIECE: Final = 262_144
INBOX_LIMIT: Final = 4 << 20
"""Bytes a guest keeps; a server that sends more than that in one step floods, and is read no further."""
_NARROW: Final = 2048
_SHORT_SEGMENT: Final = 256
_WIDE: Final = 65_535
"""Bytes of receive buffer and of a segment for a guest who does not read. The kernel makes the server's send buffer for a connection as
large as some segments of it, and on the loopback a usual segment has 64 KiB: only after 2.5 MB would a server notice that nobody reads.
With these it keeps about 30 KB. Afterwards _WIDE: more cannot be told to the sender, as the connection began with a narrow window."""


def narrow(sock: socket.socket) -> None:
    """Before it connects: makes the kernel keep as little as it can for this guest, on both sides."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW)
    if hasattr(socket, "TCP_MAXSEG"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, _SHORT_SEGMENT)


def widen(sock: socket.socket) -> None:
    """For a guest who begins to read again: the kernel takes for him what comes, and need not turn away what was sent too early."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WIDE)
    if hasattr(socket, "TCP_WINDOW_CLAMP"):  # the little he could have when he connected
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_WINDOW_CLAMP, _WIDE)


def _plain(address: tuple[str, int] | tuple[str, int, int, int]) -> Address:
    return address[0], address[1]


class AnyLink(Protocol):
    """What any guest has, whatever the transport: `Link` says what all of it means.

    Attributes:
        request: the inet_diag request for the server's end, b"" where there is none.
    """

    inbox: bytearray
    reading: bool
    ended: bool
    reset: bool
    over: bool
    local: Address
    request: bytes

    @property
    def sock(self) -> socket.socket | None:
        """See Link."""

    def send(self, data: bytes) -> int:
        """See Link."""

    def drain(self, limit: int) -> None:
        """See Link."""

    def close(self, *, reset: bool = False) -> None:
        """See Link."""

    def state(self, peer: Peer | None) -> tuple[tuple[object, ...], bool]:
        """See Link."""


class Link:
    """A guest's TCP connection: what has come, and where both ends stand.

    Attributes:
        inbox: everything received and not yet taken, in order.
        reading: False for a guest who does not read; bytes then stay in the kernel.
        ended: the server has closed its direction (FIN) or reset the connection.
        reset: the connection was reset by the server.
    """

    def __init__(self, sock: socket.socket) -> None:
        """Takes over a connected TCP socket in blocking mode."""
        self._sock: socket.socket | None = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(bool(_DONTWAIT))  # with MSG_DONTWAIT a blocking socket saves Python's own wait before each recv
        self.local, self.remote = _plain(sock.getsockname()), _plain(sock.getpeername())
        self.request = diag_request(sock.family, self.remote, self.local)  # the server's end: its local address is our remote one
        self.inbox = bytearray()
        self.reading = True
        self.ended = False
        self.reset = False
        self.over = False

    @property
    def sock(self) -> socket.socket | None:
        """The socket to wait on, None once closed by us."""
        return self._sock

    def send(self, data: bytes) -> int:
        """Sends what fits without waiting; returns how many bytes. Raises OSError when the connection is gone."""
        if self._sock is None:
            raise ConnectionError("this guest has left")
        try:
            return self._sock.send(data, _DONTWAIT)
        except BlockingIOError:
            return 0

    def drain(self, limit: int) -> None:
        """Reads what is there, at most until the inbox holds `limit` bytes, and keeps ACKs undelayed (the kernel drops that flag)."""
        if self._sock is None:
            return
        while self.reading and not self.ended and len(self.inbox) < limit:
            try:
                piece = self._sock.recv(_PIECE, _DONTWAIT)
            except BlockingIOError:
                break
            except OSError:
                self.ended = self.reset = True
                break
            if not piece:
                self.ended = True
            self.inbox += piece
        if _QUICKACK is not None:
            self._sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)

    def finish(self) -> None:
        """Says that nothing more will be sent (FIN), and still reads."""
        if self._sock is not None:
            self._sock.shutdown(socket.SHUT_WR)

    def close(self, *, reset: bool = False) -> None:
        """Closes our end: with FIN, or with RST as a crashed or unplugged client does."""
        if self._sock is not None:
            if reset:
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii" if os.name == "posix" else "hh", 1, 0))
            self._sock.close()
            self._sock = None

    def state(self, peer: Peer | None) -> tuple[tuple[object, ...], bool]:
        """(all that can move on this connection, whether all that was sent has arrived), given the server's end."""
        if peer is not None and peer.state == LISTEN:  # the connection is gone; the kernel answered with the listening socket
            peer = None
        theirs = _counters(peer)
        if self._sock is None:
            self.over = peer is None or peer.state == TIME_WAIT
            return theirs, self.over or _hung_up_on(peer)
        ours = tcp_info(self._sock)
        return (ours.state, ours.sent, ours.received, *theirs), _settled(ours, peer, open=self.reading and len(self.inbox) < INBOX_LIMIT)


def glance(links: Iterable[AnyLink], seconds: float) -> None:
    """Sleeps for so long, less if bytes come for somebody who reads."""
    open_ones = [link.sock for link in links if link.sock is not None and link.reading and not link.ended]
    if hasattr(select, "poll"):
        poll = select.poll()
        for sock in open_ones:
            poll.register(sock, select.POLLIN)
        poll.poll(seconds * 1000)
    elif open_ones:
        select.select(open_ones, [], [], seconds)
    else:
        threading.Event().wait(seconds)


def glimpse(links: Iterable[AnyLink], came: Callable[[], bool], seconds: float) -> bool:
    """Whether something comes within so short a time. Only the guests' own sockets are looked at, so it costs next to nothing; that
    something does not come is for a clock to tell."""
    if came():  # with what another was waited for
        return True
    links, deadline = list(links), time.monotonic() + seconds
    while True:
        for link in links:
            link.drain(INBOX_LIMIT)
        if came():
            return True
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        glance(links, left)


def _counters(peer: Peer | None) -> tuple[int, ...]:
    if peer is None:
        return ()
    return (peer.state, peer.unread) if peer.info is None else (peer.state, peer.unread, peer.info.sent, peer.info.received)


def _hung_up_on(peer: Peer | None) -> bool:
    """We closed: the server knows, and nothing of its own is unanswered."""
    return peer is not None and (peer.state in FIN_RECEIVED or peer.state == CLOSE) and not (peer.info and peer.info.unacked)


def _held_back(end: TcpInfo, *, open: bool = False) -> bool:
    """Bytes wait for an ACK (Nagle) and will move by themselves; behind a closed window they wait for a reader, and do not. Where the
    window is open again the sender may not know it yet: if the news is lost, its own timer asks in the end."""
    return end.notsent > 0 and (end.unacked > 0 or open)


def _settled(ours: TcpInfo, peer: Peer | None, *, open: bool) -> bool:
    """`open`: we take whatever comes."""
    if ours.state == CLOSE:
        return True
    if peer is None or peer.info is None:
        return ours.state in (CLOSE_WAIT, LAST_ACK, TIME_WAIT)
    theirs = peer.info
    if peer.state in (SYN_RECV, NEW_SYN_RECV) or _held_back(ours) or _held_back(theirs, open=open):
        return False
    if peer.state in _FIN_ON_ITS_WAY and ours.state not in FIN_RECEIVED and not theirs.notsent:
        return False
    if ours.state in _FIN_ON_ITS_WAY and peer.state not in FIN_RECEIVED and not ours.notsent:
        return False
    return ours.sent == theirs.arrived and theirs.sent == ours.arrived
