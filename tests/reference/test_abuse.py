"""What guests do who mean no good, or have lost their connection: nobody else notices, nothing grows, and they are let go at their bounds.

Real servers in threads of this process, real sockets, every wait with a deadline; the servers of a style are started by its own `serve`.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from threading import Event, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.dialect import KNOWN, Dialect
from reference.framing import MessageTooLongError, reader
from reference.journal import CAME, LEFT, LONG, NAMELESS, NO_SEAT, QUIT, SLOW, STOPPED, Journal
from reference.room import FULL, GOODBYE, LONGEST_NAME, MOST_TRIES, Hangup, Room, Send
from reference.servers.doorstep import ALIVE, admit, listen
from reference.serving import SERVERS

CROWDS = ["threaded", "selecting", "polling", "coroutines"]
DEADLINE = 10.0  # seconds
LINES = KNOWN["lines"]


class Chat:
    """A server in a thread, and its journal."""

    def __init__(self, style: str, dialect: Dialect = LINES, seats: int | None = None, longest: int = 1000, bound: float = 100_000) -> None:
        self.journal: list[str] = []
        self.listener = listen("127.0.0.1", 0)
        self.room = Journal(dialect, seats, datetime.now, longest, write=self.journal.append)
        self.thread = Thread(target=self._run, args=(style, bound), daemon=True)
        self.thread.start()

    def _run(self, style: str, bound: float) -> None:
        with suppress(OSError):  # the listener is shut down: the end
            SERVERS[style](self.listener, self.room, bound)

    def connect(self) -> socket.socket:
        return socket.create_connection(self.listener.getsockname()[:2], DEADLINE)

    def guest(self, name: str) -> socket.socket:
        guest = self.connect()
        hears(guest, LINES.prompt)
        guest.sendall(f"{name}\n".encode())
        hears(guest, LINES.welcome.replace("{name}", name))
        return guest

    def close(self) -> None:
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(DEADLINE)
        self.listener.close()
        assert not self.thread.is_alive()

    def said(self, what: str) -> int:
        return sum(line.endswith(what) for line in self.journal)


def hears(guest: socket.socket, *texts: str) -> None:
    """The next lines a guest gets, to the byte."""
    expected = "".join(f"{text}\n" for text in texts).encode()
    got = b""
    while len(got) < len(expected) and (chunk := guest.recv(len(expected) - len(got))):
        got += chunk
    assert got.decode() == expected.decode()


def ended(guest: socket.socket) -> bool:
    """Whether the server has closed, after whatever it still sent."""
    try:
        while guest.recv(65_536):
            pass
    except ConnectionError:
        pass
    guest.close()
    return True


@pytest.fixture(params=CROWDS)
def chat(request: pytest.FixtureRequest) -> Iterator[Chat]:
    chat = Chat(request.param)
    yield chat
    chat.close()


def test_a_giant_line_ends_its_author_and_nobody_else(chat: Chat) -> None:
    anna, boris = chat.guest("Анна"), chat.guest("Борис")
    hears(anna, LINES.joined.replace("{name}", "Борис"))
    with suppress(OSError):  # he is let go while he still sends
        boris.sendall(b"x" * 1_000_000)
    hears(anna, LINES.left.replace("{name}", "Борис"))
    assert ended(boris)
    assert chat.said(LONG) == 1
    anna.close()


def test_floods_of_newlines_and_broken_letters_reach_nobody(chat: Chat) -> None:
    anna, boris = chat.guest("Анна"), chat.guest("Борис")
    hears(anna, LINES.joined.replace("{name}", "Борис"))
    boris.sendall(b"\n\r\n" * 100_000)
    boris.sendall(b"\xff\xc0\x80\n" + "всё\n".encode())
    hears(anna, "Борис: \ufffd\ufffd\ufffd", "Борис: всё")
    anna.close()
    boris.close()


def test_who_pours_bytes_in_without_end_keeps_nobody_from_talking(chat: Chat) -> None:
    anna, boris = chat.guest("Анна"), chat.guest("Борис")
    hears(anna, LINES.joined.replace("{name}", "Борис"))
    vera = chat.guest("Вера")
    for guest in (anna, boris):
        hears(guest, LINES.joined.replace("{name}", "Вера"))
    over = Event()

    def pour() -> None:
        with suppress(OSError):
            while not over.is_set():
                vera.sendall(b"\n" * 65_536)

    flood = Thread(target=pour, daemon=True)
    flood.start()
    try:
        for number in range(5):
            anna.sendall(f"слышно? {number}\n".encode())
            hears(boris, f"Анна: слышно? {number}")
    finally:
        over.set()
        flood.join(DEADLINE)
        for guest in (anna, boris, vera):
            guest.close()


def test_who_never_gives_a_name_is_let_go(chat: Chat) -> None:
    nobody = chat.connect()
    nobody.sendall(b" \t\n" * MOST_TRIES)
    assert ended(nobody)
    assert chat.said(NAMELESS) == 1


def test_who_does_not_read_is_let_go_at_the_bound_that_was_set(chat: Chat) -> None:
    anna, boris = chat.guest("Анна"), chat.guest("Борис")
    hears(anna, LINES.joined.replace("{name}", "Борис"))
    deaf = chat.guest("Вера")
    for guest in (anna, boris):
        hears(guest, LINES.joined.replace("{name}", "Вера"))
    line, gone = "x" * 900, LINES.left.replace("{name}", "Вера")
    with boris.makefile("rb") as heard:
        for _ in range(20_000):  # 18 MB: the bound, and all that the kernel may put between
            anna.sendall(f"{line}\n".encode())
            if (said := heard.readline().decode()) == f"{gone}\n":  # before the line at which it happened, or after it
                break
            assert said == f"Анна: {line}\n"
    assert chat.said(SLOW) == 1
    for guest in (anna, boris, deaf):
        guest.close()


def test_the_end_is_said_and_everything_before_it_arrives_whole(chat: Chat) -> None:
    anna, boris = chat.guest("Анна"), chat.guest("Борис")
    hears(anna, LINES.joined.replace("{name}", "Борис"))
    anna.sendall(b"before\n" * 1000)
    hears(boris, "Анна: before")  # the flood is under way
    chat.close()
    rest = b""
    while chunk := boris.recv(65_536):
        rest += chunk
    *lines, last = rest.decode().splitlines()
    assert last == GOODBYE
    assert set(lines) <= {"Анна: before"}
    assert chat.said(STOPPED) == 2
    anna.close()
    boris.close()


@pytest.mark.parametrize("style", CROWDS)
@pytest.mark.parametrize("name", KNOWN)
def test_every_style_speaks_every_dialect_as_the_room_does(style: str, name: str) -> None:
    dialect = KNOWN[name]
    chat = Chat(style, dialect)
    oracle: Room[socket.socket] = Room(dialect)
    end = b"\n" if dialect.framing == "lines" else b""

    def goes(actions: list[Send[socket.socket] | Hangup[socket.socket]]) -> None:
        for action in actions:
            for guest in action.recipients if isinstance(action, Send) else ():
                got = b""
                while len(got) < len(action.data) and (chunk := guest.recv(len(action.data) - len(got))):
                    got += chunk
                assert got == action.data

    guests = [chat.connect() for _ in range(3)]
    try:
        for number, guest in enumerate(guests):
            goes(oracle.enter(guest, guest.getsockname()))
            if dialect.named_by != "nobody":
                said = f"гость{number}".encode() + end
                guest.sendall(said)
                goes(oracle.hear(guest, said))
            until = time.monotonic() + DEADLINE  # some dialects answer nothing to a name, so nothing but the room itself tells
            while len(chat.room._inside) <= number:
                assert time.monotonic() < until
        for number, guest in enumerate(guests * 2):
            said = f"привет {number}".encode() + end
            guest.sendall(said)
            goes(oracle.hear(guest, said))
    finally:
        for guest in guests:
            guest.close()
        chat.close()


def test_the_journal_tells_who_came_and_how_he_left() -> None:
    chat = Chat("polling", seats=2)
    anna, boris = chat.guest("Анна"), chat.guest("Борис")
    address = ":".join(map(str, anna.getsockname()))
    third = chat.connect()
    hears(third, FULL)
    assert ended(third)
    anna.sendall("/выход\n".encode())
    assert ended(anna)
    boris.shutdown(socket.SHUT_WR)
    assert ended(boris)
    chat.close()
    assert chat.journal[:2] == [f"{address} {CAME}", f"{address} Анна назвался"]
    assert [chat.said(what) for what in (CAME, NO_SEAT, QUIT, LEFT, STOPPED)] == [3, 1, 1, 1, 0]


def test_a_blocking_server_lets_go_of_who_does_not_read() -> None:
    chat = Chat("blocking", replace(LINES, turns="alternate"), 2, longest=10_000_000, bound=0.2)
    anna, boris = chat.connect(), chat.connect()
    for guest, name in ((anna, "Анна"), (boris, "Борис")):
        hears(guest, LINES.prompt)
        guest.sendall(f"{name}\n".encode())
        hears(guest, LINES.welcome.replace("{name}", name))
    anna.sendall(b"x" * 9_000_000 + b"\n")  # more than the kernel holds for Boris, who reads nothing
    hears(anna, LINES.joined.replace("{name}", "Борис"), LINES.left.replace("{name}", "Борис"))
    assert ended(anna)
    assert ended(boris)
    chat.close()
    assert chat.said(SLOW) == 1


def test_the_kernel_asks_after_who_is_silent() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        admitted = admit(listener)
        assert admitted
        with admitted[0] as ours:
            assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            for option, value in ALIVE.items():
                if hasattr(socket, option):
                    assert ours.getsockopt(socket.IPPROTO_TCP, getattr(socket, option)) == value


# -- fuzzing, without sockets

PIECES = st.lists(st.binary(max_size=60) | st.sampled_from([b"\n", b"\r\n", b"\xd0", "имя\n".encode(), "/выход\n".encode()]), max_size=30)
VERBS = st.sampled_from(["enter", "hear", "leave", "refuse"])
FUZZ = settings(max_examples=150, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(pieces=PIECES, framing=st.sampled_from(["lines", "none"]), longest=st.integers(1, 50))
def test_any_bytes_are_read_and_no_reader_keeps_more_than_its_bound(pieces: list[bytes], framing: str, longest: int) -> None:
    reading = reader(framing, longest=longest)
    for piece in pieces:
        try:
            for text in reading.feed(piece):
                assert framing == "none" or ("\n" not in text and len(text) <= longest)
        except MessageTooLongError:
            break
        assert len(getattr(reading, "_rest", b"")) <= longest
    assert len("".join(reading.finish())) <= longest


@FUZZ
@given(
    steps=st.lists(st.tuples(st.integers(0, 4), VERBS, st.binary(max_size=40)), max_size=60),
    dialect=st.sampled_from(sorted(KNOWN)),
    turns=st.sampled_from(["free", "alternate"]),
    seats=st.none() | st.integers(1, 4),
)
def test_no_order_of_calls_breaks_a_room(steps: list[tuple[int, str, bytes]], dialect: str, turns: str, seats: int | None) -> None:
    room: Room[int] = Room(replace(KNOWN[dialect], turns=turns), seats, longest=30)  # type: ignore[arg-type]
    here: set[int] = set()
    for guest, verb, data in steps:
        if verb == "refuse" and guest in here:
            continue  # a server refuses whom it has not let in
        actions = room.hear(guest, data) if verb == "hear" else getattr(room, verb)(guest)
        if verb == "enter" and not any(isinstance(action, Hangup) for action in actions):
            here.add(guest)
        for action in actions:
            if isinstance(action, Hangup):
                here.discard(action.guest)
            else:
                assert action.data
                assert set(action.recipients) <= here | {guest}
        assert set(room._known) == here
        assert all(len(person.name) <= LONGEST_NAME + 10 for person in room._known.values())
    room.close()
    assert not room._known
