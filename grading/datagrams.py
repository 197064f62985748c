"""Guests over UDP: the same interface as a TCP connection, though there is none.

Nobody knows a guest before his first datagram, and nobody notices that he goes. There are no byte counters either, so that everything has
arrived is told by the counters of the network namespace, up to the program that reads; and what does not fit a receive buffer is thrown
away by the kernel. That is nobody's fault: guests send no more at once than fits many times over.
"""

from __future__ import annotations

import socket
from typing import Final

from grading.kernel import Address, PacketCount, Peer, udp_request
from grading.sandbox import Sandbox

LARGEST: Final = 65535
"""Bytes of the largest datagram."""
_DONTWAIT: Final[int] = getattr(socket, "MSG_DONTWAIT", 0)
_PORTION: Final = 4
"""A server may answer each datagram with several, and a guest reads only now and then: so a quarter of a buffer is filled at once."""
_SMALLEST_BUFFER: Final = 64 * 1024
"""Bytes of a receive buffer where it cannot be asked for; the default is 64 KiB on Windows, 208 on Linux, 768 on macOS."""
_WEIGHT: Final = 1024
"""Bytes of memory a small datagram takes besides its content; Linux needs 832 for one with 20 bytes."""


class Mailbox:
    """The server's receive buffer as its guests know it: what lies unread in it, and how much it holds."""

    def __init__(self) -> None:
        self._size, self._taken = _SMALLEST_BUFFER, 0

    def takes(self, data: bytes) -> bool:
        """Whether one more datagram is sure to fit, and if so, counts it. An empty box takes any."""
        weight = _WEIGHT + 2 * len(data)
        if self._taken and self._taken + weight > self._size // _PORTION:
            return False
        self._taken += weight
        return True

    def seen(self, unread: int, size: int = 0) -> None:
        """What a look showed."""
        self._taken, self._size = unread, size or self._size


class DatagramLink:
    """A guest over UDP. One send is one datagram, and so one message; the attributes are those of `Link`.

    Attributes:
        ended: the server's socket is no more.
    """

    def __init__(self, sock: socket.socket, remote: Address, mailbox: Mailbox) -> None:
        """Takes over a bound UDP socket; `mailbox` is shared by all guests of one server."""
        self._sock: socket.socket | None = sock
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.setblocking(bool(_DONTWAIT))
        host, port = sock.getsockname()[:2]
        self.local, self.remote = (host, port), remote
        self.request = udp_request(sock.family, remote, self.local)
        self._mailbox = mailbox
        self.inbox = bytearray()
        self._received = 0
        self.reading = True
        self.ended = self.reset = self.over = False

    @property
    def sock(self) -> socket.socket | None:
        """The socket to wait on, None once closed by us."""
        return self._sock

    def send(self, data: bytes) -> int:
        """Sends all as one datagram, or nothing (0) while the server has too much unread. Raises OSError once closed."""
        if self._sock is None:
            raise ConnectionError("this guest has left")
        return self._sock.sendto(data, _DONTWAIT, self.remote) if self._mailbox.takes(data) else 0

    def drain(self, limit: int) -> None:
        """Reads what is there, at most until the inbox holds `limit` bytes."""
        self._mailbox.seen(0)  # whoever looks has waited; where the kernel can be asked, `state` knows better
        while self._sock is not None and self.reading and len(self.inbox) < limit:
            try:
                self.inbox += self._sock.recv(LARGEST, _DONTWAIT)
                self._received += 1
            except BlockingIOError:
                break
            except OSError:  # Windows tells here that the server was gone; another may be there already
                break

    def finish(self) -> None:
        """There is no end of a stream to be said."""

    def close(self, *, reset: bool = False) -> None:
        """The client program is gone; however it went, the server is told nothing."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def state(self, peer: Peer | None) -> tuple[tuple[object, ...], bool]:
        """(all that can move here, True: what is on its way is counted for the whole namespace), given the server's socket."""
        self.over, self.ended = self._sock is None, peer is None
        unread = peer.unread if peer is not None else 0
        self._mailbox.seen(unread, peer.buffer if peer is not None else 0)
        return (self._received, self.ended, unread), True


def guest_over_udp(sandbox: Sandbox, family: int, remote: Address, port: int, mailbox: Mailbox) -> DatagramLink:
    """A new guest with his own socket; from `port` in a private network, else from any. Raises OSError, SandboxError."""
    (sock,) = sandbox.sockets(family, socket.SOCK_DGRAM, 1)
    try:
        if sandbox.network == "private":
            sock.bind(("127.0.0.1" if family == socket.AF_INET else "::1", port))
        else:
            sock.bind((_own_host(family, remote), 0))
        return DatagramLink(sock, remote, mailbox)
    except OSError:
        sock.close()
        raise


def _own_host(family: int, remote: Address) -> str:
    """From which of its addresses this machine reaches another."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(remote)
        host: str = probe.getsockname()[0]
        return host


class DatagramCount(PacketCount):
    """Counts besides packets the datagrams, up to the program that reads them.

    A packet is counted as received a moment before it lies in the receive queue of its socket. TCP's own counters span that moment; for UDP
    it is: sent = read by a program + refused, as nobody has that port + thrown away. What lies unread in a queue is so in flight too, until
    it has lain there for long (`in_flight` forgives it then).
    """

    def __init__(self, snmp_fds: tuple[int, ...]) -> None:
        super().__init__(snmp_fds)
        self._forgiven = (0,) * (2 * len(snmp_fds))

    def pairs(self, raw: bytes) -> tuple[int, ...]:
        """See PacketCount; after the packets come datagrams sent and accounted for."""
        return (*super().pairs(raw), *datagrams(raw))


def datagrams(raw: bytes) -> tuple[int, int]:
    """(sent, accounted for) from the text of /proc/net/snmp or snmp6 (proc(5), RFC 4113)."""
    if raw.startswith(b"Ip6"):
        values = dict(line.split() for line in raw.splitlines())
    else:
        names, numbers = (line.split() for line in raw.splitlines() if line.startswith(b"Udp:"))
        values = {b"Udp6" + name: number for name, number in zip(names[1:], numbers[1:], strict=True)}
    return int(values[b"Udp6OutDatagrams"]), sum(int(values[b"Udp6" + name]) for name in (b"InDatagrams", b"NoPorts", b"InErrors"))
