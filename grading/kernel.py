"""What the Linux kernel knows: of both ends of a TCP connection (`tcp_info` of ours, inet_diag for the server's), and of UDP sockets.

Layouts: `struct tcp_info` (linux/tcp.h), `struct inet_diag_req_v2` and `inet_diag_msg` (linux/inet_diag.h), sock_diag(7).
"""

from __future__ import annotations

import os
import socket
import struct
import time
from functools import lru_cache
from typing import Final, NamedTuple

SOCK_DIAG_BY_FAMILY: Final = 20
NLMSG_ERROR: Final = 2
NLMSG_DONE: Final = 3
NLM_F_REQUEST: Final = 1
NLM_F_DUMP: Final = 0x300
INET_DIAG_INFO: Final = 2
INET_DIAG_SKMEMINFO: Final = 7
_NO_COOKIE: Final = b"\xff" * 8

ESTABLISHED, SYN_SENT, SYN_RECV, FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE, CLOSE_WAIT, LAST_ACK, LISTEN, CLOSING, NEW_SYN_RECV = range(1, 13)
FIN_RECEIVED: Final = frozenset({CLOSE_WAIT, LAST_ACK, CLOSING, TIME_WAIT})
"""States in which the other side's FIN has arrived; the kernel counts it as one received byte."""

Address = tuple[str, int]


class TcpInfo(NamedTuple):
    """One end of a connection. (Thousands are made a second: a frozen dataclass takes four times as long.)

    Attributes:
        state: TCP state number of the kernel.
        unacked: segments sent and not yet acknowledged.
        notsent: bytes in the send buffer not yet sent once.
        sent: payload bytes sent, retransmissions not counted twice.
        received: bytes received in order, the FIN counted as one.
    """

    state: int
    unacked: int
    notsent: int
    sent: int
    received: int

    @property
    def arrived(self) -> int:
        """Payload bytes that reached this end."""
        return self.received - (self.state in FIN_RECEIVED)


class Peer(NamedTuple):
    """The server's end of a connection, or a listening socket.

    Attributes:
        unread: bytes that arrived and were not read; for a listening socket, connections that wait to be accepted; for a UDP socket, the
            memory of all datagrams not read.
        info: None where the kernel gives none (not accepted yet, TIME_WAIT).
        inode, uid: of the socket; 0 once the process closed it.
        unsent: bytes the other side has not acknowledged; for a listening socket, how many connections may wait.
        buffer: memory the socket has for what is not read; 0 where it was not asked for.
    """

    state: int
    local: Address
    remote: Address
    unread: int
    inode: int
    uid: int
    info: TcpInfo | None
    unsent: int = 0
    buffer: int = 0


_TCP_INFO: Final = struct.Struct("=B 23x I 100x Q 8x I 52x QQ")  # offsets 0, 24, 128, 144, 200, 208


def parse_tcp_info(raw: bytes) -> TcpInfo:
    """The fields we use of a `struct tcp_info`; needs the 216 bytes Linux >= 4.19 gives."""
    state, unacked, received, notsent, sent, retrans = _TCP_INFO.unpack_from(raw)
    return TcpInfo(state, unacked, notsent, sent - retrans, received)


def tcp_info(sock: socket.socket) -> TcpInfo:
    """Our end of a connection. Raises OSError on a closed socket."""
    return parse_tcp_info(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256))


def _pack_address(family: int, host: str) -> bytes:
    return socket.inet_pton(family, host).ljust(16, b"\0")


def diag_request(family: int, local: Address, remote: Address) -> bytes:
    """A request for the one TCP socket with this local and remote address (its own view)."""
    return _exactly(family, socket.IPPROTO_TCP, INET_DIAG_INFO, local, remote)


def udp_request(family: int, local: Address, remote: Address) -> bytes:
    """A request for the UDP socket that gets what `remote` sends to `local`; for UDP the kernel wants the sender first."""
    return _exactly(family, socket.IPPROTO_UDP, INET_DIAG_SKMEMINFO, remote, local)


