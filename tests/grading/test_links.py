"""One connection seen from both ends: every pair of states, without a network."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import Any

import pytest

from grading import links
from grading.kernel import (
    CLOSE,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN_WAIT1,
    FIN_WAIT2,
    LAST_ACK,
    LISTEN,
    NEW_SYN_RECV,
    SYN_RECV,
    TIME_WAIT,
    Peer,
    TcpInfo,
    diag_request,
)
from grading.links import Link

GUEST, SERVER = ("127.0.0.1", 50001), ("127.0.0.1", 9090)


@dataclass
class Fake:
    """A guest's connected TCP socket, with the pieces that recv is to give and what send will take."""

    pieces: list[bytes | OSError] = field(default_factory=list)
    room: int = 1 << 30
    family: socket.AddressFamily = socket.AF_INET
    options: dict[tuple[int, int], object] = field(default_factory=dict)
    sent: bytearray = field(default_factory=bytearray)
    shut: int | None = None
    closed: bool = False

    def setsockopt(self, level: int, name: int, value: object) -> None:
        self.options[level, name] = value

    def setblocking(self, _flag: bool) -> None: ...

    def getsockname(self) -> tuple[Any, ...]:
        return GUEST if self.family == socket.AF_INET else ("::1", GUEST[1], 0, 0)

    def getpeername(self) -> tuple[Any, ...]:
        return SERVER if self.family == socket.AF_INET else ("::1", SERVER[1], 0, 0)

    def recv(self, size: int, _flags: int) -> bytes:
        if not self.pieces:
            raise BlockingIOError
        piece = self.pieces.pop(0)
        if isinstance(piece, OSError):
            raise piece
        assert len(piece) <= size
        return piece

    def send(self, data: bytes, _flags: int) -> int:
        if not self.room:
            raise BlockingIOError
        taken = data[: self.room]
        self.room -= len(taken)
        self.sent += taken
        return len(taken)

    def shutdown(self, how: int) -> None:
        self.shut = how

    def close(self) -> None:
        self.closed = True


def link_over(fake: Fake) -> Link:
    return Link(fake)  # type: ignore[arg-type]


def info(state: int = ESTABLISHED, sent: int = 0, received: int = 0, *, unacked: int = 0, notsent: int = 0) -> TcpInfo:
    return TcpInfo(state, unacked, notsent, sent, received)


def peer(end: TcpInfo | int, unread: int = 0) -> Peer:
    """The server's end; a bare state for one the kernel gives no counters of."""
    known = end if isinstance(end, TcpInfo) else None
    return Peer(end.state if isinstance(end, TcpInfo) else end, SERVER, GUEST, unread, 1, 1, known)


@pytest.fixture
def fake() -> Fake:
    return Fake()


