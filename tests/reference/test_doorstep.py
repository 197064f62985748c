"""The door of all servers."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator

import pytest

from reference.servers.doorstep import admit, listen, part


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as listener:
        listener.settimeout(10)
        yield listener


def test_a_guest_is_sent_small_messages_at_once(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as guest:
        admitted = admit(listener)
        assert admitted is not None
        ours, address = admitted
        with ours:
            assert address == guest.getsockname()
            assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_nobody_at_the_door_is_nobody(listener: socket.socket) -> None:
    listener.setblocking(False)
    assert admit(listener) is None


@pytest.mark.skipif(os.name == "nt", reason="the option means something else there")
def test_the_port_can_be_had_again(listener: socket.socket) -> None:
    assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)


def test_a_port_in_use_is_an_error(listener: socket.socket) -> None:
    with pytest.raises(OSError, match=r".") as caught:
        listen("127.0.0.1", listener.getsockname()[1])
    assert caught.value.errno == errno.EADDRINUSE


def test_no_descriptors_left_is_nobody_and_not_a_crash(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    class Exhausted:
        def accept(self) -> None:
            raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr("reference.servers.doorstep.PAUSE", 0)
    assert admit(Exhausted()) is None  # type: ignore[arg-type]


def test_last_words_arrive_though_the_guest_said_something_unread() -> None:
    ours, guest = socket.socketpair()
    with guest:
        guest.sendall(b"hello?")
        ours.sendall(b"sorry")
        part(ours)
        assert guest.recv(100) == b"sorry"
        assert guest.recv(100) == b""
        part(ours)