def _exactly(family: int, protocol: int, extension: int, local: Address, remote: Address) -> bytes:
    sockid = struct.pack("!HH", local[1], remote[1]) + _pack_address(family, local[0]) + _pack_address(family, remote[0])
    body = struct.pack("=BBBBI", family, protocol, 1 << (extension - 1), 0, 0xFFFFFFFF) + sockid + bytes(4) + _NO_COOKIE
    return struct.pack("=IHHII", 16 + len(body), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0) + body


@lru_cache(maxsize=1024)
def _addresses(family: int, raw: bytes) -> tuple[Address, Address]:
    """(local, remote) from the ports and addresses of a message; those of one connection are the same every time."""
    sport, dport = struct.unpack_from("!HH", raw)
    width = 4 if family == socket.AF_INET else 16
    return (socket.inet_ntop(family, raw[4 : 4 + width]), sport), (socket.inet_ntop(family, raw[20 : 20 + width]), dport)


def _parse_message(payload: bytes) -> Peer:
    family, state = payload[0], payload[1]
    local, remote = _addresses(family, payload[4:40])
    _expires, unread, unsent, uid, inode = struct.unpack_from("=IIIII", payload, 52)
    info, buffer, at = None, 0, 72
    while at + 4 <= len(payload):
        length, kind = struct.unpack_from("=HH", payload, at)
        if length < 4:
            break
        if kind == INET_DIAG_INFO and length >= 4 + 216:
            info = parse_tcp_info(payload[at + 4 : at + length])
        elif kind == INET_DIAG_SKMEMINFO and length >= 12:
            buffer = struct.unpack_from("=I", payload, at + 8)[0]  # SK_MEMINFO_RCVBUF, the second of its numbers
        at += (length + 3) & ~3
    return Peer(state, local, remote, unread, inode, uid, info, unsent, buffer)


class Diag:
    """Questions to the kernel over a netlink socket that lives in the server's network namespace."""

    def __init__(self, netlink: socket.socket) -> None:
        """Takes a NETLINK_SOCK_DIAG socket, which stays the caller's to close."""
        self._netlink = netlink

    def ask(self, requests: list[bytes]) -> list[Peer | None]:
        """The sockets asked for with `diag_request`, in that order; None where there is none (any more).

        For a connection that is gone the kernel may answer with the socket that listens on its port: look at `state`.
        """
        found: list[Peer | None] = []
        for start in range(0, len(requests), 32):  # one datagram for many questions; 32 replies fit the receive buffer easily
            batch = requests[start : start + 32]
            self._netlink.send(b"".join(batch))
            found += [reply for _ in batch for reply in self._receive()]
        return found

    def listening(self) -> list[Peer]:
        """Every listening TCP socket of the namespace, IPv4 and IPv6; `unread` says how many wait to be accepted."""
        return self._dump(socket.IPPROTO_TCP, 1 << LISTEN)

    def connections(self) -> list[Peer]:
        """Both ends of every TCP connection of the namespace, each as a Peer; those that only wait for stray packets are left out."""
        return self._dump(socket.IPPROTO_TCP, 0xFFFF & ~(1 << LISTEN | 1 << TIME_WAIT), 1 << (INET_DIAG_INFO - 1))

    def bound(self) -> list[Peer]:
        """Every UDP socket of the namespace that takes datagrams from anybody, IPv4 and IPv6; none where the kernel has no udp_diag."""
        try:
            return [peer for peer in self._dump(socket.IPPROTO_UDP, 1 << CLOSE) if peer.local[1]]
        except FileNotFoundError:
            return []

    def _dump(self, protocol: int, states: int, extensions: int = 0) -> list[Peer]:
        peers: list[Peer] = []
        for family in (socket.AF_INET, socket.AF_INET6):
            body = struct.pack("=BBBBI", family, protocol, extensions, 0, states) + bytes(48)
            self._netlink.send(struct.pack("=IHHII", 16 + len(body), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 0, 0) + body)
            done = False
            while not done:
                replies, done = self._receive_dump()
                peers += replies
        return peers

    def _receive(self) -> list[Peer | None]:
        data = self._netlink.recv(65536)
        replies: list[Peer | None] = []
        for kind, payload in _messages(data):
            replies.append(_parse_message(payload) if kind == SOCK_DIAG_BY_FAMILY else None)
        return replies

    def _receive_dump(self) -> tuple[list[Peer], bool]:
        replies: list[Peer] = []
        for kind, payload in _messages(self._netlink.recv(65536)):
            if kind == SOCK_DIAG_BY_FAMILY:
                replies.append(_parse_message(payload))
            elif kind == NLMSG_ERROR:
                code = -struct.unpack_from("=i", payload)[0]
                raise OSError(code, f"inet_diag: {os.strerror(code)}")
            else:
                return replies, True
        return replies, False


