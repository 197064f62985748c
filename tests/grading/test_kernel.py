"""What the kernel says of connections: structs laid out by hand, and one real listener on the loopback."""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grading.kernel import (
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT2,
    LAST_ACK,
    LISTEN,
    SYN_SENT,
    TIME_WAIT,
    Address,
    Diag,
    PacketCount,
    Peer,
    TcpInfo,
    attempts,
    diag_request,
    parse_tcp_info,
    tcp_info,
)

# -- struct tcp_info


def raw_tcp_info(
    *, state: int, unacked: int = 0, received: int = 0, notsent: int = 0, sent: int = 0, retrans: int = 0, size: int = 232
) -> bytes:
    """A struct tcp_info (linux/tcp.h) in which every byte that means nothing to us is 0xAA."""
    raw = bytearray(b"\xaa" * size)
    raw[0] = state
    struct.pack_into("=I", raw, 24, unacked)  # tcpi_unacked
    struct.pack_into("=Q", raw, 128, received)  # tcpi_bytes_received
    struct.pack_into("=I", raw, 144, notsent)  # tcpi_notsent_bytes
    struct.pack_into("=QQ", raw, 200, sent, retrans)  # tcpi_bytes_sent, tcpi_bytes_retrans
    return bytes(raw)


@pytest.mark.parametrize("size", [216, 232, 256])
def test_the_fields_of_tcp_info_are_found_and_nothing_else(size: int) -> None:
    raw = raw_tcp_info(state=CLOSE_WAIT, unacked=2, received=(1 << 40) + 1, notsent=77, sent=5000, retrans=1000, size=size)
    assert parse_tcp_info(raw) == TcpInfo(state=CLOSE_WAIT, unacked=2, notsent=77, sent=4000, received=(1 << 40) + 1)


@pytest.mark.parametrize(
    ("state", "fin"),
    [(ESTABLISHED, 0), (SYN_SENT, 0), (FIN_WAIT2, 0), (CLOSE_WAIT, 1), (LAST_ACK, 1), (CLOSING, 1), (TIME_WAIT, 1)],
)
def test_a_fin_that_came_is_no_byte_of_the_conversation(state: int, fin: int) -> None:
    assert parse_tcp_info(raw_tcp_info(state=state, received=10)).arrived == 10 - fin


def test_an_old_kernel_without_the_counters_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(struct.error):
        parse_tcp_info(raw_tcp_info(state=ESTABLISHED, size=232)[:192])


# -- inet_diag, with a fake netlink


class Wire:
    """A netlink socket whose answers are written down before."""

    def __init__(self, *answers: bytes) -> None:
        self.answers, self.sent = list(answers), list[bytes]()

    def send(self, data: bytes) -> int:
        self.sent.append(data)
        return len(data)

    def recv(self, _size: int) -> bytes:
        return self.answers.pop(0)


def message(kind: int, payload: bytes) -> bytes:
    return struct.pack("=IHHII", 16 + len(payload), kind, 0, 0, 0) + payload + bytes(-len(payload) % 4)


def diag_message(family: int, state: int, local: Address, remote: Address, *, unread: int = 0, attributes: bytes = b"") -> bytes:
    """A struct inet_diag_msg (linux/inet_diag.h) with its attributes."""
    ends = [socket.inet_pton(family, host).ljust(16, b"\0") for host in (local[0], remote[0])]
    sockid = struct.pack("!HH", local[1], remote[1]) + ends[0] + ends[1] + bytes(4) + b"\xff" * 8
    return struct.pack("=BBBB", family, state, 0, 0) + sockid + struct.pack("=IIIII", 0, unread, 0, 1000, 4242) + attributes


def attribute(kind: int, content: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(content), kind) + content + bytes(-len(content) % 4)