# Named after what is going on: (our end, the server's end, has everything that was sent arrived?)
TABLE: dict[str, tuple[TcpInfo, Peer | None, bool]] = {
    "nothing was ever said": (info(), peer(info()), True),
    "both have all": (info(sent=5, received=3), peer(info(sent=3, received=5)), True),
    "unread, but arrived": (info(sent=5), peer(info(received=5), unread=5), True),
    "our bytes on the way": (info(sent=5), peer(info(received=4)), False),
    "the server's bytes on the way": (info(received=2), peer(info(sent=3)), False),
    "the handshake not finished": (info(), peer(SYN_RECV), False),
    "the handshake not finished, newer kernels": (info(), peer(NEW_SYN_RECV), False),
    "handshake with counters": (info(), peer(info(SYN_RECV)), False),
    "connected, but the server's end not there yet": (info(), None, False),
    # Nagle: something not sent yet, and an ACK it waits for
    "held back by Nagle at the server": (info(received=3), peer(info(sent=3, unacked=1, notsent=4)), False),
    "held back at our end": (info(sent=3, unacked=1, notsent=4), peer(info(received=3)), False),
    # a closed window: something not sent yet, and nothing on the way that could move it; ours is open, as the server is about to learn
    "the guest reads again": (info(received=3), peer(info(sent=3, notsent=4)), False),
    "the guest reads again, and it hung up": (info(received=3), peer(info(FIN_WAIT1, sent=3, notsent=9)), False),
    "the server does not read": (info(sent=3, notsent=4), peer(info(received=3), unread=3), True),
    "an ACK still to come, nothing held back": (info(sent=3, unacked=1), peer(info(received=3)), True),
    # the server hangs up
    "its FIN is on the way": (info(sent=5, received=3), peer(info(FIN_WAIT1, sent=3, received=5)), False),
    "its FIN has come": (info(CLOSE_WAIT, sent=5, received=4), peer(info(FIN_WAIT2, sent=3, received=5)), True),
    "its FIN has come before the last text": (info(CLOSE_WAIT, sent=5, received=3), peer(info(FIN_WAIT2, sent=3, received=5)), False),
    "its FIN has come, the ACK not yet": (info(CLOSE_WAIT, sent=5, received=4), peer(info(FIN_WAIT1, sent=3, received=5)), True),
    "it hung up and the kernel keeps no counters": (info(CLOSE_WAIT, sent=5, received=4), peer(FIN_WAIT2), True),
    "it hung up and nothing is left of it": (info(CLOSE_WAIT, sent=5, received=4), None, True),
    "both hung up, the server last": (info(TIME_WAIT), None, True),
    "both hung up, we last": (info(LAST_ACK, received=4), peer(TIME_WAIT), True),
    # we say that nothing more will come (FIN), and still read
    "our FIN is on the way": (info(FIN_WAIT1, sent=5), peer(info(received=5)), False),
    "our FIN behind a closed window": (info(FIN_WAIT1, sent=5, notsent=2), peer(info(received=5), unread=5), True),
    "our FIN has come": (info(FIN_WAIT2, sent=5), peer(info(CLOSE_WAIT, received=6)), True),
    "both at once, crossing": (info(FIN_WAIT1), peer(info(FIN_WAIT1)), False),
    "both at once, ours arrived": (info(FIN_WAIT1), peer(info(CLOSING, received=1)), False),
    "both at once, arrived": (info(CLOSING, received=1), peer(info(CLOSING, received=1)), True),
    "the server's last FIN is on the way": (info(FIN_WAIT2), peer(info(LAST_ACK, received=1)), False),
    # a reset
    "reset by the server": (info(CLOSE, sent=5), None, True),
    "reset by the server while bytes were on the way": (info(CLOSE, sent=5, received=1), peer(info(sent=3)), True),
}


@pytest.mark.parametrize(("ours", "theirs", "settled"), TABLE.values(), ids=TABLE.keys())
def test_whether_everything_sent_has_arrived(
    ours: TcpInfo, theirs: Peer | None, settled: bool, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "tcp_info", lambda _sock: ours)
    assert link_over(fake).state(theirs)[1] is settled


@pytest.mark.parametrize("state", [ESTABLISHED, FIN_WAIT1])
def test_what_waits_for_a_guest_who_does_not_read_does_not_move(state: int, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "tcp_info", lambda _sock: info(received=3))
    deaf, flooded = link_over(fake), link_over(fake)
    deaf.reading = False
    flooded.inbox += bytes(links.INBOX_LIMIT)
    behind = peer(info(state, sent=3, notsent=9))
    assert [deaf.state(behind)[1], flooded.state(behind)[1]] == [True, True]


def test_the_listening_socket_in_answer_means_that_the_connection_is_gone(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "tcp_info", lambda _sock: info(CLOSE_WAIT, sent=5, received=4))
    link = link_over(fake)
    assert link.state(peer(LISTEN, unread=1)) == link.state(None)