def _messages(data: bytes) -> list[tuple[int, bytes]]:
    messages, at = [], 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if length < 16:
            break
        messages.append((kind, data[at + 16 : at + length]))
        at += (length + 3) & ~3
    return messages


_FORGIVE_EXTRA: Final = 0.01
_FORGIVE_LOST: Final = 0.2
"""Seconds after which a difference that does not change is no packet in flight. More received than sent: the kernel cut one large
packet up. More sent than received: it dropped one (no such host, a full UDP queue); a busy machine may also just be slow, so longer."""


class PacketCount:
    """Whether every IP packet sent in a private network namespace has been received: nothing of any kind is in flight."""

    def __init__(self, snmp_fds: tuple[int, ...]) -> None:
        """Takes open /proc/net/snmp and snmp6 of that namespace (read again with pread), or () to know nothing."""
        self._fds = snmp_fds
        self._forgiven: tuple[int, ...] = (0,) * len(snmp_fds)
        self._last: tuple[int, ...] = ()
        self._since = 0.0
        self._texts: list[bytes] = []
        self._counts: tuple[int, ...] = ()

    def read(self) -> tuple[int, ...]:
        """Sent and received packets, IPv4 then IPv6; () where they are not known."""
        texts = [os.pread(fd, 16384, 0) for fd in self._fds]
        if texts != self._texts:  # where nothing has moved, they need not be read through again
            self._texts = texts
            self._counts = tuple(count for text in texts for count in self.pairs(text))
        return self._counts

    def pairs(self, raw: bytes) -> tuple[int, ...]:
        """(sent, received) from the text of snmp or snmp6; whoever counts more than packets adds pairs."""
        return _packets(raw)

    def in_flight(self, counts: tuple[int, ...]) -> bool:
        """Whether these counts, just read, show packets that were sent and have not arrived."""
        lost = tuple(sent - received for sent, received in zip(counts[0::2], counts[1::2], strict=True))
        if lost == self._forgiven:
            return False
        now = time.monotonic()
        if counts != self._last:
            self._last, self._since = counts, now
        if now - self._since > (_FORGIVE_LOST if sum(lost) > sum(self._forgiven) else _FORGIVE_EXTRA):
            self._forgiven = lost
        return lost != self._forgiven


def _packets(raw: bytes) -> tuple[int, int]:
    if raw.startswith(b"Ip6"):
        return _number(raw, b"Ip6OutRequests"), _number(raw, b"Ip6InReceives")
    names, numbers = (line.split() for line in raw.split(b"\n", 2)[:2])
    return int(numbers[names.index(b"OutRequests")]), int(numbers[names.index(b"InReceives")])


def attempts(snmp_fds: tuple[int, ...]) -> tuple[int, int] | None:
    """(TCP connections tried, those of them that came to nothing) so far in the network namespace of these /proc/net/snmp and snmp6.

    IPv6 is in the same two numbers. None where they are not known.
    """
    if not snmp_fds:
        return None
    lines = [line.split() for line in os.pread(snmp_fds[0], 16384, 0).split(b"\n") if line.startswith(b"Tcp:")]
    numbers = dict(zip(*lines, strict=True)) if len(lines) == 2 else {}
    return (int(numbers[b"ActiveOpens"]), int(numbers[b"AttemptFails"])) if b"AttemptFails" in numbers else None


def _number(raw: bytes, name: bytes) -> int:
    """The number in the line that begins with `name` (only such a line holds it followed by a blank)."""
    at = raw.index(name) + len(name)
    return int(raw[at : raw.index(b"\n", at)])
