"""A terminal client with one thread, which waits for the keyboard and the server at once, with `select.select`.

POSIX can `select` a keyboard; Windows can only sockets, so there a thread copies what is typed into one.
"""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable
from threading import Thread
from typing import Final

from reference.clients.talk import Talk

CHUNK: Final = 65_536


def run(server: socket.socket, talk: Talk, keyboard: int, show: Callable[[str], None]) -> None:
    """Talk until the server ends the conversation.

    Args:
        server: a connected socket; the caller closes it.
        talk: knows what to say.
        keyboard: a descriptor to read what is typed; its end ends our half, and what the server still says is shown.
        show: called with each text for the person.

    Raises:
        OSError: the connection broke while we were sending.
    """
    copy = _copy(keyboard) if os.name == "nt" else None
    source = copy or keyboard
    watched: list[socket.socket | int] = [server, source]
    server.sendall(talk.begin())
    while True:
        finished = talk.finished
        readable, _, _ = select.select(watched, [], [])
        if source in readable:
            chunk = copy.recv(CHUNK) if copy else os.read(keyboard, CHUNK)
            server.sendall(talk.typed(chunk))
            if not chunk:
                watched.remove(source)  # an ended keyboard is readable for ever: we would spin
        if server in readable and not _listen(server, talk, show):
            return
        if talk.finished and not finished:
            server.shutdown(socket.SHUT_WR)


def _listen(server: socket.socket, talk: Talk, show: Callable[[str], None]) -> bool:
    """Hear the server once; False if it has ended the conversation."""
    try:
        chunk = server.recv(CHUNK)
    except ConnectionError:
        return False
    texts, reply = talk.heard(chunk)
    for text in texts:
        show(text)
    if reply:
        server.sendall(reply)
    return bool(chunk)


def _copy(keyboard: int) -> socket.socket:
    """A socket from which one can read what is typed."""
    ours, typed = socket.socketpair()

    def copy() -> None:
        with typed:
            while chunk := os.read(keyboard, CHUNK):
                typed.sendall(chunk)

    Thread(target=copy, daemon=True).start()
    return ours
