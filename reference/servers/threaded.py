"""A thread for each guest: it waits for that guest, and for nobody else.

All threads share the room, so each asks it, and does what it says, under one lock: every guest gets the messages in the room's order.
Nothing under the lock may wait, or one guest who does not read would stop them all. So a message is sent as far as the connection takes it
at once, which is nearly always all of it; the rest is a backlog, and a second thread, which lives only as long as there is one, sends it.
(Windows has no MSG_DONTWAIT: there a guest who does not read does hold up the others.)
"""

from __future__ import annotations

import socket
import time
from threading import Lock, Thread
from typing import Any, Final

from reference.room import Action, Room, Send
from reference.servers.doorstep import CHUNK, GRACE, UNSENT_LIMIT, admit, part

NO_WAIT: Final[int] = getattr(socket, "MSG_DONTWAIT", 0)


def serve(listener: socket.socket, room: Room[socket.socket], unsent_limit: int = UNSENT_LIMIT) -> None:
    """Serve until an exception ends it; says goodbye to its guests, does not close the listener."""
    switchboard = _Switchboard(room, unsent_limit)
    try:
        while True:
            if admitted := admit(listener):
                guest, address = admitted
                if not _start(switchboard.talk, guest, address):
                    part(guest)
    finally:
        switchboard.close()


def _start(work: Any, *arguments: Any) -> Thread | None:
    """A running thread, or None if the system has none to give. As a daemon it does not outlive the program."""
    thread = Thread(target=work, args=arguments, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread


class _Switchboard:
    """The room, the lock around it, and what could not be sent yet."""

    def __init__(self, room: Room[socket.socket], unsent_limit: int) -> None:
        self.room = room
        self.unsent_limit = unsent_limit
        self.lock = Lock()
        self.unsent: dict[socket.socket, bytearray] = {}
        self.flushers: dict[socket.socket, Thread] = {}

    def talk(self, guest: socket.socket, address: Any) -> None:
        """The life of one guest, in his own thread."""
        with self.lock:
            self.unsent[guest] = bytearray()
            self.perform(self.room.enter(guest, address))
        while guest in self.unsent and (chunk := _receive(guest)):
            with self.lock:
                self.perform(self.room.hear(guest, chunk))
        with self.lock:
            self.perform(self.room.hear(guest, b""))
        self.depart(guest)

    def depart(self, guest: socket.socket) -> None:
        """Close the connection of somebody who has left."""
        with self.lock:
            flusher = self.flushers.pop(guest, None)
        if flusher:
            flusher.join()  # it holds the descriptor, whose number the next guest may get as soon as we close it
        part(guest)

    def perform(self, actions: list[Action[socket.socket]]) -> None:
        """Do what the room says. Needs the lock."""
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    if guest in self.unsent and not self.send(guest, action.data):
                        actions += self.room.leave(guest)  # the list grows while we go through it: the others are told at the end
            elif self.unsent.pop(action.guest, None) is not None:
                _wake(action.guest)

    def send(self, guest: socket.socket, data: bytes) -> bool:
        """Send what can be sent without waiting and keep the rest; False if it is time to let the guest go. Needs the lock."""
        backlog = self.unsent[guest]
        if not backlog:
            try:
                data = data[guest.send(data, NO_WAIT) :]
            except BlockingIOError:
                pass
            except OSError:
                return False
            if not data:
                return True
            flusher = _start(self.flush, guest, backlog)
            if flusher is None:
                return False
            self.flushers[guest] = flusher
        backlog += data
        return len(backlog) <= self.unsent_limit

    def flush(self, guest: socket.socket, backlog: bytearray) -> None:
        """Send a backlog, waiting as long as it takes; in a thread of its own, which ends with the backlog or with the connection."""
        with self.lock:
            piece = bytes(backlog)
        while piece:
            try:
                guest.sendall(piece)
            except OSError:
                return
            with self.lock:  # in one go: between the two, an empty backlog would be sent past, and a second flusher started
                del backlog[: len(piece)]
                piece = bytes(backlog)

    def close(self) -> None:
        """Say goodbye to all, and let them go: those who still have something to get after GRACE seconds, whether they have it or not."""
        until = time.monotonic() + GRACE
        with self.lock:
            self.perform(self.room.close())
            guests, self.unsent = self.unsent, {}
            flushers = [*self.flushers.values()]
        for flusher in flushers:
            flusher.join(max(0.0, until - time.monotonic()))
        for guest in guests:
            part(guest)  # his thread wakes up, and finds nothing left to do


def _receive(guest: socket.socket) -> bytes:
    try:
        return guest.recv(CHUNK)
    except OSError:
        return b""


def _wake(guest: socket.socket) -> None:
    """End the connection, so that his threads wake up with an end of stream. The socket is theirs to close."""
    try:
        guest.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
