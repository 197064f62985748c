"""A terminal client with one thread, where every call waits: say a line, then wait for an answer, and so on in turn.

While it waits for the keyboard it hears nothing, and while it waits for the server nobody can type. So it fits the two-user chat whose
users take turns, and shows what the other two clients are for.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
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
    server.sendall(talk.begin())
    while not talk.finished:
        if talk.ready:
            said = talk.typed(os.read(keyboard, CHUNK))
            server.sendall(said)
            if not said:
                continue  # who has said nothing need not wait for an answer
        if not talk.finished and not _listen(server, talk, show):
            return
    server.shutdown(socket.SHUT_WR)
    while _listen(server, talk, show):
        pass


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
