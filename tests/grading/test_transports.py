"""In a real sandbox: a server that waits for datagrams, and one with somebody at its keyboard."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator

import pytest

from grading.keyboard import NAME
from grading.running import Launch, NotStarted
from grading.sandbox import open_sandbox
from grading.seating import name_typed, only_reads_keyboard
from grading.server import Server
from grading.stillness import Rest

pytestmark = [
    pytest.mark.linux,
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap"),
]

Opener = Callable[..., Server]
LIMIT = 20.0
UDP = "import socket\nbox = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nbox.bind(('127.0.0.1', 5005))\n"
ANSWERS = UDP + "while True:\n    data, guest = box.recvfrom(100)\n    box.sendto(data, guest)\n"
LISTENS = "import socket\ndoor = socket.create_server(('127.0.0.1', 9090))\n"


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens sandboxes with one program, and closes them all."""
    open_ones: list[Server] = []

    def opener(source: str, *, transport: str = "", isolation: str = "require:bubblewrap") -> Server:
        sandbox = open_sandbox({"server.py": textwrap.dedent(source).encode()}, isolation=isolation)
        open_ones.append(Server(sandbox, Launch(("server.py",), transport=transport)))
        return open_ones[-1]

    yield opener
    for server in open_ones:
        server.close()
        server.sandbox.close()


def settled(server: Server) -> Rest:
    return server.clock.settle(time.monotonic() + LIMIT)


# -- UDP


@pytest.mark.parametrize("transport", ["udp", ""])
def test_a_bound_socket_is_a_start(opened: Opener, transport: str) -> None:
    server = opened(ANSWERS, transport=transport)
    server.start()
    assert (server.transport, [address for _, address in server.addresses]) == ("udp", [("127.0.0.1", 5005)])


def test_a_listening_socket_wins(opened: Opener) -> None:
    server = opened(UDP + LISTENS + "door.accept()\n")
    server.start()
    assert server.transport == "tcp"


def test_a_socket_that_is_bound_to_no_port_is_no_start(opened: Opener) -> None:
    server = opened(ANSWERS.replace("box.bind", "str"), transport="udp")
    with pytest.raises(NotStarted, match="silent"):
        server.start()


def test_what_is_sent_comes_back_before_all_is_still(opened: Opener) -> None:
    server = opened(ANSWERS, transport="udp")
    server.start()
    boris, vera = server.connect("Борис"), server.connect("Вера")
    server.clock.before_acting()
    assert boris.send(b"one ") == 4
    assert boris.send(b"two") == 3
    assert settled(server) is Rest.STILL
    assert boris.inbox == b"one two"
    assert not vera.inbox
    assert [waiting.waits_for for waiting in server.waiting()] == ["пока кто-нибудь что-нибудь пришлёт"]


def test_a_second_start_is_not_mistaken_for_a_guest(opened: Opener) -> None:
    server = opened(ANSWERS, transport="udp")
    server.start()
    guest = server.connect("Борис")
    server.kill()
    settled(server)
    assert guest.ended
    server.start()
    assert [address for _, address in server.addresses] == [("127.0.0.1", 5005)]


def test_on_a_shared_network_the_other_clock_takes_over(opened: Opener) -> None:
    server = opened(ANSWERS, transport="udp", isolation="floor")
    server.start()
    guest = server.connect("Борис")
    guest.send(b"hello")
    assert settled(server) is Rest.STILL
    assert guest.inbox == b"hello"
    assert server.clock_name == "quiet-period"


# -- the keyboard

CONSOLE = """
guest, _ = door.accept()
me = input("Имя: ")
while True:
    print("Гость:", guest.recv(100).decode())
    guest.sendall(f"{me}: {input()}".encode())
"""


def test_what_is_said_is_printed_and_what_is_typed_is_heard(opened: Opener) -> None:
    server = opened(LISTENS + CONSOLE)
    server.start()
    guest, companion = server.connect("Борис"), server.sit_down("Вера")
    assert settled(server) is Rest.STILL
    assert only_reads_keyboard(server)
    assert name_typed(server) == NAME
    assert settled(server) is Rest.STILL
    assert not only_reads_keyboard(server)
    guest.send(b"hello")
    assert settled(server) is Rest.STILL
    assert companion.inbox.endswith("Гость: hello\n".encode())
    companion.send(b"hi")
    assert settled(server) is Rest.STILL
    assert guest.inbox == f"{NAME}: hi".encode()


def test_a_name_is_typed_only_where_it_is_asked_for(opened: Opener) -> None:
    server = opened(LISTENS + "input('Сообщение: ')\n")
    server.start()
    server.sit_down("Вера")
    assert settled(server) is Rest.STILL
    assert name_typed(server) == ""


def test_that_somebody_sits_down_is_no_sign_of_a_timer(opened: Opener) -> None:
    server = opened(LISTENS + CONSOLE)
    server.start()
    server.connect("Борис")
    assert settled(server) is Rest.STILL
    server.sit_down("Вера")
    with server.frozen():  # its threads are in another state now, so everything is looked at again
        server.clock.before_acting()
    assert not server.clock.timers_matter