def test_a_reply_is_read_with_its_info_among_other_attributes() -> None:
    attributes = attribute(8, b"\x01") + attribute(2, raw_tcp_info(state=ESTABLISHED, received=3, sent=4)) + attribute(4, b"cubic\0")
    local, remote = ("::1", 9090), ("::1", 50001)
    reply = message(20, diag_message(socket.AF_INET6, ESTABLISHED, local, remote, unread=3, attributes=attributes))
    (peer,) = Diag(Wire(reply)).ask([b"question"])  # type: ignore[arg-type]
    info = TcpInfo(ESTABLISHED, unacked=0, notsent=0, sent=4, received=3)
    assert peer == Peer(ESTABLISHED, local, remote, unread=3, inode=4242, uid=1000, info=info)


def test_an_info_too_short_to_hold_the_counters_is_none() -> None:
    short = attribute(2, bytes(192))
    reply = message(20, diag_message(socket.AF_INET, ESTABLISHED, ("127.0.0.1", 1), ("127.0.0.1", 2), attributes=short))
    (peer,) = Diag(Wire(reply)).ask([b"question"])  # type: ignore[arg-type]
    assert peer is not None
    assert peer.info is None


def test_forty_questions_go_in_two_datagrams_and_the_answers_keep_their_order() -> None:
    def answer(number: int) -> bytes:
        if number % 3 == 0:
            return message(2, struct.pack("=i", -2))  # NLMSG_ERROR, ENOENT: there is no such socket
        return message(20, diag_message(socket.AF_INET, ESTABLISHED, ("127.0.0.1", 9090), ("127.0.0.1", number)))

    wire = Wire(*map(answer, range(40)))
    peers = Diag(wire).ask([b"?%02d" % number for number in range(40)])  # type: ignore[arg-type]
    assert [peer and peer.remote[1] for peer in peers] == [None if number % 3 == 0 else number for number in range(40)]
    assert [len(datagram) for datagram in wire.sent] == [3 * 32, 3 * 8]


def test_a_dump_that_is_refused_is_an_error() -> None:
    with pytest.raises(PermissionError, match="inet_diag"):
        Diag(Wire(message(2, struct.pack("=i", -13)))).listening()  # type: ignore[arg-type]


def test_a_dump_may_come_in_several_datagrams() -> None:
    def listener(port: int) -> bytes:
        return message(20, diag_message(socket.AF_INET, LISTEN, ("0.0.0.0", port), ("0.0.0.0", 0), unread=1))

    done = message(3, bytes(4))
    wire = Wire(listener(1) + listener(2), listener(3), done, done)
    assert [peer.local[1] for peer in Diag(wire).listening()] == [1, 2, 3]  # type: ignore[arg-type]


# -- inet_diag, with the kernel


@pytest.fixture
def diag() -> Iterator[Diag]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4) as netlink:  # NETLINK_SOCK_DIAG
        netlink.settimeout(10)
        yield Diag(netlink)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def until(seen: Callable[[], bool]) -> None:
    """Loopback delivers at once; a loaded machine may need a little longer."""
    deadline = time.monotonic() + 10
    while not seen():
        assert time.monotonic() < deadline
        select.select([], [], [], 0.0005)


class Pair:
    """A guest's socket, the server's, and the question about the server's end."""

    def __init__(self, listener: socket.socket, *, accept: bool = True) -> None:
        self.guest = socket.create_connection(listener.getsockname(), timeout=10)
        self.server = listener.accept()[0] if accept else None
        self.request = diag_request(socket.AF_INET, listener.getsockname(), self.guest.getsockname())

    def seen_by(self, diag: Diag) -> Peer:
        (peer,) = diag.ask([self.request])
        assert peer is not None
        return peer