def test_everything_that_moves_is_in_the_state_and_nothing_else(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = info(sent=5, received=3), peer(info(sent=3, received=5))
    link = link_over(fake)

    def state(ours: TcpInfo, theirs: Peer | None) -> tuple[object, ...]:
        monkeypatch.setattr(links, "tcp_info", lambda _sock: ours)
        return link.state(theirs)[0]

    before = state(ours, theirs)
    moved = [
        state(ours._replace(sent=6), theirs),
        state(ours._replace(received=4), theirs),
        state(ours._replace(state=CLOSE_WAIT), theirs),
        state(ours, peer(info(sent=4, received=5))),
        state(ours, peer(info(sent=3, received=6))),
        state(ours, peer(info(sent=3, received=5), unread=1)),
        state(ours, peer(info(CLOSE_WAIT, sent=3, received=5))),
        state(ours, None),
    ]
    assert before not in moved
    assert len(set(moved)) == len(moved)
    assert state(ours._replace(unacked=1), theirs._replace(inode=7)) == before  # an ACK moves nobody


# -- after the guest has gone


@pytest.mark.parametrize(
    ("theirs", "settled", "over"),
    [
        (peer(info(sent=3, received=5)), False, False),  # the FIN is on its way
        (peer(info(CLOSE_WAIT, sent=3, received=6)), True, False),  # the server knows, and has not hung up itself
        (peer(info(CLOSE_WAIT, sent=9, received=6, unacked=1)), False, False),  # what it sent meanwhile will be answered by a reset
        (peer(info(LAST_ACK, sent=3, received=6)), True, False),
        (peer(info(LAST_ACK, sent=3, received=6, unacked=1)), False, False),
        (peer(info(CLOSE)), True, False),  # reset, and not closed by the server yet
        (peer(TIME_WAIT), True, True),
        (peer(LISTEN), True, True),
        (None, True, True),
    ],
)
def test_a_guest_who_has_gone(theirs: Peer | None, settled: bool, over: bool, fake: Fake) -> None:
    link = link_over(fake)
    link.close()
    assert link.state(theirs)[1] is settled
    assert link.over is over
    assert fake.closed


def test_nothing_is_over_while_the_guest_is_there(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "tcp_info", lambda _sock: info(CLOSE_WAIT))
    link = link_over(fake)
    link.state(None)
    assert not link.over


# -- reading and sending


def test_everything_there_is_read_in_order(fake: Fake) -> None:
    link = link_over(fake)
    fake.pieces += [b"one ", b"two"]
    link.drain(1000)
    assert (bytes(link.inbox), link.ended, link.reset) == (b"one two", False, False)
    fake.pieces += [b" three", b"", b"never read"]
    link.drain(1000)
    assert (bytes(link.inbox), link.ended, link.reset) == (b"one two three", True, False)


def test_a_reset_ends_it_and_what_came_before_stays(fake: Fake) -> None:
    link = link_over(fake)
    fake.pieces += [b"one", ConnectionResetError()]
    link.drain(1000)
    assert (bytes(link.inbox), link.ended, link.reset) == (b"one", True, True)


def test_a_guest_who_does_not_read_leaves_it_in_the_kernel(fake: Fake) -> None:
    link = link_over(fake)
    link.reading = False
    fake.pieces += [b"one"]
    link.drain(1000)
    assert (bytes(link.inbox), fake.pieces) == (b"", [b"one"])
    link.reading = True
    link.drain(1000)
    assert bytes(link.inbox) == b"one"


def test_a_flood_is_read_no_further_than_the_limit(fake: Fake) -> None:
    link = link_over(fake)
    fake.pieces += [bytes(600)] * 5
    link.drain(1000)
    assert (len(link.inbox), len(fake.pieces)) == (1200, 3)


@pytest.mark.linux
@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="needs Linux")
def test_acks_are_made_quick_at_every_look_also_when_nothing_came(fake: Fake) -> None:
    link = link_over(fake)
    fake.options.clear()
    link.drain(1000)
    assert fake.options == {(socket.IPPROTO_TCP, socket.TCP_QUICKACK): 1}


def test_only_what_fits_is_sent(fake: Fake) -> None:
    link = link_over(fake)
    fake.room = 3
    assert [link.send(b"12345"), link.send(b"45")] == [3, 0]
    assert fake.sent == b"123"
    link.close()
    with pytest.raises(ConnectionError):
        link.send(b"45")


def test_going_by_fin_and_by_reset(fake: Fake) -> None:
    link = link_over(fake)
    link.finish()
    assert (fake.shut, fake.closed) == (socket.SHUT_WR, False)
    link.close()
    assert fake.closed
    assert (socket.SOL_SOCKET, socket.SO_LINGER) not in fake.options
    link.close(reset=True)  # twice is no mistake
    other = Fake()
    link_over(other).close(reset=True)
    assert other.options[socket.SOL_SOCKET, socket.SO_LINGER] in (b"\1\0\0\0\0\0\0\0", b"\1\0\0\0")
    assert other.closed


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_question_is_about_the_servers_end(family: socket.AddressFamily) -> None:
    link = link_over(Fake(family=family))
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    assert (link.local, link.remote) == ((host, 50001), (host, 9090))
    assert link.request == diag_request(family, (host, 9090), (host, 50001))


def test_what_comes_at_once_is_seen_at_once(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    link, pauses = link_over(fake), [b"one", b"two"]
    monkeypatch.setattr(links, "glance", lambda _links, _seconds: fake.pieces.append(pauses.pop(0)))
    assert links.glimpse([link], lambda: bytes(link.inbox) == b"onetwo", 10.0)
    assert not links.glimpse([link], lambda: bytes(link.inbox) == b"more", 0.0)
