"""Guests over UDP: what a datagram link does with its socket, when the server's buffer is full, and how datagrams are counted."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path

import pytest

from grading.datagrams import DatagramCount, DatagramLink, Mailbox, datagrams
from grading.kernel import CLOSE, Peer, udp_request

SERVER, GUEST = ("127.0.0.1", 5005), ("127.0.0.1", 50001)


class Fake:
    """A UDP socket."""

    family = socket.AF_INET

    def __init__(self, *waiting: bytes | OSError) -> None:
        self.waiting, self.sent, self.closed = list(waiting), list[tuple[bytes, object]](), False

    def setsockopt(self, *_: object) -> None: ...

    def setblocking(self, _: bool) -> None: ...

    def getsockname(self) -> tuple[str, int]:
        return GUEST

    def sendto(self, data: bytes, _flags: int, where: object) -> int:
        self.sent.append((data, where))
        return len(data)

    def recv(self, size: int, _flags: int) -> bytes:
        if not self.waiting:
            raise BlockingIOError
        found = self.waiting.pop(0)
        if isinstance(found, OSError):
            raise found
        return found[:size]

    def close(self) -> None:
        self.closed = True


def link_over(fake: Fake, mailbox: Mailbox | None = None) -> DatagramLink:
    return DatagramLink(fake, SERVER, mailbox or Mailbox())  # type: ignore[arg-type]


def box(unread: int = 0, size: int = 212_992) -> Peer:
    """The server's socket."""
    return Peer(CLOSE, SERVER, ("0.0.0.0", 0), unread, 1, 1, None, buffer=size)


def test_a_message_is_one_datagram() -> None:
    fake = Fake()
    assert link_over(fake).send("длинное ".encode() * 200) == 3000
    assert fake.sent == [("длинное ".encode() * 200, SERVER)]


def test_all_that_waits_is_read() -> None:
    link = link_over(Fake(b"one ", b"two"))
    link.drain(1000)
    assert link.inbox == b"one two"


def test_reading_ends_at_the_limit_and_at_an_error() -> None:
    link = link_over(Fake(b"12345", b"67890", ConnectionResetError(), b"!"))
    link.drain(5)
    assert link.inbox == b"12345"
    link.drain(100)
    assert link.inbox == b"1234567890"


def test_who_does_not_read_gets_nothing() -> None:
    link = link_over(Fake(b"hello"))
    link.reading = False
    link.drain(1000)
    assert not link.inbox


def test_whoever_has_left_says_nothing_and_is_over() -> None:
    fake = Fake()
    link = link_over(fake)
    link.close(reset=True)
    assert fake.closed
    with pytest.raises(ConnectionError):
        link.send(b"hello")
    assert link.state(box()) == ((0, False, 0), True)
    assert link.over


def test_a_server_without_its_socket_is_gone() -> None:
    link = link_over(Fake())
    link.state(box())
    assert not link.ended
    link.state(None)
    assert link.ended


def test_each_datagram_moves_the_state_although_it_is_empty() -> None:
    link = link_over(Fake(b"", b""))
    before = link.state(box())
    link.drain(100)
    assert link.state(box()) != before


# -- what fits the server's buffer


def test_guests_of_one_server_share_its_buffer() -> None:
    mailbox = Mailbox()
    boris, vera = link_over(Fake(), mailbox), link_over(Fake(), mailbox)
    boris.state(box())
    sent = 0
    while boris.send(bytes(32)) and vera.send(bytes(32)):
        sent += 2
    assert 30 < sent < 212_992 / 4 / 832
    boris.state(box(unread=832))  # it has read nearly all
    assert vera.send(bytes(32)) == 32


def test_a_server_that_has_read_nothing_gets_no_more() -> None:
    link = link_over(Fake())
    link.state(box(unread=60_000))
    assert link.send(b"?") == 0


def test_a_datagram_larger_than_the_portion_goes_when_the_box_is_empty() -> None:
    link = link_over(Fake())
    link.state(box(size=2304))
    assert link.send(bytes(3000)) == 3000
    assert link.send(bytes(3000)) == 0


def test_where_nothing_can_be_asked_a_pause_is_taken_for_reading() -> None:
    link = link_over(Fake())
    while link.send(bytes(32)):
        pass
    link.drain(100)
    assert link.send(bytes(32)) == 32


# -- counting

FOUR = (
    b"Ip: Forwarding InReceives OutRequests\nIp: 2 40 41\n"
    b"Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\nUdp: 20 3 4 29 4\n"
    b"UdpLite: InDatagrams OutDatagrams\nUdpLite: 7 7\n"
)
SIX = b"Ip6InReceives 6\nIp6OutRequests 6\nUdp6InDatagrams 5\nUdp6NoPorts 0\nUdp6InErrors 0\nUdp6OutDatagrams 6\nUdp6RcvbufErrors 0\n"


def test_what_was_refused_or_thrown_away_is_accounted_for() -> None:
    assert datagrams(FOUR) == (29, 20 + 3 + 4)
    assert datagrams(SIX) == (6, 5)


def test_datagrams_are_counted_after_packets(tmp_path: Path) -> None:
    for name, text in (("snmp", FOUR), ("snmp6", SIX)):
        (tmp_path / name).write_bytes(text)
    with open(tmp_path / "snmp") as four, open(tmp_path / "snmp6") as six:
        count = DatagramCount((four.fileno(), six.fileno()))
        assert count.read() == (41, 40, 29, 27, 6, 6, 6, 5)
        assert count.in_flight((41, 41, 29, 28, 6, 6, 6, 6))
        assert not count.in_flight((41, 41, 29, 29, 6, 6, 6, 6))


# -- the kernel's own words


def test_for_udp_the_sender_comes_first() -> None:
    request = udp_request(socket.AF_INET, SERVER, GUEST)
    assert request[17] == socket.IPPROTO_UDP
    assert request[24:28] == GUEST[1].to_bytes(2, "big") + SERVER[1].to_bytes(2, "big")


@pytest.mark.linux
@pytest.mark.skipif(sys.platform != "linux" or shutil.which("bwrap") is None, reason="needs Linux and bubblewrap")
def test_the_kernel_tells_of_unread_datagrams_and_of_who_is_bound() -> None:
    from grading.kernel import Diag  # noqa: PLC0415 - needs Linux
    from grading.sandbox import open_sandbox  # noqa: PLC0415

    with open_sandbox({}, isolation="require:bubblewrap") as sandbox:
        assert sandbox.diag is not None
        server, guest = sandbox.sockets(socket.AF_INET, socket.SOCK_DGRAM, 2)
        with server, guest:
            server.bind(SERVER)
            guest.bind(GUEST)
            diag, question = Diag(sandbox.diag), udp_request(socket.AF_INET, SERVER, GUEST)
            assert {peer.local for peer in diag.bound()} == {SERVER, GUEST}
            count = DatagramCount(sandbox.snmp_fds)
            for _ in range(3):
                guest.sendto(bytes(20), SERVER)
            (there,) = diag.ask([question])
            assert there is not None
            assert 60 < there.unread < there.buffer
            assert count.in_flight(count.read())
            for _ in range(3):
                server.recv(100)
            (there,) = diag.ask([question])
            assert there is not None
            assert there.unread == 0
            assert not count.in_flight(count.read())