on_linux = [pytest.mark.linux, pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")]


class TestRealSockets:
    pytestmark = on_linux

    def test_bytes_are_counted_at_both_ends(self, diag: Diag, listener: socket.socket) -> None:
        pair = Pair(listener)
        assert pair.server is not None
        with pair.guest, pair.server:
            pair.guest.sendall(b"12345")
            until(lambda: pair.seen_by(diag).unread == 5)
            peer, ours = pair.seen_by(diag), tcp_info(pair.guest)
            assert (peer.state, peer.local, peer.remote) == (ESTABLISHED, listener.getsockname(), pair.guest.getsockname())
            assert peer.inode == os.fstat(pair.server.fileno()).st_ino
            assert peer.uid == os.getuid()
            assert peer.info is not None
            assert (peer.info.sent, peer.info.arrived) == (0, 5)
            assert (ours.state, ours.sent, ours.arrived) == (ESTABLISHED, 5, 0)
            assert pair.server.recv(100) == b"12345"
            assert pair.seen_by(diag).unread == 0
            pair.server.sendall(b"678")
            until(lambda: tcp_info(pair.guest).arrived == 3)
            answered = pair.seen_by(diag).info
            assert answered is not None
            assert answered.sent == 3

    def test_both_ends_of_a_connection_are_listed(self, diag: Diag, listener: socket.socket) -> None:
        pair = Pair(listener)
        assert pair.server is not None
        with pair.guest, pair.server:
            pair.guest.sendall(b"12345")
            until(lambda: pair.seen_by(diag).unread == 5)
            ends = {(end.local, end.remote): end for end in diag.connections()}
            ours = ends[(pair.guest.getsockname(), listener.getsockname())]
            theirs = ends[(listener.getsockname(), pair.guest.getsockname())]
            assert (ours.inode, theirs.inode) == (os.fstat(pair.guest.fileno()).st_ino, os.fstat(pair.server.fileno()).st_ino)
            assert ours.info is not None
            assert theirs.info is not None
            assert (ours.info.sent, theirs.info.arrived, theirs.unread) == (5, 5, 5)
            assert not [end for end in ends.values() if end.state == LISTEN]

    def test_a_fin_counts_as_a_byte_received_but_not_as_one_that_arrived(self, diag: Diag, listener: socket.socket) -> None:
        pair = Pair(listener)
        assert pair.server is not None
        with pair.guest, pair.server:
            pair.guest.sendall(b"12345")
            pair.guest.shutdown(socket.SHUT_WR)
            until(lambda: pair.seen_by(diag).state == CLOSE_WAIT)
            info = pair.seen_by(diag).info
            assert info is not None
            assert (info.received, info.arrived) == (6, 5)
            assert tcp_info(pair.guest).sent == 5

    def test_who_waits_to_be_accepted_stands_in_the_listeners_queue(self, diag: Diag, listener: socket.socket) -> None:
        question = diag_request(socket.AF_INET, listener.getsockname(), ("0.0.0.0", 0))
        pairs = [Pair(listener, accept=False) for _ in range(2)]
        (peer,) = diag.ask([question])
        assert peer is not None
        assert (peer.state, peer.unread) == (LISTEN, 2)
        assert [found.unread for found in diag.listening() if found.local == listener.getsockname()] == [2]
        pairs[0].guest.sendall(b"anybody?")
        until(lambda: pairs[0].seen_by(diag).unread == 8)  # counted before anybody accepts it
        for pair in pairs:
            pair.guest.close()
            listener.accept()[0].close()
        (peer,) = diag.ask([question])
        assert peer is not None
        assert peer.unread == 0

    def test_a_connection_that_is_gone_gives_the_listening_socket_or_none(self, diag: Diag, listener: socket.socket) -> None:
        pair = Pair(listener)
        assert pair.server is not None
        pair.guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        pair.guest.close()  # a reset: nothing stays behind
        until(lambda: pair.seen_by(diag).state == LISTEN)
        pair.server.close()
        listener.close()
        assert diag.ask([pair.request]) == [None]

    def test_ipv6(self, diag: Diag) -> None:
        try:
            listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            pytest.skip("this machine has no IPv6")
        with listener:
            (found,) = [peer for peer in diag.listening() if peer.local == listener.getsockname()[:2]]
            assert (found.state, found.unread) == (LISTEN, 0)
            (asked,) = diag.ask([diag_request(socket.AF_INET6, found.local, ("::", 0))])
            assert asked is not None
            assert (asked.state, asked.local, asked.inode) == (LISTEN, found.local, found.inode)


# -- packets


class Counters:
    """/proc/net/snmp and snmp6 as files."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder / "snmp", folder / "snmp6"]
        self.now = 100.0
        self.set((0, 0), (0, 0))
        self.fds = tuple(os.open(path, os.O_RDONLY) for path in self.paths)

    def set(self, four: tuple[int, int], six: tuple[int, int] = (0, 0)) -> None:
        """(sent, received) of IPv4 and of IPv6; the same inode, as in a procfs."""
        ip = f"Ip: Forwarding DefaultTTL InReceives InHdrErrors OutRequests\nIp: 1 64 {four[1]} 9 {four[0]}\nIcmp: InMsgs\nIcmp: 5\n"
        self.paths[0].write_text(ip, encoding="ascii")
        self.paths[1].write_text(f"Ip6InReceives\t{six[1]}\nIp6InHdrErrors 9\nIp6OutRequests   \t{six[0]}\n", encoding="ascii")

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def counters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counters]:
    made = Counters(tmp_path)
    monkeypatch.setattr("grading.kernel.time", made)
    yield made
    for fd in made.fds:
        os.close(fd)


def flying(packets: PacketCount) -> bool:
    return packets.in_flight(packets.read())


def test_counts_are_read_by_their_names(counters: Counters) -> None:
    counters.set((12, 11), (7, 6))
    assert PacketCount(counters.fds).read() == (12, 11, 7, 6)


def test_nothing_is_in_flight_when_all_that_was_sent_was_received(counters: Counters) -> None:
    packets = PacketCount(counters.fds)
    counters.set((12, 12), (7, 7))
    assert not flying(packets)


@pytest.mark.parametrize("counts", [((13, 12), (7, 7)), ((12, 12), (8, 7)), ((13, 12), (7, 8))])
def test_a_difference_of_either_family_is_a_packet_in_flight(counters: Counters, counts: tuple[tuple[int, int], tuple[int, int]]) -> None:
    packets = PacketCount(counters.fds)
    counters.set(*counts)
    assert flying(packets)


def test_a_packet_the_kernel_dropped_is_given_up_after_a_fifth_of_a_second(counters: Counters) -> None:
    packets = PacketCount(counters.fds)
    counters.set((13, 12))
    assert flying(packets)
    counters.now += 0.19
    assert flying(packets)
    counters.now += 0.02
    assert not flying(packets)
    counters.set((20, 19))  # from now on one lost packet is nothing
    assert not flying(packets)
    counters.set((21, 19))
    assert flying(packets)


def test_a_packet_the_kernel_cut_in_two_is_forgiven_soon(counters: Counters) -> None:
    packets = PacketCount(counters.fds)
    counters.set((12, 13))
    assert flying(packets)
    counters.now += 0.011
    assert not flying(packets)


def test_patience_begins_anew_whenever_a_counter_moves(counters: Counters) -> None:
    packets = PacketCount(counters.fds)
    for sent in range(1, 20):  # a slow machine: always one behind, but moving
        counters.set((sent, sent - 1))
        counters.now += 0.15
        assert flying(packets)


def test_without_counters_nothing_is_known_and_nothing_in_flight() -> None:
    packets = PacketCount(())
    assert packets.read() == ()
    assert not packets.in_flight(())


# -- attempts at connecting


def test_attempts_are_read_by_their_names(tmp_path: Path) -> None:
    snmp = tmp_path / "snmp"
    ip, tcp = "Ip: InReceives OutRequests\nIp: 1 2\n", "Tcp: MaxConn ActiveOpens PassiveOpens AttemptFails\nTcp: -1 7 5 3\n"
    snmp.write_text(ip + tcp, encoding="ascii")
    with snmp.open("rb") as file:
        assert attempts((file.fileno(), -1)) == (7, 3)
        snmp.write_text(ip, encoding="ascii")
        assert attempts((file.fileno(), -1)) is None
    assert attempts(()) is None


@pytest.mark.linux
@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_refused_connection_is_an_attempt_that_failed(host: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as nobody, Path("/proc/net/snmp").open("rb") as file:
        nobody.bind((host, 0))  # it does not listen
        before = attempts((file.fileno(),))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(nobody.getsockname()[:2], timeout=10)
        after = attempts((file.fileno(),))
    assert before is not None
    assert after is not None
    assert after[0] > before[0]
    assert after[1] > before[1]
