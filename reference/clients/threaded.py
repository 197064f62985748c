"""A terminal client with two threads: one waits for the keyboard, the other for the server.

The keyboard has the second thread, because nothing can wake a thread which waits for a keyboard: when the server ends the conversation,
the main thread returns, and the other one is left to end with the program.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
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
    lock = Lock()  # both threads change the talk, and what they send must not mix
    server.sendall(talk.begin())
    Thread(target=_type, args=(server, talk, keyboard, lock), daemon=True).start()
    while _listen(server, talk, show, lock):
        pass


def _type(server: socket.socket, talk: Talk, keyboard: int, lock: Lock) -> None:
    """The thread of the keyboard."""
    with suppress(OSError):  # the server has gone: the other thread sees it too
        while True:
            chunk = os.read(keyboard, CHUNK)
            with lock:
                server.sendall(talk.typed(chunk))
                if talk.finished:
                    server.shutdown(socket.SHUT_WR)
            if not chunk:
                return


def _listen(server: socket.socket, talk: Talk, show: Callable[[str], None], lock: Lock) -> bool:
    """Hear the server once; False if it has ended the conversation."""
    try:
        chunk = server.recv(CHUNK)
    except ConnectionError:
        return False
    with lock:
        finished = talk.finished
        texts, reply = talk.heard(chunk)
        if reply:
            server.sendall(reply)
        if talk.finished and not finished:
            server.shutdown(socket.SHUT_WR)
    for text in texts:
        show(text)
    return bool(chunk)
